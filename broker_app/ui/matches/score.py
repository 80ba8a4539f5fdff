"""The parts a score is made of, as the screen groups and words them.

Matching gives every term its share in hundredths of a 分; the bar shows four groups of them. The groups sum to the
score exactly, because every share falls into one group.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from broker_app.i18n import _
from broker_app.matching import MatchResult

FULL_SCORE = 1000  # hundredths: 10 分 fill the bar
SHARE_TOKENS = ("accent", "share2", "share3", "share4")

_GROUP = {"words": 0, "bigrams": 0, "scattered": 0, "terms": 1, "industry": 2}
_FACTS = 3


@dataclass(frozen=True)
class Shares:
    """Hundredths of a 分 that same words, translated terms, the trade and the facts gave."""

    words: int = 0
    terms: int = 0
    industry: int = 0
    facts: int = 0

    @property
    def total(self) -> int:
        """The score the parts make up."""
        return self.words + self.terms + self.industry + self.facts

    def __iter__(self) -> Iterator[int]:
        """The parts in the order of the bar and of :func:`share_names`."""
        return iter((self.words, self.terms, self.industry, self.facts))


def shares_of(result: MatchResult) -> Shares:
    """The score of ``result`` in its four groups."""
    parts = [0, 0, 0, 0]
    for reason in result.reasons:
        parts[_GROUP.get(reason.via, _FACTS)] += reason.share
    return Shares(*parts)


def share_names() -> tuple[str, ...]:
    """The words of the legend, in the order of the bar."""
    return (_("同词"), _("术语对照"), _("同行业"), _("预算等事实"))


def score_words(hundredths: int) -> str:
    """A score as it is shown: ``9.6 分`` (scores are whole tenths)."""
    return _("{score} 分").format(score=f"{hundredths / 100:.1f}")


def share_words(shares: Shares) -> str:
    """How the score came about: ``同词 7.35 + 同行业 0.87 = 8.22 分``."""
    parts = [
        _("{name} {share}").format(name=name, share=f"{share / 100:.2f}")
        for name, share in zip(share_names(), shares, strict=True)
        if share
    ]
    return _("{parts} = {score} 分").format(parts=" + ".join(parts), score=f"{shares.total / 100:.2f}")

"""Words changed for one search only: the stored need stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from broker_app.matching import Expansion, SearchTerm
from broker_app.services.needs import NeedDraft


@dataclass(frozen=True)
class SearchWords:
    """What a person asks for this time. ``None`` leaves what the need says.

    ``pairs`` are lay words and technical terms tried for this search; ``unwanted`` are things a record must not
    contain.
    """

    title: str | None = None
    text: str | None = None
    keywords: tuple[str, ...] | None = None
    industries: tuple[str, ...] | None = None
    unwanted: tuple[str, ...] = ()
    pairs: tuple[Expansion, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything differs from the stored need."""
        return self != SearchWords()

    def applied_to(self, draft: NeedDraft) -> NeedDraft:
        """The need as it is asked this time."""
        asked = replace(
            draft,
            title=draft.title if self.title is None else self.title,
            keywords=draft.keywords if self.keywords is None else self.keywords,
            industries=draft.industries if self.industries is None else self.industries,
        )
        if self.text is not None:
            asked = replace(asked, text=self.text, problem="", goal="")
        if self.unwanted:
            # Matching reads what is not wanted out of sentences, so it is said as one.
            asked = replace(asked, text="\n".join((asked.text, *(f"不含{one}。" for one in self.unwanted))))
        return asked


def whole_text(draft: NeedDraft) -> str:
    """Content, problem and goal of a need as one text."""
    return "\n".join(part for part in (draft.text, draft.problem, draft.goal) if part)


def translations(terms: Sequence[SearchTerm]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``(lay words, technical terms)`` that were searched, in the order of the question."""
    found: dict[str, list[str]] = {}
    for term in terms:
        if term.expansion is not None and term.text not in found.setdefault(term.expansion.lay, []):
            found[term.expansion.lay].append(term.text)
    return tuple((lay, tuple(technical)) for lay, technical in found.items())


def own_words(terms: Sequence[SearchTerm], most: int) -> tuple[str, ...]:
    """The heaviest words of the need itself that the pool knows."""
    return tuple(term.text for term in terms if term.expansion is None and term.found_in)[:most]

"""From a need and an achievement that were found to belong together: which words of the one mean words of the other."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from broker_app.matching.exclusions import find_exclusions
from broker_app.matching.question import content_runs
from broker_app.matching.text import fold, is_han

MIN_PHRASE, MAX_PHRASE = 2, 12  # characters of a phrase worth a proposal
MAX_TECHNICAL = 8


def lay_phrases(title: str, offered: str) -> tuple[str, ...]:
    """Return the phrases of a need's title that the achievement's text does not say, in order."""
    folded, held = fold(title), fold(offered)
    found: dict[str, None] = {}
    for run in content_runs(folded, find_exclusions(folded)):
        for missing, group in groupby(run.segments, lambda word: word.text not in held):
            phrase = "".join(word.text for word in group)
            if missing and MIN_PHRASE <= len(phrase) <= MAX_PHRASE and is_han(phrase):
                found[phrase] = None
    return tuple(found)


def technical_phrases(title: str, keywords: Sequence[str], asked: str) -> tuple[str, ...]:
    """Return keywords of an achievement, without any the phrases of its title, that the need does not say."""
    said = fold(asked)
    kept = dict.fromkeys(word for word in (*keywords, *([] if keywords else _runs(title))) if _is_new(word, said))
    return tuple(kept)[:MAX_TECHNICAL]


def _is_new(word: str, said: str) -> bool:
    folded = fold(word).strip()
    return MIN_PHRASE <= len(folded) <= MAX_PHRASE and folded not in said


def _runs(title: str) -> Iterator[str]:
    return (run.text for run in content_runs(fold(title), ()))

"""A need (or an achievement, in the other direction) as a question to the pool: which terms, how heavy, what not.

Weights were settled on the judged needs (see ``benchmarks/match_quality.py``): what stands in the title counts
twice, what is said again counts more, half-words inside a longer word count half.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from uuid import UUID

from broker_app.matching.exclusions import Exclusion, find_exclusions
from broker_app.matching.industry_prior import Sector, sector_of
from broker_app.matching.text import (
    Token,
    bigrams,
    fold,
    fold_with_offsets,
    is_han,
    segments,
    subwords,
)
from broker_app.paths import resources

TITLE_WEIGHT = 2.0
TEXT_WEIGHT = 1.0
PART_SHARE = 0.5  # of a half-word inside a longer word, and of a bigram across two words
REPEAT_BONUS = 0.5
MAX_WEIGHT = 4.0
MAX_TERMS = 160  # words, and bigrams, of one question; a longer text is asked by its heaviest terms
MAX_LENGTH = 20_000  # characters read of one question


@dataclass(frozen=True, slots=True)
class Expansion:
    """One entry of the term table: where ``lay`` is said, ``technical`` is searched too; ``weight`` 1 = as if said."""

    lay: str
    technical: str
    weight: float = 1.5


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """What is asked of the pool. Money in fen; ``industries`` as codes, names or free text; all parts optional."""

    title: str = ""
    text: str = ""
    keywords: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    field: str = ""
    metrics: tuple[str, ...] = ()
    budget_fen: int | None = None
    deadline: date | None = None
    trl_min: int | None = None
    region: str = ""
    modes: tuple[str, ...] = ()
    skip: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring content words of the question, without need-speak between them."""

    segments: tuple[Token, ...]

    @property
    def text(self) -> str:
        """The words as written, in one piece."""
        return "".join(segment.text for segment in self.segments)


@dataclass(slots=True)
class Question:
    """A query made ready: weighted ``words`` and ``bigrams``, and what an explanation in the owner's words needs.

    ``own_…`` are the tokens the owner said; ``bridged`` those that the term table translates, so that the pool need
    not know them itself.
    """

    sector: Sector
    words: dict[str, float] = field(default_factory=dict)
    bigrams: dict[str, float] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    segment_weights: dict[str, float] = field(default_factory=dict)
    exclusions: list[Exclusion] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    own_words: frozenset[str] = frozenset()
    own_bigrams: frozenset[str] = frozenset()
    bridged: frozenset[str] = frozenset()
    surface: dict[str, str] = field(default_factory=dict)

    def written(self, folded: str) -> str:
        """Return a folded term as the owner wrote it (``pc/abs`` -> ``PC/ABS``)."""
        return self.surface.get(folded, folded)


@cache
def need_speak() -> frozenset[str]:
    """Return the words that say nothing about the technology, from ``resources/terms/need_speak.txt``."""
    lines = (resources() / "terms" / "need_speak.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in fold(line).split())


def read_question(query: MatchQuery, expansions: Sequence[Expansion] = ()) -> Question:
    """Return ``query`` as weighted terms; never fails, whatever was typed (nothing usable gives no terms)."""
    question = Question(sector_of(query.industries, query.field))
    parts = [
        (query.title, TITLE_WEIGHT),
        *((keyword, TITLE_WEIGHT) for keyword in query.keywords),
        (query.text, TEXT_WEIGHT),
        *((metric, TEXT_WEIGHT) for metric in query.metrics),
    ]
    parts = [(part[:MAX_LENGTH], weight) for part, weight in parts if part.strip()]
    question.exclusions = _exclusions("\n".join(fold(part) for part, _ in parts))
    for part, weight in parts:
        _take(question, part, weight)
    for exclusion in question.exclusions:
        question.words.pop(exclusion.what, None)
    question.words = _heaviest(question.words)
    question.bigrams = _heaviest(question.bigrams)
    question.own_words = frozenset(question.words)
    question.own_bigrams = frozenset(question.bigrams)
    question.metrics = [metric.strip() for metric in query.metrics if metric.strip()]
    _expand(question, "\n".join(fold(part) for part, _ in parts), expansions)
    return question


def _exclusions(folded: str) -> list[Exclusion]:
    found: dict[str, Exclusion] = {}
    for exclusion in find_exclusions(folded):
        found.setdefault(exclusion.what, exclusion)
    return list(found.values())


def _take(question: Question, written: str, weight: float) -> None:
    folded, offsets = fold_with_offsets(written)
    exclusions = find_exclusions(folded)
    for run in content_runs(folded, exclusions):
        question.runs.append(run)
        for segment in run.segments:
            _take_segment(question, segment.text, weight)
            if not is_han(segment.text):
                question.surface.setdefault(
                    segment.text, written[offsets[segment.start] : offsets[segment.end - 1] + 1]
                )
        for left, right in zip(run.segments, run.segments[1:], strict=False):
            _add(question.bigrams, left.text[-1] + right.text[0], weight * PART_SHARE)
    for exclusion in exclusions:
        # 无卤 is what the right texts call themselves: the pair attracts, the bare 卤 does not.
        pair = folded[exclusion.start - 1 : exclusion.start + 1]
        if exclusion.start and pair[0] == "无" and is_han(pair[1:]):
            _add(question.bigrams, pair, weight)


def _take_segment(question: Question, segment: str, weight: float) -> None:
    question.segment_weights[segment] = max(question.segment_weights.get(segment, 0.0), weight)
    for word in dict.fromkeys([segment, *subwords(segment)]):
        if word not in need_speak() and not _is_bare_number(word):
            _add(question.words, word, weight if word == segment else weight * PART_SHARE)
    if is_han(segment):
        for pair in bigrams(segment):
            _add(question.bigrams, pair, weight)


def _add(terms: dict[str, float], term: str, weight: float) -> None:
    known = terms.get(term)
    if known is None:
        terms[term] = weight
    else:
        terms[term] = min(MAX_WEIGHT, max(known, weight) + REPEAT_BONUS * min(known, weight))


def content_runs(folded: str, exclusions: Iterable[Exclusion]) -> Iterator[Run]:
    """Yield the runs of content words of a folded text: need-speak, bare numbers and unwanted things break them."""
    unwanted = [(exclusion.start, exclusion.end) for exclusion in exclusions]
    run: list[Token] = []
    for segment in segments(folded):
        content = (
            segment.text not in need_speak()
            and not _is_bare_number(segment.text)
            and not any(start < segment.end and segment.start < end for start, end in unwanted)
        )
        adjoins = bool(run) and run[-1].end == segment.start and is_han(segment.text) and is_han(run[-1].text)
        if run and not (content and adjoins):
            yield Run(tuple(run))
            run = []
        if content:
            run.append(segment)
    if run:
        yield Run(tuple(run))


def _is_bare_number(word: str) -> bool:
    """Counts, years and money attract texts by accident; grades such as 6063 or ul94 stay."""
    return word.replace(".", "").isdigit() and (len(word) < 3 or word.startswith(("19", "20")) or "." in word)


def _heaviest(terms: dict[str, float]) -> dict[str, float]:
    if len(terms) <= MAX_TERMS:
        return terms
    return dict(sorted(terms.items(), key=lambda item: (-item[1], item[0]))[:MAX_TERMS])


def _expand(question: Question, said: str, expansions: Sequence[Expansion]) -> None:
    bridged: set[str] = set()
    for expansion in expansions:
        lay = fold(expansion.lay).strip()
        if not lay or lay not in said or expansion.weight <= 0:
            continue
        question.expansions.append(expansion)
        bridged.update(subwords(lay), bigrams(lay))
        for segment in segments(fold(expansion.technical)):
            for word in subwords(segment.text):
                share = 1.0 if word == segment.text else PART_SHARE
                question.words[word] = max(question.words.get(word, 0.0), expansion.weight * share)
        for pair in bigrams(fold(expansion.technical)):
            question.bigrams[pair] = max(question.bigrams.get(pair, 0.0), expansion.weight)
    question.bridged = frozenset(bridged)

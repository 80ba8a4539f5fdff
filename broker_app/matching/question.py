"""A need (or an achievement, in the other direction) as a question to the pool: which terms, how heavy, what not.

What stands in the title counts twice, what is said again counts more, half-words inside a longer word count less
(:mod:`broker_app.matching.weights`). A phrase of the term table and its technical terms are one concept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import pairwise
from uuid import UUID

from broker_app.matching import weights
from broker_app.matching.exclusions import Exclusion, find_exclusions
from broker_app.matching.industry_prior import Sector, sector_of
from broker_app.matching.terms import TermTable
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

MAX_TERMS = 160  # words, and bigrams, of one question; a longer text is asked by its heaviest terms
MAX_CONCEPTS = 40  # phrases of the term table used for one question
MAX_LENGTH = 20_000  # characters read of one question
MAX_PARTS = 5  # things one need may hold; more of them are a list of something else
LEAST_PART = 4  # content characters that make a thing of its own

# Where an owner starts with the next thing.
_NEXT_THING = re.compile(
    r"(?:[。；;！？!?\n]\s*|[，,]\s*(?=另外|此外|[二三四]是))"
    r"(?P<what>另外|此外|另一个|还有|再一个|再有|其次|第[二三四五]|[二三四五]是|[②③④⑤]|[（(]?[2-5二三四五][)）、.．](?!\d))"
)


@dataclass(frozen=True, slots=True)
class Expansion:
    """One pair of the term table: where ``lay`` is said, ``technical`` is searched too; ``weight`` 1 = as if said.

    ``entry_id`` names the entry of the table, "" for a pair tried for one search only.
    """

    lay: str
    technical: str
    weight: float = 1.5
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One technical term of a concept as weighted tokens."""

    expansion: Expansion
    words: Mapping[str, float]
    bigrams: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Concept:
    """A lay phrase of the need and the technical terms for it: one thing, counted by the best of its names.

    ``lay_words`` and ``lay_bigrams`` are the tokens of the phrase itself: how well the pool knows them tells how much
    translation it needs.
    """

    lay: str
    lay_words: tuple[str, ...]
    lay_bigrams: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


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
    mountain_county: bool = False
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

    ``own_…`` are the tokens the owner said; ``parts`` are questions of their own for things the need names apart.
    """

    sector: Sector
    words: dict[str, float] = field(default_factory=dict)
    bigrams: dict[str, float] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    segment_weights: dict[str, float] = field(default_factory=dict)
    exclusions: list[Exclusion] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    own_words: frozenset[str] = frozenset()
    own_bigrams: frozenset[str] = frozenset()
    parts: "tuple[Question, ...]" = ()
    surface: dict[str, str] = field(default_factory=dict)

    @property
    def expansions(self) -> list[Expansion]:
        """Every pair of the term table that was used."""
        return [one.expansion for concept in self.concepts for one in concept.alternatives]

    def written(self, folded: str) -> str:
        """Return a folded term as the owner wrote it (``pc/abs`` -> ``PC/ABS``)."""
        return self.surface.get(folded, folded)


@cache
def need_speak() -> frozenset[str]:
    """Return the words that say nothing about the technology, from ``resources/terms/need_speak.txt``."""
    lines = (resources() / "terms" / "need_speak.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in fold(line).split())


def read_question(query: MatchQuery, expansions: Sequence[Expansion] = (), table: TermTable | None = None) -> Question:
    """Return ``query`` as weighted terms; never fails, whatever was typed (nothing usable gives no terms).

    A need that says itself that it holds several things (另外 …, 一是 … 二是 …, a numbered list) also gets a question
    for each of them; what the title says belongs to the first.
    """
    question = _read_whole(query, expansions, table)
    texts = split_parts(query.text)
    if len(texts) > 1:
        question.parts = tuple(_read_whole(_part(query, text, at), expansions, table) for at, text in enumerate(texts))
    return question


def split_parts(text: str) -> list[str]:
    """Return the things a need names apart, as written; one piece when it does not say that there are several."""
    starts = [found.start("what") for found in _NEXT_THING.finditer(text[:MAX_LENGTH])]
    parts: list[str] = []
    for start, end in pairwise([0, *starts, len(text)]):
        piece = text[start:end]
        if parts and not (_says_something(piece) and _says_something(parts[-1])):
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts if 1 < len(parts) <= MAX_PARTS else [text]


def _part(query: MatchQuery, text: str, at: int) -> MatchQuery:
    return replace(query, title="" if at else query.title, keywords=(), metrics=(), text=text)


def _says_something(piece: str) -> bool:
    folded = fold(piece)
    return sum(len(run.text) for run in content_runs(folded, find_exclusions(folded))) >= LEAST_PART


def _read_whole(query: MatchQuery, expansions: Sequence[Expansion], table: TermTable | None) -> Question:
    question = Question(sector_of(query.industries, query.field))
    parts = [
        (query.title, weights.TITLE_WEIGHT),
        *((keyword, weights.TITLE_WEIGHT) for keyword in query.keywords),
        (query.text, weights.TEXT_WEIGHT),
        *((metric, weights.TEXT_WEIGHT) for metric in query.metrics),
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
    _expand(question, "\n".join(fold(part) for part, _ in parts), expansions, table)
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
        for left, right in pairwise(run.segments):
            _add(question.bigrams, left.text[-1] + right.text[0], weight * weights.PART_SHARE)
    for exclusion in exclusions:
        # 无卤 is what the right texts call themselves: the pair attracts, the bare 卤 does not.
        pair = folded[exclusion.start - 1 : exclusion.start + 1]
        if exclusion.start and pair[0] == "无" and is_han(pair[1:]):
            _add(question.bigrams, pair, weight)


def _take_segment(question: Question, segment: str, weight: float) -> None:
    question.segment_weights[segment] = max(question.segment_weights.get(segment, 0.0), weight)
    for word in dict.fromkeys([segment, *subwords(segment)]):
        if word not in need_speak() and not _is_bare_number(word):
            _add(question.words, word, weight if word == segment else weight * weights.PART_SHARE)
    if is_han(segment):
        for pair in bigrams(segment):
            _add(question.bigrams, pair, weight)


def _add(terms: dict[str, float], term: str, weight: float) -> None:
    known = terms.get(term)
    if known is None:
        terms[term] = weight
    else:
        terms[term] = min(weights.MAX_WEIGHT, max(known, weight) + weights.REPEAT_BONUS * min(known, weight))


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


def _expand(question: Question, said: str, expansions: Sequence[Expansion], table: TermTable | None) -> None:
    """Turn the phrases of the term table that the need says into concepts; each token belongs to one of them only."""
    unwanted = [(exclusion.start, exclusion.end) for exclusion in question.exclusions]
    phrases: dict[str, list[Expansion]] = {}
    for pair in expansions:
        lay = fold(pair.lay).strip()
        if lay and lay in said and pair.weight > 0:
            phrases.setdefault(lay, []).append(pair)
    for hit in () if table is None else table.find(said, question.sector.keys):
        if not any(start < hit.end and hit.start < end for start, end in unwanted):
            pairs = phrases.setdefault(said[hit.start : hit.end], [])
            pairs += [Expansion(hit.entry.lay, term, hit.weight, hit.entry.id) for term in hit.entry.technical]
    claimed: set[str] = set()
    for lay, pairs in list(phrases.items())[:MAX_CONCEPTS]:
        lay_words, lay_bigrams = tuple(dict.fromkeys(subwords(lay))), tuple(dict.fromkeys(bigrams(lay)))
        alternatives = [_alternative(question, pair, claimed) for pair in dict.fromkeys(pairs)]
        for one in alternatives:
            claimed.update(one.words, one.bigrams)
        question.concepts.append(Concept(lay, lay_words, lay_bigrams, tuple(alternatives)))


def _alternative(question: Question, pair: Expansion, claimed: AbstractSet[str]) -> Alternative:
    """Return a technical term as tokens; what the owner said too gets heavier there instead."""
    folded = fold(pair.technical)
    weight = pair.weight * weights.TABLE_SCALE
    words: dict[str, float] = {}
    for segment in segments(folded):
        for word in dict.fromkeys((segment.text, *subwords(segment.text))):
            if word not in need_speak() and not _is_bare_number(word):
                share = 1.0 if word == segment.text else weights.PART_SHARE
                words[word] = max(words.get(word, 0.0), weight * share)
    return Alternative(
        pair,
        _unsaid(words, question.words, claimed),
        _unsaid(dict.fromkeys(bigrams(folded), weight), question.bigrams, claimed),
    )


def _unsaid(tokens: dict[str, float], own: dict[str, float], claimed: AbstractSet[str]) -> dict[str, float]:
    """Return the tokens neither the owner nor another concept has, a long name's lighter, so that length is no gain."""
    kept: dict[str, float] = {}
    for token, weight in tokens.items():
        if token in own:
            own[token] = max(own[token], weight)
        elif token not in claimed:
            kept[token] = weight
    damping = max(1, len(kept)) ** -weights.NAME_LENGTH_DAMPING
    return {token: weight * damping for token, weight in kept.items()}

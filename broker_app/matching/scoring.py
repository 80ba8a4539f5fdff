"""BM25 of every document of a pool over one kind of token, kept so that a score can be taken apart again.

FTS5 delivers the postings; the sum is made here, because every term has its own weight and the explanation must be
able to say what each one gave. A phrase of the term table counts as one concept, by the best of its names.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest

from broker_app.matching import weights
from broker_app.matching.index import Kind, PoolState, Posting
from broker_app.matching.question import Concept, Question

Hits = Mapping[str, Posting]

K1 = 1.2
B = 0.75
COMMON_LEAST = 1000  # records a token must stand in to be looked up late
COMMON_SHARE = 0.05  # and what part of the pool
MAX_HITS = 400_000  # postings read for one question, rarest terms first: a bound on time, far above usual


@dataclass
class TermHits:
    """One token of the question in the pool: ``worth`` = weight x inverse document frequency; how often in each row."""

    term: str
    worth: float
    posting: Posting
    norms: Sequence[float]
    is_common: bool = False

    @cached_property
    def gains(self) -> dict[int, float]:
        """What the token gives each row that holds it."""
        worth, norms = self.worth * (K1 + 1), self.norms
        return {row: worth * count / (count + norms[row]) for row, count in Counter(self.posting.rows).items()}

    def gains_of(self, rows: AbstractSet[int]) -> dict[int, float]:
        """What the token gives those of ``rows`` that hold it."""
        if not self.is_common:
            gains = self.gains
            return {row: gains[row] for row in rows if row in gains}
        worth, norms = self.worth * (K1 + 1), self.norms
        counts = Counter(filter(rows.__contains__, self.posting.rows))
        return {row: worth * count / (count + norms[row]) for row, count in counts.items()}


@dataclass(slots=True)
class Scoring:
    """BM25 of every document over one kind of token, with what is needed to take a score apart again.

    ``own`` are the tokens the owner said; ``concepts`` are phrases of the term table, each with the tokens of its
    alternative names. A concept counts as the best of its names and ``weights.OTHER_NAMES`` of the rest.
    """

    kind: Kind
    own: list[TermHits] = field(default_factory=list)
    concepts: list[list[list[TermHits]]] = field(default_factory=list)
    possible: float = 0.0  # worth of all terms the owner said
    known: float = 0.0  # worth of those that occur in the pool
    scores: dict[int, float] = field(default_factory=dict)
    best: float = 0.0

    def hits(self) -> Iterator[TermHits]:
        """Every token found, one that several names share as often as it is shared."""
        yield from self.own
        for names in self.concepts:
            for terms in names:
                yield from terms

    def parts(self, row: int, state: PoolState) -> dict[str, float]:
        """Return what each token gave ``row``, as part of the normalised score."""
        if not self.best:
            return {}
        norm = _norms(state, self.kind)[row]

        def gains(terms: Iterable[TermHits]) -> dict[str, float]:
            found = ((hit.term, hit.worth, hit.posting.count(row)) for hit in terms)
            return {term: worth * _saturated(count, norm) / self.best for term, worth, count in found if count}

        parts = gains(self.own)
        for names in self.concepts:
            each = [gains(terms) for terms in names]
            best = max(each, key=lambda tokens: sum(tokens.values()))
            for tokens in each:
                for term, gain in tokens.items():
                    parts[term] = gain if term in best else gain * weights.OTHER_NAMES
        return parts


def own_tokens(question: Question, kind: Kind) -> list[str]:
    """Return the tokens the owner said, those of lay phrases too, each once."""
    is_words = kind == "words"
    tokens = dict.fromkeys(question.words if is_words else question.bigrams)
    for concept in question.concepts:
        if not is_words:
            tokens.update(dict.fromkeys(concept.lay_bigrams))
        elif not concept.lay_bigrams:
            tokens.update(dict.fromkeys(concept.lay_words))
    return list(tokens)


def table_tokens(question: Question, kind: Kind) -> list[str]:
    """Return the tokens of technical terms, each once."""
    names = (one for concept in question.concepts for one in concept.alternatives)
    return list(dict.fromkeys(token for one in names for token in (one.words if kind == "words" else one.bigrams)))


def translation_needed(concept: Concept, found: Mapping[Kind, Hits], documents: int) -> float:
    """Return what part of a concept's weight counts: 1 for a phrase no record says, less the better the pool knows it.

    轴承 finds its records by itself and its table entry mostly adds neighbours; 老是抖 finds nothing without.
    """
    kind: Kind = "bigrams" if concept.lay_bigrams else "words"
    tokens = concept.lay_bigrams or concept.lay_words
    held = found.get(kind, {})
    known = min((held[token].documents if token in held else 0 for token in tokens), default=0)
    return 1 / (1 + known / max(weights.KNOWN_LEAST, weights.KNOWN_SHARE * documents))


def score_questions(
    questions: Sequence[Question], found: Mapping[Kind, Hits], state: PoolState, skipped: set[int], reach: int
) -> list[list[Scoring]]:
    """Return the scorings of each question, by kind of token; ``skipped`` are rows that are not to be found.

    Where there are many postings, tokens that stand in a large part of the pool are only looked up in the ``reach``
    rows that lead without them: they tell records apart that are close, they never bring one up from nothing.
    """
    scored = []
    for question in questions:
        needed = [translation_needed(concept, found, state.documents) for concept in question.concepts]
        scorings = [_prepared(kind, question, found[kind], needed, state) for kind in found]
        for scoring in scorings:
            scoring.scores = _accumulated(scoring, {hit.term: hit.gains for hit in scoring.hits() if not hit.is_common})
        if any(hit.is_common for scoring in scorings for hit in scoring.hits()):
            rows = {
                row for scoring in scorings for row in nlargest(reach, scoring.scores, key=scoring.scores.__getitem__)
            }
            for scoring in scorings:
                scoring.scores = _accumulated(scoring, {hit.term: hit.gains_of(rows) for hit in scoring.hits()})
        for scoring in scorings:
            for row in skipped:
                scoring.scores.pop(row, None)
            scoring.best = max(scoring.scores.values(), default=0.0)
        scored.append(scorings)
    return scored


def _prepared(kind: Kind, question: Question, found: Hits, needed: Sequence[float], state: PoolState) -> Scoring:
    """Return the scoring of one kind of token before adding up; ``needed`` is the part of each concept that counts."""
    own = question.words if kind == "words" else question.bigrams
    names = [
        [one.words if kind == "words" else one.bigrams for one in concept.alternatives] for concept in question.concepts
    ]
    weighted = dict(own)
    for concept, share in zip(names, needed, strict=True):
        for tokens in concept:
            weighted.update((token, weight * share) for token, weight in tokens.items())
    hits = _weighed(weighted, found, state, kind)
    scoring = Scoring(kind)
    for term, weight in own.items():
        posting = found.get(term)
        worth = weight * _inverse_frequency(state.documents, posting.documents if posting else 0)
        scoring.possible += worth
        scoring.known += worth if posting else 0.0
    scoring.own = [hits[term] for term in own if term in hits]
    for concept in names:
        scoring.concepts.append([[hits[term] for term in tokens if term in hits] for tokens in concept])
    return scoring


def _weighed(weighted: Mapping[str, float], found: Hits, state: PoolState, kind: Kind) -> dict[str, TermHits]:
    """Return the tokens that occur, rarest first until ``MAX_HITS`` postings are read."""
    norms = _norms(state, kind)
    common = max(COMMON_LEAST, COMMON_SHARE * state.documents)
    hits: dict[str, TermHits] = {}
    read = 0
    for term in sorted(found.keys() & weighted.keys(), key=lambda term: (len(found[term].rows), term)):
        posting = found[term]
        read += len(posting.rows)
        if read > MAX_HITS:
            break
        worth = weighted[term] * _inverse_frequency(state.documents, posting.documents)
        hits[term] = TermHits(term, worth, posting, norms, posting.documents > common)
    return hits


def _accumulated(scoring: Scoring, gains: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    """The hot loop: add up what the tokens of ``gains`` give, one addition per posting."""
    scores: dict[int, float] = defaultdict(float)
    for hit in scoring.own:
        for row, gain in gains.get(hit.term, {}).items():
            scores[row] += gain
    for names in scoring.concepts:
        for row, gain in _concept_gains(names, gains).items():
            scores[row] += gain
    return {row: score for row, score in scores.items() if score}


def _concept_gains(
    names: Sequence[Sequence[TermHits]], gains: Mapping[str, Mapping[int, float]]
) -> Mapping[int, float]:
    """Return for each row the best name of a concept and a share of what its other names add, each token once."""
    counted = [[gains[hit.term] for hit in terms if hit.term in gains] for terms in names]
    each = [_added(parts) for parts in counted if parts]
    if len(each) < 2:
        return each[0] if each else {}
    best = dict(each[0])
    for name in each[1:]:
        for row, gain in name.items():
            if gain > best.get(row, 0.0):
                best[row] = gain
    share = weights.OTHER_NAMES
    distinct = dict.fromkeys(hit.term for terms in names for hit in terms if hit.term in gains)
    whole = _added([gains[term] for term in distinct])
    return {row: gain + share * (whole[row] - gain) for row, gain in best.items()}


def _added(parts: Sequence[Mapping[int, float]]) -> Mapping[int, float]:
    """Return the sum of gains by row; the parts stay as they are."""
    if len(parts) == 1:
        return parts[0]
    first, *rest = sorted(parts, key=len, reverse=True)
    whole = defaultdict(float, first)
    for part in rest:
        for row, gain in part.items():
            whole[row] += gain
    return whole


def _norms(state: PoolState, kind: Kind) -> list[float]:
    """Return for each row what its length takes from a count (BM25), kept with the state of the pool."""
    norms = state.norms.get(kind)
    if norms is None:
        flat, slope = K1 * (1 - B), K1 * B
        norms = state.norms[kind] = [flat + slope * length for length in state.lengths[kind]]
    return norms


def _saturated(count: int, norm: float) -> float:
    return count * (K1 + 1) / (count + norm)


def _inverse_frequency(documents: int, holding: int) -> float:
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))

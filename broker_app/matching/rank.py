"""Which records of a pool answer a question, best first, with the exact part of every term in it.

Raw score of a document = BM25 over words / best BM25 over words in the pool
                        + BM25 over bigrams / best BM25 over bigrams in the pool
                        + a share when the industries agree + a small one for each asked fact that fits,
the whole made smaller for each thing the owner excluded and the document contains. A phrase of the term table counts
as one concept, by the best of its names. All weights stand in :mod:`broker_app.matching.weights`.

FTS5 delivers the postings; the sum is made here, because every term has its own weight and the explanation must be
able to say what each one gave. Same pool and question give the same order in every process: ties go by id.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nlargest
from uuid import UUID

from sqlalchemy import Connection

from broker_app.matching import index, weights
from broker_app.matching.documents import Document, full_text, unpack_trade
from broker_app.matching.exclusions import is_violated
from broker_app.matching.index import KINDS, Kind, Pool, PoolState
from broker_app.matching.industry_prior import Sector, agree, sector_of
from broker_app.matching.question import Concept, MatchQuery, Question
from broker_app.matching.text import fold
from broker_app.matching.twins import find_twins

Hits = Mapping[str, Sequence[int]]

K1 = 1.2
B = 0.75
INDUSTRY_WEIGHT = 0.2
FACT_WEIGHT = 0.05
VIOLATION_FACTOR = 0.7
FIRST = 5
ENOUGH_EVIDENCE = 0.45
ENOUGH_ALONE = 1.0
MAX_HITS = 400_000  # postings read for one question, rarest terms first: a bound on time, far above usual


@dataclass(slots=True)
class TermHits:
    """One token of the question in the pool: ``worth`` = weight x inverse document frequency; how often in each row."""

    term: str
    worth: float
    rows: Counter[int]


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
    known: float = 0.0  # worth of those that occur in the pool or are translated by the term table
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
        norm = _norm(row, self.kind, state)

        def gains(terms: Iterable[TermHits]) -> dict[str, float]:
            found = ((hit.term, hit.worth, hit.rows.get(row)) for hit in terms)
            return {term: worth * _saturated(count, norm) / self.best for term, worth, count in found if count}

        parts = gains(self.own)
        for names in self.concepts:
            each = [gains(terms) for terms in names]
            best = max(each, key=lambda tokens: sum(tokens.values()))
            for tokens in each:
                for term, gain in tokens.items():
                    parts[term] = gain if term in best else gain * weights.OTHER_NAMES
        return parts


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document with its raw score taken apart; ``attained`` is its share of the question's worth, words + bigrams."""

    row: int
    document: Document
    raw: float
    words: dict[str, float]
    bigrams: dict[str, float]
    industry: float
    facts: dict[str, float]
    attained: float
    violated: frozenset[str] = frozenset()
    twins: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer of a pool: best candidates first; ``ceiling`` is the raw score nobody can exceed.

    ``strength`` of the evidence: 1 and more is enough (see :func:`_strength`).
    """

    candidates: list[Candidate]
    ceiling: float
    pool_size: int
    strength: float
    frequencies: dict[str, int]


def rank(connection: Connection, query: MatchQuery, question: Question, pool: Pool, limit: int) -> Ranking:
    """Return the best ``limit`` documents of ``pool`` without twins; nothing to search in or for gives none."""
    state = index.pool_state(connection, pool)
    skipped = index.rows_of(connection, pool, query.skip)
    found = {kind: index.hits(connection, pool, kind, _tokens(question, kind)) for kind in KINDS if state.documents}
    needed = [_translation_needed(concept, found, state.documents) for concept in question.concepts]
    scorings = [_score(kind, question, found.get(kind, {}), needed, state, skipped) for kind in KINDS]
    totals = _totals(scorings, question.sector, state)
    shortlist = _highest(totals, 2 * limit + 10)
    documents = index.fetch(connection, shortlist)
    candidates = [_candidate(row, documents[row], query, question, scorings, state) for row in shortlist]
    candidates.sort(key=lambda candidate: (-round(candidate.raw, 9), candidate.document.id))
    twins = find_twins([candidate.document for candidate in candidates])
    best = [replace(one, twins=twins[one.document.id]) for one in candidates if one.document.id in twins][:limit]
    return Ranking(
        best,
        sum(1.0 for scoring in scorings if scoring.best) + _askable(query, question),
        state.documents,
        _strength(best, scorings),
        {hit.term: len(hit.rows) for scoring in scorings for hit in scoring.hits()},
    )


def _tokens(question: Question, kind: Kind) -> list[str]:
    """Return every token to look up, each once: the owner's, the lay phrases', the table's."""
    is_words = kind == "words"
    tokens = dict.fromkeys(question.words if is_words else question.bigrams)
    for concept in question.concepts:
        tokens.update(dict.fromkeys(concept.lay_words if is_words else concept.lay_bigrams))
        for one in concept.alternatives:
            tokens.update(dict.fromkeys(one.words if is_words else one.bigrams))
    return list(tokens)


def _translation_needed(concept: Concept, found: Mapping[Kind, Hits], documents: int) -> float:
    """Return what part of a concept's weight counts: 1 for a phrase no record says, less the better the pool knows it.

    轴承 finds its records by itself and its table entry mostly adds neighbours; 老是抖 finds nothing without.
    """
    kind: Kind = "bigrams" if concept.lay_bigrams else "words"
    tokens = concept.lay_bigrams or concept.lay_words
    known = min((len(set(found.get(kind, {}).get(token, ()))) for token in tokens), default=0)
    return 1 / (1 + known / max(weights.KNOWN_LEAST, weights.KNOWN_SHARE * documents))


def _score(
    kind: Kind, question: Question, found: Hits, needed: Sequence[float], state: PoolState, skipped: set[int]
) -> Scoring:
    own = question.words if kind == "words" else question.bigrams
    names = [
        [one.words if kind == "words" else one.bigrams for one in concept.alternatives] for concept in question.concepts
    ]
    weighted = dict(own)
    for concept, share in zip(names, needed, strict=True):
        for tokens in concept:
            weighted.update((token, weight * share) for token, weight in tokens.items())
    hits = _weighed(weighted, found, state.documents)
    scoring = Scoring(kind)
    for term, weight in own.items():
        worth = weight * _inverse_frequency(state.documents, len(set(found.get(term, ()))))
        scoring.possible += worth
        scoring.known += worth if found.get(term) or term in question.bridged else 0.0
    scoring.own = [hits[term] for term in own if term in hits]
    for concept in names:
        scoring.concepts.append([[hits[term] for term in tokens if term in hits] for tokens in concept])
    _accumulate(scoring, state)
    for row in skipped:
        scoring.scores.pop(row, None)
    scoring.best = max(scoring.scores.values(), default=0.0)
    return scoring


def _weighed(weighted: Mapping[str, float], found: Hits, documents: int) -> dict[str, TermHits]:
    """Return the tokens that occur, rarest first until ``MAX_HITS`` postings are read."""
    hits: dict[str, TermHits] = {}
    read = 0
    for term in sorted(found.keys() & weighted.keys(), key=lambda term: (len(found[term]), term)):
        read += len(found[term])
        if read > MAX_HITS:
            break
        rows = Counter(found[term])
        hits[term] = TermHits(term, weighted[term] * _inverse_frequency(documents, len(rows)), rows)
    return hits


def _accumulate(scoring: Scoring, state: PoolState) -> None:
    """The hot loop: one addition per posting. Rows without a document are leftovers of an older tokenizer."""
    scores = scoring.scores
    for hit in scoring.own:
        for row, gain in _gains(hit, scoring.kind, state):
            scores[row] = scores.get(row, 0.0) + gain
    for names in scoring.concepts:
        whole, best = _concept_gains(names, scoring.kind, state)
        for row, gain in whole.items():
            top = best[row]
            scores[row] = scores.get(row, 0.0) + top + weights.OTHER_NAMES * (gain - top)


def _concept_gains(
    names: Sequence[Sequence[TermHits]], kind: Kind, state: PoolState
) -> tuple[dict[int, float], dict[int, float]]:
    """Return for each row what all tokens of a concept give, each once, and what its best name gives."""
    whole: dict[int, float] = {}
    best: dict[int, float] = {}
    counted: set[str] = set()
    for terms in names:
        name: dict[int, float] = {}
        for hit in terms:
            first = hit.term not in counted
            counted.add(hit.term)
            for row, gain in _gains(hit, kind, state):
                name[row] = name.get(row, 0.0) + gain
                if first:
                    whole[row] = whole.get(row, 0.0) + gain
        for row, gain in name.items():
            best[row] = max(gain, best.get(row, 0.0))
    return whole, best


def _gains(hit: TermHits, kind: Kind, state: PoolState) -> Iterator[tuple[int, float]]:
    lengths, mean = state.lengths[kind], state.mean[kind]
    flat, slope = K1 * (1 - B), K1 * B / mean if mean else 0.0
    worth = hit.worth * (K1 + 1)
    for row, count in hit.rows.items():
        length = lengths.get(row)
        if length is not None:
            yield row, worth * count / (count + flat + slope * length)


def _totals(scorings: Sequence[Scoring], asked: Sector, state: PoolState) -> dict[int, float]:
    totals: dict[int, float] = {}
    for scoring in scorings:
        for row, score in scoring.scores.items():
            totals[row] = totals.get(row, 0.0) + score / scoring.best
    if asked.keys or asked.field:
        bonus: dict[str, float] = {}
        for row in totals:
            trade = state.trades[row]
            if trade not in bonus:
                bonus[trade] = _industry_part(asked, trade)
            totals[row] += bonus[trade]
    return totals


def _highest(totals: dict[int, float], count: int) -> list[int]:
    if len(totals) > count:
        least = nlargest(count, totals.values())[-1]
        totals = {row: total for row, total in totals.items() if total >= least}
    return sorted(totals, key=lambda row: (-totals[row], row))[:count]


def _candidate(
    row: int, document: Document, query: MatchQuery, question: Question, scorings: Sequence[Scoring], state: PoolState
) -> Candidate:
    words, pairs = (scoring.parts(row, state) for scoring in scorings)
    industry = _industry_part(question.sector, state.trades[row])
    facts = _fitting_facts(query, document)
    violated = frozenset(
        exclusion.what for exclusion in question.exclusions if is_violated(exclusion, full_text(document))
    )
    whole = sum(words.values()) + sum(pairs.values()) + industry + sum(facts.values())
    return Candidate(
        row=row,
        document=document,
        raw=whole * VIOLATION_FACTOR ** len(violated),
        words=words,
        bigrams=pairs,
        industry=industry,
        facts=facts,
        attained=_attained(row, scorings),
        violated=violated,
    )


def _attained(row: int, scorings: Sequence[Scoring]) -> float:
    shares = [scoring.scores.get(row, 0.0) / scoring.possible for scoring in scorings if scoring.possible]
    # A question in one script only has no bigrams (or no words): the part it has counts for both.
    return sum(shares) * len(KINDS) / len(shares) if shares else 0.0


def _strength(best: Sequence[Candidate], scorings: Sequence[Scoring]) -> float:
    """Return how far the evidence goes: 1 and more is enough to show records as found, less is 证据不足.

    It weighs what the best of the first records attains of the question with how much of the question the pool knows
    at all; a record that attains half of all there is counts alone. Settled on needs the pool answers and on needs it
    cannot (``benchmarks/match_quality.py``).
    """
    possible = sum(scoring.possible for scoring in scorings)
    if not best or not possible:
        return 0.0
    attained = max(candidate.attained for candidate in best[:FIRST])
    known = sum(scoring.known for scoring in scorings) / possible
    return max(attained * known / ENOUGH_EVIDENCE, attained / ENOUGH_ALONE)


def _fitting_facts(query: MatchQuery, document: Document) -> dict[str, float]:
    fits = {
        "trl": query.trl_min is not None and document.trl is not None and document.trl >= query.trl_min,
        "budget": query.budget_fen is not None
        and document.price_fen is not None
        and document.price_fen <= query.budget_fen,
        "region": bool(query.region) and fold(query.region) == fold(document.region),
        "mode": bool(set(map(fold, query.modes)) & set(map(fold, document.modes))),
    }
    return {name: FACT_WEIGHT for name, fitting in fits.items() if fitting}


def _askable(query: MatchQuery, question: Question) -> float:
    facts = (query.trl_min is not None, query.budget_fen is not None, bool(query.region), bool(query.modes))
    trade = INDUSTRY_WEIGHT if question.sector.keys or question.sector.field else 0.0
    return trade + FACT_WEIGHT * sum(facts)


def _industry_part(asked: Sector, trade: str) -> float:
    industries, discipline = unpack_trade(trade)
    return INDUSTRY_WEIGHT if agree(asked, sector_of(industries, discipline)) else 0.0


def _norm(row: int, kind: Kind, state: PoolState) -> float:
    mean = state.mean[kind]
    return K1 * (1 - B + B * state.lengths[kind][row] / mean) if mean else K1


def _saturated(count: int, norm: float) -> float:
    return count * (K1 + 1) / (count + norm)


def _inverse_frequency(documents: int, holding: int) -> float:
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))

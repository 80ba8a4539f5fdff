"""Which records of a pool answer a question, best first, with the exact part of every term in it.

Raw score of a document = BM25 over words / best BM25 over words in the pool
                        + BM25 over bigrams / best BM25 over bigrams in the pool
                        + a share when the industries agree + a small one for each asked fact that fits,
the whole made smaller for each thing the owner excluded and the document contains. A phrase of the term table counts
as one concept, by the best of its names. All weights stand in :mod:`broker_app.matching.weights`.

A need that names several things apart is scored as a whole and by the thing a record answers best, half and half.
Same pool and question give the same order in every process: ties go by id.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from broker_app.matching import index, weights
from broker_app.matching.documents import Document, full_text, unpack_trade
from broker_app.matching.exclusions import is_violated
from broker_app.matching.index import KINDS, Kind, Pool, PoolState
from broker_app.matching.industry_prior import Sector, agree, sector_of
from broker_app.matching.neighbours import means_of_alike
from broker_app.matching.question import MatchQuery, Question
from broker_app.matching.scoring import (
    Hits,
    Scoring,
    common_from,
    least_of_highest,
    own_tokens,
    score_questions,
    table_tokens,
)
from broker_app.matching.text import fold
from broker_app.matching.twins import find_twins

# 浙科提〔2022〕186号 asks for 先用后转 and for a 转移支付 of achievements to the mountain counties; that the one is the
# way of the other is our reading (待核实), so it is a small visible factor and no rule.
USE_THEN_PAY = "use_then_pay"
COUNTED_POOL = 10_000  # records up to which every occurrence is counted; here nDCG@10 +0.005, recall@50 -0.005
COUNTED_TIMES = 2  # occurrences to a row, beyond which a token is taken for a common one
REACH, REACH_LEAST = 4, 80  # rows scored in full: four for each that is asked for and eighty more


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
    near: float = 0.0  # what records like it gave, behind the first results


@dataclass(frozen=True, slots=True)
class _Facet:
    """A question, whole or one thing of it, with its scores in the pool."""

    question: Question
    scorings: list[Scoring]

    def totals(self) -> list[float]:
        """Return the normalised score of every row."""
        scored = [scoring for scoring in self.scorings if scoring.best]
        if len(scored) == len(KINDS):
            words, pairs = scored
            by_words, by_pairs = 1 / words.best, 1 / pairs.best
            both = zip(words.scores, pairs.scores, strict=True)
            return [word * by_words + pair * by_pairs for word, pair in both]
        return [score / scored[0].best for score in scored[0].scores] if scored else []

    def total(self, row: int) -> float:
        """Return the normalised score of one row."""
        return sum(scoring.scores[row] / scoring.best for scoring in self.scorings if scoring.best)


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
    whole, *parts = _facets(
        connection, pool, question, state, index.rows_of(connection, pool, query.skip), REACH * (limit + REACH_LEAST)
    )
    reach = 2 * limit + 10
    if limit > weights.HEAD:
        reach = max(reach, weights.NEIGHBOURHOOD)
    shortlist = _highest(_totals(whole, parts), question.sector, state, reach)
    documents = index.fetch(connection, list(shortlist))
    candidates = [_candidate(row, total, documents[row], query, whole.question) for row, total in shortlist.items()]
    candidates.sort(key=lambda candidate: (-round(candidate.raw, 9), candidate.document.id))
    twins = find_twins([candidate.document for candidate in candidates])
    shown = [replace(one, twins=twins[one.document.id]) for one in candidates if one.document.id in twins]
    if limit > weights.HEAD:
        shown = _with_neighbours(shown)
    best = [_taken_apart(one, whole, parts, state) for one in shown[:limit]]
    return Ranking(
        best,
        sum(1.0 for scoring in whole.scorings if scoring.best) + _askable(query, question),
        state.documents,
        _strength(best, whole, state.documents),
        {hit.term: hit.posting.documents for scoring in whole.scorings for hit in scoring.hits()},
    )


def _facets(
    connection: Connection, pool: Pool, question: Question, state: PoolState, skipped: set[int], reach: int
) -> list[_Facet]:
    """Return the scores of the whole question, then of each thing it names apart."""
    questions = (question, *question.parts)
    found: dict[Kind, Hits] = {}
    most = max(weights.TABLE_MOST_LEAST, int(weights.TABLE_MOST_SHARE * state.documents))
    for kind in KINDS:
        own = dict.fromkeys(token for one in questions for token in own_tokens(one, kind))
        table = dict.fromkeys(token for one in questions for token in table_tokens(one, kind) if token not in own)
        found[kind] = {
            **_hits(connection, pool, kind, table, state, most),
            **_hits(connection, pool, kind, own, state),
        }
    return list(map(_Facet, questions, score_questions(questions, found, state, skipped, reach)))


def _hits(
    connection: Connection,
    pool: Pool,
    kind: Kind,
    tokens: Collection[str],
    state: PoolState,
    most: int = index.UNBOUNDED,
) -> Hits:
    """Return the postings of tokens that occur no more than ``most`` times.

    In a large pool a token that stands nearly everywhere counts once in each record.
    """
    if state.documents <= COUNTED_POOL:
        return index.hits(connection, pool, kind, tokens, most)
    counted = index.hits(connection, pool, kind, tokens, COUNTED_TIMES * common_from(state.documents))
    others = index.held_by(connection, pool, kind, [token for token in tokens if token not in counted])
    return {**counted, **{token: one for token, one in others.items() if COUNTED_TIMES * one.documents <= most}}


def _totals(whole: _Facet, parts: Sequence[_Facet]) -> list[float]:
    """Return the normalised score of every row without trade and facts."""
    totals = whole.totals()
    scored = [other for other in (part.totals() for part in parts) if other] if totals else []
    if scored:
        share = weights.PART_OF_NEED
        best = list(map(max, zip(*scored, strict=True))) if len(scored) > 1 else scored[0]
        totals = [(1 - share) * total + share * other for total, other in zip(totals, best, strict=True)]
    return totals


def _highest(totals: list[float], asked: Sector, state: PoolState, count: int) -> dict[int, float]:
    """Return the rows with the highest scores, trade included, best first."""
    bonus = weights.INDUSTRY_WEIGHT if asked.keys or asked.field else 0.0
    # The trade brings up nothing that is further below the last of them than what it can give.
    least = least_of_highest(totals, count) - bonus
    if least > 0:
        found = {row: total for row, total in enumerate(totals) if total >= least}
    else:
        found = {row: total for row, total in enumerate(totals) if total}
    if bonus:
        agreeing: dict[str, float] = {}
        for row in found:
            trade = state.trades[row]
            if trade not in agreeing:
                agreeing[trade] = _industry_part(asked, trade)
            found[row] += agreeing[trade]
    return {row: found[row] for row in sorted(found, key=lambda row: (-found[row], row))[:count]}


def _candidate(row: int, total: float, document: Document, query: MatchQuery, question: Question) -> Candidate:
    facts = _fitting_facts(query, document)
    text = full_text(document) if question.exclusions else ""
    violated = frozenset(exclusion.what for exclusion in question.exclusions if is_violated(exclusion, text))
    raw = (total + sum(facts.values())) * weights.VIOLATION_FACTOR ** len(violated)
    return Candidate(row, document, raw, {}, {}, 0.0, facts, 0.0, violated)


def _with_neighbours(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates with those behind the first put in the order of their own score and that of records like them.

    The first ones stay as they are, so that a longer list begins with the shorter one; no later one passes them.
    """
    head, tail = candidates[: weights.HEAD], candidates[weights.HEAD :]
    if not tail:
        return list(head)
    means = means_of_alike([one.document for one in candidates], [one.raw for one in candidates])[weights.HEAD :]
    own = 1 - weights.NEIGHBOURS_SHARE
    least = head[-1].raw
    moved = []
    for one, mean in zip(tail, means, strict=True):
        raw = min(least, own * one.raw + weights.NEIGHBOURS_SHARE * mean)
        moved.append(replace(one, raw=raw, near=raw - own * one.raw))
    moved.sort(key=lambda candidate: (-round(candidate.raw, 9), candidate.document.id))
    return [*head, *moved]


def _taken_apart(candidate: Candidate, whole: _Facet, parts: Sequence[_Facet], state: PoolState) -> Candidate:
    """Return a candidate with what each token, the trade and the whole of the question gave it."""
    row = candidate.row
    own = 1 - weights.NEIGHBOURS_SHARE if candidate.near else 1.0
    words, pairs = ({token: own * part for token, part in each.items()} for each in _shares(row, whole, parts))
    return replace(
        candidate,
        words=words,
        bigrams=pairs,
        industry=own * _industry_part(whole.question.sector, state.trades[row]),
        facts={name: own * part for name, part in candidate.facts.items()},
        attained=max(_attained(row, facet.scorings) for facet in (whole, *parts)),
    )


def _shares(row: int, whole: _Facet, parts: Sequence[_Facet]) -> list[dict[str, float]]:
    """Return what each word and each bigram gave: of the whole need and of the thing in it the record answers best."""
    shares = [scoring.parts(row) for scoring in whole.scorings]
    if parts:
        best = max(parts, key=lambda part: part.total(row))
        for tokens, scoring in zip(shares, best.scorings, strict=True):
            mine = scoring.parts(row)
            for token in tokens.keys() | mine.keys():
                share = weights.PART_OF_NEED
                tokens[token] = (1 - share) * tokens.get(token, 0.0) + share * mine.get(token, 0.0)
    return shares


def _attained(row: int, scorings: Sequence[Scoring]) -> float:
    shares = [scoring.scores[row] / scoring.possible for scoring in scorings if scoring.possible]
    # A question in one script only has no bigrams (or no words): the part it has counts for both.
    return sum(shares) * len(KINDS) / len(shares) if shares else 0.0


def _strength(best: Sequence[Candidate], whole: _Facet, documents: int) -> float:
    """Return how far the evidence goes: 1 and more is enough to show records as found, less is 证据不足.

    It weighs what the best of the first records attains of the question with how much of the owner's own words the
    pool knows at all, squared: a record that shares a few words of a need whose other words nobody writes about is
    chance. One that attains most of what there is counts alone; how much is most grows with the logarithm of the
    pool, as the best of many chance matches does.
    """
    # Pairs of characters do not hang on where words are cut; a question without any is told by its words.
    telling = next((scoring for scoring in reversed(whole.scorings) if scoring.possible), None)
    if not best or telling is None:
        return 0.0
    attained = max(candidate.attained for candidate in best[: weights.FIRST])
    known = telling.known / telling.possible
    alone = weights.ENOUGH_ALONE + weights.ALONE_PER_FOLD * math.log(documents / weights.REFERENCE_POOL)
    return max(attained * known**2 / weights.ENOUGH_EVIDENCE, attained / alone)


def _fitting_facts(query: MatchQuery, document: Document) -> dict[str, float]:
    fits = {
        "trl": query.trl_min is not None and document.trl is not None and document.trl >= query.trl_min,
        "budget": query.budget_fen is not None
        and document.price_fen is not None
        and document.price_fen <= query.budget_fen,
        "region": bool(query.region) and fold(query.region) == fold(document.region),
        "mode": bool(set(map(fold, query.modes)) & set(map(fold, document.modes))),
        "mountain": query.mountain_county and USE_THEN_PAY in document.modes,
    }
    return {name: weights.FACT_WEIGHT for name, fitting in fits.items() if fitting}


def _askable(query: MatchQuery, question: Question) -> float:
    facts = (
        query.trl_min is not None,
        query.budget_fen is not None,
        bool(query.region),
        bool(query.modes),
        query.mountain_county,
    )
    trade = weights.INDUSTRY_WEIGHT if question.sector.keys or question.sector.field else 0.0
    return trade + weights.FACT_WEIGHT * sum(facts)


def _industry_part(asked: Sector, trade: str) -> float:
    industries, discipline = unpack_trade(trade)
    return weights.INDUSTRY_WEIGHT if agree(asked, sector_of(industries, discipline)) else 0.0

"""The one door to matching: ask a pool, get ranked and explained records, or an honest 证据不足."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from broker_app.matching import weights
from broker_app.matching.exclusions import Exclusion
from broker_app.matching.explain import Evidence, MatchResult, explain
from broker_app.matching.index import Pool
from broker_app.matching.question import Expansion, MatchQuery, Question, read_question
from broker_app.matching.rank import Ranking, rank
from broker_app.matching.terms import TermTable, shipped_table


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """A term that was searched: how heavy, in how many records of the pool, and the table entry it comes from."""

    text: str
    weight: float
    found_in: int
    expansion: Expansion | None = None


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """``results`` in order; ``weak_results`` belong under 证据不足. ``evidence`` is that of the whole answer."""

    results: tuple[MatchResult, ...]
    weak_results: tuple[MatchResult, ...]
    evidence: Evidence
    terms: tuple[SearchTerm, ...]
    exclusions: tuple[Exclusion, ...]
    pool_size: int
    took_ms: float


def match(
    connection: Connection,
    query: MatchQuery,
    *,
    pool: Pool = "achievement",
    limit: int = 20,
    expansions: Sequence[Expansion] = (),
    table: TermTable | None = None,
) -> MatchAnswer:
    """Return the best ``limit`` records of ``pool`` for ``query``, explained.

    An empty pool or a query without usable words gives no results and evidence ``none``; nothing typed is an error.
    """
    started = time.perf_counter()
    question = read_question(query, expansions, shipped_table() if table is None else table)
    ranking = rank(connection, query, question, pool, limit)
    enough, levels = _judge(ranking)
    results = [
        explain(candidate, query, question, place=place, ranking=ranking, evidence=level)
        for place, (candidate, level) in enumerate(zip(ranking.candidates, levels, strict=True), 1)
    ]
    return MatchAnswer(
        results=tuple(result for result in results if result.evidence == "strong"),
        weak_results=tuple(result for result in results if result.evidence == "weak"),
        evidence=enough,
        terms=_terms(question, ranking),
        exclusions=tuple(question.exclusions),
        pool_size=ranking.pool_size,
        took_ms=(time.perf_counter() - started) * 1000,
    )


def _judge(ranking: Ranking) -> tuple[Evidence, list[Evidence]]:
    if not ranking.candidates:
        return "none", []
    if ranking.strength < 1:
        return "weak", ["weak"] * len(ranking.candidates)
    reach = weights.WITHIN_REACH * max(candidate.attained for candidate in ranking.candidates)
    return "strong", ["strong" if candidate.attained >= reach else "weak" for candidate in ranking.candidates]


def _terms(question: Question, ranking: Ranking) -> tuple[SearchTerm, ...]:
    own = [
        SearchTerm(question.written(text), weight, ranking.frequencies.get(text, 0))
        for text, weight in question.segment_weights.items()
        if text in question.own_words
    ]
    added = [
        SearchTerm(expansion.technical, expansion.weight, ranking.frequencies.get(expansion.technical, 0), expansion)
        for expansion in question.expansions
    ]
    return (*sorted(own, key=lambda term: (-term.weight, term.found_in, term.text)), *added)

"""Needs that ask the same or nearly the same: found through the index, then held against each other.

``likeness`` of two needs is the geometric mean of how much of the shorter one the other covers and of how much they
share altogether (Dice), over pairs of characters and Latin words of title, keywords and text without need-speak, what
is rare in the pool of achievements weighing more. 1 is the same text. It compares needs; it is no probability.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from broker_app.matching import index
from broker_app.matching.documents import Document
from broker_app.matching.exclusions import find_exclusions
from broker_app.matching.industry_prior import agree, sector_of
from broker_app.matching.question import MatchQuery, content_runs, read_question
from broker_app.matching.rank import Candidate, rank
from broker_app.matching.terms import TermTable
from broker_app.matching.text import bigrams, fold, is_han

Level = Literal["same", "similar"]

SAME = 0.55
SIMILAR = 0.3
HEAD_WEIGHT, TEXT_WEIGHT = 2.0, 1.0
CANDIDATES = 40
ENOUGH_TO_WEIGH = 500  # achievements from which on their frequencies tell what is rare
MAX_SHARED = 8

Face = dict[str, float]


@dataclass(frozen=True, slots=True)
class SimilarNeed:
    """Another need: how alike (0 to 1), ``same`` or ``similar``, and the words both say."""

    id: UUID
    title: str
    likeness: float
    level: Level
    shared: tuple[str, ...]
    same_trade: bool


def similar_needs(
    connection: Connection, query: MatchQuery, *, limit: int = 10, table: TermTable | None = None
) -> tuple[SimilarNeed, ...]:
    """Return the needs of the pool that are like ``query``, the most alike first; ``query.skip`` is left out."""
    question = read_question(query, (), table)
    ranking = rank(connection, query, question, "need", CANDIDATES)
    asked = face(query.title, query.keywords, query.text)
    documents = _with_twins(connection, ranking.candidates)
    faces = {document.id: _face_of(document) for document in documents}
    rarity = _rarity(connection, {token for tokens in (asked, *faces.values()) for token in tokens})
    found = []
    for document in documents:
        value = likeness(asked, faces[document.id], rarity)
        if value >= SIMILAR:
            trade = agree(question.sector, sector_of(document.industries, document.field))
            level: Level = "same" if value >= SAME else "similar"
            found.append(
                SimilarNeed(document.id, document.title, round(value, 3), level, _shared(query, document), trade)
            )
    return tuple(sorted(found, key=lambda one: (-one.likeness, one.id))[:limit])


def face(title: str, keywords: Iterable[str], text: str) -> Face:
    """Return what is compared of a need: tokens with their weights."""
    tokens: Face = {}
    for written, weight in ((title, HEAD_WEIGHT), *((word, HEAD_WEIGHT) for word in keywords), (text, TEXT_WEIGHT)):
        folded = fold(written)
        for run in content_runs(folded, find_exclusions(folded)):
            latin = [segment.text for segment in run.segments if not is_han(segment.text)]
            for token in (*bigrams(run.text), *latin):
                tokens[token] = max(tokens.get(token, 0.0), weight)
    return tokens


def likeness(one: Face, other: Face, rarity: Mapping[str, float]) -> float:
    """Return how alike two faces are, 0 to 1; the same both ways."""
    shared = sum(min(weight, other[token]) * rarity.get(token, 1.0) for token, weight in one.items() if token in other)
    whole = [sum(weight * rarity.get(token, 1.0) for token, weight in tokens.items()) for tokens in (one, other)]
    if not shared:
        return 0.0
    return math.sqrt(min(1.0, shared / min(whole)) * (2 * shared / sum(whole)))


def _with_twins(connection: Connection, candidates: Iterable[Candidate]) -> tuple[Document, ...]:
    """Return what the ranking found and what it left out as said twice: firms that say the same are needs apart."""
    found = [one.document for one in candidates]
    twins = {twin for one in candidates for twin in one.twins}
    rows = index.rows_of(connection, "need", twins) if twins else set()
    return (*found, *index.fetch(connection, sorted(rows)).values())


def _face_of(document: Document) -> Face:
    return face(document.title, document.keywords, document.body)


def _rarity(connection: Connection, tokens: Iterable[str]) -> dict[str, float]:
    """Return inverse frequencies in the pool of achievements, 1 on average; {} where the pool is too small to tell."""
    state = index.pool_state(connection, "achievement")
    if state.documents < ENOUGH_TO_WEIGH:
        return {}
    asked = sorted(tokens)
    found = index.held_by(connection, "achievement", "bigrams", [token for token in asked if is_han(token)])
    found |= index.hits(connection, "achievement", "words", [token for token in asked if not is_han(token)])
    weights = {
        token: math.log(1 + (state.documents + 0.5) / ((found[token].documents if token in found else 0) + 0.5))
        for token in asked
    }
    mean = sum(weights.values()) / len(weights) if weights else 1.0
    return {token: weight / mean for token, weight in weights.items()}


def _shared(query: MatchQuery, document: Document) -> tuple[str, ...]:
    held = fold("\n".join((document.title, *document.keywords, document.body)))
    said = fold("\n".join((query.title, *query.keywords, query.text)))
    words: dict[str, None] = {}
    for run in content_runs(said, find_exclusions(said)):
        for segment in run.segments:
            if len(segment.text) > 1 and segment.text in held:
                words[segment.text] = None
    return tuple(words)[:MAX_SHARED]

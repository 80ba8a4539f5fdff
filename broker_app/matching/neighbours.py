"""Records near the ones that answer: the order of what stands behind the first results.

Far down a list each record shares only a few tokens with the need, and which few is chance. What many records around
it share is not: of two records equally far down, the one whose nearest texts stand high is the likelier to be of use.
So a score is drawn towards the mean of the scores of the records most like it, among those found, by their pairs of
characters. No model and no store: everything is counted from the texts found for this one question.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from heapq import nlargest

from broker_app.matching.documents import Document, pairs_of
from broker_app.matching.scoring import K1

NEAREST = 20  # records whose scores count
WIDESPREAD = 0.25  # a pair that more of the records hold tells none apart


def means_of_alike(documents: Sequence[Document], scores: Sequence[float]) -> list[float]:
    """Return for each document the mean score of those most like it, weighted by likeness; its own if none is."""
    likeness = _likenesses(_vectors(documents))
    return [_mean(row, scores, score) for row, score in zip(likeness, scores, strict=True)]


def _mean(row: Sequence[float], scores: Sequence[float], own: float) -> float:
    nearest = nlargest(NEAREST, ((alike, -at) for at, alike in enumerate(row) if alike > 0))
    whole = math.fsum(alike for alike, _ in nearest)
    return math.fsum(alike * scores[-at] for alike, at in nearest) / whole if whole else own


def _vectors(documents: Sequence[Document]) -> list[dict[str, float]]:
    """Return each text as weighted pairs of characters of length 1, rarer pairs heavier, lone and common ones left."""
    counted = [Counter(pairs_of(document)) for document in documents]
    holding = Counter(pair for counts in counted for pair in counts)
    most = WIDESPREAD * len(documents)
    worth = {
        pair: math.log(1 + (len(documents) - held + 0.5) / (held + 0.5))
        for pair, held in holding.items()
        if 1 < held <= most
    }
    vectors = []
    for counts in counted:
        vector = {
            pair: worth[pair] * count * (K1 + 1) / (count + K1) for pair, count in counts.items() if pair in worth
        }
        length = math.sqrt(math.fsum(weight * weight for weight in vector.values())) or 1.0
        vectors.append({pair: weight / length for pair, weight in vector.items()})
    return vectors


def _likenesses(vectors: Sequence[dict[str, float]]) -> list[list[float]]:
    """Return the cosine of each two vectors; the diagonal is 0."""
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for pair, weight in vector.items():
            holders[pair].append((at, weight))
    rows = [[0.0] * len(vectors) for _ in vectors]
    for held in holders.values():
        for place, (at, weight) in enumerate(held):
            row = rows[at]
            for other, theirs in held[place + 1 :]:
                row[other] += weight * theirs
    for at, row in enumerate(rows):
        for other in range(at):
            row[other] = rows[other][at]
    return rows

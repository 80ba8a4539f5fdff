"""BM25 of every document of a pool over one kind of token, kept so that a score can be taken apart again.

FTS5 delivers the postings; the sum is made here, because every term has its own weight and the explanation must be
able to say what each one gave. A phrase of the term table counts as one concept, by the best of its names.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from broker_app.matching import weights
from broker_app.matching.index import Kind, PoolState, Posting
from broker_app.matching.question import Concept, Question

Hits = Mapping[str, Posting]

K1 = 1.2
B = 0.75
MAX_HITS = 400_000  # postings read for one question, rarest terms first: a bound on time, far above usual


@dataclass(slots=True)
class TermHits:
    """One token of the question in the pool: ``worth`` = weight x inverse document frequency; how often in each row."""

    term: str
    worth: float
    posting: Posting


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


def tokens_of(question: Question, kind: Kind) -> list[str]:
    """Return every token to look up, each once: the owner's, the lay phrases', the table's."""
    is_words = kind == "words"
    tokens = dict.fromkeys(question.words if is_words else question.bigrams)
    for concept in question.concepts:
        tokens.update(dict.fromkeys(concept.lay_words if is_words else concept.lay_bigrams))
        for one in concept.alternatives:
            tokens.update(dict.fromkeys(one.words if is_words else one.bigrams))
    return list(tokens)


def translation_needed(concept: Concept, found: Mapping[Kind, Hits], documents: int) -> float:
    """Return what part of a concept's weight counts: 1 for a phrase no record says, less the better the pool knows it.

    轴承 finds its records by itself and its table entry mostly adds neighbours; 老是抖 finds nothing without.
    """
    kind: Kind = "bigrams" if concept.lay_bigrams else "words"
    tokens = concept.lay_bigrams or concept.lay_words
    held = found.get(kind, {})
    known = min((held[token].documents if token in held else 0 for token in tokens), default=0)
    return 1 / (1 + known / max(weights.KNOWN_LEAST, weights.KNOWN_SHARE * documents))


def score_question(
    kind: Kind, question: Question, found: Hits, needed: Sequence[float], state: PoolState, skipped: set[int]
) -> Scoring:
    """Return the scoring of one kind of token; ``needed`` is what part of each concept counts, ``skipped`` are rows."""
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
        posting = found.get(term)
        worth = weight * _inverse_frequency(state.documents, posting.documents if posting else 0)
        scoring.possible += worth
        scoring.known += worth if posting else 0.0
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
    for term in sorted(found.keys() & weighted.keys(), key=lambda term: (len(found[term].rows), term)):
        posting = found[term]
        read += len(posting.rows)
        if read > MAX_HITS:
            break
        hits[term] = TermHits(term, weighted[term] * _inverse_frequency(documents, posting.documents), posting)
    return hits


def _accumulate(scoring: Scoring, state: PoolState) -> None:
    """The hot loop: one addition per posting."""
    norms = _norms(state, scoring.kind)
    scores: dict[int, float] = defaultdict(float)
    for hit in scoring.own:
        for row, gain in _gains(hit, norms).items():
            scores[row] += gain
    for names in scoring.concepts:
        for row, gain in _concept_gains(names, norms).items():
            scores[row] += gain
    scoring.scores = {row: score for row, score in scores.items() if score}


def _concept_gains(names: Sequence[Sequence[TermHits]], norms: Sequence[float]) -> dict[int, float]:
    """Return for each row the best name of a concept and a share of what its other names add, each token once."""
    gains = {hit.term: _gains(hit, norms) for terms in names for hit in terms}
    each = [_added([gains[hit.term] for hit in terms]) for terms in names if terms]
    if len(each) < 2:
        return each[0] if each else {}
    best = dict(each[0])
    for name in each[1:]:
        for row, gain in name.items():
            if gain > best.get(row, 0.0):
                best[row] = gain
    share = weights.OTHER_NAMES
    whole = _added(list(gains.values()))
    return {row: gain + share * (whole[row] - gain) for row, gain in best.items()}


def _added(parts: Sequence[dict[int, float]]) -> dict[int, float]:
    """Return the sum of gains by row; the parts stay as they are."""
    if len(parts) == 1:
        return parts[0]
    first, *rest = sorted(parts, key=len, reverse=True)
    whole = defaultdict(float, first)
    for part in rest:
        for row, gain in part.items():
            whole[row] += gain
    return whole


def _gains(hit: TermHits, norms: Sequence[float]) -> dict[int, float]:
    worth = hit.worth * (K1 + 1)
    return {row: worth * count / (count + norms[row]) for row, count in Counter(hit.posting.rows).items()}


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

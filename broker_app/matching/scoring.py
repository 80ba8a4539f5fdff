"""BM25 of every document of a pool over one kind of token, kept so that a score can be taken apart again.

FTS5 delivers the postings; the sum is made here, because every term has its own weight and the explanation must be
able to say what each one gave. A phrase of the term table counts as one concept, by the best of its names.
"""

import math
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from broker_app.matching import weights
from broker_app.matching.index import Kind, PoolState, Posting
from broker_app.matching.question import Concept, Question

Hits = Mapping[str, Posting]

K1 = 1.2
B = 0.75
COMMON_LEAST = 1000  # records a token must stand in to be looked up late
COMMON_SHARE = 0.01  # and what part of the pool
NEVER_LATE = 8  # rarest tokens of a kind that are looked up everywhere however common: 节能电机 must find something
NEAR_BEST = 0.1  # of the best score: above it enough rows are expected to be found first
MAX_HITS = 400_000  # postings read for one question, rarest terms first: a bound on time, far above usual


@dataclass(slots=True)
class TermHits:
    """One token of the question in the pool: ``worth`` = weight x inverse document frequency; what it gives each row.

    The gains of a common token are worked out for the rows it is looked up in, never for all.
    """

    term: str
    worth: float
    posting: Posting
    norms: Sequence[float]
    is_common: bool = False

    @property
    def gains(self) -> Sequence[float]:
        """What an occurrence is worth in each row of the posting, to be multiplied by the worth."""
        return _gains(self.posting, self.norms)

    def gain_of(self, row: int) -> float:
        """What the token gives one row."""
        count = self.posting.count_in(row)
        return self.worth * (count * (K1 + 1) / (count + self.norms[row])) if count else 0.0

    def gains_by_row(self, among: frozenset[int] | None) -> dict[int, float]:
        """What the token gives each row that holds it, of all or ``among`` some."""
        worth, posting, norms = self.worth, self.posting, self.norms
        if among is None:
            return {row: worth * gain for row, gain in zip(posting.rows, self.gains, strict=True)}
        if posting.counts_once:
            return {row: worth * ((K1 + 1) / (1 + norms[row])) for row in among.intersection(posting.rows)}
        counted = zip(posting.rows, posting.counts, strict=True)
        return {row: worth * (count * (K1 + 1) / (count + norms[row])) for row, count in counted if row in among}


_Names = Sequence[Sequence[TermHits]]
_Late = tuple[_Names, Mapping[int, float]]  # a concept with common tokens, and what it gives without them


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
    scores: list[float] = field(default_factory=list)  # of each row of the pool
    best: float = 0.0

    def hits(self) -> Iterator[TermHits]:
        """Every token found, one that several names share as often as it is shared."""
        yield from self.own
        for names in self.concepts:
            for terms in names:
                yield from terms

    def parts(self, row: int) -> dict[str, float]:
        """Return what each token gave ``row``, as part of the normalised score."""
        if not self.best:
            return {}
        parts = self._gains(self.own, row)
        for names in self.concepts:
            each = [tokens for tokens in (self._gains(terms, row) for terms in names) if tokens]
            if not each:
                continue
            best = max(each, key=lambda tokens: sum(tokens.values()))
            for tokens in each:
                for term, gain in tokens.items():
                    parts[term] = gain if term in best else gain * weights.OTHER_NAMES
        return parts

    def _gains(self, terms: Iterable[TermHits], row: int) -> dict[str, float]:
        return {hit.term: gain / self.best for hit in terms if (gain := hit.gain_of(row))}


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


def common_from(documents: int) -> int:
    """Return how many records of a pool must hold a token for it to be looked up late."""
    return int(max(COMMON_LEAST, COMMON_SHARE * documents))


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
        late = [_add_up(scoring, state) for scoring in scorings]
        if any(hit.is_common for scoring in scorings for hit in scoring.hits()):
            rows = frozenset(row for scoring in scorings for row in _leading(scoring.scores, reach))
            for scoring, concepts in zip(scorings, late, strict=True):
                _add_common(scoring, concepts, rows)
        for scoring in scorings:
            for row in skipped:
                scoring.scores[row] = 0.0
            scoring.best = max(scoring.scores, default=0.0)
        scored.append(scorings)
    return scored


def _leading(scores: Sequence[float], count: int) -> list[int]:
    """Return the rows of the ``count`` highest scores above nothing."""
    least = least_of_highest(scores, count)
    return [row for row, score in enumerate(scores) if score >= least] if least else _scored(scores)


def _scored(scores: Sequence[float]) -> list[int]:
    return [row for row, score in enumerate(scores) if score]


def least_of_highest(scores: Sequence[float], count: int) -> float:
    """Return the score of the last of the ``count`` highest, 0 if there are not so many above nothing."""
    # Few scores come near the best: sorting those, if they are enough, saves sorting all.
    near = NEAR_BEST * max(scores, default=0.0)
    high = [score for score in scores if score > near]
    if len(high) < count:
        high = list(filter(None, scores))
    if len(high) < count:
        return 0.0
    high.sort()
    return high[-count]


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
    """Return the tokens that occur, rarest first until ``MAX_HITS`` rows are read."""
    norms = _norms(state, kind)
    common = common_from(state.documents)
    hits: dict[str, TermHits] = {}
    read = 0
    for term in sorted(found.keys() & weighted.keys(), key=lambda term: (found[term].documents, term)):
        posting = found[term]
        read += posting.documents
        if read > MAX_HITS:
            break
        worth = weighted[term] * _inverse_frequency(state.documents, posting.documents)
        # Rows behind the last are of documents that have gone while another tokenizer's entries are still there.
        posting.cut_off(len(norms))
        hits[term] = TermHits(term, worth, posting, norms, len(hits) >= NEVER_LATE and posting.documents > common)
    return hits


def _gains(posting: Posting, norms: Sequence[float]) -> Sequence[float]:
    """Return what the occurrences of a term are worth in each of its rows, worked out once for a state of the pool."""
    if posting.gains is None:
        pairs = zip(posting.rows, posting.counts, strict=True)
        worth = K1 + 1
        gains = [
            worth / (1 + norms[row]) if count == 1 else count * worth / (count + norms[row]) for row, count in pairs
        ]
        posting.gains = array("d", gains)
    return posting.gains


def _add_up(scoring: Scoring, state: PoolState) -> list[_Late]:
    """The hot loop: add up what all but common tokens give each row; return the concepts that hold common ones."""
    scores = scoring.scores = [0.0] * len(state.lengths[scoring.kind])
    for hit in scoring.own:
        if not hit.is_common:
            _add(scores, hit, hit.worth)
    late: list[_Late] = []
    for names in scoring.concepts:
        if any(hit.is_common for terms in names for hit in terms):
            rare = [[hit for hit in terms if not hit.is_common] for terms in names]
            gains = _concept_gains(rare, None)
            late.append((names, gains))
            _add_all(scores, gains, 1.0)
            continue
        each = _distinct(names)
        if len(each) == 1:
            for hit in each[0]:
                _add(scores, hit, hit.worth)
        elif each:
            # best + share x (whole - best), the whole added token by token
            for hit in {hit.term: hit for terms in names for hit in terms}.values():
                _add(scores, hit, hit.worth * weights.OTHER_NAMES)
            _add_all(scores, _best_name(each, None), 1 - weights.OTHER_NAMES)
    return late


def _add_common(scoring: Scoring, late: Sequence[_Late], rows: frozenset[int]) -> None:
    """Add what common tokens give ``rows``; concepts that hold some are counted anew."""
    for hit in scoring.own:
        if hit.is_common:
            _add_all(scoring.scores, hit.gains_by_row(rows), 1.0)
    for names, before in late:
        for row, gain in _concept_gains(names, rows).items():
            scoring.scores[row] += gain - before.get(row, 0.0)


def _add(scores: list[float], hit: TermHits, worth: float) -> None:
    for row, gain in zip(hit.posting.rows, hit.gains, strict=True):
        scores[row] += worth * gain


def _add_all(scores: list[float], gains: Mapping[int, float], share: float) -> None:
    for row, gain in gains.items():
        scores[row] += share * gain


def _concept_gains(names: _Names, among: frozenset[int] | None) -> dict[int, float]:
    """Return for each row the best name of a concept and a share of what its other names add, each token once."""
    each = _distinct(names)
    if len(each) < 2:
        return _sum_of(each[0], among) if each else {}
    best = _best_name(each, among)
    whole = _sum_of({hit.term: hit for terms in names for hit in terms}.values(), among)
    share = weights.OTHER_NAMES
    return {row: gain + share * (whole[row] - gain) for row, gain in best.items()}


def _distinct(names: _Names) -> list[Sequence[TermHits]]:
    """Return the names that can be the best somewhere: one whose tokens another has too, and more, never is."""
    sets = [frozenset(hit.term for hit in terms) for terms in names]
    return [
        terms
        for at, terms in enumerate(names)
        if terms
        and not any(
            sets[at] < other or (sets[at] == other and before < at) for before, other in enumerate(sets) if before != at
        )
    ]


def _best_name(names: Sequence[Sequence[TermHits]], among: frozenset[int] | None) -> dict[int, float]:
    best = _sum_of(names[0], among)
    for terms in names[1:]:
        for row, gain in _sum_of(terms, among).items():
            if gain > best.get(row, 0.0):
                best[row] = gain
    return best


def _sum_of(terms: Collection[TermHits], among: frozenset[int] | None) -> dict[int, float]:
    """Return what a few tokens give each row together."""
    first, *rest = sorted(terms, key=lambda hit: -hit.posting.documents)
    whole = first.gains_by_row(among)
    for hit in rest:
        for row, gain in hit.gains_by_row(among).items():
            whole[row] = whole.get(row, 0.0) + gain
    return whole


def _norms(state: PoolState, kind: Kind) -> "array[float]":
    """Return for each row what its length takes from a count (BM25), kept with the state of the pool."""
    # An array: rows are looked up here and there, and numbers that lie side by side are found faster than objects.
    norms = state.norms.get(kind)
    if norms is None:
        flat, slope = K1 * (1 - B), K1 * B
        norms = state.norms[kind] = array("d", [flat + slope * length for length in state.lengths[kind]])
    return norms


def _inverse_frequency(documents: int, holding: int) -> float:
    return math.log(1 + (documents - holding + 0.5) / (holding + 0.5))

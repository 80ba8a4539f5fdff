"""Why a record was found, exactly: what each term gave, where it stands, and what of the need is not covered.

The shown score is ``10 x raw / ceiling x min(1, strength)`` 分, rounded to a tenth. The ceiling is the raw score of a
record that would be the pool's best in words and in bigrams and fit in trade and in every fact asked; the strength of
the evidence is 1 unless the answer as a whole is weak. The score compares records of one answer; it is no percentage
and no probability. Shares are whole hundredths of a 分 and sum to the score exactly.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal
from uuid import UUID

from broker_app.matching.documents import Document, full_text
from broker_app.matching.exclusions import Exclusion, is_denied
from broker_app.matching.labels import SCATTERED, Label, readable
from broker_app.matching.question import Expansion, MatchQuery, Question
from broker_app.matching.rank import Candidate, Ranking
from broker_app.matching.text import (
    Sentence,
    fold,
    fold_with_offsets,
    measures,
    sentences,
    squeeze,
    subwords,
)

Field = Literal["title", "keywords", "abstract", "industry", "facts"]
Via = Literal[
    "words", "bigrams", "terms", "scattered", "industry", "trl", "budget", "region", "mode", "mountain", "near"
]
Evidence = Literal["strong", "weak", "none"]
GapKind = Literal["term", "metric", "price", "over_budget", "deadline", "trl"]

HUNDREDTHS = 100  # of one 分
FULL_SCORE = 10  # 分
MAX_GAPS = 6
MAX_QUOTE = 110  # characters of an evidence sentence; a longer one is cut at its commas
_CLAUSE_END = re.compile(r"[，,、：:；;]")


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the score: ``share`` in hundredths of a 分; ``term`` as the owner wrote it.

    ``via`` says how: the same word, pairs of characters of a phrase, the term table (then ``expansion`` is its entry),
    scattered pairs that form no word (then ``term`` is empty), an agreeing industry or fact, or (behind the first
    results only) records like it that stand higher.
    """

    term: str
    share: int
    field: Field
    via: Via
    expansion: Expansion | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence that shows most of the match: 摘要第 ``ordinal`` 句 (0: the title).

    ``marks`` are the matched terms as ``[start, end)`` in ``text``.
    """

    text: str
    ordinal: int
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the need the record does not show, in the owner's words; empty for price, deadline and TRL."""

    kind: GapKind
    words: str = ""


@dataclass(frozen=True, slots=True)
class ExclusionCheck:
    """An unwanted thing held against a record: it contains it, says it is free of it, or says nothing."""

    words: str
    violated: bool
    declared_free: bool


@dataclass(frozen=True, slots=True)
class MatchResult:
    """One record found. ``score`` in hundredths of a 分 (960 is shown as 9.6 分) and equal to the sum of the shares."""

    id: UUID
    rank: int
    title: str
    score: int
    reasons: tuple[Reason, ...]
    quote: Quote | None
    evidence: Evidence
    not_covered: tuple[Gap, ...]
    exclusions: tuple[ExclusionCheck, ...]
    twins: tuple[UUID, ...] = ()

    @property
    def violated(self) -> bool:
        """Whether the record contains something the owner excluded."""
        return any(check.violated for check in self.exclusions)


def explain(
    candidate: Candidate, query: MatchQuery, question: Question, *, place: int, ranking: Ranking, evidence: Evidence
) -> MatchResult:
    """Return the result shown for ``candidate``; ``place`` counts from 1."""
    document = candidate.document
    folded = _Folded(fold(document.title), fold("\n".join(document.keywords)), fold(document.body))
    labels = readable(candidate, question, folded.whole)
    reasons, score = _reasons(candidate, query, question, labels, folded, _unit(ranking))
    return MatchResult(
        id=document.id,
        rank=place,
        title=document.title,
        score=score,
        reasons=reasons,
        quote=_quote(document, labels),
        evidence=evidence,
        not_covered=tuple(_gaps(candidate, query, question, labels, folded))[:MAX_GAPS],
        exclusions=tuple(_check(exclusion, candidate) for exclusion in question.exclusions),
        twins=candidate.twins,
    )


@dataclass(frozen=True, slots=True)
class _Folded:
    title: str
    keywords: str
    body: str

    @property
    def whole(self) -> str:
        return "\n".join((self.title, self.keywords, self.body))

    def field_of(self, term: str) -> Field:
        if term in self.title:
            return "title"
        return "keywords" if term in self.keywords else "abstract"


def apportion(raw: Sequence[float], total: int) -> list[int]:
    """Split ``total`` whole units in proportion to ``raw``; the parts sum to it exactly (largest remainders)."""
    whole = sum(raw)
    if whole <= 0:
        return [0] * len(raw)
    exact = [part * total / whole for part in raw]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(raw)), key=lambda at: (parts[at] - exact[at], at))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return parts


def _reasons(
    candidate: Candidate,
    query: MatchQuery,
    question: Question,
    labels: Sequence[Label],
    folded: _Folded,
    unit: float,
) -> tuple[tuple[Reason, ...], int]:
    drafts: list[tuple[float, Reason]] = [(label.raw, _term_reason(label, question, folded)) for label in labels]
    if candidate.industry:
        drafts.append((candidate.industry, Reason("/".join(query.industries), 0, "industry", "industry")))
    for name, part in candidate.facts.items():
        drafts.append((part, Reason("", 0, "facts", _FACT_VIA[name])))
    if candidate.near:
        drafts.append((candidate.near, Reason("", 0, "abstract", "near")))
    # What violates an exclusion is worth less as a whole, so every share shrinks alike.
    # A tenth of a 分 is what is shown, so the score itself is a whole number of tenths.
    score = round(10 * unit * candidate.raw) * (HUNDREDTHS // 10)
    shares = apportion([raw for raw, _ in drafts], score)
    reasons = [
        Reason(reason.term, share, reason.field, reason.via, reason.expansion)
        for share, (_, reason) in zip(shares, drafts, strict=True)
        if share
    ]
    return tuple(sorted(reasons, key=lambda reason: (reason.via == "scattered", -reason.share, reason.term))), score


def _unit(ranking: Ranking) -> float:
    """Return the 分 one unit of raw score is worth."""
    return FULL_SCORE * min(1.0, ranking.strength) / ranking.ceiling if ranking.ceiling else 0.0


_FACT_VIA: dict[str, Via] = {
    "trl": "trl",
    "budget": "budget",
    "region": "region",
    "mode": "mode",
    "mountain": "mountain",
}


def _term_reason(label: Label, question: Question, folded: _Folded) -> Reason:
    if label.text == SCATTERED:
        return Reason("", 0, "abstract", "scattered")
    via: Via = "terms" if label.expansion else "words" if label.words else "bigrams"
    return Reason(question.written(label.text), 0, folded.field_of(label.text), via, label.expansion)


def _quote(document: Document, labels: Sequence[Label]) -> Quote | None:
    worth = {label.text: label.raw for label in labels if label.text != SCATTERED}
    best: Sentence | None = None
    most = 0.0
    for sentence in sentences(document.body):
        text = fold(document.body[sentence.start : sentence.end])
        found = sum(raw for term, raw in worth.items() if term in text)
        if found > most:
            best, most = sentence, found
    if best is not None:
        return _marked(_clauses(document.body[best.start : best.end], worth), best.ordinal, worth)
    in_title = any(term in fold(document.title) for term in worth)
    return _marked(document.title, 0, worth) if in_title else None


def _clauses(sentence: str, worth: dict[str, float]) -> str:
    """Return the stretch of whole clauses, no longer than ``MAX_QUOTE`` if possible, that holds most of the match."""
    if len(sentence) <= MAX_QUOTE:
        return sentence
    ends = [match.end() for match in _CLAUSE_END.finditer(sentence)]
    cuts = [0, *(end for end in ends if end < len(sentence)), len(sentence)]
    best, most = sentence[:MAX_QUOTE], -1.0
    for first in range(len(cuts) - 1):
        last = first + 1
        while last + 1 < len(cuts) and cuts[last + 1] - cuts[first] <= MAX_QUOTE:
            last += 1
        piece = sentence[cuts[first] : cuts[last]]
        folded = fold(piece)
        found = sum(raw for term, raw in worth.items() if term in folded)
        if found > most:
            best, most = piece, found
    return best if len(best) <= 2 * MAX_QUOTE else best[: 2 * MAX_QUOTE]


def _marked(text: str, ordinal: int, terms: Iterable[str]) -> Quote:
    folded, offsets = fold_with_offsets(text)
    taken: list[tuple[int, int]] = []
    for term in sorted(terms, key=lambda term: (-len(term), term)):
        start = folded.find(term)
        while start >= 0:
            end = start + len(term)
            if all(end <= left or right <= start for left, right in taken):
                taken.append((start, end))
            start = folded.find(term, end)
    marks = sorted((offsets[start], offsets[end - 1] + 1) for start, end in taken)
    return Quote(text, ordinal, tuple(marks))


def _gaps(
    candidate: Candidate, query: MatchQuery, question: Question, labels: Sequence[Label], folded: _Folded
) -> Iterator[Gap]:
    squeezed = squeeze(folded.whole)
    for metric in question.metrics:
        values = measures(fold(metric))
        if not all(value in squeezed for value in values or [squeeze(fold(metric))]):
            yield Gap("metric", metric)
    document = candidate.document
    if query.budget_fen is not None and document.price_fen is None:
        yield Gap("price")
    if query.budget_fen is not None and document.price_fen is not None and document.price_fen > query.budget_fen:
        yield Gap("over_budget")
    if query.trl_min is not None and (document.trl is None or document.trl < query.trl_min):
        yield Gap("trl")
    yield from (Gap("term", words) for words in _missing_words(candidate, question, labels, folded.whole))
    if query.deadline is not None:
        yield Gap("deadline")


def _missing_words(candidate: Candidate, question: Question, labels: Sequence[Label], folded: str) -> list[str]:
    """Return the owner's words the record lacks, neighbours in one piece, each word once, those of the title first."""
    translated = [fold(label.expansion.lay) for label in labels if label.expansion]
    seen: set[str] = set()
    missing: dict[str, float] = {}

    def is_missing(segment: str) -> bool:
        return not (
            segment in seen
            or segment in folded
            or any(word in candidate.words for word in subwords(segment))
            or any(segment in lay or lay in segment for lay in translated)
        )

    for run in question.runs:
        for lacking, group in groupby(run.segments, lambda segment: is_missing(segment.text)):
            words = [segment.text for segment in group]
            seen.update(words)
            # One Chinese character alone says too little to be reproached with.
            if lacking and len("".join(words)) > 1:
                weight = max(question.segment_weights[word] for word in words)
                missing.setdefault(question.written("".join(words)), weight)
    return sorted(missing, key=lambda words: -missing[words])


def _check(exclusion: Exclusion, candidate: Candidate) -> ExclusionCheck:
    violated = exclusion.what in candidate.violated
    free = not violated and is_denied(exclusion, full_text(candidate.document))
    return ExclusionCheck(exclusion.words, violated, free)

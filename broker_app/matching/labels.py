"""Matched tokens as words a person can read: 断路 + 路器 + 断路器 become one 断路器, never two halves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

import rjieba

from broker_app.matching.question import Expansion, Question, Run, content_runs
from broker_app.matching.rank import Candidate
from broker_app.matching.text import Token, bigrams, fold, is_han, subwords

MAX_JOINED = 6  # neighbouring words read as one phrase
SCATTERED = ""  # the label of pairs of characters that are no word: shown together, never one by one


@dataclass(slots=True)
class Label:
    """A readable term with what it gave the raw score through words and through bigrams."""

    text: str
    expansion: Expansion | None = None
    words: float = 0.0
    bigrams: float = 0.0

    @property
    def raw(self) -> float:
        """Its whole part of the raw score."""
        return self.words + self.bigrams


@dataclass(slots=True)
class _Claims:
    """Which label each token counts for; the longer label wins, the owner's own words before the term table."""

    words: dict[str, str] = field(default_factory=dict)
    bigrams: dict[str, str] = field(default_factory=dict)
    expansions: dict[str, Expansion] = field(default_factory=dict)

    def claim(self, label: str, words: Sequence[str], pairs: Sequence[str]) -> None:
        """Let ``label`` have the tokens unless a longer label has them."""
        for taken, tokens in ((self.words, words), (self.bigrams, pairs)):
            for token in tokens:
                if len(taken.get(token, "")) < len(label):
                    taken[token] = label


def readable(candidate: Candidate, question: Question, folded: str) -> list[Label]:
    """Return the labels of a candidate, heaviest first; their raw parts sum to its word and bigram parts.

    ``folded`` is the whole folded text of the document.
    """
    claims = _Claims()
    for run in question.runs:
        phrases = list(_phrases(run.segments, folded))
        for phrase in phrases:
            _claim_phrase(claims, phrase, candidate)
        for left, right in pairwise(phrases):
            _claim_seam(claims, left[-1].text, right[0].text)
    for concept in question.concepts:
        for one in concept.alternatives:
            if not (one.words.keys().isdisjoint(candidate.words) and one.bigrams.keys().isdisjoint(candidate.bigrams)):
                _claim_expansion(claims, one.expansion, candidate, folded)
    labels: dict[str, Label] = {}
    for word, part in candidate.words.items():
        _label(labels, claims, claims.words.get(word, word)).words += part
    for pair, part in candidate.bigrams.items():
        _label(labels, claims, claims.bigrams.get(pair) or _word_or_scattered(pair)).bigrams += part
    return sorted(labels.values(), key=lambda label: (-label.raw, label.text))


def _label(labels: dict[str, Label], claims: _Claims, text: str) -> Label:
    return labels.setdefault(text, Label(text, claims.expansions.get(text)))


def _phrases(segments: Sequence[Token], folded: str) -> Iterator[Sequence[Token]]:
    """Cut a run into the longest pieces that the document holds literally; a word it lacks stands alone."""
    at = 0
    while at < len(segments):
        end = min(len(segments), at + MAX_JOINED)
        while end > at + 1 and "".join(segment.text for segment in segments[at:end]) not in folded:
            end -= 1
        yield segments[at:end]
        at = end


def _claim_phrase(claims: _Claims, phrase: Sequence[Token], candidate: Candidate) -> None:
    text, words, pairs = _tokens_of(tuple(segment.text for segment in phrase))
    if len(phrase) > 1 or text in candidate.words or (pairs and all(pair in candidate.bigrams for pair in pairs)):
        claims.claim(text, words, pairs)
        return
    # The word itself is missing: what matched are shorter words inside it.
    for word in words:
        if word in candidate.words:
            claims.claim(word, [word], bigrams(word))


@lru_cache(4096)
def _tokens_of(segments: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return a phrase in one piece, its words and its pairs of characters; each record is held against the same."""
    text = "".join(segments)
    words = tuple(word for segment in segments for word in (segment, *subwords(segment)))
    return text, words, tuple(bigrams(text))


def _claim_seam(claims: _Claims, left: str, right: str) -> None:
    """Let the pair across two words count for the word before it, or after it, that was found."""
    pair = left[-1] + right[0]
    owner = claims.words.get(left) or claims.words.get(right)
    if owner and pair not in claims.bigrams:
        claims.bigrams[pair] = owner


def _claim_expansion(claims: _Claims, expansion: Expansion, candidate: Candidate, folded: str) -> None:
    for run in _technical_runs(expansion.technical):
        for phrase in _phrases(run.segments, folded):
            own = _Claims()
            _claim_phrase(own, phrase, candidate)
            for label in {*own.words.values(), *own.bigrams.values()}:
                words = [word for word, owner in own.words.items() if owner == label and word not in claims.words]
                pairs = [pair for pair, owner in own.bigrams.items() if owner == label and pair not in claims.bigrams]
                if words or pairs:
                    claims.claim(label, words, pairs)
                    claims.expansions.setdefault(label, expansion)


@lru_cache(4096)
def _technical_runs(technical: str) -> tuple[Run, ...]:
    return tuple(content_runs(fold(technical).strip(), ()))


@cache
def _word_or_scattered(pair: str) -> str:
    return pair if rjieba.has_word(pair) else SCATTERED


def is_readable(text: str) -> bool:
    """Tell whether ``text`` may be shown as a term of its own."""
    return bool(text) and (not is_han(text) or len(text) != 2 or rjieba.has_word(text))

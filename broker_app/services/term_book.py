"""The term table as a page shows it: found by pinyin too, counted, tried on a sentence, and every act taken back."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlalchemy.orm import Session

from broker_app.errors import NotFoundError
from broker_app.i18n import _
from broker_app.matching.exclusions import find_exclusions
from broker_app.matching.industry_prior import sector_of
from broker_app.matching.terms import ANY_TRADE
from broker_app.matching.text import fold, fold_with_offsets
from broker_app.services.pinyin import search_keys
from broker_app.services.terms import (
    TermDraft,
    TermOrigin,
    TermRow,
    delete_term,
    get_term,
    list_terms,
    save_term,
    switch_term,
    term_table,
)

TermKind = Literal["", "user", "changed", "shipped", "off"]
"""Where an entry comes from; "off": switched off, wherever it comes from. "" is all of them."""

_ALL = 1_000_000  # entries: a table of one profile holds some thousands
_MAX_WORDS = 8
MAX_TRIED = 2_000  # characters of a sentence that is tried


@dataclass(frozen=True)
class TermCounts:
    """How many entries there are; those switched off are counted in ``off`` only."""

    shipped: int
    changed: int
    user: int
    off: int

    @property
    def in_use(self) -> int:
        """Entries matching works with."""
        return self.shipped + self.changed + self.user


@dataclass(frozen=True)
class FiredTerm:
    """An entry a sentence sets off. ``start``, ``end`` and ``said`` are the place and the words in the sentence.

    ``unwanted``: it stands in what the sentence does not want, so matching leaves it out. ``foreign``: it belongs to
    another trade than the one asked for and counts less; ``weight`` is what it counts here.
    """

    id: str
    lay: str
    technical: tuple[str, ...]
    said: str
    start: int
    end: int
    weight: float
    unwanted: bool
    foreign: bool


@dataclass(frozen=True)
class TermChange:
    """An act on the entry ``id`` that can be taken back: ``before`` is what stood there, None for a new entry."""

    id: str
    before: TermRow | None


@dataclass(frozen=True)
class TermBook:
    """All entries as they stood when it was read, ready to be searched without the store: some thousands in 10 ms."""

    rows: tuple[TermRow, ...]

    def find(self, query: str = "", *, industry: str = "", kind: TermKind = "") -> Sequence[TermRow]:
        """Entries every word of ``query`` stands in; letters are looked for in the pinyin of the lay phrase too.

        ``industry`` is a code, or "*" for entries of any trade. With a query the entries whose lay phrase is or
        begins with it come first, else one's own, then by lay phrase.
        """
        words = fold(query).split()[:_MAX_WORDS]
        found = [
            row
            for row in self.rows
            if _is_of(row, industry) and (not kind or kind_of(row) == kind) and all(_holds(row, word) for word in words)
        ]
        if words:
            found.sort(key=_nearness(" ".join(words)))
        return found

    def counts(self) -> TermCounts:
        """How many entries there are of each kind."""
        counts = Counter(kind_of(row) for row in self.rows)
        return TermCounts(counts["shipped"], counts["changed"], counts["user"], counts["off"])


def read_book(session: Session) -> TermBook:
    """All entries of this store."""
    return TermBook(tuple(list_terms(session, limit=_ALL)))


def kind_of(row: TermRow) -> TermKind:
    """Where an entry is listed: by its origin, or as switched off."""
    return row.origin if row.enabled else "off"


def prepare_pinyin(book: TermBook) -> int:
    """Read the pinyin of every lay phrase once, so that the first search by letters need not; returns how many."""
    return sum(len(_keys(row.draft.lay)) for row in book.rows)


def try_sentence(session: Session, sentence: str, industries: Sequence[str] = ()) -> Sequence[FiredTerm]:
    """Entries that a need saying ``sentence`` would set off, in the order of their words, as matching finds them."""
    folded, offsets = fold_with_offsets(sentence[:MAX_TRIED])
    unwanted = [(one.start, one.end) for one in find_exclusions(folded)]
    trades = sector_of(tuple(industries), "").keys
    fired = []
    for hit in term_table(session).find(folded, trades):
        start, end = offsets[hit.start], offsets[hit.end - 1] + 1
        fired.append(
            FiredTerm(
                id=hit.entry.id,
                lay=hit.entry.lay,
                technical=hit.entry.technical,
                said=sentence[start:end],
                start=start,
                end=end,
                weight=hit.weight,
                unwanted=any(left < hit.end and hit.start < right for left, right in unwanted),
                foreign=hit.weight < hit.entry.weight,
            )
        )
    return fired


def keep_term(session: Session, draft: TermDraft, term_id: str = "") -> TermChange:
    """:func:`save_term` that remembers what stood there before."""
    before = get_term(session, term_id) if term_id else _same_own(session, draft)
    return TermChange(save_term(session, draft, term_id), before)


def turn_term(session: Session, term_id: str, *, enabled: bool) -> TermChange:
    """:func:`switch_term` that remembers what stood there before."""
    before = get_term(session, term_id)
    switch_term(session, term_id, enabled=enabled)
    return TermChange(term_id, before)


def take_back(session: Session, change: TermChange) -> None:
    """Bring back what stood there before ``change``: nothing, the shipped entry, or what was written by hand.

    Raises:
        NotFoundError: the entry has gone meanwhile.
    """
    before = change.before
    if before is None or before.origin == "shipped":
        if get_term(session, change.id).origin == "shipped":
            raise NotFoundError(_("这条改动已经不在了，不用再撤销。"))
        delete_term(session, change.id)
        return
    save_term(session, before.draft, change.id)
    if not before.enabled:
        switch_term(session, change.id, enabled=False)


def _same_own(session: Session, draft: TermDraft) -> TermRow | None:
    """The entry of one's own that :func:`save_term` would take the words up into."""
    lay, trades = fold(draft.lay).strip(), set(draft.industries)
    origin: TermOrigin = "user"
    return next(
        (
            row
            for row in list_terms(session, draft.lay, origin=origin, limit=_ALL)
            if fold(row.draft.lay).strip() == lay and set(row.draft.industries) == trades
        ),
        None,
    )


def _is_of(row: TermRow, industry: str) -> bool:
    if industry == ANY_TRADE:
        return not row.draft.industries
    return not industry or industry in row.draft.industries


def _holds(row: TermRow, word: str) -> bool:
    draft = row.draft
    if word in _searched(draft.lay, draft.technical, row.industry_labels, draft.note):
        return True
    return word.isascii() and word.isalnum() and any(word in key for key in _keys(draft.lay))


@cache
def _searched(lay: str, technical: tuple[str, ...], industries: tuple[str, ...], note: str) -> str:
    return fold("\n".join((lay, *technical, *industries, note)))


@cache
def _keys(lay: str) -> tuple[str, ...]:
    return tuple(search_keys(lay).split())


def _nearness(asked: str) -> Callable[[TermRow], int]:
    def distance(row: TermRow) -> int:
        lay = fold(row.draft.lay)
        if lay == asked or asked in _keys(row.draft.lay):
            return 0
        if lay.startswith(asked):
            return 1
        return 2 if asked in lay else 3

    return distance

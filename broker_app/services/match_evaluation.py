"""How the decisions so far agree with the ranking: counted from the matches of this profile, nothing else.

The rank of a chosen achievement is the one it had when it was chosen. A match recorded before ranks were kept is asked
for again, with the achievements and the term table of today; a table that was taught by such choices looks better than
it was. Figures are counts; a reader sees out of how many.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Enterprise, Match, Need
from broker_app.errors import NotFoundError
from broker_app.i18n import _
from broker_app.matching import MatchAnswer
from broker_app.matching.text import is_han
from broker_app.rules.states import MatchState, NeedState
from broker_app.services.matches import match_need

ENOUGH = 20
"""Decided matches below which shares say little: one more decision moves them by five in a hundred or more."""

_MOST_MATCHES = 200
_MOST_NEEDS = 100
_DEEP = 50  # a choice beyond this rank is counted as not found
_MOST_TERMS = 8
_LEAST_LETTERS = 3
_TERM_VIAS = frozenset({"words", "bigrams", "terms"})
_ACCEPTED = frozenset(
    {
        MatchState.ACCEPTED_BY_ENTERPRISE,
        MatchState.ACCEPTED_BY_OWNER,
        MatchState.INTRODUCED,
        MatchState.MET,
        MatchState.AGREED,
    }
)
_WAITING_NEEDS = (
    NeedState.REFINED,
    NeedState.VERIFIED,
    NeedState.PUBLISHED,
    NeedState.LISTED_ON_BILL,
    NeedState.MATCHING,
    NeedState.NO_MATCH,
)


@dataclass(frozen=True)
class Tally:
    """How many matches came to what. ``accepted``: at least one side agreed; ``waiting``: no word from either yet."""

    accepted: int
    declined: int
    waiting: int

    @property
    def decided(self) -> int:
        """Matches with an outcome."""
        return self.accepted + self.declined

    @property
    def recorded(self) -> int:
        """All of them."""
        return self.accepted + self.declined + self.waiting


@dataclass(frozen=True)
class RankBand:
    """Choices whose achievement stood at ranks ``first`` to ``last``; both 0: 证据不足 or not found at all."""

    first: int
    last: int
    chosen: int
    accepted: int
    declined: int


@dataclass(frozen=True)
class DeclineCount:
    """How many matches were declined for one reason of the list."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class TermOutcome:
    """A term and what came of the matches it had a share in; ``lay`` is set when the term table brought it."""

    term: str
    lay: str
    accepted: int
    declined: int


@dataclass(frozen=True)
class WeakNeed:
    """A need for which the pool of today says 证据不足 (or holds nothing at all)."""

    id: UUID
    title: str
    enterprise: str


@dataclass(frozen=True)
class MatchEvaluation:
    """Everything the page shows. ``looked_at`` matches have a rank, ``needs_asked`` open needs were asked."""

    tally: Tally
    looked_at: int
    ranks: tuple[RankBand, ...]
    declines: tuple[DeclineCount, ...]
    helpful: tuple[TermOutcome, ...]
    misleading: tuple[TermOutcome, ...]
    weak_needs: tuple[WeakNeed, ...]
    needs_asked: int
    pool_size: int

    @property
    def is_enough(self) -> bool:
        """Whether there are decisions enough to read anything into shares."""
        return self.tally.decided >= ENOUGH


_BANDS = ((1, 1), (2, 3), (4, 10), (11, _DEEP), (0, 0))


def evaluate_matches(session: Session) -> MatchEvaluation:
    """Count what came of the recorded matches, and ask again for the ranks that were not kept.

    Takes about the time of one search per open need; call it off the UI thread.
    """
    matches = session.scalars(
        select(Match).where(Match.deleted_at.is_(None)).order_by(Match.created_at.desc(), Match.id)
    ).all()
    asked = _Asked(session)
    ranked = [(match, rank) for match in matches[:_MOST_MATCHES] if (rank := asked.rank_of(match)) is not None]
    open_needs = _open_needs(session)
    weak = tuple(one for one in open_needs if asked.is_weak(one.id))
    outcomes = _outcomes(matches)
    return MatchEvaluation(
        tally=_tally(matches),
        looked_at=len(ranked),
        ranks=tuple(_band(first, last, ranked) for first, last in _BANDS),
        declines=_declines(matches),
        helpful=_foremost([one for one in outcomes if one.accepted > one.declined], lambda one: one.accepted),
        misleading=_foremost([one for one in outcomes if one.declined > one.accepted], lambda one: one.declined),
        weak_needs=weak,
        needs_asked=len(open_needs),
        pool_size=session.scalar(select(func.count()).where(Achievement.deleted_at.is_(None))) or 0,
    )


class _Asked:
    """Answers of today, one per need."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: dict[UUID, MatchAnswer | None] = {}

    def rank_of(self, match: Match) -> int | None:
        """Where the chosen achievement stood: 0 under 证据不足 or not found, None if need or achievement has gone."""
        need, achievement = (
            self._session.get(Need, match.need_id),
            self._session.get(Achievement, match.achievement_id),
        )
        if any(record is None or record.deleted_at is not None for record in (need, achievement)):
            return None
        kept = _kept_rank(match)
        answer = self._answer(match.need_id) if kept is None else None
        if answer is None:
            return kept
        return next(
            (one.rank for one in answer.results if match.achievement_id in (one.id, *one.twins)),
            0,
        )

    def is_weak(self, need_id: UUID) -> bool:
        """Whether nothing was found that the program would recommend."""
        answer = self._answer(need_id)
        return answer is not None and not answer.results

    def _answer(self, need_id: UUID) -> MatchAnswer | None:
        if need_id not in self._answers:
            try:
                self._answers[need_id] = match_need(self._session, need_id, limit=_DEEP)
            except NotFoundError:
                self._answers[need_id] = None
        return self._answers[need_id]


def _kept_rank(match: Match) -> int | None:
    """The rank written down when the achievement was chosen, None if there is none; a colleague's row may hold any."""
    rank = match.evidence.get("rank")
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 0:
        return None
    return rank if match.evidence.get("grade") == "strong" and rank <= _DEEP else 0


def _tally(matches: Sequence[Match]) -> Tally:
    accepted = sum(match.state in _ACCEPTED for match in matches)
    declined = sum(match.state == MatchState.DECLINED for match in matches)
    return Tally(accepted, declined, len(matches) - accepted - declined)


def _band(first: int, last: int, ranked: Sequence[tuple[Match, int]]) -> RankBand:
    inside = [match for match, rank in ranked if first <= rank <= last]
    tally = _tally(inside)
    return RankBand(first, last, tally.recorded, tally.accepted, tally.declined)


def _declines(matches: Sequence[Match]) -> tuple[DeclineCount, ...]:
    counts = Counter(match.decline_reason for match in matches if match.state == MatchState.DECLINED)
    return tuple(
        DeclineCount(code, label(CodeList.DECLINE_REASON, code) if code else _("没写原因"), count)
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _outcomes(matches: Iterable[Match]) -> list[TermOutcome]:
    """What came of the matches each term had a share in, those that gave most first."""
    accepted: Counter[tuple[str, str]] = Counter()
    declined: Counter[tuple[str, str]] = Counter()
    given: Counter[tuple[str, str]] = Counter()
    for match in matches:
        counter = accepted if match.state in _ACCEPTED else declined if match.state == MatchState.DECLINED else None
        if counter is None:
            continue
        shares = {_named(one): int(one["share"]) for one in match.reasons if _says_something(one)}
        counter.update(shares.keys())
        given.update(shares)
    return [TermOutcome(*name, accepted[name], declined[name]) for name, _share in given.most_common()]


def _says_something(reason: Mapping[str, Any]) -> bool:
    """Units and numbers of their own (mm, 196℃) say nothing about what an achievement is."""
    term = str(reason.get("term", ""))
    letters = sum(character.isascii() and character.isalpha() for character in term)
    return reason.get("via") in _TERM_VIAS and (letters >= _LEAST_LETTERS or any(map(is_han, term)))


def _named(reason: Mapping[str, Any]) -> tuple[str, str]:
    return str(reason["term"]), str(reason.get("lay", ""))


def _foremost(outcomes: Iterable[TermOutcome], count: Callable[[TermOutcome], int]) -> tuple[TermOutcome, ...]:
    return tuple(sorted(outcomes, key=count, reverse=True)[:_MOST_TERMS])


def _open_needs(session: Session) -> list[WeakNeed]:
    """The newest needs that wait for an achievement."""
    rows = session.execute(
        select(Need.id, Need.title, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(Need.deleted_at.is_(None), Need.state.in_(_WAITING_NEEDS))
        .order_by(Need.created_at.desc(), Need.id)
        .limit(_MOST_NEEDS)
    )
    return [WeakNeed(need_id, title, firm or "") for need_id, title, firm in rows]

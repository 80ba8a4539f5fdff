"""The board of matches: what is under way, by stage, and why others were given up."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Enterprise, Match, Need, StateMove
from broker_app.rules.states import MatchState, state_label
from broker_app.services.search import contains_words

MOST_CARDS = 600
"""Cards on one board; a longer list is read as a list."""


@dataclass(frozen=True)
class MatchCard:
    """One match under way. ``amount`` is the most the firm would spend, in fen; None if nobody said.

    ``since`` is when the match came to its state.
    """

    id: UUID
    number: str
    state: str
    state_label: str
    need: str
    achievement: str
    owner: str
    enterprise: str
    amount: int | None
    enterprise_agreed: bool
    owner_agreed: bool
    nda_missing: bool
    since: datetime


@dataclass(frozen=True)
class MatchBoard:
    """Cards, the one that waits longest first; ``declined`` are the reasons of what was given up with their counts."""

    cards: tuple[MatchCard, ...]
    declined: tuple[tuple[str, int], ...]

    @property
    def declined_count(self) -> int:
        """How many matches were given up."""
        return sum(count for _reason, count in self.declined)


def match_board(session: Session, query: str = "") -> MatchBoard:
    """Every match under way whose need, achievement, number or firm holds the words of ``query``."""
    moved = (
        select(StateMove.record_id, func.max(StateMove.created_at).label("since"))
        .where(StateMove.record_kind == "match")
        .group_by(StateMove.record_id)
        .subquery()
    )
    words = contains_words(query, Need.title, Achievement.title, Match.number, Enterprise.name, pinyin=Need.pinyin)
    statement = (
        select(Match, Need, Achievement, Enterprise.name, moved.c.since)
        .join(Need, Need.id == Match.need_id)
        .join(Achievement, Achievement.id == Match.achievement_id)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .outerjoin(moved, moved.c.record_id == Match.id)
        .where(Match.deleted_at.is_(None), Match.state != MatchState.DECLINED, words)
        .order_by(func.coalesce(moved.c.since, Match.created_at), Match.id)
        .limit(MOST_CARDS)
    )
    cards = tuple(
        MatchCard(
            id=row.id,
            number=row.number,
            state=row.state,
            state_label=state_label("match", row.state),
            need=need.title,
            achievement=achievement.title,
            owner=achievement.owner,
            enterprise=firm or "",
            amount=need.budget_high if need.budget_high is not None else need.budget_low,
            enterprise_agreed=row.enterprise_consent_at is not None,
            owner_agreed=row.owner_consent_at is not None,
            nda_missing=row.needs_nda and row.nda_signed_at is None,
            since=since or row.created_at,
        )
        for row, need, achievement, firm, since in session.execute(statement)
    )
    return MatchBoard(cards, _declined(session))


def _declined(session: Session) -> tuple[tuple[str, int], ...]:
    codes = session.scalars(
        select(Match.decline_reason).where(Match.deleted_at.is_(None), Match.state == MatchState.DECLINED)
    )
    counts = Counter(label(CodeList.DECLINE_REASON, code) for code in codes if code)
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))

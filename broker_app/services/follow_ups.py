"""Tasks that follow from visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, FollowUp
from broker_app.rules.calendar import utc_now
from broker_app.services.records import live


@dataclass(frozen=True)
class FollowUpRow:
    """An open task."""

    id: UUID
    text: str
    who: str
    due: date | None
    enterprise: str
    visit_id: UUID | None


def open_follow_ups(session: Session, *, limit: int = 50) -> Sequence[FollowUpRow]:
    """What is still to be done, the earliest due first; tasks without a day stand last."""
    rows = session.execute(
        select(FollowUp, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == FollowUp.enterprise_id)
        .where(FollowUp.deleted_at.is_(None), FollowUp.done_at.is_(None))
        .order_by(FollowUp.due.asc().nulls_last(), FollowUp.id)
        .limit(limit)
    )
    return [FollowUpRow(one.id, one.text, one.who, one.due, firm or "", one.visit_id) for one, firm in rows]


def follow_ups_between(session: Session, first: date, last: date, *, limit: int = 200) -> Sequence[FollowUpRow]:
    """Open tasks due from ``first`` to ``last``, both included, the earliest first."""
    rows = session.execute(
        select(FollowUp, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == FollowUp.enterprise_id)
        .where(
            FollowUp.deleted_at.is_(None),
            FollowUp.done_at.is_(None),
            FollowUp.due >= first,
            FollowUp.due <= last,
        )
        .order_by(FollowUp.due, FollowUp.id)
        .limit(limit)
    )
    return [FollowUpRow(one.id, one.text, one.who, one.due, firm or "", one.visit_id) for one, firm in rows]


def move_follow_up(session: Session, follow_up_id: UUID, due: date) -> date | None:
    """Let a task be due on another day; returns when it was due before."""
    row = live(session, FollowUp, follow_up_id)
    before, row.due = row.due, due
    return before


def finish_follow_up(session: Session, follow_up_id: UUID, *, done: bool = True) -> None:
    """Tick a task off, or take the tick back."""
    live(session, FollowUp, follow_up_id).done_at = utc_now() if done else None

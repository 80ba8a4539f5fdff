"""Firms that were merged into others: what still speaks of the old one is led to the one that stands."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from broker_app.db.models import (
    Attachment,
    Contact,
    Enterprise,
    FirmAlias,
    FollowUp,
    Need,
    ReferralRequest,
    Visit,
)

REFERRERS: tuple[InstrumentedAttribute[Any], ...] = (
    Visit.enterprise_id,
    Need.enterprise_id,
    Contact.enterprise_id,
    ReferralRequest.enterprise_id,
    FollowUp.enterprise_id,
    Attachment.parent_id,
)
"""Columns that name a firm."""

_HOPS = 20  # how often a firm can have been merged before we stop following it


def standing_id(session: Session, firm_id: UUID) -> UUID:
    """The firm that ``firm_id`` means today: itself, or the one it was merged into."""
    for _hop in range(_HOPS):
        alias = session.get(FirmAlias, firm_id)
        if alias is None or _is_live(session, firm_id):
            return firm_id
        firm_id = alias.new
    return firm_id


def learn_aliases(session: Session, aliases: Mapping[UUID, UUID], at: datetime) -> None:
    """The server says that firms were merged; what this computer needs to part its own again stays."""
    for old, new in aliases.items():
        known = session.get(FirmAlias, old)
        if known is None:
            session.add(FirmAlias(old=old, new=new, merged_at=at, undo=None))
        elif known.new != new:
            known.new = new
    session.flush()


def forget_aliases(session: Session, firm_ids: Iterable[UUID]) -> None:
    """These firms stand on their own again."""
    session.execute(delete(FirmAlias).where(FirmAlias.old.in_(list(firm_ids))))


def follow_aliases(session: Session, may_write: Callable[[str], bool] = lambda _scope: True) -> int:
    """Lead every live record that names a merged firm to the one that stands; returns how many.

    Where ``may_write`` allows the record's scope it is a change like any other and travels; elsewhere only
    this computer shows it so, and whoever may write there tells the others.
    """
    merged = list(session.scalars(select(FirmAlias.old)))
    if not merged:
        return 0
    led = 0
    for column in REFERRERS:
        model = column.class_
        query = select(model).where(column.in_(select(FirmAlias.old)), model.deleted_at.is_(None))
        if model is Attachment:
            query = query.where(Attachment.parent_kind == "enterprise")
        for row in session.scalars(query).all():
            stands = standing_id(session, getattr(row, column.key))
            if stands == getattr(row, column.key):
                continue
            if may_write(row.scope):
                setattr(row, column.key, stands)
            else:
                session.execute(update(model).where(model.id == row.id).values({column.key: stands}))
            led += 1
    session.flush()
    return led


def has_aliases(session: Session) -> bool:
    """Whether any firm was ever merged here."""
    return bool(session.scalar(select(func.count()).select_from(select(FirmAlias.old).limit(1).subquery())))


def _is_live(session: Session, firm_id: UUID) -> bool:
    row = session.get(Enterprise, firm_id)
    return row is not None and row.deleted_at is None

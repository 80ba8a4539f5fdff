"""移交: a record goes to another team or county office the person also belongs to, with what hangs on it.

It is one action of several operations: the server takes them in together, and takes the record off the computers
of those who do not belong to where it goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from broker_app.db.models import (
    Attachment,
    Contact,
    Enterprise,
    Match,
    Need,
    OutboxOperation,
    StateMove,
    Synced,
    SyncScope,
)
from broker_app.db.models.base import new_id
from broker_app.db.outbox import table_name
from broker_app.errors import IllegalMoveError
from broker_app.i18n import _
from broker_app.services.records import live
from broker_app.services.scope_words import scope_word
from broker_app.sync.bodies import table_of
from broker_app.sync.protocol import MAX_OPERATIONS
from broker_app.sync.records import portions, tell_changed
from broker_app.sync.session_store import read_sign_in

_MODELS: dict[str, type[Need] | type[Enterprise]] = {"need": Need, "enterprise": Enterprise}
_PLACES = {"need": ("team:",), "enterprise": ("county:",)}


@dataclass(frozen=True)
class Handover:
    """What can be handed over where: targets as (scope, words), and how many records go along."""

    title: str
    now_with: str
    targets: tuple[tuple[str, str], ...]
    along: int


def handover_of(session: Session, kind: str, record_id: UUID) -> Handover:
    """Where a need or a firm can go; no targets if the person belongs to no other team or county office.

    Raises:
        NotFoundError: it is not here.
    """
    row = live(session, _MODELS[kind], record_id)
    titles = read_sign_in(session).titles
    writable = session.scalars(select(SyncScope.scope).where(SyncScope.writable).order_by(SyncScope.scope))
    targets = [scope for scope in writable if scope.startswith(_PLACES[kind]) and scope != row.scope]
    return Handover(
        title=row.title if isinstance(row, Need) else row.name,
        now_with=scope_word(row.scope, titles),
        targets=tuple((scope, scope_word(scope, titles)) for scope in targets),
        along=len(_along(session, row)),
    )


def hand_over(session: Session, kind: str, record_id: UUID, target: str) -> int:
    """Hand a need or a firm over to the scope ``target``; returns how many records go, itself included.

    Raises:
        NotFoundError: it is not here.
        IllegalMoveError: not a place the person belongs to; a common need whose sources stay; or it is being sent
            at this moment.
    """
    row = live(session, _MODELS[kind], record_id)
    if target not in {scope for scope, _words in handover_of(session, kind, record_id).targets}:
        raise IllegalMoveError(_("只能移交给你自己也在里面的团队或县区。没有改动。"))
    if kind == "need" and session.scalar(select(Need.id).where(Need.common_need_id == record_id).limit(1)):
        raise IllegalMoveError(_("别的需求并在这一条里，不能单独移交。请先撤销合并。"))
    rows = [row, *_along(session, row)]
    if len(rows) > MAX_OPERATIONS // 2:
        raise IllegalMoveError(_("跟着走的记录太多，不能一次移交。"))
    session.flush()
    group = new_id()
    for one in rows:
        _move(session, one, target, group)
    tell_changed(session, {table_name(type(one)) for one in rows} | {"outbox"})
    return len(rows)


def _move(session: Session, row: Synced, target: str, group: UUID) -> None:
    kind, source = table_name(type(row)), row.scope
    waiting = session.scalars(select(OutboxOperation).where(OutboxOperation.record_id == row.id)).all()
    if any(operation.sent_at is not None for operation in waiting):
        raise IllegalMoveError(_("这条正在上传，等传完再移交。没有改动。"))
    if row.rev == 0:  # nobody has heard of it: it is simply made there
        for operation in waiting:
            operation.scope = target
    else:
        session.add(
            OutboxOperation(
                op=new_id(), record_id=row.id, kind=kind, scope=source, action="put", group_id=group,
                fields={"scope": [source, target]}, at=datetime.now(UTC),
            )
        )  # fmt: skip
    session.flush()
    table = table_of(kind)
    session.execute(update(table).where(table.c.id == row.id).values(scope=target))
    session.expire(row)


def _along(session: Session, row: Need | Enterprise) -> list[Synced]:
    """What means nothing without the record: matches, files and steps of a need; people and files of a firm."""
    if isinstance(row, Need):
        own = list(session.scalars(select(Match).where(Match.need_id == row.id)))
    else:
        own = list(session.scalars(select(Contact).where(Contact.enterprise_id == row.id)))
    ids = [row.id, *(one.id for one in own)]
    found: list[Synced] = [*own, *_hanging_on(session, Attachment.parent_id, ids)]
    if isinstance(row, Need):
        found += _hanging_on(session, StateMove.record_id, ids)
    return [one for one in found if one.scope == row.scope]


def _hanging_on(session: Session, column: Any, ids: Iterable[UUID]) -> list[Synced]:
    found: list[Synced] = []
    for some in portions(list(ids)):
        found += session.scalars(select(column.class_).where(column.in_(some)))
    return found

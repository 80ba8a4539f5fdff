"""Turns every flushed change of a synced row into an operation of the outbox, in the same transaction.

It listens to the session, so no service can forget to. An operation is ``{field: [old, new]}``
(sync.md section 3). While it has not been sent, a later change of the same record is folded into it
field by field; once sent it is never touched again. A change of ``scope`` means that the record is handed over.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, event, func, insert, inspect, select, update
from sqlalchemy.orm import Session, UOWTransaction, sessionmaker

from broker_app.db.actor import Actor
from broker_app.db.models.base import ENVELOPE, Authored, Synced, new_id
from broker_app.db.models.local import OutboxOperation

Change = dict[str, list[Any]]
_LOOKUP = 400  # record ids asked for at once; below SQLite's limit of bound values


def record_changes(sessions: sessionmaker[Session]) -> None:
    """Make every session of ``sessions`` stamp and record what it writes."""
    event.listen(sessions, "before_flush", _stamp)
    event.listen(sessions, "after_flush", _record)


def pending_count(session: Session) -> int:
    """How many operations the server has not acknowledged."""
    return session.scalar(select(func.count()).select_from(OutboxOperation)) or 0


def synced_fields(model: type[Synced]) -> tuple[str, ...]:
    """Names of the columns of ``model`` that travel, envelope and local columns left out."""
    return tuple(
        column.key for column in inspect(model).columns if column.key not in ENVELOPE and not column.info.get("local")
    )


def table_name(model: type[Synced]) -> str:
    """The kind of a record, which is the name of its table."""
    return str(inspect(model).local_table)


def wire_value(value: Any) -> Any:
    """The JSON form of a column value; empty text, list and object travel as null."""
    match value:
        case None | "" | []:
            return None
        case dict():  # the pattern {} would fit every dictionary
            return value or None
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value


def say_same(session: Session, record_id: UUID, into_id: UUID) -> None:
    """Make the change of ``record_id`` that waits say that it is the same as ``into_id`` (itself: parted again).

    It goes to the end of the outbox, behind whatever makes the other record known. A record the server has never
    heard of has nothing waiting, and nobody there asks for it.
    """
    row = session.scalar(
        select(OutboxOperation)
        .where(OutboxOperation.record_id == record_id, OutboxOperation.sent_at.is_(None))
        .order_by(OutboxOperation.seq.desc())
        .limit(1)
    )
    if row is None:
        return
    session.delete(row)
    session.flush()
    session.add(
        OutboxOperation(
            op=new_id(), record_id=record_id, kind=row.kind, scope=row.scope, action=row.action,
            fields=dict(row.fields), at=row.at, group_id=row.group_id, into_id=into_id,
        )
    )  # fmt: skip
    session.flush()


def _stamp(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if any(isinstance(row, Synced) for row in session.deleted):
        raise RuntimeError("a synced row is marked with deleted_at, never deleted")
    actor: Actor = session.info.get("actor") or Actor()
    now = datetime.now(UTC)
    for row in session.new:
        if isinstance(row, Synced):
            row.id = row.id or new_id()
            row.scope = row.scope or actor.scope_of(table_name(type(row)))
        if isinstance(row, Authored):
            row.created_at = row.created_at or now
            row.author_id = row.author_id or actor.user_id
            row.author_name = row.author_name or actor.name
    for row in (*session.new, *session.dirty):
        if isinstance(row, Synced) and session.is_modified(row):
            row.edited_at = now


def _record(session: Session, _context: UOWTransaction) -> None:
    changed: set[str] = session.info.setdefault("changed", set())
    changed.update(type(row).__name__ for row in (*session.new, *session.dirty, *session.deleted))
    if session.info.get("applying_remote"):
        return
    at = datetime.now(UTC)
    created = [row for row in session.new if isinstance(row, Synced)]
    edited = [row for row in session.dirty if isinstance(row, Synced) and session.is_modified(row)]
    operations = [_operation(row, _creation(row), at) for row in created]
    waiting, sent = _told(session, [row.id for row in edited])
    for row in edited:
        unheard_of = row.rev == 0 and row.id not in sent
        change = _edit(row)
        if row.id in waiting:
            _fold(session, waiting[row.id], row, change, unheard_of=unheard_of)
        elif unheard_of:
            # Made and trashed before anybody heard of it, and now taken out again: it travels whole.
            if not row.deleted_at:
                operations.append(_operation(row, _creation(row), at))
        elif change:
            operations.append(_operation(row, change, at))
    if operations:
        session.connection().execute(insert(OutboxOperation), operations)


def _creation(row: Synced) -> Change:
    values = {field: wire_value(getattr(row, field)) for field in synced_fields(type(row))}
    return {field: [None, value] for field, value in values.items() if value is not None}


def _edit(row: Synced) -> Change:
    change: Change = {}
    state = inspect(row)
    for field in (*synced_fields(type(row)), "deleted_at"):
        history = state.attrs[field].history
        if history.has_changes():
            old = wire_value(history.deleted[0] if history.deleted else None)
            new = wire_value(history.added[0] if history.added else None)
            if old != new:
                change[field] = [old, new]
    return change


def _operation(row: Synced, change: Change, at: datetime) -> dict[str, Any]:
    return {
        "op": new_id(),
        "record_id": row.id,
        "kind": table_name(type(row)),
        "scope": row.scope,
        "action": "delete" if row.deleted_at else "put",
        "fields": change,
        "at": at,
        "sent_at": None,
    }


def _told(session: Session, ids: list[UUID]) -> tuple[dict[UUID, tuple[int, Change]], set[UUID]]:
    """The operation that still waits for each record, and the records that have one on its way already."""
    waiting: dict[UUID, tuple[int, Change]] = {}
    sent: set[UUID] = set()
    for start in range(0, len(ids), _LOOKUP):
        rows = session.connection().execute(
            select(OutboxOperation.record_id, OutboxOperation.seq, OutboxOperation.fields, OutboxOperation.sent_at)
            .where(OutboxOperation.record_id.in_(ids[start : start + _LOOKUP]))
            .order_by(OutboxOperation.seq)
        )
        for record_id, seq, fields, sent_at in rows:
            if sent_at is None:
                waiting[record_id] = (seq, fields)
            else:
                sent.add(record_id)
    return waiting, sent


def _fold(session: Session, waiting: tuple[int, Change], row: Synced, change: Change, *, unheard_of: bool) -> None:
    seq, earlier = waiting
    folded = _folded(earlier, change)
    if not folded or (unheard_of and row.deleted_at):
        # Taken back before anybody else saw it: the server need never hear of it.
        session.connection().execute(delete(OutboxOperation).where(OutboxOperation.seq == seq))
        return
    session.connection().execute(
        update(OutboxOperation)
        .where(OutboxOperation.seq == seq)
        # Whoever changes a record has seen it as it stands now, and tries again what could not be sent. What says
        # more than before is another operation: a copy of this disk may send, or have sent, the one it was.
        .values(
            op=new_id(),
            fields=folded,
            scope=folded["scope"][0] if "scope" in folded else row.scope,  # it is still to be handed over from there
            action="delete" if row.deleted_at else "put",
            seen=None,
            parked=None,
            into_id=OutboxOperation.into_id if row.deleted_at else None,
        )
    )


def _folded(earlier: Change, later: Change) -> Change:
    folded = dict(earlier)
    for field, (old, new) in later.items():
        first = folded[field][0] if field in folded else old
        if first == new:
            folded.pop(field, None)
        else:
            folded[field] = [first, new]
    return folded

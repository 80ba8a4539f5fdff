"""What a person decides about a difference or about what came back: an ordinary change, and the word that closes it.

Both are one action (``group``), so the server takes them in together; until then the decision already shows here.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, OutboxOperation, ServerRecord, Synced
from broker_app.db.models.base import new_id
from broker_app.db.outbox import wire_value
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.i18n import _
from broker_app.services.field_words import both, can_keep_both
from broker_app.services.firm_names import firm_key
from broker_app.services.pinyin import search_keys
from broker_app.services.sync_state import conflict_body
from broker_app.sync import journal
from broker_app.sync.bodies import models, row_values, table_of
from broker_app.sync.records import tell_changed

_NAMES = {"enterprise": "name", "need": "title", "achievement": "title"}


class Choice(StrEnum):
    """What a person wants."""

    MINE = "mine"  # the value that did not stand; of a deletion: delete after all
    THEIRS = "theirs"  # the value that stands; of a deletion: keep it
    BOTH = "both"  # of twins: they are two


def decide(session: Session, conflict: UUID, choice: Choice) -> None:
    """Carry out a choice about a difference.

    Raises:
        NotFoundError: somebody has decided meanwhile.
        InvalidInputError: both values cannot stand in that field.
    """
    row, body = _open(session, conflict)
    record, kind = UUID(str(body["record"])), str(body.get("record_kind") or "")
    group = new_id()
    match (body.get("kind"), choice):
        case ("value" | "text", Choice.MINE | Choice.BOTH):
            _set_field(session, kind, record, body, choice)
        case ("delete", Choice.MINE):
            found = _record(session, kind, record)
            found.deleted_at = datetime.now(UTC)
            session.flush()
    _close(session, row, choice.value, group)


def withdraw(session: Session, conflict: UUID) -> None:
    """Give up a change the server keeps apart; it stays readable in the history of the server."""
    row, _body = _open(session, conflict)
    _close(session, row, "withdrawn", new_id())


def try_again(session: Session, operation: UUID) -> None:
    """Send once more what was set aside here."""
    session.execute(update(OutboxOperation).where(OutboxOperation.op == operation).values(parked=None))
    tell_changed(session, ("outbox",))


def try_all_again(session: Session) -> None:
    """Send once more everything that was set aside."""
    journal.unpark(session)
    tell_changed(session, ("outbox",))


def _open(session: Session, conflict: UUID) -> tuple[ServerRecord, dict[str, Any]]:
    row = session.scalar(
        select(ServerRecord).where(ServerRecord.id == conflict, ServerRecord.kind == "conflict").limit(1)
    )
    if row is None:
        raise NotFoundError(_("这一处已经有人确认过了。"))
    body = conflict_body(session, row)
    if body.get("status") != "open":
        raise NotFoundError(_("这一处已经有人确认过了。"))
    return row, body


def _set_field(session: Session, kind: str, record: UUID, body: dict[str, Any], choice: Choice) -> None:
    field = str(body["field"])
    row = _record(session, kind, record)
    present = wire_value(getattr(row, field, None))
    wanted = body.get("other")
    if choice is Choice.BOTH:
        if not can_keep_both(kind, field):
            raise InvalidInputError("choice", _("这一项只能留一个，请选一个。"))
        wanted = both(kind, field, wanted, present)
    value = row_values(kind, {field: wanted}).get(field)
    if kind == "visit" and field == "note":
        _set_note(session, row, present, wanted, value)
        return
    setattr(row, field, value)
    if _NAMES.get(kind) == field:
        setattr(row, "pinyin", search_keys(str(value)))  # noqa: B010 - only rows of these kinds have it
    if isinstance(row, Enterprise) and field == "name":
        row.name_key = firm_key(str(value))
    session.flush()


def _set_note(session: Session, row: Synced, present: Any, wanted: Any, value: Any) -> None:
    """The note of a recorded visit is final for everybody but the person who decides between two of them."""
    table = table_of("visit")
    state = getattr(row, "state", "draft")
    session.execute(update(table).where(table.c.id == row.id).values(state="draft"))
    session.execute(update(table).where(table.c.id == row.id).values(note=value, state=state))
    _add(session, row.id, "visit", row.scope, {"note": [present, wanted]}, None)
    session.expire(row)


def _record(session: Session, kind: str, record: UUID) -> Synced:
    row = session.get(models()[kind], record) if kind in models() else None
    if row is None:
        raise NotFoundError(_("这条记录不在本机了，不能改动。"))
    return row


def _close(session: Session, row: ServerRecord, status: str, group: UUID) -> None:
    body = conflict_body(session, row)
    changed = session.scalar(
        select(OutboxOperation)
        .where(OutboxOperation.record_id == UUID(str(body["record"])), OutboxOperation.sent_at.is_(None))
        .order_by(OutboxOperation.seq.desc())
        .limit(1)
    )
    if changed is not None:
        changed.group_id = group = changed.group_id or group
    _add(session, row.id, row.kind, row.scope, {"status": [body.get("status"), status]}, group)
    tell_changed(session, ("conflict",))


def _add(session: Session, record: UUID, kind: str, scope: str, fields: dict[str, Any], group: UUID | None) -> None:
    session.add(
        OutboxOperation(
            op=new_id(), record_id=record, kind=kind, scope=scope, action="put", fields=fields,
            at=datetime.now(UTC), group_id=group,
        )
    )  # fmt: skip
    session.flush()

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
from broker_app.services.conflicts import conflict_body, conflicts_about
from broker_app.services.field_words import both, can_keep_both
from broker_app.services.firm_names import firm_key
from broker_app.services.pinyin import search_keys
from broker_app.sync import journal
from broker_app.sync.bodies import body_of, models, row_values, table_of
from broker_app.sync.merge import merge_record
from broker_app.sync.records import tell_changed

_NAMES = {"enterprise": "name", "need": "title", "published_need": "title", "achievement": "title"}
_PUBLIC_KIND = "published_need"
"""Its newest wording counts as a whole: what the curator takes in is what its team last asked for."""


class Choice(StrEnum):
    """What a person wants."""

    MINE = "mine"  # the value that did not stand; of a deletion: delete after all
    THEIRS = "theirs"  # the value that stands; of a deletion: keep it
    BOTH = "both"  # of twins: they are two
    ONE = "one"  # of twins: they were one and have been merged


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


def take_in(session: Session, conflict: UUID) -> None:
    """收下: do what somebody wanted to do and could not, as whoever leads that scope.

    Raises:
        NotFoundError: somebody has decided meanwhile.
        InvalidInputError: it cannot be done as it was meant then.
    """
    row, body = _open(session, conflict)
    operation = body.get("operation") or {}
    kind, record = str(operation.get("kind")), UUID(str(operation.get("id")))
    changes: dict[str, Any] = operation.get("set") or {}
    if kind not in models() or operation.get("move") or operation.get("into"):
        raise InvalidInputError("choice", _("这处改动不能直接收下，请照着它手工改，再点「不收」。"))
    found = session.get(models()[kind], record)
    if found is None and any(not isinstance(change, list) or change[0] is not None for change in changes.values()):
        raise InvalidInputError("choice", _("这条记录不在本机，没有可以改的，只能不收。"))
    merged = merge_record(kind, {} if found is None else _body(kind, found), changes)
    if merged.conflicts and kind != _PUBLIC_KIND:
        raise InvalidInputError("choice", _("同一处后来又改过了，请照着它手工改，再点「不收」。"))
    wanted = {**merged.body, **{one.field: one.other for one in merged.conflicts}}
    if found is None:
        found = models()[kind]()
        found.id, found.scope = record, str(operation.get("scope"))
        session.add(found)
    values = row_values(kind, wanted)
    for name in values.keys() & {*changes, "pinyin", "name_key"}:
        setattr(found, name, values[name])
    if operation.get("delete") is not None:
        found.deleted_at = datetime.now(UTC) if operation["delete"] else None
    session.flush()
    _close(session, row, "taken_in", new_id())
    _close_older(session, row, record)


def decline(session: Session, conflict: UUID, why: str) -> None:
    """不收: the change stays undone, and its author reads why.

    Raises:
        NotFoundError: somebody has decided meanwhile.
        InvalidInputError: without a reason.
    """
    row, _body = _open(session, conflict)
    if not why.strip():
        raise InvalidInputError("why", _("请写一句为什么不收，对方会看到。"))
    _close(session, row, "declined", new_id(), why.strip()[:500])


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


def _body(kind: str, row: Synced) -> dict[str, Any]:
    columns = table_of(kind).columns.keys()
    return body_of(kind, {name: getattr(row, name) for name in columns})


def _close_older(session: Session, taken: ServerRecord, record: UUID) -> None:
    """Earlier wishes for the same record in the same place are answered with it."""
    for older in conflicts_about(session, record):
        row = session.get(ServerRecord, (taken.scope, older.id))
        if older.id != taken.id and older.status == "open" and older.kind == "held" and row is not None:
            _close(session, row, "taken_in", new_id())


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


def _close(session: Session, row: ServerRecord, status: str, group: UUID, resolution: str = "") -> None:
    body = conflict_body(session, row)
    changed = session.scalar(
        select(OutboxOperation)
        .where(OutboxOperation.record_id == UUID(str(body["record"])), OutboxOperation.sent_at.is_(None))
        .order_by(OutboxOperation.seq.desc())
        .limit(1)
    )
    if changed is not None:
        changed.group_id = group = changed.group_id or group
    fields = {"status": [body.get("status"), status]}
    if resolution:
        fields["resolution"] = [body.get("resolution"), resolution]
    _add(session, row.id, row.kind, row.scope, fields, group)
    tell_changed(session, ("conflict",))


def _add(session: Session, record: UUID, kind: str, scope: str, fields: dict[str, Any], group: UUID | None) -> None:
    session.add(
        OutboxOperation(
            op=new_id(), record_id=record, kind=kind, scope=scope, action="put", fields=fields,
            at=datetime.now(UTC), group_id=group,
        )
    )  # fmt: skip
    session.flush()

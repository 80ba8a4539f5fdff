"""The outbox as the exchange uses it: what goes up next, what was taken in, what waits for a person.

An operation leaves the outbox in the transaction that takes over the server's answer, and is kept beside it
until a backup of the server holds it: a server that goes back in time is told again (sync.md section 3).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, Text, delete, func, insert, literal, select, type_coerce, update
from sqlalchemy.orm import Session

from broker_app.db.models import (
    AcknowledgedOperation,
    OutboxOperation,
    ProfileValue,
    ServerRecord,
    SnapshotChunk,
    SyncScope,
)
from broker_app.db.models.base import new_id
from broker_app.db.outbox import wire_value
from broker_app.db.types import UtcDateTime
from broker_app.services.indexing import reindex
from broker_app.sync.bodies import body_of, json_size, models, row_values, sendable, table_of
from broker_app.sync.merge import merge_record, same
from broker_app.sync.protocol import (
    APPLIED,
    HELD,
    MAX_OPERATIONS,
    MAX_PUSH_BYTES,
    PUBLIC,
    PUT,
    Change,
    Operation,
    Result,
    SyncReply,
)
from broker_app.sync.records import (
    INDEXED,
    Told,
    forget_rows,
    note_own,
    portions,
    read_anew,
    seen_hash,
    show,
    tell_changed,
)

KEPT_FOR = timedelta(days=30)
_EPOCH = "sync.epoch"
_COVERED = "sync.covered"
_NEVER_SIGNED_IN = "team:local"
_BLIND: dict[str, Any] = {"synchronize_session": False}  # objects already read need not hear of it


@dataclass(frozen=True)
class Receipt:
    """What the server took in with one push."""

    count: int
    mark: str  # people read it out to each other; "" if nothing was taken in


def epoch(session: Session) -> UUID | None:
    """The life of the server's database we have spoken to, if to any."""
    row = session.get(ProfileValue, _EPOCH)
    return None if row is None else UUID(row.value["epoch"])


def meet(session: Session, found: UUID) -> bool:
    """Remember the server's epoch. True if it is another one than before: then everything is told again."""
    known = epoch(session)
    session.merge(ProfileValue(key=_EPOCH, value={"epoch": str(found)}))
    if known is None or known == found:
        return False
    say_again(session)
    return True


def covered(session: Session) -> str | None:
    """Up to when, by the server's clock, a verified backup of it holds everything; as it last said."""
    row = session.get(ProfileValue, _COVERED)
    return None if row is None else row.value["at"]


def note_covered(session: Session, at: str | None) -> None:
    """Remember it; it seldom changes."""
    if at != covered(session):
        session.merge(ProfileValue(key=_COVERED, value={"at": at}))


def say_again(session: Session) -> None:
    """Put every acknowledged operation before the outbox, in its old order, and read every scope from the start."""
    told = session.scalars(select(AcknowledgedOperation).order_by(AcknowledgedOperation.ordinal)).all()
    first = min(session.scalar(select(func.min(OutboxOperation.seq))) or 0, 0) - len(told)
    for number, each in enumerate(told):
        session.add(
            OutboxOperation(
                seq=first + number, op=each.op, record_id=each.record_id, kind=each.kind, scope=each.scope,
                action=each.action, fields=each.fields, at=each.at, sent_at=each.acknowledged_at, seen=each.seen,
                group_id=each.group_id, into_id=each.into_id,
            )
        )  # fmt: skip
    session.execute(delete(AcknowledgedOperation))
    session.execute(delete(SnapshotChunk))
    read_anew(session, session.scalars(select(SyncScope.scope)).all())
    session.flush()


def waiting(session: Session) -> tuple[int, int]:
    """How many operations can be sent, and the number of the last of them."""
    count, last = session.execute(select(func.count(), func.max(OutboxOperation.seq)).where(_sendable_now())).one()
    return count, last or 0


def next_batch(session: Session, upto: int, now: datetime) -> tuple[Operation, ...]:
    """The next operations to send, at most 2000 or 4 MiB; from now on they stay as they are."""
    rows: dict[int, Waiting] = {}
    size = 0
    # What follows an operation whose fate is not known yet waits for it: if that one is kept apart, the later one
    # cannot travel as it stands.
    on_its_way = set(session.scalars(select(OutboxOperation.record_id).where(OutboxOperation.sent_at.is_not(None))))
    query = _WAITING.where(_sendable_now(), OutboxOperation.seq <= upto)
    for row in _waiting_of(session, query.order_by(OutboxOperation.seq).limit(MAX_OPERATIONS)):
        together = _of_group(session, row) if row.group_id else [row]
        if any(one.sent_at is None and one.record_id in on_its_way for one in together):
            continue
        new = [one for one in together if one.seq not in rows]
        more = sum(json_size(one.fields) + 200 for one in new)
        if rows and (len(rows) + len(new) > MAX_OPERATIONS or size + more > MAX_PUSH_BYTES):
            break
        size += more
        rows.update({one.seq: one for one in new})
    batch = [rows[seq] for seq in sorted(rows)]
    _freeze(session, batch, now)
    return tuple(operation_of(row) for row in batch)


def acknowledge(session: Session, reply: SyncReply, now: datetime) -> Receipt:
    """Take over what became of the operations of a push: out of the outbox, kept until a backup covers them."""
    session.flush()
    results = {result.op: result for result in reply.results}
    rows: list[Waiting] = []
    for some in portions(list(results)):
        rows += _waiting_of(session, _WAITING.where(OutboxOperation.op.in_(some)))
    rows.sort(key=lambda row: row.seq)
    _keep(session, rows, results, now)
    for taken in portions([row.seq for row in rows]):
        session.execute(delete(OutboxOperation).where(OutboxOperation.seq.in_(taken)).execution_options(**_BLIND))
    _settle(session, rows, results, now)
    _take_over_own(session, rows, results, reply.own)
    _drop_covered(session, reply.covered, now)
    return Receipt(len(rows), _mark([results[row.op] for row in rows]))


def park(session: Session, operations: Iterable[UUID], why: str) -> None:
    """Set operations aside that the server does not take in, so that the others go on.

    They get new ids: should the server have taken one in after all, what is changed now is not mistaken for it.
    """
    for op in operations:
        session.execute(
            update(OutboxOperation)
            .where(OutboxOperation.op == op)
            .values(op=new_id(), parked=why, sent_at=None)
            .execution_options(synchronize_session=False)
        )
    tell_changed(session, ("outbox",))


def unpark(session: Session) -> None:
    """Try everything again that was set aside."""
    session.execute(update(OutboxOperation).where(OutboxOperation.parked.is_not(None)).values(parked=None))


def cursors(session: Session) -> dict[str, str]:
    """How far each scope was read."""
    return {row.scope: row.cursor for row in session.scalars(select(SyncScope)) if row.cursor}


def bring_home(session: Session, writable: Iterable[str], team: str) -> int:
    """Give what nobody has heard of a scope that may be written: made before the first sign-in, or of a county
    that is not in the person's remit. What belongs to another team stays with it. Returns how many."""
    allowed = set(writable)
    if team not in allowed:
        return 0
    moved = 0
    scopes = session.scalars(select(OutboxOperation.scope).where(OutboxOperation.sent_at.is_(None)).distinct()).all()
    for scope in scopes:
        if scope in allowed or not (scope in (_NEVER_SIGNED_IN, PUBLIC) or scope.startswith("county:")):
            continue
        for kind in models():
            if scope == PUBLIC and kind == "published_need":
                continue  # it is meant for everybody: the server keeps it for the curator
            table = table_of(kind)
            unheard = (table.c.scope == scope) & (table.c.rev == 0)
            ids = session.scalars(select(table.c.id).where(unheard)).all()
            for some in portions(ids):
                session.execute(update(table).where(table.c.id.in_(some)).values(scope=team))
                session.execute(
                    update(OutboxOperation)
                    .where(OutboxOperation.record_id.in_(some), OutboxOperation.sent_at.is_(None))
                    .values(scope=team)
                )
            moved += len(ids)
    return moved


# --- inside -------------------------------------------------------------------------------------------------


def _sendable_now() -> Any:
    """What follows an operation that is set aside, on the same record, waits with it."""
    stuck = select(OutboxOperation.record_id).where(OutboxOperation.parked.is_not(None))
    return OutboxOperation.parked.is_(None) & OutboxOperation.record_id.not_in(stuck)


@dataclass
class Waiting:
    """A row of the outbox, read past the session: a first upload is ten thousands of them."""

    seq: int
    op: UUID
    record_id: UUID
    kind: str
    scope: str
    action: str
    fields: dict[str, Any]
    at: datetime
    sent_at: datetime | None
    seen: str | None
    group_id: UUID | None
    into_id: UUID | None


_WAITING: Select[*tuple[Any, ...]] = select(
    OutboxOperation.seq,
    OutboxOperation.op,
    OutboxOperation.record_id,
    OutboxOperation.kind,
    OutboxOperation.scope,
    OutboxOperation.action,
    type_coerce(OutboxOperation.fields, Text),
    OutboxOperation.at,
    OutboxOperation.sent_at,
    OutboxOperation.seen,
    OutboxOperation.group_id,
    OutboxOperation.into_id,
)


def _waiting_of(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Waiting]:
    for seq, op, record_id, kind, scope, action, fields, at, sent_at, seen, group, into in session.execute(query):
        yield Waiting(seq, op, record_id, kind, scope, action, _read_json(fields), at, sent_at, seen, group, into)


def _read_json(text: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError:  # a broken pair of characters, or a number beyond 64 bits
        read = json.loads(text)
    return read


def _of_group(session: Session, row: Waiting) -> list[Waiting]:
    query = _WAITING.where(OutboxOperation.group_id == row.group_id, OutboxOperation.parked.is_(None))
    return list(_waiting_of(session, query.order_by(OutboxOperation.seq)))


def _freeze(session: Session, batch: Sequence[Waiting], now: datetime) -> None:
    for row in batch:
        if row.sent_at is None and row.action == "delete" and row.seen is None:
            row.seen = _what_was_seen(session, row)
            seen = update(OutboxOperation).where(OutboxOperation.seq == row.seq).values(seen=row.seen)
            session.execute(seen.execution_options(**_BLIND))
    fresh = [row.seq for row in batch if row.sent_at is None]
    for some in portions(fresh):
        sent = update(OutboxOperation).where(OutboxOperation.seq.in_(some)).values(sent_at=now)
        session.execute(sent.execution_options(**_BLIND))


def _what_was_seen(session: Session, row: Waiting) -> str | None:
    if row.kind not in models():
        return None
    table = table_of(row.kind)
    found = session.execute(select(table).where(table.c.id == row.record_id)).mappings().one_or_none()
    if found is None:
        return None
    told = session.execute(
        select(ServerRecord.rev, ServerRecord.hash).where(
            ServerRecord.scope == row.scope, ServerRecord.id == row.record_id
        )
    ).one_or_none()
    pending = session.scalars(
        select(OutboxOperation).where(OutboxOperation.record_id == row.record_id).order_by(OutboxOperation.seq)
    ).all()
    return seen_hash(pending, row.kind, dict(found), None if told is None else Told(told.rev, told.hash))


def operation_of(row: OutboxOperation | Waiting) -> Operation:
    """A row of the outbox as it goes over the wire."""
    delete_wish: bool | None = None
    if "deleted_at" in row.fields:
        delete_wish = row.fields["deleted_at"][1] is not None
    elif row.action == "delete":
        delete_wish = True
    if row.into_id is not None:  # merged: the mark says enough; parted again: it comes out of the trash as well
        delete_wish = False if row.into_id == row.record_id else None
    return Operation(
        op=row.op,
        id=row.record_id,
        kind=row.kind,
        scope=row.scope,
        at=str(wire_value(row.at)),
        set=sendable(row.fields.items()),
        delete=delete_wish,
        seen=row.seen if delete_wish else None,
        move=row.fields["scope"][1] if "scope" in row.fields else None,
        into=row.into_id,
        group=row.group_id,
    )


_KEPT_COLUMNS = ("op", "record_id", "kind", "scope", "action", "fields", "seen", "group_id", "into_id", "at")


def _keep(session: Session, rows: Sequence[Waiting], results: Mapping[UUID, Result], now: datetime) -> None:
    """Copy operations to those the server has taken in, in their order, as they stand in the file."""
    columns = [getattr(OutboxOperation, name) for name in _KEPT_COLUMNS]
    for (status, at), alike in groupby(rows, lambda row: (results[row.op].status, results[row.op].at)):
        told = (literal(status), literal(at), literal(now, UtcDateTime()))
        for some in portions([row.seq for row in alike]):
            query = select(*columns, *told).where(OutboxOperation.seq.in_(some)).order_by(OutboxOperation.seq)
            names = [*_KEPT_COLUMNS, "status", "received_at", "acknowledged_at"]
            session.execute(insert(AcknowledgedOperation).from_select(names, query))


def _take_over_own(
    session: Session, rows: Sequence[Waiting], results: Mapping[UUID, Result], own: Mapping[str, int]
) -> None:
    """What the server does not say again: its new revision of these scopes holds what our operations made."""
    if not own:
        return
    made: dict[str, list[Change]] = defaultdict(list)
    for row in rows:
        result = results[row.op]
        if result.rev is not None and result.rev == own.get(row.scope) and result.status == APPLIED:
            body = {name: change[1] for name, change in sendable(row.fields.items()).items()}
            made[row.scope].append(Change(row.scope, result.rev, row.record_id, PUT, row.kind, body))
    for changes in made.values():
        note_own(session, changes)


def _settle(session: Session, rows: Sequence[Waiting], results: Mapping[UUID, Result], now: datetime) -> None:
    """Bring the rows up to date: the server has heard of them, and what it did is part of what it last said."""
    bodies = _kept_bodies(session, [row.record_id for row in rows])
    for row in rows:
        status = results[row.op].status
        mirror = bodies.get(row.record_id)
        if mirror is not None and status != HELD:
            mirror.body = merge_record(row.kind, mirror.body or {}, sendable(row.fields.items())).body
        elif mirror is None and status == HELD:
            _take_back(session, row)
    session.flush()
    for record_id, mirror in bodies.items():
        show(session, mirror.kind, record_id, now)
    session.flush()
    _note_revisions(session, rows, results)
    tell_changed(session, {row.kind for row in rows} | {"outbox"})


def _note_revisions(session: Session, rows: Sequence[Waiting], results: Mapping[UUID, Result]) -> None:
    heard: dict[str, dict[UUID, int]] = defaultdict(dict)
    for row in rows:
        result = results[row.op]
        if row.kind in models() and result.status != HELD:
            heard[row.kind][row.record_id] = max(result.rev or 1, heard[row.kind].get(row.record_id, 1))
    for kind, newest in heard.items():
        table = table_of(kind)
        by_rev: dict[int, list[UUID]] = defaultdict(list)
        for record_id, rev in newest.items():
            by_rev[rev].append(record_id)
        for rev, ids in by_rev.items():
            for some in portions(ids):
                session.execute(update(table).where(table.c.id.in_(some), table.c.rev < rev).values(rev=rev))


def _kept_bodies(session: Session, ids: Sequence[UUID]) -> dict[UUID, ServerRecord]:
    found: dict[UUID, ServerRecord] = {}
    for some in portions(list(dict.fromkeys(ids))):
        query = select(ServerRecord).where(ServerRecord.id.in_(some), ServerRecord.body.is_not(None))
        found.update({row.id: row for row in session.scalars(query)})
    return found


def _take_back(session: Session, row: Waiting) -> None:
    """A held operation changed nothing on the server: show again what stood there before it.

    A record the server has never heard of stays as it was typed; the whole operation is in the list of what
    came back, too.
    """
    if row.kind not in models():
        return
    table = table_of(row.kind)
    found = session.execute(select(table).where(table.c.id == row.record_id)).mappings().one_or_none()
    if found is None:
        return
    if found["rev"] == 0:
        _tell_whole(session, row.kind, dict(found))
        return
    if session.get(SyncScope, found["scope"]) is None:
        forget_rows(session, row.kind, [row.record_id])  # the scope is no longer ours
        return
    before = {
        name: change[0]
        for name, change in row.fields.items()
        if name not in ("deleted_at", "scope") and same(wire_value(found[name]) if name in found else None, change[1])
    }
    values = {name: value for name, value in row_values(row.kind, before).items() if name in before}
    if "deleted_at" in row.fields:
        values["deleted_at"] = None
    if "scope" in row.fields:
        values["scope"] = row.fields["scope"][0]
    if values:
        session.execute(update(table).where(table.c.id == row.record_id).values(**values))
        if row.kind in INDEXED:
            reindex(session, row.kind, [row.record_id])


def _tell_whole(session: Session, kind: str, row: Mapping[str, Any]) -> None:
    """The server kept the making of a record apart: what was changed since cannot travel as a change of it."""
    later = session.scalar(
        select(OutboxOperation)
        .where(OutboxOperation.record_id == row["id"], OutboxOperation.sent_at.is_(None))
        .limit(1)
    )
    if later is None:
        return
    if row["deleted_at"] is not None:
        session.delete(later)  # made, kept apart and put into the trash: there is nothing left to tell
    else:
        later.fields = {name: [None, value] for name, value in body_of(kind, row).items()}
        later.op = new_id()  # a copy of this disk may have told the change under the old name
    session.flush()


def _drop_covered(session: Session, covered: str | None, now: datetime) -> None:
    """Forget what a backup of the server holds, thirty days after it was taken in at the earliest."""
    old = AcknowledgedOperation.acknowledged_at < now - KEPT_FOR
    if covered is not None:
        session.execute(delete(AcknowledgedOperation).where(old, AcknowledgedOperation.received_at < covered))


def _mark(kept: Sequence[Result]) -> str:
    if not kept:
        return ""
    text = "".join(f"{result.op}{result.at}" for result in kept)
    return blake2b(text.encode(), digest_size=4).hexdigest().upper()


def oldest_uncovered(session: Session, covered: str | None) -> int:
    """How many operations only this computer could tell again."""
    query = select(func.count()).select_from(AcknowledgedOperation)
    if covered is not None:
        query = query.where(AcknowledgedOperation.received_at >= covered)
    return session.scalar(query) or 0

"""Giving changes out: per scope everything after the caller's cursor, in the order of revision and id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, select, tuple_

from broker_app.sync import protocol
from broker_app.sync.protocol import Cursor, Head
from broker_server import tables
from broker_server.auth import Caller, authenticate
from broker_server.database import see
from broker_server.meta import COVERED, EPOCH, check_epoch
from broker_server.problems import epoch_changed
from broker_server.push import Taken

_PAGE_BYTES = 8 * 1024 * 1024  # of bodies; a page ends earlier if it is reached


@dataclass
class _Page:
    room: int
    bytes_left: int = _PAGE_BYTES
    changes: list[bytes] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    more: bool = False


def pull(
    connection: Connection,
    token: str,
    epoch: UUID,
    cursors: Mapping[str, Cursor],
    limit: int,
    taken: Taken,
    now: datetime,
    mark: str | None = None,
) -> bytes:
    """The whole answer to ``POST /v1/sync`` as JSON; results of the push before it are put in as they are.

    Empty if ``mark`` is that of all there is to say.

    Raises:
        Problem: epoch-changed, also for a cursor beyond its scope's head; token-expired, device-revoked.
    """
    caller = authenticate(connection, token, now)
    known = check_epoch(connection, epoch)
    see(connection, caller.access.readable)
    heads = {scope: head_of(connection, scope) for scope in sorted(caller.access.readable)}
    page = _Page(limit, cursors={scope: str(Cursor(rev)) for scope, rev in taken.own.items()})
    for scope, head in heads.items():
        cursor = Cursor(taken.own[scope]) if scope in taken.own else cursors.get(scope, Cursor())
        if scope not in cursors and head.rev == 0 and limit:
            page.cursors.setdefault(scope, str(cursor))  # an empty scope is read, too
        if cursor.rev > head.rev:
            raise epoch_changed(known[EPOCH])
        _read_scope(connection, scope, cursor, head, page)
    state = protocol.state_mark(heads, caller.access.writable & heads.keys(), known.get(COVERED)) if mark else ""
    if mark == state and not page.changes and not page.more:
        return b""
    return _answer(known, caller, heads, page, taken)


def head_of(connection: Connection, scope: str) -> Head:
    """Where a scope stands; a scope that was never written to stands at nothing."""
    table = tables.scope
    row = connection.execute(
        select(table.c.rev, table.c.records, table.c.sum).where(table.c.scope == scope)
    ).one_or_none()
    return Head(0, 0, protocol.sum_text(0)) if row is None else Head(row.rev, row.records, row.sum)


def _read_scope(connection: Connection, scope: str, cursor: Cursor, head: Head, page: _Page) -> None:
    if cursor == Cursor(head.rev):
        return
    if page.room <= 0 or page.bytes_left <= 0:
        page.more = True
        return
    rows = changes_after(connection, scope, cursor, page.room + 1)
    last = None
    for row in rows:
        if page.room <= 0 or page.bytes_left <= 0:
            page.more = True
            break
        line = change_line(scope, row)
        page.changes.append(line)
        page.room -= 1
        page.bytes_left -= len(line)
        last = row
    else:
        page.cursors[scope] = str(Cursor(head.rev))
        return
    if last is not None:
        page.cursors[scope] = str(Cursor(last.rev, last.id))


def changes_after(connection: Connection, scope: str, cursor: Cursor, limit: int) -> list[Row[Any]]:
    """At most ``limit`` rows of the log after ``cursor``, each with its record."""
    log, record = tables.log, tables.record
    after = log.c.rev > cursor.rev
    if cursor.id is not None:
        after = tuple_(log.c.rev, log.c.id) > tuple_(cursor.rev, cursor.id)
    query = (
        select(log.c.id, log.c.rev, log.c.op, log.c.kind, log.c.into, record.c.body, record.c.deleted_at)
        .outerjoin(record, (record.c.scope == log.c.scope) & (record.c.id == log.c.id))
        .where(log.c.scope == scope, after)
        .order_by(log.c.rev, log.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def change_line(scope: str, row: Any) -> bytes:
    """One change as JSON; the body is put in as it is stored, unread."""
    head = {"scope": scope, "rev": row.rev, "id": str(row.id), "kind": row.kind, "op": row.op}
    if row.op == protocol.PUT:
        return orjson.dumps(head)[:-1] + b',"body":' + str(row.body).encode() + b"}"
    if row.op == protocol.DELETE:
        head |= {"at": row.deleted_at} | ({"into": str(row.into)} if row.into else {})
    return orjson.dumps(head)


def _answer(known: dict[str, str], caller: Caller, heads: dict[str, Head], page: _Page, taken: Taken) -> bytes:
    rest: dict[str, Any] = {
        "epoch": known[EPOCH],
        "scopes": sorted(heads),
        "writable": sorted(caller.access.writable),
        "covered": known.get(COVERED),
        "results": taken.results,
        "cursors": page.cursors,
        "more": page.more,
        "heads": {scope: {"rev": head.rev, "count": head.count, "sum": head.sum} for scope, head in heads.items()},
    }
    if taken.own:
        rest["own"] = taken.own
    return orjson.dumps(rest)[:-1] + b',"changes":[' + b",".join(page.changes) + b"]}"

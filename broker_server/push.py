"""Taking operations in: one push is one transaction, and one revision in every scope it touches.

First the counter rows of all scopes involved are locked in the order of their names, so whoever commits later
has the higher revision and a reader's cursor never passes over a row. Then everything is read, merged in
memory, and written. Which scopes are involved may only become known while reading (a record has moved, an
operation has to be held): then the transaction starts again with those locked as well.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, delete, select, update

from broker_app.sync import protocol
from broker_app.sync.kinds import KINDS, may_be_public
from broker_app.sync.merge import FieldConflict, merge_record
from broker_app.sync.protocol import (
    PUBLIC,
    Cursor,
    Operation,
    Result,
    conflict_id,
    fields_hash,
    held_scope,
    record_hash,
    sum_number,
    sum_text,
    user_scope,
)
from broker_server import tables
from broker_server.auth import Caller, authenticate, grants_of
from broker_server.database import insert_new, moment, run, see, write_rows
from broker_server.history import Authors
from broker_server.meta import COVERED, check_epoch, facts
from broker_server.problems import busy, epoch_changed
from broker_server.push_state import (
    CONFLICT_KIND,
    Counter,
    Held,
    JsonObject,
    Key,
    MoreScopesError,
    Outcome,
    Record,
    code_of,
    creates,
    plain_code,
    portions,
)
from broker_server.scopes import access_of

HANDED_OVER = UUID("7c0d6a52-6b0e-5f0a-8f0c-2f1d9a3b7e10")
"""Stands for the device where an administrator brought operations in from a file."""

ResultT = TypeVar("ResultT")
_HOPS = 5  # how often a record can have moved before we stop following it
_DECIDED = {"status", "resolution"}  # what people write in a conflict; the rest is the server's word
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Taken:
    """What became of a push: results in its order, as JSON objects.

    ``own`` names scopes in which the caller had read everything up to this push, and in whose new revision
    stands nothing but records that its operations made as they said: nobody need tell them to the caller.
    """

    results: list[JsonObject] = field(default_factory=list)
    own: dict[str, int] = field(default_factory=dict)


def push(
    engine: Engine,
    token: str,
    epoch: UUID,
    operations: Sequence[Operation],
    now: datetime,
    cursors: Mapping[str, Cursor] = MappingProxyType({}),
) -> Taken:
    """Take ``operations`` in, in their order; ``cursors`` say how far the caller has read.

    Raises:
        Problem: epoch-changed, also for a cursor beyond the head of a scope that is written to; token-expired,
            device-revoked (nothing was applied), busy.
    """
    return _with_all_scopes(engine, partial(_push, token, epoch, operations, cursors, now))


def push_for(engine: Engine, account: UUID, operations: Sequence[Operation], now: datetime) -> list[JsonObject]:
    """Take in what ``account`` could not send itself; an administrator vouches for it, the account's roles decide.

    Raises:
        Problem: busy.
    """

    def work(needed: frozenset[str], connection: Connection) -> list[JsonObject]:
        grants = grants_of(connection, account)
        caller = Caller(account, HANDED_OVER, False, grants, access_of(account, grants))
        said = frozenset(operation.scope for operation in operations)
        return _Push(connection, caller, said, needed, now).take(operations)

    return _with_all_scopes(engine, work)


def _with_all_scopes(engine: Engine, work: Callable[[frozenset[str], Connection], ResultT]) -> ResultT:
    """Do ``work`` in one transaction, begun again when it finds that further scopes have to be locked."""
    needed: frozenset[str] = frozenset()
    for _hop in range(_HOPS):
        try:
            return run(engine, partial(work, needed))
        except MoreScopesError as more:
            needed |= more.scopes
    raise busy()


def _push(
    token: str,
    epoch: UUID,
    operations: Sequence[Operation],
    cursors: Mapping[str, Cursor],
    now: datetime,
    needed: frozenset[str],
    connection: Connection,
) -> Taken:
    caller = authenticate(connection, token, now)
    check_epoch(connection, epoch)
    taking = _Push(connection, caller, frozenset(operation.scope for operation in operations), needed, now)
    heads = {scope: counter.rev for scope, counter in taking.counters.items()}
    if any(cursor.rev > heads.get(scope, cursor.rev) for scope, cursor in cursors.items()):
        raise epoch_changed(str(epoch))  # the database went back in time: first say again what it has forgotten
    results = taking.take(operations)
    own = {}
    for scope in taking.named & caller.access.readable:
        if cursors.get(scope, Cursor()) == Cursor(heads.get(scope, -1)) and taking.has_only_made(scope):
            own[scope] = taking.counters[scope].rev
    return Taken(results, own)


class _Push:
    """One transaction's worth of operations: ``said`` are the scopes they name, ``needed`` those we found out."""

    def __init__(
        self, connection: Connection, caller: Caller, said: frozenset[str], needed: frozenset[str], now: datetime
    ) -> None:
        self.connection = connection
        self.caller = caller
        # Never before what is called covered, should the clock have been set back: it is not in that backup.
        self.now = max(moment(now), facts(connection).get(COVERED, ""))
        self.own = user_scope(caller.account)
        self.writable = caller.access.writable
        self.named = said | needed
        self.records: dict[Key, Record] = {}
        self.owners: dict[tuple[str, str, str], set[UUID]] = {}  # (scope, kind, code): ids
        self.done: list[tuple[Operation, str, Result, Outcome]] = []
        self.authors = Authors(connection)
        # A scope that is not ours is locked only where we need it: something has to be held for its lead, or the twin
        # of what a lead decides lies with its author.
        locked = {scope for scope in said if scope in self.writable or scope.startswith("held:")} | needed
        visible = caller.access.readable | locked
        see(connection, visible, locked, str(caller.account))
        self.counters = self._lock(locked)

    def take(self, operations: Sequence[Operation]) -> list[JsonObject]:
        earlier = self._earlier(operations)
        new = [operation for operation in operations if operation.op not in earlier]
        self._load(new)
        results = dict(earlier)
        for operation in new:
            if operation.op in results:
                continue  # twice in one push
            results[operation.op] = self._take_one(operation)
        self._write()
        return [results[operation.op] for operation in operations]

    def has_only_made(self, scope: str) -> bool:
        """Whether this push did something in ``scope``, and nothing but make records as it said."""
        rows = [row for (where, _record), row in self.records.items() if where == scope and row.touched]
        return bool(rows) and all(row.as_said and row.changes == 1 and row.op == protocol.PUT for row in rows)

    # --- reading ------------------------------------------------------------------------------------------

    def _lock(self, scopes: Iterable[str]) -> dict[str, Counter]:
        table = tables.scope
        counters = {}
        for scope in sorted(scopes):
            row = self.connection.execute(
                select(table.c.rev, table.c.records, table.c.sum).where(table.c.scope == scope).with_for_update()
            ).one_or_none()
            if row is not None:
                counters[scope] = Counter(row.rev, row.records, sum_number(row.sum))
        return counters

    def _earlier(self, operations: Sequence[Operation]) -> dict[UUID, JsonObject]:
        """Results of operations that were taken in before: where they were sent to, or held with their author."""
        table = tables.operation
        by_scope: dict[str, list[UUID]] = {self.own: [operation.op for operation in operations]}
        for operation in operations:
            if operation.scope != self.own:
                by_scope.setdefault(operation.scope, []).append(operation.op)
        found = {}
        for scope, ids in by_scope.items():
            for some in portions(ids):
                rows = self.connection.execute(
                    select(table.c.op, table.c.result).where(
                        table.c.scope == scope, table.c.op.in_(some), table.c.account == self.caller.account
                    )
                )
                found.update({op: orjson.loads(result) for op, result in rows})
        return found

    def _load(self, operations: Sequence[Operation]) -> None:
        wanted: set[Key] = set()
        for operation in operations:
            if operation.scope in self.counters:
                wanted.add((operation.scope, operation.id))
                if operation.into is not None:
                    wanted.add((operation.scope, operation.into))
            if operation.move in self.counters:
                wanted.add((operation.move or "", operation.id))
        for _hop in range(_HOPS):
            self._load_records(wanted)
            wanted = {key for key in self._onward(wanted) if key not in self.records}
            if not wanted:
                break
        self._load_owners(operations)

    def _load_records(self, keys: Iterable[Key]) -> None:
        log, record = tables.log, tables.record
        together = log.outerjoin(record, (record.c.scope == log.c.scope) & (record.c.id == log.c.id))
        columns = (log.c.id, log.c.rev, log.c.op, log.c.kind, log.c.moved_to, log.c.into)
        by_scope: dict[str, list[UUID]] = {}
        for scope, record_id in keys:
            by_scope.setdefault(scope, []).append(record_id)
        for scope, ids in by_scope.items():
            for some in portions(ids):
                query = select(*columns, record.c.body, record.c.deleted_at).select_from(together)
                for row in self.connection.execute(query.where(log.c.scope == scope, log.c.id.in_(some))):
                    self.records[scope, row.id] = loaded = Record(
                        row.kind, orjson.loads(row.body) if row.body else {}, row.rev, row.op, row.deleted_at,
                        row.moved_to, row.into, row.op == protocol.PUT,
                    )  # fmt: skip
                    loaded.code = loaded.owned = code_of(loaded)
                    if row.op == protocol.DELETE and row.body is None:
                        loaded.op = "purged"

    def _onward(self, keys: Iterable[Key]) -> set[Key]:
        """Where records of ``keys`` have gone: to another scope, or into another record."""
        onward = set()
        for scope, record_id in keys:
            row = self.records.get((scope, record_id))
            if row is None:
                continue
            if row.moved_to and row.op == protocol.LEAVE and row.moved_to in self.writable:
                self._require({row.moved_to})
                onward.add((row.moved_to, record_id))
            elif row.into:
                onward.add((scope, row.into))
            if row.kind == CONFLICT_KIND and row.body.get("twin"):
                self._require({row.body["twin_scope"]})
                onward.add((row.body["twin_scope"], UUID(row.body["twin"])))
        return onward

    def _load_owners(self, operations: Sequence[Operation]) -> None:
        table = tables.identity
        wanted: dict[tuple[str, str], set[str]] = {}
        for operation in operations:
            kind = KINDS.get(operation.kind)
            change = operation.set.get(kind.identity) if kind and kind.identity else None
            if isinstance(change, list) and isinstance(change[1], str):
                for scope in {operation.scope, operation.move} & self.counters.keys():
                    wanted.setdefault((scope or "", operation.kind), set()).add(plain_code(change[1]))
        for (scope, kind_name), codes in wanted.items():
            for some in portions(sorted(codes)):
                rows = self.connection.execute(
                    select(table.c.code, table.c.id).where(
                        table.c.scope == scope, table.c.kind == kind_name, table.c.code.in_(some)
                    )
                )
                for code, record_id in rows:
                    self.owners.setdefault((scope, kind_name, code), set()).add(record_id)

    def _require(self, scopes: Iterable[str]) -> None:
        missing = {scope for scope in scopes if scope not in self.named}
        if missing:
            raise MoreScopesError(missing)

    # --- merging ------------------------------------------------------------------------------------------

    def _take_one(self, operation: Operation) -> JsonObject:
        found = self._find(operation)
        if isinstance(found, Held):
            outcome, scope = self._hold(operation, found), self.own
        else:
            scope, record_id = found
            outcome = self._apply(operation, scope, record_id)
        rev = self.counters[scope].rev + 1 if outcome.touched else None
        result = Result(operation.op, outcome.status, self.now, rev, tuple(outcome.conflicts))
        self.done.append((operation, scope, result, outcome))
        return result.as_wire()

    def _find(self, operation: Operation) -> Key | Held:
        """The record an operation is about, wherever it has gone, or why it has to be held."""
        scope, record_id = operation.scope, operation.id
        for _hop in range(_HOPS):
            if scope not in self.writable or scope not in self.counters:
                return Held("no-access", scope)
            row = self.records.get((scope, record_id))
            if row is not None and row.op == protocol.LEAVE and row.moved_to:
                scope = row.moved_to
            elif row is not None and row.into and operation.into != record_id:
                record_id = row.into
            else:
                break
        held = self._reason_to_hold(operation, scope, record_id)
        return held or (scope, record_id)

    def _reason_to_hold(self, operation: Operation, scope: str, record_id: UUID) -> Held | None:
        row = self.records.get((scope, record_id))
        kind = operation.kind if row is None else row.kind
        if row is not None and row.op == "purged":
            return Held("purged", scope)
        if row is None and not creates(operation, scope):
            return Held("unknown-record", scope)
        if kind == CONFLICT_KIND and operation.set.keys() - _DECIDED:
            return Held("not-yours")
        if scope == PUBLIC and operation.set and not may_be_public(kind, operation.set):
            return Held("not-public")
        if operation.into not in (None, record_id) and not self._is_same_kind(scope, record_id, operation.into):
            return Held("unknown-record", scope)
        if operation.move is not None and operation.move != scope:
            return self._reason_not_to_move(operation, kind, {} if row is None else row.body)
        return None

    def _is_same_kind(self, scope: str, one: UUID, two: UUID) -> bool:
        rows = self.records.get((scope, one)), self.records.get((scope, two))
        return one != two and rows[0] is not None and rows[1] is not None and rows[0].kind == rows[1].kind

    def _reason_not_to_move(self, operation: Operation, kind: str, body: JsonObject) -> Held | None:
        target = operation.move or ""
        if target not in self.writable or kind == CONFLICT_KIND or target.startswith("held:"):
            return Held("no-access", target)
        self._require({target})
        if target not in self.counters:
            return Held("no-access", target)
        after = {name: [None, value] for name, value in body.items()} | dict(operation.set)
        if target == PUBLIC and not may_be_public(kind, after):
            return Held("not-public")
        return None

    def _apply(self, operation: Operation, scope: str, record_id: UUID) -> Outcome:
        row = self.records.setdefault((scope, record_id), Record(operation.kind, {}))
        outcome = Outcome(scope=scope)
        is_new = row.op == ""
        row.changes += 1
        merged = merge_record(row.kind, row.body, operation.set)
        row.body, outcome.changed = merged.body, dict(merged.changed)
        for conflict in merged.conflicts:
            self._disagree(operation, outcome, (scope, record_id), conflict)
        if is_new or merged.changed:
            self._touch(row, outcome)
            row.op = row.op or protocol.PUT
        if outcome.conflicts:
            outcome.status = protocol.CONFLICT
        elif merged.is_merged:
            outcome.status = protocol.MERGED
        self._trash(operation, outcome, (scope, record_id), row)
        self._look_for_double(operation, outcome, (scope, record_id), row)
        self._note_owner(scope, record_id, row)
        if row.kind == CONFLICT_KIND and row.body.get("twin"):
            self._close_twin(row, operation)
        if operation.into == record_id:  # it stands on its own again
            row.into = None
            self._touch(row, outcome)
        elif operation.into is not None:
            if self._end_of(scope, operation.into) != record_id:  # else the other went into this one: they are one
                row.into, row.deleted_at, row.op = operation.into, operation.at, protocol.DELETE
                self._touch(row, outcome)
                self._note_owner(scope, record_id, row)
        elif operation.move is not None and operation.move != scope:
            self._move(row, outcome, record_id, operation.move)
        is_where_said = (scope, record_id) == (operation.scope, operation.id)
        row.as_said = is_new and is_where_said and outcome.status == protocol.APPLIED
        return outcome

    @staticmethod
    def _touch(row: Record, outcome: Outcome) -> None:
        row.touched = outcome.touched = True

    def _trash(self, operation: Operation, outcome: Outcome, key: Key, row: Record) -> None:
        before = row.deleted_at
        if operation.delete is True and before is None:
            if fields_hash(row.body) == operation.seen:
                row.deleted_at, row.op = operation.at, protocol.DELETE
            else:  # somebody changed it meanwhile: the edit stands, and the wish to delete is seen
                who = self._who_changed(key, "")
                self._open(operation, outcome, key, "delete", {"kind": "delete", "current": row.body, **who})
        elif operation.delete is False and before is not None:
            row.deleted_at, row.op = None, protocol.PUT
        elif operation.delete is None and before is not None and (outcome.changed or outcome.conflicts):
            row.deleted_at, row.op = None, protocol.PUT  # an edit takes it out of the trash, and says so
            who = self._who_changed(key, "deleted_at")
            about = {"kind": "delete", "current": row.body, "other": before, **who}
            self._open(operation, outcome, key, "delete", about)
        if row.deleted_at != before:
            outcome.changed["deleted_at"] = [before, row.deleted_at]
            self._touch(row, outcome)

    def _look_for_double(self, operation: Operation, outcome: Outcome, key: Key, row: Record) -> None:
        kind = KINDS.get(row.kind)
        if not kind or not kind.identity or kind.identity not in outcome.changed or row.op != protocol.PUT:
            return
        scope, record_id = key
        owners = self.owners.setdefault((scope, row.kind, code_of(row)), set())
        others = sorted(owners - {record_id})
        if code_of(row) and others:
            note = {"kind": "duplicate", "field": kind.identity, "current": code_of(row), "other": str(others[0])}
            self._open(operation, outcome, key, f"duplicate:{others[0]}", note)

    def _note_owner(self, scope: str, record_id: UUID, row: Record) -> None:
        """What lies in the trash has no code any more, and what came out of it has: also later in this push."""
        code = code_of(row)
        if code != row.owned:
            self.owners.setdefault((scope, row.kind, row.owned), set()).discard(record_id)
            if code:
                self.owners.setdefault((scope, row.kind, code), set()).add(record_id)
            row.owned = code

    def _end_of(self, scope: str, record_id: UUID) -> UUID:
        """The record that ``record_id`` has become."""
        for _hop in range(_HOPS):
            row = self.records.get((scope, record_id))
            if row is None or row.into is None:
                break
            record_id = row.into
        return record_id

    def _move(self, row: Record, outcome: Outcome, record_id: UUID, target: str) -> None:
        there = self.records.setdefault((target, record_id), Record(row.kind, {}))
        there.kind, there.body, there.deleted_at = row.kind, row.body, row.deleted_at
        there.op = protocol.PUT if row.deleted_at is None else protocol.DELETE
        there.moved_to, there.into = None, None
        self._touch(there, outcome)
        digest = row.body.get("sha256")
        if isinstance(digest, str) and _DIGEST.match(digest):
            self._copy_blob(outcome.scope, target, digest)
        row.body, row.op, row.moved_to, row.deleted_at = {}, protocol.LEAVE, target, None
        self._touch(row, outcome)

    def _copy_blob(self, source: str, target: str, sha256: str) -> None:
        table = tables.blob
        found = self.connection.execute(
            select(table).where(table.c.scope == source, table.c.sha256 == sha256, table.c.completed_at.is_not(None))
        ).one_or_none()
        if found is not None:
            values = dict(found._mapping) | {"scope": target}
            self.connection.execute(insert_new(self.connection, table), values)

    # --- what people have to decide -----------------------------------------------------------------------

    def _disagree(self, operation: Operation, outcome: Outcome, key: Key, conflict: FieldConflict) -> None:
        values = {"field": conflict.field, "base": conflict.base, "current": conflict.current, "other": conflict.other}
        kind = "text" if conflict.is_text else "value"
        who = self._who_changed(key, conflict.field)
        self._open(operation, outcome, key, conflict.field, {"kind": kind, **values, **who})

    def _open(self, operation: Operation, outcome: Outcome, key: Key, part: str, about: JsonObject) -> None:
        scope, record_id = key
        about = {"record": str(record_id), "record_kind": self.records[key].kind, **about}
        opened = self._file(scope, conflict_id(operation.op, part), operation, about)
        outcome.conflicts.append(opened)
        outcome.status = protocol.CONFLICT
        # Told again with its question: who asked may have seen this very revision, and shows what did not come true.
        self._touch(self.records[key], outcome)

    def _file(self, scope: str, record_id: UUID, operation: Operation, about: JsonObject) -> UUID:
        who = {"user": str(self.caller.account), "device": str(self.caller.device), "at": self.now, "status": "open"}
        who["user_name"] = self.authors.name_of(self.caller.account)
        body = {name: value for name, value in (about | who).items() if value not in (None, "", [], {})}
        row = self.records.setdefault((scope, record_id), Record(CONFLICT_KIND, {}))
        row.body, row.op, row.touched = body, protocol.PUT, True
        return record_id

    def _who_changed(self, key: Key, name: str) -> JsonObject:
        """Who gave a field (or, for "", the record) what stands there, and when: people are told whose words differ."""
        for operation, where, _result, outcome in reversed(self.done):
            if (where, operation.id) == key and (name in outcome.changed if name else outcome.changed):
                return self.authors.as_current(self.caller.account, self.now)
        return self.authors.who_changed(*key, name)

    def _hold(self, operation: Operation, held: Held) -> Outcome:
        """Keep the whole operation: with its author, and where there is a lead of that scope with them."""
        lead = held_scope(held.scope) if held.scope else ""
        self._require({self.own, lead} - {""})
        mine, theirs = conflict_id(operation.op, "held"), conflict_id(operation.op, "held for the lead")
        about: JsonObject = {"record": str(operation.id), "record_kind": operation.kind, "kind": "held"}
        about |= {"reason": held.reason, "operation": operation.as_wire()}
        if lead in self.counters and lead not in self.writable:
            self._file(self.own, mine, operation, about | {"twin_scope": lead, "twin": str(theirs)})
            self._file(lead, theirs, operation, about | {"twin_scope": self.own, "twin": str(mine)})
        else:
            self._file(self.own, mine, operation, about)
        return Outcome(protocol.HELD, self.own, [mine], touched=True)

    def _close_twin(self, row: Record, operation: Operation) -> None:
        twin = self.records.get((row.body["twin_scope"], UUID(row.body["twin"])))
        if twin is None:
            return
        for name in ("status", "resolution"):
            if name in operation.set and row.body.get(name) != twin.body.get(name):
                twin.body = {**twin.body, name: row.body.get(name)}
                twin.touched = True

    # --- writing ------------------------------------------------------------------------------------------

    def _write(self) -> None:
        touched: dict[str, list[tuple[UUID, Record]]] = {}
        for (scope, record_id), row in self.records.items():
            if row.touched:
                touched.setdefault(scope, []).append((record_id, row))
        for scope in sorted(touched):
            self._write_records(scope, touched[scope])
        self._write_operations()

    def _write_records(self, scope: str, rows: list[tuple[UUID, Record]]) -> None:
        counter = self.counters[scope]
        counter.rev += 1
        logged, bodies, gone = [], [], []
        for record_id, row in rows:
            if row.was_live:
                counter.count -= 1
                counter.sum -= record_hash(record_id, row.rev)
            if row.op == protocol.PUT:
                counter.count += 1
                counter.sum += record_hash(record_id, counter.rev)
            moved_to = row.moved_to if row.op == protocol.LEAVE else None
            logged.append((scope, record_id, counter.rev, row.op, row.kind, moved_to, row.into))
            if row.op == protocol.LEAVE:
                gone.append(record_id)
            else:
                bodies.append((scope, record_id, row.kind, orjson.dumps(row.body).decode(), row.deleted_at))
        write_rows(self.connection, tables.log, logged, replace=True)
        write_rows(self.connection, tables.record, bodies, replace=True)
        table = tables.record
        for some in portions(gone):
            self.connection.execute(delete(table).where(table.c.scope == scope, table.c.id.in_(some)))
        self._write_identities(scope, rows)
        self.connection.execute(
            update(tables.scope)
            .where(tables.scope.c.scope == scope)
            .values(rev=counter.rev, records=counter.count, sum=sum_text(counter.sum))
        )

    def _write_identities(self, scope: str, rows: list[tuple[UUID, Record]]) -> None:
        table = tables.identity
        new = []
        for record_id, row in rows:
            code = code_of(row)
            if row.code and row.code != code:
                self.connection.execute(
                    delete(table).where(
                        table.c.scope == scope, table.c.kind == row.kind, table.c.code == row.code,
                        table.c.id == record_id,
                    )
                )  # fmt: skip
            if code and code != row.code:
                new.append((scope, row.kind, code, record_id))
        write_rows(self.connection, table, new, replace=False)

    def _write_operations(self) -> None:
        results, history = [], []
        account, device = self.caller.account, self.caller.device
        for operation, scope, result, outcome in self.done:
            # Held operations are remembered with their author, for the scope they were meant for is not theirs.
            kept_in = self.own if outcome.status == protocol.HELD else operation.scope
            results.append((kept_in, operation.op, account, device, orjson.dumps(result.as_wire()).decode()))
            changed = orjson.dumps(outcome.changed).decode()
            history.append((scope, operation.op, operation.id, account, device, operation.group, operation.at,
                            self.now, outcome.status, changed))  # fmt: skip
        write_rows(self.connection, tables.operation, results, replace=False)
        write_rows(self.connection, tables.history, history, replace=False)

"""The server as docs/sync-protocol.md describes it, written a second time in the plainest way: the oracle.

It is told every push the real server took in, and says what must have become of each operation and what every
record must say now. Only the merge of two texts is the product's own, which ``test_merge.py`` proves by itself.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from broker_app.sync.kinds import Merge, may_be_public, rule_of
from broker_app.sync.merge import merge_text
from broker_app.sync.protocol import Operation, conflict_id, fields_hash

Key = tuple[str, UUID]  # scope, id

TAKEN, CONFLICT, HELD = "taken", "conflict", "held"
HOPS = 5
CODES = {"enterprise": "credit_code", "achievement": "registration_no"}


@dataclass
class Record:
    """A record as the server keeps it."""

    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    in_trash: bool = False
    moved_to: str = ""
    into: UUID | None = None


@dataclass
class Question:
    """A conflict: what did not stand, of which record."""

    record: UUID
    kind: str
    other: Any


@dataclass
class Oracle:
    """What the server must hold; ``access`` is who may write where."""

    records: dict[Key, Record] = field(default_factory=dict)
    taken: dict[UUID, str] = field(default_factory=dict)
    questions: dict[UUID, Question] = field(default_factory=dict)
    access: dict[str, set[str]] = field(default_factory=dict)

    def copy(self) -> "Oracle":
        """As it is now, for a backup."""
        return deepcopy(self)

    def push(self, login: str, operations: Iterable[Operation]) -> list[str]:
        """Take operations in; what became of each. One taken in before is only answered again."""
        results = []
        for operation in operations:
            if operation.op not in self.taken:
                self.taken[operation.op] = self._take(login, operation)
            results.append(self.taken[operation.op])
        return results

    def live(self) -> dict[Key, tuple[str, dict[str, Any]]]:
        """Every record that is neither in the trash nor elsewhere, but for conflicts."""
        return {
            key: (row.kind, row.body)
            for key, row in self.records.items()
            if not (row.in_trash or row.moved_to or row.into) and row.kind != "conflict"
        }

    def _take(self, login: str, operation: Operation) -> str:
        scope, record_id = operation.scope, operation.id
        for _hop in range(HOPS):
            if scope not in self.access[login]:
                return self._hold(operation)
            row = self.records.get((scope, record_id))
            if row is None or not (row.moved_to or (row.into and operation.into != record_id)):
                break
            scope, record_id = row.moved_to or scope, row.into or record_id
        row = self.records.get((scope, record_id))
        if operation.kind == "conflict" or (row is not None and row.kind == "conflict"):
            return self._decide(operation)
        if self._is_to_be_held(login, operation, scope, record_id, row):
            return self._hold(operation)
        if row is None:
            row = self.records[scope, record_id] = Record(operation.kind)
        return self._apply(operation, (scope, record_id), row)

    def _is_to_be_held(self, login: str, operation: Operation, scope: str, record_id: UUID, row: Record | None) -> bool:
        if row is None:
            starts = all(change[0] is None for change in operation.set.values())
            if not operation.set or not starts or operation.into is not None:
                return True
        kind = operation.kind if row is None else row.kind
        if scope == "public" and operation.set and not may_be_public(kind, operation.set):
            return True
        if operation.into not in (None, record_id):
            other = self.records.get((scope, operation.into))
            return row is None or other is None or other.kind != row.kind
        return operation.move not in (None, scope) and operation.move not in self.access[login]

    def _decide(self, operation: Operation) -> str:
        if operation.set.keys() - {"status", "resolution"} or operation.id not in self.questions:
            return self._hold(operation)
        return TAKEN  # whether two people decided differently is the merge of a value like any other

    def _apply(self, operation: Operation, key: Key, row: Record) -> str:
        code = row.body.get(CODES.get(row.kind, ""))
        asked, changed = False, False
        for name, change in operation.set.items():
            before = row.body.get(name)
            if not self._merge(row, name, change):
                asked = True
                self._ask(operation, name, key[1], "value", change[1])
            changed = changed or row.body.get(name) != before
        asked = self._trash(operation, key, row, changed=changed or asked) or asked
        if row.body.get(CODES.get(row.kind, "")) != code:
            asked = self._has_double(key, row) or asked
        if operation.into == key[1]:
            row.into = None
        elif operation.into is not None:
            if self._end_of(key[0], operation.into) != key[1]:
                row.into, row.in_trash = operation.into, True
        elif operation.move not in (None, key[0]):
            target = operation.move or ""
            self.records[target, key[1]] = Record(row.kind, row.body, row.in_trash)
            self.records[key] = Record(row.kind, {}, moved_to=target)
        return CONFLICT if asked else TAKEN

    def _merge(self, row: Record, name: str, change: Any) -> bool:
        """Whether the field could be changed without asking anybody."""
        old, new = change
        current = row.body.get(name)
        if current == new:
            return True
        rule = rule_of(row.kind, name)
        if current == old:
            value = new
        elif rule is Merge.SERVER:
            return True
        elif rule is Merge.SET:
            gone = [one for one in old or [] if one not in (new or [])]
            come = [one for one in new or [] if one not in (old or [])]
            stays = [one for one in current or [] if one not in gone]
            value = stays + [one for one in come if one not in stays]
        elif rule is Merge.TEXT:
            value = merge_text(old or "", current or "", new or "")
            if value is None:
                return False
        else:
            return False
        row.body.pop(name, None)
        if value not in (None, "", []):
            row.body[name] = value
        return True

    def _trash(self, operation: Operation, key: Key, row: Record, *, changed: bool) -> bool:
        if operation.delete and not row.in_trash:
            if fields_hash(row.body) != operation.seen:
                self._ask(operation, "delete", key[1], "delete", None)
                return True
            row.in_trash = True
        elif operation.delete is False:
            row.in_trash = False
        elif operation.delete is None and row.in_trash and changed:
            row.in_trash = False
            self._ask(operation, "delete", key[1], "delete", None)
            return True
        return False

    def _has_double(self, key: Key, row: Record) -> bool:
        """Whether another live record of that kind and scope has the same code."""
        name = CODES[row.kind]
        code = row.body.get(name)
        others = [
            other
            for (scope, record_id), other in self.records.items()
            if scope == key[0] and record_id != key[1] and other.kind == row.kind
            and not (other.in_trash or other.into or other.moved_to)
        ]  # fmt: skip
        return bool(code) and not row.in_trash and any(other.body.get(name) == code for other in others)

    def _end_of(self, scope: str, record_id: UUID) -> UUID:
        for _hop in range(HOPS):
            row = self.records.get((scope, record_id))
            if row is None or row.into is None:
                break
            record_id = row.into
        return record_id

    def _ask(self, operation: Operation, part: str, record: UUID, kind: str, other: Any) -> None:
        self.questions[conflict_id(operation.op, part)] = Question(record, kind, other)

    def _hold(self, operation: Operation) -> str:
        self.questions[conflict_id(operation.op, "held")] = Question(operation.id, "held", operation.as_wire())
        return HELD

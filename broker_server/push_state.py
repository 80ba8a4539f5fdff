"""What a push keeps in memory while it takes operations in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from broker_app.sync import protocol
from broker_app.sync.kinds import KINDS
from broker_app.sync.protocol import Operation

JsonObject = dict[str, Any]
Key = tuple[str, UUID]  # scope, id

CONFLICT_KIND = "conflict"
LOOKUP = 500  # ids asked for at once


class MoreScopesError(Exception):
    """The transaction has to begin again with these scopes locked too."""

    def __init__(self, scopes: Iterable[str]) -> None:
        super().__init__()
        self.scopes = frozenset(scopes)


@dataclass
class Record:
    """A record as the log has it, and as the operations of this push make it."""

    kind: str
    body: JsonObject
    rev: int = 0
    op: str = ""  # as the log has it; empty: unknown so far
    deleted_at: str | None = None
    moved_to: str | None = None
    into: UUID | None = None
    was_live: bool = False
    code: str = ""  # identity before this push
    owned: str = ""  # the code under which it stands among the owners now
    touched: bool = False
    changes: int = 0  # operations of this push that had to do with it
    as_said: bool = False  # made by this push, and exactly as an operation said


@dataclass(frozen=True)
class Held:
    """An operation is kept whole for people; ``scope`` is whose lead sees it, if any."""

    reason: str
    scope: str = ""


@dataclass
class Counter:
    """The counter row of a scope."""

    rev: int
    count: int
    sum: int


@dataclass
class Outcome:
    """What became of one operation."""

    status: str = protocol.APPLIED
    scope: str = ""
    conflicts: list[UUID] = field(default_factory=list)
    changed: dict[str, list[Any]] = field(default_factory=dict)
    touched: bool = False


def creates(operation: Operation, scope: str) -> bool:
    """Whether an operation can be the first one on its record; conflicts are opened by the server alone."""
    if operation.kind == CONFLICT_KIND or scope.startswith("held:") or operation.into is not None:
        return False
    return bool(operation.set) and all(
        not isinstance(change, list) or change[0] is None for change in operation.set.values()
    )


def code_of(row: Record) -> str:
    """What a live record is recognised by, if its kind has such a field."""
    kind = KINDS.get(row.kind)
    code = row.body.get(kind.identity) if kind and kind.identity and row.op == protocol.PUT else None
    return plain_code(code) if isinstance(code, str) else ""


def plain_code(code: str) -> str:
    """A code as the table of identities holds it: short, and without the one character no text column takes."""
    return code.replace("\0", "")[:64]


def portions(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """``ids`` in parts that one statement can name."""
    return (ids[start : start + LOOKUP] for start in range(0, len(ids), LOOKUP))

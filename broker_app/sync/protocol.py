"""What goes over the wire between client and server (docs/sync-protocol.md): shapes, numbers and names.

Pure: both programs import it, and it imports nothing of either. ``as_wire`` gives JSON objects,
``from_wire`` reads them and refuses anything that is not one, because a portal on a hotel network answers
too. Values of fields are wire values, as ``db/outbox.py`` writes them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from json import JSONEncoder
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid5

PROTOCOL = 1
"""The number in the header ``Sync-Protocol``; both sides must speak one that ``hello`` lists."""

SCHEMA = 1
SCHEMA_MIN = 1
"""The number of the field tables (``Sync-Schema``): a client below the minimum may push but not pull."""

PROTOCOL_HEADER = "Sync-Protocol"
SCHEMA_HEADER = "Sync-Schema"
OFFSET_HEADER = "Upload-Offset"
LENGTH_HEADER = "Upload-Length"
PROBLEM_TYPE = "application/problem+json"
PROBLEM_PREFIX = "urn:broker:problem:"

MAX_OPERATIONS = 2_000  # in one push
MAX_PUSH_BYTES = 4 * 1024 * 1024  # of JSON before compression, that a client puts into one push
MAX_BODY_BYTES = 8 * 1024 * 1024  # on the wire
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_PAGE = 5_000  # changes in one pull
BLOB_CHUNK = 4 * 1024 * 1024
MAX_BLOB_BYTES = 200 * 1024 * 1024

PUBLIC = "public"

# Names of problems: each is about a request as a whole, never about one operation.
EPOCH_CHANGED = "epoch-changed"
OFFSET_MISMATCH = "offset-mismatch"
BATCH_TOO_LARGE = "batch-too-large"
DIGEST_MISMATCH = "digest-mismatch"
CLIENT_TOO_OLD = "client-too-old"
DEVICE_REVOKED = "device-revoked"
TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a name, no secret
TOKEN_REUSED = "token-reused"  # noqa: S105
SIGN_IN_FAILED = "sign-in-failed"
INVALID_REQUEST = "invalid-request"
NOT_FOUND = "not-found"
TOO_MANY_REQUESTS = "too-many-requests"
BUSY = "busy"
SERVER_FAULT = "server-fault"

# What became of an operation.
APPLIED = "applied"
MERGED = "merged"
CONFLICT = "conflict"
HELD = "held"

# What a change of the log says about a record.
PUT = "put"
DELETE = "del"
LEAVE = "leave"

_CONFLICT_SPACE = UUID("6b1d4f0e-6f9a-5c3e-9d0c-6a2f6f0b7a51")
_WHOLE = 1 << 64

JsonObject = dict[str, Any]
ExpectedT = TypeVar("ExpectedT")


class ProtocolError(ValueError):
    """What came is not an answer of this protocol."""


@dataclass(frozen=True)
class Operation:
    """One change of one record, made offline. It carries no revision: revisions die with the epoch.

    ``set`` is ``{field: [old, new]}``; a list of elements may be ``{"add": [...], "del": [...]}`` instead.
    ``delete`` True puts the record into the trash, with ``seen`` = ``fields_hash`` of the fields the person
    saw (after ``set``); False takes it out again. ``move`` names the scope the record goes to; ``into`` the
    record it is the same as. Operations of one ``group`` are one action and stay in one push.
    """

    op: UUID
    id: UUID
    kind: str
    scope: str
    at: str  # the device's clock, only ever shown
    set: Mapping[str, Any] = field(default_factory=dict)
    delete: bool | None = None
    seen: str | None = None
    move: str | None = None
    into: UUID | None = None
    group: UUID | None = None

    def as_wire(self) -> JsonObject:
        """The JSON object; what is not said is left out."""
        wire: JsonObject = {"op": str(self.op), "id": str(self.id), "kind": self.kind}
        wire |= {"scope": self.scope, "at": self.at}
        if self.set:
            wire["set"] = dict(self.set)
        optional = {"delete": self.delete, "seen": self.seen, "move": self.move, "into": self.into, "group": self.group}
        for name, value in optional.items():
            if value is not None:
                wire[name] = str(value) if isinstance(value, UUID) else value
        return wire


@dataclass(frozen=True)
class SyncRequest:
    """A push and a pull. ``limit`` 0 pulls nothing: what was written here goes up before anything comes down.

    With ``echo`` False the server need not say again what this very push made (``SyncReply.own``). ``known`` is
    the ``state_mark`` of what the caller has: where the server's is the same there is nothing to say.
    """

    epoch: UUID
    cursors: Mapping[str, str] = field(default_factory=dict)
    push: tuple[Operation, ...] = ()
    limit: int = MAX_PAGE
    echo: bool = True
    known: str = ""

    def as_wire(self) -> JsonObject:
        """The JSON object; what is as it would be understood anyway is left out."""
        wire: JsonObject = {"epoch": str(self.epoch), "cursors": dict(self.cursors)}
        if self.limit != MAX_PAGE:
            wire["limit"] = self.limit
        if self.push:
            wire["push"] = [operation.as_wire() for operation in self.push]
            if not self.echo:
                wire["echo"] = False
        if self.known:
            wire["known"] = self.known
        return wire


@dataclass(frozen=True)
class Result:
    """What became of an operation; ``at`` is when the server received it, by the server's clock.

    An operation is safe for good once ``SyncReply.covered`` is later than ``at``.
    """

    op: UUID
    status: str
    at: str
    rev: int | None = None
    conflicts: tuple[UUID, ...] = ()

    def as_wire(self) -> JsonObject:
        """The JSON object."""
        wire: JsonObject = {"op": str(self.op), "status": self.status, "at": self.at}
        if self.rev is not None:
            wire["rev"] = self.rev
        if self.conflicts:
            wire["conflicts"] = [str(conflict) for conflict in self.conflicts]
        return wire

    @classmethod
    def from_wire(cls, wire: Any) -> "Result":
        """Read one result.

        Raises:
            ProtocolError: if it is none.
        """
        conflicts = tuple(_uuid(one) for one in _take(wire, "conflicts", list, []))
        rev = _take(wire, "rev", int, None)
        return cls(_uuid(wire.get("op")), _take(wire, "status", str), _take(wire, "at", str), rev, conflicts)


@dataclass(frozen=True)
class Change:
    """One record of a scope as it stands at ``rev``.

    ``op`` is PUT with the whole ``body``, DELETE (``at``: when it was put into the trash; ``into``: the record
    it is the same as) or LEAVE: the record is no longer in this scope. LEAVE and DELETE only speak for their
    own scope.
    """

    scope: str
    rev: int
    id: UUID
    op: str
    kind: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    at: str | None = None
    into: UUID | None = None

    @classmethod
    def from_wire(cls, wire: Any) -> "Change":
        """Read one change, or one line of a snapshot.

        Raises:
            ProtocolError: if it is none.
        """
        if type(wire) is dict and wire.get("op") == PUT and "into" not in wire:  # most are, and there are many
            scope, rev, kind, body = wire.get("scope"), wire.get("rev"), wire.get("kind"), wire.get("body")
            if type(scope) is str and type(rev) is int and type(kind) is str and type(body) is dict:
                return cls(scope, rev, _uuid(wire.get("id")), PUT, kind, body, _take(wire, "at", str, None))
        into = _take(wire, "into", str, None)
        change = cls(
            scope=_take(wire, "scope", str),
            rev=_take(wire, "rev", int),
            id=_uuid(wire.get("id")),
            op=_take(wire, "op", str),
            kind=_take(wire, "kind", str, ""),
            body=_take(wire, "body", dict, {}),
            at=_take(wire, "at", str, None),
            into=None if into is None else _uuid(into),
        )
        if change.op not in (PUT, DELETE, LEAVE):
            raise ProtocolError(f"unknown change {change.op!r}")
        return change


@dataclass(frozen=True)
class Head:
    """The newest revision of a scope, how many records it has and the sum of their ``record_hash``."""

    rev: int
    count: int
    sum: str

    @classmethod
    def from_wire(cls, wire: Any) -> "Head":
        """Read one head.

        Raises:
            ProtocolError: if it is none.
        """
        return cls(_take(wire, "rev", int), _take(wire, "count", int), _take(wire, "sum", str))


@dataclass(frozen=True)
class SyncReply:
    """What the server answers.

    ``scopes`` are those the user may read, ``writable`` those of them the user may write. ``cursors`` names
    the scopes that moved on; the others stay where the request had them. ``covered`` is the server's time up
    to which a verified backup holds everything. ``own`` names revisions that hold nothing but records which the
    operations of this push made, each by one of them and as it said: ``changes`` leaves those out, ``cursors``
    is past them.
    """

    epoch: UUID
    scopes: tuple[str, ...]
    writable: tuple[str, ...]
    covered: str | None
    results: tuple[Result, ...]
    changes: tuple[Change, ...]
    cursors: Mapping[str, str]
    more: bool
    heads: Mapping[str, Head]
    own: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, wire: Any) -> "SyncReply":
        """Read the answer to ``POST /v1/sync``.

        Raises:
            ProtocolError: if it is not one.
        """
        scopes, writable = (tuple(_take(wire, name, list)) for name in ("scopes", "writable"))
        cursors, own = _take(wire, "cursors", dict), _take(wire, "own", dict, {})
        if not all(type(rev) is int for rev in own.values()):
            raise ProtocolError("a revision is a number")
        if not all(isinstance(scope, str) for scope in scopes + writable):
            raise ProtocolError("a scope is a text")
        for cursor in cursors.values():
            Cursor.parse(cursor)
        return cls(
            epoch=_uuid(wire.get("epoch")),
            scopes=scopes,
            writable=writable,
            covered=_take(wire, "covered", str, None),
            results=tuple(map(Result.from_wire, _take(wire, "results", list))),
            changes=tuple(map(Change.from_wire, _take(wire, "changes", list))),
            cursors=cursors,
            more=_take(wire, "more", bool),
            heads={scope: Head.from_wire(head) for scope, head in _take(wire, "heads", dict).items()},
            own=own,
        )


@dataclass(frozen=True)
class Cursor:
    """How far a scope has been read: everything up to ``rev``, or within ``rev`` up to the record ``id``."""

    rev: int = 0
    id: UUID | None = None

    def __str__(self) -> str:
        return f"{self.rev}:{self.id or ''}"

    @classmethod
    def parse(cls, text: Any) -> "Cursor":
        """Read ``rev:id`` or ``rev:``.

        Raises:
            ProtocolError: if it is neither.
        """
        rev, colon, record = text.partition(":") if isinstance(text, str) else ("", "", "")
        if not colon or not (rev.isascii() and rev.isdigit() and len(rev) <= 18):
            raise ProtocolError("a cursor is rev:id")
        return cls(int(rev), _uuid(record) if record else None)


def fields_hash(body: Mapping[str, Any]) -> str:
    """The hash of a record's fields that a deletion names as ``seen``: equal for equal bodies, nulls left out."""
    plain = {name: value for name, value in body.items() if value not in (None, "", [], {})}
    return "h64:" + blake2b(_sorted_json(plain).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


_sorted_json = JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def record_hash(record_id: UUID, rev: int) -> int:
    """What one live record adds to the sum of its scope: 64 bits over id and revision."""
    return int.from_bytes(blake2b(f"{record_id}:{rev}".encode("ascii"), digest_size=8).digest(), "big")


def sum_text(total: int) -> str:
    """A sum of ``record_hash`` values as ``Head.sum`` writes it: modulo 2**64, sixteen hex digits."""
    return f"{total % _WHOLE:016x}"


def sum_number(text: str) -> int:
    """The number behind ``sum_text``."""
    return int(text, 16)


def state_mark(heads: Mapping[str, Head], writable: Collection[str], covered: str | None) -> str:
    """What all of an answer without changes comes to: 64 bits over scopes, rights, revisions, digests and backup."""
    scopes = [
        f"{scope}{'*' if scope in writable else ''} {head.rev} {head.count} {head.sum}"
        for scope, head in sorted(heads.items())
    ]
    return blake2b("\n".join([covered or "", *scopes]).encode(), digest_size=8).hexdigest()


def conflict_id(operation: UUID, part: str) -> UUID:
    """The id of the conflict that ``operation`` opens over ``part``: the same again if it is replayed."""
    return uuid5(_CONFLICT_SPACE, f"{operation}:{part}")


def held_scope(scope: str) -> str:
    """The scope in which the lead of ``scope`` sees what others could not put there."""
    return f"held:{scope}"


def user_scope(user_id: UUID) -> str:
    """The scope only that user reads and writes."""
    return f"user:{user_id}"


def refresh_message(refresh_token: str, device: UUID) -> bytes:
    """What a device signs with its Ed25519 key to renew its sign-in; the token alone is worth nothing."""
    return f"broker refresh\n{device}\n{refresh_token}".encode()


def problem_name(wire: Any) -> str:
    """The name of a problem (RFC 9457) in a server's answer, or empty text if it is no problem of ours."""
    kind = wire.get("type") if isinstance(wire, dict) else None
    return kind.removeprefix(PROBLEM_PREFIX) if isinstance(kind, str) and kind.startswith(PROBLEM_PREFIX) else ""


_REQUIRED: Any = object()


def _take(wire: Any, name: str, kind: type[ExpectedT], default: Any = _REQUIRED) -> Any:
    if not isinstance(wire, dict):
        raise ProtocolError("not a JSON object")
    value = wire.get(name)
    if value is None and default is not _REQUIRED:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ProtocolError(f"{name} is missing or of another type")
    return value


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (AttributeError, TypeError, ValueError):
        raise ProtocolError("not an id") from None


ACTIVATION_PREFIX = "kjzf1:"
"""What an activation code begins with; people paste it or scan it."""


@dataclass(frozen=True)
class Activation:
    """激活码: where to sign in, so that nobody types an address. It holds no secret; the password is told apart.

    ``ca_fingerprint`` is the SHA-256 (hex) of the certificate an organisation gives out itself, "" for none.
    """

    server: str
    organisation: str
    login: str = ""
    ca_fingerprint: str = ""

    def as_text(self) -> str:
        """The code in one line."""
        said = {"s": self.server, "o": self.organisation, "l": self.login, "c": self.ca_fingerprint}
        return ACTIVATION_PREFIX + urlencode({name: value for name, value in said.items() if value}, safe=":/")

    @classmethod
    def from_text(cls, text: str) -> "Activation":
        """Read a code wherever it stands in ``text``, also broken into lines.

        Raises:
            ProtocolError: there is none.
        """
        at = text.find(ACTIVATION_PREFIX)
        code = "".join(text[at + len(ACTIVATION_PREFIX) :].partition("-----BEGIN")[0].split())
        said = dict(parse_qsl(code)) if at >= 0 else {}
        if not said.get("s") or not said.get("o"):
            raise ProtocolError("no activation code")
        return cls(said["s"], said["o"], said.get("l", ""), said.get("c", "").casefold())

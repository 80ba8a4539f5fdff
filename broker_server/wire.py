"""Requests as pydantic reads them: the shapes of ``broker_app.sync.protocol`` with their limits.

They are also what the OpenAPI document says, so whatever they accept is carried out and whatever they refuse
the document refuses too. Unknown members are passed over: a newer client may say more.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from broker_app.sync.protocol import MAX_BLOB_BYTES, MAX_OPERATIONS, MAX_PAGE, Operation

ScopeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
KindName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
CursorText = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{1,18}:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?$",
    ),
]
Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=80)]


def _number(value: Any) -> Any:
    """JSON's integers, 53.0 among them, but no text and no truth value that Python would read as one."""
    if isinstance(value, (str, bool)):
        raise ValueError("a number is expected")
    return value


_WHOLE = BeforeValidator(_number)  # behind the limits, or they would be missing in the document
_NOTHING_ELSE = Field(json_schema_extra={"additionalProperties": False})  # keys of another form are refused
OldAndNew = Annotated[list[Any], Field(min_length=2, max_length=2)]


class Elements(BaseModel):
    """Elements put into and taken out of a list."""

    model_config = ConfigDict(extra="forbid")

    add: list[Any]
    del_: list[Any] = Field(alias="del")


class OperationIn(BaseModel):
    """One change of one record."""

    op: UUID
    id: UUID
    kind: KindName
    scope: ScopeName
    at: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=40)]
    set: Annotated[dict[FieldName, OldAndNew | Elements], _NOTHING_ELSE] = {}
    delete: StrictBool | None = None
    seen: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=40)] | None = None
    move: ScopeName | None = None
    into: UUID | None = None
    group: UUID | None = None

    def as_operation(self) -> Operation:
        """The same, as the merge reads it."""
        changes = {
            name: {"add": change.add, "del": change.del_} if isinstance(change, Elements) else change
            for name, change in self.set.items()
        }
        return Operation(
            self.op, self.id, self.kind, self.scope, self.at, changes, self.delete, self.seen, self.move, self.into,
            self.group,
        )  # fmt: skip


class SyncIn(BaseModel):
    """A push and a pull."""

    epoch: UUID
    limit: Annotated[int, Field(ge=0, le=MAX_PAGE), _WHOLE] = MAX_PAGE
    push: Annotated[list[OperationIn], Field(max_length=MAX_OPERATIONS)] = []
    cursors: Annotated[dict[ScopeName, CursorText], _NOTHING_ELSE] = {}
    echo: StrictBool = True
    known: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None


class DeviceIn(BaseModel):
    """The device that signs in: its former id, what people call it, its Ed25519 public key."""

    id: UUID | None = None
    name: Plain
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]


class LoginIn(BaseModel):
    """Name, password and device."""

    login: Plain
    password: Annotated[str, StringConstraints(max_length=200)]
    device: DeviceIn


class RefreshIn(BaseModel):
    """A refresh token, and the device's signature over it."""

    refresh_token: Annotated[str, StringConstraints(max_length=100)]
    device: UUID
    proof: Annotated[str, StringConstraints(max_length=100)]


class LogoutIn(BaseModel):
    """The refresh token that ends."""

    refresh_token: Annotated[str, StringConstraints(max_length=100)]


class BlobIn(BaseModel):
    """The size of a file that will come."""

    size: Annotated[int, Field(ge=1, le=MAX_BLOB_BYTES), _WHOLE]


# --- answers ----------------------------------------------------------------------------------------------


class Limits(BaseModel):
    """What one request may hold."""

    ops: int
    bytes: int
    page: int
    blob_chunk: int
    blob_bytes: int


class SchemaRange(BaseModel):
    """Numbers of the field tables that may pull."""

    min: int
    current: int


class Hello(BaseModel):
    """What a client has to know before its first push."""

    name: str
    protocols: list[int]
    schema_: SchemaRange = Field(alias="schema")
    epoch: UUID
    limits: Limits


class GrantOut(BaseModel):
    """A role in a scope, and what people call that scope."""

    scope: str
    role: str
    title: str


class SignedInOut(BaseModel):
    """Tokens, and who one is."""

    access_token: str
    expires_in: int
    refresh_token: str
    device: UUID
    user: UUID
    name: str
    administrator: bool
    scopes: list[str]
    grants: list[GrantOut]


class HistoryOut(BaseModel):
    """One operation on a record: who, when by the server's clock, and ``{field: [before, after]}``."""

    at: str
    name: str
    status: str
    changed: dict[str, Any]


class DeviceOut(BaseModel):
    """A registered device."""

    id: UUID
    user: UUID
    login: str
    name: str
    created_at: str
    seen_at: str
    revoked_at: str | None


class ResultOut(BaseModel):
    """What became of an operation."""

    op: UUID
    status: str
    at: str
    rev: int | None = None
    conflicts: list[UUID] = []


class ChangeOut(BaseModel):
    """One record as it stands."""

    scope: str
    rev: int
    id: UUID
    kind: str
    op: str
    body: dict[str, Any] | None = None
    at: str | None = None
    into: UUID | None = None


class HeadOut(BaseModel):
    """Where a scope stands."""

    rev: int
    count: int
    sum: str


class SyncOut(BaseModel):
    """Results of the push and a page of changes."""

    epoch: UUID
    scopes: list[str]
    writable: list[str]
    covered: str | None
    results: list[ResultOut]
    changes: list[ChangeOut]
    cursors: dict[str, str]
    more: bool
    heads: dict[str, HeadOut]
    own: dict[str, int] = {}


class ChunkOut(BaseModel):
    """A piece of a snapshot."""

    sha256: str
    size: int
    rows: int


class SnapshotOut(BaseModel):
    """All live records of a scope at one revision."""

    epoch: UUID
    scope: str
    rev: int
    cursor: str
    encoding: str
    chunks: list[ChunkOut]


class State(BaseModel):
    """For operators."""

    status: str
    detail: dict[str, str] = {}


class Version(BaseModel):
    """For operators."""

    version: str
    protocols: list[int]
    schema_: SchemaRange = Field(alias="schema")

"""The server's tables.

Records are documents: the server knows scope, id, revision and kind, never what a need is. Every table in
``BY_SCOPE`` carries ``scope`` in its primary key and in every index, has no foreign key and no sequence, so
that PostgreSQL with Citus can spread it by scope (docs/scale.md). Moments are text in UTC with microseconds,
which sorts as time does in every database.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, String, Table, Text, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SCOPE = String(96)
_MOMENT = String(27)

# --- small, the same for everybody ------------------------------------------------------------------------

server = Table(
    "server",
    metadata,
    Column("key", String(40), primary_key=True),  # epoch, signing_key, covered, name
    Column("value", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("password", Text, nullable=False),
    Column("administrator", Boolean, nullable=False),
    Column("created_at", _MOMENT, nullable=False),
    Column("closed_at", _MOMENT),
)

membership = Table(
    "membership",
    metadata,
    Column("account", Uuid, primary_key=True),
    Column("scope", _SCOPE, primary_key=True),
    Column("role", String(16), primary_key=True),
)

device = Table(
    "device",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("key", String(44), nullable=False),  # Ed25519 public key, base64
    Column("created_at", _MOMENT, nullable=False),
    Column("seen_at", _MOMENT, nullable=False),
    Column("cloned_at", _MOMENT),  # a copy of it was seen: the next sign-in gets an id of its own
    Column("revoked_at", _MOMENT),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("family", Uuid, nullable=False, index=True),
    Column("account", Uuid, nullable=False),
    Column("device", Uuid, nullable=False, index=True),
    Column("parent", String(64)),
    Column("issued_at", _MOMENT, nullable=False),
    Column("expires_at", _MOMENT, nullable=False),
    Column("used_at", _MOMENT),
    Column("closed_at", _MOMENT),  # its successor was used
    Column("revoked_at", _MOMENT),
)

backup = Table(
    "backup",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("covers_at", _MOMENT, nullable=False),  # everything received earlier is in it
    Column("verified_at", _MOMENT),
    Column("folder", Text, nullable=False),
)

# --- spread by scope --------------------------------------------------------------------------------------

scope = Table(
    "scope",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("title", String(80), nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),  # live ones
    Column("sum", String(16), nullable=False),  # of their record_hash
    Column("created_at", _MOMENT, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),  # a JSON object, sent as it stands
    Column("deleted_at", String(40)),  # by the device's clock; in the trash
)

log = Table(
    "log",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("op", String(8), nullable=False),  # put, del, leave
    Column("kind", String(32), nullable=False),
    Column("moved_to", _SCOPE),  # of leave
    Column("into", Uuid),  # of del: the record it is the same as
    Index("ix_log_scope_rev_id", "scope", "rev", "id"),
)

operation = Table(
    "operation",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("op", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("device", Uuid, nullable=False),
    Column("result", Text, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("op", Uuid, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("device", Uuid, nullable=False),
    Column("group", Uuid),
    Column("at", String(40), nullable=False),  # the device's clock
    Column("received_at", _MOMENT, nullable=False),
    Column("status", String(8), nullable=False),
    Column("changed", Text, nullable=False),  # {field: [before, after]}
    Index("ix_history_scope_id_received_at", "scope", "id", "received_at"),
)

identity = Table(
    "identity",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("id", Uuid, primary_key=True),
)

blob = Table(
    "blob",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("purpose", String(8), nullable=False),  # file, snapshot
    Column("created_at", _MOMENT, nullable=False),
    Column("completed_at", _MOMENT),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("chunks", Text, nullable=False),
    Column("made_at", _MOMENT, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("scope", _SCOPE, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("at", _MOMENT, nullable=False),
    Column("account", Uuid),
    Column("device", Uuid),
    Column("action", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_scope_at", "scope", "at"),
)

SHARED = (server, account, membership, device, refresh_token, backup)
"""Reference tables on Citus: small, and written by sign-in and administration only."""

BY_SCOPE = (scope, record, log, operation, history, identity, blob, snapshot, audit)
"""Distributed by ``scope`` and kept together on Citus; guarded by row-level security on PostgreSQL."""

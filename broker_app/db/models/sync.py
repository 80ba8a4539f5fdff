"""Tables of the exchange with the server; they stay on this computer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Base, new_id


class ServerRecord(Base):
    """A live record as the server last told it.

    ``body`` is only kept where the row on this computer cannot say it: while changes of the record wait to be
    sent, and for kinds this program has no table of. ``hash`` is ``fields_hash`` of the body.
    """

    __tablename__ = "server_record"
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    rev: Mapped[int]
    hash: Mapped[str] = mapped_column(String(20), default="")
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class SyncScope(Base):
    """How far a scope has been read, and count and sum of its live records (``Head`` in sync/protocol.py)."""

    __tablename__ = "sync_scope"
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    cursor: Mapped[str] = mapped_column(String(64), default="")  # empty: nothing read yet
    writable: Mapped[bool] = mapped_column(default=False)
    records: Mapped[int] = mapped_column(default=0)
    sum: Mapped[str] = mapped_column(String(16), default="0" * 16)
    is_rebuilding: Mapped[bool] = mapped_column(default=False)


class AcknowledgedOperation(Base):
    """An operation the server has taken in, kept until a backup of the server holds it (sync.md section 3)."""

    __tablename__ = "acknowledged_operation"
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    op: Mapped[UUID] = mapped_column(unique=True)
    record_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(8))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen: Mapped[str | None] = mapped_column(String(40))
    group_id: Mapped[UUID | None]
    into_id: Mapped[UUID | None]
    at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[str] = mapped_column(String(40))  # by the server's clock, as it wrote it
    acknowledged_at: Mapped[datetime] = mapped_column(index=True)


class SyncRound(Base):
    """One exchange with the server, for people: what went up, what came down, how it ended."""

    __tablename__ = "sync_round"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime]
    sent: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(16))  # done, offline, refused, ask
    receipt: Mapped[str] = mapped_column(String(16), default="")
    detail: Mapped[str] = mapped_column(default="")


class SnapshotChunk(Base):
    """What need not be transferred again: a piece of a first download that has been applied, until the whole is;
    and a file the server has (``scope`` is then ``file:`` and the scope)."""

    __tablename__ = "snapshot_chunk"
    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)

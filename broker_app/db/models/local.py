"""Tables that stay on this computer: profile, outbox, imports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Base, new_id


class ProfileValue(Base):
    """One fact about whoever uses this profile (name, team, county ...)."""

    __tablename__ = "profile_value"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


class OutboxOperation(Base):
    """One change of one record that the server has not acknowledged (sync.md section 3).

    ``fields`` is ``{field: [old, new]}`` in wire values; ``action`` is "put" or "delete". An operation
    that has been sent (``sent_at``) is never changed again. ``seen`` is the hash of what stood there when the
    record was put into the trash; ``parked`` says why the server did not take the operation in: it waits for a
    person while the others go on. Operations of one ``group_id`` are one action.
    """

    __tablename__ = "outbox"
    # A first upload may be twenty thousand rows with long fields; those set aside are few, and asked for at each start.
    __table_args__ = (Index("ix_outbox_parked", "seq", sqlite_where=text("parked IS NOT NULL")),)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    op: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    record_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(8))
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    seen: Mapped[str | None] = mapped_column(String(40))
    parked: Mapped[str | None]
    group_id: Mapped[UUID | None]
    into_id: Mapped[UUID | None]  # the record this one is the same as; its own id: the two are parted again


class ImportBatch(Base):
    """One imported file; its rows carry this id until the batch is undone."""

    __tablename__ = "import_batch"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str]
    imported_at: Mapped[datetime]
    added: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    undone_at: Mapped[datetime | None]


class ImportMapping(Base):
    """The column mapping last used for a kind and a set of headings."""

    __tablename__ = "import_mapping"
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    columns: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[dict[str, Any]]

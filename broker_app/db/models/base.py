"""What every table shares: naming of constraints, and the columns of a synced row."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from broker_app.db.types import JsonValue, UtcDateTime

LOCAL: dict[str, bool] = {"local": True}
"""``info=LOCAL`` on a column keeps it on this computer: it never becomes an outbox operation."""

TextList = list[str]
Rows = list[dict[str, Any]]


class Base(DeclarativeBase):
    """Declarative base with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: UtcDateTime(),
        list[str]: JsonValue(),
        list[dict[str, Any]]: JsonValue(),
        dict[str, Any]: JsonValue(),
    }


def new_id() -> UUID:
    """A UUIDv7: made on the device without asking anybody, and sorted by time."""
    return uuid_utils.compat.uuid7()


class Synced:
    """A row that travels (architecture.md section 5). Never removed, only marked as deleted."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(64), index=True)
    rev: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    edited_at: Mapped[datetime | None] = mapped_column(info=LOCAL)


class Imported:
    """A row that may have come from a file: which batch brought it, so that the batch can be undone."""

    source_id: Mapped[str] = mapped_column(default="", index=True)
    import_batch_id: Mapped[UUID | None] = mapped_column(index=True, info=LOCAL)


class Authored:
    """Who wrote the record and when."""

    author_id: Mapped[str] = mapped_column(default="")
    author_name: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


ENVELOPE = frozenset({"id", "scope", "rev", "deleted_at", "extra"})
"""Columns of every synced row that are not fields of the record itself."""

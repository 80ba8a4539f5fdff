"""A file that belongs to a record; the bytes lie encrypted beside the store, named by their hash."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Authored, Base, Synced


class Attachment(Synced, Authored, Base):
    """Photo, scan or paper. ``name`` is what people see and is never used as a path."""

    __tablename__ = "attachment"
    parent_kind: Mapped[str]
    parent_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    mime: Mapped[str] = mapped_column(default="")
    consent: Mapped[bool] = mapped_column(default=False)

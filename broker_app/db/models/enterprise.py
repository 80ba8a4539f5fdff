"""Firms and the people in them."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import LOCAL, Authored, Base, Imported, Synced, TextList


class Enterprise(Synced, Imported, Authored, Base):
    """A firm. Its county is what people say it is; the credit code never sets it (domain.md, codes)."""

    __tablename__ = "enterprise"
    name: Mapped[str] = mapped_column(index=True)
    credit_code: Mapped[str] = mapped_column(default="", index=True)
    county: Mapped[str] = mapped_column(default="", index=True)
    address: Mapped[str] = mapped_column(default="")
    industries: Mapped[TextList] = mapped_column(default=list)
    gb4754: Mapped[str] = mapped_column(default="")
    size: Mapped[str] = mapped_column(default="")
    legal_person: Mapped[str] = mapped_column(default="")
    founded_on: Mapped[date | None]
    website: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    profile: Mapped[str] = mapped_column(default="")
    tags: Mapped[TextList] = mapped_column(default=list)
    pinyin: Mapped[str] = mapped_column(default="", info=LOCAL)


class Contact(Synced, Authored, Base):
    """A person at a firm; personal data, so only what is needed to reach them."""

    __tablename__ = "contact"
    enterprise_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    import_batch_id: Mapped[UUID | None] = mapped_column(index=True, info=LOCAL)

"""Firms and the people in them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import LOCAL, Authored, Base, Imported, Rows, Synced, TextList, new_id


class Enterprise(Synced, Imported, Authored, Base):
    """A firm. Its county is what people say it is; the credit code never sets it (domain.md, codes)."""

    __tablename__ = "enterprise"
    __table_args__ = (Index("ix_enterprise_lookup", "deleted_at", "name", "pinyin", "credit_code", "address", "id"),)
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
    tiers: Mapped[Rows] = mapped_column(default=list)  # {code, since, until}: 企业梯队 and the three libraries
    carrier: Mapped[str] = mapped_column(default="")  # park or incubator the firm sits in
    index_score: Mapped[str] = mapped_column(default="")  # 科创指数 as somebody else published it, never computed
    index_on: Mapped[date | None]
    index_source: Mapped[str] = mapped_column(default="")
    pinyin: Mapped[str] = mapped_column(default="", info=LOCAL)
    name_key: Mapped[str] = mapped_column(default="", index=True, info=LOCAL)  # services/firm_names.firm_key


class Contact(Synced, Authored, Base):
    """A person at a firm; personal data, so only what is needed to reach them."""

    __tablename__ = "contact"
    enterprise_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    position: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    import_batch_id: Mapped[UUID | None] = mapped_column(index=True, info=LOCAL)


class FirmAlias(Base):
    """A firm that was merged into another: whatever still speaks of ``old`` means ``new``.

    ``undo`` is what it takes to part them again, on the computer that merged them; null where the server told it.
    """

    __tablename__ = "firm_alias"
    old: Mapped[UUID] = mapped_column(primary_key=True)
    new: Mapped[UUID] = mapped_column(index=True)
    merged_at: Mapped[datetime] = mapped_column(index=True)
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class DistinctFirms(Base):
    """不是重复: two firms somebody looked at and found to be two; ``one`` is the smaller id."""

    __tablename__ = "distinct_firms"
    one: Mapped[UUID] = mapped_column(primary_key=True)
    two: Mapped[UUID] = mapped_column(primary_key=True)
    said_at: Mapped[datetime]


class PersonalExport(Base):
    """Personal data that left the store as a file: who took what, when. It stays on this computer."""

    __tablename__ = "personal_export"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(default="")
    what: Mapped[str] = mapped_column(String(32))
    file_name: Mapped[str] = mapped_column(default="")
    people: Mapped[int] = mapped_column(default=0)

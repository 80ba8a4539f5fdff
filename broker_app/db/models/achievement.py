"""A research achievement in the pool."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import LOCAL, Authored, Base, Imported, Rows, Synced, TextList


class Achievement(Synced, Imported, Authored, Base):
    """An achievement (form F2). ``price`` is the owner's asking price in fen; None means 面议."""

    __tablename__ = "achievement"
    __table_args__ = (Index("ix_achievement_list", "deleted_at", "created_at", "source_id", "id"),)
    title: Mapped[str] = mapped_column(index=True)
    abstract: Mapped[str] = mapped_column(default="")
    keywords: Mapped[TextList] = mapped_column(default=list)
    field: Mapped[str] = mapped_column(default="")
    industries: Mapped[TextList] = mapped_column(default=list)
    registration_no: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="", index=True)
    owner_kind: Mapped[str] = mapped_column(default="")
    completers: Mapped[Rows] = mapped_column(default=list)  # {name, unit, share}
    finished_on: Mapped[date | None]
    stage: Mapped[str] = mapped_column(default="")
    trl: Mapped[int | None]
    level: Mapped[str] = mapped_column(default="")
    indicators: Mapped[str] = mapped_column(default="")
    ip: Mapped[Rows] = mapped_column(default=list)  # {kind, number, granted_on, holder, ipc, expires_on}
    modes: Mapped[TextList] = mapped_column(default=list)
    price: Mapped[int | None]
    service_achievement: Mapped[bool] = mapped_column(default=False)
    separate_ledger: Mapped[bool] = mapped_column(default=False)
    use_then_pay: Mapped[bool] = mapped_column(default=False)
    empowerment: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    pinyin: Mapped[str] = mapped_column(default="", info=LOCAL)

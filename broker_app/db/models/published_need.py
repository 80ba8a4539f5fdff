"""A need as everybody may read it: a record of its own, so that nothing of the team's record travels by mistake."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import LOCAL, Authored, Base, Rows, Synced, TextList


class PublishedNeed(Synced, Authored, Base):
    """公开的需求. ``state`` is "open" or "withdrawn"; whoever wants to talk about it asks ``contact_unit``, an office,
    never the firm. There is no column for firm, visit, raw words or people of the firm."""

    __tablename__ = "published_need"
    number: Mapped[str] = mapped_column(default="", index=True)
    title: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="open", index=True)
    industries: Mapped[TextList] = mapped_column(default=list)
    keywords: Mapped[TextList] = mapped_column(default=list)
    problem: Mapped[str] = mapped_column(default="")
    goal: Mapped[str] = mapped_column(default="")
    metrics: Mapped[Rows] = mapped_column(default=list)  # {name, now, target, unit, standard}
    budget_low: Mapped[int | None]
    budget_high: Mapped[int | None]
    deadline: Mapped[date | None]
    mode: Mapped[str] = mapped_column(default="")
    urgency: Mapped[str] = mapped_column(default="")
    county: Mapped[str] = mapped_column(default="")
    use_then_pay: Mapped[bool] = mapped_column(default=False)
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    contact_unit: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    pinyin: Mapped[str] = mapped_column(default="", info=LOCAL)

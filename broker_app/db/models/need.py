"""A need of a firm."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import LOCAL, Authored, Base, Imported, Rows, Synced, TextList


class Need(Synced, Imported, Authored, Base):
    """A need (form F1). Money is in fen; ``confidential_fields`` names what must not leave the team."""

    __tablename__ = "need"
    number: Mapped[str] = mapped_column(default="", index=True)
    enterprise_id: Mapped[UUID | None] = mapped_column(index=True)
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    spans: Mapped[Rows] = mapped_column(default=list)  # {start, length} in the visit's note
    kind: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="raw", index=True)
    industries: Mapped[TextList] = mapped_column(default=list)
    keywords: Mapped[TextList] = mapped_column(default=list)
    problem: Mapped[str] = mapped_column(default="")
    goal: Mapped[str] = mapped_column(default="")
    metrics: Mapped[Rows] = mapped_column(default=list)  # {name, now, target, unit, standard, confidential}
    no_metric_reason: Mapped[str] = mapped_column(default="")
    budget_low: Mapped[int | None]
    budget_high: Mapped[int | None]
    deadline: Mapped[date | None]
    mode: Mapped[str] = mapped_column(default="")
    urgency: Mapped[str] = mapped_column(default="")
    four_list: Mapped[str] = mapped_column(default="")
    partner: Mapped[str] = mapped_column(default="")
    use_then_pay: Mapped[bool] = mapped_column(default=False)
    confidential_fields: Mapped[TextList] = mapped_column(default=list)
    verifier_id: Mapped[str] = mapped_column(default="")
    verifier_name: Mapped[str] = mapped_column(default="")
    verified_on: Mapped[date | None]
    common_need_id: Mapped[UUID | None] = mapped_column(index=True)
    review_on: Mapped[date | None]
    pinyin: Mapped[str] = mapped_column(default="", info=LOCAL)

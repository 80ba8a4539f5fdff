"""What goes into the bag: 走访计划表 of some days, and 企业一页纸 of every firm in it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, Visit
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME
from broker_app.rules.states import OPEN_NOTE_STATES


@dataclass(frozen=True)
class BagPaper:
    """A paper of the bag: its kind as the list of papers names it, what it is about, and for people."""

    kind: str  # "visit_plan" | "firm_page"
    what: object  # (first, last) | the id of a firm
    about: str


def bag_papers(session: Session, first: date, last: date) -> tuple[BagPaper, ...]:
    """The plan of the days from ``first`` to ``last`` and a page for each firm still to be visited, in their order."""
    start = datetime.combine(first, time(), CHINA_TIME)
    rows = session.execute(
        select(Enterprise.id, Enterprise.name)
        .join(Visit, Visit.enterprise_id == Enterprise.id)
        .where(
            Visit.deleted_at.is_(None),
            Enterprise.deleted_at.is_(None),
            Visit.state.in_(OPEN_NOTE_STATES),
            Visit.started_at >= start,
            Visit.started_at < start + timedelta(days=(last - first).days + 1),
        )
        .order_by(Visit.started_at, Visit.id)
    )
    firms = dict.fromkeys((firm_id, name) for firm_id, name in rows)
    days = _("{first} 至 {last}").format(first=first, last=last)
    plan = BagPaper("visit_plan", (first, last), days)
    return (plan, *(BagPaper("firm_page", firm_id, name) for firm_id, name in firms))

"""The week: visits day by day, moving one that is only planned, and handing the plan to other calendars (.ics)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, Visit
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import CHINA_TIME
from broker_app.rules.states import VisitState, state_label
from broker_app.services.visits import get_visit, save_visit

USUAL_LENGTH = timedelta(minutes=90)
"""How long a visit takes in the calendar while nobody has said when it ends."""

_MOST = 500


@dataclass(frozen=True)
class WeekVisit:
    """A visit in the calendar; times are Chinese. Only a planned one is ``movable``."""

    id: UUID
    enterprise: str
    place: str
    companions: tuple[str, ...]
    start: datetime
    end: datetime
    state: str
    movable: bool

    @property
    def state_words(self) -> str:
        """The state as people call it."""
        return state_label("visit", self.state)


def monday_of(day: date) -> date:
    """The first day of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def list_visits_between(session: Session, first: date, last: date) -> Sequence[WeekVisit]:
    """The visits that begin from ``first`` to ``last``, both included, in their order; cancelled ones are left out."""
    start = datetime.combine(first, time(), CHINA_TIME)
    end = datetime.combine(last + timedelta(days=1), time(), CHINA_TIME)
    rows = session.execute(
        select(Visit, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state != VisitState.CANCELLED,
            Visit.started_at >= start,
            Visit.started_at < end,
        )
        .order_by(Visit.started_at, Visit.id)
        .limit(_MOST)
    )
    return [_week_visit(visit, name or _("还没选企业")) for visit, name in rows]


def move_planned(session: Session, visit_id: UUID, start: datetime) -> datetime:
    """Move a planned visit to another moment (aware); it stays as long as it was. Returns when it began before.

    Raises:
        IllegalMoveError: it is no longer only planned.
    """
    detail = get_visit(session, visit_id)
    if detail.state != VisitState.PLANNED:
        raise IllegalMoveError(_("只有还没开始的安排能挪。已经记的走访，请在走访里改时间。"))
    before = detail.draft.started_at
    end = detail.draft.ended_at
    moved = replace(detail.draft, started_at=start, ended_at=end + (start - before) if end else None)
    save_visit(session, moved, visit_id)
    return before


def plan_as_ics(session: Session, first: date, last: date) -> bytes:
    """The planned visits of some days as an iCalendar file: firm, place, companions; not a word of any note.

    Raises:
        InvalidInputError: nothing is planned in these days.
    """
    planned = [one for one in list_visits_between(session, first, last) if one.movable]
    if not planned:
        raise InvalidInputError("calendar", _("这些天没有安排，没有可导出的。"))
    calendar = Calendar()
    calendar.add("prodid", "-//broker-app//visits//ZH")
    calendar.add("version", "2.0")
    for one in planned:
        event = Event()
        event.add("uid", f"{one.id}@broker-app")
        # In UTC: a calendar that does not know the zone of a fixed offset would read it as local time.
        event.add("dtstamp", one.start.astimezone(UTC))
        event.add("dtstart", one.start.astimezone(UTC))
        event.add("dtend", one.end.astimezone(UTC))
        event.add("summary", _("走访 {enterprise}").format(enterprise=one.enterprise))
        if one.place:
            event.add("location", one.place)
        if one.companions:
            event.add("description", _("同行：{names}").format(names=listed(one.companions)))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _week_visit(visit: Visit, enterprise: str) -> WeekVisit:
    start = visit.started_at.astimezone(CHINA_TIME)
    end = visit.ended_at.astimezone(CHINA_TIME) if visit.ended_at else start + USUAL_LENGTH
    return WeekVisit(
        id=visit.id,
        enterprise=enterprise,
        place=visit.place,
        companions=tuple(visit.companions),
        start=start,
        end=max(end, start + timedelta(minutes=30)),
        state=visit.state,
        movable=visit.state == VisitState.PLANNED,
    )

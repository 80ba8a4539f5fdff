"""Visits out of another calendar's .ics file: each event becomes a planned visit, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from icalendar import Calendar
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, Visit
from broker_app.errors import ImportFileError
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME, china_date, utc_now
from broker_app.rules.states import VisitState
from broker_app.services.calendar_plan import move_planned
from broker_app.services.profile import read_profile
from broker_app.services.records import plain_text
from broker_app.services.visits import VisitDraft, delete_visit, move_visit, save_visit

MOST_BYTES = 2_000_000
_MOST_EVENTS = 500
_FARTHEST = timedelta(days=730)
_WHOLE_DAY = time(9, 30)  # an event without a time begins when a visit usually does
_LONGEST_VISIT = timedelta(days=3)
_LONGEST_WORDS, _LONGEST_UID, _LONGEST_PLACE = 500, 200, 200
_SHORTEST_NAME = 4  # characters: a shorter firm name stands in too many titles by chance
_OWN = "@broker-app"


@dataclass(frozen=True)
class CalendarEvent:
    """An event as it is in the file; ``start`` is aware."""

    uid: str
    title: str
    place: str
    start: datetime
    end: datetime | None
    repeats: bool


@dataclass(frozen=True)
class CalendarFile:
    """What a file holds: events that can be taken over, and how many cannot be read."""

    events: tuple[CalendarEvent, ...]
    unreadable: int


@dataclass(frozen=True)
class TakenEvents:
    """What became of the events. ``added`` and ``moved`` can be taken back with :func:`take_back_events`."""

    added: tuple[UUID, ...]
    moved: tuple[tuple[UUID, datetime], ...]  # with when each began before
    known: int
    out_of_range: int
    unreadable: int
    repeating: int


def read_calendar(content: bytes) -> CalendarFile:
    """The events of an iCalendar file (no session needed).

    Raises:
        ImportFileError: too large, no calendar, or nothing in it that is an event.
    """
    if len(content) > MOST_BYTES:
        raise ImportFileError(_("日历文件超过 2 MB，没有导入。请只导出要用的那几个月。"))
    try:
        calendars: Any = Calendar.from_ical(content, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):  # whatever it trips over
        raise ImportFileError(_("看不懂这个日历文件，什么都没有导入。请从日历里重新导出 .ics。")) from None
    found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not found:
        raise ImportFileError(_("这个文件里没有日程，什么都没有导入。"))
    if len(found) > _MOST_EVENTS:
        words = _("日历文件里有 {n} 个日程，一次最多 {most} 个，没有导入。请只导出要用的那几个月。")
        raise ImportFileError(words.format(n=len(found), most=_MOST_EVENTS))
    events = [_event(one) for one in found]
    good = {one.uid: one for one in events if one is not None}
    return CalendarFile(tuple(good.values()), sum(one is None for one in events))


def take_events(session: Session, file: CalendarFile) -> TakenEvents:
    """Plan a visit for every event ahead; one that was taken before is not added again but follows its new time."""
    now = utc_now()
    added: list[UUID] = []
    moved: list[tuple[UUID, datetime]] = []
    known = outside = 0
    for one in file.events:
        if not now - timedelta(days=1) <= one.start <= now + _FARTHEST:
            outside += 1
            continue
        before = _known(session, one.uid)
        if before is None:
            added.append(_plan(session, one))
        elif before.state == VisitState.PLANNED and before.started_at != one.start:
            moved.append((before.id, move_planned(session, before.id, one.start)))
        else:
            known += 1
    repeating = sum(one.repeats for one in file.events)
    return TakenEvents(tuple(added), tuple(moved), known, outside, file.unreadable, repeating)


def take_back_events(session: Session, taken: TakenEvents) -> None:
    """Undo :func:`take_events`: what was added goes to the trash, what was moved goes back."""
    for visit_id in taken.added:
        delete_visit(session, visit_id)
    for visit_id, start in taken.moved:
        move_planned(session, visit_id, start)


def days_of(file: CalendarFile) -> Sequence[date]:
    """The days on which there is an event, in order."""
    return sorted({china_date(one.start) for one in file.events})


def _event(event: Any) -> CalendarEvent | None:
    try:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return None
        start = _moment(event.decoded("DTSTART"))
        end = _moment(event.decoded("DTEND")) if "DTEND" in event else None
        title, place = _words(event, "SUMMARY", _LONGEST_WORDS), _words(event, "LOCATION", _LONGEST_PLACE)
        uid = _words(event, "UID", _LONGEST_UID)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):  # one event of many
        return None
    if end is not None and not start < end <= start + _LONGEST_VISIT:
        end = None
    if not uid:  # allowed to be missing only by mistake; the same event still has to be known again
        uid = hashlib.sha256(f"{start.isoformat()} {title}".encode()).hexdigest()
    return CalendarEvent(uid, title, place, start, end, "RRULE" in event)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(CHINA_TIME) if value.tzinfo else value.replace(tzinfo=CHINA_TIME)
    if isinstance(value, date):
        return datetime.combine(value, _WHOLE_DAY, CHINA_TIME)
    raise TypeError(type(value).__name__)


def _words(event: Any, name: str, most: int) -> str:
    value = event.get(name, "")
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(plain_text(str(value)).split())[:most]


def _known(session: Session, uid: str) -> Visit | None:
    own = _own_id(uid)
    wanted = Visit.id == own if own else Visit.source_id == _source(uid)
    return session.scalar(select(Visit).where(wanted, Visit.deleted_at.is_(None)).limit(1))


def _own_id(uid: str) -> UUID | None:
    """The visit that this program exported under ``uid``."""
    name, mark, rest = uid.partition(_OWN)
    if not mark or rest:
        return None
    try:
        return UUID(name)
    except ValueError:
        return None


def _source(uid: str) -> str:
    return f"ics:{uid}"


def _plan(session: Session, event: CalendarEvent) -> UUID:
    firm = _firm_in(session, f"{event.title} {event.place}")
    draft = VisitDraft(
        event.start,
        enterprise_id=firm,
        role=read_profile(session).role,
        ended_at=event.end,
        place=event.place,
        note="" if firm else event.title,  # nothing of the event is lost while its firm is not known
        source_id=_source(event.uid),
    )
    visit_id = save_visit(session, draft)
    move_visit(session, visit_id, VisitState.PLANNED)
    return visit_id


def _firm_in(session: Session, words: str) -> UUID | None:
    """The firm whose whole name stands in ``words``, the longest name first."""
    return session.scalar(
        select(Enterprise.id)
        .where(
            Enterprise.deleted_at.is_(None),
            func.length(Enterprise.name) >= _SHORTEST_NAME,
            func.instr(literal(words), Enterprise.name) > 0,
        )
        .order_by(func.length(Enterprise.name).desc(), Enterprise.id)
        .limit(1)
    )

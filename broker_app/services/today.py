"""What a broker sees first: today's visits, what waits for them, and the month so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.actor import Actor
from broker_app.db.models import Attachment, Enterprise, FollowUp, Match, Need, Visit
from broker_app.i18n import _, counted, day_name, listed
from broker_app.rules.calendar import CHINA_TIME, china_date
from broker_app.rules.states import (
    CLOSED_NEED_STATES,
    WRITTEN_VISIT_STATES,
    MatchState,
    NeedState,
    VisitState,
    state_label,
)
from broker_app.services.follow_ups import FollowUpRow, open_follow_ups
from broker_app.services.numbers import today
from broker_app.services.sync_state import sync_status
from broker_app.services.tier_reminders import ending_tiers

_DEADLINES_SHOWN, _TIERS_SHOWN = 5, 2


@dataclass(frozen=True)
class PlannedStop:
    """A visit of today. ``stage`` is "done", "next" or "later"."""

    visit_id: UUID
    at: datetime
    enterprise: str
    facts: tuple[str, ...]
    state_label: str
    stage: str
    hint: str
    enterprise_id: UUID | None = None
    needs: int = 0
    is_signed: bool = False


@dataclass(frozen=True)
class ToDo:
    """One thing that waits for the broker: what, why, and the page that settles it."""

    kind: str  # "draft" | "returned" | "follow_up" | "verify" | "refine" | "differ"
    title: str
    why: str
    overdue: bool
    page: str  # "visits" | "needs" | "sync"
    record_id: UUID | None


@dataclass(frozen=True)
class MonthFigures:
    """This month, counted in this store: firms and visits apart (家 and 家次)."""

    visits: int
    enterprises: int
    needs: int
    matches: int


@dataclass(frozen=True)
class Deadline:
    """A date ahead: days left, what it is about, and the day."""

    days_left: int
    title: str
    detail: str
    day: date
    page: str
    record_id: UUID


@dataclass(frozen=True)
class TodayBoard:
    """Everything the page Today shows."""

    day: date
    stops: tuple[PlannedStop, ...]
    coming: tuple[PlannedStop, ...]
    to_do: tuple[ToDo, ...]
    deadlines: tuple[Deadline, ...]
    month: MonthFigures
    recent: tuple[PlannedStop, ...]


def today_board(session: Session) -> TodayBoard:
    """Gather the page Today from the store: the day of the person at this computer.

    Colleagues' visits stand in the calendar and in the list; here only those one goes along to.
    """
    day = today()
    stops = _stops(session, day, day + timedelta(days=1))
    return TodayBoard(
        day=day,
        stops=tuple(stops),
        coming=tuple(_stops(session, day + timedelta(days=1), day + timedelta(days=15), most=6)),
        to_do=tuple(_to_do(session, day)),
        deadlines=tuple(_deadlines(session, day)),
        month=_month(session, day),
        recent=tuple(_recent(session)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA_TIME)


def _is_mine(session: Session) -> ColumnElement[bool]:
    actor: Actor = session.info["actor"]
    mine = Visit.author_id == actor.user_id
    if not actor.name:
        return mine
    companion = func.json_each(Visit.companions).table_valued("value")
    return mine | select(companion.c.value).where(companion.c.value == actor.name).exists()


def _stops(session: Session, first: date, end: date, *, most: int | None = None) -> list[PlannedStop]:
    rows = session.execute(
        select(Visit, Enterprise.name, Enterprise.county)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state != VisitState.CANCELLED,
            Visit.started_at >= _midnight(first),
            Visit.started_at < _midnight(end),
            _is_mine(session),
        )
        .order_by(Visit.started_at, Visit.id)
        .limit(most)
    ).all()
    stops: list[PlannedStop] = []
    next_given = False
    for visit, firm, county in rows:
        stage = "done" if visit.state in WRITTEN_VISIT_STATES else ("later" if next_given else "next")
        next_given = next_given or stage == "next"
        stops.append(_stop(session, visit, firm or _("还没选企业"), county or "", stage))
    return stops


def _stop(session: Session, visit: Visit, firm: str, county: str, stage: str) -> PlannedStop:
    facts = [label(CodeList.VISITOR_ROLE, visit.role) if visit.role else "", visit.place or county_label(county)]
    if visit.companions:
        facts.append(_("同行 {names}").format(names=listed(visit.companions)))
    return PlannedStop(
        visit.id,
        visit.started_at,
        firm,
        tuple(fact for fact in facts if fact),
        state_label("visit", visit.state),
        stage,
        _hint(session, visit),
        visit.enterprise_id,
        _needs_of(session, visit) if stage == "done" else 0,
        stage == "done" and _is_signed(session, visit),
    )


def _needs_of(session: Session, visit: Visit) -> int:
    statement = select(func.count()).select_from(Need).where(Need.visit_id == visit.id, Need.deleted_at.is_(None))
    return session.scalar(statement) or 0


def _is_signed(session: Session, visit: Visit) -> bool:
    statement = select(Attachment.id).where(
        Attachment.parent_kind == "visit",
        Attachment.parent_id == visit.id,
        Attachment.kind == "signature",
        Attachment.deleted_at.is_(None),
    )
    return session.scalar(statement.limit(1)) is not None


def _hint(session: Session, visit: Visit) -> str:
    if visit.enterprise_id is None:
        return ""
    last = session.scalar(
        select(func.max(Visit.started_at)).where(
            Visit.enterprise_id == visit.enterprise_id,
            Visit.deleted_at.is_(None),
            Visit.started_at < visit.started_at,
            Visit.state.in_(WRITTEN_VISIT_STATES),
        )
    )
    if last is None:
        return _("首次走访")
    open_needs = session.scalar(
        select(func.count())
        .select_from(Need)
        .where(
            Need.enterprise_id == visit.enterprise_id,
            Need.deleted_at.is_(None),
            Need.state.not_in(CLOSED_NEED_STATES),
        )
    )
    when = china_date(last)
    text = _("上次 {day}").format(day=day_name(when))
    return text + (counted("，还有 {n} 条需求没结", "，还有 {n} 条需求没结", open_needs) if open_needs else "")


def _to_do(session: Session, day: date) -> list[ToDo]:
    found = [_visit_to_do(visit, firm) for visit, firm in _unfinished(session, day)]
    found += [
        _follow_up_to_do(task, day) for task in open_follow_ups(session, limit=20) if task.due and task.due <= day
    ]
    raw = session.scalar(
        select(func.count()).select_from(Need).where(Need.deleted_at.is_(None), Need.state == NeedState.RAW)
    )
    if raw:
        found.append(
            ToDo(
                "refine",
                counted("{n} 条需求等你凝练", "{n} 条需求等你凝练", raw),
                _("写清楚了才好找成果"),
                False,
                "needs",
                None,
            )
        )
    if differing := sync_status(session).needs_person:
        found.append(
            ToDo(
                "differ",
                counted("同步有 {n} 处要你确认", "同步有 {n} 处要你确认", differing),
                _("没确认以前，两边的都留着"),
                False,
                "sync",
                None,
            )
        )
    actor = session.info["actor"]
    waiting = session.scalar(
        select(func.count())
        .select_from(Need)
        .where(Need.deleted_at.is_(None), Need.state == NeedState.REFINED, Need.author_id != actor.user_id)
    )
    if waiting:
        found.append(
            ToDo(
                "verify",
                counted("{n} 条需求等你核实", "{n} 条需求等你核实", waiting),
                _("同事写的，要另一个人核实"),
                False,
                "needs",
                None,
            )
        )
    return found


def _unfinished(session: Session, day: date) -> Sequence[tuple[Visit, str | None]]:
    rows = session.execute(
        select(Visit, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            _is_mine(session),
            (Visit.state == VisitState.RETURNED)
            | (Visit.state.in_((VisitState.DRAFT, VisitState.IN_PROGRESS)) & (Visit.started_at < _midnight(day))),
        )
        .order_by(Visit.started_at)
        .limit(10)
    )
    return [(visit, firm) for visit, firm in rows]


def _visit_to_do(visit: Visit, firm: str | None) -> ToDo:
    name = firm or _("还没选企业")
    when = china_date(visit.started_at)
    day = day_name(when)
    if visit.state == VisitState.RETURNED:
        return ToDo(
            "returned",
            _("{name}：走访被退回").format(name=name),
            _("{day} 的走访，改好再交").format(day=day),
            True,
            "visits",
            visit.id,
        )
    return ToDo(
        "draft",
        _("{name}：纪要还没写完").format(name=name),
        _("{day} 的草稿").format(day=day),
        False,
        "visits",
        visit.id,
    )


def _follow_up_to_do(task: FollowUpRow, day: date) -> ToDo:
    late = (day - task.due).days if task.due else 0
    why = counted("过期 {n} 天", "过期 {n} 天", late) if late else _("今天到期")
    title = (
        _("{enterprise}：{text}").format(enterprise=task.enterprise, text=task.text) if task.enterprise else task.text
    )
    return ToDo("follow_up", title, _("　").join(filter(None, (task.who, why))), late > 0, "visits", task.visit_id)


def _deadlines(session: Session, day: date) -> list[Deadline]:
    tasks = [
        Deadline((task.due - day).days, task.text, task.enterprise, task.due, "visits", task.visit_id)
        for task in open_follow_ups(session, limit=20)
        if task.due and task.due > day and task.visit_id
    ]
    needs = session.execute(
        select(Need, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(
            Need.deleted_at.is_(None),
            Need.deadline > day,
            Need.state.not_in(CLOSED_NEED_STATES | {NeedState.CONTRACTED}),
        )
        .order_by(Need.deadline)
        .limit(6)
    )
    ends = [
        Deadline((need.deadline - day).days, need.title, firm or "", need.deadline, "needs", need.id)
        for need, firm in needs
        if need.deadline
    ]
    tiers = [
        Deadline(one.days_left, one.title, one.firm, one.until, "enterprise", one.firm_id)
        for one in ending_tiers(session, day)[:_TIERS_SHOWN]
    ]
    # A month of follow-ups would push out what takes two months to prepare.
    nearest = sorted(tasks + ends, key=lambda one: (one.days_left, one.title))[: _DEADLINES_SHOWN - len(tiers)]
    return sorted(nearest + tiers, key=lambda one: (one.days_left, one.title))


def _month(session: Session, day: date) -> MonthFigures:
    first, author = _midnight(day.replace(day=1)), session.info["actor"].user_id
    visits = (
        select(Visit)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state.in_(WRITTEN_VISIT_STATES),
            Visit.started_at >= first,
            Visit.author_id == author,
        )
        .subquery()
    )
    return MonthFigures(
        visits=session.scalar(select(func.count()).select_from(visits)) or 0,
        enterprises=session.scalar(select(func.count(visits.c.enterprise_id.distinct()))) or 0,
        needs=session.scalar(
            select(func.count())
            .select_from(Need)
            .where(Need.deleted_at.is_(None), Need.created_at >= first, Need.author_id == author)
        )
        or 0,
        matches=session.scalar(
            select(func.count())
            .select_from(Match)
            .where(
                Match.deleted_at.is_(None),
                Match.created_at >= first,
                Match.state != MatchState.DECLINED,
                Match.author_id == author,
            )
        )
        or 0,
    )


def _recent(session: Session) -> list[PlannedStop]:
    rows = session.execute(
        select(Visit, Enterprise.name, Enterprise.county)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(Visit.deleted_at.is_(None), Visit.state.in_(WRITTEN_VISIT_STATES))
        .order_by(Visit.started_at.desc())
        .limit(4)
    )
    return [_stop(session, visit, firm or "", county or "", "done") for visit, firm, county in rows]


def open_counts(session: Session) -> dict[str, int]:
    """Counts for the navigation: what of each kind is open."""
    return {
        "follow_ups": session.scalar(
            select(func.count()).select_from(FollowUp).where(FollowUp.deleted_at.is_(None), FollowUp.done_at.is_(None))
        )
        or 0,
        "needs": session.scalar(
            select(func.count())
            .select_from(Need)
            .where(Need.deleted_at.is_(None), Need.state.in_((NeedState.RAW, NeedState.REFINED)))
        )
        or 0,
    }

"""走访建议: which firms to visit next and why, by county; and finding the next free time for one (domain.md section 4).

Reasons are counted in this store only. 90 days is the interval of domain.md section 4; the quota of a 科技副总 is what
the person has set, as no public figure exists.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.db.models import Enterprise, FollowUp, Need, Visit
from broker_app.i18n import _, counted
from broker_app.rules.calendar import CHINA_TIME, china_date, utc_now
from broker_app.rules.states import CLOSED_NEED_STATES, OPEN_NOTE_STATES, WRITTEN_VISIT_STATES, VisitState
from broker_app.services.calendar_plan import USUAL_LENGTH
from broker_app.services.firm_tiers import read_tiers
from broker_app.services.numbers import today
from broker_app.services.profile import read_profile
from broker_app.services.records import live
from broker_app.services.role_facts import TECH_VP
from broker_app.services.tier_reminders import SOON_DAYS, TierEnd
from broker_app.services.visits import VisitDraft, move_visit, save_visit

LONG_AGO = timedelta(days=90)
_TASK_SOON = timedelta(days=14)
_SLOTS = (time(9, 30), time(14, 0), time(15, 30))
_DAYS_AHEAD = 30
_MOST_READ, _MOST_SHOWN = 3000, 120


@dataclass(frozen=True)
class Reason:
    """Why a firm is proposed. ``kind`` is "task", "renewal", "quota", "needs", "long_ago" or "never"."""

    kind: str
    words: str
    weight: int
    is_late: bool = False


@dataclass(frozen=True)
class ProposedFirm:
    """A firm to visit, the weightiest reason first."""

    enterprise_id: UUID
    name: str
    county: str
    last_visit: date | None
    reasons: tuple[Reason, ...]

    @property
    def weight(self) -> int:
        """How much speaks for going there."""
        return sum(one.weight for one in self.reasons)


@dataclass(frozen=True)
class CountyProposals:
    """The firms of one county, the most pressing first."""

    county: str
    name: str
    firms: tuple[ProposedFirm, ...]


@dataclass(frozen=True)
class PlannedVisit:
    """A visit that was just put into the plan."""

    visit_id: UUID
    enterprise: str
    start: datetime


def propose_visits(session: Session, *, vp_days_a_month: int = 0) -> tuple[CountyProposals, ...]:
    """The firms that should be visited and are in no plan yet, by county; the county with the most to do first."""
    day = today()
    short = _short_of_quota(session, day, vp_days_a_month)
    firms = [_firm(row, day, short) for row in _candidates(session, day, tuple(short))]
    pressing = sorted((one for one in firms if one.reasons), key=lambda one: (-one.weight, one.name))[:_MOST_SHOWN]
    by_county: dict[str, list[ProposedFirm]] = defaultdict(list)
    for one in pressing:
        by_county[one.county].append(one)
    groups = [
        CountyProposals(county, county_label(county) if county else _("还没定县区"), tuple(members))
        for county, members in by_county.items()
    ]
    return tuple(sorted(groups, key=lambda one: (-sum(firm.weight for firm in one.firms), one.county)))


def plan_next(session: Session, enterprise_id: UUID, reasons: Sequence[Reason] = ()) -> PlannedVisit:
    """Put a visit to a firm into the next free time of a working day, beside stops of its county where there are some.

    Raises:
        NotFoundError: the firm is not there.
    """
    firm = live(session, Enterprise, enterprise_id)
    start = _next_free(session, firm.county)
    draft = VisitDraft(
        start,
        enterprise_id=firm.id,
        role=read_profile(session).role,
        ended_at=start + USUAL_LENGTH,
        purposes=_purposes(reasons),
    )
    visit_id = save_visit(session, draft)
    move_visit(session, visit_id, VisitState.PLANNED)
    return PlannedVisit(visit_id, firm.name, start)


def _candidates(session: Session, day: date, short: Sequence[UUID]) -> Sequence[Any]:
    now = utc_now()
    last = (
        select(Visit.enterprise_id, func.max(Visit.started_at).label("at"))
        .where(Visit.deleted_at.is_(None), Visit.state.in_(WRITTEN_VISIT_STATES))
        .group_by(Visit.enterprise_id)
        .subquery()
    )
    ahead = (
        select(Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state.in_(OPEN_NOTE_STATES),
            Visit.started_at >= now - timedelta(days=1),
            Visit.enterprise_id.is_not(None),
        )
        .subquery()
    )
    needs = (
        select(Need.enterprise_id, func.count().label("n"))
        .where(Need.deleted_at.is_(None), Need.state.not_in(CLOSED_NEED_STATES))
        .group_by(Need.enterprise_id)
        .subquery()
    )
    tasks = (
        select(FollowUp.enterprise_id, func.min(FollowUp.due).label("due"))
        .where(FollowUp.deleted_at.is_(None), FollowUp.done_at.is_(None), FollowUp.due <= day + _TASK_SOON)
        .group_by(FollowUp.enterprise_id)
        .subquery()
    )
    own = read_profile(session).county
    wanted = or_(
        last.c.at <= now - LONG_AGO,
        needs.c.n > 0,
        tasks.c.due.is_not(None),
        func.json_array_length(Enterprise.tiers) > 0,
        and_(last.c.at.is_(None), Enterprise.county == own),
        Enterprise.id.in_(short),
    )
    return session.execute(
        select(Enterprise, last.c.at, needs.c.n, tasks.c.due)
        .outerjoin(last, last.c.enterprise_id == Enterprise.id)
        .outerjoin(needs, needs.c.enterprise_id == Enterprise.id)
        .outerjoin(tasks, tasks.c.enterprise_id == Enterprise.id)
        .where(Enterprise.deleted_at.is_(None), Enterprise.id.not_in(select(ahead.c.enterprise_id)), wanted)
        .order_by(tasks.c.due.asc().nulls_last(), needs.c.n.desc().nulls_last(), last.c.at.asc().nulls_last())
        .limit(_MOST_READ)
    ).all()


def _firm(row: Any, day: date, short: Mapping[UUID, int]) -> ProposedFirm:
    firm, last_at, needs, due = row
    last = china_date(last_at) if last_at else None
    reasons = [
        _task_reason(due, day),
        _renewal_reason(firm, day),
        _quota_reason(short.get(firm.id, 0)),
        _needs_reason(needs or 0),
        _visit_reason(last, day),
    ]
    given = sorted((one for one in reasons if one is not None), key=lambda one: -one.weight)
    return ProposedFirm(firm.id, firm.name, firm.county, last, tuple(given))


def _task_reason(due: date | None, day: date) -> Reason | None:
    if due is None:
        return None
    left = (due - day).days
    if left < 0:
        return Reason("task", counted("跟进过期 {n} 天", "跟进过期 {n} 天", -left), 6, is_late=True)
    return Reason("task", counted("跟进还有 {n} 天", "跟进还有 {n} 天", left) if left else _("跟进今天到期"), 4)


def _renewal_reason(firm: Enterprise, day: date) -> Reason | None:
    """The tier that runs out first, if that is within sixty days or was within the last ninety."""
    ends = [
        TierEnd(firm.id, firm.name, tier.code, tier.until, (tier.until - day).days)
        for tier in read_tiers(firm.tiers)
        if tier.until is not None and day - LONG_AGO <= tier.until <= day + timedelta(days=SOON_DAYS)
    ]
    if not ends:
        return None
    first = min(ends, key=lambda one: (one.until, one.tier))
    if first.days_left < 0:
        when = counted("过期 {n} 天", "过期 {n} 天", -first.days_left)
        return Reason("renewal", _("{what}{when}").format(what=first.title, when=when), 5, is_late=True)
    when = counted("还有 {n} 天", "还有 {n} 天", first.days_left)
    return Reason("renewal", _("{what}{when}").format(what=first.title, when=when), 5)


def _quota_reason(days_short: int) -> Reason | None:
    if days_short <= 0:
        return None
    return Reason("quota", counted("本月还差 {n} 天到企", "本月还差 {n} 天到企", days_short), 5)


def _needs_reason(needs: int) -> Reason | None:
    if not needs:
        return None
    return Reason("needs", counted("{n} 条需求没结", "{n} 条需求没结", needs), min(4, 1 + needs))


def _visit_reason(last: date | None, day: date) -> Reason | None:
    if last is None:
        return Reason("never", _("还没去过"), 1)
    gone = (day - last).days
    if gone < LONG_AGO.days:
        return None
    return Reason("long_ago", counted("{n} 天没去", "{n} 天没去", gone), min(4, 1 + gone // 90))


def _short_of_quota(session: Session, day: date, wanted: int) -> dict[UUID, int]:
    """Firms at which whoever uses this profile is 科技副总, and how many days of this month are missing."""
    if wanted <= 0:
        return {}
    user = session.info["actor"].user_id
    first = datetime.combine(day.replace(day=1), time(), CHINA_TIME)
    visits = session.execute(
        select(Visit.enterprise_id, Visit.started_at, Visit.term_to)
        .where(
            Visit.deleted_at.is_(None),
            Visit.author_id == user,
            Visit.role == TECH_VP,
            Visit.state.in_(WRITTEN_VISIT_STATES),
            Visit.started_at >= first - 4 * LONG_AGO,
        )
        .order_by(Visit.started_at)
    )
    days: dict[UUID, set[date]] = {}
    for firm_id, at, term_to in visits:
        if firm_id is None:
            continue
        if term_to is not None and term_to < day:
            days.pop(firm_id, None)
            continue
        came = days.setdefault(firm_id, set())
        if at >= first:
            came.add(china_date(at))
    return {firm_id: wanted - len(came) for firm_id, came in days.items() if len(came) < wanted}


def _next_free(session: Session, county: str) -> datetime:
    first = today() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(_DAYS_AHEAD)]
    working = [one for one in days if one.weekday() < 5]
    start = datetime.combine(first, time(), CHINA_TIME)
    rows = session.execute(
        select(Visit.started_at, Visit.ended_at, Enterprise.county)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state != VisitState.CANCELLED,
            Visit.started_at >= start,
            Visit.started_at < start + timedelta(days=_DAYS_AHEAD),
        )
    ).all()
    taken = [(at, ended or at + USUAL_LENGTH) for at, ended, _county in rows]
    near = {china_date(at) for at, _ended, there in rows if there == county and county}
    ordered = [one for one in working if one in near] + [one for one in working if one not in near]
    for one in ordered:
        for slot in _SLOTS:
            begins = datetime.combine(one, slot, CHINA_TIME)
            if all(end <= begins or at >= begins + USUAL_LENGTH for at, end in taken):
                return begins
    return datetime.combine(working[-1], _SLOTS[0], CHINA_TIME)


def _purposes(reasons: Sequence[Reason]) -> tuple[str, ...]:
    meant = {"task": "follow_up", "renewal": "declaration", "needs": "introduction", "never": "need_survey"}
    return tuple(dict.fromkeys(meant.get(one.kind, "follow_up") for one in reasons))

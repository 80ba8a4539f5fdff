"""Gathers 工作日志 and 考核表: what one person did in a period, without a word of what must not leave."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, entries, label
from broker_app.db.models import Enterprise, FollowUp, Match, Need, ReferralRequest, Visit
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, in_chinese
from broker_app.rules.calendar import CHINA_TIME, china_date
from broker_app.rules.states import WRITTEN_VISIT_STATES, MatchState, NeedState
from broker_app.services.papers import county_line, edits, last_change, live_children, metrics_of, with_title
from broker_app.services.profile import Profile, read_profile
from broker_app.services.redaction import OMITTED, Redaction, redaction_of, without_spans
from broker_app.services.role_facts import (
    COMMISSIONER,
    COMMISSIONER_TEAM,
    TECH_VP,
    RoleFacts,
    fact_lines,
    hours_text,
    kept_facts,
    role_form,
    service_labels,
)
from broker_app.services.sheets import RoleLine
from broker_app.services.visits import Span
from broker_app.services.work_sheets import (
    AssessmentSheet,
    DutyLine,
    LogLine,
    MonthLine,
    WorkLogSheet,
    WorkTotals,
)

ASSESSED = (TECH_VP, COMMISSIONER, COMMISSIONER_TEAM)
"""Roles that are assessed by a paper of their own."""

_UNVERIFIED = (NeedState.RAW, NeedState.REFINED, NeedState.MERGED, NeedState.WITHDRAWN, NeedState.NOT_TECHNICAL)
_LONGEST = 366  # days
_FIRST_WORDS = 60  # characters of a note
_LATEST_WORKS = 4
_STANDING = ("home_unit", "term", "team", "team_field", "commissioner_kind", "service_mode")


@dataclass(frozen=True)
class _Work:
    """A visit with what came out of it."""

    visit: Visit
    firm: Enterprise | None
    facts: RoleFacts
    needs: Sequence[Need]
    referrals: int
    tasks_done: int
    secret: Redaction


def log_sheet(session: Session, first: date, last: date, role: str = "") -> WorkLogSheet:
    """What 工作日志 prints: the recorded visits of whoever uses this profile, in ``role`` only if one is given.

    Raises:
        InvalidInputError: the days are no period, or longer than a year.
    """
    profile = read_profile(session)
    works = _works(session, profile, first, last, role)
    shown = role or profile.role
    with in_chinese():
        return WorkLogSheet(
            number=f"RZ-{profile.county}-{first:%Y%m%d}-{last:%Y%m%d}",
            revision=1,
            first=first,
            last=last,
            person=with_title(profile.name, profile.title),
            role=label(CodeList.VISITOR_ROLE, shown),
            organisation=profile.organisation,
            role_lines=_standing(shown, works),
            totals=_totals(session, profile, works, first, last),
            lines=tuple(map(_log_line, works)),
            withheld=sum(map(_withheld, works)),
            frozen_at=_moment(works, first),
        )


def assessment_sheet(
    session: Session, first: date, last: date, role: str, *, enterprise_id: UUID | None = None, days_a_month: int = 0
) -> AssessmentSheet:
    """What 考核表 prints for a 科技副总 (of one firm) or a 科技特派员.

    ``days_a_month`` is the quota the person has set; 0 prints no comparison, as no public figure exists
    (domain.md, open question 3). Without ``enterprise_id`` a 科技副总 is assessed at the firm visited most.

    Raises:
        InvalidInputError: the days are no period, the role is not assessed, or there was no visit in it.
    """
    if role not in ASSESSED:
        raise InvalidInputError("role", _("考核表只有科技副总和科技特派员两种，请选其中一种身份。"))
    profile = read_profile(session)
    works = _works(session, profile, first, last, role)
    if role == TECH_VP:
        firm_id = enterprise_id or _most_visited(works)
        works = [one for one in works if one.visit.enterprise_id == firm_id]
    if not works:
        words = _("这段时间没有以{role}身份记完的走访，没有可考核的。")
        raise InvalidInputError("role", words.format(role=label(CodeList.VISITOR_ROLE, role)))
    firm = works[-1].firm
    with in_chinese():
        return AssessmentSheet(
            number=f"KH-{profile.county}-{first:%Y%m%d}-{last:%Y%m%d}",
            revision=1,
            first=first,
            last=last,
            person=with_title(profile.name, profile.title),
            role_code=role,
            role=label(CodeList.VISITOR_ROLE, role),
            enterprise=firm.name if firm and role == TECH_VP else "",
            organisation=profile.organisation,
            role_lines=_standing(role, works),
            duties=_duties(role, works),
            months=_months(works, first, last, days_a_month if role == TECH_VP else 0),
            totals=_totals(session, profile, works, first, last),
            withheld=sum(map(_withheld, works)),
            frozen_at=_moment(works, first),
        )


def assessed_roles(session: Session, first: date, last: date) -> tuple[str, ...]:
    """The roles of a period for which there is something to assess."""
    profile = read_profile(session)
    worked = {one.visit.role for one in _works(session, profile, first, last, "")}
    return tuple(role for role in ASSESSED if role in worked)


def _works(session: Session, profile: Profile, first: date, last: date, role: str) -> list[_Work]:
    if last < first or (last - first).days > _LONGEST:
        raise InvalidInputError("last", _("结束日期要在开始日期之后，最长一年，请改日期。"))
    start = datetime.combine(first, time(), CHINA_TIME)
    statement = (
        select(Visit)
        .where(
            Visit.deleted_at.is_(None),
            Visit.author_id == profile.user_id,
            Visit.state.in_(WRITTEN_VISIT_STATES),
            Visit.started_at >= start,
            Visit.started_at < start + timedelta(days=(last - first).days + 1),
        )
        .order_by(Visit.started_at, Visit.id)
    )
    if role:
        statement = statement.where(Visit.role == role)
    return [_work(session, visit) for visit in session.scalars(statement)]


def _work(session: Session, visit: Visit) -> _Work:
    needs = live_children(session, Need, visit.id)
    tasks = live_children(session, FollowUp, visit.id)
    spans = tuple(Span(**one) for one in visit.confidential)
    return _Work(
        visit=visit,
        firm=session.get(Enterprise, visit.enterprise_id) if visit.enterprise_id else None,
        facts=kept_facts(visit),
        needs=needs,
        referrals=len(live_children(session, ReferralRequest, visit.id)),
        tasks_done=sum(task.done_at is not None for task in tasks),
        secret=redaction_of(visit.note, spans, metrics_of(needs)),
    )


def _standing(role: str, works: Sequence[_Work]) -> tuple[RoleLine, ...]:
    """What stays the same from visit to visit (unit, term, team, kind, mode), as the latest visit says it."""
    latest = next((one for one in reversed(works) if one.visit.role == role), None)
    if latest is None:
        return ()
    kept = replace(latest.facts, services=(), solved=False, track_until=None)
    return tuple(
        RoleLine(one.name, latest.secret.clean(one.words), one.code_list)
        for one in fact_lines(role, kept)
        if one.name in _STANDING
    )


def _totals(session: Session, profile: Profile, works: Sequence[_Work], first: date, last: date) -> WorkTotals:
    needs = [need for one in works for need in one.needs]
    trained = [one for one in works if one.facts.training_heads or one.facts.training_minutes]
    return WorkTotals(
        visits=len(works),
        firms=len({one.visit.enterprise_id for one in works if one.visit.enterprise_id}),
        days=len({china_date(one.visit.started_at) for one in works}),
        needs=len(needs),
        verified_needs=sum(need.state not in _UNVERIFIED for need in needs),
        matches=_matches(session, profile, [need.id for need in needs], first, last),
        referrals=sum(one.referrals for one in works),
        tasks_done=sum(one.tasks_done for one in works),
        trainings=len(trained),
        trained=sum(one.facts.training_heads or 0 for one in trained),
        training_hours=hours_text(sum(one.facts.training_minutes or 0 for one in trained)),
        late=sum(one.visit.is_late for one in works),
    )


def _matches(session: Session, profile: Profile, need_ids: Sequence[UUID], first: date, last: date) -> int:
    """Matches the person proposed in the period for needs heard on these visits, without those given up."""
    start = datetime.combine(first, time(), CHINA_TIME)
    statement = select(func.count(Match.id)).where(
        Match.need_id.in_(need_ids),
        Match.deleted_at.is_(None),
        Match.author_id == profile.user_id,
        Match.state != MatchState.DECLINED,
        Match.created_at >= start,
        Match.created_at < start + timedelta(days=(last - first).days + 1),
    )
    return session.scalar(statement) or 0


def _log_line(one: _Work) -> LogLine:
    visit = one.visit
    ended = visit.ended_at.astimezone(CHINA_TIME) if visit.ended_at else None
    purposes = tuple(label(CodeList.VISIT_PURPOSE, code) for code in visit.purposes)
    return LogLine(
        started_at=visit.started_at.astimezone(CHINA_TIME),
        ended_at=ended,
        number=visit.number,
        enterprise=one.firm.name if one.firm else "",
        county=county_line(one.firm),
        services=service_labels(visit.role, one.facts) or purposes,
        about=_about(one),
        results=tuple(_results(one)),
        is_late=visit.is_late,
    )


def _about(one: _Work) -> str:
    spans = tuple(Span(**each) for each in one.visit.confidential)
    note = one.secret.clean(without_spans(one.visit.note, spans)).strip().partition("\n")[0]
    return _shortened(note, _FIRST_WORDS)


def _shortened(words: str, most: int) -> str:
    """The first words; a mark for something left out is not cut in two."""
    if len(words) <= most:
        return words
    kept = words[:most]
    if kept.rfind(OMITTED[0]) > kept.rfind(OMITTED[-1]):
        kept = kept[: kept.rfind(OMITTED[0])]
    return f"{kept}……"


def _results(one: _Work) -> Iterable[str]:
    if one.needs:
        yield f"需求 {len(one.needs)} 项"
    if one.referrals:
        yield f"诉求 {one.referrals} 件"
    if one.tasks_done:
        yield f"办完 {one.tasks_done} 件事"
    if one.facts.training_heads:
        yield f"培训 {one.facts.training_heads} 人"
    elif one.facts.training_minutes:
        yield f"培训 {hours_text(one.facts.training_minutes)} 小时"
    if one.facts.solved:
        yield "当场解决"


def _withheld(one: _Work) -> int:
    return len(one.visit.confidential) + sum(metric.confidential for metric in metrics_of(one.needs))


def _duties(role: str, works: Sequence[_Work]) -> tuple[DutyLine, ...]:
    form = role_form(role)
    if form is None:
        return ()
    lines = []
    for one in entries(form.services):
        done = [work for work in works if one.code in work.facts.services]
        latest = [_work_words(work, with_firm=role != TECH_VP) for work in done[-_LATEST_WORKS:]]
        lines.append(DutyLine(one.label, len(done), tuple(latest)))
    return tuple(lines)


def _work_words(work: _Work, *, with_firm: bool) -> str:
    day = china_date(work.visit.started_at)
    firm = work.firm.name if with_firm and work.firm else ""
    about = _shortened(_about(work), _FIRST_WORDS // 2)
    return f"{day:%m-%d} " + "：".join(part for part in (firm, about) if part)


def _months(works: Sequence[_Work], first: date, last: date, wanted: int) -> tuple[MonthLine, ...]:
    by_month: dict[str, list[_Work]] = defaultdict(list)
    for one in works:
        by_month[f"{china_date(one.visit.started_at):%Y-%m}"].append(one)
    return tuple(_month_line(month, by_month[month], wanted) for month in _months_of(first, last))


def _month_line(month: str, works: Sequence[_Work], wanted: int) -> MonthLine:
    days = len({china_date(one.visit.started_at) for one in works})
    return MonthLine(
        month=month,
        visits=len(works),
        days=days,
        firms=len({one.visit.enterprise_id for one in works}),
        needs=sum(len(one.needs) for one in works),
        trained=sum(one.facts.training_heads or 0 for one in works),
        wanted_days=str(wanted) if wanted else "",
        is_met=days >= wanted if wanted else None,
    )


def _months_of(first: date, last: date) -> list[str]:
    months, day = [], first.replace(day=1)
    while day <= last:
        months.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def _most_visited(works: Sequence[_Work]) -> UUID | None:
    times: dict[UUID, int] = defaultdict(int)
    for one in works:
        if one.visit.enterprise_id:
            times[one.visit.enterprise_id] += 1
    return max(times, key=lambda firm_id: (times[firm_id], firm_id.hex)) if times else None


def _moment(works: Sequence[_Work], first: date) -> datetime:
    visits = [one.visit for one in works]
    needs = [need for one in works for need in one.needs]
    return last_change(datetime.combine(first, time(), CHINA_TIME), *edits(visits), *edits(needs))

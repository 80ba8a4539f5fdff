"""Gathers the papers of the field: what is taken along, what is signed on the spot, and the form of a need."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from broker_app.codes.gb4754 import gb4754_label
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Contact, Enterprise, FollowUp, Match, Need, Synced, Visit
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, in_chinese
from broker_app.rules.calendar import CHINA_TIME, china_date
from broker_app.rules.states import CLOSED_NEED_STATES, WRITTEN_VISIT_STATES, VisitState, state_label
from broker_app.services.confirmed_text import SENTENCE, confirmed_text
from broker_app.services.money import budget_label
from broker_app.services.needs import Metric
from broker_app.services.papers import (
    county_line,
    edits,
    last_change,
    live_children,
    metric_line,
    metrics_of,
    secret_of,
    visit_sheet,
    with_title,
)
from broker_app.services.phones import masked_phone
from broker_app.services.profile import read_profile
from broker_app.services.records import live
from broker_app.services.redaction import Redaction, all_of, redaction_of, without_spans
from broker_app.services.sheets import (
    FirmMatchLine,
    FirmNeedLine,
    FirmSheet,
    FirmVisitLine,
    FollowUpLine,
    NeedSheet,
    PersonLine,
    PlanLine,
    PlanSheet,
    SlipSheet,
)
from broker_app.services.visits import Span

_LATEST_VISITS, _LATEST_MATCHES = 4, 5
_FIRST_WORDS = 60  # characters of a note in the list of past visits
_LONGEST_PLAN = 92  # days


@in_chinese()
def slip_sheet(session: Session, visit_id: UUID) -> SlipSheet:
    """What 现场确认单 prints of a visit; raises NotFoundError."""
    visit = live(session, Visit, visit_id)
    profile = read_profile(session)
    firm = session.get(Enterprise, visit.enterprise_id) if visit.enterprise_id else None
    needs = live_children(session, Need, visit.id)
    secret = _secret_of_visit(session, visit)
    visitors = tuple(secret.clean(name) for name in (visit.author_name, *visit.companions) if name)
    record = visit_sheet(session, visit_id)
    withheld = len(visit.confidential) + sum(one.confidential for one in metrics_of(needs))
    return SlipSheet(
        number=visit.number.replace("ZF-", "QR-", 1),
        revision=visit.revision,
        enterprise=firm.name if firm else "",
        started_at=visit.started_at.astimezone(CHINA_TIME),
        ended_at=visit.ended_at.astimezone(CHINA_TIME) if visit.ended_at else None,
        place=secret.clean(visit.place or (firm.address if firm else "")),
        met=tuple(PersonLine(secret.clean(one["name"]), secret.clean(one["position"]), "") for one in visit.met),
        visitors=visitors,
        purposes=tuple(label(CodeList.VISIT_PURPOSE, code) for code in visit.purposes),
        statement=(*confirmed_text(record), SENTENCE),
        withheld=withheld,
        organisation=profile.organisation,
        frozen_at=record.frozen_at,
    )


@in_chinese()
def need_sheet(session: Session, need_id: UUID) -> NeedSheet:
    """What 需求征集表 prints of a need; raises NotFoundError."""
    need = live(session, Need, need_id)
    firm = session.get(Enterprise, need.enterprise_id) if need.enterprise_id else None
    visit = session.get(Visit, need.visit_id) if need.visit_id else None
    people = _contacts(session, need.enterprise_id)
    secret = secret_of(session, need, visit)
    hidden = set(need.confidential_fields)
    metrics = [Metric(**one) for one in need.metrics]
    fields = {
        "title": need.title,
        "text": need.text,
        "problem": need.problem,
        "goal": need.goal,
        "budget": budget_label(need.budget_low, need.budget_high),
        "deadline": need.deadline.isoformat() if need.deadline else "",
        "partner": need.partner,
        "keywords": "\n".join(need.keywords),
        "mode": label(CodeList.COOPERATION_MODE, need.mode) if need.mode else "",
    }
    shown = {name: "" if name in hidden else value for name, value in fields.items()}
    return NeedSheet(
        number=need.number,
        revision=1,
        state=state_label("need", need.state),
        enterprise=firm.name if firm else "",
        credit_code=firm.credit_code if firm else "",
        county=county_line(firm),
        address=firm.address if firm else "",
        legal_person=firm.legal_person if firm else "",
        size=label(CodeList.ENTERPRISE_SIZE, firm.size) if firm and firm.size else "",
        contact=people[0].name if people else "",
        phone_masked=masked_phone(people[0].phone) if people else "",
        email=firm.email if firm else "",
        website=firm.website if firm else "",
        profile=secret.clean(firm.profile) if firm else "",
        title=secret.clean(shown["title"]),
        kind=label(CodeList.NEED_KIND, need.kind) if need.kind else "",
        deadline=shown["deadline"],
        four_list=label(CodeList.FOUR_LISTS, need.four_list) if need.four_list else "",
        urgency=label(CodeList.URGENCY, need.urgency) if need.urgency else "",
        problem=secret.clean(shown["problem"]),
        text=secret.clean(shown["text"]),
        metrics=tuple(metric_line(one, secret) for one in metrics if not _is_hidden(one, hidden)),
        no_metric_reason=secret.clean(need.no_metric_reason),
        goal=secret.clean(shown["goal"]),
        keywords=tuple(secret.clean(word) for word in shown["keywords"].split("\n") if word),
        budget=shown["budget"],
        mode=shown["mode"],
        partner=secret.clean(shown["partner"]),
        use_then_pay=need.use_then_pay,
        industries=tuple(industry_label(code) for code in need.industries),
        gb4754=gb4754_label(firm.gb4754) if firm and firm.gb4754 else "",
        author=need.author_name,
        verifier=need.verifier_name,
        verified_on=need.verified_on,
        withheld=sum(_is_hidden(one, hidden) for one in metrics)
        + sum(bool(value) and name in hidden for name, value in fields.items()),
        organisation=read_profile(session).organisation,
        frozen_at=last_change(need.edited_at, *edits([firm] if firm else []), *edits(people)),
    )


@in_chinese()
def firm_sheet(session: Session, enterprise_id: UUID) -> FirmSheet:
    """What 企业一页纸 prints of an enterprise; raises NotFoundError."""
    firm = live(session, Enterprise, enterprise_id)
    people = _contacts(session, firm.id)
    visits = session.scalars(
        select(Visit)
        .where(Visit.enterprise_id == firm.id, Visit.deleted_at.is_(None), Visit.state.in_(WRITTEN_VISIT_STATES))
        .order_by(Visit.started_at.desc(), Visit.id)
    ).all()
    needs = session.scalars(
        select(Need)
        .where(Need.enterprise_id == firm.id, Need.deleted_at.is_(None), Need.state.not_in(CLOSED_NEED_STATES))
        .order_by(Need.created_at, Need.id)
    ).all()
    tasks = session.scalars(
        select(FollowUp)
        .where(FollowUp.enterprise_id == firm.id, FollowUp.deleted_at.is_(None), FollowUp.done_at.is_(None))
        .order_by(FollowUp.due.asc().nulls_last(), FollowUp.id)
    ).all()
    secret = secret_of_firm(session, firm.id)
    matches = _matches(session, [need.id for need in needs], secret)
    return FirmSheet(
        number=f"QY-{firm.county or '330300'}-{firm.id.hex[-6:].upper()}",
        revision=1,
        enterprise=firm.name,
        credit_code=firm.credit_code,
        county=county_line(firm),
        address=firm.address,
        industries=tuple(industry_label(code) for code in firm.industries),
        size=label(CodeList.ENTERPRISE_SIZE, firm.size) if firm.size else "",
        legal_person=firm.legal_person,
        founded_on=firm.founded_on,
        website=firm.website,
        tags=tuple(secret.clean(tag) for tag in firm.tags),
        profile=secret.clean(firm.profile),
        contacts=tuple(PersonLine(one.name, one.position, masked_phone(one.phone)) for one in people),
        visits=tuple(_visit_line(visit, secret) for visit in visits[:_LATEST_VISITS]),
        visit_count=len(visits),
        needs=tuple(_firm_need_line(need, secret) for need in needs),
        matches=matches,
        follow_ups=tuple(FollowUpLine(secret.clean(one.text), secret.clean(one.who), one.due) for one in tasks),
        withheld=sum(len(visit.confidential) for visit in visits) + sum(one.confidential for one in metrics_of(needs)),
        organisation=read_profile(session).organisation,
        frozen_at=last_change(firm.edited_at, *_all_edits(people, visits, needs, tasks)),
    )


def plan_sheet(session: Session, first: date, last: date) -> PlanSheet:
    """What 走访计划表 prints: every stop from ``first`` to ``last`` (China time) that was not called off.

    Raises:
        InvalidInputError: ``last`` lies before ``first`` or more than 92 days after it.
    """
    if last < first or (last - first).days > _LONGEST_PLAN:
        raise InvalidInputError("last", _("计划的结束日期要在开始日期之后，最长三个月，请改日期。"))
    with in_chinese():
        return _plan_sheet(session, first, last)


def _plan_sheet(session: Session, first: date, last: date) -> PlanSheet:
    profile = read_profile(session)
    start = datetime.combine(first, time(), CHINA_TIME)
    visits = session.scalars(
        select(Visit)
        .where(
            Visit.started_at >= start,
            Visit.started_at < start + timedelta(days=(last - first).days + 1),
            Visit.deleted_at.is_(None),
            Visit.state != VisitState.CANCELLED,
        )
        .order_by(Visit.started_at, Visit.id)
    ).all()
    return PlanSheet(
        number=f"JH-{profile.county}-{first:%Y%m%d}-{last:%Y%m%d}",
        revision=1,
        first=first,
        last=last,
        broker=with_title(profile.name, profile.title),
        organisation=profile.organisation,
        stops=tuple(_plan_line(session, visit) for visit in visits),
        frozen_at=last_change(start, *edits(visits)),
    )


def _is_hidden(metric: Metric, hidden: set[str]) -> bool:
    return metric.confidential or metric.name in hidden or "metrics" in hidden


def _contacts(session: Session, enterprise_id: UUID | None) -> Sequence[Contact]:
    return session.scalars(
        select(Contact)
        .where(Contact.enterprise_id == enterprise_id, Contact.deleted_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    ).all()


def _secret_of_visit(session: Session, visit: Visit) -> Redaction:
    spans = tuple(Span(**one) for one in visit.confidential)
    return redaction_of(visit.note, spans, metrics_of(live_children(session, Need, visit.id)))


def secret_of_firm(session: Session, enterprise_id: UUID) -> Redaction:
    """The secrets of all visits and needs together: what was marked once is not printed from another record."""
    visits = session.scalars(
        select(Visit).where(Visit.enterprise_id == enterprise_id, Visit.deleted_at.is_(None)).order_by(Visit.id)
    ).all()
    needs = session.scalars(
        select(Need).where(Need.enterprise_id == enterprise_id, Need.deleted_at.is_(None)).order_by(Need.id)
    ).all()
    all_of_them = [*(_secret_of_visit(session, visit) for visit in visits), redaction_of("", (), metrics_of(needs))]
    return all_of(all_of_them)


def _visit_line(visit: Visit, secret: Redaction) -> FirmVisitLine:
    spans = tuple(Span(**one) for one in visit.confidential)
    note = secret.clean(without_spans(visit.note, spans)).strip().partition("\n")[0]
    about = note if len(note) <= _FIRST_WORDS else f"{note[:_FIRST_WORDS]}……"
    return FirmVisitLine(
        visit.number, china_date(visit.started_at), visit.author_name, about, state_label("visit", visit.state)
    )


def _firm_need_line(need: Need, secret: Redaction) -> FirmNeedLine:
    hidden = set(need.confidential_fields)
    return FirmNeedLine(
        need.number,
        "" if "title" in hidden else secret.clean(need.title),
        "" if "budget" in hidden else budget_label(need.budget_low, need.budget_high),
        "" if "deadline" in hidden or need.deadline is None else need.deadline.isoformat(),
        state_label("need", need.state),
    )


def _matches(session: Session, need_ids: Sequence[UUID], secret: Redaction) -> tuple[FirmMatchLine, ...]:
    rows = session.execute(
        select(Match, Need.number, Achievement.title, Achievement.owner)
        .join(Need, Need.id == Match.need_id)
        .join(Achievement, Achievement.id == Match.achievement_id)
        .where(Match.need_id.in_(need_ids), Match.deleted_at.is_(None))
        .order_by(Match.created_at.desc(), Match.id)
        .limit(_LATEST_MATCHES)
    )
    return tuple(
        FirmMatchLine(number, secret.clean(title), owner, state_label("match", match.state))
        for match, number, title, owner in rows
    )


def _plan_line(session: Session, visit: Visit) -> PlanLine:
    firm = session.get(Enterprise, visit.enterprise_id) if visit.enterprise_id else None
    secret = _secret_of_visit(session, visit)
    return PlanLine(
        started_at=visit.started_at.astimezone(CHINA_TIME),
        enterprise=firm.name if firm else "",
        county=county_line(firm),
        place=secret.clean(visit.place or (firm.address if firm else "")),
        purposes=tuple(label(CodeList.VISIT_PURPOSE, code) for code in visit.purposes),
        people=tuple(secret.clean(name) for name in (visit.author_name, *visit.companions) if name),
        last_visit=_last_visit(session, visit),
        open_needs=_count(session, Need, visit.enterprise_id, Need.state.not_in(CLOSED_NEED_STATES)),
        open_tasks=_count(session, FollowUp, visit.enterprise_id, FollowUp.done_at.is_(None)),
        state=state_label("visit", visit.state),
    )


def _last_visit(session: Session, visit: Visit) -> date | None:
    """The day of the last visit to the same firm before this one."""
    if visit.enterprise_id is None:
        return None
    moment = session.scalar(
        select(func.max(Visit.started_at)).where(
            Visit.enterprise_id == visit.enterprise_id,
            Visit.deleted_at.is_(None),
            Visit.state.in_(WRITTEN_VISIT_STATES),
            Visit.started_at < visit.started_at,
        )
    )
    return china_date(moment) if moment else None


def _count(
    session: Session, model: type[Need] | type[FollowUp], enterprise_id: UUID | None, is_open: ColumnElement[bool]
) -> int:
    if enterprise_id is None:
        return 0
    statement = select(func.count(model.id)).where(model.enterprise_id == enterprise_id, model.deleted_at.is_(None))
    return session.scalar(statement.where(is_open)) or 0


def _all_edits(*lists: Sequence[Synced]) -> list[datetime | None]:
    return [moment for rows in lists for moment in edits(rows)]

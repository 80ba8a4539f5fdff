"""A visit as a JSON object, from another program or from ``broker visit add``.

The shape (every field but ``raw_note`` and ``enterprise`` may be missing)::

    {"visit_id": "V01", "visit_date": "2026-11-03", "started_at": "09:30", "ended_at": "11:40",
     "visitor_role": "科技副总", "enterprise": {"name": "...", "uscc": "...", "county_code": "330382"},
     "place": "", "purposes": ["技术需求征集"], "companions": ["李教授"],
     "met": ["陈工（技术部）" or {"name", "position", "phone"}], "raw_note": "...", "findings": "",
     "confidential": ["words of the note that must not leave"], "opinion": "满意",
     "non_technical": ["..." or {"kind", "text", "refer_to", "due"}],
     "follow_ups": ["..." or {"text", "who", "due"}],
     "needs": [{"title", "text", "kind", "industry", "keywords", "metrics", "budget_wan", "deadline",
                "coop_mode", "confidential_fields", "source_spans", "urgency"}], "state": "recorded",
     and what the role is asked for, as in :class:`broker_app.exchange.role_part.RolePart`}
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from broker_app.codes.counties import find_county
from broker_app.codes.industries import find_industries
from broker_app.codes.lists import CodeList, find
from broker_app.errors import ImportFileError
from broker_app.exchange.amounts import parse_budget
from broker_app.exchange.dates import parse_deadline
from broker_app.exchange.particulars import parse_metrics
from broker_app.exchange.record_drafts import confidential_metrics
from broker_app.exchange.role_part import RolePart
from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME
from broker_app.rules.states import VisitState
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.import_batches import firm_named
from broker_app.services.needs import Metric, NeedDraft, save_need
from broker_app.services.visits import (
    FollowUpDraft,
    PersonMet,
    ReferralDraft,
    VisitDraft,
    move_visit,
    record_visit,
    save_visit,
    spans_of,
)

_PERSON = re.compile(r"^(?P<name>[^（(]+)[（(](?P<position>[^）)]*)[）)]$")


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=False)


class EnterprisePart(_Model):
    """The firm visited: found by its credit code or name, or added."""

    name: str = Field(min_length=1, max_length=100)
    uscc: str = ""
    county_code: str = Field(default="", validation_alias=AliasChoices("county_code", "county"))
    address: str = ""
    industry: list[str] | str = ""


class PersonPart(_Model):
    """Somebody met."""

    name: str
    position: str = ""
    phone: str = ""


class ReferralPart(_Model):
    """A request that is not technical."""

    text: str
    kind: str = ""
    refer_to: str = ""
    due: date | None = None


class FollowUpPart(_Model):
    """A task."""

    text: str
    who: str = ""
    due: date | None = None


class NeedPart(_Model):
    """A need that was heard on the visit."""

    need_id: str = Field(default="", validation_alias=AliasChoices("need_id", "id"))
    title: str = Field(min_length=1, max_length=100)
    text: str = Field(default="", validation_alias=AliasChoices("text", "description"))
    kind: str = Field(default="", validation_alias=AliasChoices("kind", "need_kind"))
    industry: list[str] | str = ""
    keywords: list[str] = []
    metrics: Any = None
    budget_wan: Any = None
    deadline: str | None = None
    mode: str = Field(default="", validation_alias=AliasChoices("mode", "coop_mode"))
    urgency: str = ""
    confidential_fields: list[str] = []
    source_spans: list[str] = []


class VisitPart(RolePart, _Model):
    """One visit."""

    visit_id: str = Field(default="", validation_alias=AliasChoices("visit_id", "id"))
    visit_date: date
    started_at: time | None = None
    ended_at: time | None = None
    visitor_role: str = Field(default="", validation_alias=AliasChoices("visitor_role", "role"))
    enterprise: EnterprisePart
    place: str = ""
    purposes: list[str] = []
    companions: list[str] = []
    met: list[PersonPart | str] = []
    raw_note: str = Field(validation_alias=AliasChoices("raw_note", "note"))
    findings: str = ""
    confidential: list[str] = []
    opinion: str = ""
    late_reason: str = ""
    non_technical: list[ReferralPart | str] = Field(
        default=[], validation_alias=AliasChoices("non_technical", "referrals")
    )
    follow_ups: list[FollowUpPart | str] = []
    needs: list[NeedPart] = []
    state: VisitState = VisitState.RECORDED


@dataclass(frozen=True)
class AddedVisit:
    """What one object of a file became."""

    visit_id: UUID
    source_id: str
    need_ids: tuple[UUID, ...]


def read_visits(content: bytes) -> list[VisitPart]:
    """The visits of a JSON text: one object, a list, ``{"visits": [...]}`` or one object a line.

    Raises:
        ImportFileError: not JSON, empty, or an object that is no visit; the sentence names visit and field.
    """
    visits = [_checked(entry, ordinal) for ordinal, entry in enumerate(_entries(content), 1)]
    if not visits:
        raise ImportFileError(_("里面一次走访也没有，什么都没有导入。"))
    return visits


def add_visit(session: Session, part: VisitPart, *, recorded_at: datetime | None = None) -> AddedVisit:
    """Add a visit with its firm and needs, recorded (now, or at ``recorded_at``) unless its ``state`` says otherwise.

    Raises:
        InvalidInputError: a field cannot be accepted; nothing of the visit stays.
    """
    firm_id = _firm(session, part.enterprise)
    visit_id = save_visit(session, _visit_draft(part, firm_id))
    need_ids = tuple(save_need(session, _need_draft(one, part, firm_id, visit_id)) for one in part.needs)
    if part.state == VisitState.PLANNED:
        move_visit(session, visit_id, VisitState.PLANNED)
    elif part.state != VisitState.DRAFT:
        record_visit(session, visit_id, at=recorded_at)
    return AddedVisit(visit_id, part.visit_id, need_ids)


def _entries(content: bytes) -> Iterator[Any]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield from _lines(content)
        return
    if isinstance(parsed, dict) and isinstance(parsed.get("visits"), list):
        yield from parsed["visits"]
    elif isinstance(parsed, list):
        yield from parsed
    else:
        yield parsed


def _lines(content: bytes) -> Iterator[Any]:
    for ordinal, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise ImportFileError(_("第 {line} 行不是 JSON。什么都没有导入。").format(line=ordinal)) from error


def _checked(entry: Any, ordinal: int) -> VisitPart:
    try:
        return VisitPart.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or _("整条")
        raise ImportFileError(
            _("第 {n} 次走访的「{field}」不对或缺少。什么都没有导入。").format(n=ordinal, field=place)
        ) from error


def _firm(session: Session, part: EnterprisePart) -> UUID:
    found = firm_named(session, part.name, part.uscc)
    if found is not None:
        return found
    county = find_county(part.county_code) if part.county_code else None
    return save_enterprise(
        session,
        EnterpriseDraft(
            name=part.name,
            credit_code=part.uscc,
            county=county.code if county else part.county_code,
            address=part.address,
            industries=_industries(part.industry),
        ),
    )


def _visit_draft(part: VisitPart, firm_id: UUID) -> VisitDraft:
    role = _code(CodeList.VISITOR_ROLE, part.visitor_role) or "other"
    return VisitDraft(
        started_at=_moment(part.visit_date, part.started_at or time(9)),
        ended_at=_moment(part.visit_date, part.ended_at) if part.ended_at else None,
        enterprise_id=firm_id,
        role=role,
        facts=part.facts(role),
        place=part.place,
        purposes=tuple(_code(CodeList.VISIT_PURPOSE, each) for each in part.purposes),
        companions=tuple(part.companions),
        met=tuple(_person(each) for each in part.met),
        note=part.raw_note,
        confidential=spans_of(part.raw_note, part.confidential),
        findings=part.findings,
        opinion=_code(CodeList.OPINION, part.opinion),
        late_reason=part.late_reason,
        referrals=tuple(_referral(each) for each in part.non_technical),
        follow_ups=tuple(
            FollowUpDraft(each) if isinstance(each, str) else FollowUpDraft(each.text, each.who, each.due)
            for each in part.follow_ups
        ),
        source_id=part.visit_id,
    )


def _need_draft(need: NeedPart, visit: VisitPart, firm_id: UUID, visit_id: UUID) -> NeedDraft:
    budget = _budget(need)
    hidden = tuple(need.confidential_fields)
    metrics = _metrics(need)
    return NeedDraft(
        title=need.title,
        text=need.text,
        enterprise_id=firm_id,
        visit_id=visit_id,
        spans=spans_of(visit.raw_note, need.source_spans),
        kind=_code(CodeList.NEED_KIND, need.kind),
        industries=_industries(need.industry),
        keywords=tuple(need.keywords),
        metrics=confidential_metrics(metrics, hidden),
        budget_low=budget[0],
        budget_high=budget[1],
        deadline=parse_deadline(need.deadline, "deadline") if need.deadline else None,
        mode=_code(CodeList.COOPERATION_MODE, need.mode),
        urgency=_code(CodeList.URGENCY, need.urgency),
        confidential_fields=hidden,
        source_id=need.need_id,
    )


def _budget(need: NeedPart) -> tuple[Any, Any]:
    budget = parse_budget(need.budget_wan, "budget_wan") if need.budget_wan is not None else None
    return (budget.low, budget.high) if budget else (None, None)


def _metrics(need: NeedPart) -> tuple[Metric, ...]:
    if isinstance(need.metrics, list):
        marked = {str(row.get("name")) for row in need.metrics if isinstance(row, dict) and row.get("confidential")}
    else:
        marked = set()
    rows = parse_metrics(need.metrics, "metrics") or ()
    return tuple(
        Metric(one.name, one.now, one.target, one.unit, one.standard, confidential=one.name in marked) for one in rows
    )


def _person(given: PersonPart | str) -> PersonMet:
    if isinstance(given, PersonPart):
        return PersonMet(given.name, given.position, given.phone)
    parts = _PERSON.match(given.strip())
    return PersonMet(parts["name"].strip(), parts["position"].strip()) if parts else PersonMet(given.strip())


def _referral(given: ReferralPart | str) -> ReferralDraft:
    if isinstance(given, str):
        return ReferralDraft(given, find(CodeList.REFERRAL_KIND, given.partition("：")[0]) or "")
    return ReferralDraft(given.text, _code(CodeList.REFERRAL_KIND, given.kind), given.refer_to, given.due)


def _industries(given: list[str] | str) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else given
    return tuple(dict.fromkeys(code for name in names if name for code in find_industries(name)))


def _code(code_list: CodeList, text: str) -> str:
    return (find(code_list, text) or text) if text else ""


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), CHINA_TIME)

"""发布需求: from a verified need of the team to the record that everybody may read.

What becomes public is built here field by field from an allow-list; it is shown before it goes. Whose need it is
stays inside: firm, people, phones and the marked words of its visits are cut wherever they stand, and whoever is
interested asks an office, never the firm. Who may write public records decides the server; what it does not take
from a broker it keeps for the curator, and the person sees that (:func:`publication_of`).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Contact, Enterprise, Need, OutboxOperation, ProfileValue, PublishedNeed, Visit
from broker_app.errors import IllegalMoveError
from broker_app.i18n import _, listed
from broker_app.rules.states import NEED_MACHINE, NeedState
from broker_app.services.conflicts import conflicts_about
from broker_app.services.field_papers import secret_of_firm
from broker_app.services.money import budget_label
from broker_app.services.needs import Metric, move_need, open_metric, went_into
from broker_app.services.numbers import today
from broker_app.services.papers import secret_of
from broker_app.services.pinyin import search_keys
from broker_app.services.profile import read_profile
from broker_app.services.public_record import OPEN, PUBLIC_STATES, STAYS_PUBLIC, public_id, public_record, take_off
from broker_app.services.records import live, log_move, text_field
from broker_app.services.redaction import OMITTED, Redaction, all_of, identity_of, marks_metric

_OFFICE = "publish.office"


class PublicationState(StrEnum):
    """How far a publication has come."""

    WAITING = "waiting"  # lies in the outbox
    ASKED = "asked"  # the server keeps it for the curator
    REFUSED = "refused"  # the curator did not take it in
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Office:
    """Whom anybody asks who is interested: a county agency or the team's own office, never the firm."""

    unit: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PublicText:
    """Everything that becomes public of a need; there is no field for anything else."""

    number: str
    title: str
    kind: str
    problem: str
    goal: str
    metrics: tuple[Metric, ...]
    industries: tuple[str, ...]
    keywords: tuple[str, ...]
    budget_low: int | None
    budget_high: int | None
    deadline: date | None
    mode: str
    urgency: str
    county: str
    use_then_pay: bool


@dataclass(frozen=True)
class PublicPreview:
    """What everybody will read, line by line, and what stays inside the team.

    ``cut`` counts the places where words were taken out; ``reminders`` are confidential things that only a person
    can look for; ``faults`` say why it cannot go yet.
    """

    text: PublicText
    lines: tuple[tuple[str, str], ...]
    stays_inside: tuple[str, ...]
    cut: int
    reminders: tuple[str, ...]
    faults: tuple[str, ...]
    office: Office


@dataclass(frozen=True)
class Publication:
    """Where the publication of a need stands. ``is_current``: everybody reads what the need says today."""

    state: PublicationState
    is_current: bool
    published_on: date | None
    withdrawn_on: date | None
    answer: str = ""
    """What the curator said who did not take it in."""

    change_waits: bool = False
    """It is public, and a new wording or a withdrawal lies with the curator."""


def preview_publication(session: Session, need_id: UUID) -> PublicPreview:
    """What everybody would read of a need if it went now; raises NotFoundError."""
    row = live(session, Need, need_id)
    hidden = frozenset(row.confidential_fields)
    secret = _secret(session, row)
    metrics = tuple(Metric(**one) for one in row.metrics)
    text = _public_text(session, row, hidden, metrics, secret)
    cut = sum(part.count(OMITTED) for part in (text.title, text.problem, text.goal, *map(metric_line, text.metrics)))
    return PublicPreview(
        text=text,
        lines=_lines(text),
        stays_inside=_kept(row, hidden, len(metrics) - len(text.metrics)),
        cut=cut,
        reminders=tuple(sorted(one for one in hidden if one not in _NAMES and not _is_metric(one, metrics))),
        faults=_faults(row, text),
        office=office(session),
    )


def publish_need(session: Session, need_id: UUID, asked: Office, *, expected: PublicText | None = None) -> UUID:
    """Publish a need, or bring what is public up to date; returns the id of the public record.

    ``expected`` is the text a person has agreed to: if the need says something else by now, nothing is published.

    Raises:
        IllegalMoveError: not verified by another person, without figures and reason, nothing but the title could be
            shown, or changed since it was shown.
        InvalidInputError: nobody is named whom one can ask.
    """
    row = live(session, Need, need_id)
    found = preview_publication(session, need_id)
    if found.faults:
        raise IllegalMoveError(found.faults[0])
    if expected is not None and expected != found.text:
        raise IllegalMoveError(_("需求刚刚改过，和给你看的不一样了，没有公开。请再看一遍。"))
    kept = keep_office(session, asked)
    if row.state == NeedState.VERIFIED:
        log_move(session, row, NEED_MACHINE, NeedState.PUBLISHED)
    _write(session, need_id, found.text, kept)
    session.flush()
    return public_id(need_id)


def withdraw_publication(session: Session, need_id: UUID, why: str = "") -> None:
    """撤回发布: nobody outside the team reads it any more. A need that is only published is verified again.

    Raises:
        IllegalMoveError: it is not public.
    """
    row = live(session, Need, need_id)
    there = public_record(session, need_id)
    if row.state in PUBLIC_STATES:
        move_need(session, need_id, NeedState.VERIFIED, why)
    elif there is None or there.state != OPEN:
        raise IllegalMoveError(_("这条需求没有公开，不用撤回。"))
    else:
        take_off(session, need_id)
        session.flush()


def publication_of(session: Session, need_id: UUID) -> Publication | None:
    """Where the publication of a need stands; None if it was never published. Raises NotFoundError."""
    row, there = live(session, Need, need_id), public_record(session, need_id)
    if there is None:
        return None
    newest = next(iter(conflicts_about(session, there.id)), None)
    is_asked = newest is not None and newest.status == "open"
    state = PublicationState.PUBLIC if there.state == OPEN else PublicationState.WITHDRAWN
    if session.scalar(select(OutboxOperation.seq).where(OutboxOperation.record_id == there.id).limit(1)) is not None:
        state = PublicationState.WAITING
    elif there.rev == 0 and is_asked:
        state = PublicationState.ASKED
    elif there.rev == 0 and newest is not None and there.state == OPEN:
        state = PublicationState.REFUSED
    return Publication(
        state=state,
        is_current=there.state != OPEN or _stored(there) == preview_publication(session, row.id).text,
        published_on=there.published_on,
        withdrawn_on=there.withdrawn_on,
        answer=newest.resolution if newest is not None and not is_asked else "",
        change_waits=is_asked and there.rev > 0,
    )


def may_publish(need_state: str) -> bool:
    """Whether a need in that state may be shown to everybody: verified, and still looked for."""
    return need_state == NeedState.VERIFIED or need_state in STAYS_PUBLIC


def office(session: Session) -> Office:
    """Whom to ask, as it was last written; at first the broker's own organisation."""
    row = session.get(ProfileValue, _OFFICE)
    if row is not None:
        return Office(**{field.name: str(row.value.get(field.name, "")) for field in fields(Office)})
    profile = read_profile(session)
    return Office(profile.organisation, profile.name, profile.phone)


def keep_office(session: Session, asked: Office) -> Office:
    """Check and remember whom to ask.

    Raises:
        InvalidInputError: no office, or nobody can be reached there.
    """
    kept = Office(
        text_field("unit", asked.unit, 100, required=_("请写联系单位，例如县科技局或你的机构。")),
        text_field("name", asked.name, 50),
        text_field("phone", asked.phone, 40, required=_("请写办公电话，看到需求的人才找得到你们。")),
    )
    session.merge(ProfileValue(key=_OFFICE, value=asdict(kept)))
    return kept


def metric_line(metric: Metric) -> str:
    """A figure as everybody reads it: ``空洞率 5 → 2 %（IPC-7095）``."""
    figures = f"{metric.now} → {metric.target}" if metric.now and metric.target else metric.now or metric.target
    standard = _("（{standard}）").format(standard=metric.standard) if metric.standard else ""
    return f"{metric.name} {figures} {metric.unit}".strip() + standard


# --- what becomes public ----------------------------------------------------------------------------------

_NAMES = frozenset({"title", "text", "problem", "goal", "metrics", "keywords", "budget", "deadline", "mode", "partner",
                    "industries", "county"})  # fmt: skip
"""What ``confidential_fields`` may name besides figures."""


def _public_text(
    session: Session, row: Need, hidden: frozenset[str], metrics: Sequence[Metric], secret: Redaction
) -> PublicText:
    def shown(name: str, words: str) -> str:
        return "" if name in hidden else secret.clean(words)

    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    return PublicText(
        number=row.number,
        title=shown("title", row.title),
        kind=row.kind,
        problem=shown("problem", row.problem),
        goal=shown("goal", row.goal),
        metrics=tuple(_cleaned(one, secret) for one in metrics if not _is_hidden(one, hidden)),
        industries=() if "industries" in hidden else tuple(row.industries),
        keywords=() if "keywords" in hidden else tuple(one for one in row.keywords if secret.clean(one) == one),
        budget_low=None if "budget" in hidden else row.budget_low,
        budget_high=None if "budget" in hidden else row.budget_high,
        deadline=None if "deadline" in hidden else row.deadline,
        mode="" if "mode" in hidden else row.mode,
        urgency=row.urgency,
        county="" if "county" in hidden or firm is None else firm.county,
        use_then_pay=row.use_then_pay,
    )


def _cleaned(metric: Metric, secret: Redaction) -> Metric:
    return open_metric({name: secret.clean(value) for name, value in asdict(metric).items() if name != "confidential"})


def _is_hidden(metric: Metric, hidden: frozenset[str]) -> bool:
    return metric.confidential or "metrics" in hidden or any(
        metric.name == one or marks_metric(one, metric.name) for one in hidden - _NAMES
    )  # fmt: skip


def _is_metric(name: str, metrics: Sequence[Metric]) -> bool:
    return any(name == one.name or marks_metric(name, one.name) for one in metrics)


def _secret(session: Session, row: Need) -> Redaction:
    """What is marked as confidential in any record of its firms, and whatever tells which firms they are."""
    needs = (row, *went_into(session, row.id))
    visits = [session.get(Visit, one.visit_id) for one in needs if one.visit_id is not None]
    firm_ids = {one.enterprise_id for one in needs if one.enterprise_id is not None}
    firm_ids |= {one.enterprise_id for one in visits if one is not None and one.enterprise_id is not None}
    firms = [firm for firm in (session.get(Enterprise, firm_id) for firm_id in firm_ids) if firm is not None]
    people = session.scalars(select(Contact).where(Contact.enterprise_id.in_(firm_ids))).all()
    met = [one for visit in visits if visit is not None for one in visit.met]
    names = [*(one.name for one in people), *(one.get("name") or "" for one in met)]
    numbers = [part for one in people for part in (one.phone, one.email)] + [one.get("phone") or "" for one in met]
    for firm in firms:
        names.append(firm.legal_person)
        numbers += [firm.address, firm.credit_code, firm.website, firm.email]
    own = secret_of(session, row, session.get(Visit, row.visit_id) if row.visit_id else None)
    return all_of(
        (
            own,
            *(secret_of_firm(session, firm_id) for firm_id in firm_ids),
            identity_of([firm.name for firm in firms], names, numbers),
        )
    )


def _faults(row: Need, text: PublicText) -> tuple[str, ...]:
    found: list[str] = []
    if not may_publish(row.state) or not row.verifier_id:
        found.append(_("要先请另一个人核实，核实过的需求才能公开。"))
    if not row.metrics and not row.no_metric_reason:
        found.append(_("发布前至少要有一个量化指标，或写明为什么没有。"))
    if not text.title.replace(OMITTED, "").strip():
        found.append(_("需求名称不能公开。请换一个不说是哪家企业的名称。"))
    if not (text.problem.strip() or text.goal.strip()):
        found.append(_("需求内容不公开。请在「主要问题」或「预期目标」里写一句别人看得懂的话。"))
    return tuple(found)


def _kept(row: Need, hidden: frozenset[str], metrics: int) -> tuple[str, ...]:
    words = {
        "title": _("名称"),
        "problem": _("主要问题"),
        "goal": _("预期目标"),
        "keywords": _("关键词"),
        "budget": _("预算"),
        "deadline": _("期限"),
        "mode": _("合作方式"),
        "industries": _("行业"),
        "county": _("所在县区"),
    }
    inside = [_("企业名称"), _("联系人和电话"), _("走访记录"), _("需求内容")]
    if row.partner:
        inside.append(_("意向单位"))
    inside += [word for name, word in words.items() if name in hidden]
    if metrics:
        inside.append(_("{n} 个不得外传的指标").format(n=metrics))
    return tuple(inside)


def _lines(text: PublicText) -> tuple[tuple[str, str], ...]:
    lines = (
        (_("名称"), text.title),
        (_("类别"), label(CodeList.NEED_KIND, text.kind)),
        (_("主要问题"), text.problem),
        (_("预期目标"), text.goal),
        (_("指标"), "\n".join(map(metric_line, text.metrics))),
        (_("行业"), listed(industry_label(code) for code in text.industries)),
        (_("关键词"), listed(text.keywords)),
        (_("预算"), budget_label(text.budget_low, text.budget_high)),
        (_("期限"), text.deadline.isoformat() if text.deadline else ""),
        (_("合作方式"), label(CodeList.COOPERATION_MODE, text.mode)),
        (_("紧急程度"), label(CodeList.URGENCY, text.urgency)),
        (_("先用后转"), _("可以") if text.use_then_pay else ""),
        (_("所在县区"), county_label(text.county)),
        (_("编号"), text.number),
    )
    return tuple(line for line in lines if line[1])


def _write(session: Session, need_id: UUID, text: PublicText, asked: Office) -> None:
    row = public_record(session, need_id)
    if row is None:
        row = PublishedNeed(id=public_id(need_id), scope="public")
        session.add(row)
    row.deleted_at = None
    for name, value in public_values(text).items():
        setattr(row, name, value)
    row.pinyin = search_keys(text.title)
    row.contact_unit, row.contact_name, row.contact_phone = asked.unit, asked.name, asked.phone
    if row.state != OPEN or row.published_on is None:
        row.published_on = today()
    row.state, row.withdrawn_on = OPEN, None


def public_values(text: PublicText) -> dict[str, Any]:
    """The columns of the public record that a text fills; lists as the table keeps them."""
    values = {field.name: getattr(text, field.name) for field in fields(text)}
    metrics = [{name: value for name, value in asdict(one).items() if name != "confidential"} for one in text.metrics]
    return {**values, "metrics": metrics, "industries": list(text.industries), "keywords": list(text.keywords)}


def _stored(row: PublishedNeed) -> PublicText:
    """The text as it was published."""
    values = {field.name: getattr(row, field.name) for field in fields(PublicText)}
    text = PublicText(**values)
    return replace(
        text,
        metrics=tuple(map(open_metric, row.metrics)),
        industries=tuple(row.industries),
        keywords=tuple(row.keywords),
    )

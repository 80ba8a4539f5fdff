"""What form F3 asks of a visit besides, by the role of the visitor, and the record of a training (domain.md F3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, entries, entry, label
from broker_app.db.models import Visit
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, listed
from broker_app.services.records import text_field

_MOST_HEADS, _MOST_MINUTES = 100_000, 100 * 60
_LONGEST_NAME = 100
TECH_VP, LIGHT_TEAM, COMMISSIONER, COMMISSIONER_TEAM = "tech_vp", "light_team", "commissioner", "commissioner_team"


@dataclass(frozen=True)
class RoleFacts:
    """Everything any role is asked for; a form shows the fields of one role only."""

    home_unit: str = ""
    term_from: date | None = None
    term_to: date | None = None
    team: str = ""
    team_field: str = ""  # an industry code
    commissioner_kind: str = ""
    service_mode: str = ""
    services: tuple[str, ...] = ()
    solved: bool = False
    track_until: date | None = None
    training_heads: int | None = None
    training_minutes: int | None = None


@dataclass(frozen=True)
class RoleForm:
    """Which of the fields a role has. ``services`` is the list its services are ticked in."""

    services: CodeList
    services_title: str
    has_term: bool = False
    has_team: bool = False
    has_kind: bool = False


@dataclass(frozen=True)
class FactLine:
    """One fact in words, joined by 、. With ``code_list`` they are ticked among the rows of that list."""

    name: str  # of the field; of the list for what is ticked in one of several
    title: str
    words: str
    code_list: str = ""


def role_form(role: str) -> RoleForm | None:
    """The fields form F3 adds for ``role``; None for a broker and others, who have none."""
    return _forms().get(role)


def kept_facts(row: Visit) -> RoleFacts:
    """What a visit says."""
    return RoleFacts(
        home_unit=row.home_unit,
        term_from=row.term_from,
        term_to=row.term_to,
        team=row.team,
        team_field=row.team_field,
        commissioner_kind=row.commissioner_kind,
        service_mode=row.service_mode,
        services=tuple(row.services),
        solved=row.solved,
        track_until=row.track_until,
        training_heads=row.training_heads,
        training_minutes=row.training_minutes,
    )


def check_facts(facts: RoleFacts) -> None:
    """Refuse what cannot be.

    Raises:
        InvalidInputError: a name too long, a term that ends before it begins, figures no training has.
    """
    if facts.term_from and facts.term_to and facts.term_to < facts.term_from:
        raise InvalidInputError("term", _("聘期的结束早于开始，请改日期。"))
    _check_figure("training_heads", facts.training_heads, _MOST_HEADS, _("培训人数不对，请写 1 到 100000 的整数。"))
    _check_figure("training_minutes", facts.training_minutes, _MOST_MINUTES, _("培训时长不对，请写 100 小时以内的数。"))
    text_field("home_unit", facts.home_unit, _LONGEST_NAME)
    text_field("team", facts.team, _LONGEST_NAME)


def keep_facts(row: Visit, facts: RoleFacts) -> None:
    """Write the facts into a visit; raises like :func:`check_facts`."""
    check_facts(facts)
    row.home_unit = text_field("home_unit", facts.home_unit, _LONGEST_NAME)
    row.team = text_field("team", facts.team, _LONGEST_NAME)
    row.team_field, row.commissioner_kind = facts.team_field, facts.commissioner_kind
    row.service_mode, row.services = facts.service_mode, list(dict.fromkeys(facts.services))
    row.term_from, row.term_to = facts.term_from, facts.term_to
    row.solved, row.track_until = facts.solved, facts.track_until
    row.training_heads, row.training_minutes = facts.training_heads, facts.training_minutes


def usual_facts(session: Session, role: str, enterprise_id: UUID | None) -> RoleFacts:
    """What stayed the same from visit to visit: unit, term, team, kind and mode of one's last visit in this role.

    The term of a 科技副总 belongs to one firm, so only a visit to the same firm counts there.
    """
    form = role_form(role)
    if form is None:
        return RoleFacts()
    statement = select(Visit).where(
        Visit.role == role, Visit.deleted_at.is_(None), Visit.author_id == session.info["actor"].user_id
    )
    if form.has_term:
        statement = statement.where(Visit.enterprise_id == enterprise_id)
    said = (Visit.home_unit != "") | (Visit.team != "") | (Visit.commissioner_kind != "") | (Visit.service_mode != "")
    row = session.scalar(statement.where(said).order_by(Visit.started_at.desc(), Visit.id).limit(1))
    if row is None:
        return RoleFacts()
    return replace(
        kept_facts(row), services=(), solved=False, track_until=None, training_heads=None, training_minutes=None
    )


def has_no_facts(role: str, facts: RoleFacts) -> bool:
    """Whether nothing of what ``role`` is asked for was filled in yet."""
    form = role_form(role)
    own = (facts.home_unit, facts.term_from, facts.team, facts.team_field, facts.commissioner_kind, facts.service_mode)
    return form is not None and not any(own) and not facts.services


def fact_lines(role: str, facts: RoleFacts) -> tuple[FactLine, ...]:
    """What ``role`` is asked for, in words and in the order of the form; "" where nothing was said."""
    form = role_form(role)
    if form is None:
        return ()
    lines: list[FactLine] = []
    if form.has_term:
        lines += [FactLine("home_unit", _("派出单位"), facts.home_unit), FactLine("term", _("聘期"), term_words(facts))]
    if form.has_team:
        field = industry_label(facts.team_field) if facts.team_field else ""
        lines += [FactLine("team", _("所属分队"), facts.team), FactLine("team_field", _("产业领域"), field)]
    if form.has_kind:
        lines += [
            _ticked(_("特派员类型"), CodeList.COMMISSIONER_KIND, (facts.commissioner_kind,)),
            _ticked(_("服务模式"), CodeList.SERVICE_MODE, (facts.service_mode,)),
        ]
    lines.append(_ticked(form.services_title, form.services, facts.services))
    if form.has_team:
        until = facts.track_until.isoformat() if facts.track_until else ""
        lines += [
            FactLine("solved", _("解决问题"), _("是") if facts.solved else _("否")),
            FactLine("track_until", _("跟踪到"), until),
        ]
    return tuple(lines)


def service_labels(role: str, facts: RoleFacts) -> tuple[str, ...]:
    """The services of a visit that belong to its role, in words."""
    form = role_form(role)
    return _chosen(form.services, facts.services) if form else ()


def service_label(code: str) -> str:
    """A service in words, whatever role it belongs to."""
    for form in _forms().values():
        found = entry(form.services, code)
        if found is not None:
            return found.label
    return code


def training_words(facts: RoleFacts) -> str:
    """``23 人，1.5 小时``, or "" when nobody was trained."""
    parts = [
        _("{n} 人").format(n=facts.training_heads) if facts.training_heads else "",
        _("{n} 小时").format(n=hours_text(facts.training_minutes)) if facts.training_minutes else "",
    ]
    return _("，").join(part for part in parts if part)


def term_words(facts: RoleFacts) -> str:
    """``2026-03-01 至 2028-02-29``; one end where only that is known."""
    first = facts.term_from.isoformat() if facts.term_from else ""
    last = facts.term_to.isoformat() if facts.term_to else ""
    return _("{first} 至 {last}").format(first=first, last=last).strip() if first or last else ""


def hours_text(minutes: int) -> str:
    """Minutes as hours: ``1.5``, ``2``."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def _check_figure(field: str, figure: int | None, most: int, refusal: str) -> None:
    if figure is not None and not 0 < figure <= most:
        raise InvalidInputError(field, refusal)


def _ticked(title: str, code_list: CodeList, codes: tuple[str, ...]) -> FactLine:
    return FactLine(code_list.value, title, listed(_chosen(code_list, codes)), code_list.value)


def _chosen(code_list: CodeList, codes: tuple[str, ...]) -> tuple[str, ...]:
    known = {one.code for one in entries(code_list)}
    return tuple(label(code_list, code) for code in codes if code in known)


def _forms() -> Mapping[str, RoleForm]:
    commissioner = RoleForm(CodeList.COMMISSIONER_SERVICE, _("服务内容"), has_kind=True)
    return {
        TECH_VP: RoleForm(CodeList.TECH_VP_DUTY, _("履行职责"), has_term=True),
        LIGHT_TEAM: RoleForm(CodeList.LIGHT_TEAM_SERVICE, _("服务类型"), has_team=True),
        COMMISSIONER: commissioner,
        COMMISSIONER_TEAM: commissioner,
    }

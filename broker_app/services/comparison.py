"""项目元素智能比对: a need and some achievements side by side, element by element, each with the words it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Need
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, listed
from broker_app.matching.compare import (
    Asked,
    AskedMetric,
    Compared,
    Element,
    Offered,
    Verdict,
    compare_elements,
)
from broker_app.services.achievements import ip_label, modes_label, price_label, readiness_label
from broker_app.services.indexing import achievement_document
from broker_app.services.money import budget_label
from broker_app.services.numbers import today
from broker_app.services.records import live

MOST_COMPARED = 6
_TRANSFER_OF: dict[str, tuple[str, ...]] = {
    "purchase": ("transfer",),
    "licence": ("licence",),
    "equity_contribution": ("equity_contribution",),
    "use_then_pay": ("use_then_pay",),
    "commissioned_development": ("commissioned_development",),
    "joint_development": ("joint_development",),
    "joint_research": ("joint_development",),
    "technical_service": ("technical_service",),
    "testing_service": ("technical_service",),
}
_NEEDS_RIGHTS = frozenset({"purchase", "licence", "equity_contribution"})


@dataclass(frozen=True)
class ComparedCell:
    """What one achievement has to say to an element: its words, the verdict, the sentence it comes from."""

    words: str
    verdict: Verdict
    verdict_label: str
    sentence: str


@dataclass(frozen=True)
class ComparedRow:
    """One element: what the need says, then a cell for each achievement, in their order."""

    element: Element
    label: str
    need: str
    cells: tuple[ComparedCell, ...]


@dataclass(frozen=True)
class ComparedAchievement:
    """The head of a column; ``met``, ``unmet`` and ``unknown`` count its cells the need asks about."""

    id: UUID
    title: str
    owner: str
    met: int
    unmet: int
    unknown: int


@dataclass(frozen=True)
class Comparison:
    """The whole table."""

    need_id: UUID
    need_title: str
    achievements: tuple[ComparedAchievement, ...]
    rows: tuple[ComparedRow, ...]


def transfer_modes(mode: str, *, use_then_pay: bool = False) -> tuple[str, ...]:
    """The ways of transfer that suit a need's way of cooperation; () when it is still open."""
    modes = _TRANSFER_OF.get(mode, ())
    return (*modes, "use_then_pay") if use_then_pay and "use_then_pay" not in modes else modes


def compare(session: Session, need_id: UUID, achievement_ids: Sequence[UUID]) -> Comparison:
    """A need against one to six achievements.

    Raises:
        NotFoundError: the need or an achievement is not here.
        InvalidInputError: none, or too many to stand side by side.
    """
    chosen = tuple(dict.fromkeys(achievement_ids))
    if not 1 <= len(chosen) <= MOST_COMPARED:
        raise InvalidInputError("achievements", _("请选 1 到 {n} 项成果来比。").format(n=MOST_COMPARED))
    need = live(session, Need, need_id)
    achievements = [live(session, Achievement, one) for one in chosen]
    asked = _asked(need)
    columns = [compare_elements(asked, _offered(one)) for one in achievements]
    rows = tuple(
        _row(need, elements, achievements)
        for elements in zip(*columns, strict=True)
        if _said(need, elements[0]) or any(map(_offers, elements, achievements))
    )
    return Comparison(
        need.id,
        need.title,
        tuple(_head(one, [row for row in rows if row.need], at) for at, one in enumerate(achievements)),
        rows,
    )


def _asked(need: Need) -> Asked:
    return Asked(
        text="\n".join((need.title, need.text, need.problem, need.goal)),
        metrics=tuple(
            AskedMetric(
                str(one.get("name") or ""),
                str(one.get("now") or ""),
                str(one.get("target") or ""),
                str(one.get("unit") or ""),
                str(one.get("standard") or ""),
            )
            for one in need.metrics
        ),
        budget_fen=need.budget_high,
        deadline=need.deadline,
        modes=transfer_modes(need.mode, use_then_pay=need.use_then_pay),
        wants_rights=need.mode in _NEEDS_RIGHTS,
    )


def _offered(row: Achievement) -> Offered:
    rights = [one for one in row.ip if one.get("kind") not in ("none", None)]
    return Offered(achievement_document(row), len(rights), sum(not _is_over(one.get("expires_on")) for one in rights))


def _is_over(expires_on: object) -> bool:
    try:
        return bool(expires_on) and date.fromisoformat(str(expires_on)) < today()
    except ValueError:
        return False


def _row(need: Need, elements: Sequence[Compared], achievements: Sequence[Achievement]) -> ComparedRow:
    first = elements[0]
    cells = tuple(
        ComparedCell(_offer_words(one, achievement), one.verdict, _verdict_label(one.verdict), one.sentence)
        for one, achievement in zip(elements, achievements, strict=True)
    )
    return ComparedRow(first.element, _element_label(first), _said(need, first), cells)


def _head(row: Achievement, rows: Sequence[ComparedRow], at: int) -> ComparedAchievement:
    verdicts = [one.cells[at].verdict for one in rows]
    return ComparedAchievement(
        row.id, row.title, row.owner, verdicts.count("met"), verdicts.count("unmet"), verdicts.count("unknown")
    )


def _said(need: Need, compared: Compared) -> str:
    match compared.element:
        case "metric" | "standard":
            metric = next((one for one in need.metrics if one.get("name") == compared.name), None)
            return _metric_words(metric) if metric else compared.name
        case "exclusion":
            return compared.name
        case "cost":
            return budget_label(need.budget_low, need.budget_high)
        case "term":
            return _("{day} 前").format(day=need.deadline.isoformat()) if need.deadline else ""
        case "mode":
            return _mode_words(need)
        case "ip":
            return _("要有可转让、可许可的权利") if need.mode in _NEEDS_RIGHTS else ""
        case "trl":
            return ""


def _metric_words(metric: dict[str, object]) -> str:
    now, target, unit = (str(metric.get(part) or "") for part in ("now", "target", "unit"))
    wanted = f"{target}{unit}"
    return f"{now}{unit} → {wanted}" if now and "→" not in target else wanted or str(metric.get("standard") or "")


def _mode_words(need: Need) -> str:
    named = [label(CodeList.COOPERATION_MODE, need.mode)] if need.mode and need.mode != "undecided" else []
    if need.use_then_pay and need.mode != "use_then_pay":
        named.append(_("先用后转"))
    return listed(named)


def _offers(compared: Compared, row: Achievement) -> bool:
    return bool(_offer_words(compared, row)) and compared.element in ("trl", "ip")


def _offer_words(compared: Compared, row: Achievement) -> str:
    match compared.element:
        case "trl":
            return readiness_label(row.trl) if row.trl else ""
        case "ip":
            return ip_label(row.ip)
        case "cost":
            return price_label(row.price)
        case "term":
            return label(CodeList.ACHIEVEMENT_STAGE, row.stage) if row.stage else ""
        case "mode":
            return modes_label(row.modes)
        case "metric" | "standard" | "exclusion":
            return compared.sentence


def _element_label(compared: Compared) -> str:
    match compared.element:
        case "metric":
            return compared.name
        case "standard":
            return _("标准")
        case "exclusion":
            return _("不要的")
        case "trl":
            return _("成熟度")
        case "ip":
            return _("知识产权")
        case "cost":
            return _("价格与预算")
        case "term":
            return _("期限")
        case "mode":
            return _("合作方式")


def _verdict_label(verdict: Verdict) -> str:
    match verdict:
        case "met":
            return _("满足")
        case "unmet":
            return _("不满足")
        case "unknown":
            return _("资料里没写")

"""Needs: writing them down, refining, verifying and the steps they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Enterprise, Need, Visit
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import MATCH_REVIEW_AFTER, china_date, utc_now
from broker_app.rules.states import NEED_MACHINE, NeedState, state_label
from broker_app.services.money import budget_label, fen, wan
from broker_app.services.numbers import NEED, own_number, today
from broker_app.services.pinyin import search_keys
from broker_app.services.public_record import PUBLIC_STATES, STAYS_PUBLIC, take_off
from broker_app.services.records import live, log_move, text_field, text_list, trashed
from broker_app.services.search import contains_words
from broker_app.services.visits import Move, Span, moves_of


@dataclass(frozen=True)
class Metric:
    """A figure of a need: today, wanted, unit, test standard, and whether it must not leave the team."""

    name: str
    now: str = ""
    target: str = ""
    unit: str = ""
    standard: str = ""
    confidential: bool = False


@dataclass(frozen=True)
class NeedDraft:
    """A need as typed (form F1). Budgets are in 万元."""

    title: str
    text: str = ""
    enterprise_id: UUID | None = None
    visit_id: UUID | None = None
    spans: tuple[Span, ...] = ()
    kind: str = ""
    industries: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    problem: str = ""
    goal: str = ""
    metrics: tuple[Metric, ...] = ()
    no_metric_reason: str = ""
    budget_low: Decimal | None = None
    budget_high: Decimal | None = None
    deadline: date | None = None
    mode: str = ""
    urgency: str = ""
    four_list: str = ""
    partner: str = ""
    use_then_pay: bool = False
    confidential_fields: tuple[str, ...] = ()
    source_id: str = ""


@dataclass(frozen=True)
class NeedRow:
    """A line of the list of needs."""

    id: UUID
    number: str
    title: str
    enterprise: str
    industry: str
    budget: str
    deadline: date | None
    state: str
    state_label: str
    visit_id: UUID | None
    source_id: str


@dataclass(frozen=True)
class NeedDetail:
    """Everything the page of a need shows."""

    id: UUID
    number: str
    draft: NeedDraft
    enterprise: str
    visit_number: str
    state: str
    state_label: str
    kind_label: str
    industry_labels: tuple[str, ...]
    budget: str
    mode_label: str
    next_states: tuple[str, ...]
    moves: tuple[Move, ...]
    author: str
    author_id: str
    verifier: str
    created_at: datetime


def save_need(session: Session, draft: NeedDraft, need_id: UUID | None = None) -> UUID:
    """Add a need, or change the one of ``need_id``; returns its id.

    Raises:
        InvalidInputError: title missing, a text too long, or a budget turned round.
        IllegalMoveError: the need is past the point where its author may change it.

    A verified need whose content changes is no longer what was verified: it goes back to refined.
    """
    title = text_field("title", draft.title, 100, required=_("请写需求名称。"))
    row = live(session, Need, need_id) if need_id else Need(state=NeedState.RAW)
    if row.state not in _OPEN:
        raise IllegalMoveError(_("需求{state}，内容不能再改。").format(state=state_label("need", row.state)))
    low, high = fen(draft.budget_low), fen(draft.budget_high)
    if low is not None and high is not None and low > high:
        raise InvalidInputError("budget", _("预算的下限比上限大，请对调。"))
    if need_id is None:
        session.add(row)
    _copy(row, draft, title)
    row.budget_low, row.budget_high = low, high
    row.pinyin = search_keys(title)
    if row.state == NeedState.VERIFIED and session.is_modified(row):
        _take_back_verification(session, row)
    session.flush()
    row.number = row.number or own_number(NEED, _county(session, row), china_date(row.created_at), row.id)
    session.flush()
    return row.id


def move_need(session: Session, need_id: UUID, wanted: str, why: str = "", *, until: date | None = None) -> None:
    """Take a need one step further. ``until`` is the day a deferred need is looked at again (else in 90 days).

    Raises:
        IllegalMoveError: the step is not allowed; or verification by its own author; or a step with a door of its
            own: publishing, of which somebody has to see what everybody will read
            (:func:`~broker_app.services.publishing.publish_need`), and merging, which takes several needs
            (:func:`~broker_app.services.needs_merge.merge_needs`).

    What everybody may read of a published need is withdrawn with the step that ends its being looked for; back to
    verified is 撤回发布.
    """
    row = live(session, Need, need_id)
    NEED_MACHINE.check(row.state, wanted, why)
    if wanted == NeedState.MERGED:
        raise IllegalMoveError(
            _("一条需求不能自己并入。打开需求，在「相似的需求」里选几条，并成共性需求。记录没有改动。")
        )
    if wanted == NeedState.PUBLISHED:
        raise IllegalMoveError(_("公开以前要先看一遍别人会看到什么。打开需求，点「发布」。记录没有改动。"))
    if wanted == NeedState.REFINED and not row.text.strip():
        raise IllegalMoveError(_("请先写清楚需求内容，再标为已凝练。"))
    if wanted == NeedState.VERIFIED and row.state not in PUBLIC_STATES:
        _verify(session, row)
    if wanted in (NeedState.NO_MATCH, NeedState.DEFERRED):
        row.review_on = until or today() + MATCH_REVIEW_AFTER
    log_move(session, row, NEED_MACHINE, wanted, why)
    if wanted not in STAYS_PUBLIC:
        take_off(session, need_id)
    session.flush()


def list_needs(
    session: Session,
    query: str = "",
    *,
    state: str = "",
    visit_id: UUID | None = None,
    offset: int = 0,
    limit: int = 100,
) -> Sequence[NeedRow]:
    """Needs, newest first."""
    statement = (
        select(Need, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(
            Need.deleted_at.is_(None),
            contains_words(query, Need.title, Need.text, Need.number, Enterprise.name, pinyin=Need.pinyin),
        )
        .order_by(Need.created_at.desc(), Need.id)
        .offset(offset)
        .limit(limit)
    )
    if state:
        statement = statement.where(Need.state == state)
    if visit_id:
        statement = statement.where(Need.visit_id == visit_id)
    return [
        NeedRow(
            need.id,
            need.number,
            need.title,
            firm or "",
            listed(industry_label(code) for code in need.industries),
            budget_label(need.budget_low, need.budget_high),
            need.deadline,
            need.state,
            state_label("need", need.state),
            need.visit_id,
            need.source_id,
        )
        for need, firm in session.execute(statement)
    ]


def count_needs(session: Session) -> dict[str, int]:
    """How many needs stand in each state; a state without any is left out."""
    rows = session.execute(
        select(Need.state, func.count()).where(Need.deleted_at.is_(None)).group_by(Need.state).order_by(Need.state)
    )
    return {state: count for state, count in rows}


def get_need(session: Session, need_id: UUID) -> NeedDetail:
    """A need with its history; raises NotFoundError."""
    row = live(session, Need, need_id)
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    visit = session.get(Visit, row.visit_id) if row.visit_id else None
    return NeedDetail(
        id=row.id,
        number=row.number,
        draft=need_draft(row),
        enterprise=firm.name if firm else (_("尚未同步到本机") if row.enterprise_id else ""),
        visit_number=visit.number if visit else "",
        state=row.state,
        state_label=state_label("need", row.state),
        kind_label=label(CodeList.NEED_KIND, row.kind) if row.kind else "",
        industry_labels=tuple(industry_label(code) for code in row.industries),
        budget=budget_label(row.budget_low, row.budget_high),
        mode_label=label(CodeList.COOPERATION_MODE, row.mode) if row.mode else "",
        next_states=NEED_MACHINE.next_states(row.state),
        moves=moves_of(session, row.id),
        author=row.author_name,
        author_id=row.author_id,
        verifier=row.verifier_name,
        created_at=row.created_at,
    )


def delete_need(session: Session, need_id: UUID) -> None:
    """Move a need to the trash; one under contract stays, and a common one that others went into.

    Raises:
        IllegalMoveError: a contract, a solution or a need that was merged into it depends on it.
    """
    row = live(session, Need, need_id)
    if row.state in (NeedState.CONTRACTED, NeedState.SOLVED):
        raise IllegalMoveError(_("需求已经签约，不能删除。"))
    if session.scalar(select(Need.id).where(Need.common_need_id == need_id, Need.deleted_at.is_(None)).limit(1)):
        raise IllegalMoveError(_("别的需求并在这一条里，不能删除。请先撤销合并。"))
    take_off(session, need_id)
    row.deleted_at = utc_now()


def restore_need(session: Session, need_id: UUID) -> None:
    """Take a need back out of the trash."""
    trashed(session, Need, need_id).deleted_at = None


def went_into(session: Session, common_id: UUID) -> Sequence[Need]:
    """The needs that went into a common one, and into those, the oldest first; what they keep secret it keeps too."""
    found: dict[UUID, Need] = {}
    wanted = {common_id}
    while wanted:
        members = session.scalars(
            select(Need)
            .where(Need.common_need_id.in_(wanted), Need.deleted_at.is_(None))
            .order_by(Need.created_at, Need.id)
        ).all()
        wanted = {one.id for one in members if one.id not in found}
        found |= {one.id: one for one in members}
    return tuple(found.values())


def open_metric(stored: Mapping[str, Any]) -> Metric:
    """A figure as the public record keeps it; it has no mark of being confidential."""
    name, now, target, unit, standard = (
        str(stored.get(part) or "") for part in ("name", "now", "target", "unit", "standard")
    )
    return Metric(name, now, target, unit, standard)


def need_draft(row: Need) -> NeedDraft:
    """The typed form of a stored need."""
    return NeedDraft(
        title=row.title,
        text=row.text,
        enterprise_id=row.enterprise_id,
        visit_id=row.visit_id,
        spans=tuple(Span(**one) for one in row.spans),
        kind=row.kind,
        industries=tuple(row.industries),
        keywords=tuple(row.keywords),
        problem=row.problem,
        goal=row.goal,
        metrics=tuple(Metric(**one) for one in row.metrics),
        no_metric_reason=row.no_metric_reason,
        budget_low=wan(row.budget_low),
        budget_high=wan(row.budget_high),
        deadline=row.deadline,
        mode=row.mode,
        urgency=row.urgency,
        four_list=row.four_list,
        partner=row.partner,
        use_then_pay=row.use_then_pay,
        confidential_fields=tuple(row.confidential_fields),
        source_id=row.source_id,
    )


_OPEN = frozenset({NeedState.RAW, NeedState.REFINED, NeedState.VERIFIED, NeedState.MATCHING, NeedState.DEFERRED})


def _copy(row: Need, draft: NeedDraft, title: str) -> None:
    row.title = title
    row.text = text_field("text", draft.text, 20_000)
    row.enterprise_id, row.visit_id = draft.enterprise_id, draft.visit_id
    row.spans = [{"start": span.start, "length": span.length} for span in draft.spans]
    row.kind, row.mode, row.urgency, row.four_list = draft.kind, draft.mode, draft.urgency, draft.four_list
    row.industries = list(draft.industries)
    row.keywords = text_list("keywords", draft.keywords, 100)
    row.problem, row.goal = text_field("problem", draft.problem, 5000), text_field("goal", draft.goal, 5000)
    row.metrics = [
        {
            "name": text_field("metrics", one.name, 200),
            "now": text_field("metrics", one.now, 500),
            "target": text_field("metrics", one.target, 500),
            "unit": text_field("metrics", one.unit, 50),
            "standard": text_field("metrics", one.standard, 500),
            "confidential": one.confidential,
        }
        for one in draft.metrics
        if one.name.strip()
    ]
    row.no_metric_reason = text_field("no_metric_reason", draft.no_metric_reason, 500)
    row.deadline, row.partner = draft.deadline, text_field("partner", draft.partner, 100)
    row.use_then_pay = draft.use_then_pay
    row.confidential_fields = text_list("confidential_fields", draft.confidential_fields, 200)
    row.source_id = row.source_id or draft.source_id


def _verify(session: Session, row: Need) -> None:
    actor = session.info["actor"]
    if actor.user_id == row.author_id:
        raise IllegalMoveError(_("需求要由另一个人核实，不能自己核实自己写的。"))
    row.verifier_id, row.verifier_name, row.verified_on = actor.user_id, actor.name, today()


def _take_back_verification(session: Session, row: Need) -> None:
    log_move(session, row, NEED_MACHINE, NeedState.REFINED, _("核实后内容有改动，要重新核实"))
    row.verifier_id, row.verifier_name, row.verified_on = "", "", None


def _county(session: Session, row: Need) -> str:
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    return firm.county if firm else ""

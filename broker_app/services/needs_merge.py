"""Needs that say the same: finding them, and merging several into one 共性需求 whose sources stay; undo included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, Need, StateMove
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _
from broker_app.matching.question import MatchQuery
from broker_app.matching.similar_needs import SimilarNeed, similar_needs
from broker_app.matching.text import fold
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import NEED_MACHINE, NeedState, state_label
from broker_app.services.needs import Metric, NeedDraft, need_draft, save_need
from broker_app.services.records import live, log_move, trashed
from broker_app.services.terms import term_table

_WAY_IN: dict[str, tuple[NeedState, ...]] = {
    NeedState.RAW: (NeedState.REFINED, NeedState.MERGED),
    NeedState.REFINED: (NeedState.MERGED,),
    NeedState.VERIFIED: (NeedState.REFINED, NeedState.MERGED),
}
"""Needs that may be merged, and the states they go through; whoever is published or in talks stands alone."""

_UNTOUCHED = frozenset({NeedState.RAW, NeedState.REFINED, NeedState.VERIFIED})
_LONGEST_TITLE = 100


@dataclass(frozen=True)
class SimilarNeedRow:
    """A need like another: 同一需求 or 相近需求, how alike, and the words both say."""

    id: UUID
    number: str
    title: str
    enterprise: str
    state: str
    state_label: str
    level_label: str
    is_same: bool
    likeness: float
    shared: tuple[str, ...]
    why_not: str
    """Why it cannot go into a common need, and what would have to be done first; "" if it can."""

    @property
    def can_merge(self) -> bool:
        """Whether it may go into a common need."""
        return not self.why_not


@dataclass(frozen=True)
class NeedSource:
    """A need that went into a common one."""

    id: UUID
    number: str
    title: str
    text: str
    enterprise: str
    state: str


def similar_to_need(session: Session, need_id: UUID, *, limit: int = 10) -> Sequence[SimilarNeedRow]:
    """Other needs that say the same or nearly the same, the most alike first; raises NotFoundError."""
    return similar_to_draft(session, need_draft(live(session, Need, need_id)), own_id=need_id, limit=limit)


def similar_to_draft(
    session: Session, draft: NeedDraft, *, own_id: UUID | None = None, limit: int = 10
) -> Sequence[SimilarNeedRow]:
    """:func:`similar_to_need` for a need that is still being typed."""
    query = MatchQuery(
        title=draft.title,
        text="\n".join(part for part in (draft.text, draft.problem, draft.goal) if part),
        keywords=draft.keywords,
        industries=draft.industries,
        skip=frozenset({own_id} if own_id else ()),
    )
    found = similar_needs(session.connection(), query, limit=limit, table=term_table(session))
    rows = {
        need.id: (need, firm)
        for need, firm in session.execute(
            select(Need, Enterprise.name)
            .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
            .where(Need.id.in_([one.id for one in found]), Need.deleted_at.is_(None))
        )
    }
    return [_row(one, *rows[one.id]) for one in found if one.id in rows]


def common_draft(session: Session, need_ids: Sequence[UUID]) -> NeedDraft:
    """A first draft of the common need of several: every source is quoted, figures and words are put together.

    Raises:
        InvalidInputError: fewer than two needs.
        NotFoundError: one is not here.
    """
    sources = _sources(session, need_ids)
    drafts = [need_draft(one) for one in sources]
    budgets = [draft.budget_high for draft in drafts if draft.budget_high is not None]
    deadlines = [draft.deadline for draft in drafts if draft.deadline is not None]
    confidential = _once(name for draft in drafts for name in draft.confidential_fields)
    return NeedDraft(
        title=min((draft.title for draft in drafts), key=lambda title: (len(title), title))[:_LONGEST_TITLE],
        text="\n".join(_quoted(one, at) for at, one in enumerate(sources, 1)),
        problem="\n".join(_once(draft.problem.strip() for draft in drafts if draft.problem.strip())),
        goal="\n".join(_once(draft.goal.strip() for draft in drafts if draft.goal.strip())),
        kind=drafts[0].kind,
        industries=_once(code for draft in drafts for code in draft.industries),
        keywords=_once(word for draft in drafts for word in draft.keywords),
        metrics=_metrics(drafts),
        budget_high=max(budgets) if budgets else None,
        deadline=min(deadlines) if deadlines else None,
        mode=drafts[0].mode if len({draft.mode for draft in drafts}) == 1 else "",
        use_then_pay=all(draft.use_then_pay for draft in drafts),
        confidential_fields=confidential,
    )


def merge_needs(session: Session, need_ids: Sequence[UUID], draft: NeedDraft) -> UUID:
    """Make the common need of ``draft`` and put the needs into it; returns its id. The sources stay as they are.

    Raises:
        InvalidInputError: fewer than two needs, or the draft is refused by :func:`save_need`.
        IllegalMoveError: one of them says nothing yet, is past the point where it may be merged, or is in a common
            need already.
    """
    sources = _sources(session, need_ids)
    _check_may_merge(sources)
    common = live(session, Need, save_need(session, replace(draft, enterprise_id=None, visit_id=None)))
    _put_in(session, sources, common)
    if common.text.strip():
        log_move(session, common, NEED_MACHINE, NeedState.REFINED)
    session.flush()
    return common.id


def merge_again(session: Session, common_id: UUID, need_ids: Sequence[UUID]) -> None:
    """Take :func:`undo_merge` back: the common need comes out of the trash and the needs go into it again.

    Raises:
        NotFoundError: the common need or one of the others is not here.
        IllegalMoveError: as in :func:`merge_needs`.
    """
    sources = _sources(session, need_ids)
    _check_may_merge(sources)
    common = trashed(session, Need, common_id)
    common.deleted_at = None
    _put_in(session, sources, common)
    session.flush()


def undo_merge(session: Session, common_id: UUID) -> tuple[UUID, ...]:
    """Take a common need apart: its sources stand where they stood before, it goes to the trash; returns their ids.

    Raises:
        NotFoundError: it is not here.
        IllegalMoveError: it is no common need, or has been published or matched since.
    """
    common = trashed(session, Need, common_id)  # another computer may have deleted it; its sources still come out
    sources = _members(session, common_id)
    if not sources:
        raise IllegalMoveError(_("这不是合并出来的共性需求。"))
    if common.state not in _UNTOUCHED:
        raise IllegalMoveError(_("共性需求{state}，不能再拆开。").format(state=state_label("need", common.state)))
    for one in sources:
        _take_out(session, one, common)
    common.deleted_at = common.deleted_at or utc_now()
    session.flush()
    return tuple(one.id for one in sources)


def merge_refusal(session: Session, need_id: UUID) -> str:
    """Why a need cannot go into a common one, and what would have to be done first; "" if it can."""
    return _why_not(live(session, Need, need_id))


def sources_of(session: Session, common_id: UUID) -> Sequence[NeedSource]:
    """The needs that went into a common need, oldest first; () for any other need."""
    return [_source(session, one) for one in _members(session, common_id)]


def common_of(session: Session, need_id: UUID) -> NeedSource | None:
    """The common need a need went into; None if it went into none, or into one that is not on this computer."""
    need = live(session, Need, need_id)
    common = session.get(Need, need.common_need_id) if need.common_need_id else None
    return _source(session, common) if common else None


def can_take_apart(state: str) -> bool:
    """Whether a common need in this state can still be taken apart by :func:`undo_merge`."""
    return state in _UNTOUCHED


def _sources(session: Session, need_ids: Sequence[UUID]) -> list[Need]:
    chosen = tuple(dict.fromkeys(need_ids))
    if len(chosen) < 2:
        raise InvalidInputError("needs", _("请选两条以上的需求来合并。"))
    return [live(session, Need, one) for one in chosen]


def _source(session: Session, need: Need) -> NeedSource:
    return NeedSource(need.id, need.number, need.title, need.text, _firm(session, need), need.state)


def _why_not(need: Need) -> str:
    if need.state not in _WAY_IN:
        return _("{state}，不能再并入共性需求。").format(state=state_label("need", need.state))
    if not need.text.strip():
        return _("还没写需求内容，先写清楚要解决什么，再并。")
    return ""


def _check_may_merge(needs: Iterable[Need]) -> None:
    for one in needs:
        if why_not := _why_not(one):
            raise IllegalMoveError(_("「{title}」{why_not}").format(title=one.title, why_not=why_not))


def _put_in(session: Session, needs: Iterable[Need], common: Need) -> None:
    why = f"并入共性需求 {common.number}"
    for one in needs:
        for state in _WAY_IN[one.state]:
            log_move(session, one, NEED_MACHINE, state, why)
        one.common_need_id = common.id


def _members(session: Session, common_id: UUID) -> list[Need]:
    statement = (
        select(Need)
        .where(Need.common_need_id == common_id, Need.deleted_at.is_(None))
        .order_by(Need.created_at, Need.id)
    )
    return list(session.scalars(statement))


def _take_out(session: Session, need: Need, common: Need) -> None:
    """Give a need its former state back. The machine has no way out of 并入: undoing is a step of its own, logged."""
    into = f"并入共性需求 {common.number}"
    out = f"撤销并入 {common.number}"
    moves = session.scalars(
        select(StateMove)
        .where(StateMove.record_id == need.id, StateMove.why.in_((into, out)))
        .order_by(StateMove.created_at, StateMove.id)
    ).all()
    former = ""
    for move in moves:  # it may have gone in and out before: what counts is where it stood the last time
        former = "" if move.why == out else former or move.from_state
    former = former or NeedState.REFINED
    session.add(
        StateMove(
            scope=need.scope,
            record_kind=NEED_MACHINE.noun,
            record_id=need.id,
            from_state=need.state,
            to_state=former,
            why=out,
        )
    )
    need.state = former
    need.common_need_id = None


def _row(found: SimilarNeed, need: Need, firm: str | None) -> SimilarNeedRow:
    is_same = found.level == "same"
    return SimilarNeedRow(
        id=need.id,
        number=need.number,
        title=need.title,
        enterprise=firm or "",
        state=need.state,
        state_label=state_label("need", need.state),
        level_label=_("同一需求") if is_same else _("相近需求"),
        is_same=is_same,
        likeness=found.likeness,
        shared=found.shared,
        why_not=_why_not(need),
    )


def _quoted(need: Need, ordinal: int) -> str:
    # By its number, not by its firm: a common need is made to be published, and its page names the firms to us.
    said = need.text.strip() or need.title
    return _("{n}. {text}（{number}）").format(n=ordinal, number=need.number, text=said)


def _firm(session: Session, need: Need) -> str:
    firm = session.get(Enterprise, need.enterprise_id) if need.enterprise_id else None
    return firm.name if firm else ""


def _metrics(drafts: Iterable[NeedDraft]) -> tuple[Metric, ...]:
    """Every metric once; two firms that ask different figures of one thing both stay, for a person to settle."""
    kept: dict[tuple[str, str, str], Metric] = {}
    for draft in drafts:
        for metric in draft.metrics:
            kept.setdefault((fold(metric.name), fold(metric.target), metric.unit), metric)
    return tuple(kept.values())


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))

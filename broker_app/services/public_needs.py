"""公开需求: the needs that everybody may read, this team's and others', and taking one over to work on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Need, PublishedNeed
from broker_app.errors import IllegalMoveError
from broker_app.i18n import _, listed
from broker_app.services.money import budget_label, wan
from broker_app.services.needs import Metric, NeedDraft, open_metric, save_need
from broker_app.services.public_record import OPEN, public_id
from broker_app.services.records import live
from broker_app.services.search import contains_words


@dataclass(frozen=True)
class PublicNeedRow:
    """A line of the list of public needs. ``is_ours``: it stands for a need of this team."""

    id: UUID
    number: str
    title: str
    county: str
    industry: str
    budget: str
    deadline: date | None
    contact_unit: str
    published_on: date | None
    is_ours: bool


@dataclass(frozen=True)
class PublicNeedDetail:
    """A public need as anybody reads it; ``need_id`` is ours that it stands for, or that was taken over from it."""

    id: UUID
    number: str
    title: str
    kind_label: str
    problem: str
    goal: str
    metrics: tuple[Metric, ...]
    industry_labels: tuple[str, ...]
    keywords: tuple[str, ...]
    budget: str
    deadline: date | None
    mode_label: str
    urgency_label: str
    county_label: str
    use_then_pay: bool
    published_on: date | None
    contact_unit: str
    contact_name: str
    contact_phone: str
    need_id: UUID | None
    is_ours: bool


def list_public_needs(
    session: Session, query: str = "", *, offset: int = 0, limit: int = 100
) -> Sequence[PublicNeedRow]:
    """Needs that everybody may read, newest first; withdrawn ones are left out."""
    statement = (
        select(PublishedNeed)
        .where(
            _in_sight(),
            contains_words(
                query,
                PublishedNeed.title,
                PublishedNeed.problem,
                PublishedNeed.goal,
                PublishedNeed.number,
                PublishedNeed.contact_unit,
                pinyin=PublishedNeed.pinyin,
            ),
        )
        .order_by(PublishedNeed.published_on.desc(), PublishedNeed.created_at.desc(), PublishedNeed.id)
        .offset(offset)
        .limit(limit)
    )
    rows = session.scalars(statement).all()
    ours = _ours(session, [row.number for row in rows])
    return [
        PublicNeedRow(
            row.id, row.number, row.title, county_label(row.county) if row.county else "",
            listed(industry_label(code) for code in row.industries),
            budget_label(row.budget_low, row.budget_high), row.deadline, row.contact_unit, row.published_on,
            row.id in ours,
        )
        for row in rows
    ]  # fmt: skip


def count_public_needs(session: Session) -> int:
    """How many needs everybody may read."""
    return session.scalar(select(func.count()).select_from(PublishedNeed).where(_in_sight())) or 0


def get_public_need(session: Session, record_id: UUID) -> PublicNeedDetail:
    """A public need; raises NotFoundError when it has been withdrawn."""
    row = live(session, PublishedNeed, record_id)
    own = _ours(session, [row.number]).get(row.id)
    taken = session.scalar(select(Need.id).where(Need.source_id == row.number, Need.deleted_at.is_(None)).limit(1))
    return PublicNeedDetail(
        id=row.id, number=row.number, title=row.title,
        kind_label=label(CodeList.NEED_KIND, row.kind) if row.kind else "",
        problem=row.problem, goal=row.goal, metrics=tuple(open_metric(one) for one in row.metrics),
        industry_labels=tuple(industry_label(code) for code in row.industries), keywords=tuple(row.keywords),
        budget=budget_label(row.budget_low, row.budget_high), deadline=row.deadline,
        mode_label=label(CodeList.COOPERATION_MODE, row.mode) if row.mode else "",
        urgency_label=label(CodeList.URGENCY, row.urgency) if row.urgency else "",
        county_label=county_label(row.county) if row.county else "", use_then_pay=row.use_then_pay,
        published_on=row.published_on, contact_unit=row.contact_unit, contact_name=row.contact_name,
        contact_phone=row.contact_phone, need_id=own or taken, is_ours=own is not None,
    )  # fmt: skip


def take_over(session: Session, record_id: UUID) -> UUID:
    """揭榜: write another team's public need down as one of this team's, once; returns its id.

    What follows - finding achievements, recording matches, papers - is then like for any need. ``source_id`` keeps
    the public number. Raises NotFoundError; IllegalMoveError if it is one's own.
    """
    row = live(session, PublishedNeed, record_id)
    detail = get_public_need(session, record_id)
    if detail.is_ours:
        raise IllegalMoveError(_("这就是本团队的需求，不用再收进来。"))
    if detail.need_id is not None:
        return detail.need_id
    asks = "，".join(part for part in (row.contact_unit, row.contact_name, row.contact_phone) if part)
    text = "\n".join(part for part in (row.problem, row.goal) if part)
    return save_need(
        session,
        NeedDraft(
            title=row.title,
            text="\n".join((text, f"公开需求 {row.number}，联系：{asks}")),
            kind=row.kind, industries=tuple(row.industries), keywords=tuple(row.keywords), problem=row.problem,
            goal=row.goal, metrics=detail.metrics,
            budget_low=wan(row.budget_low), budget_high=wan(row.budget_high), deadline=row.deadline, mode=row.mode,
            urgency=row.urgency, use_then_pay=row.use_then_pay, source_id=row.number,
        ),
    )  # fmt: skip


def _in_sight() -> Any:
    return PublishedNeed.deleted_at.is_(None) & (PublishedNeed.state == OPEN)


def _ours(session: Session, numbers: Sequence[str]) -> dict[UUID, UUID]:
    """Public record -> need, for needs of this team; numbers are looked up because they have an index."""
    found = session.scalars(select(Need.id).where(Need.number.in_(numbers), Need.number != ""))
    return {public_id(need_id): need_id for need_id in found}

"""统计: what was done in a span of time, with 家 and 家次 counted apart, in all and by month, county and role.

家次 counts visits that were written down, 家 the firms among them, each once (domain.md row 37).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.lists import CodeList, entries, label
from broker_app.db.models import Enterprise, Match, Need, Visit
from broker_app.i18n import _, month_of_year
from broker_app.rules.calendar import CHINA_TIME, china_date
from broker_app.rules.states import WRITTEN_VISIT_STATES, MatchState
from broker_app.services.firm_tiers import read_tiers


class Period(StrEnum):
    """A span of time by its name; each ends with its last day, also when that is still ahead."""

    MONTH = "month"
    LAST_MONTH = "last_month"
    QUARTER = "quarter"
    LAST_QUARTER = "last_quarter"
    YEAR = "year"
    LAST_YEAR = "last_year"


@dataclass(frozen=True)
class Figures:
    """Four counts: firms (家), visits (家次), needs and matches that are not given up."""

    firms: int = 0
    visits: int = 0
    needs: int = 0
    matches: int = 0


@dataclass(frozen=True)
class FiguresRow:
    """The counts of a month, a county or a role."""

    code: str
    words: str
    figures: Figures


@dataclass(frozen=True)
class WorkFigures:
    """Everything the page of figures shows and its files hold."""

    first: date
    last: date
    mine: bool
    whole: Figures
    months: tuple[FiguresRow, ...]
    counties: tuple[FiguresRow, ...]
    roles: tuple[FiguresRow, ...]
    tiers: tuple[tuple[str, int], ...]
    """How many firms stand in each tier or library on the last day, whoever visited them."""


@dataclass
class _Tally:
    firms: set[UUID] = field(default_factory=set)
    visits: int = 0
    needs: int = 0
    matches: int = 0

    def as_figures(self) -> Figures:
        return Figures(len(self.firms), self.visits, self.needs, self.matches)


def period_days(period: Period, day: date) -> tuple[date, date]:
    """First and last day of the period that ``day`` is in (or of the one before it)."""
    month = day.replace(day=1)
    quarter, year = month.replace(month=3 * ((month.month - 1) // 3) + 1), month.replace(month=1)
    first, months = {
        Period.MONTH: (month, 1),
        Period.LAST_MONTH: (_months_on(month, -1), 1),
        Period.QUARTER: (quarter, 3),
        Period.LAST_QUARTER: (_months_on(quarter, -3), 3),
        Period.YEAR: (year, 12),
        Period.LAST_YEAR: (_months_on(year, -12), 12),
    }[period]
    return first, _months_on(first, months) - timedelta(days=1)


def period_word(period: Period) -> str:
    """What people call a period."""
    return {
        Period.MONTH: _("本月"),
        Period.LAST_MONTH: _("上月"),
        Period.QUARTER: _("本季度"),
        Period.LAST_QUARTER: _("上季度"),
        Period.YEAR: _("今年"),
        Period.LAST_YEAR: _("去年"),
    }[period]


def work_figures(session: Session, first: date, last: date, *, mine: bool = True) -> WorkFigures:
    """The counts from ``first`` to ``last``, both included; ``mine`` counts only what this person wrote."""
    span = _midnight(first), _midnight(last + timedelta(days=1))
    author = session.info["actor"].user_id if mine else ""
    whole = _Tally()
    months: dict[str, _Tally] = defaultdict(_Tally)
    counties: dict[str, _Tally] = defaultdict(_Tally)
    roles: dict[str, _Tally] = defaultdict(_Tally)
    for month in _months(first, last):
        months[month.isoformat()] = _Tally()
    for at, firm, role, county in _visits(session, span, author):
        for tally in (whole, months[_month_of(at)], counties[county], roles[role]):
            tally.visits += 1
            if firm is not None:
                tally.firms.add(firm)
    for at, county in _needs(session, span, author):
        for tally in (whole, months[_month_of(at)], counties[county]):
            tally.needs += 1
    for at, county in _matches(session, span, author):
        for tally in (whole, months[_month_of(at)], counties[county]):
            tally.matches += 1
    return WorkFigures(
        first,
        last,
        mine,
        whole.as_figures(),
        tuple(_row(key, month_of_year(date.fromisoformat(key)), months[key]) for key in sorted(months)),
        _by_size((key, county_label(key) if key else _("没写县"), tally) for key, tally in counties.items()),
        _by_size(
            (key, label(CodeList.VISITOR_ROLE, key) if key else _("没写身份"), tally) for key, tally in roles.items()
        ),
        _tiers(session, last),
    )


def _visits(session: Session, span: tuple[datetime, datetime], author: str) -> Sequence[Any]:
    query = (
        select(Visit.started_at, Visit.enterprise_id, Visit.role, func.coalesce(Enterprise.county, ""))
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(
            Visit.deleted_at.is_(None),
            Visit.state.in_(WRITTEN_VISIT_STATES),
            Visit.started_at >= span[0],
            Visit.started_at < span[1],
        )
    )
    return session.execute(query.where(Visit.author_id == author) if author else query).all()


def _needs(session: Session, span: tuple[datetime, datetime], author: str) -> Sequence[Any]:
    query = (
        select(Need.created_at, func.coalesce(Enterprise.county, ""))
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(Need.deleted_at.is_(None), Need.created_at >= span[0], Need.created_at < span[1])
    )
    return session.execute(query.where(Need.author_id == author) if author else query).all()


def _matches(session: Session, span: tuple[datetime, datetime], author: str) -> Sequence[Any]:
    query = (
        select(Match.created_at, func.coalesce(Enterprise.county, ""))
        .outerjoin(Need, Need.id == Match.need_id)
        .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
        .where(
            Match.deleted_at.is_(None),
            Match.state != MatchState.DECLINED,
            Match.created_at >= span[0],
            Match.created_at < span[1],
        )
    )
    return session.execute(query.where(Match.author_id == author) if author else query).all()


def _tiers(session: Session, day: date) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for tiers in session.scalars(
        select(Enterprise.tiers).where(Enterprise.deleted_at.is_(None), func.json_array_length(Enterprise.tiers) > 0)
    ):
        for tier in read_tiers(tiers):
            if tier.until is None or tier.until >= day:
                counts[tier.code] += 1
    known = [one.code for one in entries(CodeList.ENTERPRISE_TIER)]
    codes = [*known, *sorted(set(counts) - set(known))]
    return tuple((label(CodeList.ENTERPRISE_TIER, code), counts[code]) for code in codes if counts.get(code))


def _by_size(rows: Iterable[tuple[str, str, _Tally]]) -> tuple[FiguresRow, ...]:
    made = [_row(code, words, tally) for code, words, tally in rows]
    return tuple(sorted(made, key=lambda row: (-row.figures.visits, -row.figures.needs, row.code)))


def _row(code: str, words: str, tally: _Tally) -> FiguresRow:
    return FiguresRow(code, words, tally.as_figures())


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _months_on(month, 1)


def _month_of(at: datetime) -> str:
    return china_date(at).replace(day=1).isoformat()


def _months_on(first: date, months: int) -> date:
    """The first of the month so many months later; earlier if negative."""
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA_TIME)

"""What 工作统计表 prints: the figures of a span of time as frozen data (see :mod:`broker_app.services.sheets`)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from broker_app.i18n import in_chinese
from broker_app.rules.calendar import utc_now
from broker_app.services.papers import with_title
from broker_app.services.profile import read_profile
from broker_app.services.work_figures import Figures, FiguresRow, work_figures


@dataclass(frozen=True)
class FiguresSheet:
    """工作统计表 from ``first`` to ``last``, both included; ``mine``: only what ``broker`` wrote."""

    number: str
    revision: int
    first: date
    last: date
    mine: bool
    broker: str
    organisation: str
    whole: Figures
    months: tuple[FiguresRow, ...]
    counties: tuple[FiguresRow, ...]
    roles: tuple[FiguresRow, ...]
    frozen_at: datetime


def figures_sheet(session: Session, first: date, last: date, *, mine: bool = True) -> FiguresSheet:
    """The figures of a span of time, ready to be set."""
    with in_chinese():
        profile = read_profile(session)
        figures = work_figures(session, first, last, mine=mine)
        return FiguresSheet(
            number=f"TJ-{profile.county}-{first:%Y%m%d}-{last:%Y%m%d}",
            revision=1,
            first=first,
            last=last,
            mine=mine,
            broker=with_title(profile.name, profile.title),
            organisation=profile.organisation,
            whole=figures.whole,
            months=figures.months,
            counties=figures.counties,
            roles=figures.roles,
            frozen_at=utc_now(),
        )

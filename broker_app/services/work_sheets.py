"""What 工作日志 and 考核表 print, as frozen data (see :mod:`broker_app.services.sheets`)."""

from dataclasses import dataclass
from datetime import date, datetime

from broker_app.services.sheets import RoleLine


@dataclass(frozen=True)
class WorkTotals:
    """A period in figures: 家次 and 家 counted apart, ``days`` on which somebody was visited."""

    visits: int
    firms: int
    days: int
    needs: int
    verified_needs: int
    matches: int
    referrals: int
    tasks_done: int
    trainings: int
    trained: int
    training_hours: str
    late: int


@dataclass(frozen=True)
class LogLine:
    """One visit of a work log."""

    started_at: datetime
    ended_at: datetime | None
    number: str
    enterprise: str
    county: str
    services: tuple[str, ...]
    about: str
    results: tuple[str, ...]
    is_late: bool


@dataclass(frozen=True)
class WorkLogSheet:
    """工作日志 of one person from ``first`` to ``last``, both included."""

    number: str
    revision: int
    first: date
    last: date
    person: str
    role: str
    organisation: str
    role_lines: tuple[RoleLine, ...]
    totals: WorkTotals
    lines: tuple[LogLine, ...]
    withheld: int
    frozen_at: datetime


@dataclass(frozen=True)
class MonthLine:
    """A month of an assessment; ``wanted_days`` is "" where no quota was set."""

    month: str
    visits: int
    days: int
    firms: int
    needs: int
    trained: int
    wanted_days: str
    is_met: bool | None


@dataclass(frozen=True)
class DutyLine:
    """A duty or service: how often, and the latest of it in words."""

    title: str
    times: int
    works: tuple[str, ...]


@dataclass(frozen=True)
class AssessmentSheet:
    """考核表 of a 科技副总 or a 科技特派员."""

    number: str
    revision: int
    first: date
    last: date
    person: str
    role_code: str  # "tech_vp" or a 特派员: which form it is
    role: str
    enterprise: str  # the firm of a 科技副总, "" for others
    organisation: str
    role_lines: tuple[RoleLine, ...]
    duties: tuple[DutyLine, ...]
    months: tuple[MonthLine, ...]
    totals: WorkTotals
    withheld: int
    frozen_at: datetime

"""The visits of the list, newest first, under lines that say when they were."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from broker_app.i18n import _, counted, day_name, month_of_year
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import VisitState
from broker_app.services.typed_dates import date_text, moment_text
from broker_app.services.visits import VisitRow
from broker_app.ui.shell.paged_model import Status

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
PAGE_SIZE = 60

_STATES = {
    VisitState.DRAFT: ("pencil-simple", "accent_text"),
    VisitState.PLANNED: ("calendar-blank", "text3"),
    VisitState.IN_PROGRESS: ("note-pencil", "accent_text"),
    VisitState.RECORDED: ("check", "text3"),
    VisitState.CONFIRMED: ("check-circle", "ok_text"),
    VisitState.SUBMITTED: ("paper-plane-tilt", "text3"),
    VisitState.ACCEPTED: ("seal-check", "text3"),
    VisitState.RETURNED: ("arrow-u-up-left", "bad_text"),
    VisitState.CANCELLED: ("prohibit", "text3"),
}


def visit_status(state: str, label: str) -> Status:
    """Word, icon and tone of a state of a visit."""
    icon, tone = _STATES.get(VisitState(state), ("circle", "text3"))
    return Status(label, icon, tone)


@dataclass(frozen=True)
class GroupLine:
    """A line that says when the visits below it were."""

    title: str
    count: int


Line = GroupLine | VisitRow


class VisitListModel(QAbstractListModel):
    """Reads visits page by page and parts them by time."""

    def __init__(self, fetch: Callable[[int, int], Sequence[VisitRow]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._rows: list[VisitRow] = []
        self._lines: list[Line] = []
        self._at_end = False

    @property
    def visits(self) -> tuple[VisitRow, ...]:
        """The visits loaded so far."""
        return tuple(self._rows)

    def reload(self) -> None:
        """Read again as many visits as are loaded."""
        self._read(max(len(self._rows), PAGE_SIZE))

    def restart(self) -> None:
        """Read the first page anew, after the search has changed."""
        self._read(PAGE_SIZE)

    def line(self, row: int) -> Line:
        """Group line or visit of a row."""
        return self._lines[row]

    def row_of(self, visit_id: UUID) -> int:
        """The row of a visit, or -1."""
        return next((n for n, one in enumerate(self._lines) if isinstance(one, VisitRow) and one.id == visit_id), -1)

    def rowCount(self, parent: Index = ROOT) -> int:
        """Visits and group lines."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A group line cannot be chosen."""
        if index.isValid() and isinstance(self._lines[index.row()], GroupLine):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line, and the whole row in words for screen readers."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title if isinstance(line, GroupLine) else line.enterprise
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.title if isinstance(line, GroupLine) else _spoken(line)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(line, VisitRow):
            return f"{line.number}\n{line.first_line}"
        return None

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the last page was full."""
        return not parent.isValid() and not self._at_end

    def fetchMore(self, parent: Index) -> None:
        """Read the next page."""
        self._read(len(self._rows) + PAGE_SIZE)

    def _read(self, wanted: int) -> None:
        self.beginResetModel()
        self._rows = list(self._fetch(0, wanted))
        self._at_end = len(self._rows) < wanted
        self._lines = _with_groups(self._rows, china_date(utc_now()))
        self.endResetModel()


def _with_groups(rows: Sequence[VisitRow], today: date) -> list[Line]:
    groups: dict[str, list[VisitRow]] = {}
    for row in rows:
        groups.setdefault(_group_of(china_date(row.started_at), today), []).append(row)
    lines: list[Line] = []
    for title, members in groups.items():
        lines += [GroupLine(title, len(members)), *members]
    return lines


def _group_of(day: date, today: date) -> str:
    monday = today - timedelta(days=today.weekday())
    if day > today:
        return _("以后")
    if day == today:
        return _("今天 {day}").format(day=day_name(today))
    if day == today - timedelta(days=1):
        return _("昨天")
    if day >= monday:
        return _("本周")
    if day >= monday - timedelta(days=7):
        return _("上周")
    return month_of_year(day)


def short_time(row: VisitRow, today: date) -> str:
    """The time of a visit of today, else its day: ``13:30`` or ``11.20``."""
    day = china_date(row.started_at)
    if day == today:
        return moment_text(row.started_at, utc_now()).rpartition(" ")[2]
    return f"{day.month}.{day.day:02}" if day.year == today.year else f"{day.year % 100}.{day.month}.{day.day:02}"


def _spoken(row: VisitRow) -> str:
    needs = counted("需求 {n} 条", "需求 {n} 条", row.needs) if row.needs else ""
    day = date_text(china_date(row.started_at), china_date(utc_now()))
    signed = _("企业已签字") if row.is_signed else ""
    photos = counted("照片 {n} 张", "照片 {n} 张", row.photos) if row.photos else ""
    said = (row.enterprise or _("还没选企业"), day, row.state_label, needs, signed, photos, row.first_line)
    return _("，").join(one for one in said if one)

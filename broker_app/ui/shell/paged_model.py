"""Lists that are read page by page as the view scrolls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from broker_app.i18n import _
from broker_app.ui.shell.painting import plain_tip

RowT = TypeVar("RowT")
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
STATUS_ROLE = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True)
class Status:
    """A state as a list shows it: word, icon and tone (a text token such as "text3" or "warn_text")."""

    words: str
    icon: str = ""
    tone: str = "text3"


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """One column: its title, the text of a row, and how wide and where it stands.

    ``width`` is in px at the standard text size; 0 takes what is left over. ``status`` shows icon and word instead.
    """

    title: str
    text: Callable[[RowT], str]
    width: int = 0
    numeric: bool = False
    strong: bool = False
    status: Callable[[RowT], Status] | None = None


class PagedModel(QAbstractTableModel, Generic[RowT]):
    """Asks ``fetch(offset, limit)`` for more only when the view scrolls to the end."""

    PAGE_SIZE = 100

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        fetch: Callable[[int, int], Sequence[RowT]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._fetch = fetch
        self._rows: list[RowT] = []
        self._at_end = False

    def row(self, number: int) -> RowT:
        """The row of a line."""
        return self._rows[number]

    def find(self, wanted: Callable[[RowT], bool]) -> int:
        """The number of the first loaded row for which ``wanted`` holds, or -1."""
        return next((number for number, row in enumerate(self._rows) if wanted(row)), -1)

    def reload(self, first: Sequence[RowT] | None = None) -> None:
        """Show ``first``, or read again as many rows as are loaded; a view does not fetch after a reset."""
        wanted = max(len(self._rows), self.PAGE_SIZE)
        self.beginResetModel()
        self._rows = list(self._fetch(0, wanted) if first is None else first)
        self._at_end = len(self._rows) < wanted
        self.endResetModel()

    def restart(self, first: Sequence[RowT] | None = None) -> None:
        """Show the first page, read anew if it is not given, after the search has changed."""
        self._rows = []
        self.reload(first)

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows are loaded."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the last page was full."""
        return not parent.isValid() and not self._at_end

    def fetchMore(self, parent: Index) -> None:
        """Read the next page."""
        first = len(self._rows)
        page = list(self._fetch(first, self.PAGE_SIZE))
        self._at_end = len(page) < self.PAGE_SIZE
        if page:
            self.beginInsertRows(ROOT, first, first + len(page) - 1)
            self._rows.extend(page)
            self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text of a cell, the row itself, and the whole row in words for screen readers."""
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(column.text(row))
        if role == ROW_ROLE:
            return row
        if role == STATUS_ROLE:
            return column.status(row) if column.status else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            said = (f"{one.title} {one.text(row)}" for one in self.columns if one.text(row))
            return _("，").join(said) if index.column() == 0 else column.text(row)
        return None

"""The results of one search as a list: what is shown, what is ticked, what was recorded before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from broker_app.i18n import _
from broker_app.matching.exclusions import Exclusion
from broker_app.services.matches import FoundRecord
from broker_app.ui.matches.result_words import Chip, chips_of, spoken
from broker_app.ui.matches.score import Shares, share_words, shares_of

Index = QModelIndex | QPersistentModelIndex

LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class ResultLine:
    """One result ready to be painted. ``recorded`` is the number of the match made of it before, or ""."""

    found: FoundRecord
    chips: tuple[Chip, ...]
    shares: Shares
    recorded: str = ""

    @property
    def id(self) -> UUID:
        """The record found."""
        return self.found.result.id


class ResultModel(QAbstractListModel):
    """Results in order; a row that was recorded before cannot be ticked again."""

    ticks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ResultLine, ...] = ()
        self._ticked: set[UUID] = set()

    def show_results(
        self, found: Sequence[FoundRecord], exclusions: Sequence[Exclusion], recorded: Mapping[UUID, str]
    ) -> None:
        """Show ``found``; ticks of results that are still there stay."""
        self.beginResetModel()
        self._lines = tuple(
            ResultLine(one, chips_of(one, exclusions), shares_of(one.result), recorded.get(one.result.id, ""))
            for one in found
        )
        self._ticked &= {line.id for line in self._lines if not line.recorded}
        self.endResetModel()
        self.ticks_changed.emit()

    def line(self, row: int) -> ResultLine:
        """The result of a row."""
        return self._lines[row]

    def lines(self) -> tuple[ResultLine, ...]:
        """All results in order."""
        return self._lines

    def ticked(self) -> tuple[UUID, ...]:
        """The ticked records in the order shown."""
        return tuple(line.id for line in self._lines if line.id in self._ticked)

    def is_ticked(self, row: int) -> bool:
        """Whether the result of a row is ticked."""
        return self._lines[row].id in self._ticked

    def untick(self, ids: Iterable[UUID]) -> None:
        """Take ticks away."""
        self._ticked.difference_update(ids)
        self._tell(0, len(self._lines) - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature; never changed)
        """The number of results."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A recorded result can be read but not ticked."""
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and not self._lines[index.row()].recorded:
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, tick, tooltip with the shares, and the whole row for screen readers."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        ticked = line.id in self._ticked
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return line.found.result.title
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if ticked or line.recorded else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return share_words(line.shares)
            case Qt.ItemDataRole.AccessibleTextRole:
                recorded = _("已记对接 {number}").format(number=line.recorded) if line.recorded else ""
                return spoken(line.found, line.chips, ticked=ticked, recorded=recorded)
            case _:
                return line if role == LINE_ROLE else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick a result."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid() or self._lines[index.row()].recorded:
            return False
        line_id = self._lines[index.row()].id
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._ticked.add(line_id)
        else:
            self._ticked.discard(line_id)
        self._tell(index.row(), index.row())
        return True

    def _tell(self, first: int, last: int) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(first), self.index(last), [Qt.ItemDataRole.CheckStateRole])
        self.ticks_changed.emit()

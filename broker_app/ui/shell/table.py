"""Tables of the house: no vertical lines, numbers at the right, states as icon and word, the whole row selected."""

from typing import Any, Generic, TypeVar

from PySide6.QtCore import QItemSelection, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from broker_app.ui.shell.paged_model import STATUS_ROLE, PagedModel, Status
from broker_app.ui.shell.painting import paint_status, paint_text
from broker_app.ui.shell.theme import theme

RowT = TypeVar("RowT")
Index = QModelIndex | QPersistentModelIndex

_CELL_SIDE = 12
_ROW = 38
_HEAD = 34


class _Header(QHeaderView):
    """Column titles, each aligned like its column."""

    def __init__(self, margin: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._margin = margin
        self.setSectionsClickable(False)
        self.setHighlightSections(False)

    def sizeHint(self) -> QSize:
        """One line of 34 px."""
        return QSize(0, theme().scale.height(_HEAD, "meta", 6))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's name
        """Paint a title over a hairline."""
        painter.save()
        painter.fillRect(rect, theme().color("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme().color("line"))
        model = self.model()
        column = model.columns[logicalIndex] if isinstance(model, PagedModel) else None
        paint_text(
            painter,
            _cell_box(QRectF(rect), logicalIndex, self._margin),
            str(model.headerData(logicalIndex, Qt.Orientation.Horizontal) or ""),
            "meta",
            "text2",
            right=column is not None and column.numeric,
        )
        painter.restore()


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, view: "Table[Any]", margin: int) -> None:
        super().__init__(view)
        self._view, self._margin = view, margin

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Rows of 38 px, higher for larger text."""
        return QSize(40, theme().scale.height(_ROW, "body", 8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell: ground of the row, then text or state."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        selected = self._view.selectionModel().isRowSelected(index.row(), QModelIndex())
        if selected or self._view.hovered_row == index.row():
            painter.fillRect(box, theme().color("tint" if selected else "hover"))
        if selected and index.column() == 0:
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), theme().color("accent"))
        painter.fillRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1), theme().color("line"))
        self._paint_content(painter, _cell_box(box, index.column(), self._margin), index)
        painter.restore()

    def _paint_content(self, painter: QPainter, box: QRectF, index: Index) -> None:
        status = index.data(STATUS_ROLE)
        column = self._view.paged.columns[index.column()]
        if isinstance(status, Status):
            paint_status(painter, box, status.words, status.icon, status.tone)
            return
        colour = "text" if column.strong or index.column() == 0 or column.numeric else "text2"
        text = " ".join(str(index.data() or "").split())
        paint_text(painter, box, text, "body", colour, strong=column.strong, right=column.numeric)


class Table(QTableView, Generic[RowT]):
    """A table over a :class:`PagedModel`; Enter or a double click opens a row, Del asks to remove it."""

    opened = Signal(object)
    """The row that a person wants to open."""

    chosen = Signal(object)
    """The row selected now, or None."""

    removal_asked = Signal(object)
    """The row that a person wants gone."""

    def __init__(self, model: PagedModel[RowT], *, margin: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paged = model
        self.hovered_row = -1
        self.setHorizontalHeader(_Header(margin, self))
        self.setModel(model)
        self.setItemDelegate(_RowDelegate(self, margin))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme().scale.height(_ROW, "body", 8))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.paged.row(index.row())))
        theme().changed.connect(self._take_size)

    @property
    def chosen_row(self) -> RowT | None:
        """The selected row, or None."""
        rows = self.selectionModel().selectedRows()
        return self.paged.row(rows[0].row()) if rows else None

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell which row is selected now, and paint whole rows."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.chosen.emit(self.chosen_row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Del removes, everything else moves."""
        row = self.chosen_row
        if row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row)
        elif row is not None and event.key() == Qt.Key.Key_Delete:
            self.removal_asked.emit(row)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room: fixed columns keep theirs, the others take what is left."""
        super().resizeEvent(event)
        self._share_width()

    def viewportEvent(self, event: Any) -> bool:
        """Follow the pointer for the hover of whole rows."""
        if event.type() in (event.Type.MouseMove, event.Type.Leave):
            at = self.rowAt(int(event.position().y())) if event.type() == event.Type.MouseMove else -1
            if at != self.hovered_row:
                self.hovered_row = at
                self.viewport().update()
        return bool(super().viewportEvent(event))

    def _take_size(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme().scale.height(_ROW, "body", 8))
        self._share_width()

    def _share_width(self) -> None:
        factor = theme().scale.factor
        fixed = {n: round(one.width * factor) for n, one in enumerate(self.paged.columns) if one.width}
        free = [n for n, one in enumerate(self.paged.columns) if not one.width]
        room = self.viewport().width()
        least = 140 * len(free)
        scale = min(1.0, max(0.4, (room - least) / max(1, sum(fixed.values()))))
        left = room
        for number, width in fixed.items():
            self.setColumnWidth(number, int(width * scale))
            left -= int(width * scale)
        for number in free:
            self.setColumnWidth(number, max(80, left // len(free)))


def _cell_box(box: QRectF, column: int, margin: int) -> QRectF:
    left = margin if column == 0 else _CELL_SIDE
    return box.adjusted(left, 0, -_CELL_SIDE, 0)

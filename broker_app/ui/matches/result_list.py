"""The list of results: as high as its rows, because the page scrolls it together with what stands below."""

from uuid import UUID

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QVBoxLayout, QWidget

from broker_app.ui.matches.result_delegate import TICK_ZONE, ResultDelegate
from broker_app.ui.matches.result_model import Index, ResultModel
from broker_app.ui.matches.weak_delegate import WeakDelegate
from broker_app.ui.shell.theme import theme


class ResultList(QListView):
    """Arrows move, Space ticks, Enter opens; a click at the left ticks."""

    opened = Signal(object)
    """The id of the record a person wants to open."""

    row_reached = Signal(QRect)
    """Where the current row stands in this widget, for the page to scroll to."""

    def __init__(self, model: ResultModel, *, weak: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results = model
        self._painter: ResultDelegate | WeakDelegate = WeakDelegate(self) if weak else ResultDelegate(self)
        self.setItemDelegate(self._painter)
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.results.line(index.row()).id))
        model.modelReset.connect(self._take_height)
        theme().changed.connect(self._take_height)
        self._take_height()

    @property
    def current_id(self) -> UUID | None:
        """The record of the current row."""
        row = self.currentIndex().row()
        return self.results.line(row).id if 0 <= row < self.results.rowCount() else None

    def choose(self, record_id: UUID | None) -> None:
        """Make the row of a record current; the first row if it is not there."""
        rows = [number for number, line in enumerate(self.results.lines()) if line.id == record_id]
        if self.results.rowCount():
            self.setCurrentIndex(self.results.index(rows[0] if rows else 0))

    def toggle(self, row: int) -> None:
        """Tick a row, or take its tick away."""
        checked = Qt.CheckState.Unchecked if self.results.is_ticked(row) else Qt.CheckState.Checked
        self.results.setData(self.results.index(row), checked, Qt.ItemDataRole.CheckStateRole)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks, Enter opens; Ctrl+Enter is left to the page."""
        row = self.currentIndex().row()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and enter:
            event.ignore()
        elif row >= 0 and event.key() == Qt.Key.Key_Space:
            self.toggle(row)
        elif row >= 0 and enter:
            self.opened.emit(self.results.line(row).id)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click in the zone of the tick ticks."""
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and place.x() <= TICK_ZONE:
            self.toggle(index.row())

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802 - Qt's name
        """Let the page scroll to the row."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.row_reached.emit(self.visualRect(current))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard finds a row at once."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.results.rowCount():
            self.setCurrentIndex(self.results.index(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width makes other heights."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._take_height()

    def _take_height(self) -> None:
        width = self.viewport().width()
        wanted = sum(self._painter.height_of(line, width) for line in self.results.lines())
        self.setFixedHeight(max(wanted, 1))
        self.scheduleDelayedItemsLayout()


class DashedBox(QFrame):
    """A dashed frame: what is inside is shown, not recommended."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 7, 1, 7)
        column.addWidget(inside)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

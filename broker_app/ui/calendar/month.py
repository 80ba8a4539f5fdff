"""Six weeks at once: a line a visit or task, dragged from day to day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QPoint, QRectF, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from broker_app.i18n import counted, day_name, weekday_name
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.calendar_plan import WeekVisit, monday_of
from broker_app.services.follow_ups import FollowUpRow
from broker_app.ui.calendar.tiles import LineTile, line_height
from broker_app.ui.shell.painting import paint_text
from broker_app.ui.shell.theme import theme

Entry = WeekVisit | FollowUpRow
_DAYS, _WEEKS = 7, 6
_LEAST_LINES = 2


class MonthGrid(QWidget):
    """``moved`` carries a visit or task and the day it is moved to; ``day_wanted`` a day that was double-clicked."""

    moved = Signal(object, object)
    opened = Signal(object)
    day_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._month = date(2026, 1, 1)
        self._hidden: dict[date, int] = {}
        self.tiles: list[LineTile] = []
        theme().changed.connect(self._place)

    @property
    def first(self) -> date:
        """The Monday the grid begins with."""
        return monday_of(self._month)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=_DAYS * _WEEKS - 1)

    def show_month(self, month: date, visits: Sequence[WeekVisit], tasks: Sequence[FollowUpRow]) -> None:
        """Show what is in the weeks of ``month`` (its first day); the tile with the keyboard keeps it."""
        focused = next((tile.entry.id for tile in self.tiles if tile.hasFocus()), None)
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self._month = month
        entries: list[Entry] = [*visits, *tasks]
        self.tiles = [self._make_tile(one) for one in sorted(entries, key=lambda one: _day_of(one) or date.max)]
        self.setMinimumHeight(round(self._head() + _WEEKS * self._least_cell()) + 8)
        self._place()
        for tile in self.tiles:
            if tile.entry.id == focused:
                tile.setFocus()
        self.update()

    def day_at(self, point: QPoint) -> date:
        """The day whose cell holds ``point``; the nearest one outside."""
        column = min(_DAYS - 1, max(0, int(point.x() / self._cell_width())))
        row = min(_WEEKS - 1, max(0, int((point.y() - self._head()) / self._cell_height())))
        return self.first + timedelta(days=row * _DAYS + column)

    def corner_of(self, day: date) -> QPoint:
        """The top left corner of a day's cell."""
        days = (day - self.first).days
        return QPoint(
            round(days % _DAYS * self._cell_width()), round(self._head() + days // _DAYS * self._cell_height())
        )

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(900, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the days."""
        super().resizeEvent(event)
        self._place()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the week of a day."""
        self.day_wanted.emit(self.day_at(event.position().toPoint()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the days, where today is, and how many lines did not fit."""
        painter = QPainter(self)
        width, height, today = self._cell_width(), self._cell_height(), china_date(utc_now())
        for number in range(_DAYS):
            box = QRectF(number * width + 8, 0, width - 10, self._head() - 4)
            paint_text(painter, box, weekday_name(self.first + timedelta(days=number)), "meta", "text2", strong=True)
        for number in range(_DAYS * _WEEKS):
            day = self.first + timedelta(days=number)
            corner = self.corner_of(day)
            cell = QRectF(corner.x(), corner.y(), width, height)
            if day == today:
                painter.fillRect(cell, theme().color("hover"))
            painter.fillRect(QRectF(cell.left(), cell.top(), cell.width(), 1), theme().color("line"))
            painter.fillRect(QRectF(cell.left(), cell.top(), 1, cell.height()), theme().color("line"))
            inside = day.month == self._month.month
            colour = "accent_text" if day == today else ("text2" if inside else "off")
            words = day_name(day) if day.day == 1 else str(day.day)
            box = QRectF(cell.left() + 8, cell.top() + 2, width - 10, theme().line("tiny"))
            paint_text(painter, box, words, "tiny", colour, strong=day == today)
            if hidden := self._hidden.get(day, 0):
                paint_text(painter, box, counted("还有 {n} 件", "还有 {n} 件", hidden), "tiny", "text3", right=True)

    def _make_tile(self, entry: Entry) -> LineTile:
        tile = LineTile(entry, self)
        tile.clicked.connect(lambda: self.opened.emit(entry))
        tile.step_wanted.connect(lambda step: self._step(entry, step))
        tile.dragged.connect(lambda corner: tile.move(corner))
        tile.dropped.connect(lambda corner: self._drop(entry, corner + QPoint(tile.width() // 2, tile.height() // 2)))
        return tile

    def _step(self, entry: Entry, step: timedelta) -> None:
        day = _day_of(entry)
        if day is not None:
            self.moved.emit(entry, day + step)

    def _drop(self, entry: Entry, middle: QPoint) -> None:
        day = self.day_at(middle)
        if day == _day_of(entry):
            self._place()
        else:
            self.moved.emit(entry, day)

    def _place(self) -> None:
        by_day: dict[date, list[LineTile]] = defaultdict(list)
        for tile in self.tiles:
            day = _day_of(tile.entry)
            tile.setVisible(day is not None and self.first <= day <= self.last)
            if day is not None and self.first <= day <= self.last:
                by_day[day].append(tile)
        room = int((self._cell_height() - theme().line("tiny") - 6) // line_height())
        self._hidden = {}
        for day, tiles in by_day.items():
            corner = self.corner_of(day)
            for number, tile in enumerate(tiles):
                tile.setVisible(number < room)
                top = corner.y() + theme().line("tiny") + 4 + number * line_height()
                tile.setGeometry(corner.x() + 4, top, round(self._cell_width()) - 8, line_height())
            self._hidden[day] = max(0, len(tiles) - room)
        self.update()

    def _head(self) -> int:
        return theme().scale.height(28, "meta", 4)

    def _least_cell(self) -> float:
        return theme().line("tiny") + 8 + _LEAST_LINES * line_height()

    def _cell_height(self) -> float:
        return max(self._least_cell(), (self.height() - self._head() - 4) / _WEEKS)

    def _cell_width(self) -> float:
        return max(60.0, self.width() / _DAYS)


def _day_of(entry: Entry) -> date | None:
    return entry.start.date() if isinstance(entry, WeekVisit) else entry.due

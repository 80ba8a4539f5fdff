"""Seven days side by side, a tile a visit; a planned one is dragged, or moved by Ctrl and the arrow keys."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, day_name, either, weekday_name
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.calendar_plan import WeekVisit
from broker_app.services.follow_ups import FollowUpRow
from broker_app.ui.calendar.tiles import DragTile, LineTile, line_height
from broker_app.ui.shell.painting import paint_text, plain_tip
from broker_app.ui.shell.theme import theme

_DAYS = 7
_FIRST_HOUR, _LAST_HOUR = 8, 18
_HOUR = 48
_SNAP = 15  # minutes
_STEPS = {
    Qt.Key.Key_Left: timedelta(days=-1),
    Qt.Key.Key_Right: timedelta(days=1),
    Qt.Key.Key_Up: timedelta(minutes=-30),
    Qt.Key.Key_Down: timedelta(minutes=30),
}


class VisitTile(DragTile):
    """A visit in its day; Enter or a click opens it."""

    moved = Signal(object)
    """The moment it is moved to."""

    def __init__(self, visit: WeekVisit, parent: QWidget) -> None:
        super().__init__(parent, movable=visit.movable, steps=_STEPS)
        self.visit = visit
        when = f"{visit.start:%H:%M}—{visit.end:%H:%M}"
        self.setAccessibleName(f"{day_name(visit.start)} {when} {visit.enterprise} {visit.state_words}")
        help_words = _("拖动，或按 Ctrl 加方向键挪时间") if visit.movable else ""
        self.setToolTip(plain_tip("\n".join(filter(None, (f"{when} {visit.enterprise}", visit.place, help_words)))))
        self.step_wanted.connect(lambda step: self.moved.emit(visit.start + step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Firm and time on a tint; what is done is quiet, what is planned stands out."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        planned = self.visit.movable
        painter.setBrush(theme().color(("tint2" if self.underMouse() else "tint") if planned else "sunken"))
        painter.setPen(QPen(theme().color("accent" if planned else "line2"), 1))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent" if planned else "edge"))
        painter.drawRoundedRect(QRectF(0, 0, 4, self.height()), 2, 2)
        line = theme().line("tiny")
        inner = box.adjusted(9, 2, -4, 0)
        lines = (f"{self.visit.start:%H:%M}", self.visit.enterprise, self.visit.place or self.visit.state_words)
        for number, words in enumerate(lines[: max(1, int((self.height() - 3) // line))]):
            place = QRectF(inner.left(), inner.top() + number * line, inner.width(), line)
            paint_text(painter, place, words, "tiny", "text" if number < 2 else "text2", strong=number == 1)


class WeekGrid(QWidget):
    """Lays the tiles out by time; ``moved`` carries a visit and the moment it is moved to."""

    moved = Signal(object, object)
    opened = Signal(object)
    task_moved = Signal(object, object)
    """A task and the day it is moved to."""

    task_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tasks: list[LineTile] = []
        self._monday = date(2026, 1, 5)
        self._visits: tuple[WeekVisit, ...] = ()
        self._hours = (_FIRST_HOUR, _LAST_HOUR)
        self.tiles: list[VisitTile] = []
        theme().changed.connect(self._place)

    def show_week(self, monday: date, visits: Sequence[WeekVisit], tasks: Sequence[FollowUpRow] = ()) -> None:
        """Show the visits of a week, and above them the tasks due; the tile with the keyboard keeps it."""
        focused = next((tile.visit.id for tile in self.tiles if tile.hasFocus()), None)
        focused = focused or next((tile.entry.id for tile in self.tasks if tile.hasFocus()), None)
        gone: list[QWidget] = [*self.tiles, *self.tasks]
        for tile in gone:
            tile.hide()
            tile.deleteLater()
        self.tasks = [self._make_task(one) for one in tasks]
        self._monday, self._visits = monday, tuple(visits)
        starts = [one.start.hour for one in visits]
        ends = [24 if one.end.date() > one.start.date() else one.end.hour + 1 for one in visits]
        self._hours = (min([_FIRST_HOUR, *starts]), min(24, max([_LAST_HOUR, *ends])))
        self.tiles = [self._make_tile(one) for one in visits]
        self.setMinimumHeight(round(self._head() + (self._hours[1] - self._hours[0]) * self._hour()) + 8)
        self._place()
        for shown in self.tiles:
            if shown.visit.id == focused:
                shown.setFocus()
        for task in self.tasks:
            if task.entry.id == focused:
                task.setFocus()
        self.update()

    def moment_at(self, corner: QPoint) -> datetime:
        """Day and time of a tile whose top left corner is there, to a quarter of an hour."""
        day = min(_DAYS - 1, max(0, round((corner.x() - self._left()) / self._day_width())))
        minutes = (corner.y() - self._head()) / self._hour() * 60
        minutes = max(0, round(minutes / _SNAP) * _SNAP)
        minutes = min(minutes + self._hours[0] * 60, 24 * 60 - 30)
        begins = datetime.combine(self._monday + timedelta(days=day), time(), CHINA_TIME)
        return begins + timedelta(minutes=minutes)

    def corner_of(self, moment: datetime) -> QPoint:
        """Where a tile that begins then has its top left corner."""
        day = (moment.date() - self._monday).days
        hours = moment.hour + moment.minute / 60 - self._hours[0]
        return QPoint(round(self._left() + day * self._day_width()), round(self._head() + hours * self._hour()))

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(900, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among the days."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint days, hours, and where today is."""
        painter = QPainter(self)
        now = utc_now().astimezone(CHINA_TIME)
        width, head = self._day_width(), self._head()
        for number in range(_DAYS):
            day = self._monday + timedelta(days=number)
            left = self._left() + number * width
            if day == now.date():
                painter.fillRect(QRectF(left, 0, width, self.height()), theme().color("hover"))
            words = either(f"{weekday_name(day)} {day.month}.{day.day}", f"{weekday_name(day)} {day_name(day)}")
            colour = "accent_text" if day == now.date() else "text2"
            paint_text(painter, QRectF(left + 8, 0, width - 10, self._title() - 6), words, "meta", colour, strong=True)
            painter.fillRect(QRectF(left, 0, 1, self.height()), theme().color("line"))
        for hour in range(self._hours[0], self._hours[1] + 1):
            top = head + (hour - self._hours[0]) * self._hour()
            painter.fillRect(QRectF(self._left(), top, self.width(), 1), theme().color("line"))
            if hour < self._hours[1]:
                box = QRectF(0, top, self._left() - 8, theme().line("tiny"))
                paint_text(painter, box, f"{hour}:00", "tiny", "text3", right=True)
        corner = self.corner_of(now)
        if self._monday <= now.date() < self._monday + timedelta(days=_DAYS) and corner.y() >= head:
            painter.fillRect(QRectF(corner.x(), corner.y(), width, 2), theme().color("accent"))

    def _make_tile(self, visit: WeekVisit) -> VisitTile:
        tile = VisitTile(visit, self)
        tile.clicked.connect(lambda: self.opened.emit(visit.id))
        tile.moved.connect(lambda moment: self.moved.emit(visit, moment))
        tile.dragged.connect(lambda corner: tile.move(corner))
        tile.dropped.connect(lambda corner: self._drop(visit, corner))
        tile.show()
        return tile

    def _make_task(self, task: FollowUpRow) -> LineTile:
        tile = LineTile(task, self)
        tile.clicked.connect(lambda: self.task_opened.emit(task))
        tile.step_wanted.connect(lambda step: self.task_moved.emit(task, task.due + step) if task.due else None)
        tile.dragged.connect(lambda corner: tile.move(QPoint(corner.x(), tile.y())))
        tile.dropped.connect(lambda corner: self._drop_task(task, corner))
        tile.show()
        return tile

    def _drop_task(self, task: FollowUpRow, corner: QPoint) -> None:
        day = self.moment_at(QPoint(corner.x(), self._head())).date()
        if day == task.due:
            self._place()
        else:
            self.task_moved.emit(task, day)

    def _drop(self, visit: WeekVisit, corner: QPoint) -> None:
        moment = self.moment_at(corner)
        if moment == visit.start:
            self._place()
        else:
            self.moved.emit(visit, moment)

    def _place(self) -> None:
        for tile, (lane, lanes) in zip(self.tiles, _lanes(self._visits), strict=True):
            corner = self.corner_of(tile.visit.start)
            width = (self._day_width() - 6) / lanes
            minutes = (tile.visit.end - tile.visit.start).total_seconds() / 60
            height = max(theme().line("tiny") + 6, minutes / 60 * self._hour() - 2)
            left = corner.x() + 3 + lane * width
            tile.setGeometry(QRect(round(left), corner.y() + 1, round(width) - 2, round(height)))

        stacked: dict[date, int] = defaultdict(int)
        for task in self.tasks:
            due = task.entry.due if isinstance(task.entry, FollowUpRow) else None
            if due is not None:
                left = round(self._left() + (due - self._monday).days * self._day_width())
                top = self._title() + stacked[due] * line_height()
                task.setGeometry(left + 3, top, round(self._day_width()) - 8, line_height())
                stacked[due] += 1

    def _left(self) -> int:
        return theme().scale.metrics("tiny").horizontalAdvance("00:00") + 12

    def _title(self) -> int:
        return theme().scale.height(34, "meta", 6)

    def _head(self) -> int:
        """Where the hours begin: under the names of the days and the tasks of the fullest day."""
        due = Counter(task.entry.due for task in self.tasks if isinstance(task.entry, FollowUpRow))
        most = max(due.values(), default=0)
        return self._title() + most * line_height() + (6 if most else 0)

    def _hour(self) -> float:
        return _HOUR * max(1.0, theme().scale.factor)

    def _day_width(self) -> float:
        return max(60.0, (self.width() - self._left() - 2) / _DAYS)


def _lanes(visits: Sequence[WeekVisit]) -> list[tuple[int, int]]:
    """For each visit the lane it stands in and how many there are where it overlaps others; ``visits`` by time."""
    placed: list[tuple[int, int]] = [(0, 1)] * len(visits)
    group: list[int] = []
    ends: list[datetime] = []

    def close() -> None:
        for number in group:
            placed[number] = (placed[number][0], len(ends))
        group.clear()
        ends.clear()

    for number, visit in enumerate(visits):
        if ends and visit.start >= max(ends):
            close()
        lane = next((lane for lane, end in enumerate(ends) if end <= visit.start), len(ends))
        if lane == len(ends):
            ends.append(visit.end)
        else:
            ends[lane] = visit.end
        placed[number] = (lane, 1)
        group.append(number)
    close()
    return placed

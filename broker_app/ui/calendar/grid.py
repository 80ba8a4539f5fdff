"""Seven days side by side, a tile a visit; a planned one is dragged, or moved by Ctrl and the arrow keys."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from broker_app.i18n import _, day_name, weekday_name
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.calendar_plan import WeekVisit
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


class VisitTile(QAbstractButton):
    """A visit in its day; Enter or a click opens it."""

    moved = Signal(object)
    """The moment it is moved to."""

    dragged = Signal(QPoint)
    dropped = Signal(QPoint)

    def __init__(self, visit: WeekVisit, parent: QWidget) -> None:
        super().__init__(parent)
        self.visit = visit
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor if visit.movable else Qt.CursorShape.ArrowCursor)
        when = f"{visit.start:%H:%M}—{visit.end:%H:%M}"
        self.setAccessibleName(f"{day_name(visit.start)} {when} {visit.enterprise} {visit.state_words}")
        help_words = _("拖动，或按 Ctrl 加方向键挪时间") if visit.movable else ""
        self.setToolTip(plain_tip("\n".join(filter(None, (f"{when} {visit.enterprise}", visit.place, help_words)))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl and an arrow move it: a day or half an hour."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and self.visit.movable and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.moved.emit(self.visit.start + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag may begin."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer once it has gone far enough."""
        at = event.position().toPoint()
        far = self._pressed_at is not None and (at - self._pressed_at).manhattanLength()
        if self.visit.movable and (self._dragging or far >= QApplication.startDragDistance()):
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.raise_()
            self.dragged.emit(self.mapToParent(at - (self._pressed_at or at)))
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Drop it, or open it if it was not dragged."""
        if self._dragging:
            self._dragging = False
            self.setDown(False)
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            self.dropped.emit(self.pos())
        else:
            super().mouseReleaseEvent(event)
        self._pressed_at = None

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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._monday = date(2026, 1, 5)
        self._visits: tuple[WeekVisit, ...] = ()
        self._hours = (_FIRST_HOUR, _LAST_HOUR)
        self.tiles: list[VisitTile] = []
        theme().changed.connect(self._place)

    def show_week(self, monday: date, visits: Sequence[WeekVisit]) -> None:
        """Show the visits of a week; the tile with the keyboard keeps it."""
        focused = next((tile.visit.id for tile in self.tiles if tile.hasFocus()), None)
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self._monday, self._visits = monday, tuple(visits)
        starts = [one.start.hour for one in visits]
        ends = [24 if one.end.date() > one.start.date() else one.end.hour + 1 for one in visits]
        self._hours = (min([_FIRST_HOUR, *starts]), min(24, max([_LAST_HOUR, *ends])))
        self.tiles = [self._make_tile(one) for one in visits]
        self.setMinimumHeight(round(self._head() + (self._hours[1] - self._hours[0]) * self._hour()) + 8)
        self._place()
        for tile in self.tiles:
            if tile.visit.id == focused:
                tile.setFocus()
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
            words = f"{weekday_name(day)} {day.month}.{day.day}"
            colour = "accent_text" if day == now.date() else "text2"
            paint_text(painter, QRectF(left + 8, 0, width - 10, head - 6), words, "meta", colour, strong=True)
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

    def _left(self) -> int:
        return theme().scale.metrics("tiny").horizontalAdvance("00:00") + 12

    def _head(self) -> int:
        return theme().scale.height(34, "meta", 6)

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

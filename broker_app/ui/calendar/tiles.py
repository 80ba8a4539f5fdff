"""What is dragged about in the calendar: a button that follows the pointer, and one-line tiles of tasks and months."""

from collections.abc import Mapping
from datetime import timedelta

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from broker_app.i18n import _, day_name
from broker_app.services.calendar_plan import WeekVisit
from broker_app.services.follow_ups import FollowUpRow
from broker_app.ui.shell.painting import paint_text, plain_tip
from broker_app.ui.shell.theme import theme

_HIT, _INSET = 32, 4
DAY, WEEK = timedelta(days=1), timedelta(days=7)


class DragTile(QAbstractButton):
    """A click or Enter opens it; if ``movable``, a drag or Ctrl and an arrow moves it."""

    step_wanted = Signal(object)
    """How far (timedelta) the keyboard wants it moved."""

    dragged = Signal(QPoint)
    """Where its top left corner is while it is dragged."""

    dropped = Signal(QPoint)

    def __init__(self, parent: QWidget, *, movable: bool, steps: Mapping[Qt.Key, timedelta]) -> None:
        super().__init__(parent)
        self.movable = movable
        self._steps = steps
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor if movable else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl and an arrow move it."""
        step = self._steps.get(Qt.Key(event.key()))
        if step is not None and self.movable and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step_wanted.emit(step)
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
        if self.movable and (self._dragging or far >= QApplication.startDragDistance()):
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


class LineTile(DragTile):
    """One line: a visit in a month, or a task in a week or a month; it moves by days."""

    def __init__(self, entry: WeekVisit | FollowUpRow, parent: QWidget) -> None:
        is_task = isinstance(entry, FollowUpRow)
        movable = is_task or (isinstance(entry, WeekVisit) and entry.movable)
        steps = {
            Qt.Key.Key_Left: -DAY,
            Qt.Key.Key_Right: DAY,
            Qt.Key.Key_Up: -WEEK,
            Qt.Key.Key_Down: WEEK,
        }
        super().__init__(parent, movable=movable, steps=steps)
        self.entry = entry
        help_words = _("拖到别的日子，或按 Ctrl 加方向键") if movable else ""
        if isinstance(entry, WeekVisit):
            self._words = f"{entry.start:%H:%M} {entry.enterprise}"
            self.setAccessibleName(f"{day_name(entry.start)} {self._words} {entry.state_words}")
            told = [self._words, entry.place, entry.state_words, help_words]
        else:
            self._words = entry.text
            due = day_name(entry.due) if entry.due else ""
            name = _("跟进 {what}").format(what=" ".join(filter(None, (entry.enterprise, entry.text, entry.who))))
            self.setAccessibleName(f"{due} {name}".strip())
            told = [name, help_words]
        self.setToolTip(plain_tip("\n".join(part for part in told if part)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A tinted line: a visit with a bar, a task with a dotted amber edge; what is done is quiet."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_task = isinstance(self.entry, FollowUpRow)
        tone = "warn" if is_task else ("accent" if self.movable else "edge")
        ground = "warn_tint" if is_task else ("tint" if self.movable else "sunken")
        painter.setBrush(theme().color("hover" if self.underMouse() else ground))
        painter.setPen(QPen(theme().color(tone if self.movable else "line2"), 1, _style(is_task)))
        box = QRectF(self.rect()).adjusted(0.5, _INSET + 0.5, -0.5, -_INSET - 0.5)
        painter.drawRoundedRect(box, 3, 3)
        if not is_task:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(tone))
            painter.drawRoundedRect(QRectF(0, box.top(), 3, box.height()), 1.5, 1.5)
        colour = "warn_text" if is_task else ("text" if self.movable else "text2")
        paint_text(painter, box.adjusted(7, 0, -4, 0), self._words, "tiny", colour)


def line_height() -> int:
    """How high a one-line tile is: all of it reacts, what is painted is a little less."""
    return max(_HIT, theme().line("tiny") + 2 * _INSET + 2)


def _style(is_task: bool) -> Qt.PenStyle:
    return Qt.PenStyle.DotLine if is_task else Qt.PenStyle.SolidLine

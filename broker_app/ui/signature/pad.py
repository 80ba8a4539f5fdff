"""The white pad a name is drawn on with mouse, finger or pen, and the picture made of it."""

import itertools

from PySide6.QtCore import QBuffer, QByteArray, QElapsedTimer, QEvent, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from broker_app.i18n import _
from broker_app.services.signatures import Drawing, Point, Stroke
from broker_app.ui.shell.theme import theme

_WIDTH = 3.0
_LINE_AT = 0.72  # of the height
_SIDE = 36
_LEAST_INK = 24.0  # px of line that are a signature and no slip of the hand
_PICTURE_SCALE = 2
_MARGIN = 12
_DEFAULT_PRESSURE = 0.5


class SignaturePad(QWidget):
    """White in both themes. ``drawn`` tells that there is another stroke, or one less."""

    drawn = Signal()

    def __init__(self, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._strokes: list[list[Point]] = []
        self._clock = QElapsedTimer()
        self._drawing = False
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("签名的白板"))

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """What is drawn."""
        return tuple(tuple(stroke) for stroke in self._strokes)

    @property
    def is_signed(self) -> bool:
        """Whether there is more on it than a slip of the hand."""
        return sum(_length(stroke) for stroke in self._strokes) >= _LEAST_INK

    def clear(self) -> None:
        """Wipe the pad."""
        self._strokes, self._drawing = [], False
        self._changed()

    def take_back(self) -> None:
        """Wipe the last stroke."""
        if self._strokes:
            self._strokes.pop()
            self._changed()

    def sizeHint(self) -> QSize:
        """A comfortable width."""
        return QSize(640, 300)

    def minimumSizeHint(self) -> QSize:
        """Room for two characters."""
        return QSize(280, 150)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._begin(event.position(), _DEFAULT_PRESSURE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It goes on."""
        self._go_on(event.position(), _DEFAULT_PRESSURE)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It ends."""
        self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: the same with pressure."""
        match event.type():
            case QEvent.Type.TabletPress:
                self._begin(event.position(), event.pressure())
            case QEvent.Type.TabletMove if event.pressure() > 0:
                self._go_on(event.position(), event.pressure())
            case QEvent.Type.TabletRelease:
                self._end()
        event.accept()  # or Qt tells it again as a mouse

    def event(self, event: QEvent) -> bool:
        """One finger draws; a second one is the ball of the hand and draws nothing."""
        if isinstance(event, QTouchEvent) and event.deviceType() == QInputDevice.DeviceType.TouchScreen:
            self._touch(event)
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint paper, line, and what is drawn."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(theme().color("pad"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        height = self.height() * _LINE_AT
        faint = theme().color("ink")
        faint.setAlpha(96)
        painter.setPen(QPen(faint, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(_SIDE, height), QPointF(self.width() - _SIDE, height))
        faint.setAlpha(170)
        painter.setPen(faint)
        painter.setFont(theme().font("body"))
        painter.drawText(QPointF(_SIDE, height + theme().line("body") + 4), self._hint)
        _paint_strokes(painter, self.strokes)

    def drawing(self) -> Drawing:
        """The strokes and a picture cut to them."""
        return Drawing(self.strokes, self.width(), self.height(), _picture(self.strokes))

    def set_hint(self, hint: str) -> None:
        """Say under the line who is asked to sign."""
        self._hint = hint
        self.update()

    def _touch(self, event: QTouchEvent) -> None:
        points = event.points()
        if not points:
            return
        first, kind = points[0], event.type()
        pressure = first.pressure() or _DEFAULT_PRESSURE
        if kind == QEvent.Type.TouchBegin:
            self._begin(first.position(), pressure)
        elif kind == QEvent.Type.TouchUpdate:
            self._go_on(first.position(), pressure)
        else:
            self._end()

    def _begin(self, at: QPointF, pressure: float) -> None:
        if not self._strokes:
            self._clock.start()
        self._drawing = True
        self._strokes.append([self._point(at, pressure)])
        self._changed()

    def _go_on(self, at: QPointF, pressure: float) -> None:
        if self._drawing:
            self._strokes[-1].append(self._point(at, pressure))
            self.update()

    def _end(self) -> None:
        if self._drawing:
            self._drawing = False
            self._changed()

    def _point(self, at: QPointF, pressure: float) -> Point:
        x = min(max(at.x(), 0.0), float(self.width()))
        y = min(max(at.y(), 0.0), float(self.height()))
        return Point(x, y, int(self._clock.elapsed()), pressure)

    def _changed(self) -> None:
        self.update()
        self.drawn.emit()


def _paint_strokes(painter: QPainter, strokes: tuple[Stroke, ...]) -> None:
    for stroke in strokes:
        pen = QPen(theme().color("ink"), _WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if len(stroke) == 1:
            painter.setPen(pen)
            painter.drawPoint(QPointF(stroke[0].x, stroke[0].y))
        for one, following in itertools.pairwise(stroke):
            pen.setWidthF(_WIDTH * (0.6 + 0.8 * following.pressure))
            painter.setPen(pen)
            painter.drawLine(QPointF(one.x, one.y), QPointF(following.x, following.y))


def _picture(strokes: tuple[Stroke, ...]) -> bytes:
    points = [point for stroke in strokes for point in stroke]
    if not points:
        return b""
    left, top = min(p.x for p in points) - _MARGIN, min(p.y for p in points) - _MARGIN
    right, bottom = max(p.x for p in points) + _MARGIN, max(p.y for p in points) + _MARGIN
    size = QSize(round((right - left) * _PICTURE_SCALE), round((bottom - top) * _PICTURE_SCALE))
    image = QImage(size, QImage.Format.Format_ARGB32)
    image.fill(theme().color("pad"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_PICTURE_SCALE, _PICTURE_SCALE)
    painter.translate(-left, -top)
    _paint_strokes(painter, strokes)
    painter.end()
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(held.data())


def _length(stroke: list[Point]) -> float:
    pairs = itertools.pairwise(stroke)
    return float(sum(((b.x - a.x) ** 2 + (b.y - a.y) ** 2) ** 0.5 for a, b in pairs))

"""The mark of the program: two linked rings, a need and an achievement."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from broker_app.ui.shell.theme import theme


def paint_mark(painter: QPainter, box: QRectF) -> None:
    """Paint the mark into a square ``box``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = box.width()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("accent"))
    painter.drawRoundedRect(box, side * 0.21, side * 0.21)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("on_accent"), side * 0.08))
    radius, middle = side * 0.19, box.center()
    painter.drawEllipse(middle - QPointF(side * 0.11, 0), radius, radius)
    painter.drawEllipse(middle + QPointF(side * 0.11, 0), radius, radius)
    painter.restore()


class BrandMark(QWidget):
    """The mark at the entrance."""

    def __init__(self, side: int = 56) -> None:
        super().__init__()
        self.setFixedSize(QSize(side, side))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        paint_mark(QPainter(self), QRectF(self.rect()))


def window_icon() -> QIcon:
    """The mark as the icon of windows."""
    icon = QIcon()
    for side in (16, 32, 48, 128, 256):
        image = QPixmap(side, side)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_mark(painter, QRectF(0, 0, side, side))
        painter.end()
        icon.addPixmap(image)
    return icon

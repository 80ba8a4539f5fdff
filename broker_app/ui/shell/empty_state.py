"""What a page shows when it has nothing: a small drawing, what it is, how to make one, one button."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme

_SENTENCE = 560


class _Drawing(QWidget):
    """A note with marked lines, and the card that comes out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(QSize(220, 110))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw from primitives in tokens."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = theme()
        painter.setPen(QPen(look.color("line2"), 1.5))
        painter.setBrush(look.color("surface"))
        painter.drawRoundedRect(QRectF(6, 8, 96, 92), 6, 6)
        painter.setPen(QPen(look.color("accent"), 1.5))
        painter.drawRoundedRect(QRectF(138, 28, 76, 52), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        bars = (
            (18, 22, 68, 6, "pressed"),
            (18, 35, 74, 10, "tint2"),
            (18, 50, 50, 10, "tint2"),
            (18, 66, 70, 5, "pressed"),
            (18, 81, 40, 5, "pressed"),
            (148, 38, 16, 12, "accent"),
            (170, 41, 34, 6, "tint2"),
            (148, 58, 56, 5, "pressed"),
            (148, 68, 36, 5, "pressed"),
        )
        for x, y, width, height, token in bars:
            painter.setBrush(look.color(token))
            painter.drawRoundedRect(QRectF(x, y, width, height), min(height / 2, 3), min(height / 2, 3))
        path = QPainterPath(QPointF(107, 46))
        path.cubicTo(QPointF(118, 44), QPointF(118, 54), QPointF(132, 54))
        painter.setPen(QPen(look.color("accent"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        painter.drawPolyline([QPointF(127, 49), QPointF(132.5, 54), QPointF(127, 59)])


class EmptyState(QWidget):
    """A drawing, one line, one sentence and the buttons that lead on."""

    def __init__(
        self, title: str, sentence: str, buttons: Sequence[Button] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(9)
        column.addWidget(_Drawing(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(22)
        self.title = Words(title, "disp")
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        words = Paragraph(sentence, "read", "text2")
        width = min(_SENTENCE, theme().scale.metrics("read").horizontalAdvance(sentence) + 8)
        words.setFixedWidth(width)  # a widget that is aligned is not asked for its height at a width
        words.setMinimumHeight(words.heightForWidth(width))
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(14)
        if buttons:
            holder = QWidget()
            holder.setLayout(row_of(*buttons))
            column.addWidget(holder, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(11)

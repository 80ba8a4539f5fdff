"""Cards and lines that part what stands on a page."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.theme import theme


class Hairline(QFrame):
    """A line of one px."""

    def __init__(self, *, vertical: bool = False, colour: str = "line", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the px."""
        QPainter(self).fillRect(self.rect(), theme().color(self._colour))


class Panel(QFrame):
    """A plain ground in a colour token, with hairlines where wanted ("top", "bottom", "left", "right")."""

    def __init__(self, ground: str = "surface", *, lines: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground, self._lines = ground, lines

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and lines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color(self._ground))
        line = theme().color("line")
        if "top" in self._lines:
            painter.fillRect(0, 0, self.width(), 1, line)
        if "bottom" in self._lines:
            painter.fillRect(0, self.height() - 1, self.width(), 1, line)
        if "left" in self._lines:
            painter.fillRect(0, 0, 1, self.height(), line)
        if "right" in self._lines:
            painter.fillRect(self.width() - 1, 0, 1, self.height(), line)


class Card(QFrame):
    """A white sheet with a hairline; selected, it has a border of 2 px drawn inside, so that nothing shifts."""

    RADIUS = 8

    def __init__(self, *, pad: int = 16, ground: str = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected = False
        self._ground = ground
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(pad, pad - 2, pad, pad - 2)
        self.column.setSpacing(6)

    @property
    def selected(self) -> bool:
        """Whether the accent border is shown."""
        return self._selected

    def set_selected(self, selected: bool) -> None:
        """Show or take away the accent border."""
        self._selected = selected
        self.update()

    def add_heading(self, title: str, count: str = "", *actions: QWidget) -> tuple[Words, Words]:
        """A heading line: title, grey count, actions at the right; returns title and count to change later."""
        row = QHBoxLayout()
        row.setSpacing(10)
        name, number = Words(title, "section"), Words(count, "section", "text3", strong=False)
        row.addWidget(name)
        row.addWidget(number)
        row.addStretch()
        for action in actions:
            row.addWidget(action)
        self.column.addLayout(row)
        return name, number

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self._selected else 1.0
        painter.setPen(QPen(theme().color("accent" if self._selected else "line"), width))
        painter.setBrush(theme().color(self._ground))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), self.RADIUS, self.RADIUS)


def row_of(*widgets: QWidget | None, spacing: int = 8, stretch_last: bool = False) -> QHBoxLayout:
    """Widgets side by side; ``None`` stands for the room that pushes the rest to the right."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    if stretch_last:
        row.addStretch(1)
    return row


def clear_layout(layout: QLayout) -> None:
    """Take everything out of ``layout``; the widgets are gone at once and freed later."""
    while (item := layout.takeAt(0)) is not None:
        inner = item.layout()
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)

"""Rows of a word, a bar and a figure: small charts whose numbers can be read without seeing them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import clear_layout
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.shell.theme import theme

_THICK = 8
_LEAST = 3.0  # px: one of many is still seen
_LEAST_WHOLE = 5
_WORDS_WIDTH = 150


@dataclass(frozen=True)
class BarRow:
    """``parts`` are (amount, colour token) from the left; ``figure`` stands at the right and says all of it.

    ``action`` is a button's word, what a screen reader says for it, and what it does.
    """

    words: str
    parts: tuple[tuple[int, str], ...]
    figure: str
    action: tuple[str, str, Callable[[], object]] | None = None


class Bar(QWidget):
    """Parts side by side on a track; ``whole`` fills it."""

    def __init__(self, parts: Sequence[tuple[int, str]], whole: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts, self._whole = tuple(parts), max(1, whole)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A slim line."""
        return QSize(120, _THICK + 2)

    def minimumSizeHint(self) -> QSize:
        """Short, never gone."""
        return QSize(40, _THICK + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and the parts, a px of ground between them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 1, self.width(), _THICK)
        painter.setBrush(theme().color("pressed"))
        painter.drawRoundedRect(track, _THICK / 2, _THICK / 2)
        left = 0.0
        for amount, token in self._parts:
            if amount:
                width = max(_LEAST, self.width() * amount / self._whole)
                painter.setBrush(theme().color(token))
                painter.drawRoundedRect(QRectF(left, 1, width - 1, _THICK), 3, 3)
                left += width


class Bars(QWidget):
    """Rows under each other, bars on one scale."""

    def __init__(self, words_width: int = _WORDS_WIDTH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words_width = words_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.rows: tuple[BarRow, ...] = ()

    def show_rows(self, rows: Sequence[BarRow]) -> None:
        """Show ``rows``; the largest fills its bar, unless it is so small that a full bar would look like much."""
        clear_layout(self._grid)
        self.rows = tuple(rows)
        largest = max([_LEAST_WHOLE, *(sum(amount for amount, _token in row.parts) for row in rows)])
        usual, metrics = round(self._words_width * theme().scale.factor), theme().scale.metrics("body")
        longest = max((metrics.horizontalAdvance(row.words) + 4 for row in rows), default=0)
        words_width = min(max(longest, usual), usual * 2)
        for number, row in enumerate(rows):
            words = ElidedWords(row.words, "body", "text2")
            words.setFixedWidth(words_width)
            words.setMinimumHeight(theme().scale.height(28, "body", 2))
            figure = Words(row.figure, "meta", "text")
            figure.setAccessibleName(f"{row.words} {row.figure}")
            self._grid.addWidget(words, number, 0, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(Bar(row.parts, largest), number, 1, Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(figure, number, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if row.action is not None:
                verb, says, act = row.action
                button = Button(verb, "quiet", small=True, on_click=partial(act))
                button.setAccessibleName(says)
                self._grid.addWidget(button, number, 3)

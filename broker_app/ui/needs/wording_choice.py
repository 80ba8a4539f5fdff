"""Several wordings of one thing side by side, one of them chosen: with the mouse, the arrow keys or the space bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.ui.shell.painting import plain_tip
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme

_DOT = 8.0
_PAD = 10
_TEXT_AT = 38
_MOST_LINES = 8
_TIP_WIDTH, _TIP_LINES = 40, 24


@dataclass(frozen=True)
class Wording:
    """One wording: whose it is, how it reads ("" if that need says nothing), and what of a draft it sets."""

    whose: str
    words: str
    changes: Mapping[str, Any]


class WordingCell(QRadioButton):
    """A frame to choose: a ring, whose words, the words."""

    def __init__(self, wording: Wording, *, name_it: bool, strong: bool = False) -> None:
        super().__init__()
        self.wording = wording
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setEnabled(bool(wording.words))
        self.setAccessibleName(_("{whose}：{words}").format(whose=wording.whose, words=wording.words or _("没写")))
        self.setToolTip(plain_tip(_in_lines(wording.words)))
        column = QVBoxLayout(self)
        column.setContentsMargins(_TEXT_AT, _PAD, _PAD + 2, _PAD)
        column.setSpacing(1)
        if name_it:
            step, tone = ("body", "text") if strong else ("meta", "text3")
            column.addWidget(Paragraph(wording.whose, step, tone, strong=strong, max_lines=2))
        colour = "text" if wording.words else "text3"
        column.addWidget(Paragraph(wording.words or _("没写"), "body", colour, max_lines=_MOST_LINES))
        column.addStretch(1)
        self.toggled.connect(lambda _on: self.update())

    def sizeHint(self) -> QSize:
        """Room for what is inside."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """A ring and a few characters."""
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """The whole frame reacts."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, border and ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on, enabled = self.isChecked(), self.isEnabled()
        painter.setPen(QPen(theme().color("accent" if on else "line2"), 2.0 if on else 1.0))
        painter.setBrush(theme().color("tint" if on else "raised" if enabled else "sunken"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        ring = QRectF(12, _PAD + (theme().line("body") - 2 * _DOT) / 2, 2 * _DOT, 2 * _DOT)
        painter.setPen(QPen(theme().color("accent" if on else "edge" if enabled else "line2"), 1.5))
        painter.setBrush(theme().color("accent") if on else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("on_accent"))
            painter.drawEllipse(ring.adjusted(5, 5, -5, -5))


class WordingChoice(QWidget):
    """A heading, the wordings in ``columns`` columns (``together`` first, over the whole width), a problem below."""

    chosen = Signal(object)
    """The :class:`Wording` a person chose."""

    def __init__(
        self, title: str, wordings: Sequence[Wording], columns: int, *, together: Wording | None = None
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if title:
            column.addWidget(Words(title, "meta", "text2"))
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setSpacing(8)
        for number in range(columns):
            grid.setColumnStretch(number, 1)
        self.cells: list[WordingCell] = []
        if together is not None:
            grid.addWidget(self._cell(together, name_it=True, strong=True), 0, 0, 1, columns)
        first = 1 if together is not None else 0
        for number, wording in enumerate(wordings):
            cell = self._cell(wording, name_it=columns < len(wordings))
            grid.addWidget(cell, first + number // columns, number % columns)
        column.addLayout(grid)
        self._problem = Paragraph("", "meta", "bad_text")
        self._problem.hide()
        column.addWidget(self._problem)
        self.setAccessibleName(title)

    @property
    def problem(self) -> str:
        """What is wrong with the choice, or ""."""
        return self._problem.text if not self._problem.isHidden() else ""

    def show_choice(self, changes: Mapping[str, Any]) -> None:
        """Fill the ring of the wording that sets exactly this; none if there is none."""
        fitting = [cell for cell in self.cells if cell.isEnabled() and cell.wording.changes == changes]
        if any(cell.isChecked() for cell in fitting):
            return
        self._group.setExclusive(False)
        for cell in self.cells:
            cell.setChecked(bool(fitting) and cell is fitting[0])
            cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # or Tab could reach none while none is chosen
        self._group.setExclusive(True)

    def show_problem(self, message: str) -> None:
        """Say what is wrong; "" takes it away."""
        self._problem.set_text(message)
        self._problem.setVisible(bool(message))

    def _cell(self, wording: Wording, *, name_it: bool, strong: bool = False) -> WordingCell:
        cell = WordingCell(wording, name_it=name_it, strong=strong)
        cell.clicked.connect(lambda: self.chosen.emit(wording))
        self._group.addButton(cell)
        self.cells.append(cell)
        return cell


def _in_lines(words: str) -> str:
    """``words`` cut into lines for a tooltip, which breaks none by itself and would be as wide as the text is long."""
    lines = [line[at : at + _TIP_WIDTH] for line in words.split("\n") for at in range(0, max(1, len(line)), _TIP_WIDTH)]
    return "\n".join([*lines[:_TIP_LINES], *(["……"] if len(lines) > _TIP_LINES else [])])

"""A line or two of somebody's words in which stretches stand on a tint; nothing in it is ever markup."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from broker_app.i18n import _
from broker_app.ui.matches.marked_text import Mark, MarkedText, joined_marks
from broker_app.ui.shell.theme import theme

_MOST_LINES = 4
_LEADING = 2


class MarkedLine(QWidget):
    """``text`` with ``marks`` (``[start, end)``) on the colour token ``ground``."""

    def __init__(
        self,
        text: str = "",
        marks: Sequence[Mark] = (),
        *,
        ground: str = "mark",
        colour: str = "text2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._marks = "", tuple(marks)
        self._ground, self._colour = ground, colour
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.updateGeometry)
        self.show_text(text, marks)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marked stretches; those that touch are one."""
        return self._marks

    def show_text(self, text: str, marks: Sequence[Mark] = ()) -> None:
        """Show another text."""
        self._text, self._marks = text, joined_marks(marks)
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at ``width`` px."""
        return round(self._laid_out(width).height)

    def sizeHint(self) -> QSize:
        """One comfortable line."""
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(60, theme().line("body") + _LEADING)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words."""
        look = theme()
        self._laid_out(self.width()).paint(
            QPainter(self), 2, 0, look.color(self._colour), look.color(self._ground) if self._marks else None
        )

    def _laid_out(self, width: int) -> MarkedText:
        line = theme().line("body") + _LEADING
        return MarkedText(self._text, theme().font("body"), width - 4, line, max_lines=_MOST_LINES, marks=self._marks)


def marked_list(words: Sequence[str]) -> tuple[str, tuple[Mark, ...]]:
    """``words`` in one text parted by 、, and where each of them stands."""
    text, marks = "", []
    for number, word in enumerate(words):
        text += _("、") if number else ""
        marks.append((len(text), len(text) + len(word)))
        text += word
    return text, tuple(marks)

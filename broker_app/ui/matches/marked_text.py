"""A few lines of somebody's text with marked stretches, laid out plain: nothing in it is ever read as markup."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

_ELLIPSIS = "…"
_LEAD = 10  # characters kept before the first mark when the beginning has to go
_MARK_RADIUS = 3.0
_MARK_SIDE = 1.5

Mark = tuple[int, int]


class MarkedText:
    """``text`` in at most ``max_lines`` lines of ``width`` px; ``marks`` are ``[start, end)`` in it.

    What does not fit is left out with an ellipsis; if that would hide every mark, the beginning goes instead.
    """

    def __init__(
        self, text: str, font: QFont, width: float, line_height: float, *, max_lines: int, marks: Sequence[Mark] = ()
    ) -> None:
        self._font = font
        self._width = max(1.0, width)
        self._line_height = line_height
        flat = text.replace("\n", " ").replace("\u2028", " ").replace("\t", " ")
        self._marks = [(start, end) for start, end in marks if 0 <= start < end <= len(flat)]
        self._layout = self._laid_out(flat)
        self.elided = self._layout.lineCount() > max_lines
        if self.elided:
            self._layout = self._laid_out(self._shortened(flat, max_lines))

    @property
    def line_count(self) -> int:
        """How many lines there are to paint."""
        return self._layout.lineCount()

    @property
    def height(self) -> float:
        """Height of all lines in px."""
        return self.line_count * self._line_height

    @property
    def width(self) -> float:
        """Width of the widest line in px."""
        return max((self._layout.lineAt(n).naturalTextWidth() for n in range(self.line_count)), default=0.0)

    @property
    def text(self) -> str:
        """The text as painted."""
        return str(self._layout.text())

    def paint(
        self, painter: QPainter, left: float, top: float, colour: QColor, mark_colour: QColor | None = None
    ) -> None:
        """Paint the lines with their top left corner at ``left``, ``top``."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if mark_colour is not None:
            self._paint_marks(painter, left, top, mark_colour)
        painter.setPen(colour)
        for number in range(self.line_count):
            line = self._layout.lineAt(number)
            down = (self._line_height - line.height()) / 2
            line.draw(painter, QPointF(left, top + number * self._line_height + down))
        painter.restore()

    def _paint_marks(self, painter: QPainter, left: float, top: float, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        height = min(self._line_height - 2, QFontMetricsF(self._font).height())
        for number in range(self.line_count):
            line = self._layout.lineAt(number)
            first, last = line.textStart(), line.textStart() + line.textLength()
            middle = top + (number + 0.5) * self._line_height
            for start, end in self._marks_in_units():
                if start < last and end > first:
                    begin = self._x_of(number, max(start, first))
                    stop = self._x_of(number, min(end, last))
                    box = QRectF(left + begin - _MARK_SIDE, middle - height / 2, stop - begin + 2 * _MARK_SIDE, height)
                    painter.drawRoundedRect(box, _MARK_RADIUS, _MARK_RADIUS)

    def _marks_in_units(self) -> list[Mark]:
        """The marks as Qt counts: a rare character of a name takes two units."""
        text = self.text
        return [(_units(text[:start]), _units(text[:end])) for start, end in self._marks]

    def _x_of(self, number: int, position: int) -> float:
        found: Any = self._layout.lineAt(number).cursorToX(position)  # a number, or (number, position) in older Qt
        return float(found[0] if isinstance(found, tuple | list) else found)

    def _laid_out(self, text: str) -> QTextLayout:
        layout = QTextLayout(text, self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self._width)
        layout.endLayout()
        return layout

    def _shortened(self, text: str, max_lines: int) -> str:
        shown = self._ends_at(max_lines)
        if self._marks and self._marks[0][1] > shown:
            cut = max(0, self._marks[0][0] - _LEAD)
            text = _ELLIPSIS + text[cut:]
            moved = cut - len(_ELLIPSIS)
            self._marks = [(start - moved, end - moved) for start, end in self._marks]
            self._layout = self._laid_out(text)
            if self._layout.lineCount() <= max_lines:
                return text
        end = self._ends_at(max_lines)
        while end > 1 and self._laid_out(text[:end].rstrip() + _ELLIPSIS).lineCount() > max_lines:
            end -= 1
        self._marks = [(start, min(stop, end)) for start, stop in self._marks if start < end]
        return text[:end].rstrip() + _ELLIPSIS

    def _ends_at(self, max_lines: int) -> int:
        line = self._layout.lineAt(min(max_lines, self._layout.lineCount()) - 1)
        units = int(line.textStart() + line.textLength())
        return len(self.text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def joined_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """``marks`` in order, with those that touch or overlap made one, so that no seam shows between them."""
    if not marks:
        return ()
    ordered = sorted(marks)
    joined = [ordered[0]]
    for start, end in ordered[1:]:
        if start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)

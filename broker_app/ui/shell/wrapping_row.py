"""Widgets side by side that go on in the next line where the room ends: words differ in length by language and font."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_Line = list[tuple[QWidget, QSize]]


class WrappingRow(QWidget):
    """As many in a line as fit; with ``columns`` at most so many, one under the other.

    It places its widgets itself: a layout written in Python does not live as long as Qt believes.
    """

    def __init__(self, *widgets: QWidget, spacing: int = 8, columns: int = 0) -> None:
        super().__init__()
        self._widgets: list[QWidget] = []
        self._spacing, self._columns = spacing, columns
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for widget in widgets:
            self.add(widget)

    def add(self, widget: QWidget) -> None:
        """Put one more at the end."""
        widget.setParent(self)
        self._widgets.append(widget)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at ``width`` px."""
        return sum(_height(line) for line in self._lines(width))

    def sizeHint(self) -> QSize:
        """Everything in one line, or in all columns."""
        sizes = self._sizes()
        width = self._width_of(sizes if not self._columns else _in_columns(sizes, self._columns)[0])
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Room for the widest."""
        sizes = self._sizes()
        return QSize(max((size.width() for _widget, size in sizes), default=0), _height(sizes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everything anew."""
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Something in here has other words now, or has gone or come."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def _place(self) -> None:
        top = 0
        for line in self._lines(self.width()):
            left, height = 0, _height(line)
            for widget, size in line:
                widget.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
                left += size.width() + self._spacing
            top += height

    def _sizes(self) -> _Line:
        return [(one, one.sizeHint().expandedTo(one.minimumSize())) for one in self._widgets if not one.isHidden()]

    def _width_of(self, line: _Line) -> int:
        return sum(size.width() for _widget, size in line) + self._spacing * max(0, len(line) - 1)

    def _lines(self, width: int) -> list[_Line]:
        for across in range(self._columns, 0, -1):
            lines = _in_columns(self._sizes(), across)
            if across == 1 or self._width_of(lines[0]) <= width:
                return lines
        lines = []
        left = 0
        for widget, size in self._sizes():
            if lines and left + size.width() <= width:
                lines[-1].append((widget, size))
            else:
                lines.append([(widget, size)])
                left = 0
            left += size.width() + self._spacing
        return lines


def _in_columns(sizes: _Line, across: int) -> list[_Line]:
    """``sizes`` in lines of ``across``, each as wide as the widest of its column."""
    widths = [max((size.width() for _widget, size in sizes[at::across]), default=0) for at in range(across)]
    even = [(one, QSize(widths[number % across], size.height())) for number, (one, size) in enumerate(sizes)]
    return [even[start : start + across] for start in range(0, len(even), across)] or [[]]


def _height(line: _Line) -> int:
    return max((size.height() for _widget, size in line), default=0)

"""Words in a window: paragraphs that know their height, labels that never read markup, key and value lines."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from broker_app.i18n import _
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import TONES, chip_height, chip_width, paint_chip, paint_facts, plain_tip
from broker_app.ui.shell.theme import theme


class Words(QLabel):
    """One line of plain text in a type step and a colour token; nothing in it is ever markup."""

    def __init__(
        self,
        text: str = "",
        step: str = "body",
        colour: str = "text",
        *,
        strong: bool | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._step, self._colour, self._strong = step, colour, strong
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._dress()
        theme().changed.connect(self._dress)
        self.setText(text)

    def set_colour(self, colour: str) -> None:
        """Change the colour token."""
        self._colour = colour
        self._dress()

    def _dress(self) -> None:
        self.setFont(theme().font(self._step, self._strong))
        palette = self.palette()
        palette.setColor(self.foregroundRole(), theme().color(self._colour))
        self.setPalette(palette)
        self.setMinimumHeight(theme().line(self._step))


class ElidedWords(QWidget):
    """One line of plain text that gives way: what does not fit ends in an ellipsis and stands in the tooltip."""

    def __init__(
        self,
        text: str = "",
        step: str = "body",
        colour: str = "text",
        *,
        strong: bool | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._step, self._colour, self._strong = "", step, colour, strong
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.set_text(text)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show ``text``."""
        self._text = " ".join(text.split())
        self.setToolTip(plain_tip(self._text))
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        width = theme().scale.metrics(self._step, self._strong).horizontalAdvance(self._text) + 2
        return QSize(width, theme().line(self._step))

    def minimumSizeHint(self) -> QSize:
        """Room for a few characters."""
        return QSize(min(self.sizeHint().width(), 60), theme().line(self._step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what fits."""
        painter = QPainter(self)
        font = theme().font(self._step, self._strong)
        painter.setFont(font)
        painter.setPen(theme().color(self._colour))
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)


class Paragraph(QWidget):
    """Plain text over several lines with the line height of its step; at most ``max_lines`` if that is not 0."""

    def __init__(
        self,
        text: str = "",
        step: str = "body",
        colour: str = "text2",
        *,
        strong: bool | None = None,
        max_lines: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._step, self._colour, self._max_lines = text, step, colour, max_lines
        self._strong = strong
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)
        theme().changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        """The whole text."""
        return self._text

    def set_text(self, text: str, colour: str = "") -> None:
        """Show ``text``, in another colour token if one is given."""
        self._text = text
        self._colour = colour or self._colour
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at ``width`` px."""
        return max(1, len(self._lines(width))) * theme().line(self._step)

    def sizeHint(self) -> QSize:
        """A comfortable width; the height follows from the width given."""
        width = min(theme().scale.metrics(self._step, self._strong).horizontalAdvance(self._text) + 4, 420)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A few characters in one line."""
        return QSize(40, theme().line(self._step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines; the last one ends in an ellipsis if more would follow."""
        painter = QPainter(self)
        font = theme().font(self._step, self._strong)
        painter.setFont(font)
        painter.setPen(theme().color(self._colour))
        height = theme().line(self._step)
        for number, line in enumerate(self._lines(self.width())):
            box = QRectF(0, number * height, self.width(), height)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), line)

    def _lines(self, width: int) -> list[str]:
        lines: list[str] = []
        for paragraph in self._text.replace("\u2028", "\n").split("\n"):
            lines += self._broken(paragraph, width)
            if self._max_lines and len(lines) > self._max_lines:
                lines = lines[: self._max_lines]
                font_metrics = theme().scale.metrics(self._step, self._strong)
                lines[-1] = font_metrics.elidedText(lines[-1] + "……", Qt.TextElideMode.ElideRight, width)
                break
        return lines

    def _broken(self, text: str, width: int) -> list[str]:
        layout = QTextLayout(text, theme().font(self._step, self._strong))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(20, width))
            line.setPosition(QPointF(0, 0))
        layout.endLayout()
        units = text.encode("utf-16-le", "surrogatepass")
        pieces = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            piece = units[2 * line.textStart() : 2 * (line.textStart() + line.textLength())]
            pieces.append(piece.decode("utf-16-le", "surrogatepass"))
        return pieces or [""]


class Facts(QWidget):
    """Facts in one line, parted by small dots."""

    def __init__(
        self, facts: Sequence[str] = (), step: str = "meta", colour: str = "text3", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._facts, self._step, self._colour = tuple(facts), step, colour
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[str]) -> None:
        """Show other facts."""
        self._facts = tuple(fact for fact in facts if fact)
        self.setAccessibleName(_("，").join(self._facts))
        self.setToolTip(plain_tip(_("　").join(self._facts)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all facts."""
        metrics = theme().scale.metrics(self._step)
        width = sum(metrics.horizontalAdvance(fact) for fact in self._facts) + 17 * max(0, len(self._facts) - 1) + 2
        return QSize(width, theme().line(self._step))

    def minimumSizeHint(self) -> QSize:
        """Room for the first few characters."""
        return QSize(min(self.sizeHint().width(), 60), theme().line(self._step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_facts(painter, QRectF(self.rect()), self._facts, self._step, self._colour)


class ChipLabel(QWidget):
    """A chip: a short word with an icon on a tint, or outlined when it merely informs."""

    def __init__(self, words: str = "", tone: str = "plain", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._tone, self._icon = words, tone, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.updateGeometry)
        self.set_chip(words, tone, icon)

    @property
    def words(self) -> str:
        """What the chip says."""
        return self._words

    def set_chip(self, words: str, tone: str = "plain", icon: str = "") -> None:
        """Show another word; an empty one hides the chip."""
        if tone not in TONES:
            raise ValueError(tone)
        self._words, self._tone, self._icon = words, tone, icon
        if self.parentWidget() is not None or not words:  # shown without a parent it would be a window of its own
            self.setVisible(bool(words))
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The chip itself."""
        return QSize(int(chip_width(self._words, self._icon)) + 1, chip_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chip."""
        paint_chip(QPainter(self), 0, 0, self._words, self._tone, self._icon)


class IconLabel(QWidget):
    """An icon beside words; it follows the theme."""

    def __init__(self, name: str, colour: str = "text2", size: int = icons.META, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._colour, self._size = name, colour, size
        self.setFixedSize(QSize(size, size))

    def set_icon(self, name: str, colour: str) -> None:
        """Show another icon."""
        self._name, self._colour = name, colour
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        icons.paint_icon(QPainter(self), 0, 0, self._name, self._size, self._colour)


class KeyValues(QWidget):
    """Lines of a grey key and its value; a line without a value is left out."""

    def __init__(self, key_width: int = 96, *, gap: int = 7, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(gap)
        self._grid.setColumnMinimumWidth(0, key_width)
        self._grid.setColumnStretch(1, 1)

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show ``(key, value)`` lines in order."""
        while (item := self._grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for number, (key, value) in enumerate((key, value) for key, value in lines if value):
            self._grid.addWidget(Words(key, "body", "text2"), number, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(Paragraph(value, "body", "text"), number, 1)
        self.updateGeometry()

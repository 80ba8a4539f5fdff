"""Fields of a form: label above, help or error below, and the value as the services want it."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QVBoxLayout,
    QWidget,
)

from broker_app.i18n import listed
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme

Choice = tuple[str, str]
"""Code and label of one thing that can be chosen."""


class Field(QWidget):
    """A label, an input, and under it help or an error with its icon."""

    def __init__(
        self,
        label: str,
        control: QWidget,
        *,
        required: bool = False,
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._help = help_text
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.label = Words(f"{label} *" if required else label, "meta", "text2", strong=False)
        self.label.setBuddy(control)
        control.setAccessibleName(label)
        column.addWidget(self.label)
        column.addWidget(control)
        self._icon = IconLabel("warning-circle", "bad_text")
        self._below = Paragraph("", "meta", "text3")
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self._below, 1)
        column.addLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.show_error("")

    @property
    def error(self) -> str:
        """The error shown, or ""."""
        return self._below.text if self.control.property("error") == "1" else ""

    def show_error(self, message: str) -> None:
        """Show ``message`` under the field with its red border; "" takes it away again."""
        self.control.setProperty("error", "1" if message else "0")
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)
        self._show_below(message, "bad_text")
        if message:
            self.control.setAccessibleDescription(message)
            self.control.setFocus()

    def show_hint(self, message: str) -> None:
        """Show ``message`` in the warning colour without taking the keyboard: somebody is still typing."""
        if not self.error:
            self._show_below(message, "warn_text")

    def _show_below(self, message: str, colour: str) -> None:
        self._below.set_text(message or self._help, colour if message else "text3")
        self._below.setVisible(bool(message or self._help))
        self._icon.setVisible(bool(message))
        if message:
            self._icon.set_icon("warning-circle", colour)


class Combo(QComboBox):
    """A choice of codes; the wheel does not change it unless it has the focus."""

    def __init__(
        self, choices: Sequence[Choice] = (), *, empty: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))  # or the popup ignores the height of its rows
        self.setMinimumContentsLength(3)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._empty = empty
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other choices; the chosen one stays if it is still there."""
        kept = self.code
        self.blockSignals(True)
        self.clear()
        if self._empty is not None:
            self.addItem(self._empty, "")
        for code, label in choices:
            self.addItem(label, code)
        self.blockSignals(False)
        self.set_code(kept)

    @property
    def code(self) -> str:
        """The chosen code, or ""."""
        return str(self.currentData() or "")

    def set_code(self, code: str) -> None:
        """Choose ``code``; one that is no longer in the list is added as it stands, so that nothing is lost."""
        at = self.findData(code)
        if at < 0 and code:
            self.addItem(code, code)
            at = self.count() - 1
        self.setCurrentIndex(max(0, at))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """A choice that is longer than the field ends in an ellipsis."""
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room - 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the page instead, unless the field is in use."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the field and its caret."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("text2" if self.isEnabled() else "off"), 1.5))
        x, y = self.width() - 19.0, self.height() / 2 + 0.5
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])


class AmountLine(ImeAwareLineEdit):
    """An amount in 万元: digits, or 1.2亿 and 350万 as people write them."""

    @property
    def amount(self) -> Decimal | None:
        """The amount in 万元, or None if there is none or it cannot be read."""
        text = self.text().strip().replace(",", "").replace("，", "").removesuffix("元").strip()
        factor = Decimal(1)
        if text.endswith("亿"):
            text, factor = text.removesuffix("亿"), Decimal(10_000)
        text = text.removesuffix("万").strip()
        try:
            return Decimal(text) * factor if text else None
        except InvalidOperation:
            return None

    @property
    def unreadable(self) -> bool:
        """Whether something was typed that is no amount."""
        return bool(self.text().strip()) and self.amount is None

    def set_amount(self, amount: Decimal | None) -> None:
        """Show ``amount``."""
        self.set_text("" if amount is None else f"{amount.normalize():f}")


class ListLine(ImeAwareLineEdit):
    """Several short words in one line, parted by 、 or a comma."""

    @property
    def items(self) -> tuple[str, ...]:
        """The words without blanks, in order, each once."""
        text = self.text()
        for mark in ("，", ",", "；", ";"):
            text = text.replace(mark, "、")
        return tuple(dict.fromkeys(word.strip() for word in text.split("、") if word.strip()))

    def set_items(self, items: Sequence[str]) -> None:
        """Show ``items``."""
        self.set_text(listed(items))


class Tick(QCheckBox):
    """A box of 16 px with a painted tick."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, tick and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - 16) / 2
        box = QRectF(1, top, 16, 16)
        on, enabled = self.isChecked(), self.isEnabled()
        if on and enabled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QPen(theme().color("on_accent"), 1.8))
            painter.drawPolyline([QPointF(4.6, top + 8.4), QPointF(7.6, top + 11.4), QPointF(13.4, top + 5.2)])
        else:
            painter.setPen(QPen(theme().color("edge" if enabled else "line2"), 1))
            painter.setBrush(theme().color("surface" if enabled else "sunken"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setFont(self.font())
        painter.setPen(theme().color("text" if enabled else "off"))
        words = QRectF(26, 0, self.width() - 26, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.text())

    def minimumSizeHint(self) -> QSize:
        """Never less than the hint."""
        return self.sizeHint()

    def sizeHint(self) -> QSize:
        """Box, gap and words, 32 px high at least."""
        width = 28 + self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width, theme().scale.height(32, "body", 4))

    def hitButton(self, pos: QPoint) -> bool:
        """The whole widget reacts."""
        return self.rect().contains(pos)


def text_area(placeholder: str = "", lines: int = 4) -> ImeAwareTextEdit:
    """A framed field for several lines."""
    area = ImeAwareTextEdit(placeholder=placeholder)
    area.setProperty("framed", "1")
    area.setMinimumHeight(lines * theme().line("body") + 14)
    return area

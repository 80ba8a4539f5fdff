"""Dialogs inside the window: a card over a scrim, so that input methods keep working (ux.md 2.3)."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.page import scroll_column
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme

WIDTH = 620
_EDGE = 24


class _Plate(QFrame):
    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised plate with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("line2" if theme().dark else "line"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)


class Dialog(QWidget):
    """A question or a small form over the window. Esc and the scrim say 稍后再说; Ctrl+Enter takes the primary."""

    finished = Signal(bool)
    """True if the primary button was taken."""

    def __init__(
        self, host: QWidget, title: str, *, primary: str = "", icon: str = "", dismiss: str = "", width: int = WIDTH
    ) -> None:
        super().__init__(host.window())
        self._width = width
        self._focus_before = host.window().focusWidget()
        self.plate = _Plate(self)
        shadow = QGraphicsDropShadowEffect(self.plate)
        shadow.setBlurRadius(48)
        shadow.setOffset(0, 16)
        colour = QColor(theme().color("shadow"))
        colour.setAlpha(74 if not theme().dark else 222)
        shadow.setColor(colour)
        self.plate.setGraphicsEffect(shadow)
        column = QVBoxLayout(self.plate)
        column.setContentsMargins(_EDGE, 20, _EDGE, 20)
        column.setSpacing(12)
        self.title = Words(title, "title")
        column.addWidget(self.title)
        self._area, self.content = scroll_column(spacing=12)
        column.addWidget(self._area, 1)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.foot.addStretch(1)
        column.addLayout(self.foot)
        self.dismiss_button = Button(dismiss or _("稍后再说"), on_click=self.dismiss)
        self.foot.addWidget(self.dismiss_button)
        self.primary_button = Button(primary, "primary", icon=icon, on_click=self.accept)
        self.foot.addWidget(self.primary_button)
        self.primary_button.setVisible(bool(primary))  # not before: without a parent it would be a window of its own
        self.setAccessibleName(title)
        self.window().installEventFilter(self)
        if inside := self._area.widget():
            inside.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the dialog over the whole window and move the keyboard into it."""
        self._place()
        self.show()
        self.raise_()
        first = next(iter(self._focusable()), self.primary_button)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def accept(self) -> None:
        """Take the primary button; a form that checks first overrides this and calls :meth:`close_with`."""
        self.close_with(True)

    def dismiss(self) -> None:
        """Leave everything as it is."""
        self.close_with(False)

    def close_with(self, taken: bool) -> None:
        """Close, tell, and give the keyboard back to where it was."""
        self.hide()
        self.finished.emit(taken)
        before = self._focus_before
        self.deleteLater()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window, and grow with what is inside: an error under a field needs its line."""
        resized = watched is self.window() and event.type() == QEvent.Type.Resize
        grown = watched is self._area.widget() and event.type() == QEvent.Type.LayoutRequest
        if (resized or grown) and self.isVisible():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        """The commands of the window do not run under a dialog; only locking does, whatever is open."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and not _locks(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves; Ctrl+Enter takes the primary."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.primary_button.isVisible():
            if self.primary_button.isEnabled():
                self.accept()
        else:
            event.accept()  # nothing reaches the page below

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the plate changes nothing, so that no typed word is lost by a slip."""
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the dialog."""
        order = self._focusable()
        if not order:
            return False
        now = self.window().focusWidget()
        at = order.index(now) if now in order else -1
        following = order[(at + (1 if forward else -1)) % len(order)]
        following.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window."""
        QPainter(self).fillRect(self.rect(), theme().color("scrim"))

    def _focusable(self) -> list[QWidget]:
        found: list[QWidget] = []
        widget = self.plate.nextInFocusChain()
        while widget is not None and widget is not self.plate:
            takes_tab = (
                bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isVisible() and widget.isEnabled()
            )
            if takes_tab and widget is not self._area and self.plate.isAncestorOf(widget):
                found.append(widget)
            widget = widget.nextInFocusChain()
        # The buttons of the foot were there before what a dialog is about; Tab still begins with that.
        return sorted(found, key=lambda one: not self._area.isAncestorOf(one))

    def _place(self) -> None:
        self.setGeometry(self.window().rect())
        wide = round(self._width * max(1.0, theme().scale.factor))  # larger words need more room side by side
        width = min(wide, self.width() - 2 * _EDGE)
        inner = self._area.widget()
        layout = inner.layout() if inner else None
        wanted = inner.sizeHint().height() if inner else 0
        if layout is not None and layout.hasHeightForWidth():
            wanted = max(layout.heightForWidth(width - 2 * _EDGE), 0)
        rest = 40 + 24 + self.title.sizeHint().height() + self.primary_button.sizeHint().height()
        height = min(wanted + rest + 4, self.height() - 2 * _EDGE)
        self.plate.setGeometry((self.width() - width) // 2, max(_EDGE, (self.height() - height) // 3), width, height)


def ask(
    host: QWidget, title: str, sentence: str, primary: str, on_yes: Callable[[], object], *, icon: str = ""
) -> Dialog:
    """A question in one sentence with a verb on its button; used only where nothing can be undone."""
    dialog = Dialog(host, title, primary=primary, icon=icon)
    dialog.content.addWidget(Paragraph(sentence, "body", "text2"))
    dialog.finished.connect(lambda taken: on_yes() if taken else None)
    dialog.open()
    return dialog


def tell(host: QWidget, title: str, sentences: Sequence[str]) -> Dialog:
    """Something to read, with one button to close it."""
    dialog = Dialog(host, title, dismiss=_("知道了"))
    for sentence in sentences:
        dialog.content.addWidget(Paragraph(sentence, "body", "text2"))
    dialog.open()
    return dialog


def _locks(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_L and event.modifiers() == Qt.KeyboardModifier.ControlModifier

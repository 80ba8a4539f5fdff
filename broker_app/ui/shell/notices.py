"""Banners for what lasts, toasts for what is done and can be undone."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.ui.shell import icons
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme

TOAST_SECONDS = 10
_TONES = {
    "accent": ("tint", "accent", "info"),
    "ok": ("ok_tint", "ok", "check-circle"),
    "warn": ("warn_tint", "warn", "clock-counter-clockwise"),
    "bad": ("bad_tint", "bad", "warning-octagon"),
}


class Banner(QFrame):
    """A lasting state on top of a page: what, in bold; details in grey; what can be done; a cross to close it."""

    closed = Signal()

    def __init__(
        self,
        tone: str,
        what: str,
        detail: str = "",
        *,
        icon: str = "",
        actions: tuple[Button, ...] = (),
        code: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self.what, self.detail = what, detail
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 8, 10, 8)
        row.setSpacing(10)
        self._picture = QLabel()
        self._icon = icon or _TONES[tone][2]
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(what, "body", "text", strong=True))
        if detail:
            words.addWidget(Paragraph(detail, "body", "text2"))
        row.addLayout(words, 1)
        if code:
            row.addWidget(Words(_("代码 {code}").format(code=code), "meta", "text2"))
        for action in actions:
            row.addWidget(action)
        row.addWidget(tool_button("x", _("关闭这条提示"), self.close_banner))
        self._dress()
        theme().changed.connect(self._dress)
        self.setAccessibleName(f"{what} {detail}")

    def close_banner(self) -> None:
        """Take the banner away."""
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint with a bar of 4 px at its left."""
        tint, colour, _icon = _TONES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(tint))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        painter.setClipRect(0, 0, 4, self.height())
        painter.setBrush(theme().color(colour))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)

    def _dress(self) -> None:
        self._picture.setPixmap(icons.pixmap(self._icon, icons.BANNER, f"{_TONES[self._tone][1]}_text"))


class Toast(QFrame):
    """What was just done, and 撤销 for ten seconds; the clock stops under the pointer."""

    def __init__(
        self,
        words: str,
        *,
        icon: str = "check-circle",
        undo: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.words = words
        self._undo = undo
        self._left = TOAST_SECONDS if undo else TOAST_SECONDS // 2
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 7, 10 if undo else 18, 7)
        row.setSpacing(11)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(icon, icons.BUTTON, "toast_text"))
        row.addWidget(picture)
        row.addWidget(Words(words, "body", "toast_text"))
        self._clock = Words("", "meta", "toast_text")
        row.addSpacing(6)
        row.addWidget(self._clock)
        self.undo_button = Button(_("撤销"), "toast", on_click=self.take_back)
        row.addWidget(self.undo_button)
        self.undo_button.setVisible(undo is not None)
        self._clock.setVisible(undo is not None)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 6)
        colour = QColor(theme().color("shadow"))
        colour.setAlpha(46 if not theme().dark else 138)
        shadow.setColor(colour)
        self.setGraphicsEffect(shadow)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._show_time()
        self.setAccessibleName(words)

    @property
    def can_undo(self) -> bool:
        """Whether 撤销 is offered."""
        return self._undo is not None

    def announce(self) -> None:
        """Let a screen reader say it."""
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def take_back(self) -> None:
        """Undo what was done."""
        undo, self._undo = self._undo, None
        self.leave()
        if undo is not None:
            undo()

    def leave(self) -> None:
        """Go away."""
        self._timer.stop()
        self.hide()
        self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stop the clock while somebody reads."""
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Let the clock run on."""
        self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dark plate with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().color("line2") if theme().dark else Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("toast"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.leave()
        else:
            self._show_time()

    def _show_time(self) -> None:
        self._clock.setText(_("{n} 秒").format(n=self._left))

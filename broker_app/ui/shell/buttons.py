"""Buttons of the house: one filled button a page, the rest outlined, quiet or a bare icon."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from broker_app.ui.shell import icons
from broker_app.ui.shell.theme import theme

_GAP = 3
_ICON_COLOURS = {"primary": "on_accent", "danger": "bad_text", "quiet": "accent_text", "chip": "accent_text"}


class Button(QPushButton):
    """A button with a tinted icon that follows the theme.

    ``kind`` is "primary", "plain", "quiet", "danger", "tool", "segment", "chip", "status" or "pill".
    """

    def __init__(
        self,
        text: str,
        kind: str = "plain",
        *,
        icon: str = "",
        small: bool = False,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self._icon_size = icons.META if small or kind == "status" else icons.BUTTON
        self.setProperty("kind", kind)
        if small:
            self.setProperty("small", "1")
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind == "quiet" else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        if on_click is not None:
            self.clicked.connect(lambda: on_click())
        self._paint_icon()
        theme().changed.connect(self._paint_icon)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._paint_icon()

    def _paint_icon(self) -> None:
        if not self._icon_name:
            return
        gap = _GAP if self.text() else 0
        token = _ICON_COLOURS.get(str(self.property("kind")), "text2")
        self.setIcon(icons.icon(self._icon_name, self._icon_size, token, gap=gap))
        self.setIconSize(QSize(self._icon_size + gap, self._icon_size))


class TitleLink(Button):
    """A quiet button that carries somebody's own words, as long as they may be: cut with … where there is no room."""

    def __init__(self, words: str, *, on_click: Callable[[], object] | None = None) -> None:
        super().__init__(words, "quiet", small=True, on_click=on_click)
        self.words = words
        self._whole = super().sizeHint()
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for all the words."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        """A few of them are enough."""
        return QSize(min(self._whole.width(), 72), self._whole.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the words to the room there is."""
        super().resizeEvent(event)
        spare = self._whole.width() - self.fontMetrics().horizontalAdvance(self.words)
        room = max(0, self.width() - spare)
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, room))


def tool_button(icon: str, says: str, on_click: Callable[[], object] | None = None) -> Button:
    """A 32 px button without a word; ``says`` is its tooltip and what a screen reader says."""
    button = Button("", "tool", icon=icon, on_click=on_click)
    button.setToolTip(says)
    button.setAccessibleName(says)
    return button

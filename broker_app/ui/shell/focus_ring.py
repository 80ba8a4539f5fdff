"""The ring around what has the keyboard: 2 px, 2 px away, only after Tab or a shortcut."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTextEdit,
    QWidget,
)

from broker_app.ui.shell.theme import theme

_TABS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_TAB_KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_OWN_BORDER = (QLineEdit, QTextEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
_GAP = 4


class FocusRing(QWidget):
    """One overlay of a window that follows the focus; it lets every click through."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._tab_is_down = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.installEventFilter(self)

    @property
    def target(self) -> QWidget | None:
        """The widget the ring is around, or None."""
        return self._target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the focus and the shape of the widget that has it."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget) and isinstance(event, QFocusEvent):
            wanted = self._came_by_key(event.reason()) and not isinstance(watched, _OWN_BORDER)
            self._follow(watched if wanted and watched.window() is self.window() else None)
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self._tab_is_down = event.key() in _TAB_KEYS
        elif event.type() == QEvent.Type.KeyRelease:
            self._tab_is_down = False
        elif watched is self._target:
            if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.Destroy):
                self._follow(None)
            elif event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
                self._place()
        elif event.type() == QEvent.Type.MouseButtonPress and self._target is not None:
            self._follow(None)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("ring"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)

    def _came_by_key(self, reason: Qt.FocusReason) -> bool:
        # A widget that is hidden or disabled hands its focus on as if Tab had been pressed.
        return reason == Qt.FocusReason.ShortcutFocusReason or (reason in _TABS and self._tab_is_down)

    def _follow(self, target: QWidget | None) -> None:
        self._target = target
        if target is None:
            self.hide()
            return
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        if self._target is None:
            return
        corner = self._target.mapTo(self.window(), QPoint(0, 0))
        self.setGeometry(
            corner.x() - _GAP,
            corner.y() - _GAP,
            self._target.width() + 2 * _GAP,
            self._target.height() + 2 * _GAP,
        )

"""The ring around what has the keyboard: 2 px, 2 px away, only after Tab."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from broker_app.ui.shell.theme import theme

_TAB_KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_OWN_BORDER = (QLineEdit, QTextEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
_GAP = 4


class FocusRing(QWidget):
    """One overlay of a window that follows the focus; it lets every click through.

    It hears the keys and clicks of its window and the focus of the program, not every event of every widget: that
    took a tenth of the start.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self._tab_is_down = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    @property
    def target(self) -> QWidget | None:
        """The widget the ring is around, or None."""
        return self._target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the keys and clicks of the window, and the shape of the widget that has the ring."""
        kind = event.type()
        if kind == QEvent.Type.Show and watched is self.window():
            handle = self.window().windowHandle()
            if handle is not None:
                handle.installEventFilter(self)  # again is once
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            self._tab_is_down = event.key() in _TAB_KEYS
        elif kind == QEvent.Type.KeyRelease:
            self._tab_is_down = False
        elif kind == QEvent.Type.MouseButtonPress:
            self._follow(None)
        elif watched is self._target:
            self._follow_shape(kind)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("ring"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        # A widget that is hidden or disabled hands its focus on as if Tab had been pressed, so the key itself counts.
        wanted = now is not None and self._tab_is_down and not isinstance(now, _OWN_BORDER)
        self._follow(now if wanted and now is not None and now.window() is self.window() else None)

    def _follow_shape(self, kind: QEvent.Type) -> None:
        if kind in (QEvent.Type.Hide, QEvent.Type.Destroy):
            self._follow(None)
        elif kind in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()

    def _follow(self, target: QWidget | None) -> None:
        if self._target is not None and self._target is not target and isValid(self._target):
            self._target.removeEventFilter(self)
        self._target = target
        if target is None:
            self.hide()
            return
        target.installEventFilter(self)
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

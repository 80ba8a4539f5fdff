"""Tags in one line, with a plate of tags in use below while one types the last of them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QListWidget, QWidget

from broker_app.i18n import _
from broker_app.services.tags import matching_tags
from broker_app.ui.shell.fields import ListLine

_MARKS = "、，,；;"
_RIM = 5  # border and padding of a framed list


class TagLine(ListLine):
    """``read`` gives the tags in use, once, when typing begins; Down and Enter take one, Esc closes the plate."""

    def __init__(
        self, read: Callable[[], Sequence[str]], *, placeholder: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__("", placeholder=placeholder, parent=parent)
        self._read = read
        self._known: Sequence[str] | None = None
        self._plate: QListWidget | None = None
        self._quiet = False
        self.committed.connect(self._on_committed)

    @property
    def offered(self) -> tuple[str, ...]:
        """The tags shown below, () while there are none."""
        if self._plate is None or not self._plate.isVisible():
            return ()
        return tuple(self._plate.item(row).text() for row in range(self._plate.count()))

    def take(self, tag: str) -> None:
        """Put ``tag`` in the place of the word being typed."""
        self._quiet = True
        head, _word = self._split()
        self.set_text(f"{head}{tag}")
        self._quiet = False
        self._close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move in the plate, Enter takes a tag of it."""
        if self._plate is not None and self._plate.isVisible():
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self._plate.setCurrentRow((self._plate.currentRow() + step) % self._plate.count())
                return
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (item := self._plate.currentItem()):
                self.take(item.text())
                return
            if event.key() == Qt.Key.Key_Escape:
                self._close()
                return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field closes the plate."""
        super().focusOutEvent(event)
        self._close()

    def _split(self) -> tuple[str, str]:
        text = self.text()
        at = max(text.rfind(mark) for mark in _MARKS) + 1
        return text[:at], text[at:].strip()

    def _on_committed(self, _text: str) -> None:
        if self._quiet or not self.hasFocus():
            return
        _head, word = self._split()
        chosen = set(self.items) - {word}
        if word and self._known is None:
            self._known = self._read()
        found = [one for one in matching_tags(self._known or (), word) if one not in chosen and one != word]
        if found:
            self._open(found)
        else:
            self._close()

    def _open(self, found: Sequence[str]) -> None:
        if self._plate is None:
            # A child of the window: input methods fail in popup windows.
            self._plate = QListWidget(self.window())
            self._plate.setProperty("framed", "1")
            self._plate.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._plate.setAccessibleName(_("用过的标签"))
            self._plate.itemPressed.connect(lambda item: self.take(item.text()))
        self._plate.clear()
        self._plate.addItems(list(found))
        corner = self.mapTo(self.window(), QPoint(0, self.height() + 2))
        height = sum(self._plate.sizeHintForRow(row) for row in range(len(found)))
        self._plate.setGeometry(corner.x(), corner.y(), max(self.width(), 200), height + 2 * _RIM)
        self._plate.show()
        self._plate.raise_()

    def _close(self) -> None:
        if self._plate is not None:
            self._plate.hide()

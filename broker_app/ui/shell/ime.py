"""Text fields that are safe while Chinese is being composed (ux.md 2.3).

While an input method shows letters that are not text yet, nothing may be set from the program: that would destroy
them. A change asked for meanwhile waits until the composition has ended. ``committed`` speaks only of real text.
"""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit, QWidget


def commit_composition() -> None:
    """Turn what is being composed into text, before it is saved, closed or locked away.

    Not every input method does so when asked; then its letters are taken in as they stand, so that none are lost.
    """
    QGuiApplication.inputMethod().commit()
    field = QApplication.focusWidget()
    if isinstance(field, ImeAwareLineEdit | ImeAwareTextEdit) and field.composing:
        event = QInputMethodEvent("", [])
        event.setCommitString(field.preedit)
        QApplication.sendEvent(field, event)
        QGuiApplication.inputMethod().reset()


class ImeAwareLineEdit(QLineEdit):
    """One line of text."""

    committed = Signal(str)

    def __init__(self, text: str = "", *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.preedit = ""
        """The letters an input method shows that are not text yet."""
        self._waiting: Callable[[], None] | None = None
        self.setPlaceholderText(placeholder)
        self.setMinimumWidth(72)
        self.textChanged.connect(self._tell)

    @property
    def composing(self) -> bool:
        """Whether an input method shows letters that are not text yet."""
        return bool(self.preedit)

    def set_text(self, text: str) -> None:
        """Show ``text``, after a running composition if there is one; the cursor stays if nothing changes."""
        if self.composing:
            self._waiting = lambda: self.set_text(text)
        elif text != self.text():
            self.setText(text)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Follow the composition; a change that waited is made when it has ended."""
        self.preedit = event.preeditString()
        super().inputMethodEvent(event)
        if not self.composing and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting()

    def _tell(self, text: str) -> None:
        if not self.composing:
            self.committed.emit(text)


class ImeAwareTextEdit(QTextEdit):
    """Several lines of plain text; what is pasted loses its formatting, never its words."""

    committed = Signal(str)
    file_pasted = Signal(object)
    """Mime data with pictures or files, for whoever keeps attachments."""

    def __init__(self, text: str = "", *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preedit = ""
        """The letters an input method shows that are not text yet."""
        self._waiting: Callable[[], None] | None = None
        self.setAcceptRichText(False)
        self.setPlaceholderText(placeholder)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if text:
            self.setPlainText(text)
        self.textChanged.connect(self._tell)

    @property
    def composing(self) -> bool:
        """Whether an input method shows letters that are not text yet."""
        return bool(self.preedit)

    def set_text(self, text: str) -> None:
        """Show ``text``, after a running composition if there is one; nothing moves if it is there already."""
        if self.composing:
            self._waiting = lambda: self.set_text(text)
        elif text != self.toPlainText():
            self.setPlainText(text)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Follow the composition; Qt tells of changed text before the text is there, so it is said again at the end."""
        was_composing = self.composing
        self.preedit = event.preeditString()
        super().inputMethodEvent(event)
        if was_composing and not self.composing:
            self._tell()
        if not self.composing and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste words as plain text; pictures and files are handed on."""
        if source.hasText() and not source.hasUrls():
            self.textCursor().insertText(source.text().replace("\x00", ""))
        elif source.hasImage() or source.hasUrls():
            self.file_pasted.emit(source)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Words, pictures and files may be pasted or dropped."""
        return source.hasText() or source.hasImage() or source.hasUrls()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Ctrl+Enter to the page: it finishes the record."""
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
            return
        super().keyPressEvent(event)

    def select(self, start: int, length: int) -> None:
        """Select characters of the text and scroll to them (positions as Python counts)."""
        text = self.toPlainText()
        cursor = self.textCursor()
        cursor.setPosition(utf16_length(text[:start]))
        cursor.setPosition(utf16_length(text[: start + length]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def selected_range(self) -> tuple[int, int]:
        """Start and length of the selection as Python counts; length 0 if there is none."""
        cursor = self.textCursor()
        encoded = self.toPlainText().encode("utf-16-le", "surrogatepass")
        start = len(encoded[: 2 * cursor.selectionStart()].decode("utf-16-le", "ignore"))
        end = len(encoded[: 2 * cursor.selectionEnd()].decode("utf-16-le", "ignore"))
        return start, end - start

    def _tell(self) -> None:
        if not self.composing:
            self.committed.emit(self.toPlainText())


def utf16_length(text: str) -> int:
    """How many units Qt counts ``text`` as: a rare character takes two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

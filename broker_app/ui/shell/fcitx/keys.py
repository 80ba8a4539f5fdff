"""Keys between Qt and X: what fcitx is told of a key, and what is typed when fcitx hands one back."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

SHIFT, CONTROL, ALT = 1 << 0, 1 << 2, 1 << 3
_UNICODE = 0x0100_0000
"""Key symbols above this are characters: X has no name of its own for them."""

_NAMED = {
    0xFF08: Qt.Key.Key_Backspace,
    0xFF09: Qt.Key.Key_Tab,
    0xFF0D: Qt.Key.Key_Return,
    0xFF1B: Qt.Key.Key_Escape,
    0xFF50: Qt.Key.Key_Home,
    0xFF51: Qt.Key.Key_Left,
    0xFF52: Qt.Key.Key_Up,
    0xFF53: Qt.Key.Key_Right,
    0xFF54: Qt.Key.Key_Down,
    0xFF55: Qt.Key.Key_PageUp,
    0xFF56: Qt.Key.Key_PageDown,
    0xFF57: Qt.Key.Key_End,
    0xFF8D: Qt.Key.Key_Enter,
    0xFFFF: Qt.Key.Key_Delete,
}
_TEXT = {Qt.Key.Key_Return: "\r", Qt.Key.Key_Enter: "\r", Qt.Key.Key_Tab: "\t"}


def copy_of(event: QKeyEvent) -> QKeyEvent:
    """The same key once more, for later: Qt's own event lives only while it is being delivered."""
    return QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )


def event_of(symbol: int, state: int, release: bool) -> QKeyEvent | None:
    """The event of a key symbol of X; None for one that no text field would act on."""
    kind = QEvent.Type.KeyRelease if release else QEvent.Type.KeyPress
    modifiers = Qt.KeyboardModifier.NoModifier
    for bit, modifier in (
        (SHIFT, Qt.KeyboardModifier.ShiftModifier),
        (CONTROL, Qt.KeyboardModifier.ControlModifier),
        (ALT, Qt.KeyboardModifier.AltModifier),
    ):
        if state & bit:
            modifiers |= modifier
    if symbol in _NAMED:
        key = _NAMED[symbol]
        return QKeyEvent(kind, key, modifiers, 0, symbol, state, _TEXT.get(key, ""))
    character = _character(symbol)
    if not character:
        return None
    return QKeyEvent(kind, ord(character.upper()[0]), modifiers, 0, symbol, state, character)


def _character(symbol: int) -> str:
    if symbol >= _UNICODE:
        code = symbol - _UNICODE
        return chr(code) if 0x20 <= code < 0x11_0000 and not 0xD800 <= code < 0xE000 else ""
    return chr(symbol) if 0x20 <= symbol < 0x7F or 0xA0 <= symbol < 0x100 else ""

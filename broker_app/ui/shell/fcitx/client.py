"""Keys to fcitx, text back into the field that has the keyboard.

A key pressed in a text field goes to fcitx and waits for its answer while the window lives on. One key is asked about
at a time and the others queue behind it, so that every key acts on what the one before it has done. A key fcitx leaves
alone is delivered as if nothing had happened, and if fcitx does not answer in time, so are all of them until it does.
"""

import os
import sys
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import (
    QGuiApplication,
    QInputMethodEvent,
    QInputMethodQueryEvent,
    QKeyEvent,
    QTextCharFormat,
    QWindow,
)
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from broker_app.ui.shell.fcitx.keys import copy_of, event_of

if TYPE_CHECKING:
    from broker_app.ui.shell.fcitx.link import FcitxLink, Preedit

ANSWER_MS = 1500
"""How long a key waits for fcitx. An answer takes about a millisecond, but the first one loads its dictionaries."""

_CAN_SHOW_PREEDIT, _FORMATTED, _WE_COMMIT_ON_LEAVING, _IN_THE_WINDOW = 1 << 1, 1 << 4, 1 << 5, 1 << 24
_UNDERLINE, _HIGHLIGHT = 1 << 3, 1 << 4
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_X11 = "xcb"
_HANDLED_BY_QT = ("ibus",)


def start_fcitx(app: QApplication, platform: str | None = None) -> "FcitxInput | None":
    """Listen for fcitx if it is ours to do: on a Linux desktop where Qt has no input method of its own."""
    platform = QGuiApplication.platformName() if platform is None else platform
    if not sys.platform.startswith("linux") or not is_ours(platform, dict(os.environ), _qt_plugins()):
        return None
    from broker_app.ui.shell.fcitx.link import FcitxLink  # noqa: PLC0415 - its library loads only where it is used

    link = FcitxLink(app)
    client = FcitxInput(app, link)
    link.open()
    return client


def is_ours(platform: str, environment: dict[str, str], plugins: frozenset[str]) -> bool:
    """Whether keys have to reach fcitx through us.

    ``plugins`` are the input methods Qt itself can load. Under Wayland the compositor does it, unless the desktop
    names fcitx for Qt: then Qt looks for a plugin, finds none and asks nobody.
    """
    chosen = environment.get("QT_IM_MODULES") or environment.get("QT_IM_MODULE", "")
    names = {name.strip() for name in chosen.replace(",", ";").split(";") if name.strip()}
    names_fcitx = bool(names & {"fcitx", "fcitx5"})
    if names & (plugins & {"fcitx", "fcitx5"}) or (names & set(_HANDLED_BY_QT) and not names_fcitx):
        return False
    if platform.startswith("wayland"):
        return names_fcitx
    return platform == _X11


def _qt_plugins() -> frozenset[str]:
    found = set()
    for folder in QCoreApplication.libraryPaths():
        for file in Path(folder, "platforminputcontexts").glob("lib*.so"):
            found |= {name for name in ("ibus", "fcitx5", "fcitx") if name in file.name}
    return frozenset(found | ({"fcitx"} if "fcitx5" in found else set()))


class FcitxInput(QObject):
    """Follows the keyboard from field to field and speaks to fcitx for it."""

    def __init__(self, app: QApplication, link: "FcitxLink") -> None:
        super().__init__(app)
        self._app = app
        self._link = link
        self._window: QWindow | None = None
        self._field: QWidget | None = None
        self._inside = False  # fcitx was told that a text field has the keyboard
        self._waiting: deque[QKeyEvent] = deque()
        self._asked = 0  # number of the call under way
        self._silent = 0  # number of the call fcitx did not answer in time
        self._delivering = False
        self._speaking = False
        self._preedit = ""
        self._told_place: tuple[int, int, int, int] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(ANSWER_MS)
        self._patience.timeout.connect(self._on_no_answer)
        link.ready_changed.connect(self._on_ready)
        link.committed.connect(self._commit)
        link.composing.connect(self._compose)
        link.key_forwarded.connect(self._type_forwarded)
        app.focusWindowChanged.connect(self._on_window)
        app.focusObjectChanged.connect(self._on_field)
        self._on_window(app.focusWindow())
        self._on_field(app.focusObject())

    @property
    def composing(self) -> str:
        """What fcitx shows in the field that is not text yet."""
        return self._preedit

    @property
    def listening(self) -> bool:
        """Whether fcitx gets the next key."""
        return self._inside and not self._silent

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the window are asked about; the field itself tells when a composition ends without fcitx."""
        kind = event.type()
        if watched is self._window and kind in _KEYS and isinstance(event, QKeyEvent):
            return self._take_key(event)
        if watched is self._field:
            if kind in (QEvent.Type.FocusAboutToChange, QEvent.Type.FocusOut):
                self._end_composition()
            elif kind == QEvent.Type.InputMethod and not self._speaking and self._preedit:
                self._preedit = ""  # somebody turned it into text: saving, closing, locking
                self._link.call("Reset")
            elif kind in (QEvent.Type.EnabledChange, QEvent.Type.ReadOnlyChange):
                QTimer.singleShot(0, self, self._tell_focus)
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        if self._delivering:
            self._delivering = False  # this one is ours; if it opens a dialog, the keys typed there are not
            return False
        if not self._waiting and not self._asked and not self._is_for_fcitx(event):
            return False
        self._waiting.append(copy_of(event))
        self._ask_next()
        return True

    def _is_for_fcitx(self, event: QKeyEvent) -> bool:
        return self.listening and bool(event.nativeVirtualKey()) and QApplication.activePopupWidget() is None

    def _ask_next(self) -> None:
        while self._waiting and not self._asked:
            event = self._waiting[0]
            if self._is_for_fcitx(event):
                self._tell_place()
                self._asked = self._link.call(
                    "ProcessKeyEvent",
                    "uuubu",
                    event.nativeVirtualKey(),
                    event.nativeScanCode(),
                    event.nativeModifiers(),
                    event.type() == QEvent.Type.KeyRelease,
                    0,
                    then=partial(self._on_answer, self._link),
                )
                if self._asked:
                    self._patience.start()
                    return
            self._deliver(self._waiting.popleft())

    def _on_answer(self, _link: "FcitxLink", reply: tuple[Any, ...] | None) -> None:
        if self._silent:  # it speaks again; that key was typed long ago
            self._silent = 0
            return
        if not self._asked:
            return
        self._asked = 0
        self._patience.stop()
        event = self._waiting.popleft()
        if not (reply and reply[0]):
            self._deliver(event)
        self._ask_next()

    @Slot()
    def _on_no_answer(self) -> None:
        self._silent, self._asked = self._asked, 0
        self._ask_next()

    def _deliver(self, event: QKeyEvent) -> None:
        if self._window is not None and isValid(self._window):
            self._delivering = True
            QCoreApplication.sendEvent(self._window, event)
            self._delivering = False

    @Slot(int, int, bool)
    def _type_forwarded(self, symbol: int, state: int, release: bool) -> None:
        event = event_of(symbol, state, release)
        if event is not None:
            self._deliver(event)

    @Slot(str)
    def _commit(self, text: str) -> None:
        event = QInputMethodEvent("", [])
        event.setCommitString(text)
        self._preedit = ""
        self._say(event)

    @Slot(object)
    def _compose(self, preedit: "Preedit") -> None:
        text = preedit.text
        if not text and not self._preedit:
            return
        self._preedit = text
        self._say(QInputMethodEvent(text, _formats(preedit, self._app)))
        self._tell_place()

    def _say(self, event: QInputMethodEvent) -> None:
        field = self._field
        if field is None or not isValid(field) or not self._inside:
            return
        self._speaking = True
        try:
            QCoreApplication.sendEvent(field, event)
        finally:
            self._speaking = False

    def _end_composition(self) -> None:
        """The field is being left: its letters become text, as every input method does it."""
        if self._preedit:
            self._commit(self._preedit)
            self._link.call("Reset")

    @Slot(bool)
    def _on_ready(self, ready: bool) -> None:
        self._inside = False
        self._told_place = None
        self._silent = 0
        if ready:
            bits = _CAN_SHOW_PREEDIT | _FORMATTED | _WE_COMMIT_ON_LEAVING
            if not self._counts_in_pixels():
                bits |= _IN_THE_WINDOW
            # Not the surrounding text: what stands in a note is nobody's business but the broker's.
            self._link.call("SetCapability", "t", bits)
            self._tell_focus()
            return
        if self._preedit:  # fcitx died in the middle of a word
            self._inside = True
            self._commit(self._preedit)
            self._inside = False
        self._patience.stop()
        self._asked = 0
        self._ask_next()  # nobody answers any more: what waits is typed as it is

    @Slot(QWindow)
    def _on_window(self, window: QWindow | None) -> None:
        if self._window is not None and isValid(self._window):
            self._window.removeEventFilter(self)
        self._window = window
        if window is not None:
            window.installEventFilter(self)

    @Slot(QObject)
    def _on_field(self, field: QObject | None) -> None:
        if self._field is not None and isValid(self._field):
            self._field.removeEventFilter(self)
        self._field = field if isinstance(field, QWidget) else None
        self._preedit = ""
        if self._field is not None:
            self._field.installEventFilter(self)
        self._tell_focus(again=True)

    def _tell_focus(self, *, again: bool = False) -> None:
        wanted = self._link.ready and _takes_text(self._field)
        if self._inside and (again or not wanted):
            self._inside = False
            self._link.call("FocusOut")
        if wanted and not self._inside:
            self._inside = True
            self._told_place = None
            self._link.call("FocusIn")
            self._tell_place()

    def _counts_in_pixels(self) -> bool:
        return QGuiApplication.platformName() == _X11

    def _tell_place(self) -> None:
        """Where the cursor is, so that the candidates appear beside it: in pixels of the screen under X."""
        field = self._field
        if field is None or not isValid(field) or not self._inside:
            return
        box = _cursor_box(field)
        if self._counts_in_pixels():
            screen, scale = field.screen().geometry().topLeft(), field.devicePixelRatioF()
            corner = field.mapToGlobal(box.topLeft()) - screen
        else:
            screen, scale = QPoint(), 1.0
            corner = field.mapTo(field.window(), box.topLeft())
        place = (
            screen.x() + round(corner.x() * scale),
            screen.y() + round(corner.y() * scale),
            round(box.width() * scale),
            round(box.height() * scale),
        )
        if place != self._told_place:
            self._told_place = place
            self._link.call("SetCursorRect", "iiii", *place)


def _takes_text(field: QWidget | None) -> bool:
    """Whether a field is for text that may be composed: not a list, not a read-only one, never a passphrase."""
    if field is None or not isValid(field):
        return False
    query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled | Qt.InputMethodQuery.ImHints)
    QCoreApplication.sendEvent(field, query)
    hints = Qt.InputMethodHint(query.value(Qt.InputMethodQuery.ImHints) or 0)
    hidden = Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData
    return bool(query.value(Qt.InputMethodQuery.ImEnabled)) and not hints & hidden


def _cursor_box(field: QWidget) -> QRect:
    box = field.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    rect = box.toRect() if hasattr(box, "toRect") else box
    return rect if isinstance(rect, QRect) else QRect(0, 0, 1, field.height())


def _formats(preedit: "Preedit", app: QApplication) -> list[QInputMethodEvent.Attribute]:
    attributes, at = [], 0
    for text, bits in preedit.pieces:
        style = QTextCharFormat()
        style.setFontUnderline(True)
        if bits & _HIGHLIGHT:
            style.setBackground(app.palette().highlight())
            style.setForeground(app.palette().highlightedText())
        length = _units(text)
        attributes.append(QInputMethodEvent.Attribute(QInputMethodEvent.AttributeType.TextFormat, at, length, style))
        at += length
    cursor = at if preedit.cursor < 0 else _units(preedit.text[: preedit.cursor])
    shown = 0 if preedit.cursor < 0 else 1
    attributes.append(QInputMethodEvent.Attribute(QInputMethodEvent.AttributeType.Cursor, cursor, shown, None))
    return attributes


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

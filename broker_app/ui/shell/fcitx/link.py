"""The wire to fcitx: one D-Bus connection read by the event loop, one input context, and its news as signals.

Nothing here waits: the connection is opened in a thread, every call is sent and its answer arrives as an event. fcitx
may come and go at any time; its name on the bus tells, and a new context is asked for when it comes back.
"""

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot
from shiboken6 import isValid

_log = logging.getLogger("broker.fcitx")

NAMES = ("org.fcitx.Fcitx5", "org.freedesktop.portal.Fcitx")
"""fcitx 5, and the name fcitx 4 and sandboxes offer the same interface under; the first one that is there is taken."""

_PATH = "/org/freedesktop/portal/inputmethod"
_METHODS = "org.fcitx.Fcitx.InputMethod1"
_CONTEXT = "org.fcitx.Fcitx.InputContext1"
_PROGRAM = "broker"
_OPEN_SECONDS = 2.0
_READ_BYTES = 65_536

Answer = Callable[[tuple[Any, ...] | None], object]
"""Called with the values of a reply, or None for an error."""


@dataclass(frozen=True)
class Preedit:
    """What is being composed: pieces of text with fcitx's format bits, and the cursor in characters (-1: none)."""

    pieces: tuple[tuple[str, int], ...]
    cursor: int

    @property
    def text(self) -> str:
        """The letters without their formats."""
        return "".join(text for text, _format in self.pieces)


class FcitxLink(QObject):
    """Connects when told, stays connected, and says what fcitx says."""

    ready_changed = Signal(bool)
    """Whether fcitx listens; at True the context is new and knows nothing of us."""
    committed = Signal(str)
    composing = Signal(object)
    """A :class:`Preedit`."""
    key_forwarded = Signal(int, int, bool)
    """Key symbol, modifier state, whether it is a release: a key fcitx wants to be typed."""

    _opened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connection: DBusConnection | None = None
        self._notifier: QSocketNotifier | None = None
        self._answers: dict[int, Answer] = {}
        self._owners: dict[str, str] = {}
        self._context: DBusAddress | None = None
        self._opened.connect(self._take_over)

    @property
    def ready(self) -> bool:
        """Whether fcitx listens."""
        return self._context is not None

    def open(self) -> None:
        """Connect in the background; without a session bus nothing happens."""
        Thread(target=self._open, name="fcitx", daemon=True).start()

    def close(self) -> None:
        """Give the context back and hang up."""
        if self._context is not None:
            self.call("DestroyIC")
        self._hang_up()

    def call(self, member: str, signature: str = "", *values: object, then: Answer | None = None) -> int:
        """Call the input context; ``then`` gets the reply. Returns the number of the call, 0 if nobody listens."""
        if self._context is None:
            return 0
        return self._send(new_method_call(self._context, member, signature or None, values), then)

    def _open(self) -> None:
        try:
            connection = open_dbus_connection(auth_timeout=_OPEN_SECONDS)
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            _log.info("no session bus: %s", type(error).__name__)
            return
        if isValid(self):
            self._opened.emit(connection)
        else:
            connection.close()

    @Slot(object)
    def _take_over(self, connection: DBusConnection) -> None:
        connection.sock.setblocking(False)
        self._connection = connection
        self._notifier = QSocketNotifier(connection.sock.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        for name in NAMES:
            rule = MatchRule(
                type="signal", sender=message_bus.bus_name, interface=message_bus.interface, member="NameOwnerChanged"
            )
            rule.add_arg_condition(0, name)
            self._send(message_bus.AddMatch(rule))
            self._send(message_bus.GetNameOwner(name), partial(self._on_owner, name))

    def _on_owner(self, name: str, reply: tuple[Any, ...] | None) -> None:
        self._owner_is(name, str(reply[0]) if reply else "")

    def _owner_is(self, name: str, owner: str) -> None:
        before = self._best()
        self._owners[name] = owner
        best = self._best()
        if best == before:
            return
        self._forget_context()
        if best:
            where = DBusAddress(_PATH, best, _METHODS)
            details = [("program", _PROGRAM)]
            self._send(
                new_method_call(where, "CreateInputContext", "a(ss)", (details,)), partial(self._on_context, best)
            )

    def _best(self) -> str:
        return next((self._owners[name] for name in NAMES if self._owners.get(name)), "")

    def _on_context(self, owner: str, reply: tuple[Any, ...] | None) -> None:
        if reply and owner == self._best():
            path = str(reply[0])
            self._context = DBusAddress(path, owner, _CONTEXT)
            # fcitx 5 writes to us alone; fcitx 4 writes to everybody who listens.
            self._send(message_bus.AddMatch(MatchRule(type="signal", sender=owner, interface=_CONTEXT, path=path)))
            self.ready_changed.emit(True)

    def _forget_context(self) -> None:
        self._answers.clear()
        if self._context is not None:
            self._context = None
            self.ready_changed.emit(False)

    def _send(self, message: Message, then: Answer | None = None) -> int:
        connection = self._connection
        if connection is None:
            return 0
        number: int = next(connection.outgoing_serial)
        if then is not None:
            self._answers[number] = then
        try:
            connection.send(message, serial=number)
        except OSError as error:  # a bus that takes nothing in is as good as none
            _log.info("session bus lost: %s", errno.errorcode.get(error.errno or 0, "?"))
            self._hang_up()
            return 0
        return number

    @Slot()
    def _read(self) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            received = connection.sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._hang_up()
            return
        connection.parser.add_data(received)
        while self._connection is not None and (message := connection.parser.get_next_message()) is not None:
            self._hear(message)

    def _hear(self, message: Message) -> None:
        fields = message.header.fields
        kind = message.header.message_type
        if kind in (MessageType.method_return, MessageType.error):
            then = self._answers.pop(fields.get(HeaderFields.reply_serial, 0), None)
            if then is not None:
                then(message.body if kind is MessageType.method_return else None)
        elif kind is MessageType.signal:
            member = str(fields.get(HeaderFields.member))
            if member == "NameOwnerChanged":
                name, _before, owner = message.body
                self._owner_is(name, owner)
            elif self._context is not None and fields.get(HeaderFields.path) == self._context.object_path:
                self._hear_context(member, message.body)

    def _hear_context(self, member: str, body: tuple[Any, ...]) -> None:
        match member:
            case "CommitString":
                self.committed.emit(str(body[0]))
            case "UpdateFormattedPreedit":
                pieces = tuple((str(text), int(form)) for text, form in body[0])
                self.composing.emit(Preedit(pieces, _characters("".join(text for text, _form in pieces), body[1])))
            case "ForwardKey":
                symbol, state, release = body
                self.key_forwarded.emit(symbol, state, bool(release))

    def _hang_up(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._owners.clear()
        self._forget_context()


def _characters(text: str, count: int) -> int:
    """How many characters the first ``count`` bytes of ``text`` are; -1 stays -1."""
    return len(text.encode("utf-8")[:count].decode("utf-8", "ignore")) if count >= 0 else -1

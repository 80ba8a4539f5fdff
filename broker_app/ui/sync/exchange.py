"""Exchanges with the server in the background: when asked, and every few minutes while signed in.

One object for the whole window. It never touches the network in the UI thread, and it stops asking by itself
for longer and longer while the server cannot be reached.
"""

import random
from collections.abc import Callable
from importlib import import_module
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from broker_app.errors import BrokerError, DeviceRevokedError, OfflineError, SignInError
from broker_app.i18n import _
from broker_app.services.sync_state import Account, SyncStatus, sync_status
from broker_app.ui.shell.commands import Command
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.sync.words import when_words

EVERY_MS = 3 * 60 * 1000
AFTER_CHANGE_MS = 20 * 1000
_LONGEST_MS = 10 * 60 * 1000

_READS = frozenset({"ServerRecord", "ProfileValue", "OutboxOperation", "SyncRound"})


class Exchange(QObject):
    """What is going on with the server, and the way to ask for an exchange."""

    changed = Signal()
    """Running or not, connected or not: look again."""

    progressed = Signal(int, int)
    """Records sent and received so far (from another thread)."""

    file_moved = Signal(str, int)
    """SHA-256 of the file on its way, and how many of its bytes are over."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.running = False
        self.connected: bool | None = None
        self.trouble = ""
        self.complaints: list[BrokerError] = []
        self.account = Account()
        self._failures = 0
        self._stopping = False
        self._abort: Callable[[], None] = _nothing
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._in_background)

    def begin(self) -> None:
        """Look once who is signed in, and start the rhythm if somebody is."""
        self.look_again()
        if self.account.is_open:
            self._timer.start(AFTER_CHANGE_MS)

    def look_again(self) -> SyncStatus:
        """Read the sign-in and what needs a person."""
        status = self._desk.tasks.fetch(sync_status)
        self.account = status.account
        if not self.account.is_known:
            self.connected = None
        return status

    def ask(self, *, allow_removals: bool = False) -> None:
        """Exchange now; what fails is told on the page."""
        self._start(quietly=False, allow_removals=allow_removals)

    def note_change(self) -> None:
        """Something was typed: it goes up soon, not only at the next beat."""
        remaining = self._timer.remainingTime()
        if self.account.is_open and not self.running and not self._failures and remaining > AFTER_CHANGE_MS:
            self._timer.start(AFTER_CHANGE_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that closes does not wait for the rest of an exchange; the next one goes on from there."""
        if event.type() == QEvent.Type.Close:
            self._stopping = True
            self._timer.stop()
            self._abort()
        return False

    def _in_background(self) -> None:
        self.look_again()
        if self.account.is_open:
            self._start(quietly=True)

    def _start(self, *, quietly: bool, allow_removals: bool = False) -> None:
        if self.running:
            return
        self._timer.stop()
        self.running = True
        self.changed.emit()
        sessions = self._desk.tasks.sessions

        def work() -> Any:
            rounds = import_module("broker_app.sync.rounds")
            return rounds.run_round(
                sessions,
                allow_removals=allow_removals,
                progress=lambda report: self.progressed.emit(report.sent, report.received),
                file_progress=lambda file, done: self.file_moved.emit(file.sha256, done),
                stopped=lambda: self._stopping,
                begun=self._note_abort,
            )

        self._desk.tasks.run(self, work, self._on_done, lambda error: self._on_failed(error, quietly=quietly))

    def _note_abort(self, abort: Callable[[], None]) -> None:
        self._abort = abort
        if self._stopping:  # the window was closed between asking and connecting
            abort()

    def _on_done(self, outcome: Any) -> None:
        self.running, self._abort = False, _nothing
        self.connected, self.trouble = True, ""
        self._failures = 0
        self._rest(EVERY_MS)
        self.look_again()
        self.changed.emit()
        if outcome.asked:
            self._desk.go("sync")

    def _on_failed(self, error: BrokerError, *, quietly: bool) -> None:
        self.running, self._abort = False, _nothing
        self.connected = False if isinstance(error, OfflineError) else self.connected
        self.trouble = error.message
        self._failures += 1
        self.look_again()
        if not isinstance(error, SignInError | DeviceRevokedError):
            self._rest(min(_LONGEST_MS, AFTER_CHANGE_MS * 2**self._failures))
        self.changed.emit()
        if not quietly or isinstance(error, DeviceRevokedError):
            self.complaints.append(error)
            self._desk.complain(error)
        if isinstance(error, DeviceRevokedError):
            self._desk.lock_wanted.emit()  # whoever is not its owner sees nothing more

    def _rest(self, longest: int) -> None:
        if self.account.is_open:
            # Many computers come back to the network at once after lunch.
            self._timer.start(int(longest * random.uniform(0.7, 1.0)))  # noqa: S311 - no secret


def _nothing() -> None:
    """Nothing is under way."""


def exchange_of(desk: Desk) -> Exchange:
    """The one exchange of a window, made when it is first asked for."""
    found = desk.findChild(Exchange)
    return found if isinstance(found, Exchange) else Exchange(desk)


def connect_exchange(window: MainWindow) -> Exchange:
    """Wire status bar, navigation and F9 to the exchange, and begin."""
    desk, status = window.desk, window.status
    exchange = exchange_of(desk)

    def show() -> None:
        found = exchange.look_again()
        while exchange.connected and not exchange.trouble and exchange.complaints:
            window.withdraw_complaint(exchange.complaints.pop())
        if exchange.running:
            status.connection.setText(_("正在上传和下载"))
            status.connection.set_icon("arrows-clockwise")
        elif exchange.account.is_known and not exchange.account.is_open:
            status.connection.setText(_("电脑已被停用") if exchange.account.is_revoked else _("要重新登录"))
            status.connection.set_icon("wifi-slash")
        else:
            known = exchange.connected if exchange.account.is_known else None
            status.show_connection(connected=bool(known) if exchange.account.is_known else None)
        last = _("上次上传 {when}").format(when=when_words(found.last)) if found.last else ""
        status.show_last_sync(last)
        window.navigation.show_count("sync", found.needs_person, "warn" if found.needs_person else "")

    def on_data(models: frozenset[str]) -> None:
        if models & _READS:
            show()
        if models - {"ProfileValue", "SyncRound"} and not exchange.running:
            exchange.note_change()

    window.installEventFilter(exchange)
    exchange.changed.connect(show)
    desk.tasks.data_changed.connect(on_data)
    status.sync_wanted.connect(lambda: desk.go("sync"))
    desk.commands.add(Command("sync.now", _("立即上传"), sync_now(desk, exchange), "F9", "cloud-arrow-up", _("同步")))
    exchange.begin()
    show()
    return exchange


def sync_now(desk: Desk, exchange: Exchange) -> Callable[[], None]:
    """What F9 does: exchange, or show the page where one signs in."""

    def act() -> None:
        exchange.look_again()
        if exchange.account.is_open:
            exchange.ask()
        else:
            desk.go("sync", "sign-in")

    return act

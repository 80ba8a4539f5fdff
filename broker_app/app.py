"""Builds the running program: application, look, entrance, store, window. The only place that connects all of them.

What the entrance does not need is imported when it is needed: the window is painted first.
"""

import logging
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from broker_app.errors import BrokerError
from broker_app.i18n import use_language
from broker_app.paths import ProfilePaths, default_profile, resources
from broker_app.settings import Settings, read_settings
from broker_app.ui.gate.window import FirstRunCard, GateWindow, RecoveryCard, RecoveryCodeCard, UnlockCard
from broker_app.ui.shell.brand import window_icon
from broker_app.ui.shell.theme import install_theme, theme

if TYPE_CHECKING:
    from broker_app.db.session import Store
    from broker_app.ui.shell.main_window import MainWindow

PICTURE_SIZE = QSize(1366, 768)
TRIAL_PROFILE = "profile"
_IDLE_MS = 10 * 60 * 1000
_SAMPLE_FOLDER = "sample"


def make_application(settings: Settings) -> QApplication:
    """The one QApplication of this process, dressed in the look of the settings."""
    QCoreApplication.setApplicationName("broker")
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    install_theme(app, settings.theme, settings.font_points)
    app.setWindowIcon(window_icon())
    return app


def build_window(store: "Store") -> "MainWindow":
    """The main window over an open store, at the first page."""
    from broker_app.services.recovery import begin_sitting  # noqa: PLC0415
    from broker_app.ui.pages import FIRST_PAGE, page_makers, places  # noqa: PLC0415 - after the entrance is painted
    from broker_app.ui.shell.desk import Desk  # noqa: PLC0415
    from broker_app.ui.shell.index_work import IndexWork  # noqa: PLC0415
    from broker_app.ui.shell.main_window import MainWindow  # noqa: PLC0415
    from broker_app.ui.shell.tasks import TaskRunner  # noqa: PLC0415
    from broker_app.ui.sync.exchange import connect_exchange  # noqa: PLC0415

    tasks = TaskRunner(store)
    desk = Desk(tasks, read_settings(store.paths.settings), store.paths.settings)
    window = MainWindow(desk, places(), page_makers())
    tasks.setParent(window)
    desk.setParent(window)
    desk.cut_short_since = begin_sitting(store.paths.folder)
    desk.settings_changed.connect(_dress)
    connect_exchange(window)
    IndexWork(tasks, window.status, window).begin_later()
    window.show_page(FIRST_PAGE)
    return window


def picture_of_window(store: "Store", path: Path) -> Path:
    """Paint the main window of ``store`` into a PNG file without showing it to anybody; returns the path."""
    app = make_application(Settings(theme="light"))
    window = build_window(store)
    window.resize(PICTURE_SIZE)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.show()
    settle(app, window)
    window.grab().save(str(path))
    window.close()
    return path


def settle(app: QApplication, window: "MainWindow") -> None:
    """Let everything asked for so far arrive on the screen."""
    for _turn in range(3):
        window.desk.tasks.wait_for_all()
        app.processEvents()


def run(profile: Path | None, *, trial: bool = False, language: str | None = None) -> int:
    """Open the program on a profile (the default one if None); returns the exit code.

    ``language`` is one of i18n.LANGUAGES for this time only; None leaves the choice to the settings.

    ``trial`` opens a profile of made-up data in the folder ``out`` without asking for a passphrase.
    """
    paths = ProfilePaths(profile) if profile else default_profile()
    if trial and profile is None:
        paths = ProfilePaths(Path("out").absolute() / TRIAL_PROFILE)
    settings = read_settings(paths.settings)
    use_language(language or settings.language, resources() / "i18n")
    app = make_application(settings)
    program = Program(app, paths)
    # Both load modules the entrance can be painted without.
    QTimer.singleShot(0, partial(_keep_log, paths))
    QTimer.singleShot(0, partial(_listen_for_fcitx, app))
    sys.excepthook = program.on_fault
    if trial:
        program.show_sample(paths)
    else:
        program.show_entrance()
    return app.exec()


def _listen_for_fcitx(app: QApplication) -> None:
    from broker_app.ui.shell.fcitx import start_fcitx  # noqa: PLC0415 - after the entrance is painted

    start_fcitx(app)


class Program(QObject):
    """Moves between entrance and main window, and locks the window when nobody is there."""

    def __init__(self, app: QApplication, paths: ProfilePaths) -> None:
        super().__init__(app)
        self.app = app
        self.paths = paths
        self.gate: GateWindow | None = None
        self.window: MainWindow | None = None
        self._store: Store | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self.lock)
        app.setQuitOnLastWindowClosed(True)
        app.aboutToQuit.connect(self._close_store)

    def show_entrance(self) -> None:
        """Show the card that fits: unlock, or the first run. The database loads while the passphrase is typed."""
        gate = self._open_gate()
        if self.paths.database.exists():
            self._ask_passphrase(gate)
        else:
            self._ask_first(gate)
        gate.show()
        QTimer.singleShot(0, self._load_ahead)

    def show_sample(self, paths: ProfilePaths) -> None:
        """Open a profile of made-up data, made if it is not there yet."""
        gate = self.gate or self._open_gate()
        self.paths = paths
        gate.background.run(lambda: _open_sample(paths), self._enter, self._refuse)

    def lock(self) -> None:
        """Hide everything until the passphrase is given again; what is typed is kept first."""
        if self.window is None or self._store is None:
            return
        self._idle.stop()
        self.window.keep_typing()
        self.window.hide()
        gate = self._open_gate()
        card = UnlockCard()
        card.remember.hide()
        card.unlock_wanted.connect(lambda passphrase, _remember: self._check_lock(card, passphrase))
        card.recovery_wanted.connect(lambda: self._ask_recovery(gate))
        gate.show_card(card)
        gate.show()

    def on_fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Keep what is typed, then say that a step failed; Ctrl+C at the terminal still ends the program."""
        if issubclass(kind, KeyboardInterrupt):
            self.app.quit()
            return
        if self.window is not None:
            self.window.keep_typing()
        _keep_log(self.paths)
        import_module("broker_app.ui.shell.crash").report_fault(kind, error, trace, self.window)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Every key and click says somebody is there."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress) and self.window is not None:
            self._idle.start()
        return False

    def _open_gate(self) -> GateWindow:
        self.gate = GateWindow()
        self.gate.resize(PICTURE_SIZE)
        return self.gate

    def _load_ahead(self) -> None:
        if self.gate is not None:
            self.gate.background.run(lambda: import_module("broker_app.services.entrance"), lambda _module: None, _pass)

    def _ask_passphrase(self, gate: GateWindow) -> None:
        card = UnlockCard()
        card.unlock_wanted.connect(self._unlock)
        card.recovery_wanted.connect(lambda: self._ask_recovery(gate))
        gate.show_card(card)
        if read_settings(self.paths.settings).remember_key:
            card.show_working(True)
            gate.background.run(lambda: _entrance().enter_remembered(self.paths), self._enter_or_ask, self._refuse)

    def _ask_recovery(self, gate: GateWindow) -> None:
        card = RecoveryCard()
        card.recovery_given.connect(self._recover)
        card.back_wanted.connect(lambda: self._ask_passphrase(gate) if self._store is None else self.lock())
        gate.show_card(card)

    def _unlock(self, passphrase: str, remember: bool) -> None:
        if self.gate is not None:
            paths = self.paths
            self.gate.background.run(
                lambda: _entrance().enter(paths, passphrase, remember=remember),
                lambda store: self._enter(store, remember=remember),
                self._refuse,
            )

    def _check_lock(self, card: UnlockCard, passphrase: str) -> None:
        if self.gate is not None:
            paths = self.paths
            self.gate.background.run(
                lambda: _entrance().is_passphrase(paths, passphrase),
                lambda _none: self._show_window(),
                card.show_refusal,
            )

    def _recover(self, code: str, passphrase: str) -> None:
        if self.gate is not None:
            paths, gate = self.paths, self.gate
            done = self._show_window if self._store is not None else partial(self._ask_passphrase, gate)
            gate.background.run(
                lambda: _entrance().recover(paths, code, passphrase), lambda _none: done(), self._refuse
            )

    def _ask_first(self, gate: GateWindow, first: Any = None) -> None:
        """Who works here and the passphrase; ``first`` is the sign-in that was made with an activation code."""
        known = (first.sign_in.name, first.team_name, first.sign_in.server_name) if first is not None else ()
        card = FirstRunCard(*known)
        card.begin_wanted.connect(lambda facts, passphrase: self._begin(facts, passphrase, first))
        card.sample_wanted.connect(lambda: self.show_sample(_sample_paths(self.paths)))
        card.activation_wanted.connect(lambda: self._ask_activation(gate))
        gate.show_card(card)

    def _ask_activation(self, gate: GateWindow) -> None:
        card = import_module("broker_app.ui.gate.activation_card").ActivationCard()
        server: list[Any] = []

        def refuse(error: BrokerError) -> None:
            if isValid(card):  # somebody went back meanwhile
                card.show_refusal(error)

        def found(one: Any) -> None:
            if isValid(card):
                server[:] = [one]
                card.show_server(one)

        def signed_in(first: Any) -> None:
            if isValid(card):
                self._ask_first(gate, first)

        def find(name: str, said: object) -> None:
            codes = "broker_app.sync.activation_file"
            gate.background.run(lambda: getattr(import_module(codes), name)(said), found, refuse)

        def sign_in(login: str, password: str, device: str) -> None:
            def work() -> Any:
                rounds = import_module("broker_app.sync.rounds")
                one = server[0]
                wanted = rounds.LogIn(one.address, login, password, device, certificate=one.certificate)
                return rounds.sign_in_first(wanted)

            gate.background.run(work, signed_in, refuse)

        card.code_given.connect(lambda code: find("find_typed", code))
        card.file_given.connect(lambda file: find("find_in_file", file))
        card.sign_in_given.connect(sign_in)
        card.back_wanted.connect(lambda: self._ask_first(gate))
        gate.show_card(card)

    def _begin(self, facts: dict[str, str], passphrase: str, first: Any = None) -> None:
        if self.gate is not None:
            paths = self.paths

            def work() -> Any:
                profile = import_module("broker_app.services.profile").Profile(**facts)
                made = _entrance().begin(paths, passphrase, profile)
                if first is not None:
                    import_module("broker_app.sync.rounds").keep_first(made.store, first)
                return made

            self.gate.background.run(work, self._show_code, self._refuse)

    def _show_code(self, entrance: Any) -> None:
        if self.gate is not None:
            card = RecoveryCodeCard(entrance.recovery_code)
            card.noted.connect(lambda: self._enter(entrance.store))
            self._store = entrance.store
            self.gate.show_card(card)

    def _enter_or_ask(self, store: "Store | None") -> None:
        card = self.gate.stack.currentWidget() if self.gate is not None else None
        if store is not None:
            self._enter(store, remember=True)
        elif isinstance(card, UnlockCard):
            card.show_working(False)

    def _enter(self, store: "Store", *, remember: bool = False) -> None:
        self._store = store
        self.window = build_window(store)
        if remember != self.window.desk.settings.remember_key:
            self.window.desk.change_settings(remember_key=remember)
        self.window.desk.lock_wanted.connect(self.lock)
        self.window.desk.tasks.crashed.connect(lambda error: self.on_fault(type(error), error, error.__traceback__))
        self.window.resize(PICTURE_SIZE)
        self._show_window()
        self.app.installEventFilter(self)

    def _show_window(self) -> None:
        if self.window is not None:
            self.window.show()
            self._idle.start()
        if self.gate is not None:
            self.gate.background.finish()
            self.gate.hide()
            self.gate.deleteLater()
            self.gate = None

    def _refuse(self, error: BrokerError) -> None:
        card = self.gate.stack.currentWidget() if self.gate is not None else None
        if isinstance(card, UnlockCard | FirstRunCard | RecoveryCard):
            card.show_refusal(error)

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


def _keep_log(paths: ProfilePaths) -> None:
    """The program's own log, two files of half a megabyte; it never holds a word of a record.

    Opened once the entrance is painted, or by a fault before that.
    """
    log = logging.getLogger("broker")
    if log.handlers:
        return
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - brings sockets and queues with it

    try:
        paths.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(paths.log, maxBytes=500_000, backupCount=1, encoding="utf-8", delay=True)
    except OSError:
        return  # a folder that cannot be written is told when the profile is opened
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)


def _entrance() -> Any:
    return import_module("broker_app.services.entrance")


def _sample_paths(paths: ProfilePaths) -> ProfilePaths:
    return ProfilePaths(paths.folder.parent / _SAMPLE_FOLDER)


def _open_sample(paths: ProfilePaths) -> Any:
    sample = import_module("broker_app.exchange.sample")
    if not paths.database.exists():
        return sample.create_sample(paths)
    return _entrance().enter(paths, sample.SAMPLE_PASSPHRASE)


def _dress(settings: Settings) -> None:
    theme().set_choice(settings.theme)
    theme().set_points(settings.font_points)


def _pass(_error: BrokerError) -> None:
    """Loading ahead is a comfort: what fails here fails again, and is said, when it is needed."""

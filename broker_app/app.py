"""Builds the running program: application, look, gate, store, window. The only place that connects all of them."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import QApplication

from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.settings import Settings, read_settings
from broker_app.ui.pages import FIRST_PAGE, page_makers, places
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.tasks import TaskRunner
from broker_app.ui.shell.theme import install_theme

PICTURE_SIZE = QSize(1366, 768)


def make_application(settings: Settings) -> QApplication:
    """The one QApplication of this process, dressed in the look of the settings."""
    QCoreApplication.setApplicationName("broker")
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    install_theme(app, settings.theme, settings.font_points)
    return app


def build_window(store: Store) -> MainWindow:
    """The main window over an open store, at the first page."""
    tasks = TaskRunner(store)
    desk = Desk(tasks, read_settings(store.paths.settings), store.paths.settings)
    window = MainWindow(desk, places(), page_makers())
    tasks.setParent(window)
    desk.setParent(window)
    window.show_page(FIRST_PAGE)
    return window


def picture_of_window(store: Store, path: Path) -> Path:
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


def settle(app: QApplication, window: MainWindow) -> None:
    """Let everything asked for so far arrive on the screen."""
    for _turn in range(3):
        window.desk.tasks.wait_for_all()
        app.processEvents()


def run(profile: Path | None, *, trial: bool = False) -> int:
    """Open the window on a profile (the default one if None); returns the exit code."""
    paths = ProfilePaths(profile) if profile else None
    raise SystemExit(f"{paths} {trial}")

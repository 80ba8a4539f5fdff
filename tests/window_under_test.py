"""The main window over a store, shown and with the keyboard, as tests of widgets want it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import build_window
from broker_app.db.session import Store
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import install_theme


@contextmanager
def window_under_test(store: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    """Open it at the page Today, 1366 x 768, and close it afterwards."""
    install_theme(qapp, "light")
    window = build_window(store)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    yield window
    window.close()

"""The ring shows where the keyboard is, once a key has moved it there."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


def test_a_page_opens_without_a_ring_and_tab_brings_it(window: MainWindow, settled: Settle) -> None:
    window.activateWindow()
    for name in ("today", "sync", "settings", "sync"):
        window.show_page(name)
        settled()
        assert window.ring.target is None, name
    for _press in range(4):  # fields and lists have a border of their own
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        if window.ring.target is not None:
            break
    assert window.ring.target is not None
    assert window.ring.isVisible()
    window.show_page("today")
    settled()
    assert window.ring.target is None

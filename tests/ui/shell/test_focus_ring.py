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
    page, target = window.page, window.ring.target
    for _press in range(12):  # past the navigation; lists and fields have a border of their own
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)
        target = window.ring.target
        if target is not None and page.isAncestorOf(target):
            break
    assert target is not None
    assert page.isAncestorOf(target)
    assert window.ring.isVisible()
    window.show_page("today")
    settled()
    assert window.ring.target is None

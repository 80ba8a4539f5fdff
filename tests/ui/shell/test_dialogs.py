"""Dialogs stand between the keyboard and the window below."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.main_window import MainWindow

CONTROL = Qt.KeyboardModifier.ControlModifier
Settle = Callable[[], None]


def opened(window: MainWindow, line: ImeAwareLineEdit | None = None) -> Dialog:
    dialog = Dialog(window, "样例问题", primary="好")
    if line is not None:
        dialog.content.addWidget(line)
    dialog.open()
    return dialog


def test_the_keys_of_the_window_wait_until_the_dialog_is_closed(window: MainWindow, settled: Settle) -> None:
    page = window.page
    dialog = opened(window)
    focused = window.focusWidget()
    assert isinstance(focused, Button)
    QTest.keyClick(focused, Qt.Key.Key_N, CONTROL)
    settled()
    assert window.page is page
    dialog.dismiss()
    QTest.keyClick(window, Qt.Key.Key_N, CONTROL)
    settled()
    assert window.page is not page


def test_locking_works_over_a_dialog(window: MainWindow, qtbot: QtBot) -> None:
    opened(window)
    focused = window.focusWidget()
    assert focused is not None
    with qtbot.waitSignal(window.desk.lock_wanted):
        QTest.keyClick(focused, Qt.Key.Key_L, CONTROL)


def test_typing_and_taking_back_inside_a_dialog_still_work(window: MainWindow, settled: Settle) -> None:
    line = ImeAwareLineEdit()
    opened(window, line)
    assert window.focusWidget() is line
    QTest.keyClicks(line, "abc")
    assert line.text() == "abc"
    QTest.keyClick(line, Qt.Key.Key_Z, CONTROL)
    settled()
    assert line.text() == ""

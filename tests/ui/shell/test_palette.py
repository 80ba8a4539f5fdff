"""Ctrl+K over any page: records and commands, committed text only, focus given back."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from broker_app.services.lookup import Hit
from broker_app.ui.shell.commands import Command
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


def open_palette(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_view.isVisible()


def titles(window: MainWindow, kind: type) -> list[str]:
    return [line.title for line in window.palette_view.model.lines if isinstance(line, kind)]


def test_initials_find_a_firm_and_enter_opens_it(window: MainWindow, settled: Settle) -> None:
    open_palette(window)
    palette = window.palette_view
    QTest.keyClicks(palette.field, "yj")
    palette.search()
    found = titles(window, Hit)
    assert any("永嘉" in title for title in found)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    settled()
    assert not palette.isVisible()
    assert window.page.name == "enterprise"


def test_only_commands_after_the_angle_bracket(window: MainWindow) -> None:
    open_palette(window)
    window.palette_view.field.insert(">走访")
    window.palette_view.search()
    assert titles(window, Hit) == []
    assert "新走访" in titles(window, Command)


def test_letters_being_composed_are_not_searched(window: MainWindow) -> None:
    open_palette(window)
    palette = window.palette_view
    before = palette.model.lines
    QApplication.sendEvent(palette.field, QInputMethodEvent("wenzhou", []))
    assert palette.model.lines == before
    done = QInputMethodEvent("", [])
    done.setCommitString("温州")
    QApplication.sendEvent(palette.field, done)
    palette.search()
    assert any("温州" in title for title in titles(window, Hit))


def test_esc_gives_the_keyboard_back(window: MainWindow, settled: Settle) -> None:
    window.show_page("enterprises")
    settled()
    search = window.page.search  # type: ignore[attr-defined]
    search.setFocus()
    open_palette(window)
    QTest.keyClick(window.palette_view.field, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is search


def test_every_command_can_be_found_by_its_words(window: MainWindow) -> None:
    open_palette(window)
    palette = window.palette_view
    for command in window.desk.commands.all():
        palette.field.clear()
        palette.field.insert(f">{command.title}")
        palette.search()
        assert command.title in titles(window, Command)

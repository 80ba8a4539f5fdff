"""Today at the start: reminders missed meanwhile, a clock that went back, and the way to what comes next."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import build_window, settle
from broker_app.db.session import Store
from broker_app.rules.calendar import utc_now
from broker_app.services.start_watch import greet
from broker_app.ui.calendar.page import CalendarPage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.shell.typography import STANDARD_POINTS
from broker_app.ui.today.rows import StopRow, ToDoRow

Settle = Callable[[], None]


def opened(qtbot: QtBot, qapp: QApplication, store: Store, points: float = STANDARD_POINTS) -> MainWindow:
    install_theme(qapp, "light", points)
    window = build_window(store)
    qtbot.addWidget(window)
    window.show()
    settle(qapp, window)
    settle(qapp, window)
    return window


def said(window: MainWindow) -> list[str]:
    return [f"{banner.what}{banner.detail}" for banner in window.page.banners]


def test_missed_reminders_are_shown_and_lead_to_their_week(qtbot: QtBot, qapp: QApplication, store: Store) -> None:
    with time_machine.travel(utc_now() - timedelta(days=20), tick=False), store.write() as session:
        greet(session)
    window = opened(qtbot, qapp, store)
    (words,) = said(window)
    assert "件跟进到期" in words
    (banner,) = window.page.banners
    next(one for one in banner.findChildren(Button) if one.text() == "看日历").click()
    settle(qapp, window)
    assert isinstance(window.page, CalendarPage)
    assert window.page.grid.tasks
    window.close()


def test_a_clock_set_back_a_year_gets_a_sentence(qtbot: QtBot, qapp: QApplication, store: Store) -> None:
    with time_machine.travel(utc_now() + timedelta(days=366), tick=False), store.write() as session:
        greet(session)
    window = opened(qtbot, qapp, store)
    (words,) = said(window)
    assert words.startswith("电脑的时间往回走了 36")
    assert "记录都在" in words
    window.close()


def test_an_ordinary_start_says_nothing(window: MainWindow, settled: Settle) -> None:
    settled()
    assert said(window) == []
    assert window.status.saved.text() == ""  # nobody has written anything yet


@pytest.mark.parametrize("points", [14.0, 21.0])
def test_large_words_are_not_cut_off(qtbot: QtBot, qapp: QApplication, store: Store, points: float) -> None:
    window = opened(qtbot, qapp, store, points)
    window.resize(1280, 650)
    settle(qapp, window)
    buttons = [row.button for row in window.page.findChildren(StopRow)]
    buttons += [row.button for row in window.page.findChildren(ToDoRow)]
    assert buttons
    assert [one.text() for one in buttons if one.mapTo(window, one.rect().topRight()).x() > window.width()] == []
    cut = [when for row in window.page.findChildren(StopRow) if (when := row.when).width() < when.sizeHint().width()]
    assert [one.text() for one in cut] == []
    window.close()


@pytest.mark.parametrize("name", ["proposals_button", "plan_button", "new_button"])
def test_the_buttons_lead_on(window: MainWindow, settled: Settle, name: str) -> None:
    getattr(window.page, name).click()
    settled()
    assert window.page.name != "today"

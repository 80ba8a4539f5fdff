"""统计 through the window: by navigation, another period, saved for a spreadsheet."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from broker_app.exchange.figures_file import cells
from broker_app.services.work_figures import Period
from broker_app.ui.figures.page import FiguresPage
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Paragraph, Words
from tests.ui.conftest import all_of

Settle = Callable[[], None]


def test_figures_of_the_year_are_shown_and_saved(
    window: MainWindow, settled: Settle, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = window.desk.commands.find("go.figures")
    assert command is not None
    command.run()
    settled()
    page = window.page
    assert isinstance(page, FiguresPage)
    page.whose.set_code("all")
    page.period.set_code(Period.YEAR.value)
    settled()
    assert page.figures is not None
    whole = page.figures.whole
    assert 0 < whole.firms <= whole.visits
    shown = [one.text() for one in all_of(page, Words)]
    assert all(f"{count:,}" in shown for count in cells(whole))
    assert "合计" in shown
    file = tmp_path / "今年"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    page.export_button.click()
    qtbot.waitUntil(file.with_suffix(".xlsx").exists)
    settled()
    assert window.toast is not None
    assert "今年.xlsx" in window.toast.words
    page.print_button.click()
    settled()
    settled()
    assert isinstance(window.page, PapersPage)
    assert window.page.paper is not None
    assert window.page.paper.title == "工作统计表"


def test_a_time_without_work_says_so(window: MainWindow, settled: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broker_app.ui.figures.page.today", lambda: date(2001, 5, 1))
    page = window.show_page("figures", Period.MONTH.value)
    settled()
    assert isinstance(page, FiguresPage)
    assert any("还没有记完的走访" in one.text for one in all_of(page, Paragraph))

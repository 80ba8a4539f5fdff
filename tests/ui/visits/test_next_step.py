"""下一步: one line, a day and what to do."""

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from broker_app.services.numbers import today
from broker_app.services.typed_dates import leading_day
from broker_app.services.visits import get_visit
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.page import VisitsPage

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "day", "words"),
    [
        ("周三 寄料样", date(2026, 11, 25), "寄料样"),
        ("周一寄料样", date(2026, 11, 30), "寄料样"),  # the one of this week has gone by
        ("11.26寄料样", date(2026, 11, 26), "寄料样"),
        ("11月26日前，寄料样", date(2026, 11, 26), "寄料样"),
        ("2026-12-01 寄料样", date(2026, 12, 1), "寄料样"),
        ("下周二", date(2026, 12, 1), ""),
        ("寄料样", None, "寄料样"),
        ("3 个样品寄过去", None, "3 个样品寄过去"),
    ],
)
def test_a_day_and_what_to_do(typed: str, day: date | None, words: str) -> None:
    assert leading_day(typed, TUESDAY) == (day, words)


def test_tab_a_line_and_enter(window: MainWindow, settled: Callable[[], None]) -> None:
    page = window.show_page("visits", "new")
    settled()
    assert isinstance(page, VisitsPage)
    editor = page.editor
    editor.note.setFocus()
    editor.note.insertPlainText("外壳开裂")
    QTest.keyClick(editor.note, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is editor.side.next_step
    editor.side.next_step.insert("明天 寄料样")
    QTest.keyClick(editor.side.next_step, Qt.Key.Key_Return)
    for _time in range(3):
        settled()
    visit_id = editor.visit_id
    assert visit_id is not None
    (task,) = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft.follow_ups
    assert task.text == "寄料样"
    assert task.due is not None
    assert (task.due - today()).days == 1
    assert editor.side.next_step.text() == ""
    assert [card.finding.kind for card in editor.side.cards] == ["follow_up"]

"""The page of the trash, by keys and buttons."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from broker_app.services.needs import delete_need, list_needs
from broker_app.services.visits import delete_visit, list_visits
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.trash.page import TrashPage

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> TrashPage:
    tasks = window.desk.tasks
    draft = next(one for one in tasks.fetch(lambda session: list_visits(session, limit=500)) if one.state == "draft")
    need = next(one for one in tasks.fetch(list_needs) if one.state == "raw")
    tasks.write(window, lambda session: delete_visit(session, draft.id))
    tasks.write(window, lambda session: delete_need(session, need.id))
    settled()
    command = window.desk.commands.find("go.trash")
    assert command is not None
    command.run()
    settled()
    page = window.page
    assert isinstance(page, TrashPage)
    return page


def test_enter_takes_a_record_out(page: TrashPage, window: MainWindow, settled: Settle) -> None:
    assert page.model.rowCount() == 2
    kind = page.model.row(0).kind
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    settled()
    settled()
    assert page.model.rowCount() == 1
    assert page.model.row(0).kind != kind
    assert window.toast is not None


def test_one_kind_only(page: TrashPage, settled: Settle) -> None:
    page.kind.set_code("need")
    settled()
    assert [page.model.row(number).kind for number in range(page.model.rowCount())] == ["need"]


def test_deleting_for_good_asks_first(page: TrashPage, window: MainWindow, settled: Settle) -> None:
    page.kind.set_code("visit")
    settled()
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    dialog = window.findChild(Dialog)
    assert isinstance(dialog, Dialog)
    assert page.model.rowCount() == 1
    dialog.primary_button.click()
    settled()
    settled()
    assert page.finds_nothing or page.banners

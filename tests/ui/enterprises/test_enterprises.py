"""Firms through the window: finding, adding, warnings while typing, trash and undo, history."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from broker_app.services.enterprises import (
    ContactDraft,
    EnterpriseDraft,
    get_enterprise,
    list_enterprises,
    save_enterprise,
)
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.page import EnterprisesPage
from broker_app.ui.enterprises.profile_page import EnterpriseProfilePage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.table import Table

Settle = Callable[[], None]
HOSTILE = '<b>粗</b> & </para> <img src="file:///etc/passwd"> 😀'


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> EnterprisesPage:
    page = window.show_page("enterprises")
    settled()
    assert isinstance(page, EnterprisesPage)
    return page


def open_form(page: EnterprisesPage, window: MainWindow) -> EnterpriseDialog:
    page.new_button.click()
    dialog = window.findChild(EnterpriseDialog)
    assert isinstance(dialog, EnterpriseDialog)
    return dialog


class TestList:
    def test_pinyin_and_filters(self, page: EnterprisesPage, qtbot: QtBot) -> None:
        everything = page.model.rowCount()
        page.search.insert("yj")
        qtbot.waitUntil(lambda: page.model.rowCount() < everything)
        names = [page.model.row(number).name for number in range(page.model.rowCount())]
        assert any("永嘉" in name for name in names)
        page.search.clear()
        qtbot.waitUntil(lambda: page.model.rowCount() == everything)
        page.county.set_code("330382")
        assert 0 < page.model.rowCount() < everything
        assert {page.model.row(number).county for number in range(page.model.rowCount())} == {"温州市乐清市"}
        page.industry.set_code("T1")
        assert all("电气" in page.model.row(number).industries for number in range(page.model.rowCount()))

    def test_typing_does_not_wait_for_the_search(self, page: EnterprisesPage, monkeypatch: pytest.MonkeyPatch) -> None:
        everything, fetch = page.model.rowCount(), page.desk.tasks.fetch
        asked: list[tuple[Callable[[Any], Any], Callable[[Any], None]]] = []
        monkeypatch.setattr(page.desk.tasks, "read", lambda _owner, work, done: asked.append((work, done)))
        page.search.insert("yj")
        page.search_typed()
        page.search.insert("没有这样的企业名")
        page.search_typed()
        assert page.model.rowCount() == everything  # nothing was read on the UI thread
        (early, show_early), (late, show_late) = asked
        show_late(fetch(late))
        assert page.finds_nothing
        show_early(fetch(early))  # nobody asks for it any more
        assert page.finds_nothing

    def test_nothing_found_says_so(self, page: EnterprisesPage, qtbot: QtBot) -> None:
        page.search.insert("没有这样的企业名")
        qtbot.waitUntil(lambda: page.model.rowCount() == 0)
        assert page._nothing.isVisible()

    def test_delete_and_undo_by_keys(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        everything = page.model.rowCount()
        page.table.selectRow(0)
        name = page.model.row(0).name
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
        settled()
        assert page.model.rowCount() == everything - 1
        assert window.toast is not None
        assert name in window.toast.words
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        assert page.model.rowCount() == everything

    def test_enter_opens_the_firm(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        page.table.selectRow(1)
        name = page.model.row(1).name
        QTest.keyClick(page.table, Qt.Key.Key_Return)
        settled()
        assert isinstance(window.page, EnterpriseProfilePage)
        assert window.page.header.title.text == name


class TestForm:
    def test_a_new_firm(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        dialog = open_form(page, window)
        dialog.name.insert("平阳样例新设皮革机械厂")
        dialog.county.set_code("330326")
        dialog._add_person(ContactDraft(""))
        row = dialog._person_rows()[-1]
        row.name.insert("陈喆")
        row.phone.insert("138 0013 8000")
        dialog.primary_button.click()
        settled()
        settled()
        (found,) = window.desk.tasks.fetch(lambda session: list_enterprises(session, "新设皮革机械"))
        kept = window.desk.tasks.fetch(lambda session: get_enterprise(session, found.id)).draft
        assert (kept.county, [person.name for person in kept.contacts]) == ("330326", ["陈喆"])

    def test_a_name_is_needed(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        dialog = open_form(page, window)
        dialog.primary_button.click()
        settled()
        assert dialog.isVisible()
        assert "企业名称" in dialog._fields["name"].error

    def test_a_wrong_code_is_refused_and_never_mended_silently(
        self, page: EnterprisesPage, window: MainWindow, settled: Settle
    ) -> None:
        dialog = open_form(page, window)
        dialog.name.insert("样例代码厂")
        dialog.code.insert("91350100MOOO1OOY43")
        dialog._check()
        repairs = [one.text() for one in dialog.findChildren(Button) if one.text().startswith("9135")]
        assert dialog.code.text() == "91350100MOOO1OOY43"
        dialog.primary_button.click()
        settled()
        assert dialog.isVisible()
        assert dialog._fields["credit_code"].error != ""
        assert all(len(one) == 18 for one in repairs)

    def test_the_same_firm_is_noticed_while_typing(
        self, page: EnterprisesPage, window: MainWindow, settled: Settle
    ) -> None:
        known = page.model.row(0).name
        dialog = open_form(page, window)
        dialog.name.insert(known.removesuffix("有限公司"))
        dialog._check()
        settled()
        (banner,) = [one for one in dialog.findChildren(Banner) if not one.isHidden()]
        assert known in banner.detail
        assert dialog.primary_button.isEnabled()  # a warning, never a block

    def test_hostile_words_are_words(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        dialog = open_form(page, window)
        dialog.name.insert(HOSTILE)
        dialog.primary_button.click()
        settled()
        settled()
        assert isinstance(window.page, EnterpriseProfilePage)
        assert window.page.header.title.text == HOSTILE
        assert not window.grab().isNull()

    def test_esc_changes_nothing(self, page: EnterprisesPage, window: MainWindow, settled: Settle) -> None:
        before = page.model.rowCount()
        dialog = open_form(page, window)
        dialog.name.insert("不想要了")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        settled()
        assert page.model.rowCount() == before


class TestProfile:
    def test_history_can_be_narrowed(self, window: MainWindow, settled: Settle) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_enterprises(session, limit=50))
        busy = max(rows, key=lambda row: row.visits + row.needs)
        page = window.show_page("enterprise", busy.id)
        settled()
        assert isinstance(page, EnterpriseProfilePage)
        everything = page.timeline.timeline.rowCount()
        visits = next(one for one in page.findChildren(Button) if one.property("timeline") == "visit")
        visits.click()
        assert 0 < page.timeline.timeline.rowCount() < everything

    def test_log_a_visit_here(self, window: MainWindow, settled: Settle) -> None:
        firm = window.desk.tasks.fetch(lambda session: list_enterprises(session, limit=1))[0]
        page = window.show_page("enterprise", firm.id)
        settled()
        assert isinstance(page, EnterpriseProfilePage)
        page.visit_button.click()
        settled()
        settled()
        from broker_app.ui.visits.page import VisitsPage  # noqa: PLC0415 - one test only

        assert isinstance(window.page, VisitsPage)
        assert window.page.editor.head.title.text == firm.name

    def test_what_was_saved_is_taken_back_with_its_people(self, window: MainWindow, settled: Settle) -> None:
        people = (ContactDraft("王样例", "厂长", "13800558000"), ContactDraft("李样例", "会计"))
        draft = EnterpriseDraft("乐清样例撤销电气厂", county="330382", tags=("老客户",), contacts=people)
        with window.desk.tasks.sessions.write() as session:
            firm = save_enterprise(session, draft)

        def said() -> EnterpriseDraft:
            return window.desk.tasks.fetch(lambda session: get_enterprise(session, firm)).draft

        before = said()
        page = window.show_page("enterprise", firm)
        settled()
        assert isinstance(page, EnterpriseProfilePage)
        page.edit_button.click()
        dialog = window.findChild(EnterpriseDialog)
        assert isinstance(dialog, EnterpriseDialog)
        dialog.name.set_text("乐清样例改名电气厂")
        dialog._person_rows()[0]._remove()
        dialog._person_rows()[0].phone.insert("0577-62750000")
        dialog._add_person(ContactDraft("赵样例"))
        with window.desk.tasks.sessions.write() as session:  # a colleague's change arrives meanwhile
            save_enterprise(session, replace(before, address="柳市镇 1 号"), firm)
        dialog.primary_button.click()
        settled()
        settled()
        after = said()
        assert (after.name, after.address, after.tags) == ("乐清样例改名电气厂", "柳市镇 1 号", ("老客户",))
        assert [one.name for one in after.contacts] == ["李样例", "赵样例"]
        page.setFocus()
        QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        assert said() == replace(before, address="柳市镇 1 号")
        assert page.header.title.text == before.name


def test_a_hundred_thousand_rows_scroll_with_the_rows_read_so_far(qtbot: QtBot) -> None:
    from broker_app.ui.shell.paged_model import Column, PagedModel  # noqa: PLC0415

    asked: list[int] = []

    def fetch(offset: int, limit: int) -> list[str]:
        asked.append(limit)
        return [f"企业 {number}" for number in range(offset, min(offset + limit, 100_000))]

    model = PagedModel[str]([Column("企业", str)], fetch)
    table = Table[str](model)
    qtbot.addWidget(table)
    model.reload()
    table.show()
    for _page in range(20):
        table.scrollToBottom()
        model.fetchMore(table.rootIndex())
    assert 2_000 <= model.rowCount() <= 5_000  # of a hundred thousand
    assert max(asked) <= 100


def test_a_hundred_thousand_firms_are_all_there_and_only_some_in_memory(qtbot: QtBot) -> None:
    from broker_app.ui.shell.paged_model import Column  # noqa: PLC0415
    from broker_app.ui.shell.windowed_model import Order, WindowedModel  # noqa: PLC0415

    everything = [f"{number:06}" for number in range(100_000)]
    asked: list[Callable[[Order], None]] = []
    read: list[int] = []

    def rows_of(order: Order) -> Order:
        read.append(len(order))
        return order

    def fetch(offset: int, limit: int) -> Order:
        return everything[offset : offset + limit]

    model = WindowedModel[str]([Column("企业", str)], fetch, asked.append, rows_of)
    table = Table[str](model)
    qtbot.addWidget(table)
    model.reload()
    assert model.rowCount() == 100  # the first page is there at once
    asked.pop()(everything)
    assert model.rowCount() == 100_000
    table.resize(400, 300)
    table.show()
    for number in range(0, 100_000, 97):
        assert model.row(number) == everything[number]
    table.scrollToBottom()
    assert model.row(99_999) == "099999"
    assert model.find(lambda row: row == "099999") == 99_999
    assert max(read) <= 100
    assert sum(len(rows) for rows in model._pages.values()) < 3_000
    model.restart()
    late = asked.pop()
    del everything[150:]
    model.restart()
    late(["x"] * 100_000)  # the answer to a search that is over
    assert model.rowCount() == 100
    asked.pop()(everything)
    assert [model.row(number) for number in range(model.rowCount())] == everything

"""需求 through its widgets: finding, typing that keeps itself, refusals, steps, trash."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.services.needs import NeedDetail, NeedDraft, get_need, list_needs, move_need, save_need
from broker_app.services.sessions import Session
from broker_app.ui.needs.need_page import NeedPage
from broker_app.ui.needs.need_steps import StepDialog
from broker_app.ui.needs.page import NeedsPage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Paragraph

Settle = Callable[[], None]
HOSTILE = '<b>粗</b> & <img src="file:///etc/passwd"> 😀'


@pytest.fixture
def ledger(window: MainWindow, settled: Settle) -> NeedsPage:
    page = window.show_page("needs")
    settled()
    assert isinstance(page, NeedsPage)
    return page


def first(window: MainWindow, state: str) -> UUID:
    return window.desk.tasks.fetch(lambda session: list_needs(session, state=state))[0].id


def open_need(window: MainWindow, need_id: object, settled: Settle) -> NeedPage:
    page = window.show_page("need", need_id)
    settled()
    settled()
    assert isinstance(page, NeedPage)
    return page


def stored(window: MainWindow, need_id: UUID) -> NeedDetail:
    return window.desk.tasks.fetch(lambda session: get_need(session, need_id))


def step_button(page: NeedPage, step: str) -> Button:
    return next(one for one in page.panel.step_buttons if one.property("step") == step)


class TestLedger:
    def test_pinyin_and_state_narrow_the_list(self, ledger: NeedsPage, qtbot: QtBot) -> None:
        everything = ledger.model.rowCount()
        ledger.search.insert("zc")
        qtbot.waitUntil(lambda: ledger.model.rowCount() < everything)
        assert any("紫菜" in ledger.model.row(n).title for n in range(ledger.model.rowCount()))
        ledger.search.clear()
        qtbot.waitUntil(lambda: ledger.model.rowCount() == everything)
        ledger.state.set_code("verified")
        shown = {ledger.model.row(n).state for n in range(ledger.model.rowCount())}
        assert shown == {"verified"}

    def test_nothing_found_is_said(self, ledger: NeedsPage, qtbot: QtBot) -> None:
        ledger.search.insert("没有人会写的话")
        qtbot.waitUntil(lambda: ledger.model.rowCount() == 0)
        assert ledger.finds_nothing

    def test_enter_opens_and_delete_can_be_undone(self, ledger: NeedsPage, window: MainWindow, settled: Settle) -> None:
        ledger.table.selectRow(0)
        need = ledger.model.row(0)
        QTest.keyClick(ledger.table, Qt.Key.Key_Delete)
        settled()
        settled()
        assert ledger.model.find(lambda row: row.id == need.id) == -1
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        assert ledger.model.find(lambda row: row.id == need.id) >= 0
        ledger.table.selectRow(0)
        QTest.keyClick(ledger.table, Qt.Key.Key_Return)
        settled()
        assert window.page.name == "need"

    def test_importing_and_searching_lead_on(self, ledger: NeedsPage, window: MainWindow, settled: Settle) -> None:
        ledger.table.selectRow(0)
        next(one for one in ledger.findChildren(Button) if one.isVisible() and one.text() == "找成果").click()
        settled()
        assert window.page.name == "recommend"
        window.show_page("needs")
        ledger.import_button.click()
        settled()
        assert window.page.name == "import"


class TestTyping:
    def test_what_is_typed_is_kept_within_a_second_or_so(
        self, window: MainWindow, settled: Settle, qtbot: QtBot
    ) -> None:
        need_id = first(window, "refined")
        page = open_need(window, need_id, settled)
        page.form.goal.setFocus()
        page.form.goal.insertPlainText("做到一次合格率 98%")
        qtbot.waitUntil(lambda: "98%" in stored(window, need_id).draft.goal, timeout=5000)
        assert QApplication.focusWidget() is page.form.goal

    def test_every_field_comes_back_as_it_was_written(self, window: MainWindow, settled: Settle) -> None:
        page = open_need(window, "new", settled)
        form = page.form
        form.name.insert("样例阻燃料")
        form.text.insertPlainText("冬天一摔就裂")
        form.keywords.insert("阻燃、低温")
        form.kind.set_code(str(form.kind.itemData(1)))
        form.budget_low.insert("20")
        form.budget_high.insert("50万")
        form.deadline.insert("2027.3.31")
        form.metrics.add_button.click()
        name = QApplication.focusWidget()
        assert name is not None
        QTest.keyClicks(name, "-25C")
        form.use_then_pay.setChecked(True)
        form.confidential.insert("现有合格率")
        page.leave()
        settled()
        settled()
        need_id = page.autosave.record_id
        assert need_id is not None
        draft = stored(window, need_id).draft
        assert (draft.title, draft.text, draft.keywords) == ("样例阻燃料", "冬天一摔就裂", ("阻燃", "低温"))
        assert (str(draft.budget_low), str(draft.budget_high)) == ("20", "50")
        assert str(draft.deadline) == "2027-03-31"
        assert [one.name for one in draft.metrics] == ["-25C"]
        assert draft.use_then_pay
        assert draft.confidential_fields == ("现有合格率",)
        assert draft.kind == form.kind.itemData(1)

    def test_typing_on_while_the_first_write_is_under_way_makes_one_need(
        self, window: MainWindow, settled: Settle
    ) -> None:
        before = len(window.desk.tasks.fetch(lambda session: list_needs(session, limit=500)))
        page = open_need(window, "new", settled)
        page.form.name.insert("样例一")
        page.autosave.save_now()
        page.form.name.insert("二三")
        page.autosave.save_now()
        settled()
        settled()
        rows = window.desk.tasks.fetch(lambda session: list_needs(session, limit=500))
        assert len(rows) == before + 1
        assert "样例一二三" in [row.title for row in rows]

    def test_an_untouched_new_need_leaves_nothing_behind(self, window: MainWindow, settled: Settle) -> None:
        before = len(window.desk.tasks.fetch(lambda session: list_needs(session, limit=500)))
        open_need(window, "new", settled)
        window.show_page("needs")
        settled()
        assert len(window.desk.tasks.fetch(lambda session: list_needs(session, limit=500))) == before

    def test_leaving_at_once_keeps_the_words(self, window: MainWindow, settled: Settle) -> None:
        need_id, other = first(window, "refined"), first(window, "raw")
        page = open_need(window, need_id, settled)
        page.form.partner.insert("样例研究院")
        open_need(window, other, settled)
        assert stored(window, need_id).draft.partner.endswith("样例研究院")
        assert page.autosave.record_id == other

    def test_hostile_text_stays_text(self, window: MainWindow, settled: Settle) -> None:
        page = open_need(window, "new", settled)
        page.form.name.insert(HOSTILE)
        page.form.text.insertPlainText("长" * 19_000)
        page.leave()
        settled()
        settled()
        need_id = page.autosave.record_id
        assert need_id is not None
        assert stored(window, need_id).draft.title == HOSTILE
        ledger = window.show_page("needs")
        settled()
        assert isinstance(ledger, NeedsPage)
        assert ledger.model.row(0).title == HOSTILE
        for width, height in ((1024, 640), (1280, 650)):
            window.resize(width, height)
            open_need(window, need_id, settled)
            assert (window.width(), window.height()) == (width, height)


class TestRefusals:
    def test_a_refusal_stands_beside_its_field_and_the_words_stay(self, window: MainWindow, settled: Settle) -> None:
        need_id = first(window, "refined")
        page = open_need(window, need_id, settled)
        before = stored(window, need_id).draft
        page.form.budget_low.selectAll()
        page.form.budget_low.insert("900")
        page.form.budget_high.selectAll()
        page.form.budget_high.insert("5")
        page.form.budget_high.setFocus()
        page.leave()
        settled()
        assert "下限比上限大" in page.form.fields["budget"].error
        assert page.form.budget_high.text() == "5"
        assert QApplication.focusWidget() is page.form.budget_high
        assert stored(window, need_id).draft.budget_low == before.budget_low
        page.form.budget_high.selectAll()
        page.form.budget_high.insert("990")
        page.leave()
        settled()
        settled()
        assert page.form.fields["budget"].error == ""
        assert stored(window, need_id).draft.budget_high == 990

    def test_an_amount_nobody_can_read_is_not_thrown_away_silently(self, window: MainWindow, settled: Settle) -> None:
        page = open_need(window, first(window, "refined"), settled)
        page.form.budget_high.selectAll()
        page.form.budget_high.insert("三五十万吧")
        page.leave()
        settled()
        said = [one.text for one in page.form.fields["budget"].findChildren(Paragraph) if one.isVisible()]
        assert any("看不懂" in one for one in said)
        assert page.form.budget_high.text() == "三五十万吧"

    def test_a_figure_without_a_name_is_pointed_out(self, window: MainWindow, settled: Settle) -> None:
        page = open_need(window, "new", settled)
        page.form.name.insert("样例需求")
        page.form.metrics.add_button.click()
        name = QApplication.focusWidget()
        assert name is not None
        QTest.keyClick(name, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        QTest.keyClicks(now, "18")
        page.leave()
        settled()
        assert "名字" in page.form.metrics.problem


class TestSteps:
    def test_refining_verifying_and_publishing(self, window: MainWindow, settled: Settle) -> None:
        need_id = first(window, "raw")
        page = open_need(window, need_id, settled)
        page.form.text.insertPlainText("写清楚的内容。")
        step_button(page, "refined").click()
        settled()
        settled()
        settled()
        assert stored(window, need_id).state == "refined"
        assert page.panel.chip.words == "已凝练"
        step_button(page, "verified").click()
        settled()
        settled()
        assert stored(window, need_id).state == "refined"
        assert any("不能自己核实" in f"{one.what}{one.detail}" for one in page.banners)

    def test_a_change_of_a_verified_need_takes_the_verification_back(self, window: MainWindow, settled: Settle) -> None:
        need_id = first(window, "verified")
        page = open_need(window, need_id, settled)
        page.form.goal.insertPlainText("再提高一成")
        page.leave()
        settled()
        settled()
        settled()
        assert stored(window, need_id).state == "refined"
        assert page.panel.chip.words == "已凝练"

    def test_putting_off_asks_why_and_until_when(self, window: MainWindow, settled: Settle) -> None:
        need_id = first(window, "refined")
        page = open_need(window, need_id, settled)
        step_button(page, "deferred").click()
        dialog = window.findChild(StepDialog)
        assert isinstance(dialog, StepDialog)
        dialog.primary_button.click()
        assert dialog.reason_field.error
        dialog.reason.insert("年后再上")
        dialog.primary_button.click()
        settled()
        settled()
        settled()
        need = stored(window, need_id)
        assert need.state == "deferred"
        assert need.moves[-1].why == "年后再上"
        assert "deferred" not in [one.property("step") for one in page.panel.step_buttons]
        assert window.toast is not None
        window.toast.take_back()
        settled()
        settled()
        assert stored(window, need_id).state == "refined"
        assert page.panel.chip.words == "已凝练"

    def test_a_published_need_can_only_be_read(self, window: MainWindow, settled: Settle) -> None:
        page = open_need(window, first(window, "published"), settled)
        assert page.form.name.isReadOnly()
        assert page.form.text.isReadOnly()
        assert not page.form.kind.isEnabled()
        assert page.banners
        page = open_need(window, first(window, "refined"), settled)
        assert not page.form.name.isReadOnly()
        assert page.banners == ()


class TestOrigin:
    def test_the_raw_words_lead_back_to_their_visit(self, window: MainWindow, settled: Settle) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_needs(session, "节银电触点材料"))
        page = open_need(window, rows[0].id, settled)
        quoted = [one.text for one in page.panel.findChildren(Paragraph) if one.isVisible()]
        assert any(one.startswith("「银触点") for one in quoted)
        link = next(one for one in page.panel.findChildren(Button) if one.text().startswith("看走访"))
        link.click()
        settled()
        assert window.page.name == "visits"

    def test_ctrl_m_searches_for_the_need_shown_even_after_the_visits_were_open(
        self, window: MainWindow, settled: Settle
    ) -> None:
        window.show_page("visits")
        settled()
        page = open_need(window, first(window, "refined"), settled)
        page.form.name.setFocus()
        QTest.keyClick(page.form.name, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        assert window.page.name == "recommend"

    def test_a_need_that_went_to_the_trash_elsewhere_closes_its_page(self, window: MainWindow, settled: Settle) -> None:
        made: list[UUID] = []

        def add(session: Session) -> UUID:
            need_id = save_need(session, NeedDraft("样例短命需求", text="一句话"))
            move_need(session, need_id, "refined")
            return need_id

        window.desk.tasks.write(window, add, made.append)
        settled()
        page = open_need(window, made[0], settled)
        page.delete_button.click()
        settled()
        settled()
        assert window.page.name == "needs"
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        assert window.page.name == "need"
        assert page.form.name.text() == "样例短命需求"

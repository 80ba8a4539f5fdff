"""共性需求 through the need page: what looks alike is said in words, merged, led to, and taken apart again."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from broker_app.services.needs import Metric, NeedDetail, NeedDraft, get_need, list_needs, move_need, save_need
from broker_app.services.sessions import Session
from broker_app.ui.needs.merge_dialog import MergeDialog
from broker_app.ui.needs.need_page import NeedPage
from broker_app.ui.needs.wording_choice import WordingCell
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Facts, Paragraph
from tests.ui.conftest import all_of

Settle = Callable[[], None]

FIRST = NeedDraft(
    "粉末冶金齿轮降噪",
    "粉末冶金齿轮跑起来太吵，想把啮合噪声降下来，强度不能掉",
    keywords=("粉末冶金", "齿轮", "降噪"),
    industries=("T1",),
    metrics=(Metric("噪声", "72", "≤65", "dB"),),
    budget_high=Decimal(50),
    deadline=date(2027, 9, 30),
)
SECOND = NeedDraft(
    "粉末冶金齿轮降噪声",
    "齿轮噪声大，客户退货，粉末冶金齿轮要降噪",
    keywords=("粉末冶金", "齿轮", "降噪"),
    industries=("T1",),
    budget_low=Decimal(60),
    budget_high=Decimal(90),
    deadline=date(2027, 6, 30),
)
SILENT = NeedDraft("粉末冶金齿轮降噪", keywords=("粉末冶金", "齿轮", "降噪"), industries=("T1",))


@pytest.fixture
def needs(window: MainWindow, settled: Settle) -> tuple[UUID, UUID]:
    """Two needs that ask the same: a refined one and a raw one."""

    def add(session: Session) -> tuple[UUID, UUID]:
        ids = save_need(session, FIRST), save_need(session, SECOND)
        move_need(session, ids[0], "refined")
        return ids

    made: list[tuple[UUID, UUID]] = []
    window.desk.tasks.write(window, add, made.append)
    settled()
    return made[0]


def write(window: MainWindow, settled: Settle, draft: NeedDraft, steps: Sequence[tuple[str, str]] = ()) -> UUID:
    made: list[UUID] = []

    def add(session: Session) -> UUID:
        need_id = save_need(session, draft)
        for state, why in steps:
            move_need(session, need_id, state, why)
        return need_id

    window.desk.tasks.write(window, add, made.append)
    settled()
    return made[0]


def open_need(window: MainWindow, need_id: UUID, settled: Settle) -> NeedPage:
    page = window.show_page("need", need_id)
    settled()
    settled()
    assert isinstance(page, NeedPage)
    return page


def stored(window: MainWindow, need_id: UUID) -> NeedDetail:
    return window.desk.tasks.fetch(lambda session: get_need(session, need_id))


def said(widget: QWidget) -> str:
    lines = [one.text for one in all_of(widget, Paragraph)]
    return "\n".join([*lines, *(one.accessibleName() for one in all_of(widget, Facts))])


def ask(page: NeedPage, settled: Settle) -> MergeDialog:
    page.merging.similar.merge_button.click()
    settled()
    settled()
    dialog = page.window().findChild(MergeDialog)
    assert isinstance(dialog, MergeDialog)
    return dialog


def cell(dialog: MergeDialog, field: str, words: str) -> WordingCell:
    return next(one for one in dialog.choices[field].cells if one.wording.words == words)


def merge(page: NeedPage, settled: Settle) -> None:
    ask(page, settled).primary_button.click()
    for _turn in range(3):
        settled()


def click(widget: QWidget, words: str) -> None:
    next(one for one in all_of(widget, Button) if words in (one.text(), one.accessibleName())).click()


def undo(window: MainWindow, settled: Settle) -> None:
    assert window.toast is not None
    window.toast.undo_button.click()
    for _turn in range(3):
        settled()


class TestSimilar:
    def test_a_need_alike_is_named_with_its_reason_and_never_a_number(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        card = page.merging.similar
        assert card.isVisible()
        words = said(card)
        assert SECOND.title in words
        assert "像是同一件事，都说到" in words
        assert "齿轮" in words
        assert "%" not in words
        assert not any(sign.isdigit() for sign in words)
        assert [tick.isChecked() for tick in card.ticks] == [True]
        click(card, f"打开需求「{SECOND.title}」")
        settled()
        assert page.autosave.record_id == needs[1]

    def test_a_need_like_no_other_has_no_card(self, window: MainWindow, settled: Settle) -> None:
        alone = write(window, settled, NeedDraft("海龟壳抛光", "没有别人提过的话题"))
        page = open_need(window, alone, settled)
        assert page.merging.isHidden()
        window.show_page("need", "new")
        settled()
        assert page.merging.isHidden()

    def test_a_need_without_words_says_what_comes_first(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        silent = write(window, settled, SILENT)
        page = open_need(window, needs[0], settled)
        assert "还没写需求内容，先写清楚要解决什么" in said(page.merging.similar)
        assert len(page.merging.similar.ticks) == 1
        page = open_need(window, silent, settled)
        assert page.merging.similar.isVisible()
        assert "还没写需求内容" in page.merging.similar.problem
        assert not page.merging.similar.merge_button.isVisible()
        page.form.text.insertPlainText("齿轮太吵")
        page.leave()
        for _turn in range(3):
            settled()
        assert page.merging.similar.merge_button.isVisible()

    def test_a_withdrawn_need_is_shown_and_cannot_be_ticked(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        write(window, settled, FIRST, [("withdrawn", "企业自己解决了")])
        page = open_need(window, needs[0], settled)
        assert "已撤回，不能再并入共性需求" in said(page.merging.similar)
        assert len(page.merging.similar.ticks) == 1

    def test_nothing_ticked_is_said_and_a_tick_outlives_what_is_typed(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        card = page.merging.similar
        card.ticks[0].click()
        card.merge_button.click()
        settled()
        assert "勾上" in card.problem
        assert window.findChild(MergeDialog) is None
        page.form.text.insertPlainText("粉末冶金齿轮。")
        page.leave()
        for _turn in range(3):
            settled()
        assert [tick.isChecked() for tick in card.ticks] == [False]


class TestDialog:
    def test_each_field_takes_the_chosen_wording_and_the_preview_follows(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        dialog = ask(page, settled)
        assert QApplication.focusWidget() is dialog.name
        assert SECOND.title in said(dialog)
        assert "还没凝练，并入时一起标为已凝练" in said(dialog)
        assert set(dialog.choices) == {"title", "text", "metrics", "budget", "deadline"}
        cell(dialog, "text", SECOND.text).click()
        cell(dialog, "budget", "60—90 万元").click()
        cell(dialog, "deadline", "2027年9月30日").click()
        dialog.name.selectAll()
        QTest.keyClicks(dialog.name, "Gear noise")
        settled()
        lines = said(dialog)
        assert "Gear noise" in lines
        titles = dialog.choices["title"].cells
        assert not any(one.isChecked() for one in titles)
        QTest.keyClick(dialog.name, Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is titles[0]
        dialog.primary_button.click()
        for _turn in range(3):
            settled()
        assert page.autosave.record_id not in needs
        common = stored(window, page.autosave.record_id or needs[0])
        assert (common.draft.title, common.draft.text) == ("Gear noise", SECOND.text)
        assert (common.draft.budget_low, common.draft.budget_high) == (Decimal(60), Decimal(90))
        assert (common.draft.deadline, common.draft.metrics) == (FIRST.deadline, FIRST.metrics)
        assert common.state == "refined"

    def test_the_first_offer_keeps_what_everybody_said(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        merge(page, settled)
        draft = stored(window, page.autosave.record_id or needs[0]).draft
        assert FIRST.text in draft.text
        assert SECOND.text in draft.text
        assert draft.budget_high == 90
        assert draft.deadline == SECOND.deadline

    def test_arrow_keys_choose_and_what_is_empty_cannot_be_chosen(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        dialog = ask(page, settled)
        assert not cell(dialog, "metrics", "").isEnabled()
        chosen = next(one for one in dialog.choices["title"].cells if one.isChecked())
        chosen.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(chosen, Qt.Key.Key_Right)
        settled()
        assert dialog.name.text() == SECOND.title
        assert dialog.draft.title == SECOND.title

    def test_refusals_stand_where_they_belong_and_nothing_is_written(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        count = len(window.desk.tasks.fetch(lambda session: list_needs(session, limit=500)))
        dialog = ask(page, settled)
        dialog.name.clear()
        dialog.primary_button.click()
        settled()
        assert "请写需求名称" in dialog.name_field.error
        dialog.name.insert("样例共性需求")
        assert dialog.name_field.error == ""
        window.desk.tasks.write(window, lambda session: move_need(session, needs[1], "withdrawn", "企业不做了"))
        settled()
        dialog.primary_button.click()
        settled()
        settled()
        assert "已撤回，不能再并入共性需求" in dialog.problem
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        settled()
        assert stored(window, needs[0]).state == "refined"
        assert len(window.desk.tasks.fetch(lambda session: list_needs(session, limit=500))) == count

    def test_many_needs_with_long_words_fit_the_smallest_window(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        hostile = '<b>粉末冶金</b>齿轮降噪 & <img src="file:///etc/passwd">'
        for number in range(4):
            write(window, settled, NeedDraft(f"{hostile}{number}", FIRST.text * 40, keywords=FIRST.keywords))
        window.resize(1024, 640)
        page = open_need(window, needs[0], settled)
        click(page.merging.similar, "还有 2 条")
        for tick in page.merging.similar.ticks:
            tick.setChecked(True)
        dialog = ask(page, settled)
        assert (window.width(), window.height()) == (1024, 640)
        for one in all_of(dialog, WordingCell):
            assert max(map(len, one.toolTip().split("\n"))) < 200
            right = one.mapTo(dialog.plate, one.rect().topRight()).x()
            assert right < dialog.plate.width()
        assert f"{hostile}0" in said(dialog)


class TestAfterwards:
    def test_sources_and_common_need_lead_to_each_other(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        merge(page, settled)
        common = page.autosave.record_id
        assert common is not None
        card = page.merging.common
        assert FIRST.title in said(card)
        assert SECOND.title in said(card)
        assert page.merging.similar.isHidden()
        click(card, f"打开需求「{FIRST.title}」")
        settled()
        settled()
        assert page.autosave.record_id == needs[0]
        assert stored(window, common).number in said(page.merging.common)
        assert "共性需求那一条上办" in said(page.panel)
        assert page.form.name.isReadOnly()
        assert any("共性需求" in banner.detail for banner in page.banners)
        assert stored(window, needs[0]).moves[-1].why == f"并入共性需求 {stored(window, common).number}"
        assert page.merging.similar.isHidden()
        click(card, f"打开需求「{stored(window, common).draft.title}」")
        settled()
        assert page.autosave.record_id == common

    def test_the_toast_takes_the_merge_back_without_a_complaint(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        merge(page, settled)
        undo(window, settled)
        assert page.autosave.record_id == needs[0]
        assert page.banners == ()
        assert [stored(window, one).state for one in needs] == ["refined", "raw"]
        assert not page.form.name.isReadOnly()
        assert page.merging.common.isHidden()
        assert page.merging.similar.isVisible()

    @pytest.mark.parametrize("at_source", [True, False])
    def test_taking_apart_from_either_end_and_putting_together_again(
        self, at_source: bool, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        merge(page, settled)
        common = page.autosave.record_id
        assert common is not None
        if at_source:
            open_need(window, needs[1], settled)
        page.merging.common.apart_button.click()
        for _turn in range(3):
            settled()
        assert [stored(window, one).state for one in needs] == ["refined", "raw"]
        assert page.autosave.record_id == (needs[1] if at_source else needs[0])
        assert page.banners == ()
        assert not page.form.name.isReadOnly()
        undo(window, settled)
        assert [stored(window, one).state for one in needs] == ["merged", "merged"]
        assert page.autosave.record_id == (needs[1] if at_source else common)
        assert page.merging.common.isVisible()

    def test_a_common_need_in_talks_cannot_be_taken_apart_or_deleted(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        merge(page, settled)
        common = page.autosave.record_id
        assert common is not None
        page.delete_button.click()
        settled()
        settled()
        assert any("请先撤销合并" in f"{one.what}{one.detail}" for one in page.banners)
        assert stored(window, common).state == "refined"
        window.desk.tasks.write(window, lambda session: move_need(session, common, "deferred", "企业说年后再上"))
        for _turn in range(3):
            settled()
        assert page.merging.common.isVisible()
        assert not page.merging.common.apart_button.isVisible()

    def test_everything_of_the_cards_can_be_reached_by_tab(
        self, window: MainWindow, settled: Settle, needs: tuple[UUID, UUID]
    ) -> None:
        page = open_need(window, needs[0], settled)
        card = page.merging.similar
        card.ticks[0].setFocus()
        QTest.keyClick(card.ticks[0], Qt.Key.Key_Space)
        assert not card.ticks[0].isChecked()
        reached = set()
        for _turn in range(3):
            now = QApplication.focusWidget()
            assert now is not None
            reached.add(now.accessibleName() or getattr(now, "text", str)())
            QTest.keyClick(now, Qt.Key.Key_Tab)
        assert {f"打开需求「{SECOND.title}」", "并成共性需求"} <= reached

"""匹配 through its widgets: choose, tick, record, undo, other words, compare, the other direction."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from broker_app.services.achievements import AchievementDraft, delete_achievement, list_achievements, save_achievement
from broker_app.services.matches import list_matches
from broker_app.services.needs import NeedDraft, delete_need, get_need, list_needs, save_need
from broker_app.services.sessions import Session
from broker_app.ui.matches.comparison_dialog import ComparisonDialog
from broker_app.ui.matches.recommend_page import RecommendPage
from broker_app.ui.matches.result_delegate import ResultDelegate
from broker_app.ui.matches.result_model import LINE_ROLE
from broker_app.ui.matches.search_dialogs import ConditionsDialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.terms.add_pair_dialog import AddPairDialog

Settle = Callable[[], None]
TITLE = "节银电触点材料"


def need_id(window: MainWindow, title: str = TITLE) -> UUID:
    rows = window.desk.tasks.fetch(lambda session: list_needs(session, title))
    return next(row.id for row in rows if row.title == title)


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> RecommendPage:
    page = window.show_page("recommend", need_id(window))
    settled()
    assert isinstance(page, RecommendPage)
    return page


def titles(page: RecommendPage) -> list[str]:
    return [line.found.result.title for line in page.model.lines()]


class TestResults:
    def test_the_best_stands_first_with_reasons_and_what_is_missing(self, page: RecommendPage) -> None:
        line = page.model.line(0)
        assert line.found.result.title == "银镍碳低银电触头粉末冶金材料及钎焊工艺"
        assert line.chips
        assert line.shares.total == line.found.result.score
        spoken = page.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
        assert "未命中：" in spoken
        assert "证据：" in spoken
        assert QApplication.focusWidget() is page.list

    def test_what_is_too_weak_stands_apart_and_says_why(self, page: RecommendPage) -> None:
        assert page.weak_model.rowCount() > 0
        assert page.weak_list.isVisible()
        assert page.weak_reason.accessibleName()
        assert not set(titles(page)) & {line.found.result.title for line in page.weak_model.lines()}

    def test_how_it_was_searched_is_shown(self, page: RecommendPage) -> None:
        words = [one.accessibleName() for one in page.asked_card.findChildren(QWidget) if one.accessibleName()]
        assert any("触点 → " in one for one in words)
        assert "本机成果" in page.header.facts.accessibleName()


class TestKeyboard:
    def test_space_ticks_and_ctrl_enter_records(self, page: RecommendPage, window: MainWindow, settled: Settle) -> None:
        first, second = page.model.line(0).id, page.model.line(1).id
        QTest.keyClick(page.list, Qt.Key.Key_Space)
        QTest.keyClick(page.list, Qt.Key.Key_Down)
        QTest.keyClick(page.list, Qt.Key.Key_Space)
        assert page.ticked() == (first, second)
        assert page.record_button.text() == "记对接 2 项"
        QTest.keyClick(page.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        rows = window.desk.tasks.fetch(lambda session: list_matches(session, need_id=need_id(window)))
        assert {row.achievement_id for row in rows} >= {first, second}
        assert page.ticked() == ()
        assert page.model.line(0).recorded == next(row.number for row in rows if row.achievement_id == first)
        QTest.keyClick(page.list, Qt.Key.Key_Up)
        QTest.keyClick(page.list, Qt.Key.Key_Space)
        assert page.ticked() == ()  # recorded once is enough

    def test_recording_can_be_undone(self, page: RecommendPage, window: MainWindow, settled: Settle) -> None:
        before = window.desk.tasks.fetch(lambda session: len(list_matches(session, need_id=need_id(window))))
        page.list.toggle(0)
        page.record_button.click()
        settled()
        settled()
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        after = window.desk.tasks.fetch(lambda session: len(list_matches(session, need_id=need_id(window))))
        assert after == before
        assert page.model.line(0).recorded == ""

    def test_enter_opens_the_achievement(self, page: RecommendPage, window: MainWindow, settled: Settle) -> None:
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        settled()
        assert window.page.name == "achievement"

    def test_nothing_is_recorded_without_a_tick(self, page: RecommendPage, window: MainWindow, settled: Settle) -> None:
        before = window.desk.tasks.fetch(lambda session: len(list_matches(session, limit=500)))
        QTest.keyClick(page.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        settled()
        assert window.desk.tasks.fetch(lambda session: len(list_matches(session, limit=500))) == before
        assert window.toast is not None
        assert "先勾" in window.toast.words

    def test_a_click_at_the_left_ticks(self, page: RecommendPage) -> None:
        place = page.list.visualRect(page.model.index(0)).topLeft()
        place.setX(place.x() + 26)
        place.setY(place.y() + 24)
        QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert page.ticked() == (page.model.line(0).id,)


class TestOtherWords:
    def test_ticks_stay_when_something_else_changes(
        self, page: RecommendPage, window: MainWindow, settled: Settle
    ) -> None:
        page.list.toggle(0)
        ticked = page.ticked()
        window.desk.tasks.write(page, lambda session: save_achievement(session, AchievementDraft("样例新成果一项")))
        settled()
        settled()
        assert page.ticked() == ticked

    def test_changed_conditions_hold_for_this_search_only(
        self, page: RecommendPage, window: MainWindow, settled: Settle
    ) -> None:
        before = titles(page)
        page.conditions_button.click()
        dialog = window.findChild(ConditionsDialog)
        assert isinstance(dialog, ConditionsDialog)
        dialog.name.selectAll()
        dialog.name.insert("磁力泵干磨保护")
        dialog.text.selectAll()
        dialog.text.insertPlainText("磁力泵抽空以后轴套干磨烧坏，要自动停机")
        dialog.keywords.clear()
        dialog.primary_button.click()
        settled()
        settled()
        assert titles(page) != before
        assert "磁力泵" in titles(page)[0]
        stored = window.desk.tasks.fetch(lambda session: get_need(session, need_id(window)))
        assert stored.draft.title == TITLE
        assert page.asked_card.original.isVisible()
        page.asked_card.original.click()
        settled()
        settled()
        assert titles(page) == before

    def test_a_thing_not_wanted_is_held_against_a_record(
        self, page: RecommendPage, window: MainWindow, settled: Settle
    ) -> None:
        page.change_conditions()
        dialog = window.findChild(ConditionsDialog)
        assert isinstance(dialog, ConditionsDialog)
        dialog.unwanted.insert("镍")
        dialog.primary_button.click()
        settled()
        settled()
        shown = [one.text() for one in page.asked_card.findChildren(Words) if one.isVisible()]
        assert "不要" in shown
        things = [one.accessibleName() for one in page.asked_card.findChildren(ElidedWords) if one.isVisible()]
        assert things == ["镍"]

    @pytest.mark.parametrize("button", ["try_button", "primary_button"])
    def test_a_pair_of_words_is_searched_too(
        self, button: str, page: RecommendPage, window: MainWindow, settled: Settle
    ) -> None:
        page.asked_card.add_pair.click()
        dialog = window.findChild(AddPairDialog)
        assert isinstance(dialog, AddPairDialog)
        dialog.lay.insert("从没说过的话")
        dialog.technical.insert("磁通门")
        dialog.try_button.click()
        assert "没有说到「从没说过的话」" in dialog.lay_field.error
        dialog.lay.selectAll()
        dialog.lay.insert("温升")
        getattr(dialog, button).click()
        settled()
        settled()
        more = [one for one in page.asked_card.findChildren(QPushButton) if "组说法" in one.text()]
        for one in more:
            one.click()
        words = [one.accessibleName() for one in page.asked_card.findChildren(QWidget)]
        assert any(one.startswith("温升 → ") and "磁通门" in one for one in words)

    def test_side_by_side(self, page: RecommendPage, window: MainWindow, settled: Settle) -> None:
        assert not page.compare_button.isEnabled()
        page.list.toggle(0)
        page.list.toggle(1)
        page.compare_button.click()
        settled()
        dialog = window.findChild(ComparisonDialog)
        assert isinstance(dialog, ComparisonDialog)
        said = [one.text() for one in dialog.findChildren(Words)]
        assert "满足" in said
        assert "资料里没写" in said


class TestChoosing:
    def test_without_a_need_one_is_chosen(self, window: MainWindow, settled: Settle) -> None:
        page = window.show_page("recommend")
        settled()
        assert isinstance(page, RecommendPage)
        assert page.chooser.isVisible()
        assert not page.record_button.isVisible()
        page.chooser.search.insert("jydc")
        QTest.keyClick(page.chooser.search, Qt.Key.Key_Return)
        settled()
        settled()
        assert page.asked_card.name.text == TITLE
        assert titles(page)

    def test_the_other_direction(self, window: MainWindow, settled: Settle) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_achievements(session, "银镍碳低银"))
        page = window.show_page("recommend", ("achievement", rows[0].id))
        settled()
        settled()
        assert isinstance(page, RecommendPage)
        assert not page.conditions_button.isVisible()
        # A broker may record what the program does not dare to recommend.
        view = page.list if TITLE in titles(page) else page.weak_list
        rows_shown = [line.found.result.title for line in view.results.lines()]
        view.setFocus()
        view.setCurrentIndex(view.results.index(rows_shown.index(TITLE)))
        QTest.keyClick(view, Qt.Key.Key_Space)
        page.record_button.click()
        settled()
        settled()
        found = window.desk.tasks.fetch(lambda session: list_matches(session, achievement_id=rows[0].id))
        assert TITLE in [row.need for row in found]

    def test_no_pool_and_no_needs_are_states_not_errors(self, window: MainWindow, settled: Settle) -> None:
        def clear(session: Session) -> None:
            for row in list_achievements(session, limit=1000):
                delete_achievement(session, row.id)

        page = window.show_page("recommend", need_id(window))
        settled()
        assert isinstance(page, RecommendPage)
        window.desk.tasks.write(page, clear)
        settled()
        settled()
        assert page._no_pool.isVisible()
        assert page.banners == ()

        def clear_needs(session: Session) -> None:
            for row in list_needs(session, limit=1000):
                if row.state not in ("contracted", "solved"):
                    delete_need(session, row.id)

        window.show_page("recommend")
        window.desk.tasks.write(page, clear_needs)
        settled()
        assert page.chooser.isVisible()


class TestHostileText:
    def test_markup_and_length_are_shown_as_they_are(self, window: MainWindow, settled: Settle) -> None:
        odd = "<b>粗</b>😀" + "很长的成果名称" * 30

        def add(session: Session) -> UUID:
            save_achievement(session, AchievementDraft(odd[:300], abstract="磷化除锈 <img src=x>" * 200))
            return save_need(session, NeedDraft("<i>磷化除锈</i>", text="磷化除锈怎么做 <b>快</b>"))

        made: list[UUID] = []
        page = window.show_page("recommend")
        window.desk.tasks.write(page, add, made.append)
        settled()
        page = window.show_page("recommend", made[0])
        settled()
        settled()
        assert isinstance(page, RecommendPage)
        assert page.asked_card.name.text == "<i>磷化除锈</i>"
        lines = [*page.model.lines(), *page.weak_model.lines()]
        assert odd[:300] in [line.found.result.title for line in lines]
        for width, height in ((1024, 640), (1280, 650)):
            window.resize(width, height)
            settled()
            assert (window.width(), window.height()) == (width, height)
            delegate = page.list.itemDelegate()
            if page.model.rowCount() and isinstance(delegate, ResultDelegate):
                line = page.model.index(0).data(LINE_ROLE)
                assert delegate.height_of(line, page.list.viewport().width()) < 400


class TestLateAnswers:
    def test_an_answer_for_another_need_is_not_shown(self, window: MainWindow, settled: Settle) -> None:
        page = window.show_page("recommend", need_id(window, "磁力泵抽空干磨保护"))
        window.show_page("recommend", need_id(window))
        settled()
        settled()
        assert isinstance(page, RecommendPage)
        assert page.asked_card.name.text == TITLE

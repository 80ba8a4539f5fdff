"""成果 through its widgets: finding, typing that keeps itself, rights, refusals, trash."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.services.achievements import (
    AchievementDetail,
    AchievementDraft,
    IpRight,
    delete_achievement,
    get_achievement,
    list_achievements,
    save_achievement,
)
from broker_app.services.sessions import Session
from broker_app.ui.achievements.achievement_page import AchievementPage
from broker_app.ui.achievements.page import AchievementsPage
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]
HOSTILE = '<b>粗</b> & <img src="file:///etc/passwd"> 😀'


@pytest.fixture
def pool(window: MainWindow, settled: Settle) -> AchievementsPage:
    page = window.show_page("achievements")
    settled()
    assert isinstance(page, AchievementsPage)
    return page


def open_achievement(window: MainWindow, what: object, settled: Settle) -> AchievementPage:
    page = window.show_page("achievement", what)
    settled()
    settled()
    assert isinstance(page, AchievementPage)
    return page


def stored(window: MainWindow, achievement_id: UUID) -> AchievementDetail:
    return window.desk.tasks.fetch(lambda session: get_achievement(session, achievement_id))


class TestPool:
    def test_the_head_says_how_large_the_pool_is(self, pool: AchievementsPage) -> None:
        assert pool.header.facts.accessibleName() == "本机 208 项"

    def test_words_of_the_abstract_and_pinyin_find(self, pool: AchievementsPage, qtbot: QtBot) -> None:
        everything = pool.model.rowCount()
        pool.search.insert("clb")
        qtbot.waitUntil(lambda: 0 < pool.model.rowCount() < everything)
        assert any("磁力泵" in pool.model.row(n).title for n in range(pool.model.rowCount()))

    def test_more_rows_come_when_the_list_is_scrolled(self, pool: AchievementsPage, qtbot: QtBot) -> None:
        loaded = pool.model.rowCount()
        pool.table.scrollToBottom()
        qtbot.waitUntil(lambda: pool.model.rowCount() > loaded)

    def test_delete_can_be_undone(self, pool: AchievementsPage, window: MainWindow, settled: Settle) -> None:
        pool.table.selectRow(0)
        gone = pool.model.row(0)
        QTest.keyClick(pool.table, Qt.Key.Key_Delete)
        settled()
        settled()
        assert pool.model.find(lambda row: row.id == gone.id) == -1
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        assert pool.model.find(lambda row: row.id == gone.id) >= 0

    def test_an_empty_pool_says_how_to_fill_it(
        self, pool: AchievementsPage, window: MainWindow, settled: Settle
    ) -> None:
        def clear(session: Session) -> None:
            for row in list_achievements(session, limit=1000):
                delete_achievement(session, row.id)

        window.desk.tasks.write(pool, clear)
        settled()
        settled()
        (empty,) = [one for one in pool.findChildren(EmptyState) if one.isVisible()]
        assert empty.title.text() == "还没有成果"
        assert not pool.new_button.isVisible()


class TestForm:
    def test_a_new_one_is_kept_as_typed(self, window: MainWindow, settled: Settle) -> None:
        page = open_achievement(window, "new", settled)
        form = page.form
        form.name.insert(HOSTILE)
        form.abstract.insertPlainText("-30℃ 冲击 42 kJ/m²。" * 50)
        form.owner.insert("样例大学")
        form.trl.set_code("7")
        form.price.insert("1.2万")
        form.ip.add_button.click()
        _kind, number, holder, _expires = form.ip.controls[0]
        assert isinstance(number, ImeAwareLineEdit)
        assert isinstance(holder, ImeAwareLineEdit)
        number.insert("ZL202611111111.1")
        holder.insert("样例大学")
        form.completers.add_button.click()
        person = QApplication.focusWidget()
        assert person is not None
        QTest.keyClicks(person, "zhang")
        form.modes["licence"].setChecked(True)
        form.use_then_pay.setChecked(True)
        page.leave()
        settled()
        settled()
        achievement_id = page.autosave.record_id
        assert achievement_id is not None
        draft = stored(window, achievement_id).draft
        assert (draft.title, draft.owner, draft.trl) == (HOSTILE, "样例大学", 7)
        assert str(draft.price_wan) == "1.2"
        assert [(one.number, one.holder) for one in draft.ip] == [("ZL202611111111.1", "样例大学")]
        assert [one.name for one in draft.completers] == ["zhang"]
        assert draft.modes == ("licence",)
        assert draft.use_then_pay
        window.resize(1024, 640)
        settled()
        assert (window.width(), window.height()) == (1024, 640)

    def test_opening_and_touching_one_field_changes_nothing_else(self, window: MainWindow, settled: Settle) -> None:
        """An imported record carries more than the form shows: none of it is lost by an edit."""
        right = IpRight("invention", "ZL202600000000.1", "样例研究院", "2025-01-02", "C08L 69/00", "2041-05-06")
        draft = AchievementDraft(
            "样例合金",
            abstract="两句。就两句。",
            keywords=("阻燃", "低温"),
            trl=6,
            ip=(right,),
            modes=("use_then_pay", "licence"),
            use_then_pay=True,
            source_id="X-1",
        )
        made: list[UUID] = []
        window.desk.tasks.write(window, lambda session: save_achievement(session, draft), made.append)
        settled()
        page = open_achievement(window, made[0], settled)
        page.form.level.insert("国内领先")
        page.leave()
        settled()
        settled()
        assert stored(window, made[0]).draft == replace(draft, level="国内领先")

    def test_a_refusal_stands_beside_its_field(self, window: MainWindow, settled: Settle) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_achievements(session, limit=1))
        page = open_achievement(window, rows[0].id, settled)
        page.form.name.clear()
        page.form.name.setFocus()
        page.leave()
        settled()
        assert "成果名称" in page.form.fields["title"].error
        assert stored(window, rows[0].id).draft.title == rows[0].title
        page.form.name.insert("改好的名字")
        page.leave()
        settled()
        settled()
        assert stored(window, rows[0].id).draft.title == "改好的名字"

    def test_ctrl_m_looks_for_needs(self, window: MainWindow, settled: Settle) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_achievements(session, "银镍碳低银"))
        page = open_achievement(window, rows[0].id, settled)
        page.form.name.setFocus()
        QTest.keyClick(page.form.name, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        assert window.page.name == "recommend"
        assert window.page.header.title.accessibleName() == "找需求"


def test_a_late_refusal_of_one_left_takes_nothing_from_the_next(window: MainWindow, settled: Settle) -> None:
    with window.desk.tasks.sessions.write() as session:
        gone = save_achievement(session, AchievementDraft("样例旧成果"))
    page = open_achievement(window, gone, settled)
    with window.desk.tasks.sessions.write() as session:
        delete_achievement(session, gone)
    page.refresh()  # asks for what is no longer there, and is not waited for
    window.show_page("achievement", "new")
    page.form.name.insert("正在写的新成果")
    settled()
    assert window.page is page
    assert page.form.name.text() == "正在写的新成果"
    saved = page.autosave.record_id
    assert saved is None or stored(window, saved).draft.title == "正在写的新成果"

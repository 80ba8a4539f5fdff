"""A visit as a broker makes it: by keys, kept without saving, finished once, corrected beside the original."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.services.enterprises import list_enterprises
from broker_app.services.needs import list_needs
from broker_app.services.visits import get_visit, list_visits
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage

Settle = Callable[[], None]
NOTE = "外壳料冬天一摔就裂，要零下二十五度不裂，预算五十万以内。模具供应商的事别往外说。"


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    page = window.show_page("visits", "new")
    settled()
    assert isinstance(page, VisitsPage)
    return page.editor


def type_note(editor: VisitEditor, settled: Settle, text: str = NOTE) -> None:
    editor.note.setFocus()
    editor.note.insertPlainText(text)
    editor.flush()
    settled()


def pick_first_firm(editor: VisitEditor, settled: Settle, letters: str = "wz") -> str:
    editor.head.picker.setFocus()
    QTest.keyClicks(editor.head.picker, letters)
    QTest.keyClick(editor.head.picker, Qt.Key.Key_Return)
    settled()
    return editor.head.title.text


class TestNewVisit:
    def test_three_keys_beyond_the_text(self, window: MainWindow, settled: Settle) -> None:
        """Ctrl+N, Enter on the firm, Ctrl+Enter: nothing else is needed."""
        before = len(window.desk.tasks.fetch(lambda session: list_visits(session, limit=500)))
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        settled()
        page = window.page
        assert isinstance(page, VisitsPage)
        assert QApplication.focusWidget() is page.editor.head.picker
        QTest.keyClicks(page.editor.head.picker, "wz")
        QTest.keyClick(page.editor.head.picker, Qt.Key.Key_Return)
        settled()
        assert QApplication.focusWidget() is page.editor.note
        page.editor.note.insertPlainText(NOTE)
        QTest.keyClick(page.editor.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        visits = window.desk.tasks.fetch(lambda session: list_visits(session, limit=500))
        assert len(visits) == before + 1
        made = next(visit for visit in visits if visit.id == page.editor.visit_id)
        assert made.state == "recorded"
        assert made.enterprise == page.editor.head.title.text
        assert page.editor.note.isReadOnly()

    def test_a_firm_nobody_knows_is_made_on_the_spot(
        self, editor: VisitEditor, window: MainWindow, settled: Settle
    ) -> None:
        editor.head.picker.setFocus()
        editor.head.picker.insert("苍南样例新开张拉链厂")
        QTest.keyClick(editor.head.picker, Qt.Key.Key_Return)
        settled()
        assert editor.head.title.text == "苍南样例新开张拉链厂"
        firms = window.desk.tasks.fetch(lambda session: list_enterprises(session, "新开张"))
        assert [firm.name for firm in firms] == ["苍南样例新开张拉链厂"]

    def test_what_is_typed_is_kept_without_saving(
        self, editor: VisitEditor, window: MainWindow, qtbot: QtBot, settled: Settle
    ) -> None:
        editor.note.setFocus()
        editor.note.insertPlainText("走到一半断电")
        qtbot.waitUntil(lambda: editor.visit_id is not None, timeout=5000)
        visit_id = editor.visit_id
        assert visit_id is not None
        kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id))
        assert kept.draft.note == "走到一半断电"
        assert kept.state == "draft"

    def test_saving_never_moves_the_cursor(self, editor: VisitEditor, settled: Settle) -> None:
        type_note(editor, settled, "第一句。第二句。")
        cursor = editor.note.textCursor()
        cursor.setPosition(3)
        editor.note.setTextCursor(cursor)
        editor.note.insertPlainText("插")
        editor.flush()
        settled()
        assert editor.note.textCursor().position() == 4

    def test_what_is_missing_is_said_beside_its_field(self, editor: VisitEditor, settled: Settle) -> None:
        type_note(editor, settled)
        editor.head.finish_button.click()
        settled()
        assert editor.note.toPlainText() == NOTE
        assert "请选企业" in editor_banner(editor)

    def test_a_note_in_the_middle_of_composing_is_not_lost(self, editor: VisitEditor, settled: Settle) -> None:
        type_note(editor, settled, "已经写好的。")
        editor.note.moveCursor(editor.note.textCursor().MoveOperation.End)
        QApplication.sendEvent(editor.note, QInputMethodEvent("wenzhou", []))
        assert editor.note.composing
        editor.note.set_text("别的")  # something arrives from outside meanwhile
        assert editor.note.toPlainText() == "已经写好的。"
        done = QInputMethodEvent("", [])
        done.setCommitString("温州")
        QApplication.sendEvent(editor.note, done)
        assert editor.note.toPlainText() == "别的"  # it waited for the end of the composition


class TestFindings:
    def test_selected_words_become_a_need_and_the_note_stays(
        self, editor: VisitEditor, window: MainWindow, settled: Settle
    ) -> None:
        pick_first_firm(editor, settled)
        type_note(editor, settled)
        editor.note.select(0, 9)
        QTest.keyClick(editor.note, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        (need,) = window.desk.tasks.fetch(lambda session: list_needs(session, visit_id=editor.visit_id))
        assert need.title == "外壳料冬天一摔就裂"
        assert editor.note.toPlainText() == NOTE
        assert [card.finding.kind for card in editor.side.cards] == ["need"]
        (span,) = [one for one in editor.note.spans() if one.owner == need.id]
        assert (span.start, span.length) == (0, 9)

    def test_undo_of_a_need(self, editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
        type_note(editor, settled)
        editor.note.select(0, 9)
        editor.take_selection_as_need()
        settled()
        settled()
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        assert editor.side.cards == ()

    def test_spans_follow_what_is_typed_before_them(self, editor: VisitEditor, settled: Settle) -> None:
        type_note(editor, settled)
        secret = NOTE.index("模具供应商的事")
        editor.note.select(secret, 7)
        editor.toggle_confidential()
        cursor = editor.note.textCursor()
        cursor.setPosition(0)
        editor.note.setTextCursor(cursor)
        editor.note.insertPlainText("今天下雨。")
        (span,) = [one for one in editor.note.spans() if one.kind == "confidential"]
        text = editor.note.toPlainText()
        assert text[span.start : span.start + span.length] == "模具供应商的事"

    def test_marked_twice_means_not_marked(self, editor: VisitEditor, settled: Settle) -> None:
        type_note(editor, settled)
        for _time in range(2):
            editor.note.select(3, 4)
            editor.toggle_confidential()
        assert [one for one in editor.note.spans() if one.kind == "confidential"] == []


class TestFinishedVisit:
    def test_a_correction_stands_beside_the_note(
        self, editor: VisitEditor, window: MainWindow, settled: Settle
    ) -> None:
        pick_first_firm(editor, settled)
        type_note(editor, settled)
        editor.head.finish_button.click()
        settled()
        settled()
        editor.correct()
        from broker_app.ui.visits.revision_dialogs import CorrectionDialog  # noqa: PLC0415

        dialog = window.findChild(CorrectionDialog)
        assert isinstance(dialog, CorrectionDialog)
        dialog.text.insertPlainText("是零下三十度")
        dialog.primary_button.click()
        settled()
        assert dialog.reason_field.error != ""
        dialog.reason.insert("听错了")
        dialog.primary_button.click()
        settled()
        settled()
        visit_id = editor.visit_id
        assert visit_id is not None
        kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id))
        assert kept.draft.note == NOTE
        assert [one.text for one in kept.corrections] == ["是零下三十度"]

    def test_to_the_trash_and_back(self, window: MainWindow, settled: Settle) -> None:
        page = window.show_page("visits")
        settled()
        assert isinstance(page, VisitsPage)
        visit = next(one for one in page.list.model.visits if one.state == "draft")
        page.show_visit(visit.id)
        settled()
        page.editor.remove()
        settled()
        assert page.list.model.row_of(visit.id) == -1
        assert window.toast is not None
        window.toast.undo_button.click()
        settled()
        settled()
        assert page.list.model.row_of(visit.id) >= 0


class TestList:
    def test_pinyin_initials_find_a_firm(self, window: MainWindow, qtbot: QtBot, settled: Settle) -> None:
        page = window.show_page("visits")
        settled()
        assert isinstance(page, VisitsPage)
        everything = len(page.list.model.visits)
        page.list.search.insert("yjx")
        qtbot.waitUntil(lambda: len(page.list.model.visits) < everything)
        assert page.list.model.visits
        assert all("永嘉" in one.enterprise for one in page.list.model.visits)

    def test_one_pane_in_a_narrow_window(self, window: MainWindow, settled: Settle) -> None:
        page = window.show_page("visits")
        window.resize(1024, 640)
        settled()
        assert isinstance(page, VisitsPage)
        if page.list.isVisible():
            page.show_visit(page.list.model.visits[0].id)
            settled()
        assert page.right.isVisible()
        assert window.width() == 1024


def editor_banner(editor: VisitEditor) -> str:
    from broker_app.ui.shell.notices import Banner  # noqa: PLC0415

    return " ".join(f"{one.what} {one.detail}" for one in editor.findChildren(Banner) if one.isVisible())

"""Typing Chinese: nothing is changed while letters are being composed, and none of them are lost."""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

import broker_app.ui
from broker_app.services.visits import get_visit
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.enterprises.tag_line import TagLine
from broker_app.ui.pages import page_makers
from broker_app.ui.shell import palette
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.fields import AmountLine, ListLine, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit, commit_composition
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.note_edit import NoteEdit
from broker_app.ui.visits.page import VisitsPage
from broker_app.ui.visits.time_line import VisitTimeLine

Settle = Callable[[], None]
Input = ImeAwareLineEdit | ImeAwareTextEdit

INPUTS: dict[str, Callable[[], Input]] = {
    "line": ImeAwareLineEdit,
    "text": ImeAwareTextEdit,
    "date": lambda: DateLine(today=lambda: date(2026, 11, 24)),
    "amount": AmountLine,
    "list": ListLine,
    "tags": lambda: TagLine(lambda: ("样例标签", "温州")),
    "area": text_area,
    "note": NoteEdit,
    "time": VisitTimeLine,
}

IN_THE_WINDOW = {EnterprisePicker, palette._PaletteLine}


def compose(field: QWidget, letters: str) -> None:
    QApplication.sendEvent(field, QInputMethodEvent(letters, []))


def commit(field: QWidget, words: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(words)
    QApplication.sendEvent(field, event)


def text_of(field: Input) -> str:
    return field.text() if isinstance(field, ImeAwareLineEdit) else field.toPlainText()


@pytest.mark.parametrize("name", INPUTS)
class TestEveryInput:
    @pytest.fixture
    def field(self, name: str, window: MainWindow) -> Input:
        """An input in the window, with the keyboard in it and some text."""
        field = INPUTS[name]()
        field.setParent(window)
        field.setGeometry(0, 0, 300, 80)
        field.show()
        field.setFocus()
        commit(field, "已有")
        return field

    def test_nothing_is_told_or_changed_while_composing(self, field: Input) -> None:
        told: list[str] = []
        field.committed.connect(told.append)
        for letters in ("w", "we", "wen", "wenzhou"):
            compose(field, letters)
            field.set_text("从别处来的")
        assert told == []
        assert text_of(field) == "已有"
        commit(field, "温州")
        assert told[0] == "已有温州"
        assert text_of(field) == "从别处来的"  # it waited for its turn

    def test_given_up_letters_leave_nothing(self, field: Input) -> None:
        compose(field, "wenz")
        compose(field, "")
        assert text_of(field) == "已有"

    def test_letters_are_kept_where_the_input_method_does_not_commit(self, field: Input) -> None:
        compose(field, "wenzhou")
        commit_composition()
        assert text_of(field) == "已有wenzhou"
        assert not field.composing


class TestVisit:
    @pytest.fixture
    def editor(self, window: MainWindow, settled: Settle) -> VisitEditor:
        """A draft of the sample, the cursor at the end of its note."""
        page = window.show_page("visits")
        settled()
        assert isinstance(page, VisitsPage)
        draft = next(one for one in page.list.model.visits if one.state == "draft" and one.enterprise)
        page.show_visit(draft.id)
        settled()
        page.editor.note.setFocus()
        page.editor.note.moveCursor(page.editor.note.textCursor().MoveOperation.End)
        return page.editor

    def kept(self, window: MainWindow, editor: VisitEditor) -> str:
        visit_id = editor.visit_id
        assert visit_id is not None
        return window.desk.tasks.fetch(lambda session: get_visit(session, visit_id)).draft.note

    def test_autosave_in_the_middle_of_a_word_stores_no_empty_note(
        self, editor: VisitEditor, window: MainWindow, qtbot: QtBot, settled: Settle
    ) -> None:
        before = editor.note.toPlainText()
        commit(editor.note, "，又说")
        compose(editor.note, "danjia")
        with qtbot.waitSignal(editor.keeper.saved, timeout=5000):
            pass
        assert self.kept(window, editor) == f"{before}，又说"
        assert editor.note.preedit == "danjia"  # saving did not touch what is being composed
        compose(editor.note, "danjiag")
        qtbot.wait(1000)
        assert self.kept(window, editor) == f"{before}，又说"
        commit(editor.note, "单价高")
        assert editor.note.toPlainText() == f"{before}，又说单价高"

    @pytest.mark.parametrize("way", ["finish", "leave", "lock", "sign"])
    def test_the_last_word_is_kept(self, way: str, editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
        before = editor.note.toPlainText()
        compose(editor.note, "danjia")
        match way:
            case "finish":
                QTest.keyClick(editor.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            case "leave":
                window.show_page("today")
            case "lock":
                window.keep_typing()
            case "sign":
                editor.belongings.signature.sign()
        settled()
        settled()
        assert self.kept(window, editor) == f"{before}danjia"

    def test_enter_that_chooses_a_word_finishes_nothing(self, editor: VisitEditor, settled: Settle) -> None:
        state = editor.state
        compose(editor.note, "danjia")
        commit(editor.note, "单价")  # the input method eats Enter and sends the word
        settled()
        assert editor.state == state


def test_every_input_of_every_page_is_one_of_ours(window: MainWindow, settled: Settle) -> None:
    strangers = []
    for name in page_makers():
        window.show_page(name)
        settled()
        for kind in (QLineEdit, QTextEdit, QPlainTextEdit):
            for field in window.page.findChildren(kind):
                ours = isinstance(field, ImeAwareLineEdit | ImeAwareTextEdit)
                if not ours and not isinstance(field.parent(), QAbstractSpinBox):
                    strangers.append(f"{name}: {type(field).__name__} {field.accessibleName()}")
    assert strangers == []


def test_every_kind_of_text_field_is_tried() -> None:
    """A new kind of field has to be added above, or be one of those that need a window of their own."""
    for module in pkgutil.walk_packages(broker_app.ui.__path__, "broker_app.ui."):
        importlib.import_module(module.name)
    kinds: set[type] = set()
    waiting: list[type] = [ImeAwareLineEdit, ImeAwareTextEdit]
    while waiting:
        kind = waiting.pop()
        if kind.__module__.startswith("broker_app.") and kind not in kinds:
            kinds.add(kind)
            waiting += kind.__subclasses__()
    tried = {ImeAwareLineEdit, ImeAwareTextEdit, DateLine, AmountLine, ListLine, TagLine, NoteEdit, VisitTimeLine}
    assert kinds - tried == IN_THE_WINDOW


class TestFieldsOfTheWindow:
    """Fields that search while one types: only real text is looked for, and Enter that chooses a word takes nothing."""

    def fields(self, window: MainWindow, settled: Settle) -> dict[str, ImeAwareLineEdit]:
        page = window.show_page("visits", "new")
        settled()
        assert isinstance(page, VisitsPage)
        window.palette_view.open()
        return {"firm": page.editor.head.picker, "palette": window.palette_view.field}

    @pytest.mark.parametrize("name", ["firm", "palette"])
    def test_composing_searches_nothing(self, name: str, window: MainWindow, settled: Settle) -> None:
        field = self.fields(window, settled)[name]
        told: list[str] = []
        field.committed.connect(told.append)
        for letters in ("y", "yong", "yongjia"):
            compose(field, letters)
        field.set_text("从别处来的")
        assert (field.text(), told) == ("", [])
        commit(field, "永嘉")
        assert told[0] == "永嘉"
        assert field.text() == "从别处来的"

    def test_the_palette_is_a_part_of_the_window(self, window: MainWindow, settled: Settle) -> None:
        self.fields(window, settled)
        assert not window.palette_view.isWindow()  # input methods fail in windows that pop up
        assert QApplication.activePopupWidget() is None
        assert QApplication.focusWidget() is window.palette_view.field


def test_no_command_takes_a_key_that_writes(window: MainWindow) -> None:
    for command in window.desk.commands.all():
        if command.keys:
            combination = QKeySequence(command.keys)[0]  # type: ignore[index]
            control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            function = Qt.Key.Key_F1 <= combination.key() <= Qt.Key.Key_F35
            assert function or combination.keyboardModifiers() & control, command.name


def test_leaving_a_field_in_the_middle_of_a_word_is_no_edit_of_the_next(window: MainWindow) -> None:
    one, other = ImeAwareLineEdit(parent=window), ImeAwareLineEdit(parent=window)
    for number, field in enumerate((one, other)):
        field.setGeometry(0, 40 * number, 200, 32)
        field.show()
    one.setFocus()
    compose(one, "wenzhou")
    commit_composition()
    other.setFocus()
    assert (one.text(), other.text()) == ("wenzhou", "")

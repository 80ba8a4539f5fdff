"""Ctrl+T puts a template into the note; the dialog changes them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from broker_app.services.visit_templates import VisitTemplate, list_templates, save_templates
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage
from broker_app.ui.visits.templates import TemplatesDialog

Settle = Callable[[], None]


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    page = window.show_page("visits", "new")
    settled()
    assert isinstance(page, VisitsPage)
    QTest.keyClicks(page.editor.head.picker, "wz")
    QTest.keyClick(page.editor.head.picker, Qt.Key.Key_Return)
    settled()
    return page.editor


def ctrl_t(editor: VisitEditor) -> list[str]:
    editor.window().activateWindow()
    assert QTest.qWaitForWindowActive(editor.window())
    QTest.keyClick(editor.note, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    menu = editor.templates.menu
    assert menu is not None
    return [one.text() for one in menu.actions() if one.text()]


def test_two_keys_and_the_note_has_its_headings(editor: VisitEditor) -> None:
    assert ctrl_t(editor)[-1] == "管理模板"
    menu = editor.templates.menu
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_Return)
    note = editor.note.toPlainText()
    assert editor.head.title.text in note
    assert "{" not in note
    assert editor.note.hasFocus()
    editor.note.undo()
    assert editor.note.toPlainText() == ""


def test_a_template_that_was_broken_elsewhere_is_explained(
    editor: VisitEditor, window: MainWindow, settled: Settle
) -> None:
    editor.templates.insert(VisitTemplate("旧的", "到{公司}"))
    settled()
    assert "{公司}" in window.page.banners[0].what
    assert editor.note.toPlainText() == ""


def test_a_new_template(editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
    editor.templates.manage()
    dialog = window.findChild(TemplatesDialog)
    assert isinstance(dialog, TemplatesDialog)
    dialog.add_button.click()
    dialog.name.insert("电话回访")
    dialog.text.insertPlainText("{公司}来电")
    dialog.primary_button.click()
    settled()
    assert "认不出" in dialog.text_field.error
    dialog.text.setPlainText("{企业}来电：")
    dialog.primary_button.click()
    settled()
    settled()
    assert "电话回访" in ctrl_t(editor)
    assert editor.templates.menu is not None
    editor.templates.menu.close()


def test_removing_one(editor: VisitEditor, window: MainWindow, settled: Settle) -> None:
    tasks = window.desk.tasks
    tasks.write(window, lambda session: save_templates(session, [VisitTemplate("甲", "一"), VisitTemplate("乙", "二")]))
    settled()
    editor.templates.manage()
    dialog = window.findChild(TemplatesDialog)
    assert isinstance(dialog, TemplatesDialog)
    dialog.remove_button.click()
    dialog.primary_button.click()
    settled()
    settled()
    assert [one.name for one in tasks.fetch(list_templates)] == ["乙"]

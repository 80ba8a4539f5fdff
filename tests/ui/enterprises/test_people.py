"""People through the window: a pasted card is looked at first, cards in and out, the picker warns."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from broker_app.exchange.vcard import read_cards, write_cards
from broker_app.services.contacts import PersonFound, export_log, people_of
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.ui.enterprises.card_files import CardDialog, choose_cards, export_people, paste_card
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.enterprises.profile_page import EnterpriseProfilePage
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def firm(window: MainWindow, settled: Settle) -> UUID:
    with window.desk.tasks.sessions.write() as session:
        made = save_enterprise(session, EnterpriseDraft("乐清样例名片电气有限公司", county="330382"))
    window.show_page("enterprise", made)
    settled()
    return made


def people(window: MainWindow, firm: UUID) -> list[tuple[str, tuple[str, ...]]]:
    found = window.desk.tasks.fetch(lambda session: people_of(session, firm))
    return [(one.name, one.phones) for one in found]


def open_dialog(window: MainWindow) -> Dialog:
    (dialog,) = [one for one in window.findChildren(Dialog) if one.isVisible()]
    return dialog


def test_a_pasted_card_is_looked_at_first(window: MainWindow, settled: Settle, firm: UUID) -> None:
    page = window.page
    assert isinstance(page, EnterpriseProfilePage)
    QGuiApplication.clipboard().setText("王样例 技术部主任 手机 138 0077 8000")
    paste_card(page, window.desk, firm)
    dialog = open_dialog(window)
    assert isinstance(dialog, CardDialog)
    assert people(window, firm) == []
    dialog.phone.selectAll()
    dialog.phone.insert("13900779000")
    dialog.primary_button.click()
    settled()
    settled()
    assert people(window, firm) == [("王样例", ("13900779000",))]
    assert "1" in page._people_count.text()
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled()
    settled()
    assert people(window, firm) == []
    QGuiApplication.clipboard().setText("没有人")
    paste_card(page, window.desk, firm)
    assert "没认出" in open_dialog(window).title.text()


def test_a_file_of_cards_in_and_out(
    window: MainWindow, settled: Settle, firm: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, out = tmp_path / "两位.vcf", tmp_path / "出.vcf"
    write_cards(file, [PersonFound("李样例", "乐清市样例名片电气", "", ("13800770001",)), PersonFound("无单位")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    choose_cards(window.page, window.desk)
    settled()
    open_dialog(window).primary_button.click()
    settled()
    settled()
    assert people(window, firm) == [("李样例", ("13800770001",))]
    told = open_dialog(window)
    assert "没有加" in told.title.text()
    told.dismiss()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(out), ""))
    export_people(window.page, window.desk, firm)
    settled()
    assert not out.exists()
    open_dialog(window).dismiss()
    assert not out.exists(), "who does not agree exports nothing"
    export_people(window.page, window.desk, firm)
    settled()
    open_dialog(window).primary_button.click()
    settled()
    settled()
    assert [one.name for one in read_cards(out)] == ["李样例"]
    (line,) = window.desk.tasks.fetch(export_log)
    assert (line.file_name, line.people) == ("出.vcf", 1)


def test_the_picker_names_the_firm_in_another_spelling(window: MainWindow, firm: UUID, qtbot: QtBot) -> None:
    picker = EnterprisePicker(window.desk, window.page)
    qtbot.addWidget(picker)
    picker.show()
    picker.setFocus()
    picker.insert("乐清市样例名片电气厂")
    qtbot.waitUntil(lambda: picker._model.rowCount() == 2)
    assert "可能是同一家" in str(picker._model.index(0).data())
    assert "新建企业" in str(picker._model.index(1).data())
    with qtbot.waitSignal(picker.picked) as picked:
        QTest.keyClick(picker, Qt.Key.Key_Return)
    assert picked.args == [firm, "乐清样例名片电气有限公司"]


def test_enter_on_the_firm_chosen_neither_makes_it_again_nor_takes_another(
    window: MainWindow, firm: UUID, qtbot: QtBot
) -> None:
    picker = EnterprisePicker(window.desk, window.page)
    qtbot.addWidget(picker)
    picker.show()
    picker.setFocus()
    picker.show_name("乐清样例名片电气有限公司")
    with qtbot.assertNotEmitted(picker.new_wanted), qtbot.assertNotEmitted(picker.picked):
        QTest.keyClick(picker, Qt.Key.Key_Return)
    picker.insert("（老厂）")
    qtbot.waitUntil(lambda: picker._model.new_name.endswith("（老厂）"))
    picker._quiet = True  # words nobody searched for, as an input method may leave them
    picker.set_text("乐清样例名片电气")
    picker._quiet = False
    with qtbot.assertNotEmitted(picker.new_wanted), qtbot.waitSignal(picker.picked) as picked:
        QTest.keyClick(picker, Qt.Key.Key_Return)
    assert picked.args == [firm, "乐清样例名片电气有限公司"]

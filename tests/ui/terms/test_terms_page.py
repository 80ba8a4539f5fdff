"""The term table as a broker works on it: find, try, change, switch off, take up what matches propose."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.term_book import read_book
from broker_app.services.terms import TermDraft, TermRow, get_term
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Paragraph
from broker_app.ui.terms.add_pair_dialog import AddPairDialog
from broker_app.ui.terms.form import TermDialog
from broker_app.ui.terms.page import TermsPage
from tests.ui.conftest import all_of

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> TermsPage:
    shown = window.show_page("terms")
    settled()
    assert isinstance(shown, TermsPage)
    return shown


def search(page: TermsPage, text: str, settled: Settle) -> list[TermRow]:
    page.search.setFocus()
    page.search.clear()
    page.search.insert(text)
    QTest.qWait(200)
    settled()
    return [page.model.row(number) for number in range(page.model.rowCount())]


def choose(page: TermsPage, row: TermRow) -> None:
    page.table.selectRow(page.model.find(lambda one: one.id == row.id))


def dialog_of(page: TermsPage, kind: type[TermDialog]) -> TermDialog:
    return next(one for one in page.window().findChildren(kind) if one.isVisible())


def button(page: TermsPage, words: str) -> QAbstractButton:
    return next(one for one in (page._edit, page._switch, page._remove) if one.isVisible() and one.text() == words)


def test_letters_and_words_find_entries_while_one_types(page: TermsPage, settled: Settle) -> None:
    assert "虚焊" in {row.draft.lay for row in search(page, "xuhan", settled)}
    assert all("焊" in row.draft.lay + "".join(row.draft.technical) for row in search(page, "虚焊", settled))
    assert search(page, "zzzz", settled) == []
    assert page._nothing.isVisible()


def test_thousands_of_rows_come_by_pages(page: TermsPage, settled: Settle) -> None:
    assert page.model.rowCount() == page.model.PAGE_SIZE
    page.table.scrollToBottom()
    settled()
    assert page.model.rowCount() == 2 * page.model.PAGE_SIZE


def test_an_entry_is_added_by_keys_and_taken_back(
    qtbot: QtBot, window: MainWindow, page: TermsPage, settled: Settle
) -> None:
    QTest.mouseClick(page.new_button, Qt.MouseButton.LeftButton)
    dialog = dialog_of(page, TermDialog)
    dialog.lay.insert("一摔就成渣")
    dialog.technical.insert("缺口冲击强度，低温韧性")
    QTest.keyClick(dialog.technical, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled()
    chosen = page.table.chosen_row
    assert chosen is not None
    assert (chosen.draft.lay, chosen.draft.technical) == ("一摔就成渣", ("缺口冲击强度", "低温韧性"))
    assert chosen.origin == "user"
    assert window.toast is not None
    window.toast.take_back()
    settled()
    assert search(page, "一摔就成渣", settled) == []


@pytest.mark.parametrize(
    ("lay", "technical", "weight", "field", "says"),
    [
        ("", "韧性", "1.5", "lay", "请写企业的说法"),
        ("发脆样例", "", "1.5", "technical", "请写技术上的叫法"),
        ("发脆样例", "发脆样例", "1.5", "technical", "不能对照它自己"),
        ("发脆样例", "韧性", "12", "weight", "0.5 到 2"),
        ("发脆样例", "韧性", "很重", "weight", "0.5 到 2"),
        ("绕一圈乙", "绕一圈甲", "1.5", "technical", "绕成一圈"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(
    page: TermsPage, settled: Settle, lay: str, technical: str, weight: str, field: str, says: str
) -> None:
    page.add()
    first = dialog_of(page, TermDialog)
    first.lay.setText("绕一圈甲")
    first.technical.setText("绕一圈乙")
    first.accept()
    settled()
    page.add()
    dialog = dialog_of(page, TermDialog)
    dialog.lay.setText(lay)
    dialog.technical.setText(technical)
    dialog.weight.setText(weight)
    dialog.accept()
    settled()
    assert dialog.isVisible()
    assert says in dialog.fields[field].error
    assert [one for name, one in dialog.fields.items() if name != field and one.error] == []


def test_a_shipped_entry_is_switched_off_changed_and_given_back(
    qtbot: QtBot, window: MainWindow, page: TermsPage, settled: Settle
) -> None:
    shipped = search(page, "虚焊", settled)[0]
    choose(page, shipped)
    QTest.mouseClick(button(page, "停用"), Qt.MouseButton.LeftButton)
    settled()
    page.kind.set_code("off")
    assert [page.model.row(number).id for number in range(page.model.rowCount())] == [shipped.id]
    choose(page, shipped)
    QTest.mouseClick(button(page, "重新启用"), Qt.MouseButton.LeftButton)
    settled()
    page.kind.set_code("")
    choose(page, shipped)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    dialog = dialog_of(page, TermDialog)
    dialog.technical.setText("样例术语")
    dialog.accept()
    settled()
    fetch = window.desk.tasks.fetch
    assert fetch(lambda session: get_term(session, shipped.id)).draft.technical == ("样例术语",)
    choose(page, shipped)
    QTest.mouseClick(button(page, "恢复原样"), Qt.MouseButton.LeftButton)
    settled()
    assert fetch(lambda session: get_term(session, shipped.id)) == shipped
    assert window.toast is not None
    window.toast.take_back()
    settled()
    assert fetch(lambda session: get_term(session, shipped.id)).draft.technical == ("样例术语",)


def test_a_sentence_shows_what_it_sets_off_and_leads_to_the_entry(
    window: MainWindow, page: TermsPage, settled: Settle
) -> None:
    page.try_out.sentence.insert("外壳料冬天一摔就裂")
    QTest.qWait(200)
    settled()
    marked = page.try_out.marked
    assert "".join(marked.text[start:end] for start, end in marked.marks) == "冬天一摔就裂"
    lines = dict(page.try_out.lines)
    assert "低温韧性" in lines["冬天一摔就裂"]
    assert not page.proposals.isVisible()
    page.try_out.wanted.emit("一摔就裂")
    settled()
    assert page.table.chosen_row is not None
    assert page.table.chosen_row.draft.lay == "一摔就裂"
    page.try_out.sentence.setText("你好")
    page.try_out.try_again()
    assert "没有一处" in page.try_out.verdict.text()


def test_a_proposal_is_taken_up_with_one_click_and_ignored_for_good(
    qtbot: QtBot, window: MainWindow, page: TermsPage, settled: Settle
) -> None:
    first = page.proposals.shown
    assert first is not None
    QTest.mouseClick(page.proposals.adopt, Qt.MouseButton.LeftButton)
    settled()
    own = window.desk.tasks.fetch(read_book).find(kind="user")
    assert [row.draft.lay for row in own] == [first.lay]
    second = page.proposals.shown
    assert second is not None
    assert second != first
    QTest.mouseClick(page.proposals.ignore, Qt.MouseButton.LeftButton)
    settled()
    assert page.proposals.shown != second
    window.show_page("today")
    window.show_page("terms")
    settled()
    assert page.proposals.shown != second


class TestAddPair:
    @pytest.fixture
    def dialog(self, window: MainWindow, page: TermsPage) -> AddPairDialog:
        dialog = AddPairDialog(page, window.desk, industries=("E5", "T1"), said="外壳料冬天一摔就裂")
        dialog.open()
        return dialog

    def test_a_pair_is_kept_for_the_trades_of_the_need(
        self, qtbot: QtBot, window: MainWindow, dialog: AddPairDialog, settled: Settle
    ) -> None:
        dialog.lay.insert("外壳料")
        dialog.technical.insert("聚碳酸酯合金")
        with qtbot.waitSignal(dialog.saved) as told:
            QTest.mouseClick(dialog.primary_button, Qt.MouseButton.LeftButton)
        row = window.desk.tasks.fetch(lambda session: get_term(session, told.args[0]))
        assert (row.draft.lay, row.draft.technical) == ("外壳料", ("聚碳酸酯合金",))
        assert set(row.draft.industries) == {"E5", "T1"}

    def test_words_the_need_does_not_say_are_hinted_at_and_refusals_stand_beside_their_field(
        self, dialog: AddPairDialog, settled: Settle
    ) -> None:
        dialog.lay.setText("发霉")
        assert "发霉" in dialog.lay_field._below.text
        assert dialog.lay_field.error == ""
        dialog.accept()
        settled()
        assert "请写技术上的叫法" in dialog.technical_field.error
        assert dialog.isVisible()


def test_a_pair_saved_here_changes_what_a_need_finds(window: MainWindow, page: TermsPage, settled: Settle) -> None:
    from broker_app.services.achievements import AchievementDraft, save_achievement  # noqa: PLC0415 - one test only
    from broker_app.services.matches import find_achievements  # noqa: PLC0415

    with window.desk.tasks.sessions.write() as session:
        wanted = save_achievement(session, AchievementDraft("核壳粒子增韧聚碳酸酯", "缺口冲击强度高。"))
        need = save_need(session, NeedDraft("壳子碎成样例渣", "壳子碎成样例渣"))

    def found() -> list[UUID]:
        answer = window.desk.tasks.fetch(lambda session: find_achievements(session, need))
        return [one.result.id for one in (*answer.strong, *answer.weak)][:1]

    assert found() != [wanted]
    dialog = AddPairDialog(page, window.desk, said="壳子碎成样例渣")
    dialog.open()
    dialog.lay.setText("碎成样例渣")
    dialog.technical.setText("增韧聚碳酸酯、核壳粒子")
    dialog.accept()
    settled()
    assert found() == [wanted]


def test_a_colleagues_table_is_taken_in_and_the_whole_of_it_taken_back(
    qtbot: QtBot,
    window: MainWindow,
    page: TermsPage,
    settled: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "对照.csv"
    file.write_text("企业怎么说,专业上叫什么\n松样例,防松\n漏样例,密封\n错样例,错样例\n", "utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    assert not page.keep_button.isVisible()
    QTest.mouseClick(page.load_button, Qt.MouseButton.LeftButton)
    settled()
    settled()
    told = next(one for one in window.findChildren(Dialog) if one.isVisible())
    assert any("第 4 行" in one.text for one in all_of(told, Paragraph))
    told.dismiss()
    page.kind.set_code("user")
    assert {page.model.row(number).draft.lay for number in range(page.model.rowCount())} == {"松样例", "漏样例"}
    assert window.toast is not None
    undo = window.toast.take_back
    assert page.keep_button.isVisible()
    undo()
    settled()
    settled()
    assert page.model.rowCount() == 0


def test_ones_own_entries_are_saved_as_a_table(
    qtbot: QtBot, page: TermsPage, settled: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.add(TermDraft("松样例", ("防松",)))
    dialog_of(page, TermDialog).accept()
    settled()
    kept = tmp_path / "存.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(kept), ""))
    QTest.mouseClick(page.keep_button, Qt.MouseButton.LeftButton)
    settled()
    assert kept.read_text("utf-8-sig").splitlines()[1:] == ["松样例,防松,1.5,,,是"]

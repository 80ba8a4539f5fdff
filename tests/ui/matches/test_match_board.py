"""对接 through its widgets: the board by keyboard and by dropping, details, giving up, the list."""

from collections.abc import Callable
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.services.match_board import MatchCard
from broker_app.services.matches import delete_match, get_match, list_matches
from broker_app.services.sessions import Session
from broker_app.ui.matches.board_column import MIME
from broker_app.ui.matches.match_dialog import ConsentDialog, DeclineDialog, MatchDialog
from broker_app.ui.matches.page import MatchesPage
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> MatchesPage:
    page = window.show_page("matches")
    settled()
    assert isinstance(page, MatchesPage)
    return page


def card_in(page: MatchesPage, state: str, **wanted: bool) -> MatchCard:
    cards = [card for column in page.columns for card in column.model.cards]
    return next(
        card
        for card in cards
        if card.state == state and all(getattr(card, name) is value for name, value in wanted.items())
    )


def choose(page: MatchesPage, card: MatchCard) -> None:
    column = next(one for one in page.columns if one.choose(card.id))
    column.view.setFocus()
    assert page.chosen_card is not None
    assert page.chosen_card.id == card.id


def state_of(window: MainWindow, match_id: UUID) -> str:
    return window.desk.tasks.fetch(lambda session: get_match(session, match_id)).row.state


def press(side: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, side, Qt.KeyboardModifier.ControlModifier)


def drop(page: MatchesPage, card: MatchCard, column: int) -> None:
    data = QMimeData()
    data.setData(MIME, str(card.id).encode())
    event = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    page.columns[column].view.dropEvent(event)


def details(page: MatchesPage, card: MatchCard, window: MainWindow, settled: Settle) -> MatchDialog:
    page.show_details(card.id)
    settled()
    dialog = window.findChild(MatchDialog)
    assert isinstance(dialog, MatchDialog)
    return dialog


class TestBoard:
    def test_every_match_under_way_stands_in_one_column(self, page: MatchesPage, window: MainWindow) -> None:
        rows = window.desk.tasks.fetch(lambda session: list_matches(session, limit=500))
        shown = [card.id for column in page.columns for card in column.model.cards]
        assert sorted(shown) == sorted(row.id for row in rows if row.state != "declined")
        assert "个在走" in page.header.facts.accessibleName()
        assert "价格 1" in page.foot.accessibleName()

    def test_ctrl_right_takes_the_next_step_and_the_card_stays_chosen(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        card = card_in(page, "screened")
        choose(page, card)
        press(Qt.Key.Key_Right)
        settled()
        settled()
        assert state_of(window, card.id) == "proposed"
        assert page.chosen_card is not None
        assert page.chosen_card.id == card.id
        assert page.columns[1].view.chosen is not None
        assert page.columns[1].view.hasFocus()

    def test_ctrl_z_takes_the_step_back(self, page: MatchesPage, window: MainWindow, settled: Settle) -> None:
        card = card_in(page, "introduced")
        choose(page, card)
        press(Qt.Key.Key_Right)
        settled()
        settled()
        assert state_of(window, card.id) == "met"
        assert window.toast is not None
        assert window.toast.can_undo
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        settled()
        settled()
        assert state_of(window, card.id) == "introduced"
        assert card_in(page, "introduced").id
        moves = window.desk.tasks.fetch(lambda session: get_match(session, card.id)).moves
        assert [moves[-1].why, moves[-2].to_label] == ["撤销上一步", "已面谈"]

    def test_going_back_is_refused_with_the_sentence_of_the_rules(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        card = card_in(page, "proposed")
        choose(page, card)
        press(Qt.Key.Key_Left)
        settled()
        assert state_of(window, card.id) == "proposed"
        (banner,) = page.banners
        assert "不能直接改成" in banner.what

    def test_who_agreed_is_asked_and_an_introduction_needs_both(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        card = card_in(page, "proposed")
        drop(page, card, 3)
        settled()
        assert state_of(window, card.id) == "proposed"
        choose(page, card)
        press(Qt.Key.Key_Right)
        dialog = window.findChild(ConsentDialog)
        assert isinstance(dialog, ConsentDialog)
        assert not dialog.primary_button.isEnabled()
        dialog.firm.setChecked(True)
        dialog.primary_button.click()
        settled()
        settled()
        moved = card_in(page, "accepted_by_enterprise")
        assert (moved.enterprise_agreed, moved.owner_agreed) in ((True, False), (True, True))
        drop(page, next(one for one in page.columns[2].model.cards if one.id == card.id), 3)
        settled()
        assert state_of(window, card.id) == "accepted_by_enterprise"
        assert any("同意" in banner.what for banner in page.banners)

    def test_a_card_dropped_in_the_next_column_moves(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        card = card_in(page, "met")
        drop(page, card, 4)
        settled()
        settled()
        assert state_of(window, card.id) == "agreed"
        assert card.id in [one.id for one in page.columns[4].model.cards]

    def test_arrows_go_from_column_to_column(self, page: MatchesPage) -> None:
        page.columns[0].view.setFocus()
        QTest.keyClick(page.columns[0].view, Qt.Key.Key_Right)
        assert page.columns[1].view.hasFocus()
        assert page.chosen_card is not None
        assert page.chosen_card.state == "proposed"
        assert page.columns[0].view.chosen is None


class TestDetails:
    def test_enter_shows_why_it_was_chosen(self, page: MatchesPage, window: MainWindow, settled: Settle) -> None:
        choose(page, card_in(page, "proposed"))
        QTest.keyClick(page.columns[1].view, Qt.Key.Key_Return)
        settled()
        assert window.findChild(MatchDialog) is not None

    def test_the_missing_agreement_holds_up_the_introduction(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        card = card_in(page, "accepted_by_owner", nda_missing=True)
        dialog = details(page, card, window, settled)
        dialog.take_step("introduced")
        settled()
        assert "保密协议" in dialog.problem
        dialog.nda_signed.setChecked(True)
        settled()
        settled()
        assert dialog.problem == ""
        dialog.take_step("introduced")
        settled()
        settled()
        assert state_of(window, card.id) == "introduced"

    def test_giving_up_needs_a_reason(self, page: MatchesPage, window: MainWindow, settled: Settle) -> None:
        card = card_in(page, "proposed")
        details(page, card, window, settled).decline_button.click()
        dialog = window.findChild(DeclineDialog)
        assert isinstance(dialog, DeclineDialog)
        dialog.primary_button.click()
        settled()
        assert "原因" in dialog.reason_field.error
        assert state_of(window, card.id) == "proposed"
        dialog.reason.set_code("too_early")
        dialog.note.insertPlainText("<b>还在烧杯里</b>")
        dialog.primary_button.click()
        settled()
        settled()
        gone = window.desk.tasks.fetch(lambda session: get_match(session, card.id))
        assert (gone.row.state, gone.decline_reason, gone.decline_note) == ("declined", "太早期", "<b>还在烧杯里</b>")
        assert "太早期 1" in page.foot.accessibleName()

    def test_a_match_can_be_opened_from_elsewhere_and_printed(self, window: MainWindow, settled: Settle) -> None:
        row = window.desk.tasks.fetch(lambda session: list_matches(session, state="proposed"))[0]
        window.show_page("matches", row.id)
        settled()
        settled()
        dialog = window.findChild(MatchDialog)
        assert isinstance(dialog, MatchDialog)
        dialog.print_button.click()
        settled()
        assert window.page.name == "papers"


class TestList:
    def test_the_list_is_searched_by_pinyin_and_state(self, page: MatchesPage, qtbot: QtBot) -> None:
        page.list_button.click()
        assert page.table.isVisible()
        everything = page.model.rowCount()
        page.state.set_code("declined")
        assert 0 < page.model.rowCount() < everything
        page.state.set_code("")
        page.search.insert("clb")
        qtbot.waitUntil(lambda: page.model.rowCount() < everything)
        assert all("磁力泵" in page.model.row(n).need for n in range(page.model.rowCount()))

    def test_without_matches_the_page_says_how_to_begin(
        self, page: MatchesPage, window: MainWindow, settled: Settle
    ) -> None:
        def clear(session: Session) -> None:
            for row in list_matches(session, limit=500):
                delete_match(session, row.id)

        window.desk.tasks.write(page, clear)
        settled()
        settled()
        assert not page.new_button.isVisible()
        assert not page.columns[0].isVisible()

    def test_small_windows_stay_small(self, page: MatchesPage, window: MainWindow, settled: Settle) -> None:
        for width, height in ((1024, 640), (1280, 650)):
            window.resize(width, height)
            settled()
            assert (window.width(), window.height()) == (width, height)

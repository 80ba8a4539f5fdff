"""The evaluation page shows what the broker decided, out of how many, and leads on to what can be done."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.rules.states import MatchState
from broker_app.services.match_evaluation import ENOUGH, evaluate_matches
from broker_app.services.matches import list_matches, move_match
from broker_app.services.sessions import Session
from broker_app.ui.evaluation.bars import Bars
from broker_app.ui.evaluation.page import EvaluationPage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.terms.page import TermsPage
from tests.ui.conftest import all_of

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> EvaluationPage:
    command = window.desk.commands.find("evaluation")
    assert command is not None
    command.run()
    settled()
    shown = window.page
    assert isinstance(shown, EvaluationPage)
    return shown


def figures(page: EvaluationPage) -> list[int]:
    return [int(card.number.text()) for card in page.figures]


def rows(bars: Bars) -> dict[str, str]:
    return {row.words: row.figure for row in bars.rows}


def test_the_figures_are_those_of_the_records(window: MainWindow, page: EvaluationPage) -> None:
    found = window.desk.tasks.fetch(evaluate_matches)
    tally = found.tally
    assert figures(page) == [tally.recorded, tally.accepted, tally.declined, tally.waiting]
    shown = rows(page.ranks.bars)
    assert shown["第 1 名"].startswith(f"{found.ranks[0].chosen} 项")
    assert sum(sum(amount for amount, _token in row.parts) for row in page.ranks.bars.rows) == tally.recorded
    assert sum(one.count for one in found.declines) == tally.declined
    assert rows(page.declines.bars)["非我所需"] == "1 项"


def test_a_decision_made_elsewhere_is_counted_here_too(
    window: MainWindow, page: EvaluationPage, settled: Settle
) -> None:
    before = figures(page)

    def decline(session: Session) -> None:
        waiting = list_matches(session, state=MatchState.SCREENED)[0]
        move_match(session, waiting.id, MatchState.DECLINED, decline_reason="price")

    window.desk.tasks.write(page, decline)
    settled()
    settled()
    assert figures(page) == [before[0], before[1], before[2] + 1, before[3] - 1]
    assert rows(page.declines.bars)["价格"] == "2 项"


def test_too_few_decisions_are_said_to_be_too_few(page: EvaluationPage) -> None:
    assert f"不到 {ENOUGH} 项" in page.caution.text
    assert page.caution.isVisible()


def test_no_figure_is_a_percentage_or_a_probability(page: EvaluationPage) -> None:
    said = [row.figure for card in (page.ranks, page.declines, page.helpful) for row in card.bars.rows]
    assert said
    assert not any("%" in one or "概率" in one for one in said)


def test_a_weak_need_leads_to_its_search(
    qtbot: QtBot, window: MainWindow, page: EvaluationPage, settled: Settle
) -> None:
    again = next(one for one in all_of(page.weak_needs, Button) if one.text() == "换说法再找")
    assert "换说法再找" in again.accessibleName()
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    settled()
    assert window.page.name == "recommend"


def test_a_word_of_the_term_table_leads_to_its_entry_and_back(
    qtbot: QtBot, window: MainWindow, page: EvaluationPage, settled: Settle
) -> None:
    look = next(one for one in all_of(page.misleading, Button) if one.text() == "看对照")
    lay = next(row.words.partition(" ← ")[2] for row in page.misleading.bars.rows if row.action)
    QTest.mouseClick(look, Qt.MouseButton.LeftButton)
    settled()
    terms = window.page
    assert isinstance(terms, TermsPage)
    assert terms.table.chosen_row is not None
    assert terms.table.chosen_row.draft.lay == lay
    QTest.mouseClick(terms.judge_button, Qt.MouseButton.LeftButton)
    settled()
    assert window.page is page


def test_cards_stand_under_each_other_where_there_is_no_room(
    qapp: QApplication, window: MainWindow, page: EvaluationPage, settled: Settle
) -> None:
    assert page.ranks.y() == page.declines.y()
    page.resize(700, page.height())
    qapp.processEvents()
    assert page.ranks.y() < page.declines.y()

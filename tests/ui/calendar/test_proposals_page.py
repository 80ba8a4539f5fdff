"""Firms to visit: one press plans a visit, and takes it back."""

from collections.abc import Callable

import pytest

from broker_app.services.numbers import today
from broker_app.services.visits import list_visits
from broker_app.ui.calendar.proposals_page import ProposalsPage
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.today.page import TodayPage

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> ProposalsPage:
    """From Today by its button."""
    first = window.page
    assert isinstance(first, TodayPage)
    first.proposals_button.click()
    settled()
    page = window.page
    assert isinstance(page, ProposalsPage)
    assert page.rows
    return page


def planned(window: MainWindow) -> int:
    return len(window.desk.tasks.fetch(lambda session: list_visits(session, state="planned", limit=500)))


def test_one_press_plans_and_undo_takes_it_back(page: ProposalsPage, window: MainWindow, settled: Settle) -> None:
    before, shown, name = planned(window), len(page.rows), page.rows[0].name.text()
    page.rows[0].button.click()
    settled()
    settled()
    assert planned(window) == before + 1
    assert len(page.rows) == shown - 1
    assert name not in [row.name.text() for row in page.rows]
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert planned(window) == before


def test_the_quota_is_kept_as_a_setting(page: ProposalsPage, window: MainWindow, settled: Settle) -> None:
    page.quota.setValue(4)
    settled()
    assert window.desk.settings.vp_days_a_month == 4


def test_the_papers_of_next_week_are_one_press_away(page: ProposalsPage, window: MainWindow, settled: Settle) -> None:
    page.bag_button.click()
    settled()
    settled()
    papers = window.page
    assert isinstance(papers, PapersPage)
    assert papers.batch.model.row(0).title == "走访计划表"
    assert today().isoformat() < papers.batch.model.row(0).about

"""Every kind of paper is found in the list and opens in the preview."""

from collections.abc import Callable

import pytest

from broker_app.ui.papers.kinds import paper_kinds
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.mark.parametrize("name", paper_kinds())
def test_a_kind_is_listed_and_opens(name: str, window: MainWindow, settled: Settle) -> None:
    page = window.show_page("papers")
    assert isinstance(page, PapersPage)
    page.list.kind.set_code(name)
    settled()
    assert page.list.model.rowCount() > 0
    row = page.list.model.row(0)
    assert row.kind == name
    page.list.wanted.emit(row.kind, row.what)
    settled()
    settled()
    assert page.paper is not None
    assert page.paper.title == paper_kinds()[name].title
    assert page.paper.gaps == ()
    assert page.document.pageCount() >= 1

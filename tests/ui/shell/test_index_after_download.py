"""After a first download the index is tended: the texts came in past it."""

import pytest
from pytestqt.qtbot import QtBot

from broker_app.db.session import Store
from broker_app.services.indexing import UNINDEXED
from broker_app.ui.shell.index_work import IndexWork
from broker_app.ui.shell.main_window import MainWindow


def test_a_first_download_sets_the_index_to_work(
    qtbot: QtBot, window: MainWindow, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[IndexWork] = []
    monkeypatch.setattr(IndexWork, "begin", lambda work: begun.append(work))
    with store.write() as session:
        session.info.setdefault("changed", set()).add("Achievement")
    with store.write() as session:
        session.info.setdefault("changed", set()).add(UNINDEXED)
    qtbot.waitUntil(lambda: begun == [window.findChild(IndexWork)], timeout=10_000)

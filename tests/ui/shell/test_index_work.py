"""The index of texts is mended behind the window; a click stops it, another goes on."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import settle
from broker_app.db.session import Store
from broker_app.services import indexing
from broker_app.services.indexing import index_faults
from broker_app.ui.shell.index_work import IndexWork
from broker_app.ui.shell.main_window import MainWindow


@pytest.fixture
def work(window: MainWindow, store: Store, monkeypatch: pytest.MonkeyPatch) -> IndexWork:
    monkeypatch.setattr(indexing, "_STEP", 3)
    with store.write() as session:
        session.connection().exec_driver_sql("DROP TABLE match_achievement_words")
    found = window.findChild(IndexWork)
    assert isinstance(found, IndexWork)
    return found


def test_a_damaged_index_is_mended_behind_the_window_stopped_and_resumed_by_a_click(
    qtbot: QtBot, window: MainWindow, store: Store, work: IndexWork
) -> None:
    line = window.status.index
    work.begin()
    qtbot.waitUntil(lambda: line.text().startswith("正在更新搜索索引"), timeout=10_000)
    assert line.isVisible()
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: line.text().startswith("搜索索引更新停在"), timeout=10_000)
    assert index_faults(store)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: line.text() == "", timeout=30_000)
    assert index_faults(store) == []
    assert not line.isVisible()


def test_closing_the_window_does_not_wait_for_the_whole_index(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, store: Store, work: IndexWork
) -> None:
    work.begin()
    qtbot.waitUntil(lambda: window.status.index.text() != "", timeout=10_000)
    window.close()
    assert index_faults(store)


def test_a_sound_index_says_nothing(qapp: QApplication, window: MainWindow) -> None:
    work = window.findChild(IndexWork)
    assert isinstance(work, IndexWork)
    work.begin()
    settle(qapp, window)
    assert window.status.index.text() == ""

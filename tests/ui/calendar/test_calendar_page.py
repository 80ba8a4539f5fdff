"""The week by mouse and keys."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from broker_app.services.visits import get_visit
from broker_app.ui.calendar.grid import VisitTile
from broker_app.ui.calendar.page import CalendarPage
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.page import VisitsPage

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> CalendarPage:
    """The first week from now with a visit that is only planned."""
    page = window.show_page("calendar")
    settled()
    assert isinstance(page, CalendarPage)
    for _week in range(4):
        if any(tile.visit.movable for tile in page.grid.tiles):
            return page
        page.turn(1)
        settled()
    raise AssertionError("the sample plans no visit")


def planned(page: CalendarPage) -> VisitTile:
    return next(tile for tile in page.grid.tiles if tile.visit.movable)


def drag(tile: VisitTile, way: QPoint) -> None:
    left, start = Qt.MouseButton.LeftButton, QPoint(10, 10)
    QTest.mousePress(tile, left, pos=start)
    home = tile.pos()
    for part in range(1, 6):
        QTest.mouseMove(tile, start + home + way * part / 5 - tile.pos())
    QTest.mouseRelease(tile, left, pos=start)


def begins(window: MainWindow, tile_id: object) -> object:
    return window.desk.tasks.fetch(lambda session: get_visit(session, tile_id)).draft.started_at  # type: ignore[arg-type]


def test_dragging_moves_a_planned_visit_and_undo_brings_it_back(
    page: CalendarPage, window: MainWindow, settled: Settle
) -> None:
    tile = planned(page)
    visit = tile.visit
    wanted = visit.start + timedelta(hours=-1, days=1 if visit.start.weekday() < 6 else -1)
    drag(tile, page.grid.corner_of(wanted) - page.grid.corner_of(visit.start))
    settled()
    settled()
    assert begins(window, visit.id) == wanted
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert begins(window, visit.id) == visit.start


def test_keys_move_it_too_and_enter_opens(page: CalendarPage, window: MainWindow, settled: Settle) -> None:
    tile = planned(page)
    visit = tile.visit
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    settled()
    settled()
    assert begins(window, visit.id) == visit.start + timedelta(minutes=30)
    again = next(one for one in page.grid.tiles if one.visit.id == visit.id)
    QTest.keyClick(again, Qt.Key.Key_Return)
    settled()
    opened = window.page
    assert isinstance(opened, VisitsPage)
    assert opened.editor.visit_id == visit.id


def test_what_is_written_down_stays_where_it_is(page: CalendarPage, window: MainWindow, settled: Settle) -> None:
    page.turn(-1)
    settled()
    while not any(not tile.visit.movable for tile in page.grid.tiles):
        page.turn(-1)
        settled()
    tile = next(one for one in page.grid.tiles if not one.visit.movable)
    home = tile.pos()
    QTest.keyClick(tile, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    QTest.mouseMove(tile, QPoint(200, 90))
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=QPoint(200, 90))
    settled()
    assert tile.pos() == home
    assert begins(window, tile.visit.id) == tile.visit.start


def test_export(page: CalendarPage, window: MainWindow, settled: Settle, tmp_path: Path) -> None:
    page.export_button.click()
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "安排.ics"))
    dialog.close()
    settled()
    settled()
    assert planned(page).visit.enterprise in (tmp_path / "安排.ics").read_text("utf-8").replace("\n ", "")


def test_overlapping_visits_stand_side_by_side(page: CalendarPage) -> None:
    for one in page.grid.tiles:
        for other in page.grid.tiles:
            if one is not other:
                assert not one.geometry().intersects(other.geometry())

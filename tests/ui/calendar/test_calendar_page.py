"""The week by mouse and keys."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget

from broker_app.rules.calendar import utc_now
from broker_app.services.calendar_plan import WeekVisit
from broker_app.services.follow_ups import follow_ups_between
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


def drag(tile: QWidget, way: QPoint) -> None:
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


def tasks_due(window: MainWindow, page: CalendarPage) -> dict[object, object]:
    first, last = page._days()
    rows = window.desk.tasks.fetch(lambda session: follow_ups_between(session, first, last))
    return {row.id: row.due for row in rows}


def test_the_month_shows_visits_and_tasks_and_a_drag_moves_by_days(
    page: CalendarPage, window: MainWindow, settled: Settle
) -> None:
    page.month_button.click()
    settled()
    grid = page.month_grid
    assert page.month_button.isChecked()
    tile = next(one for one in grid.tiles if one.movable and isinstance(one.entry, WeekVisit) and one.isVisible())
    visit = tile.entry
    assert isinstance(visit, WeekVisit)
    wanted = visit.start + timedelta(days=1 if visit.start.weekday() < 6 else -1)
    drag(tile, grid.corner_of(wanted.date()) - grid.corner_of(visit.start.date()))
    settled()
    settled()
    assert begins(window, visit.id) == wanted
    day = grid.corner_of(wanted.date()) + QPoint(30, 10)
    QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=day)
    settled()
    assert page.week_button.isChecked()
    assert visit.id in [one.visit.id for one in page.grid.tiles]


def test_a_task_is_moved_in_week_and_month_and_undo_brings_it_back(
    page: CalendarPage, window: MainWindow, settled: Settle
) -> None:
    page.show_today()
    settled()
    tile = next(one for one in page.grid.tasks if one.entry.due and one.entry.due.weekday() < 6)  # type: ignore[union-attr]
    task, due = tile.entry, tile.entry.due  # type: ignore[union-attr]
    assert due is not None
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    settled()
    settled()
    assert tasks_due(window, page)[task.id] == due + timedelta(days=1)
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert tasks_due(window, page)[task.id] == due
    again = next(one for one in page.grid.tasks if one.entry.id == task.id)
    drag(again, QPoint(round(page.grid._day_width()), 0))
    settled()
    settled()
    assert tasks_due(window, page)[task.id] == due + timedelta(days=1)


def test_another_calendar_is_taken_over_once_and_taken_back(
    page: CalendarPage, window: MainWindow, settled: Settle, tmp_path: Path
) -> None:
    moment = (utc_now() + timedelta(days=3)).strftime("%Y%m%dT013000Z")
    event = f"BEGIN:VEVENT\r\nUID:x1\r\nSUMMARY:样例新朋友电气看线\r\nDTSTART:{moment}\r\nEND:VEVENT\r\n"
    file = tmp_path / "别处.ics"
    file.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}END:VCALENDAR\r\n", "utf-8")
    page.import_button.click()
    dialog = window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.close()
    settled()
    settled()
    settled()
    assert len([one for one in page.grid.tiles if one.visit.enterprise == "还没选企业"]) == 1
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert [one for one in page.grid.tiles if one.visit.enterprise == "还没选企业"] == []
    file.write_bytes(b"\x00\xff" * 100)
    page.import_from(file)
    settled()
    assert any("看不懂这个日历文件" in f"{banner.what}{banner.detail}" for banner in page.banners)

"""What a window must stand: a disk that fills up while one types, and the same visit changed from two places."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from broker_app.db.session import Store, integrity_faults
from broker_app.errors import ProfileInUseError
from broker_app.services.profile import open_profile
from broker_app.services.sessions import Session
from broker_app.services.visits import VisitDetail, get_visit, save_visit
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.notices import Banner
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage
from tests.faults.test_disk_full import room_for

Settle = Callable[[], None]


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    """A draft of the sample."""
    page = window.show_page("visits")
    settled()
    assert isinstance(page, VisitsPage)
    draft = next(one for one in page.list.model.visits if one.state == "draft" and one.enterprise)
    page.show_visit(draft.id)
    settled()
    return page.editor


def stored(store: Store, editor: VisitEditor) -> VisitDetail:
    assert editor.visit_id is not None
    with store.read() as session:
        return get_visit(session, editor.visit_id)


def several(settled: Settle) -> None:
    for _turn in range(4):
        settled()


def test_a_disk_that_fills_up_while_one_types(
    window: MainWindow, store: Store, editor: VisitEditor, settled: Settle, qtbot: QtBot
) -> None:
    before = stored(store, editor).draft.note
    with room_for(store, 0):
        editor.note.moveCursor(editor.note.textCursor().MoveOperation.End)
        editor.note.insertPlainText("写到一半磁盘满了。" * 20_000)
        editor.flush()
        several(settled)
        said = [
            one for one in window.page.findChildren(Banner) if one.isVisible() and "磁盘满了" in one.what + one.detail
        ]
        assert said
        assert stored(store, editor).draft.note == before
        assert editor.note.toPlainText().startswith(before)  # it stands in the window still
        assert editor.keeper.dirty
    editor.note.insertPlainText("又有地方了。")  # the next key tries again
    editor.flush()
    several(settled)
    assert stored(store, editor).draft.note == editor.note.toPlainText()
    assert integrity_faults(store) == []


def test_a_visit_changed_elsewhere_in_the_window_is_not_changed_back(
    window: MainWindow, store: Store, editor: VisitEditor, settled: Settle
) -> None:
    first = stored(store, editor)
    moved = first.draft.started_at - timedelta(days=1)

    def move(session: Session) -> None:
        draft = replace(first.draft, started_at=moved, ended_at=None, companions=("样例同事",))
        save_visit(session, draft, first.id)

    window.desk.tasks.write(window, move)
    several(settled)
    editor.note.moveCursor(editor.note.textCursor().MoveOperation.End)
    editor.note.insertPlainText("接着写。")
    editor.flush()
    several(settled)
    now = stored(store, editor).draft
    assert now.note.endswith("接着写。")
    assert (now.started_at, now.companions) == (moved, ("样例同事",))


def test_words_typed_meanwhile_and_a_change_elsewhere_both_stay(
    window: MainWindow, store: Store, editor: VisitEditor, settled: Settle
) -> None:
    first = stored(store, editor)
    editor.note.moveCursor(editor.note.textCursor().MoveOperation.End)
    editor.note.insertPlainText("正在写。")  # not saved yet
    place = "换了地方"

    def move(session: Session) -> None:
        save_visit(session, replace(first.draft, place=place), first.id)

    window.desk.tasks.write(window, move)
    several(settled)
    editor.flush()
    several(settled)
    now = stored(store, editor).draft
    assert now.note.endswith("正在写。")
    assert now.place == place


def test_a_second_program_is_refused(window: MainWindow, store: Store) -> None:
    with pytest.raises(ProfileInUseError, match="另一个窗口"):
        open_profile(store.paths, bytes(32))

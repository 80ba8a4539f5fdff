"""A sitting that was cut short: what is found again, and how it is offered (tests/faults kills programs for real)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import build_window, settle
from broker_app.db.models import OutboxOperation, Visit
from broker_app.db.session import Store
from broker_app.rules.calendar import utc_now
from broker_app.services.recovery import MARKER, begin_sitting, end_sitting, new_in_draft
from broker_app.services.visits import VisitDraft, list_visits, save_visit
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.visits.page import VisitsPage
from broker_app.ui.visits.recovery import DifferenceDialog


class TestOffer:
    """A sitting cut short, seen at the next start."""

    @pytest.fixture
    def cut_short(self, store: Store) -> Store:
        """A profile whose last sitting ended in the middle of a draft."""
        assert begin_sitting(store.paths.folder) is None
        with store.write() as session:
            save_visit(session, VisitDraft(utc_now(), note="断电前写的话"))
        return store

    @pytest.fixture
    def reopened(self, cut_short: Store, qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
        install_theme(qapp, "light")
        window = build_window(cut_short)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        settle(qapp, window)
        yield window
        window.close()

    def banner(self, window: MainWindow) -> Banner:
        (banner,) = window.page.banners
        return banner

    def press(self, banner: Banner, words: str, settle_it: Callable[[], None]) -> None:
        next(one for one in banner.findChildren(Button) if one.text() == words).click()
        settle_it()
        settle_it()

    def test_a_good_end_leaves_no_marker(self, window: MainWindow, store: Store) -> None:
        assert (store.paths.folder / MARKER).exists()
        assert window.page.banners == ()
        window.close()
        assert not (store.paths.folder / MARKER).exists()

    def test_open(self, reopened: MainWindow, qapp: QApplication) -> None:
        assert "已找回 1 份草稿" in self.banner(reopened).what
        self.press(self.banner(reopened), "打开", lambda: settle(qapp, reopened))
        page = reopened.page
        assert isinstance(page, VisitsPage)
        assert page.editor.note.toPlainText() == "断电前写的话"

    def test_what_is_new(self, reopened: MainWindow, qapp: QApplication) -> None:
        self.press(self.banner(reopened), "看差别", lambda: settle(qapp, reopened))
        dialog = reopened.findChild(DifferenceDialog)
        assert isinstance(dialog, DifferenceDialog)
        dialog.dismiss()
        assert self.banner(reopened).isVisible()  # looking decides nothing

    def test_discard_and_take_back(self, reopened: MainWindow, qapp: QApplication, cut_short: Store) -> None:
        def drafts() -> list[str]:
            with cut_short.read() as session:
                return [one.first_line for one in list_visits(session, "断电")]

        self.press(self.banner(reopened), "丢弃", lambda: settle(qapp, reopened))
        assert reopened.page.banners == ()
        assert drafts() == []
        assert reopened.toast is not None
        reopened.toast.undo_button.click()
        settle(qapp, reopened)
        assert drafts() == ["断电前写的话"]

    def test_a_marker_that_was_cut_short_itself(self, store: Store) -> None:
        (store.paths.folder / MARKER).write_text("2026-11-")
        assert begin_sitting(store.paths.folder) is not None
        end_sitting(store.paths.folder)
        assert begin_sitting(store.paths.folder) is None

    def test_where_no_marker_can_be_written_the_program_opens_all_the_same(self, tmp_path: Path) -> None:
        assert begin_sitting(tmp_path / "gone") is None
        end_sitting(tmp_path / "gone")

    def test_the_difference_is_from_what_was_uploaded(self, store: Store) -> None:
        with store.write() as session:
            visit_id = save_visit(session, VisitDraft(utc_now(), note="外壳开裂。"))
        with store.write() as session:  # the server has taken it in
            session.query(OutboxOperation).filter_by(record_id=visit_id).delete()
            visit = session.get(Visit, visit_id)
            assert visit is not None
            visit.rev = 1
        with store.write() as session:
            save_visit(session, VisitDraft(utc_now(), note="外壳冬天开裂。"), visit_id)
        with store.read() as session:
            pieces = [(one.kind, one.text) for one in new_in_draft(session, visit_id)]
        assert pieces == [("same", "外壳"), ("new", "冬天"), ("same", "开裂。")]

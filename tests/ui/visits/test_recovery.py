"""The program is killed in the middle of a word: what is found again, and how it is offered."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from broker_app.app import build_window, settle
from broker_app.db.models import OutboxOperation, Visit
from broker_app.db.session import Store, integrity_faults
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import utc_now
from broker_app.services.profile import Profile, create_profile, open_profile
from broker_app.services.recovery import MARKER, begin_sitting, end_sitting, new_in_draft
from broker_app.services.visits import VisitDraft, list_visits, save_visit
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.visits.page import VisitsPage
from broker_app.ui.visits.recovery import DifferenceDialog

KEY = bytes(range(32))
TRIALS = int(os.environ.get("BROKER_KILL_TRIALS", "2"))
LOST_SECONDS = 3.0
TYPIST = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from broker_app.app import build_window, make_application
from broker_app.paths import ProfilePaths
from broker_app.services.profile import open_profile
from broker_app.settings import Settings

app = make_application(Settings())
store = open_profile(ProfilePaths(Path(sys.argv[1])), bytes(range(32)))
window = build_window(store)
window.resize(1280, 650)
window.show()
editor = window.show_page("visits", "new").editor
typed = 0

def tell(words):
    sys.stdout.write(f"{words} {time.time()}\\n")
    sys.stdout.flush()

def type_on():
    global typed
    editor.note.insertPlainText(chr(0x4E00 + typed))
    typed += 1
    tell(f"typed {typed}")

def on_saved(*_nothing):
    tell("saved 0")

editor.keeper.saved.connect(on_saved)
timer = QTimer()
timer.timeout.connect(type_on)
timer.start(40)
app.exec()
"""


@pytest.mark.timeout(60 + 40 * TRIALS)
def test_a_kill_in_the_middle_of_typing_loses_three_seconds_at_most(tmp_path: Path) -> None:
    moments = random.Random(20261124)  # noqa: S311 - when to kill, nothing secret
    for trial in range(TRIALS):
        paths = ProfilePaths(tmp_path / f"profile-{trial}")
        create_profile(paths, KEY, Profile()).close()
        log = tmp_path / f"typed-{trial}.txt"
        with (
            log.open("w") as out,
            subprocess.Popen(
                [sys.executable, "-c", TYPIST, str(paths.folder)],
                stdout=out,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            ) as typist,
        ):
            while "saved" not in log.read_text() and typist.poll() is None:
                time.sleep(0.05)
            time.sleep(moments.uniform(0, 5))
            typist.kill()
            killed = time.time()
        lines = [line.split() for line in log.read_text().splitlines(True) if line.endswith("\n")]
        typed = [(int(number), float(at)) for what, number, at in lines if what == "typed"]
        assert typed, "the program did not come up"
        owed = max((number for number, at in typed if at <= killed - LOST_SECONDS), default=0)
        assert (paths.folder / MARKER).exists()
        with open_profile(paths, KEY) as store:
            assert integrity_faults(store) == []
            with store.read() as session:
                visits = session.scalars(select(Visit)).all()
                operations = set(session.scalars(select(OutboxOperation.record_id)))
        assert {visit.id for visit in visits} == operations
        (visit,) = visits
        assert visit.note == "".join(chr(0x4E00 + number) for number in range(len(visit.note)))
        assert len(visit.note) >= owed


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

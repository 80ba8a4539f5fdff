"""The broker's whole job through the window: pool in, raw notes typed, needs out of them, achievements, papers."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import settle
from broker_app.matching.notes import NeedProposal
from broker_app.paths import ProfilePaths, resources
from broker_app.services.import_batches import record_counts
from broker_app.services.matches import list_matches
from broker_app.services.needs import list_needs
from broker_app.services.profile import Profile, create_profile
from broker_app.services.sessions import Session
from broker_app.services.visits import get_visit
from broker_app.ui.imports.page import ImportPage
from broker_app.ui.matches.recommend_page import RecommendPage
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.page import VisitsPage
from tests.window_under_test import window_under_test

IMPORT_LIMIT_MS = 240_000


@dataclass(frozen=True)
class RawVisit:
    """A visit as it happened: whose, what was typed, how many needs were in it."""

    enterprise: str
    note: str
    needs: int


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    profile = Profile(
        user_id="broker", name="张老师", role="light_team", organisation="样例科技服务中心", county="330382"
    )
    with (
        create_profile(ProfilePaths(tmp_path / "profile"), bytes(range(32)), profile) as store,
        window_under_test(store, qtbot, qapp) as window,
    ):
        yield window


@pytest.fixture
def settled(qapp: QApplication, window: MainWindow) -> Callable[[], None]:
    def turn() -> None:
        for _time in range(2):
            settle(qapp, window)

    return turn


@pytest.mark.timeout(600)
def test_the_main_job_on_the_judged_pool(
    window: MainWindow, qtbot: QtBot, settled: Callable[[], None], shared: Path, tmp_path: Path
) -> None:
    bring_in(window, qtbot, settled, "achievements", shared / "data/matching/achievements_17540.jsonl")
    assert window.desk.tasks.fetch(record_counts)["achievements"] >= 17_500
    told = json.loads((shared / "data/samples/visits.json").read_text("utf-8"))["visits"]
    raw = [RawVisit(one["enterprise"]["name"], one["raw_note"], len(one["gold"]["needs"])) for one in told]
    visit_ids = [type_visit(window, settled, one) for one in raw]
    assert len(set(visit_ids)) == 12
    bring_in(window, qtbot, settled, "needs", shared / "data/matching/dev_needs.jsonl")
    asked = [
        row for row in window.desk.tasks.fetch(lambda s: list_needs(s, limit=500)) if row.source_id.startswith("N")
    ]
    assert len(asked) == 20
    for row in asked:
        page = find_achievements(window, settled, row.id)
        assert page.model.rowCount() + page.weak_model.rowCount() > 0
        for line in (*page.model.lines(), *page.weak_model.lines()):
            assert line.shares.total == line.found.result.score
    choose_and_print(window, settled, visit_ids[0], tmp_path)


@pytest.mark.timeout(300)
def test_the_main_job_on_our_own_sample(
    window: MainWindow, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path
) -> None:
    sample = resources() / "sample"
    bring_in(window, qtbot, settled, "achievements", sample / "achievements.jsonl")
    told = [json.loads(line) for line in (sample / "visits.jsonl").read_text("utf-8").splitlines()]
    raw = [RawVisit("样例企业一", one["raw_note"], len(one["needs"])) for one in told if len(one.get("needs", [])) > 1][
        :3
    ]
    visit_ids = [type_visit(window, settled, one) for one in raw]
    choose_and_print(window, settled, visit_ids[0], tmp_path)


def bring_in(window: MainWindow, qtbot: QtBot, settled: Callable[[], None], kind: str, file: Path) -> None:
    """Import a file by the page, mapping as guessed."""
    page = window.show_page("import", kind)
    settled()
    assert isinstance(page, ImportPage)
    page.open_file(file)
    settled()
    assert page.import_button.isEnabled()
    done: list[object] = []
    window.desk.toast_wanted.connect(lambda *told: done.append(told))
    page.import_button.click()
    qtbot.waitUntil(lambda: bool(done), timeout=IMPORT_LIMIT_MS)
    settled()


def type_visit(window: MainWindow, settled: Callable[[], None], visit: RawVisit) -> UUID:
    """Ctrl+N, the firm, the raw note; what is proposed as needs is accepted, what is missed is selected by hand."""
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    settled()
    page = window.page
    assert isinstance(page, VisitsPage)
    editor = page.editor
    editor.head.picker.insert(visit.enterprise)
    QTest.keyClick(editor.head.picker, Qt.Key.Key_Return)
    settled()
    assert editor.head.title.text == visit.enterprise
    editor.note.insertPlainText(visit.note)
    editor.flush()
    settled()
    for _need in range(visit.needs):
        cards = [card for card in editor.side.proposals if isinstance(card.proposal, NeedProposal)]
        if cards:
            cards[0].accept_button.click()
        elif not editor.side.cards:
            editor.note.select(0, min(20, len(visit.note)))
            QTest.keyClick(editor.note, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        settled()
    QTest.keyClick(editor.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settled()
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: get_visit(session, visit_id))
    assert kept.state == "recorded"
    assert kept.draft.note == visit.note
    assert editor.note.isReadOnly()
    return visit_id


def find_achievements(window: MainWindow, settled: Callable[[], None], need_id: UUID) -> RecommendPage:
    page = window.show_page("recommend", need_id)
    settled()
    assert isinstance(page, RecommendPage)
    return page


def choose_and_print(window: MainWindow, settled: Callable[[], None], visit_id: UUID, folder: Path) -> None:
    """Tick the best achievement of the visit's first need, record it, save both papers, read them back."""
    row = window.desk.tasks.fetch(lambda session: list_needs(session, visit_id=visit_id))[0]
    page = find_achievements(window, settled, row.id)
    model = page.model if page.model.rowCount() else page.weak_model
    model.setData(model.index(0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    title = model.line(0).found.result.title
    page.record_button.click()
    settled()
    assert model.line(0).recorded
    match_id = page.desk.tasks.fetch(lambda session: _only_match(session, row.id))
    for paper, name, words in (
        (("visit_record", visit_id), "record.pdf", row.enterprise),
        (("intro_letter", (match_id,)), "letter.pdf", title),
    ):
        preview = window.show_page("papers", paper)
        settled()
        assert isinstance(preview, PapersPage)
        assert preview.paper is not None
        preview.save(folder / name)
        settled()
        content = (folder / name).read_bytes()
        assert content == preview.paper.content
        text = "".join("".join(one.extract_text().split()) for one in pypdf.PdfReader(BytesIO(content)).pages)
        assert "".join(words.split()) in text


def _only_match(session: Session, need_id: UUID) -> UUID:
    (found,) = list_matches(session, need_id=need_id)
    return found.id

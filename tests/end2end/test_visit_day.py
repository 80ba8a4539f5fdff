"""A broker's day by real widgets: every key and click beyond the text is counted and may not grow (ux.md 2.10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from broker_app.app import settle
from broker_app.db.key_file import create_key_file
from broker_app.db.session import Store
from broker_app.exchange.sample import load_sample
from broker_app.paths import ProfilePaths, resources
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import VisitState
from broker_app.services.attachments import list_attachments
from broker_app.services.enterprises import list_enterprises
from broker_app.services.matches import list_matches
from broker_app.services.needs import list_needs
from broker_app.services.profile import Profile, create_profile
from broker_app.services.signatures import signature_of
from broker_app.services.visits import VisitDraft, get_visit, move_visit, save_visit
from broker_app.ui.gate.window import UnlockCard
from broker_app.ui.matches.recommend_page import RecommendPage
from broker_app.ui.papers import page as papers_page
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.signature.sheet import SignatureSheet
from broker_app.ui.visits.page import VisitsPage
from tests.window_under_test import window_under_test

PASSPHRASE = "走访样例口令 2026"
NOTE = "外壳料冬天一摔就裂，要零下二十五度不裂，预算五十万以内。"
CONTROL = Qt.KeyboardModifier.ControlModifier


class Hands:
    """Presses keys and clicks as a person does, and counts them; text is typed for nothing."""

    def __init__(self, qapp: QApplication, window: MainWindow) -> None:
        self.qapp, self.window = qapp, window
        self.keys = self.clicks = 0

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        self.keys += 1
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        self.wait()

    def text(self, words: str) -> None:
        """Type words, as an input method hands them over."""
        field = QApplication.focusWidget()
        assert field is not None
        if words.isascii():
            QTest.keyClicks(field, words)
        else:
            event = QInputMethodEvent("", [])
            event.setCommitString(words)
            QApplication.sendEvent(field, event)
        self.wait()

    def draw(self, pad: QWidget) -> None:
        """Sign with the mouse: that is the signature, not a click."""
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(pad, left, pos=QPoint(40, 40))
        QTest.mouseMove(pad, QPoint(120, 60))
        QTest.mouseMove(pad, QPoint(90, 120))
        QTest.mouseRelease(pad, left, pos=QPoint(90, 120))
        self.wait()

    def wait(self) -> None:
        """Let what was asked for arrive on the screen."""
        for _turn in range(3):
            settle(self.qapp, self.window)

    def spent(self) -> tuple[int, int]:
        """Keys and clicks since the last step."""
        spent = (self.keys, self.clicks)
        self.keys = self.clicks = 0
        return spent


def state_of(page: VisitsPage) -> str:
    return page.editor.state.value


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The sample as a broker's own profile, with a visit planned for later today."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.folder.mkdir()
    key = create_key_file(paths.key_file, PASSPHRASE)
    profile = Profile(user_id="broker", name="张样例", role="light_team", county="330324")
    with create_profile(paths, key.data_key, profile) as store:
        load_sample(store, resources() / "sample")
        with store.write() as session:
            firm = list_enterprises(session, "永嘉", limit=1)[0]
            planned = save_visit(session, VisitDraft(utc_now(), enterprise_id=firm.id, role="light_team"))
            move_visit(session, planned, VisitState.PLANNED)
        yield store


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, store: Store) -> Iterator[MainWindow]:
    with window_under_test(store, qtbot, qapp) as window:
        yield window


@pytest.fixture
def hands(qapp: QApplication, window: MainWindow) -> Hands:
    hands = Hands(qapp, window)
    hands.wait()
    return hands


def test_unlocking_is_the_passphrase_and_enter(qtbot: QtBot, qapp: QApplication) -> None:
    install_theme(qapp, "light")
    card = UnlockCard()
    qtbot.addWidget(card)
    card.show()
    given: list[str] = []
    card.unlock_wanted.connect(lambda passphrase, _remember: given.append(passphrase))
    QTest.keyClicks(card.passphrase, "secret words")
    QTest.keyClick(card.passphrase, Qt.Key.Key_Return)
    assert given == ["secret words"]


def test_the_day(window: MainWindow, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = window.desk.tasks.fetch

    # What comes next: Today, Enter.
    hands.key(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    hands.key(Qt.Key.Key_Return)
    page = window.page
    assert isinstance(page, VisitsPage)
    assert state_of(page) == "planned"
    assert hands.spent() == (2, 0)

    # A visit nobody planned: Ctrl+N, initials, Enter, the note, (later Ctrl+Enter).
    hands.key(Qt.Key.Key_N, CONTROL)
    hands.text("yj")
    hands.key(Qt.Key.Key_Return)
    editor = page.editor
    hands.text(NOTE)
    assert editor.note.toPlainText() == NOTE
    assert hands.spent() == (2, 0)

    # A need out of a selected line.
    editor.note.select(0, NOTE.index("，"))
    hands.key(Qt.Key.Key_D, CONTROL)
    visit_id = editor.visit_id
    assert visit_id is not None
    (need,) = fetch(lambda session: list_needs(session, visit_id=visit_id))
    assert hands.spent() == (1, 0)

    # A photo from the clipboard.
    picture = QImage(640, 480, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    mime = QMimeData()
    mime.setImageData(picture)
    QGuiApplication.clipboard().setMimeData(mime)
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.wait()
    assert len(fetch(lambda session: list_attachments(session, "visit", visit_id))) == 1
    assert hands.spent() == (1, 0)

    # The next step.
    hands.key(Qt.Key.Key_Tab)
    hands.text("周三 寄料样")
    hands.key(Qt.Key.Key_Return)
    assert [one.text for one in fetch(lambda session: get_visit(session, visit_id)).draft.follow_ups] == ["寄料样"]
    assert hands.spent() == (2, 0)

    # Achievements for it, off line: Ctrl+M, Space on two of them, Ctrl+Enter.
    editor.note.setFocus()
    hands.key(Qt.Key.Key_M, CONTROL)
    recommended = window.page
    assert isinstance(recommended, RecommendPage)
    hands.key(Qt.Key.Key_Space)
    hands.key(Qt.Key.Key_Down)
    hands.key(Qt.Key.Key_Space)
    hands.key(Qt.Key.Key_Return, CONTROL)
    assert len(fetch(lambda session: list_matches(session, need_id=need.id))) == 2
    assert hands.spent() == (5, 0)

    # The signature: F8, sign, Enter.
    window.show_page("visits", visit_id)
    hands.wait()
    hands.key(Qt.Key.Key_F8)
    (sheet,) = [one for one in window.findChildren(SignatureSheet) if one.isVisible()]
    if not sheet.signer.text():
        sheet.signer.insert("赵样例")
    hands.draw(sheet.pad)
    hands.key(Qt.Key.Key_Return)
    assert fetch(lambda session: signature_of(session, visit_id)) is not None
    assert hands.spent() == (2, 0)

    # Done: with the two keys of the beginning that makes three.
    editor.note.setFocus()
    hands.key(Qt.Key.Key_Return, CONTROL)
    assert state_of(page) == "recorded"
    assert hands.spent() == (1, 0)

    # Paper: Ctrl+P, Enter.
    printed: list[int] = []
    monkeypatch.setattr(papers_page, "make_printer", lambda *_settings: object())

    def take_pages(document: QPdfDocument, _printer: object) -> int:
        printed.append(document.pageCount())
        return document.pageCount()

    monkeypatch.setattr(papers_page, "print_document", take_pages)
    hands.key(Qt.Key.Key_P, CONTROL)
    papers = window.page
    assert isinstance(papers, PapersPage)
    papers.printer.addItem("样例打印机", "样例打印机")
    papers.refresh()
    hands.wait()
    hands.key(Qt.Key.Key_Return)
    assert len(printed) == 1
    assert hands.spent() == (2, 0)

"""The fcitx client without fcitx: which keys are asked about, in what order they arrive, and what it never sees."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition

if not sys.platform.startswith("linux"):
    pytest.skip("fcitx is a thing of Linux", allow_module_level=True)

from broker_app.ui.shell.fcitx.client import FcitxInput, is_ours
from broker_app.ui.shell.fcitx.keys import event_of
from broker_app.ui.shell.fcitx.link import Preedit

UNDERLINE = 1 << 3


class ScriptedFcitx(QObject):
    """Answers when the test says so."""

    ready_changed = Signal(bool)
    committed = Signal(str)
    composing = Signal(object)
    key_forwarded = Signal(int, int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.ready = False
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.answers: list[Any] = []

    def appear(self) -> None:
        self.ready = True
        self.ready_changed.emit(True)

    def vanish(self) -> None:
        self.ready = False
        self.answers.clear()
        self.ready_changed.emit(False)

    def call(self, member: str, _signature: str = "", *values: Any, then: Any = None) -> int:
        self.calls.append((member, values))
        if then is not None:
            self.answers.append(then)
        return len(self.calls)

    def answer(self, taken: bool) -> None:
        self.answers.pop(0)((taken,))

    def keys(self) -> str:
        return "".join(chr(values[0]) for member, values in self.calls if member == "ProcessKeyEvent")

    def members(self) -> list[str]:
        return [member for member, _values in self.calls]


class Desk(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line, self.other, self.secret, self.fixed = ImeAwareLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.fixed.setReadOnly(True)
        column = QVBoxLayout(self)
        row = QHBoxLayout()
        row.addSpacing(100)
        row.addWidget(self.line)
        column.addLayout(row)
        for field in (self.other, self.secret, self.fixed):
            column.addWidget(field)


@pytest.fixture
def fcitx() -> ScriptedFcitx:
    return ScriptedFcitx()


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk()
    qtbot.addWidget(desk)
    desk.show()
    desk.activateWindow()
    qtbot.waitUntil(desk.isActiveWindow)
    desk.line.setFocus()
    return desk


@pytest.fixture
def client(qapp: QApplication, desk: Desk, fcitx: ScriptedFcitx) -> Iterator[FcitxInput]:
    client = FcitxInput(qapp, fcitx)  # type: ignore[arg-type]  # the same signals, no bus
    fcitx.appear()
    yield client
    client.deleteLater()
    QCoreApplication.sendPostedEvents(client, QEvent.Type.DeferredDelete)


def type_key(desk: Desk, letter: str) -> None:
    """A key as the screen of a real desktop sends it: to the window, with its symbol."""
    key = Qt.Key(ord(letter.upper()))
    for kind in (QEvent.Type.KeyPress,):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, 38, ord(letter), 0, letter)
        QCoreApplication.sendEvent(desk.windowHandle(), event)


@pytest.mark.usefixtures("client")
class TestKeys:
    def test_they_arrive_in_order_each_after_the_answer_to_the_one_before(
        self, desk: Desk, fcitx: ScriptedFcitx
    ) -> None:
        for letter in "abc":
            type_key(desk, letter)
        assert (fcitx.keys(), desk.line.text()) == ("a", "")
        fcitx.answer(False)
        assert (fcitx.keys(), desk.line.text()) == ("ab", "a")
        fcitx.committed.emit("比")
        fcitx.answer(True)
        fcitx.answer(False)
        assert (fcitx.keys(), desk.line.text()) == ("abc", "a比c")

    def test_without_an_answer_they_are_typed_as_they_are(
        self, desk: Desk, fcitx: ScriptedFcitx, client: FcitxInput
    ) -> None:
        for letter in "abc":
            type_key(desk, letter)
        client._on_no_answer()
        type_key(desk, "d")
        assert desk.line.text() == "abcd"
        fcitx.answer(True)  # late: that key is long in the field
        type_key(desk, "e")
        assert (fcitx.keys(), desk.line.text()) == ("ae", "abcd")
        fcitx.answer(False)
        assert desk.line.text() == "abcde"

    @pytest.mark.parametrize("name", ["secret", "fixed"])
    def test_a_passphrase_and_a_finished_text_are_none_of_its_business(
        self, name: str, desk: Desk, fcitx: ScriptedFcitx
    ) -> None:
        assert fcitx.members()[-2:] == ["FocusIn", "SetCursorRect"]
        field = getattr(desk, name)
        field.setFocus()
        type_key(desk, "x")
        assert fcitx.keys() == ""
        assert fcitx.members()[-1] == "FocusOut"
        assert field.text() == ("x" if name == "secret" else "")

    def test_a_key_behind_one_that_moves_on_goes_where_the_keyboard_is_by_then(
        self, desk: Desk, fcitx: ScriptedFcitx
    ) -> None:
        type_key(desk, "a")
        type_key(desk, "b")
        desk.secret.setFocus()
        fcitx.answer(False)
        assert fcitx.keys() == "a"
        assert desk.secret.text() == "ab"

    def test_it_may_type_keys_of_its_own(self, desk: Desk, fcitx: ScriptedFcitx) -> None:
        for symbol in (ord("a"), 0x0100_4E2D, 0xFF08, ord("b"), 0xFFE1):
            fcitx.key_forwarded.emit(symbol, 0, False)
        assert desk.line.text() == "ab"

    def test_when_it_goes_away_nothing_waits_for_it(self, desk: Desk, fcitx: ScriptedFcitx) -> None:
        for letter in "ab":
            type_key(desk, letter)
        fcitx.vanish()
        type_key(desk, "c")
        assert desk.line.text() == "abc"
        fcitx.appear()
        type_key(desk, "d")
        assert fcitx.keys() == "ad"


@pytest.mark.usefixtures("client")
class TestComposition:
    def compose(self, fcitx: ScriptedFcitx, letters: str, cursor: int = -1) -> None:
        fcitx.composing.emit(Preedit(((letters, UNDERLINE),) if letters else (), cursor))

    def test_letters_are_shown_and_become_text_once(self, desk: Desk, fcitx: ScriptedFcitx) -> None:
        told: list[str] = []
        desk.line.committed.connect(told.append)
        self.compose(fcitx, "ni hao")
        assert (desk.line.preedit, desk.line.text(), told) == ("ni hao", "", [])
        fcitx.committed.emit("你好")
        self.compose(fcitx, "")
        assert (desk.line.preedit, desk.line.text(), told) == ("", "你好", ["你好"])

    def test_saving_turns_them_into_text_and_fcitx_starts_anew(self, desk: Desk, fcitx: ScriptedFcitx) -> None:
        self.compose(fcitx, "ni hao")
        commit_composition()
        assert desk.line.text() == "ni hao"
        assert fcitx.members()[-1] == "Reset"

    @pytest.mark.parametrize("way", ["leave", "vanish"])
    def test_none_are_lost(self, way: str, desk: Desk, fcitx: ScriptedFcitx) -> None:
        desk.other.setFocus()
        self.compose(fcitx, "ni hao")
        if way == "leave":
            desk.line.setFocus()
        else:
            fcitx.vanish()
        assert desk.other.text() == "ni hao"
        assert desk.line.text() == ""

    def test_the_candidates_follow_the_cursor(self, desk: Desk, fcitx: ScriptedFcitx) -> None:
        def place() -> QPoint:
            return QPoint(*[values for member, values in fcitx.calls if member == "SetCursorRect"][-1][:2])

        before = place()
        assert before.x() >= 100
        desk.line.setText("已经有很多字")
        self.compose(fcitx, "wo", 2)
        moved = place() - before
        assert moved.x() > 50
        assert moved.y() == 0


@pytest.mark.parametrize(
    ("platform", "environment", "plugins", "ours"),
    [
        ("xcb", {}, {"ibus"}, True),
        ("xcb", {"QT_IM_MODULE": "fcitx"}, {"ibus"}, True),
        ("xcb", {"QT_IM_MODULE": "fcitx5", "XMODIFIERS": "@im=fcitx"}, {"ibus"}, True),
        ("xcb", {"QT_IM_MODULE": "ibus"}, {"ibus"}, False),
        ("xcb", {"QT_IM_MODULES": "wayland;fcitx;ibus"}, {"ibus"}, True),
        ("xcb", {"QT_IM_MODULE": "fcitx"}, {"ibus", "fcitx5", "fcitx"}, False),
        ("wayland", {}, {"ibus"}, False),
        ("wayland", {"QT_IM_MODULE": "fcitx"}, {"ibus"}, True),
        ("offscreen", {"QT_IM_MODULE": "fcitx"}, {"ibus"}, False),
        ("windows", {}, set(), False),
    ],
)
def test_it_starts_only_where_qt_has_no_way_of_its_own(
    platform: str, environment: dict[str, str], plugins: set[str], ours: bool
) -> None:
    assert is_ours(platform, environment, frozenset(plugins)) is ours


def test_keys_it_sends_back() -> None:
    control_a = event_of(ord("a"), 1 << 2, False)
    assert control_a is not None
    assert control_a.modifiers() == Qt.KeyboardModifier.ControlModifier
    assert event_of(0xFF0D, 0, False).text() == "\r"  # type: ignore[union-attr]
    assert event_of(0x0100_4E2D, 0, True).text() == "中"  # type: ignore[union-attr]
    assert event_of(0x0100_D800, 0, False) is None
    assert event_of(0xFFE1, 0, False) is None

"""What is typed on the desktop of a test, and where it arrives."""

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from broker_app.app import build_window, settle
from broker_app.exchange.sample import create_sample
from broker_app.paths import ProfilePaths
from broker_app.services.lookup import Hit
from broker_app.services.visits import get_visit
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.fcitx import FcitxInput, start_fcitx
from broker_app.ui.shell.fields import AmountLine, Combo, ListLine, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.visits.note_edit import NoteEdit
from broker_app.ui.visits.page import VisitsPage
from broker_app.ui.visits.time_line import VisitTimeLine
from tests.ui.shell.desktop import bring_up, pass_time, press, running, start_of, type_letters, until

Found = dict[str, Any]
Process = subprocess.Popen[bytes]


def one_line(app: QApplication, folder: Path, process: Process) -> Found:
    """A bare line of Qt, and a passphrase beside it."""
    window, line, secret = QWidget(), QLineEdit(), QLineEdit()
    secret.setEchoMode(QLineEdit.EchoMode.Password)
    _fill(window, line, secret)
    client = _listen(app, window, line)
    type_letters("ab ")
    found: Found = {"latin": line.text()}
    line.clear()
    press("key", "ctrl+space")
    type_letters("nihao")
    until(lambda: client.composing == "ni hao")  # the first key waits for the dictionaries
    found["composed"], found["not yet text"] = client.composing, line.text()
    press("key", "space")
    until(lambda: line.text() == "你好")
    found["text"] = line.text()
    line.clear()
    type_letters("nihao")
    until(lambda: client.composing == "ni hao")
    secret.setFocus()  # leaving keeps the letters
    found["left"] = line.text()
    type_letters("nihao ")
    until(lambda: secret.text() == "nihao ")
    found["passphrase"] = secret.text()
    line.setFocus()
    type_letters("wenzhou")
    press("key", "BackSpace", "BackSpace", "BackSpace", "BackSpace", "Escape")
    found["given up"] = line.text()
    press("type", "--delay", "0", "wenzhou nihao ")  # faster than any hands
    until(lambda: line.text() == "ni hao温州你好")
    found["fast"] = line.text()
    return found


def every_input(app: QApplication, folder: Path, process: Process) -> Found:
    """温州 into every kind of text field the program has."""
    install_theme(app, "light")
    kinds: dict[str, Callable[[], ImeAwareLineEdit | ImeAwareTextEdit]] = {
        "line": ImeAwareLineEdit,
        "text": ImeAwareTextEdit,
        "area": text_area,
        "date": lambda: DateLine(today=lambda: date(2026, 11, 24)),
        "amount": AmountLine,
        "list": ListLine,
        "time": VisitTimeLine,
        "note": NoteEdit,
    }
    fields = {name: make() for name, make in kinds.items()}
    choice = Combo([("a", "甲"), ("b", "乙")])
    window = QWidget()
    _fill(window, *fields.values(), choice)
    first = fields["line"]
    if os.environ["QT_IM_MODULE"] == "fcitx":
        _listen(app, window, first)
        press("key", "ctrl+space")
    else:
        bring_up(window)
        first.setFocus()
        pass_time(500)
    found: Found = {}
    for name, field in fields.items():
        field.setFocus()
        pass_time(100)
        type_letters("wenzhou ")
        until(partial(_shows, field, "温州"))
        found[name] = _text(field)
    choice.setFocus()
    press("key", "Down")
    found["choice"] = choice.code
    return found


def visit(app: QApplication, folder: Path, process: Process) -> Found:
    """A new visit in the program itself, from Ctrl+N to the store, then the palette."""
    install_theme(app, "light")
    store = create_sample(ProfilePaths(folder / "profile"))
    window = build_window(store)
    window.resize(1280, 768)
    with_fcitx = os.environ["QT_IM_MODULE"] == "fcitx"
    if with_fcitx:
        start_fcitx(app)
    bring_up(window)
    settle(app, window)
    press("key", "ctrl+n")
    settle(app, window)
    page = window.page
    assert isinstance(page, VisitsPage)
    found: Found = {"firm field": isinstance(app.focusWidget(), EnterprisePicker)}
    pass_time(1000)
    type_letters("yj" if with_fcitx else "yongjia ")
    press("key", "Return")
    settle(app, window)
    found["firm"] = page.editor.head.title.text
    found["in the note"] = app.focusWidget() is page.editor.note
    if with_fcitx:
        press("key", "ctrl+space")
    type_letters("wenzhou ")
    type_letters("nihao ")

    def stored() -> str:
        if page.editor.visit_id is None:
            return ""
        with store.read() as session:
            return get_visit(session, page.editor.visit_id).draft.note

    until(lambda: stored() == "温州你好", 10)
    found["stored"] = stored()
    type_letters("wenzhou")
    until(lambda: page.editor.note.composing)
    if not with_fcitx:
        press("key", "space")  # libpinyin keeps Ctrl+K to itself in the middle of a word
    press("key", "ctrl+k")
    until(window.palette_view.isVisible)
    found["palette"] = window.palette_view.isVisible()
    found["note when left"] = page.editor.note.toPlainText()
    type_letters("yongjia ")
    until(lambda: window.palette_view.field.text() == "永嘉")
    found["searched"] = window.palette_view.field.text()
    window.palette_view.search()
    found["hits"] = [line.title for line in window.palette_view.model.lines if isinstance(line, Hit)]
    press("key", "Escape")
    found["closed"] = not window.palette_view.isVisible()
    window.close()
    store.close()
    return found


def faults(app: QApplication, folder: Path, process: Process) -> Found:
    """fcitx that hangs, that dies in the middle of a word, and that comes back."""
    window, line = QWidget(), ImeAwareLineEdit()
    _fill(window, line)
    client = _listen(app, window, line)
    press("key", "ctrl+space")
    os.kill(process.pid, signal.SIGSTOP)
    type_letters("abc def")
    until(lambda: line.text() == "abc def", 5)
    found: Found = {"while it hangs": line.text()}
    os.kill(process.pid, signal.SIGCONT)
    until(lambda: client.listening, 5)
    pass_time(300)
    press("key", "Escape")
    line.clear()
    type_letters("nihao ")
    until(lambda: line.text() == "你好")
    found["after it hung"] = line.text()
    line.clear()
    type_letters("nihao")
    until(lambda: client.composing == "ni hao")
    process.kill()
    process.wait()
    until(lambda: not client.listening, 5)
    found["when it dies"] = line.text()
    line.clear()
    type_letters("plain")
    until(lambda: line.text() == "plain")
    found["without it"] = line.text()
    line.clear()
    with running(*start_of("fcitx")):
        found["back"] = until(lambda: client.listening)
        press("key", "ctrl+space")
        type_letters("nihao ")
        until(lambda: line.text() == "你好")
        found["after it came back"] = line.text()
    return found


def _listen(app: QApplication, window: QWidget, field: QWidget) -> FcitxInput:
    client = start_fcitx(app)
    assert client is not None
    bring_up(window)
    field.setFocus()
    assert until(lambda: client.listening), "fcitx does not listen"
    return client


def _fill(window: QWidget, *fields: QWidget) -> None:
    window.resize(500, 700)
    column = QVBoxLayout(window)
    for field in fields:
        column.addWidget(field)


def _shows(field: ImeAwareLineEdit | ImeAwareTextEdit, text: str) -> bool:
    return _text(field) == text


def _text(field: ImeAwareLineEdit | ImeAwareTextEdit) -> str:
    return field.text() if isinstance(field, ImeAwareLineEdit) else field.toPlainText()

"""The entrance: first run, unlock, wrong passphrase, recovery code, lock."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from broker_app.app import Program, settle
from broker_app.paths import ProfilePaths
from broker_app.services.sync_state import account_of
from broker_app.sync.protocol import Activation
from broker_app.ui.gate.activation_card import ActivationCard
from broker_app.ui.gate.window import FirstRunCard, RecoveryCard, RecoveryCodeCard, UnlockCard
from broker_app.ui.shell.theme import install_theme
from broker_server.activation import write_activation
from tests.server_under_test import PASSWORD, running_server

PASSPHRASE = "温州的好日子"
SLOW = 20_000  # ms; deriving the key takes a quarter of a second on a quiet machine


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    install_theme(qapp, "light")
    program = Program(qapp, ProfilePaths(tmp_path / "profile"))
    program.show_entrance()
    yield program
    if program.window is not None:
        program.window.close()
    if program.gate is not None:
        program.gate.background.finish()
        program.gate.close()
    program._close_store()


def card(program: Program) -> object:
    return program.gate.stack.currentWidget() if program.gate is not None else None


def begin(program: Program, qtbot: QtBot) -> str:
    first = card(program)
    assert isinstance(first, FirstRunCard)
    first.name.insert("王老师")
    first.first.insert(PASSPHRASE)
    first.second.insert(PASSPHRASE)
    first.button.click()
    qtbot.waitUntil(lambda: isinstance(card(program), RecoveryCodeCard), timeout=SLOW)
    shown = card(program)
    assert isinstance(shown, RecoveryCodeCard)
    code = shown.line.text()
    assert not shown.button.isEnabled()  # not before it is noted
    shown.tick.setChecked(True)
    shown.button.click()
    qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible(), timeout=SLOW)
    return code


def test_first_run_opens_an_empty_window_for_the_person(program: Program, qtbot: QtBot, qapp: QApplication) -> None:
    begin(program, qtbot)
    assert program.window is not None
    settle(qapp, program.window)
    assert program.window.desk.profile.name == "王老师"
    assert program.paths.database.exists()


def test_a_weak_passphrase_is_refused_and_nothing_is_made(program: Program, qtbot: QtBot) -> None:
    first = card(program)
    assert isinstance(first, FirstRunCard)
    first.name.insert("王老师")
    first.first.insert("123456")
    first.second.insert("123456")
    first.button.click()
    qtbot.waitUntil(lambda: first.first_field.error != "", timeout=SLOW)
    assert not program.paths.database.exists()
    assert not program.paths.key_file.exists()


def test_lock_hides_everything_and_counts_wrong_tries(program: Program, qtbot: QtBot, qapp: QApplication) -> None:
    begin(program, qtbot)
    program.lock()
    assert program.window is not None
    assert not program.window.isVisible()
    unlock = card(program)
    assert isinstance(unlock, UnlockCard)
    for left in (4, 3):
        unlock.passphrase.setText("猜的口令不对")
        unlock.button.click()
        qtbot.waitUntil(lambda left=left: str(left) in unlock.field.error, timeout=SLOW)  # type: ignore[misc]
    unlock.passphrase.setText(PASSPHRASE)
    unlock.button.click()
    qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible(), timeout=SLOW)
    assert program.gate is None


def test_the_recovery_code_sets_a_new_passphrase(program: Program, qtbot: QtBot) -> None:
    code = begin(program, qtbot)
    program.lock()
    unlock = card(program)
    assert isinstance(unlock, UnlockCard)
    unlock.recovery_wanted.emit()
    recovery = card(program)
    assert isinstance(recovery, RecoveryCard)
    recovery.code.insert(code.lower())
    recovery.first.insert("换了一个新口令")
    recovery.second.insert("换了一个新口令")
    recovery.button.click()
    qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible(), timeout=SLOW)
    program.lock()
    again = card(program)
    assert isinstance(again, UnlockCard)
    again.passphrase.setText("换了一个新口令")
    again.button.click()
    qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible(), timeout=SLOW)


def test_the_sample_opens_in_one_click(program: Program, qtbot: QtBot, qapp: QApplication) -> None:
    first = card(program)
    assert isinstance(first, FirstRunCard)
    first.sample_button.click()
    qtbot.waitUntil(lambda: program.window is not None and program.window.isVisible(), timeout=SLOW * 2)
    assert program.window is not None
    settle(qapp, program.window)
    assert program.window.desk.profile.is_sample
    assert "样例" in program.window.windowTitle()


def test_the_entrance_loads_nothing_that_makes_it_wait(repository: Path) -> None:
    """What the first painted window imports decides how soon it is there (benchmarks/cold_start.py)."""
    code = "import sys, broker_app.app; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, check=True, capture_output=True, text=True)
    late = {"sqlalchemy", "sqlcipher3", "pydantic", "orjson", "reportlab", "keyring", "httpx", "rjieba", "pypinyin"}
    assert late & set(done.stdout.split()) == set()


def test_first_run_with_an_activation_code_shows_whose_server_it_is_and_ends_signed_in(
    program: Program, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with running_server(tmp_path / "server") as server:
        server.add_scope("team:12")
        server.add_user("chen", "team:12=broker")
        first = card(program)
        assert isinstance(first, FirstRunCard)
        first.activation_button.click()
        asked = card(program)
        assert isinstance(asked, ActivationCard)
        asked.code.insert("kjzf1:o=x")
        asked.button.click()
        qtbot.waitUntil(lambda: bool(asked.code_field.error), timeout=SLOW)
        write_activation(Activation(server.url, "试验服务器", "chen"), "", tmp_path / "code.png")
        asked.file_given.emit(tmp_path / "code.png")
        qtbot.waitUntil(lambda: asked.is_found, timeout=SLOW)
        assert asked.server.text() == "试验服务器"
        assert asked.login.text() == "chen"
        asked.password.insert("not the password")
        asked.button.click()
        qtbot.waitUntil(lambda: "账号或密码不对" in asked.password_field.error, timeout=SLOW)
        asked.password.clear()
        asked.password.insert(PASSWORD)
        asked.button.click()
        qtbot.waitUntil(lambda: isinstance(card(program), FirstRunCard), timeout=SLOW)
        named = card(program)
        assert isinstance(named, FirstRunCard)
        assert "试验服务器" in named.sentence.text()
        assert (named.name.text(), named.team.text()) == ("chen", "team:12")
        named.name.clear()
        begin(program, qtbot)
        assert program.window is not None
        settle(qapp, program.window)
        account = program.window.desk.tasks.fetch(account_of)
        assert (account.server, account.login, account.is_open) == ("试验服务器", "chen", True)
        program.window.close()

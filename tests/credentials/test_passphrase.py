"""Where a passphrase comes from: a file, the environment, a person, or a sentence that says how."""

import getpass
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_app.credentials import find_new_passphrase, find_passphrase, find_recovery_code
from broker_app.errors import CredentialError


class Terminal(io.StringIO):
    """Somebody sits here."""

    def isatty(self) -> bool:
        return True


def answers(monkeypatch: pytest.MonkeyPatch, *typed: str) -> None:
    waiting: Iterator[str] = iter(typed)

    def ask(_prompt: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", ask)


def test_a_file_comes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_PASSPHRASE", "从环境来")
    assert find_passphrase(None) == "从环境来"
    (tmp_path / "f").write_text("从文件来\r\n", "utf-8-sig")  # as Notepad writes it
    assert find_passphrase(tmp_path / "f") == "从文件来"
    (tmp_path / "f").write_text(" 前后有空格 \n", "utf-8")
    assert find_passphrase(tmp_path / "f") == " 前后有空格 "


def test_a_file_that_gives_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "gbk").write_bytes("口令".encode("gbk"))
    for name in ("empty", "gbk", "nowhere", "."):
        with pytest.raises(CredentialError, match="口令文件"):
            find_passphrase(tmp_path / name)


@pytest.mark.parametrize("stdin", [None, io.StringIO("口令从管道来")])
def test_without_a_terminal_it_is_said_what_to_do(stdin: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(CredentialError, match=r"BROKER_PASSPHRASE.*--passphrase-file"):
        find_passphrase(None)
    with pytest.raises(CredentialError, match=r"BROKER_NEW_PASSPHRASE.*--new-passphrase-file"):
        find_new_passphrase(None)
    with pytest.raises(CredentialError, match=r"BROKER_RECOVERY_CODE.*--recovery-code-file"):
        find_recovery_code(None)


def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "一句话")
    assert find_passphrase(None) == "一句话"
    answers(monkeypatch, "一句话", "一句话")
    assert find_new_passphrase(None) == "一句话"
    answers(monkeypatch, "一句话", "一句活")
    with pytest.raises(CredentialError, match="不一样"):
        find_passphrase(None, ask_twice=True)
    answers(monkeypatch)
    with pytest.raises(CredentialError, match="没有输入"):
        find_passphrase(None)

"""The key file opens with the passphrase and with the recovery code, and with nothing else."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broker_app.db import key_file
from broker_app.db.key_file import (
    change_passphrase,
    check_passphrase,
    create_key_file,
    open_with_passphrase,
    open_with_recovery_code,
)
from broker_app.errors import DamagedStoreError, InvalidInputError, StoreError, WrongKeyError

PASSPHRASE = "瓯江边上的一句话"

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "broker.key"


def altered(path: Path, change: Change) -> None:
    header = json.loads(path.read_text("ascii"))
    change(header)
    path.write_text(json.dumps(header), "ascii")


def test_passphrase_and_recovery_code_give_the_same_key(path: Path) -> None:
    new = create_key_file(path, PASSPHRASE)
    assert len(new.data_key) == 32
    assert open_with_passphrase(path, PASSPHRASE) == new.data_key
    assert open_with_recovery_code(path, new.recovery_code) == new.data_key
    # As somebody copies it from paper: small letters, blanks, O for 0.
    assert open_with_recovery_code(path, new.recovery_code.lower().replace("-", " ").replace("0", "o")) == new.data_key


def test_what_is_wrong_is_refused_and_named(path: Path) -> None:
    create_key_file(path, PASSPHRASE)
    with pytest.raises(WrongKeyError, match="口令不对"):
        open_with_passphrase(path, f"{PASSPHRASE}。")
    with pytest.raises(WrongKeyError, match="恢复码不对"):
        open_with_recovery_code(path, "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF")
    with pytest.raises(DamagedStoreError, match="找不到"):
        open_with_passphrase(path.with_name("nowhere.key"), PASSPHRASE)


def test_neither_key_nor_words_stand_in_the_file(path: Path) -> None:
    new = create_key_file(path, PASSPHRASE)
    content = path.read_bytes()
    assert not path.stat().st_mode & 0o077
    for secret in (new.data_key, new.data_key.hex().encode(), base64.b64encode(new.data_key), PASSPHRASE.encode()):
        assert secret not in content
    assert new.recovery_code.encode() not in content


def test_the_same_words_composed_differently_are_the_same_passphrase(path: Path) -> None:
    create_key_file(path, "café au lait 2026")
    assert open_with_passphrase(path, "cafe\u0301 au lait 2026")


def test_a_passphrase_of_undecodable_bytes_is_refused_like_any_other(path: Path) -> None:
    create_key_file(path, PASSPHRASE)
    with pytest.raises(WrongKeyError):
        open_with_passphrase(path, os.fsdecode(b"\xff\xfe not text"))


def test_a_new_passphrase_leaves_key_and_recovery_code(path: Path) -> None:
    new = create_key_file(path, PASSPHRASE)
    change_passphrase(path, new.data_key, "换了一句更好记的话")
    assert open_with_passphrase(path, "换了一句更好记的话") == new.data_key
    assert open_with_recovery_code(path, new.recovery_code) == new.data_key
    with pytest.raises(WrongKeyError):
        open_with_passphrase(path, PASSPHRASE)


def test_a_recovery_code_leads_to_a_new_passphrase(path: Path) -> None:
    new = create_key_file(path, PASSPHRASE)
    change_passphrase(path, open_with_recovery_code(path, new.recovery_code), "忘了以后重新设的口令")
    assert open_with_passphrase(path, "忘了以后重新设的口令") == new.data_key


def test_a_passphrase_is_never_changed_with_another_key(path: Path) -> None:
    create_key_file(path, PASSPHRASE)
    before = path.read_bytes()
    with pytest.raises(DamagedStoreError):
        change_passphrase(path, bytes(32), "换了一句更好记的话")
    assert path.read_bytes() == before


def test_a_key_file_is_never_written_over(path: Path) -> None:
    new = create_key_file(path, PASSPHRASE)
    with pytest.raises(StoreError, match="没有动它"):
        create_key_file(path, PASSPHRASE)
    assert open_with_passphrase(path, PASSPHRASE) == new.data_key


@pytest.mark.parametrize(
    "weak", ["", "短", "四个汉字", "password123", "aaaaaaaaaa", "一一一一一一", "1234567890", "abcabcabc"]
)
def test_weak_passphrases_are_refused(weak: str, path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        create_key_file(path, weak)
    assert refused.value.field == "passphrase"
    assert not path.exists()


@pytest.mark.parametrize("good", ["五个汉字好", "correct horse", "Wz-2026-10"])
def test_ordinary_passphrases_are_taken(good: str) -> None:
    check_passphrase(good)


def _wrap(header: dict[str, Any], **values: object) -> None:
    header["wraps"][0].update(values)


DAMAGE: dict[str, Change] = {
    "memory lowered": lambda header: _wrap(header, m=19_456),
    "time lowered": lambda header: _wrap(header, t=1),
    "other kdf": lambda header: _wrap(header, kdf="pbkdf2"),
    "no lanes": lambda header: _wrap(header, p=0),
    "hours of work": lambda header: _wrap(header, t=10**9),
    "all memory": lambda header: _wrap(header, m=2**31),
    "short salt": lambda header: _wrap(header, salt="AAAA"),
    "salt no text": lambda header: _wrap(header, salt=7),
    "nonce not base64": lambda header: _wrap(header, nonce="%%%"),
    "parameter of a wrong type": lambda header: _wrap(header, m="65536"),
    "no passphrase wrap": lambda header: header["wraps"].pop(0),
    "wrap is a list": lambda header: header["wraps"].__setitem__(0, []),
    "no wraps": lambda header: header.pop("wraps"),
    "mac changed": lambda header: header.__setitem__("mac", "0" * 64),
    "mac of a wrong type": lambda header: header.__setitem__("mac", 5),
    "mac gone": lambda header: header.pop("mac"),
    "recovery wrap taken out": lambda header: header["wraps"].pop(1),
    "a word added": lambda header: header.__setitem__("note", "x"),
    "newer format": lambda header: header.__setitem__("format", 2),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_a_changed_header_is_refused(change: Change, path: Path) -> None:
    create_key_file(path, PASSPHRASE)
    altered(path, change)
    with pytest.raises(DamagedStoreError, match="资料没有被改动"):
        open_with_passphrase(path, PASSPHRASE)


@pytest.mark.parametrize("content", [b"", b"\x00" * 900, b"[]", b'{"format": 1}', "口令".encode(), b"{" * 100])
def test_what_is_no_key_file_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(DamagedStoreError):
        open_with_passphrase(path, PASSPHRASE)


def test_stronger_parameters_of_a_later_program_are_accepted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_file, "MEMORY_KIB", 80_000)
    new = create_key_file(path, PASSPHRASE)
    monkeypatch.undo()
    assert open_with_passphrase(path, PASSPHRASE) == new.data_key


def test_a_full_disk_leaves_the_old_key_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = create_key_file(path, PASSPHRASE)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="原来的没有变"):
        change_passphrase(path, new.data_key, "换了一句更好记的话")
    monkeypatch.undo()
    assert open_with_passphrase(path, PASSPHRASE) == new.data_key

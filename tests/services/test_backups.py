"""A backup restores to the same records; what is no backup changes nothing."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from broker_app.db.key_file import create_key_file
from broker_app.db.session import Store
from broker_app.errors import BrokerError, DamagedStoreError, ProfileInUseError, StoreError, WrongKeyError
from broker_app.paths import ProfilePaths
from broker_app.services.backups import restore_backup, write_backup
from broker_app.services.enterprises import EnterpriseDraft, list_enterprises, save_enterprise
from broker_app.services.profile import Profile, create_profile, open_profile

PASSPHRASE = "瓯江边上的一句话"


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """An open profile with a key file, one firm and one attachment."""
    paths = ProfilePaths(tmp_path / "kept")
    store = create_profile(paths, create_key_file(paths.key_file, PASSPHRASE).data_key, Profile(name="林样例"))
    add(store, "甲样例厂")
    paths.attachments.mkdir()
    (paths.attachments / ("a" * 64)).write_bytes(b"sealed")
    return store


def add(store: Store, name: str) -> None:
    with store.write() as session:
        save_enterprise(session, EnterpriseDraft(name))


def firms(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(row.name for row in list_enterprises(session))


def state(paths: ProfilePaths) -> dict[str, bytes]:
    return {
        str(file.relative_to(paths.folder)): file.read_bytes() for file in paths.folder.rglob("*.*") if file.is_file()
    }


def test_what_was_backed_up_comes_back_and_the_rest_is_set_aside(kept: Store, tmp_path: Path) -> None:
    backup = write_backup(kept, tmp_path / "u盘")
    add(kept, "乙样例厂")
    with pytest.raises(ProfileInUseError):
        restore_backup(kept.paths, backup, PASSPHRASE)
    kept.close()
    restored = restore_backup(kept.paths, backup, PASSPHRASE)
    assert restored.counts["enterprises"] == 1
    with open_profile(kept.paths, kept.data_key) as store:
        assert firms(store) == ["甲样例厂"]
    assert (kept.paths.attachments / ("a" * 64)).read_bytes() == b"sealed"
    assert restored.set_aside is not None
    with open_profile(ProfilePaths(restored.set_aside), kept.data_key) as store:
        assert firms(store) == ["乙样例厂", "甲样例厂"]


def test_a_backup_makes_a_profile_on_another_computer(kept: Store, tmp_path: Path) -> None:
    backup = write_backup(kept, tmp_path)
    kept.close()
    other = ProfilePaths(tmp_path / "other computer")
    assert restore_backup(other, backup, PASSPHRASE).set_aside is None
    with open_profile(other, kept.data_key) as store:
        assert firms(store) == ["甲样例厂"]
    assert "甲样例厂".encode() not in backup.read_bytes()


def _nothing(_backup: Path) -> None:
    _backup.write_bytes(b"")


def _half(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])


def _flipped(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)


def _foreign(backup: Path) -> None:
    with zipfile.ZipFile(backup, "w") as archive:
        archive.writestr("photo.jpg", b"x")


def _climbing(backup: Path) -> None:
    with zipfile.ZipFile(backup, "a") as archive:
        archive.writestr("../outside.txt", b"x")


def _swelling(backup: Path) -> None:
    with zipfile.ZipFile(backup, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"attachments/{'b' * 64}", b"\0" * 1_000_000)


@pytest.mark.parametrize("damage", [_nothing, _half, _flipped, _foreign, _climbing, _swelling])
def test_what_is_no_whole_backup_changes_nothing(damage: Callable[[Path], None], kept: Store, tmp_path: Path) -> None:
    backup = write_backup(kept, tmp_path)
    kept.close()
    damage(backup)
    before = state(kept.paths)
    with pytest.raises(DamagedStoreError, match="没有改动"):
        restore_backup(kept.paths, backup, PASSPHRASE)
    assert state(kept.paths) == before
    assert not (tmp_path / "outside.txt").exists()


def test_another_passphrase_or_place_changes_nothing(kept: Store, tmp_path: Path) -> None:
    backup = write_backup(kept, tmp_path)
    kept.close()
    before = state(kept.paths)
    refusals: list[tuple[type[BrokerError], Path, str]] = [
        (WrongKeyError, backup, "不是这句口令啊"),
        (StoreError, tmp_path / "nowhere", PASSPHRASE),
        (StoreError, tmp_path, PASSPHRASE),
    ]
    for error, file, passphrase in refusals:
        with pytest.raises(error):
            restore_backup(kept.paths, file, passphrase)
        assert state(kept.paths) == before


def test_a_folder_that_cannot_be_written_is_said_so(kept: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="换一个位置"):
        write_backup(kept, tmp_path / "file")
    assert firms(kept) == ["甲样例厂"]
    assert not list(kept.paths.backups.glob("*.db"))
    kept.close()

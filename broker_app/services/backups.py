"""Backups: one file that holds the encrypted store, its key file and the attachments, checked before it counts.

A backup is opened with the passphrase (or recovery code) that was in force when it was made. Restoring never
overwrites: what was there before is moved into a folder of its own.
"""

import re
import secrets
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker_app.db.key_file import open_with_passphrase
from broker_app.db.session import Store, check_untouched, profile_lock, verified_copy
from broker_app.errors import DamagedStoreError, DiskFullError, StoreError
from broker_app.i18n import _
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.import_batches import record_counts
from broker_app.services.profile import open_profile

SUFFIX = ".brokerbackup"
_STORE, _KEY = "broker.db", "broker.key"
_ATTACHMENT = re.compile(r"attachments/[0-9a-f]{64}(?:\.[a-z]{1,8})?")
_NO_SPACE = 28  # errno.ENOSPC, the same number on every system we run on


@dataclass(frozen=True)
class RestoredBackup:
    """What a restored profile holds, and where the files lie that were there before."""

    counts: dict[str, int]
    set_aside: Path | None


def write_backup(store: Store, folder: Path) -> Path:
    """Write a backup of the open ``store`` into ``folder`` and check it; returns its path.

    Raises:
        DiskFullError: no room; nothing half-written stays behind.
        StoreError: the folder cannot be written.
    """
    target = folder / f"broker-{utc_now().astimezone(CHINA_TIME):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}{SUFFIX}"
    unfinished = target.with_suffix(".unfinished")
    with _disk_errors():
        folder.mkdir(parents=True, exist_ok=True)
        copy = verified_copy(store, "backup")
        try:
            _pack(unfinished, store.paths, copy)
            unfinished.replace(target)
        finally:
            copy.unlink()
            unfinished.unlink(missing_ok=True)
    return target


def restore_backup(paths: ProfilePaths, file: Path, passphrase: str) -> RestoredBackup:
    """Put the profile of a backup in the place of the present one, which is set aside whole.

    Raises:
        WrongKeyError: the passphrase is not the one of the backup.
        DamagedStoreError: the file is no backup, or it is damaged.
        NewerSchemaError: a newer program wrote it.
        ProfileInUseError: a window works on the profile.
    """
    with _disk_errors(), profile_lock(paths):
        fresh = ProfilePaths(paths.folder / f"restoring-{secrets.token_hex(4)}")
        try:
            _unpack(file, fresh)
            data_key = open_with_passphrase(fresh.key_file, passphrase)
            check_untouched(fresh, data_key)
            aside = _set_aside(paths)
            for each in (fresh.key_file, fresh.attachments, fresh.database):
                if each.exists():
                    each.replace(paths.folder / each.name)
        finally:
            shutil.rmtree(fresh.folder, ignore_errors=True)
    with open_profile(paths, data_key) as store, store.read() as session:
        return RestoredBackup(record_counts(session), aside)


def _pack(target: Path, paths: ProfilePaths, copy: Path) -> None:
    # Stored, not packed: encrypted bytes do not shrink, and nothing can swell when it is read.
    with zipfile.ZipFile(target, "x", zipfile.ZIP_STORED) as archive:
        archive.write(paths.key_file, _KEY)
        archive.write(copy, _STORE)
        if paths.attachments.is_dir():
            for file in sorted(paths.attachments.iterdir()):
                if _ATTACHMENT.fullmatch(f"attachments/{file.name}"):
                    archive.write(file, f"attachments/{file.name}")
    with zipfile.ZipFile(target) as archive:
        if archive.testzip() is not None:
            raise StoreError(_("备份写出来核对不上，没有留下它。资料没有受影响，请换一个位置再试。"))


def _unpack(file: Path, fresh: ProfilePaths) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if not {_STORE, _KEY} <= set(names) or len(set(names)) != len(names) or not all(map(_is_ours, members)):
                raise DamagedStoreError(_no_backup(file))
            fresh.attachments.mkdir(parents=True, mode=0o700)
            for member in members:
                archive.extract(member, fresh.folder)
    except FileNotFoundError:
        raise StoreError(_("找不到备份 {name}。现有的资料没有改动。").format(name=file.name)) from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DamagedStoreError(_no_backup(file)) from error


def _is_ours(member: zipfile.ZipInfo) -> bool:
    known = member.filename in (_STORE, _KEY) or _ATTACHMENT.fullmatch(member.filename) is not None
    return known and member.compress_type == zipfile.ZIP_STORED and member.file_size == member.compress_size


def _no_backup(file: Path) -> str:
    return _("{name} 不是备份文件，或者已经损坏。现有的资料没有改动。").format(name=file.name)


def _set_aside(paths: ProfilePaths) -> Path | None:
    wal = [paths.folder / f"{paths.database.name}{tail}" for tail in ("-wal", "-shm")]
    present = [each for each in (paths.database, *wal, paths.key_file, paths.attachments) if each.exists()]
    if not present:
        return None
    stamp = f"{utc_now().astimezone(CHINA_TIME):%Y%m%d-%H%M%S}"
    aside = paths.backups / f"before-restore-{stamp}-{secrets.token_hex(2)}"
    aside.mkdir(parents=True, mode=0o700)
    for each in present:
        each.replace(aside / each.name)
    return aside


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == _NO_SPACE:
            raise DiskFullError(_("磁盘满了，没有写成。资料都在，请腾出空间再试。")) from error
        raise StoreError(_("这个位置读写不了，没有写成。资料都在，请换一个位置再试。")) from error

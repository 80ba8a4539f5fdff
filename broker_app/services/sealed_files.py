"""The bytes of attachments: encrypted beside the store, named by the SHA-256 of what they hold.

A file is ``BKA1``, a nonce of 12 bytes, and AES-256-GCM of the content with the name as additional data, so that
neither a byte nor the name of a file can be changed without notice. The key is derived from the data key of the store.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from broker_app.errors import DamagedStoreError, DiskFullError, NotFoundError, StoreError
from broker_app.i18n import _
from broker_app.paths import ProfilePaths

MAX_FILE = 30 * 1024 * 1024
"""Bytes of one attachment."""

_MAGIC = b"BKA1"
_NONCE = 12
_NAME = re.compile(r"[0-9a-f]{64}")
_NO_SPACE = 28  # errno.ENOSPC, the same number on every system we run on
_PREVIEW = ".thumb"


def digest_of(content: bytes) -> str:
    """The name of a file: SHA-256 of its content in 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def write_file(paths: ProfilePaths, data_key: bytes, content: bytes) -> str:
    """Keep ``content``; it has its name whole or not at all. Returns the SHA-256 it is found by.

    Raises:
        DiskFullError: no room; nothing half-written stays.
        StoreError: the folder cannot be written.
    """
    sha256 = digest_of(content)
    if not has_file(paths, sha256):
        _write(_path(paths, sha256), data_key, sha256, content)
    return sha256


def read_file(paths: ProfilePaths, data_key: bytes, sha256: str) -> bytes:
    """The content of a file.

    Raises:
        NotFoundError: its bytes are not on this computer (yet).
        DamagedStoreError: they are, but are not what they were.
    """
    content = _read(_path(paths, sha256), data_key, sha256)
    if digest_of(content) != sha256:
        raise DamagedStoreError(_damaged())
    return content


def has_file(paths: ProfilePaths, sha256: str) -> bool:
    """Whether the bytes of a file are on this computer."""
    return _path(paths, sha256).is_file()


def write_preview(paths: ProfilePaths, data_key: bytes, sha256: str, picture: bytes) -> None:
    """Keep a small picture of the file of that name; raises like :func:`write_file`."""
    _write(_path(paths, sha256, _PREVIEW), data_key, f"{sha256}{_PREVIEW}", picture)


def read_preview(paths: ProfilePaths, data_key: bytes, sha256: str) -> bytes | None:
    """The small picture of a file, None if none was kept or it no longer is what it was."""
    try:
        return _read(_path(paths, sha256, _PREVIEW), data_key, f"{sha256}{_PREVIEW}")
    except (NotFoundError, DamagedStoreError):
        return None


def remove_file(paths: ProfilePaths, sha256: str) -> None:
    """Drop the bytes of a file no record names any more."""
    with _disk_errors():
        _path(paths, sha256).unlink(missing_ok=True)
        _path(paths, sha256, _PREVIEW).unlink(missing_ok=True)


def _path(paths: ProfilePaths, sha256: str, tail: str = "") -> Path:
    if not _NAME.fullmatch(sha256):  # a name from outside is never a path
        raise NotFoundError(_("这份附件的编号不对，打不开。其他资料没有受影响。"))
    return paths.attachments / f"{sha256}{tail}"


def _write(path: Path, data_key: bytes, name: str, content: bytes) -> None:
    nonce = secrets.token_bytes(_NONCE)
    sealed = _MAGIC + nonce + _cipher(data_key).encrypt(nonce, content, name.encode())
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.unfinished")
    with _disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with unfinished.open("xb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            unfinished.chmod(0o600)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def _read(path: Path, data_key: bytes, name: str) -> bytes:
    try:
        with _disk_errors():
            sealed = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(_("这份附件还在别的电脑上，还没有传到这台。")) from None
    body = len(_MAGIC) + _NONCE
    try:
        if sealed[: len(_MAGIC)] != _MAGIC or len(sealed) < body:
            raise DamagedStoreError(_damaged())
        return _cipher(data_key).decrypt(sealed[len(_MAGIC) : body], sealed[body:], name.encode())
    except InvalidTag as error:
        raise DamagedStoreError(_damaged()) from error


@lru_cache(maxsize=4)
def _cipher(data_key: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"broker attachments 1").derive(data_key))


def _damaged() -> str:
    return _("这份附件损坏了，打不开。记录和其他附件没有受影响，可以从备份找回它。")


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == _NO_SPACE:
            raise DiskFullError(_("磁盘满了，附件没有存成。其他资料都在，请腾出空间再试。")) from error
        raise StoreError(_("附件的文件夹读写不了。其他资料都在，请检查磁盘和权限。")) from error

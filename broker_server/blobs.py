"""Files: pieces come in at an offset, and become a file of their scope only when their hash is right.

A file is addressed by scope and hash: who knows a hash but not the scope learns nothing (docs/decisions/0007).
Bytes lie once in the folder, whichever scopes name them.
"""

import os
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Delete, Row, Update, delete, insert, select, update

from broker_app.sync import protocol
from broker_server import tables
from broker_server.database import moment
from broker_server.problems import Problem, not_found
from broker_server.settings import Settings

StatementT = TypeVar("StatementT", Update, Delete)

FILE = "file"
SNAPSHOT = "snapshot"


def begin(connection: Connection, scope: str, digest: str, size: int, now: datetime) -> int:
    """Announce a file of ``size`` bytes; returns how many are here already.

    Raises:
        Problem: digest-mismatch, if it was announced with another size.
    """
    row = _row(connection, scope, digest, lock=True)
    if row is None:
        values = {"scope": scope, "sha256": digest, "size": size, "stored": 0, "purpose": FILE}
        connection.execute(insert(tables.blob).values(**values, created_at=moment(now)))
        return 0
    if row.size != size and not row.completed_at and row.stored == 0:
        connection.execute(_this(update(tables.blob), scope, digest).values(size=size))
        return 0
    if row.size != size:
        raise Problem(protocol.DIGEST_MISMATCH, 422, "this file has another size")
    return int(row.stored)


def state(connection: Connection, scope: str, digest: str) -> tuple[int, int]:
    """How many bytes are here, and of how many.

    Raises:
        Problem: not-found.
    """
    row = _row(connection, scope, digest)
    if row is None:
        raise not_found()
    return int(row.stored), int(row.size)


def append(
    connection: Connection, settings: Settings, scope: str, digest: str, offset: int, piece: bytes, now: datetime
) -> int | Problem:
    """Take ``piece`` at ``offset``; returns the new offset. The problem of a wrong hash is returned, to be kept.

    Raises:
        Problem: not-found; offset-mismatch, which says the right offset.
    """
    row = _row(connection, scope, digest, lock=True)
    if row is None:
        raise not_found()
    if offset != row.stored or offset + len(piece) > row.size:
        headers = {protocol.OFFSET_HEADER: str(row.stored)}
        raise Problem(protocol.OFFSET_MISMATCH, 409, "go on at the offset named", headers, offset=row.stored)
    if row.completed_at or not piece:
        return int(row.stored)
    partial = _partial(settings, scope, digest)
    _write(partial, offset, piece)
    stored = offset + len(piece)
    if stored == row.size:
        with partial.open("rb") as file:
            right = file_digest(file, "sha256").hexdigest() == digest
        if not right:
            partial.unlink()
            connection.execute(_this(update(tables.blob), scope, digest).values(stored=0))
            return Problem(protocol.DIGEST_MISMATCH, 422, "the bytes are not those of that hash; send them again")
        place(settings, digest, partial)
    completed = moment(now) if stored == row.size else None
    connection.execute(_this(update(tables.blob), scope, digest).values(stored=stored, completed_at=completed))
    return stored


def whole(connection: Connection, settings: Settings, scope: str, digest: str) -> Path:
    """The file.

    Raises:
        Problem: not-found, also while it is incomplete.
    """
    row = _row(connection, scope, digest)
    path = path_of(settings, digest)
    if row is None or not row.completed_at or not path.exists():
        raise not_found()
    return path


def path_of(settings: Settings, digest: str) -> Path:
    """Where the bytes of ``digest`` lie."""
    return settings.blobs / digest[:2] / digest


def place(settings: Settings, digest: str, source: Path) -> None:
    """Make the bytes in ``source`` those of ``digest``: at once, and safe from a power cut."""
    target = path_of(settings, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    _sync_folder(target.parent)


def _partial(settings: Settings, scope: str, digest: str) -> Path:
    folder = settings.blobs / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{digest}-{sha256(scope.encode()).hexdigest()[:16]}"


def _write(path: Path, offset: int, piece: bytes) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _row(connection: Connection, scope: str, digest: str, *, lock: bool = False) -> Row[Any] | None:
    table = tables.blob
    query = select(table).where(table.c.scope == scope, table.c.sha256 == digest)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def _this(statement: StatementT, scope: str, digest: str) -> StatementT:
    table = tables.blob
    return statement.where(table.c.scope == scope, table.c.sha256 == digest)


def forget_unnamed(connection: Connection, settings: Settings, scope: str, before: datetime) -> int:
    """Drop files of ``scope`` that no record names and that came before ``before``; returns how many."""
    blob, record = tables.blob, tables.record
    bodies = connection.scalars(select(record.c.body).where(record.c.scope == scope, record.c.kind == "attachment"))
    named = {orjson.loads(body).get("sha256") for body in bodies}
    old = connection.scalars(
        select(blob.c.sha256).where(blob.c.scope == scope, blob.c.purpose == FILE, blob.c.created_at < moment(before))
    ).all()
    gone = [digest for digest in old if digest not in named]
    for digest in gone:
        forget(connection, settings, scope, digest)
    return len(gone)


def forget(connection: Connection, settings: Settings, scope: str, digest: str) -> None:
    """Drop a file of ``scope``; its bytes go with the last scope that has it (needs to see every scope)."""
    table = tables.blob
    connection.execute(_this(delete(table), scope, digest))
    _partial(settings, scope, digest).unlink(missing_ok=True)
    if connection.scalar(select(table.c.scope).where(table.c.sha256 == digest).limit(1)) is None:
        path_of(settings, digest).unlink(missing_ok=True)

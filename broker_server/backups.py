"""Backups: every table as packed lines, every file by its hash, and a manifest that says what they must be.

The same form for SQLite and PostgreSQL, so a county that outgrows one file moves by backing up and restoring.
A backup counts only after it was restored into a scratch database and recounted there; only then does the
server tell clients that what they said is covered. A restore begins a new epoch: clients say again whatever
came after the backup.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import uuid_utils.compat
import zstandard
from sqlalchemy import Connection, Engine, Table, Uuid, delete, func, insert, select

from broker_server import meta, tables
from broker_server.admin import init, recount
from broker_server.blobs import FILE, path_of
from broker_server.database import moment, open_engine, reading, see_all, writing
from broker_server.settings import Settings

_FORMAT = 1
_MANIFEST = "manifest.json"
_SAVED = tuple(table for table in (*tables.SHARED, *tables.BY_SCOPE) if table.name not in ("refresh_token", "snapshot"))
_MARGIN = timedelta(minutes=10)
"""What was received this shortly before may not have been committed yet: it is not counted as covered."""
_ROWS = 2_000


class BackupError(Exception):
    """A backup is not what it should be, or cannot go where it should; the sentence says why."""


@dataclass(frozen=True)
class Checked:
    """A backup that was restored on trial: how far it covers, of which epoch, and how much it holds."""

    folder: Path
    covers_at: str
    epoch: str
    records: int
    files: int


def back_up(engine: Engine, settings: Settings, place_for_backups: Path, now: datetime) -> Path:
    """Write a backup below ``place_for_backups``, where backups share their files; returns its folder."""
    name = f"broker-{now:%Y%m%dT%H%M%SZ}"
    folder, part = place_for_backups / name, place_for_backups / f"{name}.part"
    part.mkdir(parents=True)
    described: dict[str, Any] = {}
    with reading(engine) as connection:
        see_all(connection)
        epoch = meta.facts(connection)[meta.EPOCH]
        for table in _SAVED:
            described[table.name] = _write_table(connection, table, part)
        files = _files(connection)
    for digest in files:
        _copy(path_of(settings, digest), _shared_file(place_for_backups, digest), digest)
    manifest = {"format": _FORMAT, "made_at": moment(now), "covers_at": moment(now - _MARGIN), "epoch": epoch}
    text = json.dumps({**manifest, "tables": described, "files": files}, indent=1)
    (part / _MANIFEST).write_text(text, encoding="utf-8")
    part.rename(folder)
    return folder


def _write_table(connection: Connection, table: Table, folder: Path) -> dict[str, Any]:
    path = folder / f"{table.name}.jsonl.zst"
    rows = 0
    query = select(table)
    if table is tables.server:
        query = query.where(table.c.key != meta.SIGNING_KEY)  # a restored server signs with a key of its own
    with path.open("wb") as file, zstandard.ZstdCompressor(level=3).stream_writer(file) as packed:
        result = connection.execution_options(yield_per=_ROWS).execute(query)
        for row in result:
            packed.write(orjson.dumps([str(value) if isinstance(value, UUID) else value for value in row]) + b"\n")
            rows += 1
    return {"rows": rows, "sha256": _digest(path), "columns": [column.name for column in table.columns]}


def _files(connection: Connection) -> list[str]:
    table = tables.blob
    query = select(table.c.sha256).where(table.c.purpose == FILE, table.c.completed_at.is_not(None)).distinct()
    return sorted(connection.scalars(query))


def verify(folder: Path) -> Checked:
    """Restore a backup into a scratch database, recount every scope, and hash every file.

    Raises:
        BackupError: something is missing, altered or does not add up.
    """
    manifest = _manifest(folder)
    for digest in manifest["files"]:
        path = _shared_file(folder.parent, digest)
        if not path.exists() or _digest(path) != digest:
            raise BackupError(f"附件 {digest[:12]}… 缺失或已损坏。")
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine(Settings(home=Path(scratch)))
        try:
            init(engine, "", datetime.fromisoformat(manifest["made_at"]))
            with writing(engine) as connection:
                _load(connection, folder, manifest)
                counts = recount(connection)
        finally:
            engine.dispose()
    faults = [f"{count.scope}：{count.fault}" for count in counts if count.fault]
    if faults:
        raise BackupError("备份里的数据对不上：" + "；".join(faults))
    records = sum(count.count for count in counts)
    return Checked(folder, manifest["covers_at"], manifest["epoch"], records, len(manifest["files"]))


def mark_verified(engine: Engine, checked: Checked, now: datetime) -> bool:
    """Tell clients how far ``checked`` covers them; False if it is a backup of another life of the database."""
    with writing(engine) as connection:
        known = meta.facts(connection)
        if known[meta.EPOCH] != checked.epoch:
            return False
        row = {"id": uuid_utils.compat.uuid7(), "covers_at": checked.covers_at, "verified_at": moment(now)}
        connection.execute(insert(tables.backup).values(**row, folder=checked.folder.name))
        if checked.covers_at > known.get(meta.COVERED, ""):
            meta.put_fact(connection, meta.COVERED, checked.covers_at)
        return True


def restore(engine: Engine, settings: Settings, folder: Path, now: datetime, *, replace: bool = False) -> Checked:
    """Put a backup in place of what ``engine`` holds and begin a new epoch, in one transaction.

    Raises:
        BackupError: the backup fails its check, or there are records and ``replace`` was not said.
    """
    checked = verify(folder)
    manifest = _manifest(folder)
    for digest in manifest["files"]:
        target = path_of(settings, digest)
        if not target.exists():
            _copy(_shared_file(folder.parent, digest), target, digest)
    init(engine, "", now)
    with writing(engine) as connection:
        see_all(connection)
        if not replace and connection.scalar(select(func.count()).select_from(tables.record)):
            raise BackupError("这个数据库里已经有记录。确实要换掉它们，请加 --replace。")
        _load(connection, folder, manifest)
        meta.begin_life(connection)
    return checked


def _load(connection: Connection, folder: Path, manifest: dict[str, Any]) -> None:
    see_all(connection)
    for table in (tables.refresh_token, tables.snapshot):
        connection.execute(delete(table))
    for table in _SAVED:
        connection.execute(delete(table))
        described = manifest["tables"][table.name]
        path = folder / f"{table.name}.jsonl.zst"
        if _digest(path) != described["sha256"]:
            raise BackupError(f"备份文件 {path.name} 已损坏。")
        ids = {column.name for column in table.columns if isinstance(column.type, Uuid)}
        for rows in _portions(path):
            named = [dict(zip(described["columns"], row, strict=True)) for row in rows]
            for row in named:
                row.update({name: UUID(row[name]) for name in ids & row.keys() if row[name]})
            connection.execute(insert(table), named)
        if connection.scalar(select(func.count()).select_from(table)) != described["rows"]:
            raise BackupError(f"备份文件 {path.name} 的行数不对。")


def _portions(path: Path) -> Iterator[list[list[Any]]]:
    rows = []
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as unpacked:
        rest = b""
        while piece := unpacked.read(1 << 20):
            *lines, rest = (rest + piece).split(b"\n")
            rows += [orjson.loads(line) for line in lines]
            if len(rows) >= _ROWS:
                yield rows
                rows = []
    if rows:
        yield rows


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupError(f"{folder} 不是一份完整的备份。") from None
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise BackupError(f"{folder} 由别的版本写成，这个版本读不了。")
    return manifest


def _shared_file(place_for_backups: Path, digest: str) -> Path:
    return place_for_backups / "files" / digest[:2] / digest


def _copy(source: Path, target: Path, digest: str) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    try:
        shutil.copyfile(source, part)
    except FileNotFoundError:
        raise BackupError(f"附件 {digest[:12]}… 不在服务器上。") from None
    part.replace(target)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BackupError(f"备份缺少文件 {path.name}。") from None

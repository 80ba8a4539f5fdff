"""Snapshots: all live records of a scope at one revision, as files a first sync can fetch and resume.

A chunk is a zstd frame of lines, each a change as ``POST /v1/sync`` would give it. Chunks are named by their
hash and stay good while newer snapshots are made, so a download of days still ends.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import zstandard
from sqlalchemy import Connection, Engine, select

from broker_app.sync.protocol import Cursor
from broker_server import tables
from broker_server.blobs import SNAPSHOT, path_of, place
from broker_server.database import moment, reading, run, see, upsert
from broker_server.pull import change_line, head_of
from broker_server.settings import Settings

JsonObject = dict[str, Any]

_LEVEL = 3
_FRESH_SHARE = 0.2  # of the revisions; an older snapshot is made anew
_KEPT = timedelta(days=14)  # how long chunks of earlier snapshots can still be fetched


def snapshot_of(engine: Engine, settings: Settings, scope: str, now: datetime) -> tuple[int, list[JsonObject]]:
    """Revision and chunks of a snapshot of ``scope`` that is young enough; made now if there is none."""
    with reading(engine) as connection:
        see(connection, [scope])
        head = head_of(connection, scope)
        table = tables.snapshot
        row = connection.execute(select(table).where(table.c.scope == scope)).one_or_none()
    if row is not None and row.rev <= head.rev and head.rev - row.rev <= max(5, head.rev * _FRESH_SHARE):
        chunks: list[JsonObject] = orjson.loads(row.chunks)
        if all(path_of(settings, chunk["sha256"]).exists() for chunk in chunks):
            return int(row.rev), chunks
    return _make(engine, settings, scope, now)


def _make(engine: Engine, settings: Settings, scope: str, now: datetime) -> tuple[int, list[JsonObject]]:
    settings.blobs.mkdir(parents=True, exist_ok=True)
    chunks = []
    with reading(engine) as connection, tempfile.TemporaryDirectory(dir=settings.blobs) as folder:
        see(connection, [scope])
        head = head_of(connection, scope)
        for lines in _portions(connection, scope, settings.snapshot_rows):
            packed = zstandard.ZstdCompressor(level=_LEVEL).compress(b"\n".join(lines))
            digest = sha256(packed).hexdigest()
            path = Path(folder) / digest
            path.write_bytes(packed)
            place(settings, digest, path)
            chunks.append({"sha256": digest, "size": len(packed), "rows": len(lines)})

    def remember(connection: Connection) -> None:
        see(connection, [scope], [scope])
        for chunk in chunks:
            values = {"scope": scope, "sha256": chunk["sha256"], "size": chunk["size"], "stored": chunk["size"]}
            at = {"created_at": moment(now), "completed_at": moment(now)}
            connection.execute(upsert(connection, tables.blob), {**values, **at, "purpose": SNAPSHOT})
        row = {"scope": scope, "rev": head.rev, "chunks": orjson.dumps(chunks).decode(), "made_at": moment(now)}
        connection.execute(upsert(connection, tables.snapshot), row)

    run(engine, remember)
    return head.rev, chunks


def _portions(connection: Connection, scope: str, size: int) -> Iterator[list[bytes]]:
    log, record = tables.log, tables.record
    last = None
    while True:
        query = (
            select(log.c.id, log.c.rev, log.c.op, log.c.kind, log.c.into, record.c.body, record.c.deleted_at)
            .join(record, (record.c.scope == log.c.scope) & (record.c.id == log.c.id))
            .where(log.c.scope == scope, log.c.op == "put")
            .order_by(log.c.id)
            .limit(size)
        )
        rows = connection.execute(query if last is None else query.where(log.c.id > last)).all()
        if rows:
            last = rows[-1].id
            yield [change_line(scope, row) for row in rows]
        if len(rows) < size:
            return


def old_chunks(connection: Connection, scope: str, now: datetime) -> list[str]:
    """Hashes of chunks that no snapshot names any more and nobody can still be fetching."""
    blob, snapshot = tables.blob, tables.snapshot
    text = connection.scalar(select(snapshot.c.chunks).where(snapshot.c.scope == scope))
    named = {chunk["sha256"] for chunk in orjson.loads(text or "[]")}
    query = select(blob.c.sha256).where(
        blob.c.scope == scope, blob.c.purpose == SNAPSHOT, blob.c.created_at < moment(now - _KEPT)
    )
    return [digest for digest in connection.scalars(query) if digest not in named]


def cursor_of(rev: int) -> str:
    """Where a scope stands once a snapshot at ``rev`` is applied."""
    return str(Cursor(rev))

"""Files of attachments up and down: named by their hash, in pieces, from where the last try ended.

Records go first, then small files, then large ones. Nothing lies in clear on the disk, not even a half.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256 as sha256_of

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from broker_app.db.models import Attachment, ProfileValue, SnapshotChunk, SyncScope
from broker_app.db.session import Store
from broker_app.errors import NotFoundError
from broker_app.services.sealed_files import has_file, read_file, remove_file, write_file
from broker_app.sync import protocol
from broker_app.sync.client import Connection
from broker_app.sync.engine import Refusal

ORPHANS_KEPT = timedelta(days=30)

_PARTS = "part."
_TRIES = 2


@dataclass(frozen=True)
class Wanted:
    """A file to move, and how large it is."""

    scope: str
    sha256: str
    size: int
    name: str


@dataclass
class Moved:
    """How many files went up and came down."""

    up: int = 0
    down: int = 0


Progress = Callable[[Wanted, int], object]
"""Hears which file, and how many of its bytes are over."""


def move_files(
    store: Store,
    connection: Connection,
    progress: Progress = lambda _file, _bytes: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Moved:
    """Upload what the server lacks, then fetch what is missing here; a file that cannot be moved stays for later."""
    moved = Moved()
    for wanted in to_upload(store):
        if stopped():
            return moved
        if _upload(store, connection, wanted, progress):
            moved.up += 1
    for wanted in to_download(store):
        if stopped():
            return moved
        if _download(store, connection, wanted, progress):
            moved.down += 1
    return moved


def to_upload(store: Store) -> list[Wanted]:
    """Files whose record the server has and whose bytes it has not, small ones first."""
    with store.read() as session:
        writable = select(SyncScope.scope).where(SyncScope.writable)
        there = (
            select(SnapshotChunk.sha256)
            .where(SnapshotChunk.sha256 == Attachment.sha256, SnapshotChunk.scope == "file:" + Attachment.scope)
            .exists()
        )
        query = select(Attachment).where(
            Attachment.rev > 0, Attachment.deleted_at.is_(None), Attachment.scope.in_(writable), ~there
        )
        found = [_wanted(row) for row in session.scalars(query.order_by(Attachment.size, Attachment.id))]
    return [each for each in _each_once(found) if has_file(store.paths, each.sha256)]


def to_download(store: Store) -> list[Wanted]:
    """Files some record here names and whose bytes are elsewhere, small ones first."""
    with store.read() as session:
        query = select(Attachment).where(Attachment.rev > 0, Attachment.deleted_at.is_(None))
        found = [_wanted(row) for row in session.scalars(query.order_by(Attachment.size, Attachment.id))]
    return [each for each in _each_once(found) if not has_file(store.paths, each.sha256)]


def collect_orphans(store: Store, now: datetime) -> int:
    """Remove files that no record names, in the trash or not, and that have lain here for a month; how many."""
    if not store.paths.attachments.is_dir():
        return 0
    with store.read() as session:
        named = set(session.scalars(select(Attachment.sha256)))
        for row in session.scalars(select(ProfileValue).where(ProfileValue.key.startswith(_PARTS))):
            named.update(row.value["pieces"])
    gone = 0
    for path in sorted(store.paths.attachments.iterdir()):
        if len(path.name) != 64 or path.name in named:
            continue
        if now.timestamp() - path.stat().st_mtime > ORPHANS_KEPT.total_seconds():
            remove_file(store.paths, path.name)
            gone += 1
    return gone


def _wanted(row: Attachment) -> Wanted:
    return Wanted(row.scope, row.sha256, row.size, row.name)


def _each_once(files: Sequence[Wanted]) -> list[Wanted]:
    return list({(each.scope, each.sha256): each for each in files}.values())


def _upload(store: Store, connection: Connection, wanted: Wanted, progress: Progress) -> bool:
    content = read_file(store.paths, store.data_key, wanted.sha256)
    for _try in range(_TRIES):
        try:
            if _send_pieces(connection, wanted, content, progress):
                with store.write() as session:
                    session.merge(SnapshotChunk(scope=f"file:{wanted.scope}", sha256=wanted.sha256))
                return True
        except Refusal as refusal:
            if refusal.name != protocol.DIGEST_MISMATCH:
                if refusal.status in (401, 429, 503):
                    raise
                return False  # not ours any more, or the server does not take it: the record says where it is
    return False


def _send_pieces(connection: Connection, wanted: Wanted, content: bytes, progress: Progress) -> bool:
    offset = connection.stored(wanted.scope, wanted.sha256)
    if offset is None:
        offset = connection.announce(wanted.scope, wanted.sha256, len(content))
    progress(wanted, offset)
    for _piece in range(2 * (len(content) // protocol.BLOB_CHUNK + 1) + 1):
        if offset >= len(content):
            return True
        piece = content[offset : offset + protocol.BLOB_CHUNK]
        offset = connection.upload(wanted.scope, wanted.sha256, offset, piece)
        progress(wanted, offset)
    return offset >= len(content)


def _download(store: Store, connection: Connection, wanted: Wanted, progress: Progress) -> bool:
    pieces = _pieces_here(store, wanted)
    content = b"".join(pieces)
    while len(content) < wanted.size:
        try:
            piece = connection.download(wanted.scope, wanted.sha256, len(content), protocol.BLOB_CHUNK)
        except Refusal as refusal:
            if refusal.status in (401, 429, 503):
                raise
            return False  # it still waits on the other computer
        if not piece:
            break
        content += piece
        if len(content) < wanted.size:
            _keep_piece(store, wanted, piece)
        progress(wanted, len(content))
    is_right = sha256_of(content).hexdigest() == wanted.sha256
    if is_right:
        write_file(store.paths, store.data_key, content)
        with store.write() as session:
            session.merge(SnapshotChunk(scope=f"file:{wanted.scope}", sha256=wanted.sha256))
    _forget_pieces(store, wanted)
    return is_right


def _key(wanted: Wanted) -> str:
    return f"{_PARTS}{wanted.sha256[:59]}"


def _piece_names(session: Session, wanted: Wanted) -> list[str]:
    row = session.get(ProfileValue, _key(wanted))
    return [] if row is None else list(row.value["pieces"])


def _pieces_here(store: Store, wanted: Wanted) -> list[bytes]:
    with store.read() as session:
        names = _piece_names(session, wanted)
    try:
        return [read_file(store.paths, store.data_key, name) for name in names]
    except NotFoundError:
        _forget_pieces(store, wanted)
        return []


def _keep_piece(store: Store, wanted: Wanted, piece: bytes) -> None:
    name = write_file(store.paths, store.data_key, piece)
    with store.write() as session:
        names = [*_piece_names(session, wanted), name]
        session.merge(ProfileValue(key=_key(wanted), value={"pieces": names}))


def _forget_pieces(store: Store, wanted: Wanted) -> None:
    with store.write() as session:
        names = _piece_names(session, wanted)
        if not names:
            return
        session.execute(delete(ProfileValue).where(ProfileValue.key == _key(wanted)))
        still_named = set(session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(names))))
    for name in set(names) - still_named:
        remove_file(store.paths, name)

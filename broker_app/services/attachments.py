"""Photos and files of a record: taken in safely, kept encrypted, shown, opened, removed and brought back.

The row says what a file is and whose; its bytes lie in :mod:`broker_app.services.sealed_files` under their SHA-256.
What takes time (shrinking a photo, sealing it) needs no session and runs before the row is written.
"""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.db.models import Attachment
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError, StoreError
from broker_app.i18n import _
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import utc_now
from broker_app.services.file_types import FileType, file_type, safe_name, type_of_mime
from broker_app.services.records import NOUNS, live, trashed
from broker_app.services.sealed_files import (
    MAX_FILE,
    digest_of,
    has_file,
    read_file,
    read_preview,
    remove_file,
    write_file,
    write_preview,
)
from broker_app.services.sessions import Sessions

if TYPE_CHECKING:
    from broker_app.services.pictures import Picture

__all__ = ["MAX_FILE", "digest_of", "has_file", "read_file", "remove_file", "write_file"]

SIGNATURE = "signature"
"""Attachments of this kind belong to :mod:`broker_app.services.signatures` and are not listed among the photos."""

_MOST_OF_ONE_RECORD = 60
_OPENED = "opened"


@dataclass(frozen=True)
class TakenFile:
    """A file checked and ready to be kept: what a person sees of it, its bytes, and a small picture or nothing."""

    name: str
    mime: str
    content: bytes
    preview: bytes = b""

    @property
    def kind(self) -> str:
        """Its code of the list attachment_kind."""
        known = type_of_mime(self.mime)
        if known is None:
            return "other"
        return "photo" if known.is_picture else "recording" if known.is_sound else "other"


@dataclass(frozen=True)
class KeptFile:
    """A :class:`TakenFile` whose bytes are sealed: what its row is made of."""

    name: str
    mime: str
    kind: str
    sha256: str
    size: int


@dataclass(frozen=True)
class AttachmentRow:
    """An attachment as a list shows it."""

    id: UUID
    kind: str
    name: str
    mime: str
    sha256: str
    size: int
    consent: bool
    author: str

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown as a picture."""
        known = type_of_mime(self.mime)
        return known is not None and known.is_picture


class FileVault:
    """The sealed files of an open store, for whoever holds no key."""

    def __init__(self, paths: ProfilePaths, data_key: bytes) -> None:
        self._paths, self._data_key = paths, data_key

    def keep(self, taken: TakenFile) -> KeptFile:
        """Seal the bytes of a file; raises DiskFullError or StoreError."""
        sha256 = write_file(self._paths, self._data_key, taken.content)
        if taken.preview:
            write_preview(self._paths, self._data_key, sha256, taken.preview)
        return KeptFile(taken.name, taken.mime, taken.kind, sha256, len(taken.content))

    def has(self, sha256: str) -> bool:
        """Whether the bytes are on this computer."""
        return has_file(self._paths, sha256)

    def read(self, sha256: str) -> bytes:
        """The bytes; raises NotFoundError or DamagedStoreError."""
        return read_file(self._paths, self._data_key, sha256)

    def preview(self, row: AttachmentRow) -> bytes:
        """A small picture (JPEG) of a photo, made anew if it came from another computer; b"" if there is none."""
        if not row.is_picture or not self.has(row.sha256):
            return b""
        kept = read_preview(self._paths, self._data_key, row.sha256)
        if kept is None:
            kept = _kept_picture(self.read(row.sha256)).preview
            write_preview(self._paths, self._data_key, row.sha256, kept)
        return kept

    def open_copy(self, row: AttachmentRow) -> Path:
        """A copy in clear that another program may open; :meth:`forget_copies` takes it away.

        Raises:
            InvalidInputError: its content is not a kind of file that is safe to open.
            NotFoundError: its bytes are not on this computer.
        """
        content = self.read(row.sha256)
        kind = file_type(content)
        if kind is None:
            raise InvalidInputError("file", _("这份附件不是能放心打开的类型，没有打开。"))
        folder = self._paths.folder / _OPENED / secrets.token_hex(8)
        copy = folder / safe_name(row.name, kind)
        try:
            folder.mkdir(parents=True, mode=0o700)
            copy.touch(mode=0o600)
            copy.write_bytes(content)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StoreError(_("没有地方放临时的副本，附件没有打开。资料没有受影响。")) from error
        return copy

    def forget(self, names: Sequence[str]) -> None:
        """Drop the bytes of files no record names any more."""
        for sha256 in names:
            remove_file(self._paths, sha256)

    def forget_copies(self) -> None:
        """Take away all copies in clear; one that another program still holds goes next time."""
        shutil.rmtree(self._paths.folder / _OPENED, ignore_errors=True)


def vault_of(sessions: Sessions) -> FileVault:
    """The sealed files of the open store."""
    if not isinstance(sessions, Store):
        raise TypeError("attachments need the open store")
    return FileVault(sessions.paths, sessions.data_key)


def take_file(content: bytes, name: str, *, keep_details: bool = False) -> TakenFile:
    """Check a file and make it ready to be kept; a photo is shrunk and loses the place it was taken at.

    Raises:
        InvalidInputError: empty, too large, damaged, or not a kind of file that is taken.
    """
    if not content:
        raise InvalidInputError("file", _("「{name}」是空的，没有收。").format(name=_shown(name)))
    if len(content) > MAX_FILE:
        words = _("「{name}」太大：最大 {limit} MB。").format(name=_shown(name), limit=MAX_FILE // 1024**2)
        raise InvalidInputError("file", words)
    kind = file_type(content)
    if kind is None:
        words = _("「{name}」不是能收的文件。可以收照片、PDF、录音、文本和不带宏的 Office 文件。")
        raise InvalidInputError("file", words.format(name=_shown(name)))
    if not kind.is_picture:
        return TakenFile(safe_name(name, kind), kind.mime, content)
    picture = _kept_picture(content, keep_details=keep_details)
    shown = safe_name(_without_ending(name, kind), picture.kind)
    return TakenFile(shown, picture.kind.mime, picture.content, picture.preview)


def read_from_disk(file: Path) -> bytes:
    """The bytes of a file somebody chose; not a byte is read of one that is too large.

    Raises:
        InvalidInputError: it is no ordinary file, too large, or cannot be read.
    """
    try:
        if not file.is_file():
            raise InvalidInputError("file", _("「{name}」不是文件，没有收。").format(name=_shown(file.name)))
        if file.stat().st_size > MAX_FILE:
            words = _("「{name}」太大：最大 {limit} MB。").format(name=_shown(file.name), limit=MAX_FILE // 1024**2)
            raise InvalidInputError("file", words)
        return file.read_bytes()
    except OSError as error:
        raise InvalidInputError("file", _("「{name}」读不了，没有收。").format(name=_shown(file.name))) from error


def add_attachment(
    session: Session, parent_kind: str, parent_id: UUID, kept: KeptFile, *, consent: bool = False, kind: str = ""
) -> UUID:
    """Hang a kept file on a record; the same bytes twice on one record are one attachment. Returns its id.

    ``consent``: the firm has agreed to the photo or recording.

    Raises:
        NotFoundError: the record is not there.
        InvalidInputError: it has too many attachments already.
    """
    parent = live(session, NOUNS[parent_kind], parent_id)
    mine = (
        Attachment.parent_kind == parent_kind,
        Attachment.parent_id == parent_id,
        Attachment.deleted_at.is_(None),
    )
    same = session.scalar(select(Attachment.id).where(*mine, Attachment.sha256 == kept.sha256).limit(1))
    if same is not None:
        return same
    if (session.scalar(select(func.count()).select_from(Attachment).where(*mine)) or 0) >= _MOST_OF_ONE_RECORD:
        words = _("一条记录最多 {limit} 份附件。").format(limit=_MOST_OF_ONE_RECORD)
        raise InvalidInputError("file", words)
    row = Attachment(
        scope=parent.scope,
        parent_kind=parent_kind,
        parent_id=parent_id,
        kind=kind or kept.kind,
        name=kept.name,
        mime=kept.mime,
        sha256=kept.sha256,
        size=kept.size,
        consent=consent,
    )
    session.add(row)
    session.flush()
    return row.id


def list_attachments(session: Session, parent_kind: str, parent_id: UUID) -> Sequence[AttachmentRow]:
    """The attachments of a record in the order added, without signatures."""
    rows = session.scalars(
        select(Attachment)
        .where(
            Attachment.parent_kind == parent_kind,
            Attachment.parent_id == parent_id,
            Attachment.kind != SIGNATURE,
            Attachment.deleted_at.is_(None),
        )
        .order_by(Attachment.created_at, Attachment.id)
    )
    return [
        AttachmentRow(row.id, row.kind, _safe(row), row.mime, row.sha256, row.size, row.consent, row.author_name)
        for row in rows
    ]


def set_consent(session: Session, parent_kind: str, parent_id: UUID, agreed: bool) -> None:
    """Write down for all photos and recordings of a record whether the firm has agreed to them."""
    rows = session.scalars(
        select(Attachment).where(
            Attachment.parent_kind == parent_kind,
            Attachment.parent_id == parent_id,
            Attachment.kind.in_(("photo", "recording")),
            Attachment.deleted_at.is_(None),
        )
    )
    for row in rows:
        row.consent = agreed


def remove_attachment(session: Session, attachment_id: UUID) -> None:
    """Take an attachment off its record; its bytes stay until nobody can ask for them back."""
    live(session, Attachment, attachment_id).deleted_at = utc_now()


def restore_attachment(session: Session, attachment_id: UUID) -> None:
    """Bring a removed attachment back."""
    trashed(session, Attachment, attachment_id).deleted_at = None


def _kept_picture(content: bytes, *, keep_details: bool = False) -> "Picture":
    # The picture library is slow to import and not needed before the first photo.
    picture: Picture = import_module("broker_app.services.pictures").kept_picture(content, keep_details=keep_details)
    return picture


def _without_ending(name: str, kind: FileType) -> str:
    ending = next((one for one in kind.endings if name.lower().endswith(one)), "")
    return name[: -len(ending)] if ending else name


def _safe(row: Attachment) -> str:
    """The name of an attachment as it may be shown: a row from another computer may carry any name."""
    return safe_name(row.name, type_of_mime(row.mime) or FileType(row.mime, (".bin",)))


def _shown(name: str) -> str:
    return "".join(one for one in name if one.isprintable())[-40:]

"""手写签名图像 of a firm under a visit: what exactly was signed, by whom, the strokes, and whether it changed since.

A signature is two attachments of kind ``signature``: the picture, which hangs on the visit, and the record of it (JSON:
strokes, the exact text and its SHA-256), which hangs on the picture. It is no reliable electronic signature in the
sense of 电子签名法 and is never called one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Attachment, Visit
from broker_app.errors import DamagedStoreError, InvalidInputError, NotFoundError
from broker_app.i18n import _
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.attachments import SIGNATURE, FileVault, KeptFile, TakenFile
from broker_app.services.confirmed_text import SENTENCE, confirmed_text
from broker_app.services.papers import visit_sheet
from broker_app.services.records import live, text_field, trashed
from broker_app.services.sheets import SignatureMark, SlipSheet, VisitSheet

_LONGEST_SIGNER = 40
_SHORT = 8  # digits of the fingerprint a person compares
_RECORD_MIME = "application/json"
# Papers are Chinese whatever language the window speaks.
_CHANGED = "签字后有改动，原来的签名不印在这里。请对改动后的内容重新签字。"
_AWAY = "已经手写签字，签名还没有同步到这台电脑，没有印出来。"
_BROKEN = "签名的文件和签字时对不上，没有印出来。"

SheetT = TypeVar("SheetT", VisitSheet, SlipSheet)


@dataclass(frozen=True)
class Point:
    """Where the pen was: px from the top left of the pad, milliseconds since the first point, pressure 0 to 1."""

    x: float
    y: float
    t: int
    pressure: float


Stroke = tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """What was drawn on a pad of ``width`` x ``height`` px, as strokes and as a picture (PNG)."""

    strokes: tuple[Stroke, ...]
    width: int
    height: int
    png: bytes


@dataclass(frozen=True)
class SigningText:
    """What is put before the person who signs: the text, the sentence under it, and the SHA-256 of both."""

    enterprise: str
    text: str
    sentence: str
    sha256: str
    people: tuple[str, ...]

    @property
    def short(self) -> str:
        """The first digits of the hash in fours, as it stands on pad and paper."""
        return short_code(self.sha256)


@dataclass(frozen=True)
class SealedSignature:
    """A signature whose bytes are kept; rows are made of it by :func:`add_signature`."""

    image: KeptFile
    record: KeptFile


@dataclass(frozen=True)
class Signature:
    """The signature under a visit. ``changed`` says that the visit no longer reads as it was signed."""

    id: UUID
    signer: str
    signed_at: datetime
    text_sha256: str
    image_sha256: str
    record_sha256: str
    changed: bool

    @property
    def short(self) -> str:
        """The first digits of the hash of the signed text, in fours."""
        return short_code(self.text_sha256)


def short_code(sha256: str) -> str:
    """The digits of a hash that people compare: ``7F3A 19C2``."""
    digits = sha256[:_SHORT].upper()
    return f"{digits[:4]} {digits[4:]}"


def signing_text(session: Session, visit_id: UUID) -> SigningText:
    """What a firm would sign of a visit as it stands: the very text that 现场确认单 prints.

    Raises:
        InvalidInputError: the visit has no firm or no note yet.
        NotFoundError: it is not there.
    """
    visit = live(session, Visit, visit_id)
    if visit.enterprise_id is None:
        raise InvalidInputError("enterprise", _("先选企业，再请企业签字。"))
    if not visit.note.strip():
        raise InvalidInputError("note", _("先写纪要，再请企业签字。"))
    sheet = visit_sheet(session, visit_id)
    people = tuple(person.name for person in sheet.met if person.name)
    return SigningText(sheet.enterprise, "\n".join(confirmed_text(sheet)), SENTENCE, _hash_of(sheet), people)


def seal_signature(vault: FileVault, text: SigningText, signer: str, drawing: Drawing) -> SealedSignature:
    """Keep picture and record of a signature (no session needed).

    Raises:
        InvalidInputError: nobody is named, or nothing was drawn.
        DiskFullError: no room.
    """
    signer = text_field("signer", signer, _LONGEST_SIGNER, required=_("请写是谁签字。"))
    if not drawing.strokes:
        raise InvalidInputError("drawing", _("请先在白板上签名。"))
    image = vault.keep(TakenFile(_("手写签名图像 {name}.png").format(name=signer), "image/png", drawing.png))
    record = {
        "enterprise": text.enterprise,
        "text": text.text,
        "sentence": text.sentence,
        "sha256": text.sha256,
        "signer": signer,
        "at": utc_now().isoformat(),
        "image": image.sha256,
        "pad": [drawing.width, drawing.height],
        "strokes": [
            [[round(p.x, 1), round(p.y, 1), p.t, round(p.pressure, 3)] for p in stroke] for stroke in drawing.strokes
        ],
    }
    content = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    # The name carries what a list needs without opening the file: who, and the hash of what was signed.
    kept = vault.keep(TakenFile(f"{text.sha256} {signer}.json", _RECORD_MIME, content))
    return SealedSignature(image, kept)


def add_signature(session: Session, visit_id: UUID, sealed: SealedSignature) -> UUID:
    """Put a signature under a visit; an earlier one goes to the trash, its files stay. Returns its id."""
    visit = live(session, Visit, visit_id)
    for earlier in _rows_under(session, visit_id):
        earlier.deleted_at = utc_now()
    image = _row(visit.scope, "visit", visit_id, sealed.image)
    session.add(image)
    session.flush()
    session.add(_row(visit.scope, "attachment", image.id, sealed.record))
    session.flush()
    return image.id


def remove_signature(session: Session, signature_id: UUID) -> None:
    """Take a signature away."""
    live(session, Attachment, signature_id).deleted_at = utc_now()


def restore_signature(session: Session, signature_id: UUID) -> None:
    """Bring a signature back in the place of the one there is now."""
    row = trashed(session, Attachment, signature_id)
    for other in _rows_under(session, row.parent_id):
        other.deleted_at = utc_now()
    row.deleted_at = None


def signature_of(session: Session, visit_id: UUID) -> Signature | None:
    """The signature under a visit, None if nobody signed (or its record has not arrived yet)."""
    for image in _rows_under(session, visit_id):
        record = session.scalar(
            select(Attachment)
            .where(Attachment.parent_kind == "attachment", Attachment.parent_id == image.id)
            .order_by(Attachment.created_at)
            .limit(1)
        )
        signed, _blank, rest = record.name.partition(" ") if record is not None else ("", "", "")
        if record is not None and len(signed) == 64:
            return Signature(
                id=image.id,
                signer=rest.removesuffix(".json"),
                signed_at=image.created_at,
                text_sha256=signed,
                image_sha256=image.sha256,
                record_sha256=record.sha256,
                changed=_hash_of(visit_sheet(session, visit_id)) != signed,
            )
    return None


def signed_text(vault: FileVault, signature: Signature) -> str:
    """The exact text that was signed, from its record.

    Raises:
        NotFoundError: the record is not on this computer, or it is not the one of this signature.
        DamagedStoreError: its bytes have changed.
    """
    record = _record_of(vault, signature)
    return f"{record['text']}\n{record['sentence']}"


def with_signature(session: Session, vault: FileVault, visit_id: UUID, sheet: SheetT) -> SheetT:
    """The sheet of a visit with the firm's signature under it, drawn only while the visit reads as it was signed."""
    signature = signature_of(session, visit_id)
    return replace(sheet, signature=_mark(vault, signature)) if signature is not None else sheet


def _mark(vault: FileVault, signature: Signature) -> SignatureMark:
    mark = SignatureMark(signature.signer, china_date(signature.signed_at), signature.short)
    if signature.changed:
        return replace(mark, instead=_CHANGED)
    if not vault.has(signature.record_sha256):
        return replace(mark, instead=_AWAY)
    try:
        record = _record_of(vault, signature)
    except (NotFoundError, DamagedStoreError):
        return replace(mark, instead=_BROKEN)
    strokes = (tuple((x, y) for x, y, *_rest in stroke) for stroke in record["strokes"])
    return replace(mark, strokes=tuple(filter(None, strokes)))


def _record_of(vault: FileVault, signature: Signature) -> Mapping[str, Any]:
    """What was kept with a signature; raises as :func:`signed_text` says."""
    record: Mapping[str, Any] = json.loads(vault.read(signature.record_sha256))
    signed = _hash(str(record["text"]), str(record["sentence"]))
    if record["sha256"] != signature.text_sha256 or signed != signature.text_sha256:
        raise NotFoundError(_("签字时的原文和签名对不上，没有显示它。"))
    return record


def _rows_under(session: Session, visit_id: UUID) -> Sequence[Attachment]:
    return session.scalars(
        select(Attachment)
        .where(
            Attachment.parent_kind == "visit",
            Attachment.parent_id == visit_id,
            Attachment.kind == SIGNATURE,
            Attachment.deleted_at.is_(None),
        )
        .order_by(Attachment.created_at.desc(), Attachment.id.desc())
    ).all()


def _row(scope: str, parent_kind: str, parent_id: UUID, kept: KeptFile) -> Attachment:
    return Attachment(
        scope=scope,
        parent_kind=parent_kind,
        parent_id=parent_id,
        kind=SIGNATURE,
        name=kept.name,
        mime=kept.mime,
        sha256=kept.sha256,
        size=kept.size,
        consent=True,
    )


def _hash_of(sheet: VisitSheet) -> str:
    return _hash("\n".join(confirmed_text(sheet)), SENTENCE)


def _hash(text: str, sentence: str) -> str:
    return hashlib.sha256(f"{text}\n{sentence}".encode()).hexdigest()

"""After a sitting that did not end as it should: which drafts were being written, and what is new in them.

A small file in the profile stands while the program works on it and goes when it is closed. Found at the next start, it
says since when something may have been cut short. The drafts themselves are ordinary rows; nothing has to be repaired.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Enterprise, OutboxOperation, Visit
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import OPEN_NOTE_STATES
from broker_app.services.records import live

MARKER = "sitting.open"
_MOST = 50


@dataclass(frozen=True)
class FoundDraft:
    """A draft that was changed in a sitting cut short."""

    id: UUID
    enterprise: str
    first_line: str
    edited_at: datetime


@dataclass(frozen=True)
class Piece:
    """Some text of a draft: ``kind`` is "same", "new" or "gone"."""

    kind: str
    text: str


def begin_sitting(folder: Path) -> datetime | None:
    """Put the marker into a profile; returns since when a sitting was cut short, None if the last one ended well."""
    marker = folder / MARKER
    try:
        began = datetime.fromisoformat(marker.read_text("ascii").strip())
    except FileNotFoundError:
        began = None
    except ValueError:  # cut short in the middle of writing the marker itself
        began = datetime.fromtimestamp(marker.stat().st_mtime, UTC)
    if began is None:
        drafts_seen(folder)
    return began


def drafts_seen(folder: Path) -> None:
    """Somebody has looked at the drafts found: the next one cut short begins now.

    On a full disk there is no marker: the program opens all the same, and tells less after the next power cut.
    """
    with suppress(OSError):
        (folder / MARKER).write_text(utc_now().isoformat(), "ascii")


def end_sitting(folder: Path) -> None:
    """Take the marker away: everything typed has landed."""
    (folder / MARKER).unlink(missing_ok=True)


def found_drafts(session: Session, since: datetime) -> Sequence[FoundDraft]:
    """The drafts of visits changed since a moment, the latest first."""
    rows = session.execute(
        select(Visit, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .where(Visit.deleted_at.is_(None), Visit.state.in_(OPEN_NOTE_STATES), Visit.edited_at >= since)
        .order_by(Visit.edited_at.desc())
        .limit(_MOST)
    )
    return [
        FoundDraft(visit.id, name or "", " ".join(visit.note[:200].split())[:60], visit.edited_at or since)
        for visit, name in rows
    ]


def new_in_draft(session: Session, visit_id: UUID) -> Sequence[Piece]:
    """The note of a draft beside what of it has been uploaded, in order; raises NotFoundError."""
    visit = live(session, Visit, visit_id)
    waiting = session.scalars(
        select(OutboxOperation).where(OutboxOperation.record_id == visit_id).order_by(OutboxOperation.seq)
    )
    before: str | None = visit.note
    for operation in waiting:
        if "note" in operation.fields:
            before = operation.fields["note"][0]
            break
    return _pieces(before or "", visit.note)


def _pieces(before: str, after: str) -> list[Piece]:
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", after[c:d]))
            continue
        if b > a:
            pieces.append(Piece("gone", before[a:b]))
        if d > c:
            pieces.append(Piece("new", after[c:d]))
    return pieces

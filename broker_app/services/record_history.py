"""改动经过: who changed what of a record and when, from what this computer wrote and what the server tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import AcknowledgedOperation, OutboxOperation, Synced
from broker_app.db.outbox import wire_value
from broker_app.i18n import _
from broker_app.services.conflicts import moment_of
from broker_app.services.field_words import field_word, value_words
from broker_app.services.profile import read_profile
from broker_app.services.records import NOUNS

_NOT_SAID = frozenset({"author_id", "author_name", "created_at", "pinyin", "spans", "verifier_id", "source_id",
                       "confidential", "extra", "name_key"})  # fmt: skip


@dataclass(frozen=True)
class HistoryEntry:
    """One change: who, when, what became of it ("waiting" here, else the server's word), ``{field: [old, new]}``."""

    who: str
    at: datetime | None
    status: str
    changed: Mapping[str, Any]


@dataclass(frozen=True)
class HistoryLine:
    """A change as a person reads it: 林样例 · today · ("地址：塘下 → 莘塍", ...)."""

    who: str
    at: datetime | None
    state: str
    parts: tuple[str, ...]


def own_history(session: Session, record: UUID) -> tuple[HistoryEntry, ...]:
    """What was changed on this computer and is still known here, the newest first; what waits is on top."""
    who = read_profile(session).name
    waiting = session.scalars(
        select(OutboxOperation).where(OutboxOperation.record_id == record).order_by(OutboxOperation.seq.desc())
    )
    sent = session.scalars(
        select(AcknowledgedOperation)
        .where(AcknowledgedOperation.record_id == record)
        .order_by(AcknowledgedOperation.ordinal.desc())
    )
    return (
        *(HistoryEntry(who, row.at, "waiting", row.fields) for row in waiting),
        *(HistoryEntry(who, moment_of(row.received_at) or row.at, row.status, row.fields) for row in sent),
    )


def whole_history(own: Sequence[HistoryEntry], told: Sequence[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Both together: what waits here, then what the server says; without it what this computer still knows."""
    if not told:
        return tuple(own)
    return (*(entry for entry in own if entry.status == "waiting"), *told)


def history_lines(kind: str, entries: Sequence[HistoryEntry]) -> tuple[HistoryLine, ...]:
    """Entries in words; one that changed nothing a person sees is left out."""
    lines = (HistoryLine(entry.who, entry.at, _state(entry), _parts(kind, entry)) for entry in entries)
    return tuple(line for line in lines if line.parts)


def sent_scope(session: Session, kind: str, record: UUID) -> str:
    """Where the server has a record; "" if it has never heard of it."""
    model = NOUNS.get(kind)
    row: Synced | None = session.get(model, record) if model is not None else None
    return row.scope if row is not None and row.rev > 0 else ""


def _state(entry: HistoryEntry) -> str:
    return {
        "waiting": _("还没上传"),
        "merged": _("和别人的改动合在一起"),
        "conflict": _("和别人改到了同一处"),
        "held": _("没有照办，先放着"),
    }.get(entry.status, "")


def _parts(kind: str, entry: HistoryEntry) -> tuple[str, ...]:
    changes = {name: change for name, change in entry.changed.items() if name not in _NOT_SAID}
    if "scope" in changes:
        return (_("移交给别的团队或县区"),)
    if "deleted_at" in changes:
        return (_("移到回收站") if _after(changes["deleted_at"]) is not None else _("从回收站拿回"),)
    if changes and all(_before(change) is None for change in changes.values()) and "created_at" in entry.changed:
        return (_("新建"),)
    return tuple(
        _("{field}：{before} → {after}").format(
            field=field_word(kind, name),
            before=_short(value_words(kind, name, wire_value(_before(change)))),
            after=_short(value_words(kind, name, wire_value(_after(change)))),
        )
        for name, change in changes.items()
    )


def _before(change: Any) -> Any:
    return change[0] if isinstance(change, list) and len(change) == 2 else None


def _after(change: Any) -> Any:
    return change[1] if isinstance(change, list) and len(change) == 2 else change


def _short(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:60]}……"

"""Imported files: what is already known, rows added in small transactions, and undoing a whole batch."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.db.models import (
    Achievement,
    Contact,
    Enterprise,
    ImportBatch,
    ImportMapping,
    Match,
    Need,
    Synced,
    Visit,
)
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import NeedState
from broker_app.services.achievements import AchievementDraft, fill_achievement
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.firm_names import core_name
from broker_app.services.needs import NeedDraft, save_need

_MODELS: dict[str, type[Achievement] | type[Enterprise] | type[Need]] = {
    "achievements": Achievement,
    "enterprises": Enterprise,
    "needs": Need,
}

KEY_LENGTH = 200
"""Characters of an abstract that tell two achievements of one title apart."""


@dataclass
class Known:
    """Keys of the records already here, read once and kept up while a file is imported."""

    source_ids: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)  # with the credit codes of that name, "" for none
    codes: set[str] = field(default_factory=set)

    def why_duplicate(self, source_id: str, name_key: str, code: str = "") -> str:
        """The reason a row is already known, or ""."""
        if source_id and source_id in self.source_ids:
            return _("编号 {id} 已经有了").format(id=source_id)
        if code and code in self.codes:
            return _("信用代码 {code} 已经有了").format(code=code)
        others = self.names.get(name_key, set())
        # Two credit codes are two firms, however alike their names.
        if others and (not code or code in others or "" in others):
            return _("名称相同的已经有了")
        return ""

    def add(self, source_id: str, name_key: str, code: str = "") -> None:
        """Remember a row that has just been added."""
        self.names.setdefault(name_key, set()).add(code)
        if source_id:
            self.source_ids.add(source_id)
        if code:
            self.codes.add(code)


@dataclass(frozen=True)
class BatchRow:
    """A line of the list of imports."""

    id: UUID
    kind: str
    file_name: str
    imported_at: datetime
    added: int
    duplicates: int
    refused: int
    undone: bool


@dataclass(frozen=True)
class UndoneBatch:
    """How many rows an undone import took back, and how many stayed because something uses them."""

    removed: int
    kept: int


def known_records(session: Session, kind: str) -> Known:
    """The keys of all live records of ``kind`` ("achievements", "enterprises", "needs")."""
    known = Known()
    if kind == "achievements":
        columns = select(
            Achievement.source_id,
            Achievement.title,
            Achievement.owner,
            func.substr(Achievement.abstract, 1, KEY_LENGTH),
        ).where(Achievement.deleted_at.is_(None))
        for source_id, title, owner, beginning in session.execute(columns):
            known.add(source_id, name_key(title, owner, beginning))
    elif kind == "enterprises":
        firms = select(Enterprise.source_id, Enterprise.name, Enterprise.credit_code).where(
            Enterprise.deleted_at.is_(None)
        )
        for source_id, name, code in session.execute(firms):
            known.add(source_id, name_key(core_name(name)), code)
    else:
        needs = (
            select(Need.source_id, Need.title, Enterprise.name)
            .outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)
            .where(Need.deleted_at.is_(None))
        )
        for source_id, title, firm in session.execute(needs):
            known.add(source_id, name_key(title, firm or ""))
    return known


def name_key(*parts: str) -> str:
    """What two spellings of the same name share: width, case and blanks folded."""
    return "\x1f".join("".join(unicodedata.normalize("NFKC", part).lower().split()) for part in parts)


def begin_batch(session: Session, kind: str, file_name: str) -> UUID:
    """Open a batch for a file; its rows are added by the functions below."""
    batch = ImportBatch(kind=kind, file_name=file_name, imported_at=utc_now(), added=0, duplicates=0, refused=0)
    session.add(batch)
    session.flush()
    return batch.id


def count_in_batch(session: Session, batch_id: UUID, *, added: int, duplicates: int, refused: int) -> None:
    """Add to the counts of a batch."""
    batch = session.get_one(ImportBatch, batch_id)
    batch.added += added
    batch.duplicates += duplicates
    batch.refused += refused


def add_achievement(session: Session, batch_id: UUID, draft: AchievementDraft) -> None:
    """Add one achievement of a batch; it is flushed with the others of its transaction."""
    row = Achievement()
    fill_achievement(row, draft, import_batch_id=batch_id)
    session.add(row)


def add_enterprise(session: Session, batch_id: UUID, draft: EnterpriseDraft) -> None:
    """Add one firm of a batch with its people; raises InvalidInputError."""
    firm_id = save_enterprise(session, draft)
    session.get_one(Enterprise, firm_id).import_batch_id = batch_id
    for person in session.scalars(select(Contact).where(Contact.enterprise_id == firm_id)):
        person.import_batch_id = batch_id


def add_need(session: Session, batch_id: UUID, draft: NeedDraft) -> None:
    """Add one need of a batch; raises InvalidInputError."""
    session.get_one(Need, save_need(session, draft)).import_batch_id = batch_id


def firm_named(session: Session, name: str, credit_code: str = "") -> UUID | None:
    """The live firm with that credit code or exactly that name, if there is just one."""
    if credit_code:
        found = session.scalars(
            select(Enterprise.id).where(Enterprise.credit_code == credit_code, Enterprise.deleted_at.is_(None)).limit(2)
        ).all()
        if len(found) == 1:
            return found[0]
    if not name:
        return None
    found = session.scalars(
        select(Enterprise.id).where(Enterprise.name == name, Enterprise.deleted_at.is_(None)).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def list_batches(session: Session) -> Sequence[BatchRow]:
    """Imports of this computer, newest first."""
    rows = session.scalars(select(ImportBatch).order_by(ImportBatch.imported_at.desc()))
    return [
        BatchRow(
            one.id,
            one.kind,
            one.file_name,
            one.imported_at,
            one.added,
            one.duplicates,
            one.refused,
            one.undone_at is not None,
        )
        for one in rows
    ]


def undo_batch(session: Session, batch_id: UUID) -> UndoneBatch:
    """Take every row of an import back, except those that visits, needs or matches already use.

    Raises:
        NotFoundError: there is no such import on this computer.
        InvalidInputError: it was undone before.
    """
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFoundError(_("本机没有这次导入，没有改动什么。"))
    if batch.undone_at is not None:
        raise InvalidInputError("batch", _("这次导入已经撤销过了。"))
    model: Any = _MODELS[batch.kind]
    used = _used_ids(session, batch.kind)
    now, removed, kept = utc_now(), 0, 0
    for row in session.scalars(select(model).where(model.import_batch_id == batch_id, model.deleted_at.is_(None))):
        if row.id in used:
            kept += 1
        else:
            row.deleted_at = now
            removed += 1
    _undo_contacts(session, batch_id, now)
    batch.undone_at = now
    session.flush()
    return UndoneBatch(removed, kept)


def remembered_mapping(session: Session, kind: str, columns: Sequence[str]) -> dict[str, Any] | None:
    """The mapping last used for these headings, if there was one."""
    found = session.get(ImportMapping, (kind, "\x1f".join(columns)))
    return found.mapping if found else None


def remember_mapping(session: Session, kind: str, columns: Sequence[str], mapping: dict[str, Any]) -> None:
    """Keep a mapping for the next file with the same headings."""
    session.merge(ImportMapping(kind=kind, columns="\x1f".join(columns), mapping=mapping))


def _used_ids(session: Session, kind: str) -> set[UUID]:
    if kind == "achievements":
        return set(session.scalars(select(Match.achievement_id).where(Match.deleted_at.is_(None))))
    if kind == "needs":
        matched = session.scalars(select(Match.need_id).where(Match.deleted_at.is_(None)))
        worked_on = session.scalars(select(Need.id).where(Need.state != NeedState.RAW))
        return {*matched, *worked_on}
    visited = select(Visit.enterprise_id).where(Visit.deleted_at.is_(None), Visit.enterprise_id.is_not(None))
    needing = select(Need.enterprise_id).where(Need.deleted_at.is_(None), Need.enterprise_id.is_not(None))
    return {firm for firm in (*session.scalars(visited), *session.scalars(needing)) if firm is not None}


def _undo_contacts(session: Session, batch_id: UUID, now: datetime) -> None:
    people = session.execute(
        select(Contact, Enterprise.deleted_at)
        .join(Enterprise, Enterprise.id == Contact.enterprise_id)
        .where(Contact.import_batch_id == batch_id, Contact.deleted_at.is_(None))
    )
    for person, firm_deleted in people:
        if firm_deleted is not None:
            person.deleted_at = now


def record_counts(session: Session) -> dict[str, int]:
    """How many live records of each kind are on this computer."""
    models: dict[str, type[Synced]] = {
        "enterprises": Enterprise,
        "visits": Visit,
        "needs": Need,
        "achievements": Achievement,
        "matches": Match,
    }
    return {
        name: session.scalar(select(func.count(model.id)).where(model.deleted_at.is_(None))) or 0
        for name, model in models.items()
    }

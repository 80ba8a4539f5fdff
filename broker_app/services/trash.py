"""回收站: what was put into the trash in the last thirty days, taking it out again, and deleting for good.

A record that has left this computer stays as a mark for ever, or another computer would bring it back. Only what nobody
else has seen can be deleted for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from broker_app.db.models import (
    Achievement,
    AcknowledgedOperation,
    Attachment,
    Enterprise,
    FollowUp,
    Match,
    Need,
    NoteRevision,
    OutboxOperation,
    ReferralRequest,
    StateMove,
    Synced,
    Visit,
)
from broker_app.errors import IllegalMoveError
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import OPEN_NOTE_STATES
from broker_app.services.achievements import restore_achievement
from broker_app.services.enterprise_merge import is_merged, undo_merge
from broker_app.services.enterprises import restore_enterprise
from broker_app.services.firm_aliases import follow_aliases
from broker_app.services.matches import restore_match
from broker_app.services.needs import restore_need
from broker_app.services.records import NOUNS, trashed
from broker_app.services.search import contains_words
from broker_app.services.visits import restore_visit

KEPT_DAYS = 30
KINDS = ("visit", "need", "enterprise", "achievement", "match")
_RESTORE = {
    "visit": restore_visit,
    "need": restore_need,
    "enterprise": restore_enterprise,
    "achievement": restore_achievement,
    "match": restore_match,
}
_CHILDREN: dict[str, tuple[Any, ...]] = {
    "visit": (NoteRevision.visit_id, ReferralRequest.visit_id, FollowUp.visit_id, StateMove.record_id),
    "need": (StateMove.record_id,),
    "match": (StateMove.record_id,),
}


@dataclass(frozen=True)
class TrashRow:
    """A line of the trash."""

    id: UUID
    kind: str
    name: str
    detail: str
    deleted_at: datetime
    days_left: int


def kind_label(kind: str) -> str:
    """What people call a kind of record."""
    return {
        "visit": _("走访", "one"),
        "need": _("需求", "one"),
        "enterprise": _("企业", "one"),
        "achievement": _("成果", "one"),
        "match": _("对接", "one"),
    }[kind]


def list_trash(
    session: Session, query: str = "", *, kind: str = "", offset: int = 0, limit: int = 100
) -> Sequence[TrashRow]:
    """What lies in the trash, the latest first."""
    found: list[TrashRow] = []
    for each in (kind,) if kind else KINDS:
        statement, model = _statement(each, query)
        lately = model.deleted_at >= utc_now() - timedelta(days=KEPT_DAYS)
        rows = session.execute(statement.where(lately).order_by(model.deleted_at.desc()).limit(offset + limit))
        found += [_row(each, *row) for row in rows]
    found.sort(key=lambda one: (one.deleted_at, str(one.id)), reverse=True)
    return found[offset : offset + limit]


def count_trash(session: Session) -> int:
    """How many records lie in the trash."""
    since = utc_now() - timedelta(days=KEPT_DAYS)
    counts = (
        session.scalar(select(func.count()).select_from(model).where(model.deleted_at >= since))
        for model in (NOUNS[kind] for kind in KINDS)
    )
    return sum(count or 0 for count in counts)


def restore(session: Session, kind: str, record_id: UUID) -> None:
    """Take a record out of the trash; a firm that was merged is parted again. Raises NotFoundError."""
    if kind == "enterprise" and is_merged(session, record_id):
        undo_merge(session, record_id)
        return
    _RESTORE[kind](session, record_id)
    session.flush()
    follow_aliases(session)  # its firm may have been merged while it lay in the trash


def delete_for_good(session: Session, kind: str, record_id: UUID) -> Sequence[str]:
    """Remove a record from this computer, with what belongs to it alone. It cannot be brought back.

    Returns the SHA-256 of files no record names any more; their bytes may go after the commit.

    Raises:
        IllegalMoveError: somebody else has seen it, or it is a visit that was recorded.
        NotFoundError: it is not there.
    """
    model = NOUNS[kind]
    row = trashed(session, model, record_id)
    if row.deleted_at is None:
        raise IllegalMoveError(_("它不在回收站里，没有删除。"))
    if isinstance(row, Visit) and row.state not in OPEN_NOTE_STATES:
        raise IllegalMoveError(_("记完的走访是工作留痕，不能彻底删除，只能留在回收站里。"))
    children = _unseen_children(session, kind, record_id)
    if row.rev or _left_this_computer(session, record_id) or children is None:
        raise IllegalMoveError(
            _("这条记录已经上传过，别的电脑上也有，不能彻底删除。它留在回收站里，满 {days} 天就不再列出。").format(
                days=KEPT_DAYS
            )
        )
    files = set(session.scalars(select(Attachment.sha256).where(Attachment.id.in_(children[Attachment]))))
    session.expunge(row)
    for child, ids in children.items():
        session.execute(delete(OutboxOperation).where(OutboxOperation.record_id.in_(ids)))
        session.execute(delete(child).where(child.id.in_(ids)))
    session.execute(delete(model).where(model.id == record_id))
    session.info.setdefault("changed", set()).add(model.__name__)
    return sorted(files - set(session.scalars(select(Attachment.sha256).where(Attachment.sha256.in_(files)))))


def _statement(kind: str, query: str) -> tuple[Any, Any]:
    """A statement for id, when deleted, name and detail of the records of a kind that fit the words of ``query``."""
    match kind:
        case "visit":
            words = contains_words(query, Enterprise.name, Visit.note, pinyin=Enterprise.pinyin)
            joined = select(Visit.id, Visit.deleted_at, Enterprise.name, func.substr(Visit.note, 1, 80)).outerjoin(
                Enterprise, Enterprise.id == Visit.enterprise_id
            )
            return joined.where(words), Visit
        case "need":
            words = contains_words(query, Need.title, Enterprise.name, pinyin=Need.pinyin)
            joined = select(Need.id, Need.deleted_at, Need.title, Enterprise.name).outerjoin(
                Enterprise, Enterprise.id == Need.enterprise_id
            )
            return joined.where(words), Need
        case "enterprise":
            words = contains_words(query, Enterprise.name, Enterprise.address, pinyin=Enterprise.pinyin)
            return select(Enterprise.id, Enterprise.deleted_at, Enterprise.name, Enterprise.address).where(
                words
            ), Enterprise
        case "achievement":
            words = contains_words(query, Achievement.title, Achievement.owner)
            return select(Achievement.id, Achievement.deleted_at, Achievement.title, Achievement.owner).where(
                words
            ), Achievement
        case _:
            need, achievement = aliased(Need), aliased(Achievement)
            joined = (
                select(Match.id, Match.deleted_at, need.title, achievement.title)
                .outerjoin(need, need.id == Match.need_id)
                .outerjoin(achievement, achievement.id == Match.achievement_id)
            )
            return joined.where(contains_words(query, need.title, achievement.title)), Match


def _row(kind: str, record_id: UUID, deleted_at: datetime, name: str | None, detail: str | None) -> TrashRow:
    unnamed = _("还没选企业") if kind == "visit" else _("没有名字")
    left = KEPT_DAYS - (utc_now() - deleted_at).days
    return TrashRow(record_id, kind, name or unnamed, " ".join((detail or "").split()), deleted_at, max(0, left))


def _left_this_computer(session: Session, record_id: UUID) -> bool:
    """Whether a change of the record was handed to the server, answered or not."""
    sent: ColumnElement[bool] = or_(OutboxOperation.sent_at.is_not(None), OutboxOperation.parked.is_not(None))
    on_its_way = select(OutboxOperation.seq).where(OutboxOperation.record_id == record_id, sent).limit(1)
    taken_in = select(AcknowledgedOperation.ordinal).where(AcknowledgedOperation.record_id == record_id).limit(1)
    return session.scalar(on_its_way) is not None or session.scalar(taken_in) is not None


def _unseen_children(session: Session, kind: str, record_id: UUID) -> dict[Any, list[UUID]] | None:
    """What belongs to a record alone, by model; None if some of it has left this computer."""
    found: dict[Any, list[UUID]] = {Attachment: []}
    owners = [(owner, [record_id]) for owner in _CHILDREN.get(kind, ())]
    owners += [(Attachment.parent_id, [record_id]), (Attachment.parent_id, found[Attachment])]  # a signature's record
    for owner, ids in owners:
        model: type[Synced] = owner.class_
        rows = session.execute(select(model.id, model.rev).where(owner.in_(ids))).all()
        if any(rev or _left_this_computer(session, one) for one, rev in rows):
            return None
        found.setdefault(model, []).extend(one for one, _rev in rows)
    return found

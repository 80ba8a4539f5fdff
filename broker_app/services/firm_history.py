"""Everything that happened with a firm, newest first: visits, needs, matches, papers on file, and merges."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Achievement, Attachment, Enterprise, FirmAlias, Match, Need, Visit
from broker_app.i18n import _
from broker_app.rules.states import CLOSED_NEED_STATES, state_label

KINDS = ("visit", "need", "match", "paper")
"""What the timeline can be narrowed to."""

_PICTURES = ("photo", "recording")  # belong to a visit and are seen there; the rest are papers on file
_LONGEST = 160


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened with a firm. ``id`` is the record to open, of a paper the visit it belongs to."""

    kind: str  # one of KINDS, or "merge"
    id: UUID
    at: datetime
    title: str
    detail: str
    who: str
    state: str
    is_open: bool = False
    """Of a need: whether it still waits for an answer."""


def firm_history(session: Session, enterprise_id: UUID) -> tuple[TimelineEntry, ...]:
    """The history of a firm, newest first."""
    entries = [
        *_visits(session, enterprise_id),
        *_needs(session, enterprise_id),
        *_matches(session, enterprise_id),
        *_papers(session, enterprise_id),
        *_merges(session, enterprise_id),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def _visits(session: Session, firm: UUID) -> Iterator[TimelineEntry]:
    for visit in session.scalars(select(Visit).where(Visit.enterprise_id == firm, Visit.deleted_at.is_(None))):
        first, _line, rest = visit.note.strip().partition("\n")
        detail = " ".join((rest or visit.findings).split()) or visit.place
        yield TimelineEntry(
            "visit", visit.id, visit.started_at, first[:_LONGEST] or _("还没写纪要"), detail[:_LONGEST],
            visit.author_name, state_label("visit", visit.state),
        )  # fmt: skip


def _needs(session: Session, firm: UUID) -> Iterator[TimelineEntry]:
    for need in session.scalars(select(Need).where(Need.enterprise_id == firm, Need.deleted_at.is_(None))):
        yield TimelineEntry(
            "need", need.id, need.created_at, need.title, " ".join(need.text.split())[:_LONGEST], need.author_name,
            state_label("need", need.state), need.state not in CLOSED_NEED_STATES,
        )  # fmt: skip


def _matches(session: Session, firm: UUID) -> Iterator[TimelineEntry]:
    rows = session.execute(
        select(Match, Need.title, Achievement.title, Achievement.owner)
        .join(Need, Need.id == Match.need_id)
        .outerjoin(Achievement, Achievement.id == Match.achievement_id)
        .where(Need.enterprise_id == firm, Need.deleted_at.is_(None), Match.deleted_at.is_(None))
    )
    for match, need, achievement, owner in rows:
        title = _("{need} ↔ {other}").format(need=need, other=owner or achievement or _("成果不在本机"))
        yield TimelineEntry(
            "match", match.id, match.created_at, title, achievement or "", match.author_name,
            state_label("match", match.state),
        )  # fmt: skip


def _papers(session: Session, firm: UUID) -> Iterator[TimelineEntry]:
    visits = select(Visit.id).where(Visit.enterprise_id == firm, Visit.deleted_at.is_(None))
    rows = session.scalars(
        select(Attachment).where(
            Attachment.deleted_at.is_(None),
            Attachment.kind.not_in(_PICTURES),
            or_(
                (Attachment.parent_kind == "visit") & Attachment.parent_id.in_(visits),
                (Attachment.parent_kind == "enterprise") & (Attachment.parent_id == firm),
            ),
        )
    )
    for paper in rows:
        kind = label(CodeList.ATTACHMENT_KIND, paper.kind) if paper.kind else _("附件")
        yield TimelineEntry("paper", paper.parent_id, paper.created_at, kind, paper.name, paper.author_name, "")


def _merges(session: Session, firm: UUID) -> Iterator[TimelineEntry]:
    rows = session.execute(
        select(FirmAlias, Enterprise.name)
        .outerjoin(Enterprise, Enterprise.id == FirmAlias.old)
        .where(FirmAlias.new == firm)
    )
    for alias, name in rows:
        words = _("「{name}」并入这一家").format(name=name or _("另一条记录"))
        yield TimelineEntry("merge", alias.old, alias.merged_at, words, "", "", "")

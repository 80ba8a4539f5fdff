"""A visit, what came out of it besides needs, and the revisions of its note."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Authored, Base, Imported, Rows, Synced, TextList


class Visit(Synced, Imported, Authored, Base):
    """A visit (form F3). ``note`` is what was typed on the spot; once recorded it never changes again."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_list", "deleted_at", "started_at"),
        Index("ix_visit_of_firm", "enterprise_id", "deleted_at", "started_at", "state"),
    )
    number: Mapped[str] = mapped_column(default="", index=True)
    enterprise_id: Mapped[UUID | None] = mapped_column(index=True)
    role: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft", index=True)
    place: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    late_reason: Mapped[str] = mapped_column(default="")
    is_late: Mapped[bool] = mapped_column(default=False)
    purposes: Mapped[TextList] = mapped_column(default=list)
    companions: Mapped[TextList] = mapped_column(default=list)
    met: Mapped[Rows] = mapped_column(default=list)  # {name, position, phone}
    note: Mapped[str] = mapped_column(default="")
    confidential: Mapped[Rows] = mapped_column(default=list)  # {start, length} in note: 不得外传
    findings: Mapped[str] = mapped_column(default="")
    opinion: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)
    # What the role asks besides (form F3); which of them a role has stands in services/role_facts.py.
    home_unit: Mapped[str] = mapped_column(default="")
    term_from: Mapped[date | None]
    term_to: Mapped[date | None]
    team: Mapped[str] = mapped_column(default="")
    team_field: Mapped[str] = mapped_column(default="")
    commissioner_kind: Mapped[str] = mapped_column(default="")
    service_mode: Mapped[str] = mapped_column(default="")
    services: Mapped[TextList] = mapped_column(default=list)
    solved: Mapped[bool] = mapped_column(default=False)
    track_until: Mapped[date | None]
    training_heads: Mapped[int | None]
    training_minutes: Mapped[int | None]


class NoteRevision(Synced, Authored, Base):
    """A correction of a recorded visit: the note itself stays, this text stands beside it."""

    __tablename__ = "note_revision"
    visit_id: Mapped[UUID] = mapped_column(index=True)
    ordinal: Mapped[int]
    text: Mapped[str]
    reason: Mapped[str]


class ReferralRequest(Synced, Authored, Base):
    """非技术诉求: a request for money, people or policy that somebody else has to answer."""

    __tablename__ = "referral_request"
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    enterprise_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    refer_to: Mapped[str] = mapped_column(default="")
    due: Mapped[date | None]
    done_at: Mapped[datetime | None]


class FollowUp(Synced, Authored, Base):
    """后续任务: who does what by when."""

    __tablename__ = "follow_up"
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    enterprise_id: Mapped[UUID | None] = mapped_column(index=True)
    text: Mapped[str]
    who: Mapped[str] = mapped_column(default="")
    due: Mapped[date | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None]

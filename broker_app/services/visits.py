"""Visits: planning, writing down, recording for good, correcting, and what the visit record prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Attachment, Enterprise, FollowUp, Need, NoteRevision, ReferralRequest, StateMove, Visit
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _
from broker_app.rules.calendar import china_date, is_late_entry, utc_now
from broker_app.rules.states import (
    EDITABLE_VISIT_STATES,
    OPEN_NOTE_STATES,
    VISIT_MACHINE,
    VisitState,
    state_label,
)
from broker_app.services.numbers import VISIT, own_number
from broker_app.services.records import MAX_NOTE, live, log_move, plain_text, text_field, text_list, trashed
from broker_app.services.role_facts import RoleFacts, keep_facts, kept_facts
from broker_app.services.search import contains_words

ChildT = TypeVar("ChildT", ReferralRequest, FollowUp)


@dataclass(frozen=True)
class PersonMet:
    """Somebody who received the visitors."""

    name: str
    position: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Span:
    """A piece of a note: first character and length."""

    start: int
    length: int


@dataclass(frozen=True)
class ReferralDraft:
    """A request that is not technical. ``id`` is None for a new one."""

    text: str
    kind: str = ""
    refer_to: str = ""
    due: date | None = None
    id: UUID | None = None


@dataclass(frozen=True)
class FollowUpDraft:
    """A task that follows from a visit. ``id`` is None for a new one."""

    text: str
    who: str = ""
    due: date | None = None
    id: UUID | None = None
    done: bool = False


@dataclass(frozen=True)
class VisitDraft:
    """A visit as typed (form F3)."""

    started_at: datetime
    enterprise_id: UUID | None = None
    role: str = ""
    ended_at: datetime | None = None
    place: str = ""
    purposes: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    met: tuple[PersonMet, ...] = ()
    note: str = ""
    confidential: tuple[Span, ...] = ()
    findings: str = ""
    opinion: str = ""
    late_reason: str = ""
    facts: RoleFacts = field(default_factory=RoleFacts)
    referrals: tuple[ReferralDraft, ...] = ()
    follow_ups: tuple[FollowUpDraft, ...] = ()
    source_id: str = ""


@dataclass(frozen=True)
class VisitRow:
    """A line of the list of visits."""

    id: UUID
    number: str
    enterprise: str
    started_at: datetime
    role: str
    state: str
    state_label: str
    first_line: str
    needs: int
    is_late: bool
    photos: int = 0
    is_signed: bool = False


@dataclass(frozen=True)
class Correction:
    """A later revision of a recorded note."""

    ordinal: int
    text: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Move:
    """A step a record took."""

    from_label: str
    to_label: str
    at: datetime
    who: str
    why: str


@dataclass(frozen=True)
class VisitDetail:
    """Everything the visit editor shows."""

    id: UUID
    number: str
    state: str
    draft: VisitDraft
    enterprise: str
    county: str
    note_is_final: bool
    is_late: bool
    next_states: tuple[str, ...]
    corrections: tuple[Correction, ...]
    moves: tuple[Move, ...]
    author: str
    edited_at: datetime | None


def save_visit(session: Session, draft: VisitDraft, visit_id: UUID | None = None) -> UUID:
    """Write a visit down as it stands, finished or not; returns its id.

    Raises:
        InvalidInputError: a text too long, or a marked span outside the note.
        IllegalMoveError: the visit is confirmed or submitted, or its note is final and was changed.
    """
    row = live(session, Visit, visit_id) if visit_id else _new_visit(session)
    if row.state not in EDITABLE_VISIT_STATES:
        raise IllegalMoveError(
            _("这次走访{state}，不能再改。要更正请用「更正」另写一条说明。").format(
                state=state_label("visit", row.state)
            )
        )
    note = _checked_note(draft.note)
    confidential = _spans_after_cleaning(draft.note, note, draft.confidential)
    if row.state not in OPEN_NOTE_STATES and note != row.note:
        raise IllegalMoveError(_("原始纪要已定稿，不能再改。要更正请用「更正」另写一条说明，原文会一直保留。"))
    _check_spans(note, confidential)
    row.enterprise_id, row.role, row.note = draft.enterprise_id, draft.role, note
    row.started_at, row.ended_at = draft.started_at, draft.ended_at
    if draft.ended_at is not None and draft.ended_at < draft.started_at:
        raise InvalidInputError("ended_at", _("结束时间早于开始时间。"))
    row.place, row.opinion = text_field("place", draft.place, 200), draft.opinion
    row.purposes = text_list("purposes", draft.purposes, 100)
    row.companions = text_list("companions", draft.companions, 100)
    row.met = [_met_row(one) for one in draft.met if one.name.strip()]
    row.confidential = [{"start": span.start, "length": span.length} for span in confidential]
    row.findings = text_field("findings", draft.findings, 20_000)
    row.late_reason = text_field("late_reason", draft.late_reason, 500)
    row.source_id = row.source_id or draft.source_id
    keep_facts(row, draft.facts)
    session.flush()
    row.number = row.number or own_number(VISIT, _county(session, row), china_date(row.started_at), row.id)
    _save_referrals(session, row, draft.referrals)
    _save_follow_ups(session, row, draft.follow_ups)
    session.flush()
    return row.id


def record_visit(session: Session, visit_id: UUID, *, at: datetime | None = None) -> None:
    """Finish a visit: from now on its raw note never changes. ``at`` is when it was written down, if not now.

    Raises:
        InvalidInputError: firm, role or note are missing, or a late entry gives no reason.
        IllegalMoveError: the visit was recorded before.
    """
    row = live(session, Visit, visit_id)
    VISIT_MACHINE.check(row.state, VisitState.RECORDED)
    if row.state == VisitState.RETURNED:  # its note was final long ago: when that was, and whether late, stays
        log_move(session, row, VISIT_MACHINE, VisitState.RECORDED)
        return
    if row.enterprise_id is None:
        raise InvalidInputError("enterprise", _("请选企业。草稿已经存好。"))
    if not row.role:
        raise InvalidInputError("role", _("请选走访身份。草稿已经存好。"))
    if not row.note.strip():
        raise InvalidInputError("note", _("请先写纪要。草稿已经存好。"))
    now = at or utc_now()
    row.is_late = is_late_entry(row.ended_at or row.started_at, now)
    if row.is_late and not row.late_reason:
        row.late_reason = _("当时没有记录条件，事后补记")
    row.recorded_at = now
    row.number = row.number or own_number(VISIT, _county(session, row), china_date(row.started_at), row.id)
    log_move(session, row, VISIT_MACHINE, VisitState.RECORDED)
    row.revision += 1
    session.flush()


def move_visit(session: Session, visit_id: UUID, wanted: str, why: str = "") -> None:
    """Take a visit one step further; raises IllegalMoveError. Recording goes through :func:`record_visit`."""
    row = live(session, Visit, visit_id)
    if wanted == VisitState.RECORDED:
        record_visit(session, visit_id)
        return
    log_move(session, row, VISIT_MACHINE, wanted, why)


def correct_note(session: Session, visit_id: UUID, text: str, reason: str) -> int:
    """Add a correction beside the note of a recorded visit; returns its ordinal.

    Raises:
        IllegalMoveError: the note can still be typed.
        InvalidInputError: text or reason are missing.
    """
    row = live(session, Visit, visit_id)
    if row.state in OPEN_NOTE_STATES:
        raise IllegalMoveError(_("纪要还没定稿，直接改就行，不用更正。"))
    text = text_field("text", text, MAX_NOTE, required=_("请写更正的内容。"))
    reason = text_field("reason", reason, 500, required=_("请写为什么更正。"))
    last = session.scalar(select(func.max(NoteRevision.ordinal)).where(NoteRevision.visit_id == row.id)) or 0
    session.add(NoteRevision(visit_id=row.id, scope=row.scope, ordinal=last + 1, text=text, reason=reason))
    row.revision += 1
    session.flush()
    return last + 1


def list_visits(
    session: Session, query: str = "", *, state: str = "", offset: int = 0, limit: int = 100
) -> Sequence[VisitRow]:
    """Visits, newest first; planned ones lie in the future and so stand on top."""
    needs = (
        select(Need.visit_id, func.count().label("n"))
        .where(Need.deleted_at.is_(None))
        .group_by(Need.visit_id)
        .subquery()
    )
    statement = (
        select(Visit, Enterprise.name, needs.c.n)
        .outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)
        .outerjoin(needs, needs.c.visit_id == Visit.id)
        .where(
            Visit.deleted_at.is_(None),
            contains_words(query, Enterprise.name, Visit.note, Visit.number, Visit.place, pinyin=Enterprise.pinyin),
        )
        .order_by(Visit.started_at.desc(), Visit.id)
        .offset(offset)
        .limit(limit)
    )
    if state:
        statement = statement.where(Visit.state == state)
    found = session.execute(statement).all()
    hung = _attachments_under(session, [visit.id for visit, _name, _count in found])
    return [_row(visit, name or "", count or 0, hung.get(visit.id, {})) for visit, name, count in found]


def get_visit(session: Session, visit_id: UUID) -> VisitDetail:
    """A visit with its corrections and history; raises NotFoundError."""
    row = live(session, Visit, visit_id)
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    return VisitDetail(
        id=row.id,
        number=row.number,
        state=row.state,
        draft=_draft(session, row),
        enterprise=firm.name if firm else (_("尚未同步到本机") if row.enterprise_id else ""),
        county=firm.county if firm else "",
        note_is_final=row.state not in OPEN_NOTE_STATES,
        is_late=row.is_late,
        next_states=VISIT_MACHINE.next_states(row.state),
        corrections=corrections_of(session, row.id),
        moves=moves_of(session, row.id),
        author=row.author_name,
        edited_at=row.edited_at,
    )


def corrections_of(session: Session, visit_id: UUID) -> tuple[Correction, ...]:
    """The corrections of a recorded note, oldest first."""
    rows = session.scalars(
        select(NoteRevision)
        .where(NoteRevision.visit_id == visit_id, NoteRevision.deleted_at.is_(None))
        .order_by(NoteRevision.ordinal)
    )
    return tuple(Correction(one.ordinal, one.text, one.reason, one.author_name, one.created_at) for one in rows)


def moves_of(session: Session, record_id: UUID) -> tuple[Move, ...]:
    """Every step a record took, oldest first."""
    rows = session.scalars(
        select(StateMove).where(StateMove.record_id == record_id).order_by(StateMove.created_at, StateMove.id)
    )
    return tuple(
        Move(
            state_label(one.record_kind, one.from_state),
            state_label(one.record_kind, one.to_state),
            one.created_at,
            one.author_name,
            one.why,
        )
        for one in rows
    )


def delete_visit(session: Session, visit_id: UUID) -> None:
    """Move a visit to the trash; an accepted one stays.

    Raises:
        IllegalMoveError: the visit was accepted.
    """
    row = live(session, Visit, visit_id)
    if row.state == VisitState.ACCEPTED:
        raise IllegalMoveError(_("已通过的走访不能删除。"))
    row.deleted_at = utc_now()


def restore_visit(session: Session, visit_id: UUID) -> None:
    """Take a visit back out of the trash."""
    trashed(session, Visit, visit_id).deleted_at = None


def spans_of(note: str, pieces: Sequence[str]) -> tuple[Span, ...]:
    """Where each of ``pieces`` stands in ``note``, every time it stands there, in order, without overlaps."""
    spans: list[Span] = []
    for piece in pieces:
        at = note.find(piece) if piece else -1
        while at >= 0:
            spans.append(Span(at, len(piece)))
            at = note.find(piece, at + len(piece))
    return tuple(_without_overlaps(sorted(spans, key=lambda span: (span.start, -span.length))))


def _without_overlaps(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if kept and span.start < kept[-1].start + kept[-1].length:
            end = max(kept[-1].start + kept[-1].length, span.start + span.length)
            kept[-1] = replace(kept[-1], length=end - kept[-1].start)
        else:
            kept.append(span)
    return kept


def _new_visit(session: Session) -> Visit:
    row = Visit(state=VisitState.DRAFT, started_at=utc_now())
    session.add(row)
    return row


def _met_row(person: PersonMet) -> dict[str, str]:
    return {
        "name": text_field("met", person.name, 100),
        "position": text_field("met", person.position, 100),
        "phone": text_field("met", person.phone, 100),
    }


def _spans_after_cleaning(typed: str, kept: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Where ``spans`` of the note as typed stand in the note as kept, so that a mark never slips off its words."""
    if typed == kept:
        return spans
    return tuple(
        Span(len(plain_text(typed[: span.start])), len(plain_text(typed[span.start : span.start + span.length])))
        for span in spans
        if plain_text(typed[span.start : span.start + span.length])
    )


def _checked_note(note: str) -> str:
    clean = plain_text(note)  # a raw note is kept as it was typed
    if len(clean) > MAX_NOTE:
        raise InvalidInputError(
            "note",
            _("纪要太长：最多 {limit} 个字，现在有 {n} 个。请分成两次走访。").format(limit=MAX_NOTE, n=len(clean)),
        )
    return clean


def _check_spans(note: str, spans: tuple[Span, ...]) -> None:
    if any(span.start < 0 or span.length <= 0 or span.start + span.length > len(note) for span in spans):
        raise InvalidInputError("confidential", _("不得外传的标记超出了纪要，请重新标一次。"))


def _county(session: Session, row: Visit) -> str:
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    return firm.county if firm else ""


def _save_referrals(session: Session, visit: Visit, drafts: tuple[ReferralDraft, ...]) -> None:
    existing = {one.id: one for one in _children(session, ReferralRequest, visit.id)}
    for draft in drafts:
        row = existing.pop(draft.id, None) if draft.id else None
        if row is None:
            row = ReferralRequest(visit_id=visit.id, scope=visit.scope)
            session.add(row)
        row.enterprise_id, row.kind = visit.enterprise_id, draft.kind
        row.text = text_field("referral", draft.text, 2000, required=_("请写诉求的内容。"))
        row.refer_to, row.due = text_field("refer_to", draft.refer_to, 100), draft.due
    for left in existing.values():
        left.deleted_at = utc_now()


def _save_follow_ups(session: Session, visit: Visit, drafts: tuple[FollowUpDraft, ...]) -> None:
    existing = {one.id: one for one in _children(session, FollowUp, visit.id)}
    for draft in drafts:
        row = existing.pop(draft.id, None) if draft.id else None
        if row is None:
            row = FollowUp(visit_id=visit.id, scope=visit.scope)
            session.add(row)
        row.enterprise_id, row.who, row.due = visit.enterprise_id, text_field("who", draft.who, 50), draft.due
        row.text = text_field("follow_up", draft.text, 2000, required=_("请写要跟进什么。"))
        if draft.done != (row.done_at is not None):
            row.done_at = utc_now() if draft.done else None
    for left in existing.values():
        left.deleted_at = utc_now()


def _children(session: Session, model: type[ChildT], visit_id: UUID) -> list[ChildT]:
    return list(
        session.scalars(
            select(model)
            .where(model.visit_id == visit_id, model.deleted_at.is_(None))
            .order_by(model.created_at, model.id)
        )
    )


def _draft(session: Session, row: Visit) -> VisitDraft:
    return VisitDraft(
        started_at=row.started_at,
        enterprise_id=row.enterprise_id,
        role=row.role,
        ended_at=row.ended_at,
        place=row.place,
        purposes=tuple(row.purposes),
        companions=tuple(row.companions),
        met=tuple(PersonMet(**one) for one in row.met),
        note=row.note,
        confidential=tuple(Span(**one) for one in row.confidential),
        findings=row.findings,
        opinion=row.opinion,
        late_reason=row.late_reason,
        facts=kept_facts(row),
        referrals=tuple(
            ReferralDraft(one.text, one.kind, one.refer_to, one.due, one.id)
            for one in _children(session, ReferralRequest, row.id)
        ),
        follow_ups=tuple(
            FollowUpDraft(one.text, one.who, one.due, one.id, one.done_at is not None)
            for one in _children(session, FollowUp, row.id)
        ),
        source_id=row.source_id,
    )


def _attachments_under(session: Session, visit_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many attachments of which kind hang on each of some visits."""
    rows = session.execute(
        select(Attachment.parent_id, Attachment.kind, func.count())
        .where(Attachment.parent_kind == "visit", Attachment.parent_id.in_(visit_ids), Attachment.deleted_at.is_(None))
        .group_by(Attachment.parent_id, Attachment.kind)
    )
    found: dict[UUID, dict[str, int]] = {}
    for visit_id, kind, count in rows:
        found.setdefault(visit_id, {})[kind] = count
    return found


def _row(visit: Visit, enterprise: str, needs: int, attachments: Mapping[str, int]) -> VisitRow:
    return VisitRow(
        id=visit.id,
        number=visit.number,
        enterprise=enterprise,
        started_at=visit.started_at,
        role=label(CodeList.VISITOR_ROLE, visit.role) if visit.role else "",
        state=visit.state,
        state_label=state_label("visit", visit.state),
        first_line=" ".join(visit.note[:200].split())[:80],
        needs=needs,
        is_late=visit.is_late,
        photos=attachments.get("photo", 0),
        is_signed=attachments.get("signature", 0) > 0,
    )

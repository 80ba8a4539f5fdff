"""What came out of a visit as cards and as marks in the note: needs, requests, tasks, with one numbering for both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from broker_app.matching.notes import NoteProposals
from broker_app.services.needs import NeedDetail, get_need, list_needs
from broker_app.services.note_proposals import Proposal, propose
from broker_app.services.sessions import Session
from broker_app.services.visits import (
    FollowUpDraft,
    ReferralDraft,
    Span,
    VisitDetail,
    VisitDraft,
    get_visit,
    spans_of,
)
from broker_app.ui.visits.note_edit import NoteSpan

_LAST = 10**9
_READABLE = 20_000  # characters; a longer note is pasted matter that nobody wants to have read for them
_MOVABLE = ("raw", "refined")


@dataclass(frozen=True)
class Finding:
    """One card: its kind, its number beside the span, and what it belongs to.

    ``owner`` is the id of a need, or ("referral", n) and ("follow_up", n) for a row of the visit's draft.
    """

    kind: str  # "need" | "referral" | "follow_up"
    tag: str
    owner: object
    need: NeedDetail | None = None
    referral: ReferralDraft | None = None
    follow_up: FollowUpDraft | None = None

    def places(self, note: str) -> tuple[Span, ...]:
        """Where it stands in the note."""
        if self.need is not None:
            return self.need.draft.spans
        row = self.referral or self.follow_up
        return spans_of(note, [row.text]) if row is not None else ()


@dataclass(frozen=True)
class NumberedProposal:
    """Something the program read in the note, with the number of its card and of its spans."""

    kind: str  # as Finding.kind, or "confidential" or "person"
    tag: str
    proposal: Proposal


@dataclass(frozen=True)
class VisitContents:
    """Everything the editor shows of a visit."""

    detail: VisitDetail
    needs: tuple[NeedDetail, ...]
    proposals: NoteProposals


def read_visit(session: Session, visit_id: UUID) -> VisitContents:
    """A visit, its needs in the order in which they stand in the note, and what the note proposes."""
    needs = [get_need(session, row.id) for row in list_needs(session, visit_id=visit_id, limit=200)]
    needs.sort(key=lambda need: (need.draft.spans[0].start if need.draft.spans else _LAST, need.created_at))
    detail = get_visit(session, visit_id)
    short = len(detail.draft.note) <= _READABLE
    return VisitContents(detail, tuple(needs), propose(session, visit_id) if short else NoteProposals())


def findings_of(draft: VisitDraft, needs: Sequence[NeedDetail]) -> tuple[Finding, ...]:
    """Every card of a visit, numbered."""
    found = [Finding("need", "", need.id, need=need) for need in needs]
    found += [Finding("referral", "", ("referral", n), referral=one) for n, one in enumerate(draft.referrals)]
    found += [Finding("follow_up", "", ("follow_up", n), follow_up=one) for n, one in enumerate(draft.follow_ups)]
    return tuple(replace(one, tag=str(number)) for number, one in enumerate(found, start=1))


def numbered(proposals: NoteProposals, first: int) -> tuple[NumberedProposal, ...]:
    """Every proposal, numbered on from ``first``."""
    found: list[tuple[str, Proposal]] = [("need", one) for one in proposals.needs]
    found += [("referral", one) for one in proposals.referrals]
    found += [("follow_up", one) for one in proposals.follow_ups]
    found += [("confidential", one) for one in proposals.confidential]
    found += [("person", one) for one in proposals.people]
    return tuple(NumberedProposal(kind, str(tag), one) for tag, (kind, one) in enumerate(found, start=first))


def spans_in(
    note: str, draft: VisitDraft, findings: Sequence[Finding], proposals: Sequence[NumberedProposal] = ()
) -> tuple[NoteSpan, ...]:
    """The marks to paint under ``note``."""
    spans = [
        NoteSpan(finding.kind, place.start, place.length, finding.tag, finding.owner)
        for finding in findings
        for place in finding.places(note)
    ]
    spans += [NoteSpan("confidential", one.start, one.length, owner="confidential") for one in draft.confidential]
    spans += [
        NoteSpan("proposed" if one.kind == "confidential" else one.kind, at.start, at.length, one.tag, one.proposal.id)
        for one in proposals
        if one.kind != "person"
        for at in one.proposal.spans
        if note[at.start : at.start + at.length].strip()
    ]
    return tuple(one for one in spans if one.start + one.length <= len(note))


def moved_spans(needs: Sequence[NeedDetail], shown: Sequence[NoteSpan]) -> dict[UUID, tuple[Span, ...]]:
    """The needs whose words stand elsewhere now because the note was typed in, with their new places."""
    moved: dict[UUID, tuple[Span, ...]] = {}
    for need in needs:
        spans = tuple(Span(one.start, one.length) for one in shown if one.owner == need.id)
        if spans != need.draft.spans and need.state in _MOVABLE:
            moved[need.id] = spans
    return moved

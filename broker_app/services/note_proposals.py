"""What a visit's note proposes, and what a person makes of it: accept, change, drop, take back.

Proposals are never stored. What was accepted shows in the visit's own records; what was dropped is remembered on
this computer by its words (not by its place, so that typing above it changes nothing).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, entry
from broker_app.db.models import Enterprise, ProfileValue, Visit
from broker_app.errors import NotFoundError
from broker_app.i18n import _
from broker_app.matching.notes import (
    ConfidentialProposal,
    FollowUpProposal,
    NeedProposal,
    NoteProposals,
    NoteSpan,
    PersonProposal,
    ReferralProposal,
    split_note,
)
from broker_app.rules.calendar import china_date
from broker_app.services.needs import Metric, NeedDraft, delete_need, get_need, list_needs, save_need
from broker_app.services.records import live
from broker_app.services.visits import (
    FollowUpDraft,
    PersonMet,
    ReferralDraft,
    Span,
    VisitDraft,
    get_visit,
    save_visit,
)

Proposal = NeedProposal | ReferralProposal | FollowUpProposal | ConfidentialProposal | PersonProposal

_NOUNS: dict[type[Proposal], str] = {
    NeedProposal: "need",
    ReferralProposal: "referral",
    FollowUpProposal: "follow_up",
    ConfidentialProposal: "confidential",
    PersonProposal: "person",
}
_COVERED = 0.6  # share of a proposal's place that a record must cover to be the same matter
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_TITLE, _KEYWORD, _REQUEST = 100, 20, 2000


@dataclass(frozen=True)
class Accepted:
    """What became of a proposal. ``record_id`` is the need, request or task; ``spans`` what was marked or added."""

    noun: str
    proposal_id: str
    visit_id: UUID
    record_id: UUID | None = None
    spans: tuple[Span, ...] = ()
    name: str = ""


def propose(session: Session, visit_id: UUID) -> NoteProposals:
    """What the note of a visit proposes that is neither recorded yet nor dropped, in the order of the note.

    Raises:
        NotFoundError: the visit is not on this computer.
    """
    row = live(session, Visit, visit_id)
    draft = get_visit(session, visit_id).draft
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
    found = split_note(row.note, china_date(row.started_at), tuple(firm.industries) if firm else ())
    dropped = _dropped(session, visit_id)
    needs = [get_need(session, one.id).draft for one in list_needs(session, visit_id=visit_id, limit=1000)]
    taken = [span for need in needs for span in need.spans]
    texts = {_plain(need.text) for need in needs} | {_plain(need.title) for need in needs}
    requests = {_plain(one.text) for one in draft.referrals}
    tasks = {_plain(one.text) for one in draft.follow_ups}
    people = {one.name for one in draft.met}
    return NoteProposals(
        needs=tuple(
            one
            for one in found.needs
            if _key(one) not in dropped and not _covered(one.spans, taken) and _plain(one.text) not in texts
        ),
        referrals=tuple(
            one
            for one in found.referrals
            if _key(one) not in dropped and not {_plain(one.text), _plain(one.title)} & requests
        ),
        follow_ups=tuple(
            one
            for one in found.follow_ups
            if _key(one) not in dropped and not {_plain(one.text), _plain(one.title)} & tasks
        ),
        confidential=tuple(
            one
            for one in found.confidential
            if _key(one) not in dropped and not _covered(one.spans, draft.confidential)
        ),
        people=tuple(one for one in found.people if _key(one) not in dropped and one.name not in people),
        phones=found.phones,
    )


def need_from(session: Session, visit_id: UUID, proposal: NeedProposal) -> NeedDraft:
    """The form of a need filled from a proposal, for a person to accept as it is or change first.

    Figures that were said in confidence are marked so.
    """
    row = live(session, Visit, visit_id)
    secrets = [one.text for one in split_note(row.note, china_date(row.started_at)).confidential]
    secrets += [row.note[each["start"] : each["start"] + each["length"]] for each in row.confidential]
    metrics = tuple(
        Metric(one.name, one.now, one.target, one.unit, confidential=_is_secret(one.now, secrets))
        for one in proposal.metrics
    )
    return NeedDraft(
        title=proposal.title[:_TITLE],
        text=proposal.text,
        enterprise_id=row.enterprise_id,
        visit_id=visit_id,
        spans=_spans(proposal.spans),
        kind=proposal.kind,
        industries=proposal.industries,
        keywords=tuple(word[:_KEYWORD] for word in proposal.keywords[:5]),
        metrics=metrics,
        budget_low=proposal.budget_low,
        budget_high=proposal.budget_high,
        deadline=proposal.deadline,
        mode=proposal.mode or "undecided",
        use_then_pay=proposal.mode == "use_then_pay",
        confidential_fields=tuple(one.name for one in metrics if one.confidential),
    )


def accept_need(session: Session, visit_id: UUID, proposal: NeedProposal, changed: NeedDraft | None = None) -> Accepted:
    """Save a need as proposed, or as ``changed`` by a person; it stays tied to the visit and its places in the note.

    Raises:
        InvalidInputError: like :func:`save_need`.
    """
    draft = changed or need_from(session, visit_id, proposal)
    row = live(session, Visit, visit_id)
    draft = replace(draft, visit_id=visit_id, enterprise_id=draft.enterprise_id or row.enterprise_id)
    need_id = save_need(session, replace(draft, spans=draft.spans or _spans(proposal.spans)))
    return Accepted("need", proposal.id, visit_id, need_id)


def accept_referral(
    session: Session, visit_id: UUID, proposal: ReferralProposal, changed: ReferralDraft | None = None
) -> Accepted:
    """Add a request that is not technical to the visit; raises like :func:`save_visit`."""
    row = entry(CodeList.REFERRAL_KIND, proposal.kind)
    draft = changed or ReferralDraft(
        " ".join(proposal.text.split())[:_REQUEST], proposal.kind, row.refer_to if row else "", proposal.due
    )
    visit = get_visit(session, visit_id).draft
    save_visit(session, replace(visit, referrals=(*visit.referrals, replace(draft, id=None))), visit_id)
    known = {one.id for one in visit.referrals}
    added = next(one.id for one in get_visit(session, visit_id).draft.referrals if one.id not in known)
    return Accepted("referral", proposal.id, visit_id, added)


def accept_follow_up(
    session: Session, visit_id: UUID, proposal: FollowUpProposal, changed: FollowUpDraft | None = None
) -> Accepted:
    """Add a task to the visit, for its author unless ``changed`` names somebody; raises like :func:`save_visit`."""
    who = session.info["actor"].name
    draft = changed or FollowUpDraft(" ".join(proposal.text.split())[:_REQUEST], who, proposal.due)
    visit = get_visit(session, visit_id).draft
    save_visit(session, replace(visit, follow_ups=(*visit.follow_ups, replace(draft, id=None))), visit_id)
    known = {one.id for one in visit.follow_ups}
    added = next(one.id for one in get_visit(session, visit_id).draft.follow_ups if one.id not in known)
    return Accepted("follow_up", proposal.id, visit_id, added)


def accept_confidential(session: Session, visit_id: UUID, proposal: ConfidentialProposal) -> Accepted:
    """Mark words of the note as not to leave; raises like :func:`save_visit`."""
    visit = get_visit(session, visit_id).draft
    new = tuple(span for span in _spans(proposal.spans) if not _covered([span], visit.confidential))
    save_visit(session, replace(visit, confidential=(*visit.confidential, *new)), visit_id)
    return Accepted("confidential", proposal.id, visit_id, spans=new)


def accept_person(
    session: Session, visit_id: UUID, proposal: PersonProposal, changed: PersonMet | None = None
) -> Accepted:
    """Add somebody to the people met; raises like :func:`save_visit`."""
    person = changed or PersonMet(proposal.name, "", proposal.phone)
    visit = get_visit(session, visit_id).draft
    save_visit(session, replace(visit, met=(*visit.met, person)), visit_id)
    return Accepted("person", proposal.id, visit_id, name=person.name)


def accept_all(session: Session, visit_id: UUID) -> tuple[Accepted, ...]:
    """Accept every need, request, task and confidence as proposed; people are left to the person."""
    found = propose(session, visit_id)
    return (
        *(accept_confidential(session, visit_id, one) for one in found.confidential),
        *(accept_need(session, visit_id, one) for one in found.needs),
        *(accept_referral(session, visit_id, one) for one in found.referrals),
        *(accept_follow_up(session, visit_id, one) for one in found.follow_ups),
    )


def take_back(session: Session, accepted: Accepted) -> None:
    """Undo an acceptance: the record goes to the trash, a mark or a person is removed; then it is proposed again.

    Raises:
        IllegalMoveError: the need has come too far, or the visit can no longer be changed.
    """
    if accepted.noun == "need":
        if accepted.record_id is None:
            raise NotFoundError(_("这条记录不在本机了，可能已被移到回收站。"))
        delete_need(session, accepted.record_id)
        return
    visit = get_visit(session, accepted.visit_id).draft
    save_visit(session, _without(visit, accepted), accepted.visit_id)


def drop(session: Session, visit_id: UUID, proposal: Proposal) -> None:
    """Set a proposal aside: the same words are not proposed again for this visit on this computer."""
    _remember(session, visit_id, _dropped(session, visit_id) | {_key(proposal)})


def restore(session: Session, visit_id: UUID, proposal: Proposal) -> None:
    """Take :func:`drop` back."""
    _remember(session, visit_id, _dropped(session, visit_id) - {_key(proposal)})


def count_dropped(session: Session, visit_id: UUID) -> int:
    """How many proposals of a visit were set aside."""
    return len(_dropped(session, visit_id))


def restore_all(session: Session, visit_id: UUID) -> None:
    """Propose everything again that was set aside for a visit."""
    _remember(session, visit_id, frozenset())


def _without(visit: VisitDraft, accepted: Accepted) -> VisitDraft:
    if accepted.noun == "referral":
        return replace(visit, referrals=tuple(one for one in visit.referrals if one.id != accepted.record_id))
    if accepted.noun == "follow_up":
        return replace(visit, follow_ups=tuple(one for one in visit.follow_ups if one.id != accepted.record_id))
    if accepted.noun == "confidential":
        return replace(visit, confidential=tuple(span for span in visit.confidential if span not in accepted.spans))
    at = max((at for at, one in enumerate(visit.met) if one.name == accepted.name), default=-1)
    return replace(visit, met=tuple(one for place, one in enumerate(visit.met) if place != at))


def _dropped(session: Session, visit_id: UUID) -> frozenset[str]:
    row = session.get(ProfileValue, _name(visit_id))
    kept: Any = row.value.get("words", ()) if row else ()
    return frozenset(str(one) for one in kept)


def _remember(session: Session, visit_id: UUID, words: frozenset[str]) -> None:
    session.merge(ProfileValue(key=_name(visit_id), value={"words": sorted(words)}))
    session.flush()


def _name(visit_id: UUID) -> str:
    return f"dropped:{visit_id}"


def _key(proposal: Proposal) -> str:
    words = proposal.name if isinstance(proposal, PersonProposal) else proposal.text
    return hashlib.sha256(f"{_NOUNS[type(proposal)]}|{_plain(words)}".encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _plain(text: str) -> str:
    return "".join(text.split())


def _spans(spans: Iterable[NoteSpan]) -> tuple[Span, ...]:
    return tuple(Span(one.start, one.length) for one in spans)


def _covered(spans: Sequence[NoteSpan] | Sequence[Span], by: Iterable[Span]) -> bool:
    """Tell whether the places ``by`` cover most of ``spans``."""
    places = {at for span in by for at in range(span.start, span.start + span.length)}
    wanted = [at for span in spans for at in range(span.start, span.start + span.length)]
    return bool(wanted) and sum(at in places for at in wanted) >= _COVERED * len(wanted)


def _is_secret(value: str, secrets: Sequence[str]) -> bool:
    figures = _FIGURE.findall(value)
    return bool(figures) and any(figure in _FIGURE.findall(text) for text in secrets for figure in figures)

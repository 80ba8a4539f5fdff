"""Proposals for the term table that still wait for a word: what matches suggest, without what was ignored."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from broker_app.db.models import ProfileValue
from broker_app.matching.text import fold
from broker_app.services.term_book import TermChange, keep_term, turn_term
from broker_app.services.terms import TermDraft, TermProposal, propose_terms

_IGNORED = "terms.ignored"
_WEIGHT = Decimal("1.5")
_MANY = 200  # proposals looked through, so that ignoring some does not hide others


def open_proposals(session: Session, *, limit: int = 20) -> Sequence[TermProposal]:
    """What recorded matches suggest for the table and nobody has ignored, most often seen first."""
    ignored = _ignored(session)
    return [one for one in propose_terms(session, limit=_MANY) if _key(one) not in ignored][:limit]


def adopt_proposal(session: Session, proposal: TermProposal) -> TermChange:
    """Add the pair for any trade, or switch the entry off; raises like the services of the table."""
    if proposal.kind == "switch_off":
        return turn_term(session, proposal.entry_id, enabled=False)
    return keep_term(session, TermDraft(proposal.lay, proposal.technical, _WEIGHT))


def ignore_proposal(session: Session, proposal: TermProposal) -> None:
    """Never propose this again on this computer."""
    _keep(session, _ignored(session) | {_key(proposal)})


def recall_proposal(session: Session, proposal: TermProposal) -> None:
    """Propose again what was ignored."""
    _keep(session, _ignored(session) - {_key(proposal)})


def _key(proposal: TermProposal) -> str:
    what = proposal.entry_id if proposal.kind == "switch_off" else fold(proposal.lay).strip()
    return f"{proposal.kind}:{what}"


def _ignored(session: Session) -> frozenset[str]:
    row = session.get(ProfileValue, _IGNORED)
    return frozenset(row.value.get("proposals", ())) if row else frozenset()


def _keep(session: Session, keys: frozenset[str]) -> None:
    session.merge(ProfileValue(key=_IGNORED, value={"proposals": sorted(keys)}))

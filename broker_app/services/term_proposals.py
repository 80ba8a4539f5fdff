"""Proposals for the term table that still wait for a word: what matches suggest, without what was ignored."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from broker_app.db.models import Achievement, ProfileValue
from broker_app.matching.text import fold
from broker_app.services.term_book import TermChange, keep_term, turn_term
from broker_app.services.terms import TermDraft, TermProposal, propose_terms

_IGNORED = "terms.ignored"
_WEIGHT = Decimal("1.5")
_MANY = 60  # proposals looked through, so that ignoring some does not hide others
_FEW = 0  # achievements of a small pool that may say a phrase which counts as an owner's own
_ONE_IN = 500  # the same in a large pool: one achievement in so many
_NUMERALS = frozenset("一二三四五六七八九十百千万亿两半几零多")


def open_proposals(session: Session, *, limit: int = 20) -> Sequence[TermProposal]:
    """What recorded matches suggest for the table and nobody has ignored, most often seen first.

    A phrase that many achievements say themselves (内部, 减速器) needs no translation and is left out, as is a number.
    """
    ignored = _ignored(session)
    found = [one for one in propose_terms(session, limit=_MANY) if _key(one) not in ignored]
    usual = _usual(session, [one.lay for one in found if one.kind == "add"])
    return [one for one in found if one.kind == "switch_off" or not (one.lay in usual or _is_number(one.lay))][:limit]


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


def _usual(session: Session, phrases: Sequence[str]) -> frozenset[str]:
    """Those of ``phrases`` that stand in more achievements than a word does that only owners use."""
    if not phrases:
        return frozenset()
    text = Achievement.title + Achievement.abstract
    counts = [func.sum(case((text.contains(phrase, autoescape=True), 1), else_=0)) for phrase in phrases]
    pool, *found = session.execute(
        select(func.count(), *counts).select_from(Achievement).where(Achievement.deleted_at.is_(None))
    ).one()
    most = max(_FEW, pool // _ONE_IN)
    return frozenset(phrase for phrase, count in zip(phrases, found, strict=True) if (count or 0) > most)


def _is_number(phrase: str) -> bool:
    return all(character in _NUMERALS for character in phrase)


def _key(proposal: TermProposal) -> str:
    what = proposal.entry_id if proposal.kind == "switch_off" else fold(proposal.lay).strip()
    return f"{proposal.kind}:{what}"


def _ignored(session: Session) -> frozenset[str]:
    row = session.get(ProfileValue, _IGNORED)
    return frozenset(row.value.get("proposals", ())) if row else frozenset()


def _keep(session: Session, keys: frozenset[str]) -> None:
    session.merge(ProfileValue(key=_IGNORED, value={"proposals": sorted(keys)}))

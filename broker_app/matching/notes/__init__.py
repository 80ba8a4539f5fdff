"""A raw visit note becomes proposals: needs, requests that are not technical, tasks, confidences and people.

Pure: no window, no database. ``reading`` folds the note and understands its layout, ``clauses`` cuts it, ``acts``
and ``silence`` say what each clause does, ``sections`` read headings, ``lanes`` and ``requests`` tell whose matter it
is, ``discourse`` follows what belongs together (``talk``) and what a speaker returns to (``returns``), ``budgets``,
``deadlines`` and ``metrics`` read money, time and figures, ``titles`` names a need, ``split`` puts the proposals
together. Every proposal is tied to its places in the note.
"""

from broker_app.matching.notes.proposals import (
    ConfidentialProposal,
    FollowUpProposal,
    MetricProposal,
    NeedProposal,
    NoteProposals,
    NoteSpan,
    PersonProposal,
    ReferralProposal,
)
from broker_app.matching.notes.split import split_note

__all__ = [
    "ConfidentialProposal",
    "FollowUpProposal",
    "MetricProposal",
    "NeedProposal",
    "NoteProposals",
    "NoteSpan",
    "PersonProposal",
    "ReferralProposal",
    "split_note",
]

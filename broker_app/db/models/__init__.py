"""All tables, a file per noun."""

from broker_app.db.models.achievement import Achievement
from broker_app.db.models.attachment import Attachment
from broker_app.db.models.base import Base, Synced
from broker_app.db.models.enterprise import Contact, DistinctFirms, Enterprise, FirmAlias, PersonalExport
from broker_app.db.models.local import ImportBatch, ImportMapping, OutboxOperation, ProfileValue
from broker_app.db.models.match import Match
from broker_app.db.models.need import Need
from broker_app.db.models.published_need import PublishedNeed
from broker_app.db.models.state_move import StateMove
from broker_app.db.models.sync import AcknowledgedOperation, ServerRecord, SnapshotChunk, SyncRound, SyncScope
from broker_app.db.models.term import Term
from broker_app.db.models.visit import FollowUp, NoteRevision, ReferralRequest, Visit

__all__ = [
    "Achievement",
    "AcknowledgedOperation",
    "Attachment",
    "Base",
    "Contact",
    "DistinctFirms",
    "Enterprise",
    "FirmAlias",
    "FollowUp",
    "ImportBatch",
    "ImportMapping",
    "Match",
    "Need",
    "NoteRevision",
    "OutboxOperation",
    "PersonalExport",
    "ProfileValue",
    "PublishedNeed",
    "ReferralRequest",
    "ServerRecord",
    "SnapshotChunk",
    "StateMove",
    "SyncRound",
    "SyncScope",
    "Synced",
    "Term",
    "Visit",
]

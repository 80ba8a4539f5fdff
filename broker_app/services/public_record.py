"""The public record of a need: which one it is, and taking everything out of it again.

Its id is derived from the need's: two colleagues who publish the same need offline meet in one record, and nobody
outside the team can tell which need it stands for.
"""

from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from broker_app.db.models import PublishedNeed
from broker_app.rules.states import NeedState
from broker_app.services.numbers import today

OPEN, WITHDRAWN = "open", "withdrawn"

PUBLIC_STATES = frozenset({NeedState.PUBLISHED, NeedState.LISTED_ON_BILL})
"""States that mean: everybody may read it."""

STAYS_PUBLIC = PUBLIC_STATES | {NeedState.MATCHING, NeedState.NEGOTIATING, NeedState.NO_MATCH}
"""States in which a need that was published goes on to be public."""

_SPACE = UUID("c3f0a5f2-6a0e-5b57-9d39-3f5c2f2f7b64")
_TEXTS = (
    "title", "kind", "problem", "goal", "mode", "urgency", "county", "contact_unit", "contact_name", "contact_phone",
    "pinyin",
)  # fmt: skip


def public_id(need_id: UUID) -> UUID:
    """The id of the public record of a need."""
    return uuid5(_SPACE, need_id.hex)


def public_record(session: Session, need_id: UUID) -> PublishedNeed | None:
    """The public record of a need, if there ever was one here."""
    return session.get(PublishedNeed, public_id(need_id))


def take_off(session: Session, need_id: UUID) -> None:
    """Withdraw the public record of a need: only its number and the day stay, on every computer that has it."""
    row = public_record(session, need_id)
    if row is None or row.state == WITHDRAWN:
        return
    for name in _TEXTS:
        setattr(row, name, "")
    row.industries, row.keywords, row.metrics = [], [], []
    row.budget_low = row.budget_high = row.deadline = None
    row.use_then_pay = False
    row.state, row.withdrawn_on = WITHDRAWN, today()

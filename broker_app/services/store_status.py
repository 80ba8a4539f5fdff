"""What the status line says of the store: how much waits to be sent."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from broker_app.db.outbox import pending_count


@dataclass(frozen=True)
class StoreStatus:
    """How many changes the server has not received yet."""

    pending: int


def store_status(session: Session) -> StoreStatus:
    """Count from the outbox, which is the truth."""
    return StoreStatus(pending_count(session))

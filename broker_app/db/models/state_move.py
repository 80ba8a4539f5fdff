"""The log of every state a record went through."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Authored, Base, Synced


class StateMove(Synced, Authored, Base):
    """Who moved which record from where to where, when (``created_at``) and why. Append only."""

    __tablename__ = "state_move"
    record_kind: Mapped[str]
    record_id: Mapped[UUID] = mapped_column(index=True)
    from_state: Mapped[str]
    to_state: Mapped[str]
    why: Mapped[str] = mapped_column(default="")

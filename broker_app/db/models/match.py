"""A match between a need and an achievement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from broker_app.db.models.base import Authored, Base, Rows, Synced


class Match(Synced, Authored, Base):
    """对接. ``score`` is in hundredths; ``reasons`` are the shares shown when the match was recorded."""

    __tablename__ = "match"
    number: Mapped[str] = mapped_column(default="", index=True)
    need_id: Mapped[UUID] = mapped_column(index=True)
    achievement_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="suggested", index=True)
    score: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[Rows] = mapped_column(default=list)  # {term, share, field, via}, via terms also {lay, entry}
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {grade, sentence, marks, ordinal}
    not_covered: Mapped[list[str]] = mapped_column(default=list)
    pool_size: Mapped[int] = mapped_column(default=0)
    decline_reason: Mapped[str] = mapped_column(default="")
    decline_note: Mapped[str] = mapped_column(default="")
    enterprise_consent_at: Mapped[datetime | None]
    owner_consent_at: Mapped[datetime | None]
    needs_nda: Mapped[bool] = mapped_column(default=False)
    nda_signed_at: Mapped[datetime | None]

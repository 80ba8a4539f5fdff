"""Tiers of firms that run out: 高企 and the like have to be applied for again in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Enterprise
from broker_app.i18n import _
from broker_app.services.firm_tiers import read_tiers

SOON_DAYS = 60


@dataclass(frozen=True)
class TierEnd:
    """A tier of a firm that runs out; ``days_left`` is 0 on the last day."""

    firm_id: UUID
    firm: str
    tier: str
    until: date
    days_left: int

    @property
    def title(self) -> str:
        """What there is to do, in a few words."""
        if self.tier == "hi_tech":
            return _("高企复审")
        return _("{tier}到期").format(tier=label(CodeList.ENTERPRISE_TIER, self.tier))


def ending_tiers(session: Session, day: date, *, within: int = SOON_DAYS) -> Sequence[TierEnd]:
    """Tiers that run out from ``day`` on within so many days, the earliest first."""
    rows = session.execute(
        select(Enterprise.id, Enterprise.name, Enterprise.tiers).where(
            Enterprise.deleted_at.is_(None), func.json_array_length(Enterprise.tiers) > 0
        )
    )
    found = [
        TierEnd(firm_id, firm, tier.code, tier.until, (tier.until - day).days)
        for firm_id, firm, tiers in rows
        for tier in read_tiers(tiers)
        if tier.until is not None and 0 <= (tier.until - day).days <= within
    ]
    return sorted(found, key=lambda one: (one.until, one.firm, one.tier))

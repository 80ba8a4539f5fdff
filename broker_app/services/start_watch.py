"""What happened while the program was closed: reminders that fell due, and a clock that was set back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.db.models import ProfileValue, StateMove
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.follow_ups import FollowUpRow, follow_ups_between

_KEY = "last_start"
_JUMP = timedelta(days=1)  # smaller steps back are a change of zone or a clock put right


@dataclass(frozen=True)
class Greeting:
    """What to say at the start. ``clock_back`` is how far the clock stands behind what the store has already seen."""

    missed: Sequence[FollowUpRow]
    clock_back: timedelta | None
    last_seen: datetime | None


def greet(session: Session) -> Greeting:
    """Note that the program was opened, and tell what was missed since it was opened last.

    A jump of the clock is told once: from then on the new time counts. Nothing is ever reordered by the clock.
    """
    now = utc_now()
    row = session.get(ProfileValue, _KEY)
    last = datetime.fromisoformat(row.value["at"]) if row else None
    seen = max((moment for moment in (last, _own_last_step(session)) if moment is not None), default=None)
    told = row is not None and row.value.get("told") == _text(seen)
    back = seen - now if seen is not None and seen - now > _JUMP and not told else None
    session.merge(ProfileValue(key=_KEY, value={"at": now.isoformat(), "told": _text(seen) if back or told else ""}))
    missed: Sequence[FollowUpRow] = ()
    if last is not None and last < now:
        missed = follow_ups_between(session, china_date(last), china_date(now) - timedelta(days=1), limit=20)
    return Greeting(missed, back, seen)


def _own_last_step(session: Session) -> datetime | None:
    """When whoever uses this profile last took a step here; a colleague's clock proves nothing."""
    own = StateMove.author_id == session.info["actor"].user_id
    return session.scalar(select(func.max(StateMove.created_at)).where(own))


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""

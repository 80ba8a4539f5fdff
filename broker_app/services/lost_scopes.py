"""不再归你: what left this computer with a team or county that was taken from the person, as a list to look at once.

The records themselves go at once, for they are not this person's to read any more; their titles stay until somebody
has seen the list. What was written here and not sent yet goes up and waits for whoever leads that place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.db.models import ProfileValue
from broker_app.rules.calendar import utc_now
from broker_app.services.conflicts import moment_of
from broker_app.services.field_words import record_word
from broker_app.services.record_titles import record_title
from broker_app.services.records import NOUNS
from broker_app.services.scope_words import scope_word

_KEY = "sync.lost"
_MOST = 2_000  # titles kept of one place; the count is whole


@dataclass(frozen=True)
class LostScope:
    """A place that is no longer the person's: how many records went, and what they were called (kind, title)."""

    scope: str
    words: str
    at: datetime | None
    count: int
    records: tuple[tuple[str, str], ...]


def note_lost(session: Session, scope: str, gone: Mapping[str, list[UUID]], titles: Mapping[str, str]) -> None:
    """Remember what is about to leave with ``scope``; ``gone`` are the records by kind, still there."""
    named = [
        {"kind": kind, "title": record_title(session, kind, record)}
        for kind in NOUNS
        for record in gone.get(kind, ())[:_MOST]
    ]
    count = sum(len(ids) for ids in gone.values())
    if not count:
        return
    row = session.get(ProfileValue, _KEY)
    entry = {"words": scope_word(scope, titles), "at": utc_now().isoformat(), "count": count, "records": named[:_MOST]}
    kept: dict[str, Any] = {**(row.value if row is not None else {}), scope: entry}
    session.merge(ProfileValue(key=_KEY, value=kept))
    session.flush()


def lost_scopes(session: Session) -> tuple[LostScope, ...]:
    """What nobody has said 知道了 to yet."""
    row = session.get(ProfileValue, _KEY)
    return tuple(
        LostScope(
            scope, str(entry["words"]), moment_of(entry["at"]), int(entry["count"]),
            tuple((record_word(str(one["kind"])), str(one["title"])) for one in entry["records"]),
        )
        for scope, entry in (row.value if row is not None else {}).items()
    )  # fmt: skip


def dismiss_lost(session: Session, scope: str) -> None:
    """知道了: the titles go too."""
    row = session.get(ProfileValue, _KEY)
    if row is not None:
        row.value = {name: entry for name, entry in row.value.items() if name != scope}
        session.flush()

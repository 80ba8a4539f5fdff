"""Finding any record by a few letters: firms, visits, needs, achievements, in one answer."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.achievements import list_achievements
from broker_app.services.enterprises import list_enterprises
from broker_app.services.needs import list_needs
from broker_app.services.typed_dates import moment_text
from broker_app.services.visits import list_visits

_PER_KIND = 4


@dataclass(frozen=True)
class Hit:
    """A record found: which page shows it, its name, and a few facts."""

    page: str
    record_id: UUID
    title: str
    facts: tuple[str, ...]


def find_records(session: Session, query: str) -> tuple[Hit, ...]:
    """At most four records of each kind whose words, pinyin or initials fit ``query``; firms first."""
    if not query.strip():
        return ()
    firms = [
        Hit("enterprise", one.id, one.name, (one.county, one.industries))
        for one in list_enterprises(session, query, limit=_PER_KIND)
    ]
    needs = [
        Hit("need", one.id, one.title, (one.enterprise, one.state_label))
        for one in list_needs(session, query, limit=_PER_KIND)
    ]
    visits = [
        Hit(
            "visits",
            one.id,
            one.enterprise or _("还没选企业"),
            (moment_text(one.started_at, utc_now()), one.first_line),
        )
        for one in list_visits(session, query, limit=_PER_KIND)
    ]
    achievements = [
        Hit("achievement", one.id, one.title, (one.owner, one.field))
        for one in list_achievements(session, query, limit=_PER_KIND)
    ]
    return (*firms, *needs, *visits, *achievements)

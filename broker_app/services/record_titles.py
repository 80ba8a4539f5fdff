"""What people call a record, whatever its kind."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from broker_app.db.models import Attachment, Contact, Enterprise, FollowUp, PublishedNeed
from broker_app.i18n import _
from broker_app.services.field_words import record_word
from broker_app.services.records import NOUNS

OTHERS: dict[str, type[Contact] | type[FollowUp] | type[Attachment] | type[PublishedNeed]] = {
    "contact": Contact,
    "follow_up": FollowUp,
    "attachment": Attachment,
    "published_need": PublishedNeed,
}


def record_title(session: Session, kind: str, record_id: UUID) -> str:
    """What people call a record."""
    row: Any = None
    if kind in NOUNS:
        row = session.get(NOUNS[kind], record_id)
    elif kind in OTHERS:
        row = session.get(OTHERS[kind], record_id)
    if row is None:
        return record_word(kind)
    match kind:
        case "visit":
            firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id else None
            return _("{firm} 的走访").format(firm=firm.name) if firm else _("走访 {number}").format(number=row.number)
        case "match":
            return _("对接 {number}").format(number=row.number)
        case "contact":
            firm = session.get(Enterprise, row.enterprise_id)
            return _("　").join((firm.name, str(row.name))) if firm else str(row.name)
        case "follow_up":
            return str(row.text)[:40]
        case _:
            return str(getattr(row, "name", "") or getattr(row, "title", "") or record_word(kind))

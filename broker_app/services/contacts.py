"""People of firms taken in from cards and given out as cards; what leaves the store is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from broker_app.db.models import Contact, Enterprise, PersonalExport
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.duplicates import similar_enterprises
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.phones import full_phones
from broker_app.services.records import live, text_field

_MOST_SHOWN = 50


@dataclass(frozen=True)
class PersonFound:
    """Somebody as a card or a list has them; ``firm`` is the name of a firm, "" if the card says none."""

    name: str
    firm: str = ""
    position: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True)
class PeopleTaken:
    """What became of a pile of cards: people added, how many were known, and who was left out and why."""

    added: tuple[UUID, ...]
    firms: tuple[UUID, ...]
    known: int
    refused: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ExportLine:
    """Personal data that left as a file."""

    at: datetime
    who: str
    file_name: str
    people: int


def take_people(
    session: Session, people: Sequence[PersonFound], *, enterprise_id: UUID | None = None, add_firms: bool = False
) -> PeopleTaken:
    """Add people to ``enterprise_id``, or each to the firm its card names.

    Somebody who is there by name and phone, or by name alone without a phone, is not added again; a phone or mail
    that was missing is filled in. ``add_firms`` makes firms nobody knows yet.

    Raises:
        NotFoundError: the firm is not here.
    """
    if enterprise_id is not None:
        live(session, Enterprise, enterprise_id)
    added: list[UUID] = []
    firms: list[UUID] = []
    known, refused = 0, []
    for person in people:
        firm_id = enterprise_id
        if firm_id is None:
            if not person.firm:
                refused.append((person.name, _("名片上没有单位")))
                continue
            found = similar_enterprises(session, person.firm)
            if len(found) > 1:
                refused.append((person.name, _("叫「{firm}」的企业不止一家").format(firm=person.firm)))
                continue
            if not found and not add_firms:
                refused.append((person.name, _("还没有叫「{firm}」的企业").format(firm=person.firm)))
                continue
            if found:
                firm_id = found[0].id
            else:
                county = session.info["actor"].county
                firm_id = save_enterprise(session, EnterpriseDraft(person.firm, county=county))
                firms.append(firm_id)
        new = _add(session, firm_id, person)
        if new is None:
            known += 1
        else:
            added.append(new)
    return PeopleTaken(tuple(added), tuple(firms), known, tuple(refused))


def take_back_people(session: Session, taken: PeopleTaken) -> None:
    """Undo :func:`take_people`: who was added goes again; a firm made for it stays only if something uses it."""
    for person_id in taken.added:
        person = session.get(Contact, person_id)
        if person is not None and person.deleted_at is None:
            person.deleted_at = utc_now()
    session.flush()
    for firm_id in taken.firms:
        firm = session.get(Enterprise, firm_id)
        left = session.scalar(
            select(Contact.id).where(Contact.enterprise_id == firm_id, Contact.deleted_at.is_(None)).limit(1)
        )
        if firm is not None and left is None:
            firm.deleted_at = firm.deleted_at or utc_now()
    session.flush()


def people_of(session: Session, enterprise_id: UUID | None = None) -> Sequence[PersonFound]:
    """People of one firm, or of all, with the firm's name; those without phone and mail too."""
    query = (
        select(Contact, Enterprise.name)
        .join(Enterprise, Enterprise.id == Contact.enterprise_id)
        .where(Contact.deleted_at.is_(None), Enterprise.deleted_at.is_(None))
        .order_by(Enterprise.name, Contact.created_at, Contact.id)
    )
    if enterprise_id is not None:
        query = query.where(Contact.enterprise_id == enterprise_id)
    return [
        PersonFound(person.name, firm, person.position, (person.phone,) if person.phone else (), person.email)
        for person, firm in session.execute(query)
    ]


def note_export(session: Session, file_name: str, people: int, what: str = "contacts") -> None:
    """Write down that personal data left the store as a file."""
    who = session.info["actor"].name
    session.add(PersonalExport(at=utc_now(), who=who, what=what, file_name=file_name[:200], people=people))
    session.flush()


def export_log(session: Session) -> Sequence[ExportLine]:
    """What left, the latest first."""
    rows = session.scalars(select(PersonalExport).order_by(PersonalExport.at.desc()).limit(_MOST_SHOWN))
    return [ExportLine(row.at, row.who, row.file_name, row.people) for row in rows]


def _add(session: Session, firm_id: UUID, person: PersonFound) -> UUID | None:
    """The id of the person added, None if they are there."""
    numbers = {number for phone in person.phones for number in full_phones(phone)}
    phone = "；".join(person.phones[:2]) if len("；".join(person.phones[:2])) <= 30 else "".join(person.phones[:1])
    query = select(Contact).where(Contact.enterprise_id == firm_id, Contact.deleted_at.is_(None))
    for known in session.scalars(query):
        if "".join(known.name.split()) != "".join(person.name.split()):
            continue
        here = set(full_phones(known.phone))
        if not numbers or not here or numbers & here:
            known.phone, known.email = known.phone or phone, known.email or person.email
            known.position = known.position or person.position
            session.flush()
            return None
    firm = live(session, Enterprise, firm_id)
    row = Contact(
        enterprise_id=firm_id,
        scope=firm.scope,
        name=text_field("contact_name", person.name, 50, required=_("请写联系人的姓名。")),
        position=text_field("position", person.position[:50], 50),
        phone=text_field("phone", phone[:30], 30),
        email=text_field("email", person.email[:100], 100),
    )
    session.add(row)
    session.flush()
    return row.id

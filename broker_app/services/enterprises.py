"""Firms and the people in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, Select, String, Text, bindparam, cast, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from broker_app.codes.counties import county_label
from broker_app.codes.credit_code import check_credit_code
from broker_app.codes.industries import industry_label
from broker_app.codes.lists import CodeList, label
from broker_app.db.models import Contact, Enterprise, Need, Visit
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import utc_now
from broker_app.services.firm_aliases import standing_id
from broker_app.services.firm_history import TimelineEntry, firm_history
from broker_app.services.firm_names import firm_key
from broker_app.services.firm_tiers import Tier, read_tiers, tier_rows
from broker_app.services.phones import masked_phone
from broker_app.services.pinyin import search_keys
from broker_app.services.records import live, text_field, text_list, trashed
from broker_app.services.search import contains_words

JOINED = ("industries", "tags", "tiers")
"""Lists of a firm that are put together where two records of it become one."""

_FIRM_SPACE = uuid5(NAMESPACE_URL, "broker:enterprise")
_COUNTED_VISITS = (Visit.deleted_at.is_(None), Visit.state.not_in(("planned", "cancelled", "draft")))


def _lines() -> Select[Any]:
    """A line of the list for each of ``:ids``: one statement, because a list that is dragged asks for many."""
    own_visits = (Visit.enterprise_id == Enterprise.id, _not_deleted(Visit.deleted_at), _COUNTED_VISITS[1])
    visits = select(func.count()).where(*own_visits)
    last = select(func.max(Visit.started_at)).where(*own_visits)
    needs = select(func.count()).where(Need.enterprise_id == Enterprise.id, _not_deleted(Need.deleted_at))
    return select(
        Enterprise.id,
        Enterprise.name,
        Enterprise.county,
        Enterprise.industries,
        Enterprise.size,
        visits.scalar_subquery().label("visits"),
        needs.scalar_subquery().label("needs"),
        last.scalar_subquery().label("last"),
    ).where(Enterprise.id.in_(bindparam("ids", expanding=True)))


def _not_deleted(deleted_at: InstrumentedAttribute[datetime | None]) -> ColumnElement[bool]:
    """Written so that SQLite takes another index than that of ``deleted_at``, which most rows share."""
    return func.coalesce(type_coerce(deleted_at, String), "") == ""


_LINES = _lines()


@dataclass(frozen=True)
class ContactDraft:
    """A person at a firm, as typed. ``id`` is None for somebody new."""

    name: str
    position: str = ""
    phone: str = ""
    email: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class EnterpriseDraft:
    """A firm, as typed. ``index_score`` is a 科创指数 somebody else published: shown with its day and source only."""

    name: str
    credit_code: str = ""
    county: str = ""
    address: str = ""
    industries: tuple[str, ...] = ()
    gb4754: str = ""
    size: str = ""
    legal_person: str = ""
    founded_on: date | None = None
    website: str = ""
    email: str = ""
    profile: str = ""
    tags: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    carrier: str = ""
    index_score: str = ""
    index_on: date | None = None
    index_source: str = ""
    contacts: tuple[ContactDraft, ...] = ()
    source_id: str = ""


@dataclass(frozen=True)
class EnterpriseRow:
    """A line of the list of firms."""

    id: UUID
    name: str
    county: str
    industries: str
    size: str
    visits: int
    needs: int
    last_visit: datetime | None


@dataclass(frozen=True)
class EnterpriseDetail:
    """Everything the page of a firm shows."""

    id: UUID
    draft: EnterpriseDraft
    county_label: str
    industry_labels: tuple[str, ...]
    code_warning: str
    timeline: tuple[TimelineEntry, ...] = field(default=())


@dataclass(frozen=True)
class EnterpriseChange:
    """What a firm said before and after it was saved."""

    id: UUID
    before: EnterpriseDraft
    after: EnterpriseDraft


def enterprise_id_for(county: str, credit_code: str) -> UUID:
    """The id two brokers give the same firm without talking: from county scope and credit code."""
    return uuid5(_FIRM_SPACE, f"county:{county}/{credit_code}")


def save_enterprise(session: Session, draft: EnterpriseDraft, enterprise_id: UUID | None = None) -> UUID:
    """Add a firm, or change the one of ``enterprise_id``; returns its id.

    A firm of the same county and credit code that is already here (or in the trash) takes up what ``draft``
    says, and keeps what it does not: nobody loses facts by adding a firm twice.

    Raises:
        InvalidInputError: name missing or too long, or a credit code whose check fails.
    """
    name = text_field("name", draft.name, 100, required=_("请写企业名称。"))
    code = checked_credit_code(draft.credit_code)
    if enterprise_id is None and code:
        firm_id = enterprise_id_for(draft.county or session.info["actor"].county, code)
        known = session.get(Enterprise, standing_id(session, firm_id))
        if known is not None:
            return _join(session, known, draft)
        row = _added(session, Enterprise(id=firm_id))
    else:
        row = live(session, Enterprise, enterprise_id) if enterprise_id else _added(session, Enterprise())
    row.name, row.credit_code, row.pinyin, row.name_key = name, code, search_keys(name), firm_key(name)
    row.county = draft.county
    if draft.county and row.rev == 0:
        row.scope = f"county:{draft.county}"
    row.address = text_field("address", draft.address, 200)
    row.industries, row.gb4754, row.size = list(draft.industries), draft.gb4754, draft.size
    row.legal_person, row.founded_on = text_field("legal_person", draft.legal_person, 50), draft.founded_on
    row.website, row.email = text_field("website", draft.website, 255), text_field("email", draft.email, 100)
    row.profile, row.tags = text_field("profile", draft.profile, 5000), text_list("tags", draft.tags, 50)
    row.carrier, row.tiers = text_field("carrier", draft.carrier, 100), tier_rows(draft.tiers)
    _save_index(row, draft)
    row.source_id = row.source_id or draft.source_id
    session.flush()
    _save_contacts(session, row, draft.contacts)
    return row.id


def change_enterprise(
    session: Session, enterprise_id: UUID, shown: EnterpriseDraft, typed: EnterpriseDraft
) -> EnterpriseChange:
    """Change in a firm what differs between ``shown`` and ``typed``; what came from elsewhere meanwhile stays.

    Raises:
        NotFoundError: the firm is gone.
        InvalidInputError: as :func:`save_enterprise`.
    """
    row = live(session, Enterprise, enterprise_id)
    before = _draft_of(session, row)
    names = (each.name for each in fields(typed))
    changed = {name: getattr(typed, name) for name in names if getattr(typed, name) != getattr(shown, name)}
    save_enterprise(session, replace(before, **changed), enterprise_id)
    return EnterpriseChange(enterprise_id, before, _draft_of(session, row))


def take_back_change(session: Session, change: EnterpriseChange) -> None:
    """Let the firm say again what it said before, with the people it had.

    Raises:
        IllegalMoveError: it was changed again since; nothing is changed.
        NotFoundError: the firm is gone.
    """
    if _draft_of(session, live(session, Enterprise, change.id)) != change.after:
        raise IllegalMoveError(_("后来又有改动，这一步不能撤销了。记录没有改动。"))
    save_enterprise(session, change.before, change.id)


def checked_credit_code(typed: str) -> str:
    """The normalised code, "" for none.

    Raises:
        InvalidInputError: when the check fails; the message names possible repairs, which are never applied.
    """
    if not typed.strip():
        return ""
    check = check_credit_code(typed)
    if not check.valid:
        proposal = _(" 是不是：{codes}？").format(codes=listed(check.repairs)) if check.repairs else ""
        raise InvalidInputError("credit_code", check.problem + proposal)
    return check.normalized


@dataclass(frozen=True)
class FirmFilter:
    """What a list of firms shows: words of the search, and codes of which "" means all."""

    query: str = ""
    county: str = ""
    industry: str = ""
    tag: str = ""
    tier: str = ""


def list_enterprises(
    session: Session,
    query: str = "",
    *,
    county: str = "",
    industry: str = "",
    tag: str = "",
    tier: str = "",
    offset: int = 0,
    limit: int = 100,
) -> Sequence[EnterpriseRow]:
    """Firms by name, those with the latest visits first; of one county, industry, tag or tier if one is given."""
    wanted = FirmFilter(query, county, industry, tag, tier)
    page = offset + limit
    # Whoever was visited stands first: mostly they fill the page, and the other firms need not be sorted.
    visited = session.scalars(_ordered_firms(wanted, among_visited=5 * page).limit(page)).all()
    if len(visited) < page:
        visited = session.scalars(_ordered_firms(wanted).limit(page)).all()
    return enterprise_rows(session, visited[offset:])


def enterprise_order(session: Session, wanted: FirmFilter) -> list[str]:
    """Ids of all firms of the list of :func:`list_enterprises`, as 32 hexadecimal digits: a list may be very long."""
    return list(session.scalars(_ordered_firms(wanted).with_only_columns(type_coerce(Enterprise.id, String))))


def enterprise_rows(session: Session, ids: Sequence[UUID]) -> Sequence[EnterpriseRow]:
    """The lines of these firms, in this order; a firm that has gone meanwhile keeps its place with an empty name."""
    firms = {row.id: row for row in session.execute(_LINES, {"ids": list(ids)})}
    rows = []
    for firm_id in ids:
        firm = firms.get(firm_id)
        if firm is None:
            rows.append(EnterpriseRow(firm_id, "", "", "", "", 0, 0, None))
            continue
        industries = listed(industry_label(code) for code in firm.industries)
        size = label(CodeList.ENTERPRISE_SIZE, firm.size)
        county = county_label(firm.county)
        rows.append(EnterpriseRow(firm.id, firm.name, county, industries, size, firm.visits, firm.needs, firm.last))
    return rows


def _ordered_firms(wanted: FirmFilter, *, among_visited: int = 0) -> Select[UUID]:
    """The list of firms; ``among_visited`` looks only at so many of those visited last."""
    visits = (
        select(Visit.enterprise_id, func.max(Visit.started_at).label("last"))
        .where(*_COUNTED_VISITS)
        .group_by(Visit.enterprise_id)
    )
    if among_visited:
        visits = visits.order_by(func.max(Visit.started_at).desc()).limit(among_visited)
    last = visits.subquery()
    words = contains_words(
        wanted.query, Enterprise.name, Enterprise.credit_code, Enterprise.address, pinyin=Enterprise.pinyin
    )
    stands: ColumnElement[bool] = Enterprise.deleted_at.is_(None)
    if among_visited:  # begin with the visits and not with the index of all firms
        stands = _not_deleted(Enterprise.deleted_at)
    statement = (
        select(Enterprise.id)
        .join(last, last.c.enterprise_id == Enterprise.id, isouter=not among_visited)
        .where(stands, words)
        .order_by(last.c.last.desc().nulls_last(), Enterprise.name, Enterprise.id)
    )
    if wanted.county:
        statement = statement.where(Enterprise.county == wanted.county)
    for column, value in ((Enterprise.industries, wanted.industry), (Enterprise.tags, wanted.tag)):
        if value:
            statement = statement.where(_holds(column, value))
    if wanted.tier:
        statement = statement.where(cast(Enterprise.tiers, Text).contains(f'"code": "{wanted.tier}"', autoescape=True))
    return statement


def _holds(column: InstrumentedAttribute[Any], value: str) -> ColumnElement[bool]:
    """Whether a list of the store has this element; the store writes Chinese as JSON escapes."""
    each = func.json_each(column).table_valued("value")
    return select(1).select_from(each).where(each.c.value == value).exists()


def get_enterprise(session: Session, enterprise_id: UUID) -> EnterpriseDetail:
    """Facts, people and history of a firm, or of the one it was merged into; raises NotFoundError."""
    row = live(session, Enterprise, standing_id(session, enterprise_id))
    draft = _draft_of(session, row)
    warning = check_credit_code(row.credit_code).inner_warning if row.credit_code else ""
    return EnterpriseDetail(
        row.id,
        draft,
        county_label(row.county),
        tuple(industry_label(code) for code in row.industries),
        warning,
        firm_history(session, row.id),
    )


def delete_enterprise(session: Session, enterprise_id: UUID) -> None:
    """Move a firm to the trash. Its visits and needs stay and keep its name reachable by undoing."""
    live(session, Enterprise, enterprise_id).deleted_at = utc_now()


def restore_enterprise(session: Session, enterprise_id: UUID) -> None:
    """Take a firm back out of the trash."""
    trashed(session, Enterprise, enterprise_id).deleted_at = None


def _draft_of(session: Session, row: Enterprise) -> EnterpriseDraft:
    people = session.scalars(
        select(Contact)
        .where(Contact.enterprise_id == row.id, Contact.deleted_at.is_(None))
        .order_by(Contact.created_at, Contact.id)
    )
    return EnterpriseDraft(
        name=row.name,
        credit_code=row.credit_code,
        county=row.county,
        address=row.address,
        industries=tuple(row.industries),
        gb4754=row.gb4754,
        size=row.size,
        legal_person=row.legal_person,
        founded_on=row.founded_on,
        website=row.website,
        email=row.email,
        profile=row.profile,
        tags=tuple(row.tags),
        tiers=read_tiers(row.tiers),
        carrier=row.carrier,
        index_score=row.index_score,
        index_on=row.index_on,
        index_source=row.index_source,
        contacts=tuple(ContactDraft(one.name, one.position, one.phone, one.email, one.id) for one in people),
        source_id=row.source_id,
    )


def _save_index(row: Enterprise, draft: EnterpriseDraft) -> None:
    score = text_field("index_score", draft.index_score, 20)
    source = text_field("index_source", draft.index_source, 100)
    if score and not (draft.index_on and source):
        raise InvalidInputError("index_score", _("科创指数要写明是哪一天、从哪里来的。"))
    row.index_score = score
    row.index_on, row.index_source = (draft.index_on, source) if score else (None, "")


def _join(session: Session, known: Enterprise, draft: EnterpriseDraft) -> UUID:
    known.deleted_at = None
    session.flush()
    here = _draft_of(session, known)
    said = {each.name: getattr(draft, each.name) for each in fields(draft) if getattr(draft, each.name)}
    said |= {name: tuple(dict.fromkeys((*getattr(here, name), *getattr(draft, name)))) for name in JOINED}
    reached = {(one.name, one.phone) for one in here.contacts}
    new = tuple(one for one in draft.contacts if (one.name.strip(), one.phone.strip()) not in reached)
    save_enterprise(session, replace(here, **{**said, "contacts": here.contacts + new}), known.id)
    return known.id


def _added(session: Session, row: Enterprise) -> Enterprise:
    row.county, row.rev = "", 0
    session.add(row)
    return row


def _save_contacts(session: Session, firm: Enterprise, drafts: tuple[ContactDraft, ...]) -> None:
    kept: set[UUID] = set()
    known = {one.id: one for one in session.scalars(select(Contact).where(Contact.enterprise_id == firm.id))}
    for draft in drafts:
        name = text_field("contact_name", draft.name, 50, required=_("请写联系人的姓名。"))
        person = known.get(draft.id) if draft.id else None
        if person is None:
            person = Contact(enterprise_id=firm.id, scope=firm.scope)
            session.add(person)
        person.deleted_at = None  # somebody who was taken away may come back
        person.name, person.position = name, text_field("position", draft.position, 50)
        person.phone, person.email = text_field("phone", draft.phone, 30), text_field("email", draft.email, 100)
        session.flush()
        kept.add(person.id)
    for person_id, person in known.items():
        if person_id not in kept:
            person.deleted_at = person.deleted_at or utc_now()


def contact_line(name: str, position: str, phone: str) -> str:
    """``陈喆　技术部工程师　138****0000``: a person on screen lists and papers, the phone masked."""
    return "　".join(part for part in (name, position, masked_phone(phone)) if part)

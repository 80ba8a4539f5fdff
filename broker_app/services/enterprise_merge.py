"""Two records of one firm become one: field by field, with everything that hangs on them; undoable for thirty days.

Nothing is lost: lists are put together, words that did not win are kept in the profile, and the other record lies in
the trash with a mark of what it became, so that a late change of it finds the one that stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from broker_app.db.models import Attachment, Contact, Enterprise, FirmAlias
from broker_app.db.outbox import say_same, synced_fields, wire_value
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.i18n import _, full_day_name, in_chinese, listed
from broker_app.rules.calendar import utc_now
from broker_app.services.enterprises import JOINED, EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.field_words import field_word, value_words
from broker_app.services.firm_aliases import REFERRERS, forget_aliases, standing_id
from broker_app.services.firm_names import firm_key
from broker_app.services.firm_tiers import tier_words
from broker_app.services.phones import full_phones
from broker_app.services.pinyin import search_keys
from broker_app.services.records import live, trashed

UNDO_DAYS = 30

PICKED = (
    "name", "credit_code", "county", "address", "legal_person", "founded_on", "size", "gb4754", "website", "email",
    "carrier", "index_score",
)  # fmt: skip
"""Fields of which one value stands; ``index_score`` takes its day and source along."""

_INDEX = ("index_score", "index_on", "index_source")
_OWN = frozenset({"author_id", "author_name", "created_at", "source_id"})
_LONGEST_PROFILE = 5000


@dataclass(frozen=True)
class FirmSide:
    """One of the two records: what it says, and how much hangs on it (kind of record: how many)."""

    id: UUID
    draft: EnterpriseDraft
    counts: Mapping[str, int]


@dataclass(frozen=True)
class MergeQuestion:
    """What the wizard shows: the record that stays, and the one that goes into it."""

    keep: FirmSide
    other: FirmSide

    @property
    def differing(self) -> tuple[str, ...]:
        """Fields of :data:`PICKED` in which the two say different things; one that is empty has no say."""
        mine, theirs = self.keep.draft, self.other.draft
        return tuple(
            name
            for name in PICKED
            if getattr(mine, name) and getattr(theirs, name) and getattr(mine, name) != getattr(theirs, name)
        )

    @property
    def two_codes(self) -> bool:
        """Whether both have a credit code and the codes differ: by the book these are two firms."""
        return "credit_code" in self.differing


@dataclass(frozen=True)
class MergeRow:
    """A merge that can be looked up, and undone while ``days_left`` is above 0."""

    id: UUID
    name: str
    into_id: UUID
    into: str
    merged_at: datetime
    days_left: int


def merge_question(session: Session, keep_id: UUID, other_id: UUID) -> MergeQuestion:
    """Both records side by side; raises NotFoundError, or InvalidInputError if they are one."""
    if keep_id == other_id:
        raise InvalidInputError("enterprises", _("这是同一条记录，不用合并。"))
    return MergeQuestion(_side(session, keep_id), _side(session, other_id))


def fact_words(name: str, draft: EnterpriseDraft) -> str:
    """How a field of a firm reads to people, "" for nothing; a 科创指数 with its day and source."""
    value = getattr(draft, name)
    if not value:
        return ""
    if name == "tiers":
        return listed(tier_words(one) for one in value)
    said = value_words("enterprise", name, wire_value(list(value) if isinstance(value, tuple) else value))
    if name == "index_score":
        return _("{score}（{day}，{source}）").format(
            score=said, day=full_day_name(draft.index_on) if draft.index_on else "", source=draft.index_source
        )
    return said


@in_chinese()  # what did not win is written into the profile of the firm
def merged_draft(
    question: MergeQuestion, from_other: Sequence[str] = (), *, keep_words: bool = True
) -> EnterpriseDraft:
    """What the merged firm will say: the other's value of each field in ``from_other``, else the own one if any.

    ``keep_words`` writes the values that did not win at the end of the profile.
    """
    mine, theirs = question.keep.draft, question.other.draft
    changes: dict[str, Any] = {}
    for name in PICKED:
        taken = name in from_other or not getattr(mine, name)
        for each in _INDEX if name == "index_score" else (name,):
            changes[each] = getattr(theirs if taken else mine, each)
    for name in JOINED:
        changes[name] = tuple(dict.fromkeys((*getattr(mine, name), *getattr(theirs, name))))
    notes = [one.strip() for one in (mine.profile, theirs.profile) if one.strip()]
    lost = [
        f"{field_word('enterprise', name)} {fact_words(name, loser)}"
        for name in question.differing
        for loser in ((mine if name in from_other else theirs),)
    ]
    if keep_words and lost:
        notes.append(f"合并前另一条记录写的：{'；'.join(lost)}")
    changes["profile"] = "\n".join(dict.fromkeys(notes))[:_LONGEST_PROFILE]
    return replace(mine, **changes)


def merge_enterprises(session: Session, keep_id: UUID, other_id: UUID, draft: EnterpriseDraft) -> None:
    """Make ``other_id`` go into ``keep_id``, which from then on says what ``draft`` says.

    Visits, needs, people, requests, follow-ups and files move; a person both had is kept once.

    Raises:
        NotFoundError: one of them is not here.
        InvalidInputError: they are one record, or the draft is refused by :func:`save_enterprise`.
    """
    if keep_id == other_id:
        raise InvalidInputError("enterprises", _("这是同一条记录，不用合并。"))
    keep, other = live(session, Enterprise, keep_id), live(session, Enterprise, other_id)
    before = _said(keep)
    people = get_enterprise(session, keep_id).draft.contacts
    save_enterprise(session, replace(draft, contacts=people), keep_id)
    after = _said(keep)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    twins = _drop_twins(session, keep_id, other_id)
    moved = _move_children(session, other_id, keep_id)
    other.deleted_at = utc_now()
    session.flush()
    undo = {"changed": changed, "moved": moved, "twins": twins}
    session.merge(FirmAlias(old=other_id, new=keep_id, merged_at=utc_now(), undo=undo))
    if other.scope == keep.scope:  # a mark of the server leads nowhere outside its scope
        say_same(session, other_id, keep_id)
    session.flush()


def undo_merge(session: Session, other_id: UUID) -> None:
    """Part the two again: the other record comes back with what was moved from it, and both say what they said.

    What was changed since in the record that stayed is kept.

    Raises:
        NotFoundError: it is not here.
        IllegalMoveError: it was not merged on this computer, or more than thirty days ago.
    """
    alias = session.get(FirmAlias, other_id)
    if alias is None or alias.undo is None:
        raise IllegalMoveError(_("这家企业不是在这台电脑上合并的，不能在这里撤销。"))
    if _days_left(alias.merged_at) <= 0:
        raise IllegalMoveError(_("合并已经过了 {days} 天，不能再撤销。").format(days=UNDO_DAYS))
    other = trashed(session, Enterprise, other_id)
    undo, kept_id = dict(alias.undo), alias.new
    stands = standing_id(session, kept_id)
    other.deleted_at = None
    forget_aliases(session, [other_id])
    session.flush()
    _move_back(session, undo["moved"], {kept_id, stands}, other_id)
    for person_id in undo["twins"]:
        person = session.get(Contact, UUID(person_id))
        if person is not None:
            person.deleted_at = None
    keep = session.get(Enterprise, kept_id)
    if keep is not None and keep.deleted_at is None:
        _say_again(keep, undo["changed"])
    session.flush()
    say_same(session, other_id, other_id)
    session.flush()


def is_merged(session: Session, firm_id: UUID) -> bool:
    """Whether the firm lies in the trash because it was merged on this computer and can still be parted."""
    alias = session.get(FirmAlias, firm_id)
    return alias is not None and alias.undo is not None and _days_left(alias.merged_at) > 0


def list_merges(session: Session, *, limit: int = 50) -> Sequence[MergeRow]:
    """Merges made on this computer in the last thirty days, the latest first."""
    rows = session.scalars(
        select(FirmAlias)
        .where(FirmAlias.undo.is_not(None), FirmAlias.merged_at >= utc_now() - timedelta(days=UNDO_DAYS))
        .order_by(FirmAlias.merged_at.desc(), FirmAlias.old)
        .limit(limit)
    )
    return [
        MergeRow(
            row.old,
            _name(session, row.old),
            row.new,
            _name(session, row.new),
            row.merged_at,
            _days_left(row.merged_at),
        )
        for row in rows
    ]


def _side(session: Session, firm_id: UUID) -> FirmSide:
    live(session, Enterprise, firm_id)
    counts = {}
    for column in REFERRERS:
        model = column.class_
        query = select(func.count(model.id)).where(column == firm_id, model.deleted_at.is_(None))
        if model is Attachment:
            query = query.where(Attachment.parent_kind == "enterprise")
        counts[model.__tablename__] = session.scalar(query) or 0
    return FirmSide(firm_id, get_enterprise(session, firm_id).draft, counts)


def _said(row: Enterprise) -> dict[str, Any]:
    return {name: wire_value(getattr(row, name)) for name in synced_fields(Enterprise) if name not in _OWN}


def _drop_twins(session: Session, keep_id: UUID, other_id: UUID) -> list[str]:
    """People both firms have: what only the other's entry says goes to the one that stays; ids of those put away."""
    own = {_person(one): one for one in _people(session, keep_id)}
    dropped = []
    for person in _people(session, other_id):
        twin = own.get(_person(person))
        if twin is None:
            continue
        if (person.position and twin.position and person.position != twin.position) or (
            person.email and twin.email and person.email != twin.email
        ):
            continue  # they say different things: both stay, for a person to settle
        twin.position, twin.email = twin.position or person.position, twin.email or person.email
        person.deleted_at = utc_now()
        dropped.append(str(person.id))
    session.flush()
    return dropped


def _people(session: Session, firm_id: UUID) -> list[Contact]:
    query = select(Contact).where(Contact.enterprise_id == firm_id, Contact.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Contact.created_at, Contact.id)))


def _person(contact: Contact) -> tuple[str, frozenset[str]]:
    return "".join(contact.name.split()), frozenset(full_phones(contact.phone) or (contact.phone.strip(),))


def _move_children(session: Session, source: UUID, target: UUID) -> dict[str, list[str]]:
    moved = {}
    for column in REFERRERS:
        model = column.class_
        query = select(model).where(column == source, model.deleted_at.is_(None))
        if model is Attachment:
            query = query.where(Attachment.parent_kind == "enterprise")
        rows = session.scalars(query).all()
        for row in rows:
            setattr(row, column.key, target)
        moved[model.__tablename__] = [str(row.id) for row in rows]
    session.flush()
    return moved


def _move_back(session: Session, moved: Mapping[str, Sequence[str]], where: set[UUID], firm_id: UUID) -> None:
    for column in REFERRERS:
        model = cast("type[Any]", column.class_)
        for record_id in moved.get(model.__tablename__, ()):
            row = session.get(model, UUID(record_id))
            if row is not None and getattr(row, column.key) in where:  # somebody may have given it to another firm
                setattr(row, column.key, firm_id)


def _say_again(row: Enterprise, changed: Mapping[str, Sequence[Any]]) -> None:
    for name, (old, new) in changed.items():
        if wire_value(getattr(row, name)) == new:
            setattr(row, name, _stored(name, old))
    row.pinyin, row.name_key = search_keys(row.name), firm_key(row.name)


def _stored(name: str, value: Any) -> Any:
    """A wire value as the column holds it."""
    if name in ("founded_on", "index_on"):
        return date.fromisoformat(value) if value else None
    if name in JOINED:
        return value or []
    return value or ""


def _name(session: Session, firm_id: UUID) -> str:
    row = session.get(Enterprise, firm_id)
    return row.name if row is not None else ""


def _days_left(merged_at: datetime) -> int:
    return max(0, UNDO_DAYS - (utc_now() - merged_at).days)

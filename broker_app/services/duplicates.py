"""The same firm twice: noticed while somebody types, found by a scan of all firms, and the word that two are two."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.credit_code import check_credit_code
from broker_app.db.models import Contact, DistinctFirms, Enterprise
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.firm_names import firm_key, likeness, name_parts
from broker_app.services.phones import full_phones

SAME_CODE, SAME_NAME, SAME_PHONE = 100, 95, 60
NEAR = 0.8
"""Names less alike than this are two firms (share of common pairs of characters)."""

_OTHER_COUNTY = 15  # taken off the score: two shops of one name in two counties are usually two firms
_MOST_PAIRS = 2_000
_TOO_MANY = 30  # firms of one phone number: an agency's, not a firm's
_TOO_COMMON = 400  # firms that share a pair of characters rare enough to look at, at most
_STEP = 250

Watch = Callable[[int, int], bool]
"""Told firms done and firms in all; returns False to stop."""


@dataclass(frozen=True)
class SimilarEnterprise:
    """A firm already known that may be the same one."""

    id: UUID
    name: str
    credit_code: str
    why: str
    county: str = ""


@dataclass(frozen=True)
class KnownPerson:
    """Somebody who already has a phone number that is being typed."""

    id: UUID
    name: str
    enterprise_id: UUID
    enterprise: str


@dataclass(frozen=True)
class FirmFacts:
    """A firm as the scan compares it."""

    id: UUID
    name: str
    key: str
    credit_code: str
    county: str
    phones: frozenset[str]


@dataclass(frozen=True)
class DuplicatePair:
    """Two firms that may be one; ``score`` is 0 to 100, ``why`` says what they share."""

    one: FirmFacts
    two: FirmFacts
    score: int
    why: tuple[str, ...]

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """Both ids, the smaller first: what :func:`mark_distinct` remembers."""
        return _ordered(self.one.id, self.two.id)


@dataclass(frozen=True)
class Scan:
    """Outcome of a scan: pairs by score, how many firms were read, and whether somebody stopped it."""

    pairs: tuple[DuplicatePair, ...]
    firms: int
    stopped: bool = False


def similar_enterprises(
    session: Session, name: str, credit_code: str = "", *, own_id: UUID | None = None
) -> tuple[SimilarEnterprise, ...]:
    """Firms that may be the one being typed: equal credit code first, then equal name as it is compared.

    Both are looked up by index. Those somebody has called 不是重复 of ``own_id`` are left out.
    """
    known: dict[UUID, SimilarEnterprise] = {}
    live = select(Enterprise).where(Enterprise.deleted_at.is_(None))
    code = check_credit_code(credit_code).normalized if credit_code.strip() else ""
    if code:
        for row in session.scalars(live.where(Enterprise.credit_code == code).limit(5)):
            known[row.id] = _similar(row, _("信用代码相同"))
    key = firm_key(name)
    if len(key) >= 2:
        for row in session.scalars(live.where(Enterprise.name_key == key).limit(5)):
            # Two credit codes are two firms, however alike their names.
            if row.id not in known and not (code and row.credit_code and row.credit_code != code):
                known[row.id] = _similar(row, _("名称相同"))
    apart = distinct_from(session, own_id) if own_id else frozenset()
    return tuple(one for one in known.values() if one.id != own_id and one.id not in apart)


def people_with_phone(session: Session, phone: str, *, own_id: UUID | None = None) -> tuple[KnownPerson, ...]:
    """People of other records who have that number, at most three; blanks and dashes in either do not matter."""
    wanted = set(full_phones(phone))
    if not wanted:
        return ()
    tails = [Contact.phone.contains(one[-4:]) for one in wanted]
    found = []
    rows = session.execute(
        select(Contact, Enterprise.name)
        .join(Enterprise, Enterprise.id == Contact.enterprise_id)
        .where(Contact.deleted_at.is_(None), Enterprise.deleted_at.is_(None), or_(*tails))
    )
    for person, firm in rows:
        if person.id != own_id and wanted & set(full_phones(person.phone)):
            found.append(KnownPerson(person.id, person.name, person.enterprise_id, firm))
    return tuple(found[:3])


def mark_distinct(session: Session, one: UUID, two: UUID) -> None:
    """Remember that two firms are two: neither warning nor scan names the pair again."""
    first, second = _ordered(one, two)
    session.merge(DistinctFirms(one=first, two=second, said_at=utc_now()))
    session.flush()


def unmark_distinct(session: Session, one: UUID, two: UUID) -> None:
    """Take :func:`mark_distinct` back."""
    found = session.get(DistinctFirms, _ordered(one, two))
    if found is not None:
        session.delete(found)
        session.flush()


def distinct_from(session: Session, firm_id: UUID) -> frozenset[UUID]:
    """Firms somebody has said are others than this one."""
    rows = session.scalars(select(DistinctFirms).where((DistinctFirms.one == firm_id) | (DistinctFirms.two == firm_id)))
    return frozenset(row.two if row.one == firm_id else row.one for row in rows)


def scan_duplicates(session: Session, watch: Watch = lambda _done, _total: True) -> Scan:
    """Compare every live firm with every other that shares a code, a name, a phone or most of its name.

    Pairs come by score, the surest first. Only names that share one of their rarest pairs of characters are
    compared, so the time grows with the firms and not with their square.
    """
    firms = _read_firms(session)
    apart = {(row.one, row.two) for row in session.scalars(select(DistinctFirms))}
    if not watch(0, len(firms)):
        return Scan((), len(firms), stopped=True)
    found = _Found(apart)
    for shared, score, word in (
        ((firm.credit_code for firm in firms), SAME_CODE, _("信用代码相同")),
        ((firm.key for firm in firms), SAME_NAME, _("名称相同")),
    ):
        for group in _groups(zip(shared, firms, strict=True)):
            found.add_all(group, score, word)
    for group in _groups((phone, firm) for firm in firms for phone in firm.phones):
        found.add_all(group, SAME_PHONE, _("电话相同"))
    finished = _add_near_names(firms, found, watch)
    return Scan(found.by_score(), len(firms), stopped=not finished)


@dataclass
class _Found:
    apart: set[tuple[UUID, UUID]]
    pairs: dict[tuple[UUID, UUID], DuplicatePair] = field(default_factory=dict)

    def add_all(self, group: Sequence[FirmFacts], score: int, why: str) -> None:
        if len(group) <= _TOO_MANY:
            for one, two in combinations(group, 2):
                self.add(one, two, score, why)

    def add(self, one: FirmFacts, two: FirmFacts, score: int, why: str) -> None:
        key = _ordered(one.id, two.id)
        if key in self.apart or (one.credit_code and two.credit_code and one.credit_code != two.credit_code):
            return
        known = self.pairs.get(key)
        reasons = known.why if known else ()
        if why in reasons:
            return
        if score != SAME_CODE and one.county and two.county and one.county != two.county:
            score -= _OTHER_COUNTY
        best = max(score, known.score + 3) if known else score  # two reasons are surer than one
        self.pairs[key] = DuplicatePair(one, two, min(100, best), (*reasons, why))

    def by_score(self) -> tuple[DuplicatePair, ...]:
        order = sorted(self.pairs.values(), key=lambda pair: (-pair.score, pair.one.name, str(pair.one.id)))
        return tuple(order[:_MOST_PAIRS])


def _add_near_names(firms: Sequence[FirmFacts], found: _Found, watch: Watch) -> bool:
    """Pairs of names that are nearly the same; False if ``watch`` said to stop."""
    parts = [name_parts(firm.key) for firm in firms]
    common = Counter(part for some in parts for part in some)
    shelves: dict[str, list[int]] = defaultdict(list)
    # Two names that share 80 % by Dice share two thirds of either's parts, so they share one of the rarest third.
    share = NEAR / (2 - NEAR)
    for number, some in enumerate(parts):
        if number % _STEP == 0 and not watch(number, len(firms)):
            return False
        if len(some) < 3:
            continue
        rare = sorted(some, key=lambda part: (common[part], part))[: len(some) - ceil(share * len(some)) + 1]
        firm = firms[number]
        seen: set[int] = set()
        for part in rare:
            shelf = shelves[part]
            for other in shelf:
                if other in seen:
                    continue
                seen.add(other)
                size, others = len(some), len(parts[other])
                if min(size, others) * 2 < NEAR * (size + others) or firm.key == firms[other].key:
                    continue
                alike = likeness(firm.key, firms[other].key)
                if alike >= NEAR:
                    words = _("名称相近 {share}%").format(share=round(alike * 100))
                    found.add(firms[other], firm, round(alike * 90), words)
            if len(shelf) < _TOO_COMMON:
                shelf.append(number)
    watch(len(firms), len(firms))
    return True


def _read_firms(session: Session) -> list[FirmFacts]:
    phones: dict[UUID, set[str]] = defaultdict(set)
    for firm_id, phone in session.execute(
        select(Contact.enterprise_id, Contact.phone).where(Contact.deleted_at.is_(None), Contact.phone != "")
    ):
        phones[firm_id].update(full_phones(phone))
    rows = session.execute(
        select(Enterprise.id, Enterprise.name, Enterprise.name_key, Enterprise.credit_code, Enterprise.county)
        .where(Enterprise.deleted_at.is_(None))
        .order_by(Enterprise.id)
    )
    return [
        FirmFacts(firm_id, name, key or firm_key(name), code, county, frozenset(phones.get(firm_id, ())))
        for firm_id, name, key, code, county in rows
    ]


def _groups(pairs: Iterable[tuple[str, FirmFacts]]) -> list[list[FirmFacts]]:
    together: dict[str, list[FirmFacts]] = defaultdict(list)
    for shared, firm in pairs:
        if len(shared) >= 2:
            together[shared].append(firm)
    return [group for group in together.values() if len(group) > 1]


def _similar(row: Enterprise, why: str) -> SimilarEnterprise:
    return SimilarEnterprise(row.id, row.name, row.credit_code, why, county_label(row.county))


def _ordered(one: UUID, two: UUID) -> tuple[UUID, UUID]:
    return (one, two) if one.bytes < two.bytes else (two, one)

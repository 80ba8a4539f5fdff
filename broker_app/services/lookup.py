"""Finding any record by a few letters: firms, visits, needs, achievements, people and files, in one answer.

A list of a hundred thousand names is too long to be read from the store at every key. :class:`LookupBook` keeps what
can be searched as three long texts per kind, which SQLite puts together and Python scans in milliseconds; the records
found are then read from the store, so that nothing is shown that is no longer there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, func, literal_column, select, text
from sqlalchemy.orm import Session

from broker_app.codes.counties import county_label
from broker_app.codes.industries import industry_label
from broker_app.db.models import Achievement, Attachment, Base, Contact, Enterprise, Need, Visit
from broker_app.i18n import _, listed
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import state_label
from broker_app.services.records import plain_text
from broker_app.services.typed_dates import moment_text

PER_KIND = 4
_CANDIDATES, _MORE_CANDIDATES = 16, 120
"""So many records of a kind are read to choose the best four from; more if they must hold other words too."""
_FIRST_LINE = 80
_SHORTEST_SPREAD, _SPREAD_TRIED, _LONGEST_SYLLABLE = 3, 400, 6

# Between records, between name, words and end, and around each pinyin key; nobody can type them.
_RECORD, _PART, _KEY = "\x1e", "\x1f", "\x1d"


@dataclass(frozen=True)
class Hit:
    """A record found: which page shows it, its name, and a few facts."""

    page: str
    record_id: UUID
    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class _Texts:
    """The searchable text of a kind: ``number | name | other words |``, and ``number | pinyin keys``."""

    words: str = ""
    keys: str = ""


@dataclass(frozen=True)
class _Kind:
    """What of a kind can be searched: SQL for name and further words, and the table that holds the pinyin."""

    models: frozenset[str]
    table: str
    name: str
    words: str
    pinyin: str = ""
    spread: bool = False
    """Whether letters may lie apart: in short names that is meant, in long titles it is chance."""


_KINDS = {
    "enterprise": _Kind(
        frozenset({"Enterprise"}), "enterprise AS r", "r.name", "r.credit_code || ' ' || r.address", "r.pinyin", True
    ),
    "contact": _Kind(frozenset({"Contact"}), "contact AS r", "r.name", "r.phone || ' ' || r.position"),
    "need": _Kind(frozenset({"Need"}), "need AS r", "r.title", "r.number || ' ' || r.text", "r.pinyin"),
    "achievement": _Kind(
        frozenset({"Achievement"}), "achievement AS r", "r.title", "r.owner || ' ' || r.field", "r.pinyin"
    ),
    "visit": _Kind(
        frozenset({"Visit", "Enterprise"}),
        "visit AS r LEFT JOIN enterprise AS e ON e.id = r.enterprise_id",
        "coalesce(e.name, '')",
        "r.number || ' ' || r.place || ' ' || r.note",
        "coalesce(e.pinyin, '')",
    ),
    "file": _Kind(frozenset({"Attachment"}), "attachment AS r", "r.name", "''"),
}


@dataclass(frozen=True, order=True)
class _Rank:
    """How well a record fits; smaller is better (ux.md section 4)."""

    step: int
    span: int


class LookupBook:
    """What can be searched, as it stood when it was last read."""

    def __init__(self) -> None:
        self._texts: dict[str, _Texts] = {}
        self._stale = set(_KINDS)

    @property
    def is_stale(self) -> bool:
        """Whether records were changed that are not in here yet."""
        return bool(self._stale)

    @property
    def is_empty(self) -> bool:
        """Whether it was never read."""
        return not self._texts

    def forget(self, models: Iterable[str]) -> None:
        """Records of these classes were changed; the book answers as before until it is read anew."""
        changed = set(models)
        self._stale |= {name for name, kind in _KINDS.items() if kind.models & changed}

    def read(self, session: Session) -> None:
        """Read what is stale. Takes a tenth of a second for a hundred thousand firms: not on the UI thread."""
        stale, self._stale = self._stale, set()
        self._texts |= {name: _read(session, _KINDS[name]) for name in stale}

    def find(self, kind: str, word: str, most: int) -> dict[int, _Rank]:
        """Numbers of at most ``most`` records of a kind that hold ``word``, the best first, with how well they fit."""
        texts = self._texts.get(kind, _Texts())
        found: dict[int, _Rank] = {}
        for step, numbers in enumerate(_steps(texts, word.lower(), spread=_KINDS[kind].spread)):
            for number, span in numbers:
                found.setdefault(number, _Rank(step, span))
                if len(found) == most:
                    return found
        return found


def find_records(session: Session, query: str, book: LookupBook) -> tuple[Hit, ...]:
    """At most four records of each kind whose words, pinyin or initials fit ``query``; the best of a kind first."""
    words = plain_text(query).split()[:8]
    if not words:
        return ()
    firms = _best(session, book, "enterprise", words, _firms)
    people = _best(session, book, "contact", words, _people)
    of_people = [hit for hit in people if hit.record_id not in {firm.record_id for firm in firms}]
    visits = _best(session, book, "visit", words, _visits)
    files = _best(session, book, "file", words, _files)
    of_files = [hit for hit in files if hit.record_id not in {visit.record_id for visit in visits}]
    return (
        *(*firms, *of_people)[: PER_KIND + 2],
        *_best(session, book, "need", words, _needs),
        *(*visits, *of_files)[: PER_KIND + 2],
        *_best(session, book, "achievement", words, _achievements),
    )


@dataclass(frozen=True)
class _Record:
    """A candidate as the store has it: all its words, when it was last of use, and how it is shown."""

    number: int
    words: str
    used: datetime | None
    hit: Hit


def _best(
    session: Session,
    book: LookupBook,
    kind: str,
    words: Sequence[str],
    read: Callable[[Session, Sequence[int]], Iterator[_Record]],
) -> list[Hit]:
    longest = max(words, key=len)
    others = [word.lower() for word in words if word != longest]
    ranks = book.find(kind, longest, _MORE_CANDIDATES if others else _CANDIDATES)
    if not ranks:
        return []
    records = [one for one in read(session, list(ranks)) if all(word in one.words.lower() for word in others)]
    records.sort(key=lambda one: (ranks[one.number], -(one.used.timestamp() if one.used else 0.0), one.hit.title))
    return [one.hit for one in records[:PER_KIND]]


def _firms(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    last = (
        select(func.max(Visit.started_at))
        .where(Visit.enterprise_id == Enterprise.id, Visit.deleted_at.is_(None))
        .scalar_subquery()
    )
    columns = (Enterprise.id, Enterprise.name, Enterprise.county, Enterprise.industries, Enterprise.pinyin)
    for row in _rows(
        session, Enterprise, numbers, select(*columns, Enterprise.address, Enterprise.credit_code, last.label("last"))
    ):
        facts = (county_label(row.county), listed(industry_label(code) for code in row.industries))
        words = " ".join((row.name, row.pinyin, row.credit_code, row.address))
        yield _Record(row.record_number, words, row.last, Hit("enterprise", row.id, row.name, facts))


def _people(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    statement = select(
        Contact.name, Contact.position, Contact.phone, Enterprise.id, Enterprise.name.label("firm"), Enterprise.pinyin
    ).join(Enterprise, Enterprise.id == Contact.enterprise_id)
    for row in _rows(session, Contact, numbers, statement):
        words = " ".join((row.name, row.phone, row.position, row.firm, row.pinyin))
        yield _Record(
            row.record_number, words, None, Hit("enterprise", row.id, row.firm, (row.name, row.position, row.phone))
        )


def _needs(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    statement = select(
        Need.id, Need.title, Need.state, Need.pinyin, Need.number, Need.text, Need.created_at,
        func.coalesce(Enterprise.name, "").label("firm"),
    ).outerjoin(Enterprise, Enterprise.id == Need.enterprise_id)  # fmt: skip
    for row in _rows(session, Need, numbers, statement):
        words = " ".join((row.title, row.pinyin, row.number, row.text, row.firm))
        facts = (row.firm, state_label("need", row.state))
        yield _Record(row.record_number, words, row.created_at, Hit("need", row.id, row.title, facts))


def _achievements(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    columns = (Achievement.id, Achievement.title, Achievement.owner, Achievement.field, Achievement.industries)
    for row in _rows(session, Achievement, numbers, select(*columns, Achievement.pinyin, Achievement.created_at)):
        field = row.field or listed(industry_label(code) for code in row.industries)
        words = " ".join((row.title, row.pinyin, row.owner, row.field))
        yield _Record(
            row.record_number, words, row.created_at, Hit("achievement", row.id, row.title, (row.owner, field))
        )


def _visits(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    for row in _rows(session, Visit, numbers, _visit_columns()):
        words = " ".join((row.firm, row.pinyin, row.number, row.place, row.note))
        yield _Record(row.record_number, words, row.started_at, _visit_hit(row))


def _files(session: Session, numbers: Sequence[int]) -> Iterator[_Record]:
    statement = _visit_columns().add_columns(Attachment.name.label("file"))
    for row in _rows(session, Attachment, numbers, statement.join(Attachment, Attachment.parent_id == Visit.id)):
        words = " ".join((row.file, row.firm, row.pinyin))
        hit = _visit_hit(row)
        yield _Record(
            row.record_number, words, row.started_at, Hit(hit.page, hit.record_id, hit.title, (row.file, *hit.facts))
        )


def _visit_columns() -> Select[*tuple[Any, ...]]:
    return select(
        Visit.id,
        Visit.started_at,
        Visit.note,
        Visit.number,
        Visit.place,
        func.coalesce(Enterprise.name, "").label("firm"),
        func.coalesce(Enterprise.pinyin, "").label("pinyin"),
    ).outerjoin(Enterprise, Enterprise.id == Visit.enterprise_id)


def _visit_hit(row: Row[*tuple[Any, ...]]) -> Hit:
    first_line = " ".join(row.note[:200].split())[:_FIRST_LINE]
    return Hit("visits", row.id, row.firm or _("还没选企业"), (moment_text(row.started_at, utc_now()), first_line))


def _rows(
    session: Session, model: type[Base], numbers: Sequence[int], statement: Select[*tuple[Any, ...]]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The records of these numbers that still stand, each with its ``record_number``."""
    number: ColumnElement[int] = literal_column(f"{model.__tablename__}.rowid", Integer)
    # The plus keeps SQLite from reading all that stand by the index of this column, instead of these few.
    stands = literal_column(f"+{model.__tablename__}.deleted_at").is_(None)
    yield from session.execute(statement.add_columns(number.label("record_number")).where(number.in_(numbers), stands))


def _read(session: Session, kind: _Kind) -> _Texts:
    def joined(*parts: str) -> str:
        cut = f" || '{_PART}' || ".join(("r.rowid", *parts))
        return f"group_concat({cut}, '{_RECORD}')"

    # pinyin is "initials spelled initials spelled": one key of each reading after the other.
    keys = f"'{_KEY}' || replace({kind.pinyin}, ' ', '{_KEY}{_KEY}') || '{_KEY}'"
    columns = [joined(f"lower({kind.name})", f"lower({kind.words})", "''"), joined(keys) if kind.pinyin else "''"]
    statement = f"SELECT {', '.join(columns)} FROM {kind.table} WHERE r.deleted_at IS NULL"  # noqa: S608 - all ours
    return _Texts(*(f"{_RECORD}{found}{_RECORD}" if found else "" for found in session.execute(text(statement)).one()))


def _steps(texts: _Texts, word: str, *, spread: bool) -> Iterator[Iterator[tuple[int, int]]]:
    """Ways ``word`` may fit, the best first, each with the numbers of the records and how far the letters spread."""
    if not (word.isascii() and word.isalnum()):
        name = f"{_PART}{word}"
        yield _at(texts.words, f"{name}{_PART}", 0)
        yield _at(texts.words, name, 0)
        yield _in_names(texts.words, word)
        yield _at(texts.words, word, 0)
        return
    yield _at(texts.keys, f"{_KEY}{word}{_KEY}", 0)
    yield _at(texts.keys, f"{_KEY}{word}", 0)
    yield _at(texts.words, word, 0)
    yield _at(texts.keys, word, 0)
    if spread and len(word) >= _SHORTEST_SPREAD:
        yield _spread(texts.keys, word)
        yield _by_syllables(texts.keys, word)


def _at(joined: str, wanted: str, span: int) -> Iterator[tuple[int, int]]:
    """Records whose text holds ``wanted``, in the order they are kept."""
    at = joined.find(wanted)
    while at >= 0:
        yield _number_at(joined, at), span
        at = joined.find(wanted, joined.find(_RECORD, at))


def _in_names(joined: str, wanted: str) -> Iterator[tuple[int, int]]:
    at = joined.find(wanted)
    while at >= 0:
        start, end = joined.rfind(_RECORD, 0, at) + 1, joined.find(_RECORD, at)
        if joined.count(_PART, start, at) == 1:  # the number stands before the name
            yield _number_at(joined, at), 0
        at = joined.find(wanted, end)


def _spread(joined: str, word: str) -> Iterator[tuple[int, int]]:
    """Initials that begin with the first letter and hold the others in order: wzdq finds 温州样例智能电气."""
    pattern = re.compile(f"{_KEY}({word[0]}{''.join(f'[a-z0-9]*?{letter}' for letter in word[1:])})[a-z0-9]*{_KEY}")
    found = []
    for match in islice(pattern.finditer(joined), _SPREAD_TRIED):
        if _is_initials(joined, match.start()):
            found.append((_number_at(joined, match.start()), match.end(1) - match.start(1)))
    found.sort(key=itemgetter(1))
    yield from found


def _is_initials(joined: str, at: int) -> bool:
    """Whether the key that begins at ``at`` is one of initials: they come first, spelled keys follow each one."""
    start = joined.rfind(_PART, 0, at) + 1
    return (joined.count(_KEY, start, at) // 2) % 2 == 0


def _by_syllables(joined: str, word: str) -> Iterator[tuple[int, int]]:
    """The beginning of each syllable, some of them in full: wenzhdq."""
    pattern = re.compile(f"{_KEY}({word[0]}[a-z0-9]*){_KEY}{{2}}({word[:2]}[a-z0-9]*){_KEY}")
    for match in islice(pattern.finditer(joined), _SPREAD_TRIED):
        initials, spelled = match.groups()
        if _fits(word, spelled, initials, 0, 0, 0):
            yield _number_at(joined, match.start()), len(spelled)


def _fits(word: str, spelled: str, initials: str, letter: int, at: int, syllable: int) -> bool:
    """Whether ``word`` from ``letter`` on can be read as beginnings of the syllables from the one at ``at`` on."""
    length = 0
    while letter + length < len(word) and word[letter + length] == spelled[at + length : at + length + 1]:
        length += 1
        if letter + length == len(word):
            return True
        if syllable + 1 < len(initials):
            for following in range(at + length, min(len(spelled), at + _LONGEST_SYLLABLE + 1)):
                starts = spelled[following] == initials[syllable + 1]
                if starts and _fits(word, spelled, initials, letter + length, following, syllable + 1):
                    return True
    return False


def _number_at(joined: str, at: int) -> int:
    start = joined.rfind(_RECORD, 0, at + 1) + 1
    return int(joined[start : joined.index(_PART, start)])

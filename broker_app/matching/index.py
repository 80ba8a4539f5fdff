"""The index of texts: FTS5 inside the same encrypted file, written in the caller's transaction, never committed here.

Two pools, ``achievement`` and ``need``, so that both directions use one machinery. Each pool has two contentless
FTS5 tables, words and bigrams, fed with text cut by :mod:`broker_app.matching.text`; FTS5 keeps the postings, and
:mod:`broker_app.matching.rank` scores them, because ``bm25()`` knows neither term weights nor the share of a term.
The stored text is compressed once per record, so that an explanation needs no other table and a removal can name
exactly the tokens that were put in.
"""

import json
import secrets
from array import array
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import Final, Literal
from uuid import UUID

import orjson
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DatabaseError

from broker_app.matching.documents import Document, cut, pack, pack_trade, unpack
from broker_app.matching.text import tokenizer_id

Pool = Literal["achievement", "need"]
Kind = Literal["words", "bigrams"]
POOLS: Final[tuple[Pool, ...]] = ("achievement", "need")
KINDS: Final[tuple[Kind, ...]] = ("words", "bigrams")
BATCH = 500
_CACHED_POOLS = 4
_CACHED_POSTINGS = 8  # states of pools, kinds of token and bounds apart
_CACHED_TERMS = 4000  # of each
_CACHED_ROWS = 1_000_000  # of each, 16 bytes a row: number, count and gain

# POSTINGS stands for match_<pool>_<kind>. The tokens are cut by us: everything but the space belongs to a token.
_TABLES = """
CREATE TABLE match_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE match_pool (pool TEXT PRIMARY KEY, stamp INTEGER NOT NULL, documents INTEGER NOT NULL,
  words INTEGER NOT NULL, bigrams INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE match_document (id INTEGER PRIMARY KEY AUTOINCREMENT, pool TEXT NOT NULL, record_id BLOB NOT NULL,
  words INTEGER NOT NULL, bigrams INTEGER NOT NULL, trade TEXT NOT NULL);
CREATE UNIQUE INDEX ix_match_document_record ON match_document (record_id, pool);
CREATE TABLE match_text (id INTEGER PRIMARY KEY, packed BLOB NOT NULL)
"""
_POSTINGS_ONLY = (
    "CREATE VIRTUAL TABLE POSTINGS USING fts5(tokens, content='', tokenize=\"ascii tokenchars './+-_&#%'\")"
)
_VOCABULARY = "CREATE VIRTUAL TABLE POSTINGS_hits USING fts5vocab(POSTINGS, instance)"
_PROBE = "SELECT count(*) FROM (SELECT 1 FROM POSTINGS_hits LIMIT 1)"
_INTEGRITY = "INSERT INTO POSTINGS (POSTINGS) VALUES ('integrity-check')"
_REBUILD = "rebuild"


def _on(statement: str, pool: str, kind: Kind) -> str:
    return statement.replace("POSTINGS", f"match_{pool}_{kind}")


def _ddl() -> Iterator[str]:
    yield from _TABLES.strip().split(";\n")
    for pool in POOLS:
        for kind in KINDS:
            yield _on(_POSTINGS_ONLY, pool, kind)
            yield _on(_VOCABULARY, pool, kind)


# Plain statements, so that a migration can emit them as they stand.
DDL: Final[tuple[str, ...]] = tuple(_ddl())

_FIND = text(
    "SELECT d.id, t.packed, d.words, d.bigrams FROM match_document d JOIN match_text t ON t.id = d.id "
    "WHERE d.pool = :pool AND d.record_id IN :ids"
).bindparams(bindparam("ids", expanding=True))
_ROWS = text("SELECT id FROM match_document WHERE pool = :pool AND record_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_FETCH = (
    "SELECT d.id, d.record_id, d.trade, t.packed FROM match_document d JOIN match_text t ON t.id = d.id "
    "WHERE d.id IN (SELECT value FROM json_each(?))"
)
_NEXT = (
    "SELECT d.id, d.record_id, d.trade, t.packed, d.pool FROM match_document d JOIN match_text t ON t.id = d.id "
    "WHERE d.id > ? ORDER BY d.id LIMIT ?"
)
_COUNTED = (
    "SELECT p.pool, p.documents, (SELECT count(*) FROM match_document d WHERE d.pool = p.pool) AS held, "
    "(SELECT count(*) FROM match_document d JOIN match_text t ON t.id = d.id WHERE d.pool = p.pool) AS texts "
    "FROM match_pool p WHERE p.documents <> held OR held <> texts"
)
# MATERIALIZED: the list of terms is read once, not again with every row.
_HITS = (
    "WITH t (value) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT t.value, (SELECT group_concat(doc) FROM "
    "(SELECT h.doc FROM POSTINGS_hits h WHERE h.term = t.value LIMIT ?)) FROM t"
)
_HELD = (
    "WITH t (value) AS MATERIALIZED (SELECT value FROM json_each(?)) SELECT t.value, (SELECT group_concat(rowid) "
    "FROM POSTINGS WHERE POSTINGS MATCH '\"' || replace(t.value, '\"', '\"\"') || '\"') FROM t"
)
UNBOUNDED = 2**31
# Every change gives the pool a new stamp, so that nobody trusts what was remembered of it.
_COUNT = (
    "INSERT INTO match_pool (pool, stamp, documents, words, bigrams) VALUES (?, ?, ?, ?, ?) ON CONFLICT (pool) "
    "DO UPDATE SET stamp = excluded.stamp, documents = documents + excluded.documents, "
    "words = words + excluded.words, bigrams = bigrams + excluded.bigrams"
)


@dataclass(frozen=True, slots=True)
class PoolState:
    """What ranking must know of every document of a pool, by row number: length in tokens as a part of the mean, trade.

    ``lengths`` has a place for every row up to the last; one without a document is infinitely long, so that postings
    left behind by an older tokenizer give nothing.
    """

    documents: int
    lengths: dict[Kind, "array[float]"]
    trades: dict[int, str]
    norms: dict[Kind, "array[float]"] = field(default_factory=dict)


@dataclass(slots=True)
class Posting:
    """The rows that hold a term, ascending, and how often it occurs in each.

    ``gains`` is what an occurrence is worth in each of the rows; scoring fills it in once, as it is the same for every
    question while the pool does not change. ``counts_once``: how often it occurs was not read, every count is 1.
    """

    rows: "array[int]"
    counts: "array[int]"
    gains: "array[float] | None" = None
    counts_once: bool = False

    @classmethod
    def of_occurrences(cls, joined: str | None, most: int) -> "Posting":
        """Return the posting of rows with commas between, one as often as the term occurs there; none of over ``most``.

        None: nowhere.
        """
        if not joined or joined.count(",") >= most:
            return cls(array("I"), array("I"))
        counts = Counter(orjson.loads(f"[{joined}]"))  # reads numbers far faster than int() does
        return cls(array("I", counts), array("I", counts.values()))

    @classmethod
    def of_rows(cls, joined: str | None) -> "Posting":
        """Return the posting of rows with commas between in which the term counts once."""
        rows = array("I", orjson.loads(f"[{joined or ''}]"))
        return cls(rows, array("I", [1]) * len(rows), counts_once=True)

    @property
    def documents(self) -> int:
        """In how many rows the term occurs."""
        return len(self.rows)

    def cut_off(self, last: int) -> None:
        """Forget the rows from ``last`` on."""
        if self.rows and self.rows[-1] >= last:
            at = bisect_left(self.rows, last)
            del self.rows[at:], self.counts[at:]

    def count_in(self, row: int) -> int:
        """Return how often the term occurs in ``row``."""
        rows = self.rows
        at = bisect_left(rows, row)
        return self.counts[at] if at < len(rows) and rows[at] == row else 0


_states: OrderedDict[int, PoolState] = OrderedDict()
# What was read of one state of a pool, by its stamp: content under a stamp never changes.
_postings: OrderedDict[tuple[int, Kind, int], dict[str, Posting]] = OrderedDict()


def create(connection: Connection) -> None:
    """Create the empty index and note the tokenizer it belongs to."""
    for statement in DDL:
        connection.exec_driver_sql(statement)
    note_tokenizer(connection)


def note_tokenizer(connection: Connection) -> None:
    """Remember that the whole index was cut by this program's tokenizer (a migration that emits ``DDL`` calls it)."""
    _note(connection, "tokenizer", tokenizer_id())


def tokenizer_is_current(connection: Connection) -> bool:
    """Tell whether the index was cut by this program's tokenizer; if not, ``rebuild`` is due (search still works)."""
    row = connection.exec_driver_sql("SELECT value FROM match_state WHERE name = 'tokenizer'").fetchone()
    return row is not None and row[0] == tokenizer_id()


def put(connection: Connection, pool: Pool, documents: Iterable[Document]) -> int:
    """Index ``documents``, replacing those already there, in the caller's transaction; return how many."""
    written = 0
    source = iter(documents)
    while batch := list(islice(source, BATCH)):
        latest = {document.id: document for document in batch}
        remove(connection, pool, latest)
        _insert(connection, pool, list(latest.values()))
        written += len(latest)
    return written


def remove(connection: Connection, pool: Pool, ids: Iterable[UUID]) -> int:
    """Take records out of the index; unknown ids are no error. Return how many were there."""
    removed = 0
    source = iter(ids)
    while batch := [record.bytes for record in islice(source, BATCH)]:
        rows = connection.execute(_FIND, {"pool": pool, "ids": batch}).fetchall()
        if rows:
            _delete(connection, pool, [(row[0], row[1]) for row in rows])
            _count(connection, pool, -len(rows), -sum(row[2] for row in rows), -sum(row[3] for row in rows))
            removed += len(rows)
    return removed


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """How far cutting all texts anew has come; ``finished`` when the new index has taken the old one's place."""

    done: int
    total: int
    finished: bool


def rebuild(connection: Connection, progress: Callable[[int], None] | None = None) -> int:
    """Cut every stored text anew, in the caller's transaction; return how many documents were indexed.

    Due when :func:`tokenizer_is_current` says no, and harmless at any time. ``progress`` hears how many are done.
    """
    _forget_rebuild(connection)
    while True:
        step = rebuild_step(connection)
        if progress is not None:
            progress(step.done)
        if step.finished:
            return step.done


def rebuild_step(connection: Connection, batch: int = BATCH) -> RebuildProgress:
    """Cut the next ``batch`` texts anew, in the caller's transaction; call it until it has finished.

    The new postings grow beside the old ones, which keep answering and taking changes meanwhile. Stopping between two
    steps is a pause: where it stood is in the store. Another tokenizer starts over.
    """
    reached = _rebuild_reached(connection)
    if reached is None:
        _start_rebuild(connection)
        reached = 0
    total = connection.exec_driver_sql("SELECT count(*) FROM match_document").scalar() or 0
    rows = connection.exec_driver_sql(_NEXT, (reached, batch)).fetchall()
    for pool in POOLS:
        numbered = [(row[0], unpack(*row[1:4])) for row in rows if row[4] == pool]
        if numbered:
            _fill(connection, f"{pool}_new", numbered)
    if len(rows) == batch:
        _note(connection, _REBUILD, json.dumps([tokenizer_id(), rows[-1][0]]))
        done = connection.exec_driver_sql("SELECT count(*) FROM match_document WHERE id <= ?", (rows[-1][0],)).scalar()
        return RebuildProgress(done or 0, total, finished=False)
    _take_over(connection)
    return RebuildProgress(total, total, finished=True)


def faults(connection: Connection, *, thorough: bool = False) -> list[str]:
    """Return what is wrong with the index, empty when it is sound; the records themselves are not looked at.

    ``thorough`` has FTS5 read every posting (half a second for 17,540 abstracts); otherwise tables are counted.
    """
    tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'match_%'")}
    needed = ["match_state", "match_pool", "match_document", "match_text"]
    needed += [_on(name, pool, kind) for pool in POOLS for kind in KINDS for name in ("POSTINGS", "POSTINGS_hits")]
    missing = [f"{name} is missing" for name in needed if name not in tables]
    if missing:
        return missing
    found = []
    for pool in POOLS:
        for kind in KINDS:
            try:
                connection.exec_driver_sql(_on(_INTEGRITY if thorough else _PROBE, pool, kind))
            except DatabaseError as error:
                found.append(f"{pool}/{kind}: {error.orig}")
    counted = connection.exec_driver_sql(_COUNTED).fetchall()
    found += [f"{pool}: {listed} listed, {held} held, {texts} texts" for pool, listed, held, texts in counted]
    return found


def counts(connection: Connection) -> dict[Pool, int]:
    """Return how many records each pool holds."""
    rows = connection.exec_driver_sql("SELECT pool, count(*) FROM match_document GROUP BY pool")
    found = {name: count for name, count in rows}
    return {pool: found.get(pool, 0) for pool in POOLS}


def held(connection: Connection, pool: Pool) -> set[UUID]:
    """Return the ids of all records of a pool, to be held against those there should be."""
    rows = connection.exec_driver_sql("SELECT record_id FROM match_document WHERE pool = ?", (pool,))
    return {UUID(bytes=record_id) for record_id in rows.scalars()}


def drop(connection: Connection) -> None:
    """Take the whole index away, sound or not; :func:`create` makes an empty one, the records have to be put again."""
    _states.clear()
    _postings.clear()
    for pool in POOLS:
        for kind in KINDS:
            for statement in ("DROP TABLE IF EXISTS POSTINGS_hits", "DROP TABLE IF EXISTS POSTINGS"):
                connection.exec_driver_sql(_on(statement, pool, kind))
            connection.exec_driver_sql(_on("DROP TABLE IF EXISTS POSTINGS", f"{pool}_new", kind))
    for table in ("match_state", "match_pool", "match_document", "match_text"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def _note(connection: Connection, name: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO match_state (name, value) VALUES (?, ?)", (name, value))


def _rebuild_reached(connection: Connection) -> int | None:
    """Return the last row an unfinished rebuild for this tokenizer has cut, None if there is none."""
    written = connection.exec_driver_sql("SELECT value FROM match_state WHERE name = ?", (_REBUILD,)).scalar()
    tokenizer, reached = json.loads(written) if written else ("", 0)
    return int(reached) if tokenizer == tokenizer_id() else None


def _start_rebuild(connection: Connection) -> None:
    _forget_rebuild(connection)
    for pool in POOLS:
        for kind in KINDS:
            connection.exec_driver_sql(_on(_POSTINGS_ONLY, f"{pool}_new", kind))
    _note(connection, _REBUILD, json.dumps([tokenizer_id(), 0]))


def _forget_rebuild(connection: Connection) -> None:
    for pool in POOLS:
        for kind in KINDS:
            connection.exec_driver_sql(_on("DROP TABLE IF EXISTS POSTINGS", f"{pool}_new", kind))
    connection.exec_driver_sql("DELETE FROM match_state WHERE name = ?", (_REBUILD,))


def _take_over(connection: Connection) -> None:
    for pool in POOLS:
        for kind in KINDS:
            connection.exec_driver_sql(_on("DROP TABLE IF EXISTS POSTINGS_hits", pool, kind))
            connection.exec_driver_sql(_on("DROP TABLE IF EXISTS POSTINGS", pool, kind))
            new = _on("POSTINGS", f"{pool}_new", kind)
            connection.exec_driver_sql(_on("ALTER TABLE NEW RENAME TO POSTINGS", pool, kind).replace("NEW", new))
            connection.exec_driver_sql(_on(_VOCABULARY, pool, kind))
        connection.exec_driver_sql("DELETE FROM match_pool WHERE pool = ?", (pool,))
        counts = connection.exec_driver_sql(
            "SELECT count(*), total(words), total(bigrams) FROM match_document WHERE pool = ?", (pool,)
        ).one()
        _count(connection, pool, *(int(count) for count in counts))
    _forget_rebuild(connection)
    note_tokenizer(connection)


def pool_state(connection: Connection, pool: Pool) -> PoolState:
    """Return lengths and trades of a pool; kept in memory until the pool changes."""
    row = connection.exec_driver_sql(
        "SELECT stamp, documents, words, bigrams FROM match_pool WHERE pool = ?", (pool,)
    ).fetchone()
    if row is None or not row[1]:
        return PoolState(0, {kind: array("d") for kind in KINDS}, {})
    stamp, documents, total_words, total_bigrams = row
    state = _states.get(stamp)
    if state is None:
        rows = connection.exec_driver_sql(
            "SELECT id, words, bigrams, trade FROM match_document WHERE pool = ?", (pool,)
        ).fetchall()
        distinct: dict[str, str] = {}
        last = max((row[0] for row in rows), default=0)
        lengths = {kind: array("d", [inf]) * (last + 1) for kind in KINDS}
        mean_words, mean_bigrams = total_words / documents or 1.0, total_bigrams / documents or 1.0
        for at, words, bigrams, _trade in rows:
            lengths["words"][at] = words / mean_words
            lengths["bigrams"][at] = bigrams / mean_bigrams
        state = PoolState(documents, lengths, {at: distinct.setdefault(trade, trade) for at, _, _, trade in rows})
        _states[stamp] = state
        while len(_states) > _CACHED_POOLS:
            _states.popitem(last=False)
    return state


def hits(
    connection: Connection, pool: Pool, kind: Kind, terms: Iterable[str], most: int = UNBOUNDED
) -> dict[str, Posting]:
    """Return the postings of the terms that occur; those read before are kept in memory until the pool changes.

    A term that occurs more than ``most`` times is left out and not read to its end. Terms are bound values compared
    with the vocabulary, never parsed: FTS5 query syntax cannot get in.
    """
    stamp = connection.exec_driver_sql("SELECT stamp FROM match_pool WHERE pool = ?", (pool,)).scalar() or 0
    kept = _postings.setdefault((stamp, kind, most), {})
    found = {term: kept.get(term) for term in terms}
    unread = [term for term, posting in found.items() if posting is None]
    if unread:
        rows = connection.exec_driver_sql(_on(_HITS, pool, kind), (json.dumps(unread), most + 1))
        read = {term: Posting.of_occurrences(joined, most) for term, joined in rows}
        found.update(read)
        kept.update(read)
        _bound_postings(kept)
    return {term: posting for term, posting in found.items() if posting is not None and posting.rows}


def held_by(connection: Connection, pool: Pool, kind: Kind, terms: Iterable[str]) -> dict[str, Posting]:
    """Return the postings of terms without how often they occur: each counts once in every row that holds it.

    For terms of a large pool that stand nearly everywhere: FTS5 tells rows far faster than occurrences.
    """
    stamp = connection.exec_driver_sql("SELECT stamp FROM match_pool WHERE pool = ?", (pool,)).scalar() or 0
    kept = _postings.setdefault((stamp, kind, 0), {})
    found = {term: kept.get(term) for term in terms}
    unread = [term for term, posting in found.items() if posting is None]
    if unread:
        rows = connection.exec_driver_sql(_on(_HELD, pool, kind), (json.dumps(unread),))
        read = {term: Posting.of_rows(joined) for term, joined in rows}
        found.update(read)
        kept.update(read)
        _bound_postings(kept)
    return {term: posting for term, posting in found.items() if posting is not None and posting.rows}


def _bound_postings(latest: dict[str, Posting]) -> None:
    """Keep what is held in memory within bounds: few states of pools, and not too much of one."""
    while len(_postings) > _CACHED_POSTINGS:
        _postings.popitem(last=False)
    if len(latest) > _CACHED_TERMS or sum(posting.documents for posting in list(latest.values())) > _CACHED_ROWS:
        for term in list(latest)[: len(latest) // 2]:
            latest.pop(term, None)


def rows_of(connection: Connection, pool: Pool, ids: Iterable[UUID]) -> set[int]:
    """Return the row numbers of records."""
    wanted = [record.bytes for record in ids]
    if not wanted:
        return set()
    return set(connection.execute(_ROWS, {"pool": pool, "ids": wanted}).scalars())


def fetch(connection: Connection, rows: Sequence[int]) -> dict[int, Document]:
    """Return the stored documents of row numbers."""
    found = connection.exec_driver_sql(_FETCH, (json.dumps(list(rows)),))
    return {row: unpack(record_id, trade, packed) for row, record_id, trade, packed in found}


def _insert(connection: Connection, pool: Pool, documents: Sequence[Document]) -> None:
    last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'match_document'").scalar() or 0
    numbered = list(enumerate(documents, last + 1))
    connection.exec_driver_sql(
        "INSERT INTO match_document (id, pool, record_id, words, bigrams, trade) VALUES (?, ?, ?, 0, 0, ?)",
        [(at, pool, document.id.bytes, pack_trade(document)) for at, document in numbered],
    )
    connection.exec_driver_sql(
        "INSERT INTO match_text (id, packed) VALUES (?, ?)", [(at, pack(document)) for at, document in numbered]
    )
    _feed(connection, pool, numbered)


def _feed(connection: Connection, pool: Pool, numbered: Sequence[tuple[int, Document]]) -> None:
    lengths = _fill(connection, pool, numbered)
    _count(connection, pool, len(lengths), sum(row[0] for row in lengths), sum(row[1] for row in lengths))


def _fill(connection: Connection, tables: str, numbered: Sequence[tuple[int, Document]]) -> list[tuple[int, int, int]]:
    """Put the tokens of documents into the tables of a pool; return (words, bigrams, row) of each."""
    tokens = [(at, cut(document)) for at, document in numbered]
    for number, kind in enumerate(KINDS):
        connection.exec_driver_sql(
            _on("INSERT INTO POSTINGS (rowid, tokens) VALUES (?, ?)", tables, kind),
            [(at, " ".join(both[number])) for at, both in tokens],
        )
    lengths = [(len(words), len(bigrams), at) for at, (words, bigrams) in tokens]
    connection.exec_driver_sql("UPDATE match_document SET words = ?, bigrams = ? WHERE id = ?", lengths)
    return lengths


def _delete(connection: Connection, pool: Pool, rows: Sequence[tuple[int, bytes]]) -> None:
    # A contentless table must be told the tokens it forgets. Cut by another tokenizer they would not be the same:
    # then the entries stay without a document (and are never found) until the rebuild that is due anyway.
    if tokenizer_is_current(connection):
        tokens = [(at, cut(unpack(bytes(16), '[[], ""]', packed))) for at, packed in rows]
        for number, kind in enumerate(KINDS):
            connection.exec_driver_sql(
                _on("INSERT INTO POSTINGS (POSTINGS, rowid, tokens) VALUES ('delete', ?, ?)", pool, kind),
                [(at, " ".join(both[number])) for at, both in tokens],
            )
    numbers = [(at,) for at, _ in rows]
    connection.exec_driver_sql("DELETE FROM match_text WHERE id = ?", numbers)
    connection.exec_driver_sql("DELETE FROM match_document WHERE id = ?", numbers)


def _count(connection: Connection, pool: Pool, documents: int, words: int, bigrams: int) -> None:
    connection.exec_driver_sql(_COUNT, (pool, secrets.randbits(62), documents, words, bigrams))

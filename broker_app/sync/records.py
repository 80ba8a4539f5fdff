"""Pulled changes into rows, in one transaction with the cursors, and what a person sees meanwhile.

What a person sees is what the server says with their own unsent changes laid over it (sync.md section 3).
Rows are written past the outbox: what comes from the server is nobody's new change.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table, delete, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from broker_app.db.models import OutboxOperation, ProfileValue, ServerRecord, SyncScope
from broker_app.services.firm_aliases import follow_aliases, forget_aliases, has_aliases, learn_aliases
from broker_app.services.indexing import UNINDEXED, reindex
from broker_app.services.lost_scopes import note_lost
from broker_app.sync.bodies import Body, body_of, models, new_rows, row_values, sendable, table_of
from broker_app.sync.merge import lay_over
from broker_app.sync.protocol import (
    DELETE,
    LEAVE,
    PUT,
    Change,
    Head,
    fields_hash,
    record_hash,
    sum_number,
    sum_text,
)

FEW_REMOVALS = 20
MANY_REMOVALS = 500
REMOVED_SHARE = 0.05

INDEXED = ("achievement", "need")
"""Kinds with texts in the matching index."""

_NAMES_FIRM = frozenset(
    {"enterprise", "visit", "need", "contact", "referral_request", "follow_up", "attachment"}
)  # kinds that name a firm

_LOOKUP = 400
_LATER = "sync.later"  # of ProfileValue: what the server took away while words for it waited
ItemT = TypeVar("ItemT")
Key = tuple[str, UUID]
_SERVER_RECORD = cast("Table", ServerRecord.__table__)


class TooManyRemovalsError(Exception):
    """The server takes more away than can be believed without asking; nothing of it has been done."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass
class Removals:
    """How many live rows a round takes away, against how many there were; ``allowed`` once a person agreed."""

    allowed: bool = False
    count: int = 0
    live: int | None = None

    def add(self, session: Session, count: int) -> None:
        """Count ``count`` more.

        Raises:
            TooManyRemovalsError: more than 500, or more than 5 % and more than a handful.
        """
        if not count:
            return
        if self.live is None:
            self.live = live_rows(session)
        self.count += count
        is_share = self.count > FEW_REMOVALS and self.count > self.live * REMOVED_SHARE
        if not self.allowed and (self.count > MANY_REMOVALS or is_share):
            raise TooManyRemovalsError(self.count)


@dataclass
class Applied:
    """What a page changed: rows put, and rows gone from sight."""

    put: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Told:
    """What the server had said of a record: its revision and the hash of its fields."""

    rev: int
    hash: str


@dataclass
class _Page:
    """What has to be known of the records of a page before any is written."""

    mirror: dict[Key, Told] = field(default_factory=dict)
    rows: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    pending: dict[UUID, list[OutboxOperation]] = field(default_factory=dict)


def apply_changes(session: Session, changes: Sequence[Change], removals: Removals, now: datetime) -> Applied:
    """Write a page of changes. ``session`` is in a transaction that ends with the cursors.

    Raises:
        TooManyRemovalsError: a person has to be asked first; take the transaction back.
    """
    last = {(change.scope, change.id): change for change in changes}  # a page may say a record twice
    page = _looked_up(session, list(last.values()))
    gone = [change for change in last.values() if change.op != PUT and _takes_away(page, change)]
    arrived = {change.id for change in last.values() if change.op == PUT}
    removals.add(session, sum(change.id not in arrived and _is_live(page, change) for change in gone))
    _keep_for_later(session, page, list(last.values()))
    sums = _Sums(session)
    puts = [change for change in last.values() if change.op == PUT]
    _mirror(session, page, puts, [change for change in last.values() if change.op != PUT], sums)
    _remove(session, page, gone)
    _put(session, page, puts, now)
    _follow_merged(session, page, list(last.values()), now)
    sums.write()
    tell_changed(session, {change.kind for change in last.values()})
    return Applied(len(puts), len(gone))


def apply_first(session: Session, changes: Sequence[Change], removals: Removals, now: datetime) -> Applied:
    """Write records of a first download: those of which nothing is here yet go straight in, past the matching index
    (``services.indexing.tend_index`` finds them missing and puts them in by and by); the others as always.
    """
    last = {(change.scope, change.id): change for change in changes}
    heard = _heard_of(session, list(last.values()))
    new = [change for change in last.values() if change.id not in heard and change.kind in models()]
    others = [change for change in last.values() if change.id in heard or change.kind not in models()]
    applied = apply_changes(session, others, removals, now) if others else Applied()
    sums = _Sums(session)
    told, by_kind = [], defaultdict(list)
    for change in new:
        sums.add(change.scope, change.id, change.rev, 1)
        told.append((change.scope, change.id.hex, change.kind, change.rev, fields_hash(change.body)))
        facts = {"id": change.id, "scope": change.scope, "rev": change.rev, "edited_at": now}
        by_kind[change.kind].append({**row_values(change.kind, change.body), **facts})
    connection = session.connection()
    if told:
        connection.exec_driver_sql(_NEW_TOLD, told)
    for kind in models():
        if by_kind[kind]:
            connection.exec_driver_sql(*new_rows(kind, by_kind[kind]))
    sums.write()
    tell_changed(session, by_kind)
    return Applied(len(new) + applied.put, applied.removed)


_NEW_TOLD = "INSERT INTO server_record (scope, id, kind, rev, hash) VALUES (?, ?, ?, ?, ?)"


def _heard_of(session: Session, changes: Sequence[Change]) -> set[UUID]:
    """Ids among those of ``changes`` of which something is here. A piece is sorted by id, so a range is enough."""
    ids = [change.id for change in changes]
    if not ids:
        return set()
    first, last = min(ids, key=str), max(ids, key=str)
    queries = [
        select(OutboxOperation.record_id).where(OutboxOperation.record_id.between(first, last)),
        select(ServerRecord.id).where(ServerRecord.id.between(first, last)),
    ]
    for kind in {change.kind for change in changes} & models().keys():
        table = table_of(kind)
        queries.append(select(table.c.id).where(table.c.id.between(first, last)))
    return {found for query in queries for found in session.scalars(query)}


def note_own(session: Session, changes: Sequence[Change]) -> None:
    """The server has these records as they were made here, at these revisions, and will not say them again."""
    ids = [change.id for change in changes]
    page = _Page()
    for some in portions(ids):
        for row in session.scalars(select(OutboxOperation).where(OutboxOperation.record_id.in_(some))):
            page.pending.setdefault(row.record_id, []).append(row)
    _look_at_mirror(session, page, changes)
    sums = _Sums(session)
    _mirror(session, page, changes, (), sums)
    sums.write()


def let_go(session: Session, now: datetime) -> None:
    """At the head: carry out what the server took away while somebody's words for it still waited to go up.

    The server followed those words wherever the record went, or keeps them apart; had it brought the record back, it
    would have said so by now.
    """
    later = _kept_for_later(session)
    if not later:
        return
    page = _looked_up(session, later)
    free = [change for change in later if change.id not in page.pending]
    _remove(session, page, [change for change in free if _takes_away(page, change)])
    _follow_merged(session, page, free, now)
    _keep(session, [change for change in later if change.id in page.pending])
    tell_changed(session, {change.kind for change in free})


def live_rows(session: Session) -> int:
    """How many records a person can see here."""
    counts = (
        session.scalar(select(func.count()).select_from(table_of(kind)).where(table_of(kind).c.deleted_at.is_(None)))
        for kind in models()
    )
    return sum(count or 0 for count in counts)


def show(session: Session, kind: str, record_id: UUID, now: datetime) -> None:
    """Write the row of a record anew from what the server says and the operations that still wait."""
    if kind not in models():
        return
    mirror = session.scalar(select(ServerRecord).where(ServerRecord.id == record_id, ServerRecord.body.is_not(None)))
    if mirror is None:
        return
    change = Change(mirror.scope, mirror.rev, record_id, PUT, kind, mirror.body or {})
    page = _looked_up(session, [change])
    _put(session, page, [change], now)
    if not page.pending.get(record_id):
        mirror.body = None
    tell_changed(session, {kind})


def forget_scope(session: Session, scope: str, removals: Removals, titles: Mapping[str, str]) -> int:
    """Take rows of a scope that is no longer ours off this computer, but for those with unsent changes.

    A person sees once what went; ``titles`` are what people call scopes.
    """
    waiting = select(OutboxOperation.record_id)
    gone: dict[str, list[UUID]] = {}
    live: dict[str, list[UUID]] = {}
    for kind in models():
        table = table_of(kind)
        clean = (table.c.scope == scope) & (table.c.rev > 0) & table.c.id.not_in(waiting)
        rows = session.execute(select(table.c.id, table.c.deleted_at).where(clean)).all()
        gone[kind] = [record for record, _deleted in rows]
        live[kind] = [record for record, deleted in rows if deleted is None]
        removals.add(session, len(live[kind]))
    if scope.startswith(("team:", "county:")):
        note_lost(session, scope, live, titles)
    for kind, ids in gone.items():
        forget_rows(session, kind, ids)
        table = table_of(kind)
        _leave_later(session, kind, scope, (table.c.scope == scope) & (table.c.rev > 0))
    session.execute(delete(ServerRecord).where(ServerRecord.scope == scope))
    session.execute(delete(SyncScope).where(SyncScope.scope == scope))
    return sum(map(len, gone.values()))


def forget_unsaid(session: Session, scope: str, removals: Removals) -> int:
    """After a scope was read anew from the start: take away what the server did not name again."""
    waiting = select(OutboxOperation.record_id)
    said = select(ServerRecord.id).where(ServerRecord.scope == scope)
    gone = 0
    for kind in models():
        table = table_of(kind)
        unsaid = (table.c.scope == scope) & (table.c.rev > 0) & table.c.deleted_at.is_(None)
        query = select(table.c.id).where(unsaid, table.c.id.not_in(said), table.c.id.not_in(waiting))
        ids = list(session.scalars(query))
        removals.add(session, len(ids))
        gone += len(ids)
        forget_rows(session, kind, ids)
        _leave_later(session, kind, scope, unsaid & table.c.id.not_in(said))
    return gone


def forget_rows(session: Session, kind: str, ids: Sequence[UUID]) -> None:
    """Take rows off this computer; the server or somebody else has them."""
    table = table_of(kind)
    for some in portions(ids):
        session.execute(delete(table).where(table.c.id.in_(some)))
    if ids and kind in INDEXED:
        reindex(session, kind, ids)
    if ids:
        tell_changed(session, {kind})


def mismatched(session: Session, heads: Mapping[str, Head]) -> list[str]:
    """Scopes whose records here are not those the server counts."""
    wrong = []
    for row in session.scalars(select(SyncScope)):
        head = heads.get(row.scope)
        if head is not None and (head.count, head.sum) != (row.records, row.sum):
            wrong.append(row.scope)
    return wrong


def read_anew(session: Session, scopes: Iterable[str]) -> None:
    """Begin ``scopes`` from the start: rows stay where they are until all has been said again."""
    names = list(scopes)
    session.execute(delete(ServerRecord).where(ServerRecord.scope.in_(names)))
    session.execute(
        update(SyncScope)
        .where(SyncScope.scope.in_(names))
        .values(cursor="", records=0, sum=sum_text(0), is_rebuilding=True)
    )


def tell_changed(session: Session, kinds: Iterable[str]) -> None:
    """Let the window know which records a commit has touched."""
    changed: set[str] = session.info.setdefault("changed", set())
    changed.update(models()[kind].__name__ if kind in models() else "ServerRecord" for kind in kinds)


def tell_unindexed(session: Session) -> None:
    """Let the window know that records wait to be put into the matching index."""
    changed: set[str] = session.info.setdefault("changed", set())
    changed.add(UNINDEXED)


def portions(items: Sequence[ItemT]) -> Iterable[Sequence[ItemT]]:
    """``items`` in lists short enough for one statement."""
    return (items[start : start + _LOOKUP] for start in range(0, len(items), _LOOKUP))


# --- looking up ---------------------------------------------------------------------------------------------


def _looked_up(session: Session, changes: Sequence[Change]) -> _Page:
    page = _Page()
    ids = list({change.id for change in changes})
    pending: dict[UUID, list[OutboxOperation]] = defaultdict(list)
    for some in portions(ids):
        for operation in session.scalars(
            select(OutboxOperation).where(OutboxOperation.record_id.in_(some)).order_by(OutboxOperation.seq)
        ):
            pending[operation.record_id].append(operation)
    page.pending = dict(pending)
    _look_at_mirror(session, page, changes)
    by_kind: dict[str, list[UUID]] = defaultdict(list)
    for change in changes:
        if change.kind in models():
            by_kind[change.kind].append(change.id)
    for kind, wanted in by_kind.items():
        table = table_of(kind)
        for some in portions(wanted):
            for row in session.execute(select(table).where(table.c.id.in_(some))).mappings():
                page.rows[row["id"]] = dict(row)
    return page


def _look_at_mirror(session: Session, page: _Page, changes: Sequence[Change]) -> None:
    for keys in portions([(change.scope, change.id) for change in changes]):
        found = session.execute(
            select(ServerRecord.scope, ServerRecord.id, ServerRecord.rev, ServerRecord.hash).where(
                tuple_(ServerRecord.scope, ServerRecord.id).in_(keys)
            )
        )
        page.mirror.update({(scope, record_id): Told(rev, known) for scope, record_id, rev, known in found})


def _takes_away(page: _Page, change: Change) -> bool:
    """Whether the row goes: it is here, in that scope, and has no unsent change; the trash of another is not ours."""
    return _is_here(page, change) and change.id not in page.pending and (change.op == LEAVE or _is_live(page, change))


def _is_here(page: _Page, change: Change) -> bool:
    row = page.rows.get(change.id)
    return row is not None and bool(row["scope"] == change.scope)


def _is_live(page: _Page, change: Change) -> bool:
    return page.rows[change.id]["deleted_at"] is None


# --- what goes later ----------------------------------------------------------------------------------------


def _keep_for_later(session: Session, page: _Page, changes: Sequence[Change]) -> None:
    """What is taken away while words for it wait goes when they have gone up; what is said again stays."""
    said = {change.id for change in changes if change.op == PUT}
    waits = [one for one in changes if one.op != PUT and one.id in page.pending and _is_here(page, one)]
    before = _kept_for_later(session)
    if waits or said & {change.id for change in before}:
        new = {change.id: change for change in (*before, *waits) if change.id not in said}
        _keep(session, list(new.values()))


def _kept_for_later(session: Session) -> list[Change]:
    row = session.get(ProfileValue, _LATER)
    return [] if row is None else [Change.from_wire(wire) for wire in row.value["changes"]]


def _keep(session: Session, changes: Sequence[Change]) -> None:
    wire = [
        {
            "scope": change.scope, "rev": change.rev, "id": str(change.id), "op": change.op, "kind": change.kind,
            "at": change.at, "into": None if change.into is None else str(change.into),
        }
        for change in changes
    ]  # fmt: skip
    session.merge(ProfileValue(key=_LATER, value={"changes": wire}))
    session.flush()


def _leave_later(session: Session, kind: str, scope: str, which: Any) -> None:
    """Rows of ``scope`` with words that still wait: they go when those have gone up."""
    table = table_of(kind)
    query = select(table.c.id).where(which, table.c.id.in_(select(OutboxOperation.record_id)))
    new = [Change(scope, 0, record_id, LEAVE, kind) for record_id in session.scalars(query)]
    if new:
        _keep(session, list({change.id: change for change in (*_kept_for_later(session), *new)}.values()))


# --- what the server says -----------------------------------------------------------------------------------


class _Sums:
    """Count and sum of each scope, kept up while its records change."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records: Counter[str] = Counter()
        self._sums: Counter[str] = Counter()

    def add(self, scope: str, record_id: UUID, rev: int, sign: int) -> None:
        self._records[scope] += sign
        self._sums[scope] += sign * record_hash(record_id, rev)

    def write(self) -> None:
        for scope in self._records:
            row = self._session.get(SyncScope, scope)
            if row is None:
                row = SyncScope(scope=scope, cursor="", records=0, sum=sum_text(0))
                self._session.add(row)
            row.records += self._records[scope]
            row.sum = sum_text(sum_number(row.sum) + self._sums[scope])
        self._session.flush()


def _mirror(session: Session, page: _Page, puts: Sequence[Change], others: Sequence[Change], sums: _Sums) -> None:
    for change in (*puts, *others):
        before = page.mirror.get((change.scope, change.id))
        if before is not None:
            sums.add(change.scope, change.id, before.rev, -1)
    rows = []
    for change in puts:
        sums.add(change.scope, change.id, change.rev, 1)
        keep_body = change.kind not in models() or change.id in page.pending
        rows.append(
            {
                "scope": change.scope,
                "id": change.id,
                "kind": change.kind,
                "rev": change.rev,
                "hash": fields_hash(change.body),
                "body": dict(change.body) if keep_body else None,
            }
        )
    if rows:
        statement = insert(_SERVER_RECORD)
        told = {name: statement.excluded[name] for name in ("kind", "rev", "hash", "body")}
        session.execute(statement.on_conflict_do_update(index_elements=["scope", "id"], set_=told), rows)
    gone = [(change.scope, change.id) for change in others]
    for some in portions(gone):
        session.execute(delete(ServerRecord).where(tuple_(ServerRecord.scope, ServerRecord.id).in_(some)))
    session.expire_all()


# --- what a person sees -------------------------------------------------------------------------------------


def _remove(session: Session, page: _Page, gone: Sequence[Change]) -> None:
    left: dict[str, list[UUID]] = defaultdict(list)
    trashed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for change in gone:
        if change.op == LEAVE:
            left[change.kind].append(change.id)
        elif change.op == DELETE:
            trashed[change.kind].append({"_id": change.id, "_at": _moment(change.at), "_rev": change.rev})
    for kind, ids in left.items():
        forget_rows(session, kind, ids)
    for kind, values in trashed.items():
        table = table_of(kind)
        for value in values:
            session.execute(
                update(table).where(table.c.id == value["_id"]).values(deleted_at=value["_at"], rev=value["_rev"])
            )
        if kind in INDEXED:
            reindex(session, kind, [value["_id"] for value in values])


def _follow_merged(session: Session, page: _Page, changes: Sequence[Change], now: datetime) -> None:
    """A firm that was merged elsewhere: what is here of it belongs to the one that stands; and one parted again."""
    firms = [change for change in changes if change.kind == "enterprise" and change.id not in page.pending]
    learnt = {change.id: change.into for change in firms if change.op == DELETE and change.into is not None}
    if learnt:
        learn_aliases(session, learnt, now)
    elif not {change.kind for change in changes} & _NAMES_FIRM or not has_aliases(session):
        return
    forget_aliases(session, [change.id for change in firms if change.op == PUT])
    session.expire_all()
    writable = set(session.scalars(select(SyncScope.scope).where(SyncScope.writable)))
    if follow_aliases(session, lambda scope: scope in writable):
        tell_changed(session, ("visit", "need", "contact"))


def _put(session: Session, page: _Page, puts: Sequence[Change], now: datetime) -> None:
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for change in puts:
        if change.kind in models():
            by_kind[change.kind].append(change)
    for kind in models():  # the same order always: firms before what refers to them
        if by_kind[kind]:
            _put_rows(session, page, kind, by_kind[kind], now)


def _put_rows(session: Session, page: _Page, kind: str, changes: Sequence[Change], now: datetime) -> None:
    rows = []
    for change in changes:
        pending = page.pending.get(change.id, [])
        body, deleted_at = _view(kind, change.body, pending)
        before = page.rows.get(change.id)
        if before is not None:
            _freeze_seen(pending, kind, before, page.mirror.get((change.scope, change.id)))
        rows.append(
            {
                **row_values(kind, body),
                "id": change.id,
                "scope": _where(change.scope, pending),
                "rev": change.rev,
                "deleted_at": deleted_at,
                "edited_at": now,
            }
        )
    if kind == "visit":
        _open_notes(session, page, rows)
    statement = insert(table_of(kind))
    written = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=written), rows)
    if kind in INDEXED:
        reindex(session, kind, [row["id"] for row in rows])


def _view(
    kind: str, body: Body | Mapping[str, Any], pending: Sequence[OutboxOperation]
) -> tuple[Body, datetime | None]:
    """The body a person sees, and since when it lies in the trash for them."""
    seen, deleted_at = dict(body), None
    for operation in pending:
        seen = lay_over(kind, seen, sendable(operation.fields.items()))
        if "deleted_at" in operation.fields:
            wish = operation.fields["deleted_at"][1]
            deleted_at = None if wish is None else _moment(wish)
        elif operation.action == "delete":
            deleted_at = operation.at
    return seen, deleted_at


def _where(scope: str, pending: Sequence[OutboxOperation]) -> str:
    """The scope a person sees a record in: where it was handed over to, though the server has not heard of it."""
    for operation in pending:
        scope = operation.fields.get("scope", (scope, scope))[1]
    return scope


def seen_hash(pending: Sequence[OutboxOperation], kind: str, row: Mapping[str, Any], told: Told | None) -> str:
    """The hash of what a person saw who put ``row`` into the trash with the last of ``pending``."""
    only_deleted = len(pending) == 1 and set(pending[0].fields) <= {"deleted_at"}
    if told is not None and only_deleted and told.rev == row["rev"]:
        return told.hash  # exactly what the server has, whatever our columns make of it
    return fields_hash(body_of(kind, row))


def _freeze_seen(pending: Sequence[OutboxOperation], kind: str, row: Mapping[str, Any], told: Told | None) -> None:
    """A record that was put into the trash was seen as it stands now, not as it will be written in a moment."""
    for operation in pending:
        if operation.action == "delete" and operation.seen is None and operation.sent_at is None:
            operation.seen = seen_hash(pending, kind, row, told)


def _open_notes(session: Session, page: _Page, rows: Sequence[Mapping[str, Any]]) -> None:
    """Let the file accept another note of a recorded visit: it is the server's word, not somebody's second thought."""
    visit = table_of("visit")
    for row in rows:
        before = page.rows.get(row["id"])
        if before is not None and before["note"] != row["note"]:
            session.execute(update(visit).where(visit.c.id == row["id"]).values(state="draft"))


def _moment(text: str | None) -> datetime:
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.now(UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)

"""What one round of the exchange does to the store: each method is one transaction, whole or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from time import sleep
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from broker_app.db.models import SnapshotChunk, SyncScope
from broker_app.services.sessions import Sessions
from broker_app.sync import journal, records
from broker_app.sync.journal import Receipt
from broker_app.sync.protocol import Change, Cursor, Head, Operation, SyncReply, state_mark
from broker_app.sync.records import Applied, Removals
from broker_app.sync.session_store import read_sign_in

_ROWS_AT_ONCE = 1_000
_BREATH = 0.001  # seconds between two transactions: the lock is not fair, and whoever types would wait for many


@dataclass(frozen=True)
class Taken:
    """What an answer of the server changed here."""

    receipt: Receipt
    applied: Applied
    lost: int = 0
    """Rows that left this computer with a scope that is no longer ours."""


@dataclass
class Local:
    """The store of a profile, as the engine knows it. ``now`` is the device's clock, only ever shown."""

    sessions: Sessions
    now: Callable[[], datetime]
    team: str = ""
    """The scope of the person's team, for what was made before the first sign-in."""

    removals: Removals = field(default_factory=Removals)

    def epoch(self) -> UUID | None:
        """The life of the server's database we know."""
        with self.sessions.read() as session:
            return journal.epoch(session)

    def meet(self, epoch: UUID) -> bool:
        """Remember the server's epoch; True if everything has to be told again."""
        with self.sessions.write() as session:
            return journal.meet(session, epoch)

    def say_again(self) -> None:
        """The server knows less than we do although its epoch is the same: tell everything again."""
        with self.sessions.write() as session:
            journal.say_again(session)

    def waiting(self) -> tuple[int, int]:
        """How many operations can be sent, and the number of the last."""
        with self.sessions.read() as session:
            return journal.waiting(session)

    def bring_home(self, writable: Iterable[str]) -> int:
        """Give unheard-of records of no writable scope to the person's team."""
        with self.sessions.write() as session:
            return journal.bring_home(session, writable, self.team)

    def next_batch(self, upto: int) -> tuple[Operation, ...]:
        """The next operations to send."""
        with self.sessions.write() as session:
            return journal.next_batch(session, upto, self.now())

    def park(self, operations: Iterable[UUID], why: str) -> None:
        """Set operations aside."""
        with self.sessions.write() as session:
            journal.park(session, operations, why)

    def unpark(self) -> None:
        """Try everything again that was set aside."""
        with self.sessions.write() as session:
            journal.unpark(session)

    def cursors(self) -> dict[str, str]:
        """How far each scope was read."""
        with self.sessions.read() as session:
            return journal.cursors(session)

    def has_unread(self) -> bool:
        """Whether the server has named a scope of which nothing was read yet, or named none so far."""
        with self.sessions.read() as session:
            cursors = session.scalars(select(SyncScope.cursor)).all()
            return not all(cursors) or not cursors

    def mark(self) -> str:
        """The mark of what the server last said; "" while something of it was not read to the end."""
        with self.sessions.read() as session:
            scopes = session.scalars(select(SyncScope)).all()
            covered = journal.covered(session)
        cursors = {row.scope: Cursor.parse(row.cursor) for row in scopes if row.cursor}
        if not scopes or any(row.is_rebuilding or row.scope not in cursors for row in scopes):
            return ""
        if any(cursor.id is not None for cursor in cursors.values()):
            return ""
        heads = {row.scope: Head(cursors[row.scope].rev, row.records, row.sum) for row in scopes}
        return state_mark(heads, {row.scope for row in scopes if row.writable}, covered)

    def writable(self) -> tuple[str, ...]:
        """The scopes the server last said we may write; empty before it said anything."""
        with self.sessions.read() as session:
            return tuple(session.scalars(select(SyncScope.scope).where(SyncScope.writable)))

    def take(self, reply: SyncReply) -> Taken:
        """Results, scopes, changes and cursors of an answer, in one transaction.

        Raises:
            TooManyRemovalsError: nothing of it was taken over.
        """
        with self.sessions.write() as session:
            receipt = journal.acknowledge(session, reply, self.now())
            lost = self._take_scopes(session, reply)
            applied = records.apply_changes(session, reply.changes, self.removals, self.now())
            if not reply.more:
                records.let_go(session, self.now())
            _move_cursors(session, reply.cursors)
            journal.note_covered(session, reply.covered)
            return Taken(receipt, applied, lost)

    def take_results(self, reply: SyncReply) -> Receipt:
        """Only what became of a push."""
        with self.sessions.write() as session:
            return journal.acknowledge(session, reply, self.now())

    def chunks_done(self, scope: str) -> set[str]:
        """Pieces of the first download of ``scope`` that are applied."""
        with self.sessions.read() as session:
            return set(session.scalars(select(SnapshotChunk.sha256).where(SnapshotChunk.scope == scope)))

    def take_chunk(self, scope: str, sha256: str, changes: Iterable[Change]) -> int:
        """Apply one piece of a first download, and count its rows; it is done with the last of them.

        In several transactions, so that whoever types meanwhile does not wait for all of it. A piece that was
        cut short is applied again from its start, which changes nothing.
        """
        source, count = iter(changes), 0
        while some := list(islice(source, _ROWS_AT_ONCE)):
            count += len(some)
            with self.sessions.write() as session:
                records.apply_first(session, some, self.removals, self.now())
            sleep(_BREATH)
        with self.sessions.write() as session:
            session.merge(SnapshotChunk(scope=scope, sha256=sha256))
        return count

    def begin_snapshot(self, scope: str, chunks: Iterable[str]) -> None:
        """Another snapshot than the one half applied: what was applied of that is said again."""
        named = set(chunks)
        with self.sessions.write() as session:
            done = set(session.scalars(select(SnapshotChunk.sha256).where(SnapshotChunk.scope == scope)))
            if done - named:
                records.read_anew(session, [scope])
                session.execute(delete(SnapshotChunk).where(SnapshotChunk.scope == scope))

    def end_snapshot(self, scope: str, cursor: str) -> None:
        """All pieces are applied: from here on changes are pulled."""
        with self.sessions.write() as session:
            _move_cursors(session, {scope: cursor})
            session.execute(delete(SnapshotChunk).where(SnapshotChunk.scope == scope))
            records.tell_unindexed(session)

    def settle(self, heads: Mapping[str, Head]) -> list[str]:
        """At the head: forget what rebuilt scopes did not name again; the scopes whose sums do not agree.

        Raises:
            TooManyRemovalsError: nothing was forgotten.
        """
        with self.sessions.write() as session:
            rebuilt = session.scalars(select(SyncScope.scope).where(SyncScope.is_rebuilding)).all()
            for scope in rebuilt:
                records.forget_unsaid(session, scope, self.removals)
            session.execute(update(SyncScope).values(is_rebuilding=False))
            return records.mismatched(session, heads)

    def is_rebuilding(self) -> bool:
        """Whether a scope was begun from the start and is not all here yet."""
        with self.sessions.read() as session:
            return session.scalar(select(SyncScope.scope).where(SyncScope.is_rebuilding).limit(1)) is not None

    def mismatched(self, heads: Mapping[str, Head]) -> list[str]:
        """Scopes whose sums do not agree with the server's."""
        with self.sessions.read() as session:
            return records.mismatched(session, heads)

    def read_anew(self, scopes: Iterable[str]) -> None:
        """Read scopes from the start."""
        with self.sessions.write() as session:
            records.read_anew(session, scopes)

    def _take_scopes(self, session: Session, reply: SyncReply) -> int:
        known = {row.scope: row for row in session.scalars(select(SyncScope))}
        titles = read_sign_in(session).titles
        lost = sum(
            records.forget_scope(session, scope, self.removals, titles) for scope in known if scope not in reply.scopes
        )
        for scope in reply.scopes:
            row = known.get(scope)
            if row is None:
                row = SyncScope(scope=scope, records=0, sum="0" * 16, cursor="")
                session.add(row)
            if row.writable != (scope in reply.writable):
                row.writable = scope in reply.writable
        session.flush()
        return lost


def _move_cursors(session: Session, cursors: Mapping[str, str]) -> None:
    for scope, cursor in cursors.items():
        session.execute(update(SyncScope).where(SyncScope.scope == scope).values(cursor=cursor))

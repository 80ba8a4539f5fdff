"""One round of the exchange as a generator of requests: no thread, no clock and no socket in here.

Whoever drives it carries each request to the server and sends the answer in, or throws a :class:`Refusal`.
Between two requests the store is always whole: a round may end anywhere, the next one goes on from there.
"""

from collections.abc import Callable, Container, Generator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import zstandard

from broker_app.sync import protocol
from broker_app.sync.local import Local
from broker_app.sync.protocol import Change, Operation, ProtocolError, SyncReply, SyncRequest
from broker_app.sync.records import TooManyRemovalsError

SNAPSHOT_ABOVE = 5_000  # records of a scope, from which on the first download comes in pieces
_LARGEST_CHUNK = 256 * 1024 * 1024  # bytes, unpacked
_START = str(protocol.Cursor())  # of an empty scope; it need not be said
_READ = 1024 * 1024  # of them at a time
_LIVES = 3  # how often a server may change its epoch under us before the round gives up
_ENDLESS = 100_000  # pages; a server that always has more to say is out of order
_HOPELESS = 5  # operations set aside before we believe that the server refuses everything


@dataclass(frozen=True)
class Hello:
    """Ask who the server is and which epoch it lives in."""


@dataclass(frozen=True)
class Exchange:
    """Push and pull."""

    request: SyncRequest


@dataclass(frozen=True)
class GetSnapshot:
    """Ask for the pieces of a first download."""

    scope: str


@dataclass(frozen=True)
class GetChunk:
    """Fetch one piece."""

    scope: str
    sha256: str
    size: int


Request = Hello | Exchange | GetSnapshot | GetChunk


@dataclass(frozen=True)
class Greeting:
    """What ``hello`` says."""

    name: str
    epoch: UUID


@dataclass(frozen=True)
class Snapshot:
    """Pieces of a scope at one revision, and where it stands when all are applied."""

    epoch: UUID
    cursor: str
    chunks: tuple[tuple[str, int], ...]  # sha256, bytes


@dataclass(frozen=True)
class Unchanged:
    """There is nothing the server could say that is not known here: ``SyncRequest.known`` was right."""


Reply = Greeting | SyncReply | Snapshot | Unchanged | bytes


class Refusal(Exception):  # noqa: N818 - a refusal of the server is an answer, no fault
    """The server does not carry out a request (RFC 9457): ``name`` is one of the problems in ``protocol``."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(name, status)
        self.name = name
        self.status = status


class ServerTroubleError(Exception):
    """The server refuses one operation after the other: it is out of order, nothing was set aside."""


@dataclass
class Report:
    """What a round did."""

    sent: int = 0
    received: int = 0
    removed: int = 0
    parked: int = 0
    lost: int = 0
    """Rows that left with a scope that is no longer ours."""

    receipt: str = ""
    told_again: bool = False
    """The server had gone back in time, and was told again what it had forgotten."""

    rebuilt: tuple[str, ...] = ()
    """Scopes whose sums did not agree and that were read anew."""

    covered: str | None = None


Round = Generator[Request, Any, Report]
_ONE_AT_A_TIME = {protocol.SERVER_FAULT, protocol.INVALID_REQUEST, protocol.BATCH_TOO_LARGE}


def sync_round(
    local: Local, progress: Callable[[Report], object] = lambda _report: None, report: Report | None = None
) -> Round:
    """Everything that waits goes up, then everything new comes down; ``report`` tells how far it got.

    Raises:
        TooManyRemovalsError: a person has to agree first; what went up before is safe.
        ServerTroubleError, ProtocolError: the server is out of order.
        Refusal: passed on where the round cannot go on.
    """
    report = Report() if report is None else report
    for _life in range(_LIVES):
        try:
            if local.epoch() is None:
                yield from _greet(local, report)
            heads = yield from _push(local, report, progress)
            yield from _pull(local, report, heads, progress)
        except Refusal as refusal:
            if refusal.name != protocol.EPOCH_CHANGED:
                if refusal.name == protocol.SERVER_FAULT and report.parked:
                    local.unpark()  # it fails at everything: none of ours is to blame
                raise
            yield from _start_over(local, report)
        else:
            return report
    raise ServerTroubleError


def _greet(local: Local, report: Report) -> Generator[Request, Any, UUID]:
    greeting: Greeting = yield Hello()
    if local.meet(greeting.epoch):
        report.told_again = True
    return greeting.epoch


def _start_over(local: Local, report: Report) -> Generator[Request, Any, None]:
    """The server lives another life, or knows less than it did: tell it again, whatever it says its name is."""
    before = local.epoch()
    epoch = yield from _greet(local, report)
    if epoch == before:
        local.say_again()
        report.told_again = True


def _push(
    local: Local, report: Report, progress: Callable[[Report], object]
) -> Generator[Request, Any, SyncReply | None]:
    """Send what waits; with the last of it comes the first page of what is new. None if nothing waited."""
    waiting, last = local.waiting()
    if not waiting:
        return None
    if not local.writable():
        yield from _ask_scopes(local)
    local.bring_home(local.writable())
    reply: SyncReply | None = None
    while True:
        batch = local.next_batch(last)
        if not batch:
            return reply
        left, _newest = local.waiting()
        limit = protocol.MAX_PAGE if left <= len(batch) and _has_begun(local) else 0
        sent = yield from _send(local, batch, limit, report, progress)
        reply = sent if limit and sent is not None else None


def _has_begun(local: Local) -> bool:
    """Whether there are cursors: a first download begins by itself, in pieces where it is large."""
    return bool(local.cursors())


def _send(
    local: Local, batch: tuple[Operation, ...], limit: int, report: Report, progress: Callable[[Report], object]
) -> Generator[Request, Any, SyncReply | None]:
    """Send a batch; one the server fails at is halved until the operation that is to blame stands alone."""
    epoch = local.epoch()
    if epoch is None:
        raise ServerTroubleError
    request = SyncRequest(epoch, local.cursors(), batch, limit, echo=False)
    try:
        reply = yield Exchange(request)
    except Refusal as refusal:
        if refusal.name == protocol.CLIENT_TOO_OLD and limit:  # it may tell all the same, only not be told
            yield from _send(local, batch, 0, report, progress)
            return None
        if refusal.name not in _ONE_AT_A_TIME:
            raise
        halves = _halved(batch)
        if halves is None:
            _set_aside(local, batch, report, refusal)
            return None
        for half in halves:
            yield from _send(local, half, 0, report, progress)
        return None
    _check_results(batch, reply)
    _take(local, reply, report)
    progress(report)
    return reply  # type: ignore[no-any-return]  # whoever drives the round sends what was asked for


def _halved(batch: tuple[Operation, ...]) -> tuple[tuple[Operation, ...], tuple[Operation, ...]] | None:
    """Two halves of a batch, an action never cut in two; None if it is one action already."""
    actions: dict[UUID, list[Operation]] = {}
    for operation in batch:
        actions.setdefault(operation.group or operation.op, []).append(operation)
    if len(actions) < 2:
        return None
    lists = list(actions.values())
    middle = len(lists) // 2
    first = tuple(operation for action in lists[:middle] for operation in action)
    return first, tuple(operation for action in lists[middle:] for operation in action)


def _set_aside(local: Local, batch: tuple[Operation, ...], report: Report, refusal: Refusal) -> None:
    """One action the server does not take in: it waits for a person. If none is taken in, the server is to blame."""
    if not report.sent and report.parked >= _HOPELESS:
        local.unpark()
        raise ServerTroubleError
    local.park([operation.op for operation in batch], f"{refusal.name} {refusal.status}")
    report.parked += len(batch)


def _check_results(batch: tuple[Operation, ...], reply: SyncReply) -> None:
    if [result.op for result in reply.results] != [operation.op for operation in batch]:
        raise ProtocolError("the answer is about other operations")


def _take(local: Local, reply: SyncReply, report: Report) -> None:
    try:
        taken = local.take(reply)
    except TooManyRemovalsError:
        report.sent += local.take_results(reply).count  # what went up is safe, whatever people decide
        raise
    report.sent += taken.receipt.count
    report.receipt = taken.receipt.mark or report.receipt
    report.received += taken.applied.put
    report.removed += taken.applied.removed
    report.lost += taken.lost
    report.covered = reply.covered


def _ask_scopes(local: Local) -> Generator[Request, Any, SyncReply]:
    """Ask what is ours without reading anything."""
    epoch = local.epoch()
    if epoch is None:
        raise ServerTroubleError
    reply: SyncReply = yield Exchange(SyncRequest(epoch, {}, (), 0))
    local.take(reply)
    return reply


def _pull(
    local: Local, report: Report, reply: SyncReply | None, progress: Callable[[Report], object]
) -> Generator[Request, Any, None]:
    """Read to the head, in pieces where a scope is new and large, and compare sums there."""
    checked_again = False
    rebuilt: list[str] = []
    while True:
        reply = yield from _to_head(local, report, reply, progress)
        if reply is None:
            return
        wrong = local.settle(reply.heads) if local.is_rebuilding() else local.mismatched(reply.heads)
        if not wrong:
            report.rebuilt = tuple(rebuilt)
            return
        if rebuilt:
            raise ServerTroubleError
        if checked_again:  # a second look says the same: read these scopes anew beside what is here
            local.read_anew(wrong)
            rebuilt = wrong
        checked_again = True
        reply = None


def _to_head(
    local: Local, report: Report, reply: SyncReply | None, progress: Callable[[Report], object]
) -> Generator[Request, Any, SyncReply | None]:
    """The answer that ends at the head; None if all of it was known here, sums and all."""
    if reply is None and local.has_unread():
        yield from _first_downloads(local, report, (yield from _ask_scopes(local)), progress)
    for _page in range(_ENDLESS):
        if reply is not None and not reply.more:
            return reply
        epoch = local.epoch()
        if epoch is None:
            raise ServerTroubleError
        known = local.cursors()
        moved_on = {scope: cursor for scope, cursor in known.items() if cursor != _START}
        answer: SyncReply | Unchanged = yield Exchange(SyncRequest(epoch, moved_on, known=local.mark()))
        if isinstance(answer, Unchanged):
            return None
        reply = answer
        _take(local, reply, report)
        progress(report)
        if reply.more:  # a scope may have become ours with this page
            yield from _first_downloads(local, report, reply, progress, known)
    raise ServerTroubleError


def _first_downloads(
    local: Local,
    report: Report,
    reply: SyncReply,
    progress: Callable[[Report], object],
    begun: Container[str] | None = None,
) -> Generator[Request, Any, None]:
    """Read large scopes in pieces that are not among ``begun``; by default those that have a cursor are."""
    known = local.cursors() if begun is None else begun
    for scope, head in reply.heads.items():
        if head.count >= SNAPSHOT_ABOVE and scope not in known:
            yield from _first_download(local, scope, report, progress)


def _first_download(
    local: Local, scope: str, report: Report, progress: Callable[[Report], object]
) -> Generator[Request, Any, None]:
    snapshot: Snapshot = yield GetSnapshot(scope)
    if snapshot.epoch != local.epoch():
        raise Refusal(protocol.EPOCH_CHANGED, 409)
    local.begin_snapshot(scope, [digest for digest, _size in snapshot.chunks])
    done = local.chunks_done(scope)
    for digest, size in snapshot.chunks:
        if digest not in done:
            packed: bytes = yield GetChunk(scope, digest, size)
            report.received += local.take_chunk(scope, digest, unpacked_chunk(scope, digest, packed))
            progress(report)
    local.end_snapshot(scope, snapshot.cursor)


def unpacked_chunk(scope: str, digest: str, packed: bytes) -> Iterator[Change]:
    """The records of one piece of a first download, one by one: it is the piece the server has named, or nothing is
    read of it.

    Raises:
        ProtocolError: it is not the piece that was asked for, or of another scope.
    """
    if sha256(packed).hexdigest() != digest:
        raise ProtocolError("a piece of the first download is damaged")
    return _changes_of(scope, packed)


def _changes_of(scope: str, packed: bytes) -> Iterator[Change]:
    try:
        for line in _lines(packed):
            change = Change.from_wire(orjson.loads(line))
            if change.scope != scope or change.op != protocol.PUT:
                raise ProtocolError("a piece of the first download is of another scope")
            yield change
    except (zstandard.ZstdError, orjson.JSONDecodeError):
        raise ProtocolError("a piece of the first download is damaged") from None


def _lines(packed: bytes) -> Iterator[bytes]:
    """The lines of a zstd frame; never more of it in memory than a little."""
    rest, size = b"", 0
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        while more := reader.read(_READ):
            size += len(more)
            if size > _LARGEST_CHUNK:
                raise ProtocolError("a piece of the first download is too large")
            *whole, rest = (rest + more).split(b"\n")
            yield from filter(None, whole)
    if rest:
        yield rest

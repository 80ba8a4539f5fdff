"""Random histories of several computers and one server in one process: the real engine, the real merge.

The network is a function call that may lose the request, lose the reply, or deliver twice or late; a server may
die in its transaction; a computer may go dark before or after any of its own; disks are restored from older
copies on both sides, a laptop is cloned, clocks jump. Beside the server an :class:`Oracle` takes the same
operations in, and after each push both must have come to the same. At the end everybody meets the server without
faults, and nothing anybody typed may be missing (sync.md section 4; I1 to I12 there).
"""

import base64
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID, uuid4

import orjson
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from broker_app.db.models import (
    AcknowledgedOperation,
    Attachment,
    Enterprise,
    FirmAlias,
    Need,
    OutboxOperation,
    ServerRecord,
    SyncScope,
)
from broker_app.db.session import Store, create_store
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, open_profile, save_profile
from broker_app.services.sealed_files import has_file, read_file, write_file
from broker_app.services.sync_state import differences
from broker_app.sync import protocol
from broker_app.sync.blobs import move_files
from broker_app.sync.bodies import body_of, models, row_values, table_of
from broker_app.sync.decisions import Choice, decide
from broker_app.sync.engine import Exchange, Greeting, Hello, Refusal, Reply, Request, Unchanged, sync_round
from broker_app.sync.local import Local
from broker_app.sync.protocol import Cursor, Operation, SyncReply
from broker_app.sync.records import Removals
from broker_server import admin, auth, blobs, meta, tables
from broker_server.database import Clock, moment, open_engine, reading, see_all, writing
from broker_server.exchange import exchange
from broker_server.problems import Problem
from broker_server.scopes import Grant, Role, access_of
from broker_server.settings import Settings
from broker_server.wire import SyncIn
from tests.server_under_test import PASSWORD, FakeClock
from tests.sync.oracle import Oracle

DATA_KEY = bytes(range(32))
COUNTY, TEAM, OTHER = "county:330381", "team:12", "team:99"
PEOPLE = {"ann": TEAM, "bob": TEAM, "cat": OTHER}
LEAD = "lea"
"""Leads both teams and looks after what is public. Her program is another one, newer than the others': she has
no store of ours, says her operations raw, and says everything again when the server has lost its memory."""

VALUES = ("address", "website")  # fields of a firm that hold one value
CODES = ("913303810001", "913303810002")
FAULTS = ("", "", "", "", "", "lose_request", "lose_reply", "twice", "late", "die")
JUMPS = (timedelta(days=-4_000), timedelta(days=-40), timedelta(), timedelta(days=40), timedelta(days=4_000))
PIECE = 48  # bytes of a file that go over at once
REQUESTS = 80  # one exchange asks fewer

AnswerT = TypeVar("AnswerT")


class Lost(Exception):  # noqa: N818 - the network's own word
    """The network lost something."""


class Killed(Exception):  # noqa: N818
    """The computer went dark."""


@dataclass
class Fuse:
    """Blows at the n-th transaction: before its end, or right after."""

    left: int = -1
    before_end: bool = False

    def tick(self, *, before: bool) -> None:
        if self.left < 0 or before != self.before_end:
            return
        if self.left == 0:
            self.left = -1
            raise Killed
        self.left -= 1


@dataclass
class Flaky:
    """The sessions of a store whose computer may go dark."""

    store: Store
    fuse: Fuse

    def read(self) -> Any:
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.store.write() as session:
            yield session
            self.fuse.tick(before=True)
        self.fuse.tick(before=False)

    def on_change(self, listener: Callable[[frozenset[str]], None]) -> None:
        self.store.on_change(listener)


class Central:
    """The server, asked without a socket, and the oracle beside it."""

    def __init__(self, template: Path, home: Path) -> None:
        shutil.copytree(template, home)
        self.settings = Settings(home=home)
        self.clock = FakeClock()
        self.engine: Engine = open_engine(self.settings)
        self.tokens: dict[str, str] = {}
        self.keys: dict[str, Ed25519PrivateKey] = {}
        self.backup_file: Path | None = None
        self.oracle = Oracle()
        self.remembered = Oracle()
        self.readable: dict[str, set[str]] = {}
        self.revs: dict[str, int] = {}
        self._know_access()

    def token(self, login: str) -> str:
        if login not in self.tokens:
            key = self.keys.setdefault(login, Ed25519PrivateKey.generate())
            public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            device = (None, login, base64.b64encode(public).decode())
            with writing(self.engine) as connection:
                self.tokens[login] = auth.login(connection, login, PASSWORD, device, self.clock()).access_token
        return self.tokens[login]

    def epoch(self) -> UUID:
        with reading(self.engine) as connection:
            return UUID(meta.facts(connection)[meta.EPOCH])

    def answer(self, login: str, request: Request) -> Reply:
        try:
            if isinstance(request, Hello):
                return Greeting("试验", self.epoch())
            assert isinstance(request, Exchange), request
            try:
                return self._exchange(login, request)
            except Problem as problem:
                if problem.status_code != 401:
                    raise
                self.tokens.pop(login)  # the clock has jumped: sign in again
                return self._exchange(login, request)
        except Problem as problem:
            raise Refusal(problem.name, problem.status_code) from None

    def _exchange(self, login: str, request: Exchange) -> SyncReply | Unchanged:
        body = SyncIn.model_validate(orjson.loads(orjson.dumps(request.request.as_wire())))
        operations = [one.as_operation() for one in body.push]
        token = self.token(login)
        try:
            answer, taken = exchange(self.engine, token, body, self.clock)
        finally:
            wanted = self._push_beside(login, operations)
        found = [result["status"] for result in taken.results]
        for operation, status, real in zip(operations, wanted, found, strict=True):
            if operation.kind != "conflict":
                plain = "taken" if real in (protocol.APPLIED, protocol.MERGED) else real
                assert plain == status, f"{operation} is {real}, and should be {status}"
        return SyncReply.from_wire(orjson.loads(answer)) if answer else Unchanged()

    def _push_beside(self, login: str, operations: list[Operation]) -> list[str]:
        """Tell the oracle what the server has taken in, also where its answer failed later; and count revisions."""
        if not operations:
            return []
        with reading(self.engine) as connection:
            table = tables.operation
            there = set(connection.scalars(select(table.c.op).where(table.c.op.in_([one.op for one in operations]))))
            rows = connection.execute(select(tables.scope.c.scope, tables.scope.c.rev)).all()
        revs = {scope: rev for scope, rev in rows}
        for scope, rev in revs.items():
            assert rev - self.revs.get(scope, 0) in (0, 1), f"a push took {scope} to revision {rev}"
        self.revs = revs
        return self.oracle.push(login, [one for one in operations if one.op in there])

    @contextmanager
    def dying(self) -> Iterator[None]:
        """A worker that is killed when its transaction is about to be committed."""

        def die(_connection: Connection) -> None:
            raise Lost

        event.listen(self.engine, "commit", die)
        try:
            yield
        finally:
            event.remove(self.engine, "commit", die)

    def set_access(self, login: str, scope: str, *, given: bool) -> None:
        with writing(self.engine) as connection:
            if given:
                admin.give(connection, login, Grant(scope, Role.BROKER), self.clock())
            else:
                admin.take(connection, login, scope, self.clock())
        self._know_access()

    def _know_access(self) -> None:
        account, member = tables.account, tables.membership
        query = select(account.c.login, account.c.id, member.c.scope, member.c.role)
        grants: dict[tuple[str, UUID], list[Grant]] = {}
        with reading(self.engine) as connection:
            rows = connection.execute(query.outerjoin(member, member.c.account == account.c.id))
            for login, who, scope, role in rows:
                grants.setdefault((login, who), []).extend([Grant(scope, Role(role))] if scope else [])
        for (login, who), given in grants.items():
            access = access_of(who, given)
            self.readable[login] = set(access.readable)
            self.oracle.access[login] = set(access.writable)

    def backup(self) -> None:
        """A verified backup: from here on clients are told that what came before is covered."""
        self.engine.dispose()
        self.backup_file = self.settings.home.parent / f"server-{uuid4()}.db"
        shutil.copy(self.settings.home / "server.db", self.backup_file)
        self.engine = open_engine(self.settings)
        with writing(self.engine) as connection:
            if self.covered(connection) < moment(self.clock()):
                meta.put_fact(connection, meta.COVERED, moment(self.clock()))
        self.remembered = self.oracle.copy()

    @staticmethod
    def covered(connection: Connection) -> str:
        return meta.facts(connection).get(meta.COVERED, "")

    def restore(self) -> None:
        assert self.backup_file is not None
        self.engine.dispose()
        for tail in ("", "-wal", "-shm"):
            (self.settings.home / f"server.db{tail}").unlink(missing_ok=True)
        shutil.copy(self.backup_file, self.settings.home / "server.db")
        self.engine = open_engine(self.settings)
        with writing(self.engine) as connection:
            meta.begin_life(connection)
        self.tokens.clear()
        self.revs.clear()
        self.oracle = self.remembered.copy()
        with reading(self.engine) as connection:
            rows = connection.execute(select(tables.scope.c.scope, tables.scope.c.rev)).all()
        self.revs = {scope: rev for scope, rev in rows}
        self._know_access()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A look at every scope."""
        with reading(self.engine) as connection:
            see_all(connection)
            yield connection

    def bodies(self) -> dict[tuple[str, UUID], tuple[str, dict[str, Any]]]:
        """Every live record: ``{(scope, id): (kind, body)}``."""
        log, record = tables.log, tables.record
        with self.looking() as connection:
            rows = connection.execute(
                select(log.c.scope, log.c.id, log.c.kind, record.c.body)
                .join(record, (record.c.scope == log.c.scope) & (record.c.id == log.c.id))
                .where(log.c.op == "put")
            )
            return {(row.scope, row.id): (row.kind, orjson.loads(row.body)) for row in rows}

    def logged(self, scope: str) -> list[Any]:
        """The log of a scope: revision, id and what it says."""
        log = tables.log
        with self.looking() as connection:
            return list(connection.execute(select(log.c.rev, log.c.id, log.c.op).where(log.c.scope == scope)))

    def heads(self) -> dict[str, tuple[int, str]]:
        """How many records each scope has, and their sum."""
        table = tables.scope
        with self.looking() as connection:
            rows = connection.execute(select(table.c.scope, table.c.records, table.c.sum))
            return {row.scope: (row.records, row.sum) for row in rows}

    def text(self) -> str:
        """Everything any record says, in the trash as well."""
        with self.looking() as connection:
            return "\n".join(connection.scalars(select(tables.record.c.body)))

    def faults(self) -> list[str]:
        with writing(self.engine) as connection:
            return [f"{count.scope}: {count.fault}" for count in admin.recount(connection) if count.fault]

    def close(self) -> None:
        self.engine.dispose()


@dataclass
class Files:
    """What ``move_files`` asks of its connection, without a socket; ``fault`` says what happens to each request."""

    central: Central
    login: str
    fault: Callable[[], str]

    def stored(self, scope: str, digest: str) -> int | None:
        try:
            return self._ask(scope, lambda one: blobs.state(one, scope, digest)[0])
        except Refusal:
            return None

    def announce(self, scope: str, digest: str, size: int) -> int:
        return self._ask(scope, lambda one: blobs.begin(one, scope, digest, size, self.central.clock()))

    def upload(self, scope: str, digest: str, offset: int, piece: bytes) -> int:
        def work(connection: Connection) -> int | Problem:
            settings, now = self.central.settings, self.central.clock()
            try:
                return blobs.append(connection, settings, scope, digest, offset, piece, now)
            except Problem as problem:
                if problem.name != protocol.OFFSET_MISMATCH:
                    raise
                return int(problem.members["offset"])

        stored = self._ask(scope, work)
        if isinstance(stored, Problem):  # what it found wrong is kept, so only now
            raise Refusal(stored.name, stored.status_code)
        return stored

    def download(self, scope: str, digest: str, offset: int, length: int) -> bytes:
        settings = self.central.settings
        return self._ask(scope, lambda one: blobs.whole(one, settings, scope, digest).read_bytes())[
            offset : offset + length
        ]

    def _ask(self, scope: str, work: Callable[[Connection], AnswerT]) -> AnswerT:
        fault = self.fault()
        if fault in ("lose_request", "die"):
            raise Lost
        answer = self._once(scope, work)
        if fault in ("twice", "late"):
            answer = self._once(scope, work)
        if fault == "lose_reply":
            raise Lost
        return answer

    def _once(self, scope: str, work: Callable[[Connection], AnswerT]) -> AnswerT:
        if scope not in self.central.readable[self.login]:
            raise Refusal(protocol.NOT_FOUND, 404)
        try:
            with writing(self.central.engine) as connection:
                return work(connection)
        except Problem as problem:
            raise Refusal(problem.name, problem.status_code) from None


@dataclass
class Person:
    """A computer and who sits at it."""

    login: str
    paths: ProfilePaths
    store: Store
    copy: Path | None = None
    fuse: Fuse = field(default_factory=Fuse)
    clock: timedelta = timedelta()  # how far it is off
    late: Request | None = None  # a request the network will deliver once more

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock

    def open(self) -> None:
        self.store = open_profile(self.paths, DATA_KEY)
        self.fuse = Fuse()

    def waiting(self) -> list[OutboxOperation]:
        with self.store.read() as session:
            return list(session.scalars(select(OutboxOperation).order_by(OutboxOperation.seq)))

    def told(self) -> str:
        """What this computer could say (again) to the server."""
        with self.store.read() as session:
            waiting = [row.fields for row in session.scalars(select(OutboxOperation))]
            kept = [row.fields for row in session.scalars(select(AcknowledgedOperation))]
        return orjson.dumps([waiting, kept]).decode()


class History:
    """One history; ``run`` plays it and checks what must hold."""

    def __init__(self, folder: Path, templates: "Templates", seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - to be the same again
        self.folder = folder
        self.central = self.make_central(templates)
        self.people = [self._person(templates, login) for login in PEOPLE]
        self.typed: dict[str, str] = {}  # value: who typed it
        self.replaced: set[str] = set()  # values somebody saw and wrote over
        self.fragile: set[str] = set()
        self.said: list[Operation] = []  # what the lead's program has said, and how much of it was heard
        self.heard = 0
        self.lead_epoch = self.central.epoch()
        self.serial = 0
        self.types_on = True

    def make_central(self, templates: "Templates") -> Central:
        """A server of its own."""
        return Central(templates.server, self.folder / "server")

    def _person(self, templates: "Templates", login: str) -> Person:
        paths = ProfilePaths(self.folder / login)
        shutil.copytree(templates.profiles[login], paths.folder)
        return Person(login, paths, open_profile(paths, DATA_KEY))

    def run(self, steps: int) -> None:
        """Play ``steps`` random events, then let everything settle and check."""
        try:
            for person in self.people:
                self.add_firm(person)
            for _step in range(steps):
                self.random.choice(self._events())()
            self.settle()
            self.check()
        finally:
            self.close()

    def close(self) -> None:
        for person in self.people:
            person.store.close()
        self.central.close()

    def _events(self) -> list[Callable[[], None]]:
        often = [self.edit_firm, self.edit_firm, self.edit_need, self.sync, self.sync, self.sync]
        seldom = [self.add_firm, self.delete_firm, self.take_back_firm, self.decide, self.attach, self.change_access,
                  self.client_backup, self.client_restore, self.clone_laptop, self.server_backup, self.server_restore,
                  self.jump, self.move_need, self.merge_firms, self.publish, self.newer_program]  # fmt: skip
        return often * 4 + seldom

    # --- events -----------------------------------------------------------------------------------------------

    def who(self) -> Person:
        return self.random.choice(self.people)

    def value(self, login: str) -> str:
        self.serial += 1
        value = f"v{self.serial:05d}-{login}"
        self.typed[value] = login
        return value

    def add_firm(self, person: Person | None = None) -> None:
        person = person or self.who()
        code = self.random.choice((*CODES, "", "", ""))
        with person.store.write() as session:
            session.add(Enterprise(name=self.value(person.login), scope=COUNTY, credit_code=code))

    def edit_firm(self, person: Person | None = None) -> None:
        person = person or self.who()
        with person.store.write() as session:
            firm = self._any(session, Enterprise)
            if firm is None:
                return
            match self.random.randrange(4):
                case 0:
                    firm.tags = [*firm.tags, self.value(person.login)]
                case 1:
                    lines = (firm.profile or "一\n二\n三\n四").split("\n")
                    at = self.random.randrange(len(lines))
                    self._note_seen(lines[at])
                    lines[at] = self.value(person.login)
                    firm.profile = "\n".join(lines)
                case _:
                    name = self.random.choice(VALUES)
                    self._note_seen(getattr(firm, name))
                    setattr(firm, name, self.value(person.login))

    def edit_need(self, person: Person | None = None) -> None:
        person = person or self.who()
        if PEOPLE[person.login] != TEAM:
            return
        with person.store.write() as session:
            need = self._any(session, Need)
            if need is None:
                session.add(Need(title=self.value(person.login), scope=TEAM))
            else:
                self._note_seen(need.goal)
                need.goal = self.value(person.login)

    def delete_firm(self, person: Person | None = None) -> None:
        person = person or self.who()
        with person.store.write() as session:
            firm = self._any(session, Enterprise)
            if firm is not None:
                for part in orjson.dumps(body_of("enterprise", _columns(firm))).decode().split('"'):
                    self._note_seen(part.replace("\\n", "\n"))
                firm.deleted_at = person.now()

    def take_back_firm(self) -> None:
        with self.who().store.write() as session:
            merged = select(FirmAlias.old)  # they are parted, not taken back
            query = select(Enterprise).where(Enterprise.deleted_at.is_not(None), Enterprise.id.not_in(merged))
            gone = session.scalars(query.order_by(Enterprise.id)).all()
            if gone:
                self.random.choice(gone).deleted_at = None

    def attach(self, person: Person | None = None) -> None:
        """A photo of a firm: the record goes first, its bytes in pieces after it."""
        person = person or self.who()
        content = self.random.randbytes(self.random.randrange(1, 4 * PIECE))
        with person.store.write() as session:
            firm = self._any(session, Enterprise)
            if firm is None:
                return
            name = write_file(person.paths, DATA_KEY, content)
            photo = Attachment(
                scope=COUNTY, parent_kind="enterprise", parent_id=firm.id, name=self.value(person.login),
                sha256=name, size=len(content), mime="image/jpeg",
            )  # fmt: skip
            session.add(photo)

    def decide(self) -> None:
        person = self.who()
        with person.store.write() as session:
            found = differences(session)
            if not found:
                return
            chosen = self.random.choice(found)
            if chosen.kind == "delete":
                decide(session, chosen.id, Choice.THEIRS)
            else:
                decide(session, chosen.id, self.random.choice([Choice.MINE, Choice.THEIRS]))

    def sync(self) -> None:
        person = self.who()
        if self.random.random() < 0.2:
            person.fuse.left = self.random.randrange(5)
            person.fuse.before_end = self.random.random() < 0.5
        faults = [self.random.choice(FAULTS) for _number in range(12)]
        try:
            self.exchange(person, faults)
        except Lost:
            pass
        except Killed:
            person.store.close()
            person.open()
        person.fuse.left = -1
        self.sees_own_words(person)
        self.nothing_is_missing(person)

    def change_access(self) -> None:
        self.central.set_access("bob", self.random.choice((TEAM, TEAM, OTHER)), given=self.random.random() < 0.5)

    def client_backup(self) -> None:
        person = self.who()
        person.store.close()
        copy = self.folder / f"copy-{uuid4()}.db"
        shutil.copy(person.paths.database, copy)
        person.copy = copy
        person.open()

    def client_restore(self) -> None:
        person = self.who()
        if person.copy is None:
            return
        with person.store.read() as session:
            kept = orjson.dumps([row.fields for row in session.scalars(select(AcknowledgedOperation))]).decode()
        self.fragile |= {value for value in self.typed if value in kept}
        self.nothing_typed_is_lost()
        person.store.close()
        for tail in ("", "-wal", "-shm"):
            (person.paths.folder / f"{person.paths.database.name}{tail}").unlink(missing_ok=True)
        shutil.copy(person.copy, person.paths.database)
        person.open()
        self.excuse(set(self.typed))

    def clone_laptop(self) -> None:
        """Somebody copies the whole profile to a second computer, and works on both."""
        if len(self.people) > len(PEOPLE):
            return
        person = self.who()
        person.store.close()
        paths = ProfilePaths(self.folder / f"{person.login}-clone")
        shutil.copytree(person.paths.folder, paths.folder)
        person.open()
        self.people.append(Person(person.login, paths, open_profile(paths, DATA_KEY)))

    def server_backup(self) -> None:
        self.central.backup()

    def server_restore(self) -> None:
        if self.central.backup_file is not None:
            self.nothing_typed_is_lost()
            self.central.restore()
            self.excuse(self.fragile)

    def jump(self) -> None:
        """A clock is set: somebody's, or the server's."""
        if self.random.random() < 0.5:
            self.who().clock = self.random.choice(JUMPS)
        else:
            self.central.clock.go_on(days=self.random.choice((-400, -1, 1, 400)))

    def excuse(self, candidates: set[str]) -> None:
        """Values of which no disk holds a copy any more: no protocol could keep them."""
        alive = self._alive()
        for value in candidates:
            if value not in alive:
                self.typed.pop(value, None)

    # --- the lead, whose program is newer -----------------------------------------------------------------------

    def move_need(self) -> None:
        found = self._known("need")
        if found:
            scope, need = self.random.choice(found)
            self.say(self._operation(scope, "need", need, move=OTHER if scope == TEAM else TEAM))

    def merge_firms(self) -> None:
        found = self._known("enterprise")
        if len(found) > 1:
            (scope, one), (_scope, two) = self.random.sample(found, 2)
            self.say(self._operation(scope, "enterprise", one, into=two))

    def publish(self) -> None:
        need = self._operation("public", "published_need", uuid4())
        said = {"title": self.value(LEAD), "state": "open", "use_then_pay": False, "created_at": "2026-11-20T01:12:00Z"}
        self.say(replace(need, set={name: [None, value] for name, value in said.items()}))

    def newer_program(self) -> None:
        """A field and a kind that no computer here has heard of."""
        found = self._known("enterprise")
        if found and self.random.random() < 0.7:
            scope, firm = self.random.choice(found)
            before = self.central.bodies()[scope, firm][1].get("mood")
            self._note_seen(before)
            edit = self._operation(scope, "enterprise", firm)
            self.say(replace(edit, set={"mood": [before, self.value(LEAD)]}))
        else:
            novelty = self._operation(TEAM, "novelty", uuid4())
            self.say(replace(novelty, set={"words": [None, self.value(LEAD)]}))

    def say(self, operation: Operation) -> None:
        self.said.append(operation)
        self.say_rest(self.random.choice(FAULTS))

    def say_rest(self, fault: str) -> None:
        """Tell what was not heard; all of it, if the server lives another life."""
        epoch = self.central.epoch()
        if epoch != self.lead_epoch:
            self.lead_epoch, self.heard = epoch, 0
        rest = tuple(self.said[self.heard :])
        if not rest:
            return
        try:
            self.carried(LEAD, Exchange(protocol.SyncRequest(epoch, {}, rest, 0)), fault)
        except Lost:
            return
        self.heard = len(self.said)

    def _known(self, kind: str) -> list[tuple[str, UUID]]:
        return sorted(key for key, (name, _body) in self.central.bodies().items() if name == kind)

    @staticmethod
    def _operation(scope: str, kind: str, record: UUID, **members: Any) -> Operation:
        return Operation(uuid4(), record, kind, scope, "2026-11-20T01:12:00Z", **members)

    # --- the network ------------------------------------------------------------------------------------------

    def exchange(self, person: Person, faults: list[str], meanwhile: Callable[[], object] = lambda: None) -> None:
        """One exchange of ``person``: records, then files. ``faults`` are taken from the end, one a request.

        ``meanwhile`` happens while the first request is under way.
        """

        def fault() -> str:
            return faults.pop() if faults else ""

        local = Local(Flaky(person.store, person.fuse), person.now, PEOPLE[person.login], Removals(allowed=True))
        engine = sync_round(local)
        report = None
        request = next(engine, None)
        for number in range(REQUESTS):
            if request is None:
                break
            if self.types_on and self.random.random() < 0.25:
                # Nobody waits for the network before going on.
                self.random.choice([self.edit_firm, self.edit_firm, self.edit_need, self.delete_firm])(person)
            if not number:
                meanwhile()
            try:
                reply = self.carried(person.login, request, fault(), person)
                request = engine.send(reply)
            except Refusal as refusal:
                try:
                    request = engine.throw(refusal)
                except StopIteration as end:
                    request, report = None, end.value
            except StopIteration as end:
                request, report = None, end.value
        assert request is None, "an exchange without end"
        assert report is not None
        assert report.rebuilt == (), "a scope had to be read anew: rows were missing"
        self.nothing_foreign(person)
        with patch.object(protocol, "BLOB_CHUNK", PIECE):
            move_files(person.store, Files(self.central, person.login, fault))  # type: ignore[arg-type]

    def carried(self, login: str, request: Request, fault: str, person: Person | None = None) -> Reply:
        if person is not None and person.late is not None:
            late, person.late = person.late, None
            with suppress(Refusal):
                self.central.answer(login, late)
        if fault == "lose_request":
            raise Lost
        if fault == "twice":
            self.central.answer(login, request)
        with self.central.dying() if fault == "die" else nullcontext():
            reply = self.central.answer(login, request)
        if fault == "late" and person is not None:
            person.late = request
        if fault == "lose_reply":
            raise Lost
        return reply

    # --- what must hold ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Everybody meets the server without faults: to hear, to say what that called for, and to hear that."""
        self.types_on = False
        self.central.set_access("bob", TEAM, given=True)
        self.central.set_access("bob", OTHER, given=False)
        for turn in range(4):  # what names a merged firm is led on by whoever hears of it, and heard of again
            self.say_rest("")
            for person in self.people:
                person.fuse.left, person.late = -1, None
                self.exchange(person, [])
                waiting = person.waiting()
                assert not waiting or turn < 2, f"{person.login} did not drain: {waiting[0].fields}"

    def sees_own_words(self, person: Person) -> None:
        """What is typed and not acknowledged stands where it was typed."""
        newest: dict[tuple[str, UUID, str], Any] = {}
        for row in person.waiting():
            if row.kind not in ("enterprise", "need") or row.seq < 1:  # what is told again was seen by all once
                continue
            for name, change in row.fields.items():
                newest[row.kind, row.record_id, name] = change[1]
        with person.store.read() as session:
            for (kind, record, name), value in newest.items():
                table = table_of(kind)
                found = session.execute(select(table).where(table.c.id == record)).mappings().one_or_none()
                assert found is not None, f"a record with unsent words is gone: {name}={value}"
                if name == "goal":  # a text: somebody else's paragraph may stand beside one's own
                    assert (value or "") in found[name], f"typed {value!r}, shown {found[name]!r}"
                elif name in (*VALUES, "name", "title"):
                    assert found[name] == (value or ""), f"typed {value!r}, shown {found[name]!r}"

    def nothing_is_missing(self, person: Person) -> None:
        """What the server says at or before a cursor is here as it says."""
        with person.store.read() as session:
            cursors = {row.scope: Cursor.parse(row.cursor) for row in session.scalars(select(SyncScope)) if row.cursor}
            here = {(row.scope, row.id): row.rev for row in session.scalars(select(ServerRecord))}
            epoch = Local(person.store, person.now).epoch()
        if epoch != self.central.epoch():
            return
        for scope, cursor in cursors.items():
            for rev, record, op in self.central.logged(scope):
                read = rev < cursor.rev or (rev == cursor.rev and (cursor.id is None or record <= cursor.id))
                if read:
                    wanted = rev if op == protocol.PUT else None
                    found = here.get((scope, record))
                    assert found == wanted, f"{person.login} read {scope} to {cursor}: {record} is {found}, no {wanted}"

    def nothing_foreign(self, person: Person) -> None:
        """After an exchange nothing is here of a scope that is not ours, but for what still has to be told."""
        mine = self.central.readable[person.login]
        waiting = {row.record_id for row in person.waiting()}
        with person.store.read() as session:
            foreign = {row.scope for row in session.scalars(select(ServerRecord))} - mine
            assert not foreign, f"{person.login} keeps records of {foreign}"
            for kind in models():
                table = table_of(kind)
                query = select(table.c.id, table.c.scope).where(table.c.rev > 0, table.c.scope.not_in(mine))
                stay = [row for row in session.execute(query) if row.id not in waiting]
                assert not stay, f"{person.login} keeps a {kind} of {stay[0].scope}"

    def nothing_typed_is_lost(self) -> None:
        """Every value is on some disk, from which it reaches the server, unless somebody saw it and wrote over it."""
        alive = self._alive()
        for value, who in self.typed.items():
            assert value in alive or value in self.replaced, f"{value} of {who} is lost"

    def check(self) -> None:
        assert not self.central.faults()
        bodies = self.central.bodies()
        everything = self.central.text()
        for value, who in self.typed.items():
            kept = value in everything or value in self.replaced
            assert kept, f"{value} of {who} is lost"
        self.rules_were_kept(bodies, everything)
        for person in self.people:
            self.converged(person, bodies)
            self.nothing_is_missing(person)
            self.files_are_here(person)

    def rules_were_kept(self, bodies: dict[tuple[str, UUID], tuple[str, dict[str, Any]]], everything: str) -> None:
        """The server has come to what its rules say, and what did not stand is in a conflict."""
        records = {key: found for key, found in bodies.items() if found[0] != "conflict"}
        assert records == self.central.oracle.live(), "the server has come to something else than its rules say"
        for question in self.central.oracle.questions.values():
            if question.kind in ("value", "text") and isinstance(question.other, str):
                assert orjson.dumps(question.other).decode() in everything, f"{question.other} was dropped"

    def converged(self, person: Person, bodies: dict[tuple[str, UUID], tuple[str, dict[str, Any]]]) -> None:
        mine = self.central.readable[person.login]
        heads = self.central.heads()
        with person.store.read() as session:
            for kind in models():
                table = table_of(kind)
                rows = session.execute(select(table).where(table.c.deleted_at.is_(None), table.c.rev > 0)).mappings()
                seen = {(row["scope"], row["id"]): body_of(kind, dict(row)) for row in rows}
                wanted = {key: body for key, (name, body) in bodies.items() if name == kind and key[0] in mine}
                odd = {key: (seen.get(key), wanted.get(key)) for key in seen.keys() | wanted.keys()}
                odd = {key: pair for key, pair in odd.items() if pair[0] != _as_read(kind, pair[1])}
                assert not odd, f"{person.login} sees other {kind}s than the server has: {str(odd)[:600]}"
            there = {(row.scope, row.id): row for row in session.scalars(select(ServerRecord))}
            assert there.keys() == {key for key in bodies if key[0] in mine}
            for key, row in there.items():
                if row.kind not in models():
                    assert row.body == bodies[key][1], f"{person.login} has not kept what it does not know"
            for scope in session.scalars(select(SyncScope)):
                counted = (scope.records, scope.sum)
                assert counted == heads[scope.scope], f"{person.login} counts {scope.scope} otherwise"
            if PEOPLE[person.login] != TEAM:
                needs = session.scalars(select(Need.scope)).all()
                assert set(needs) <= mine, "a need of another team came here"

    def files_are_here(self, person: Person) -> None:
        with person.store.read() as session:
            rows = session.scalars(select(Attachment).where(Attachment.deleted_at.is_(None))).all()
        for row in rows:
            assert has_file(person.paths, row.sha256), f"{person.login} never got the file {row.name}"
            assert sha256(read_file(person.paths, DATA_KEY, row.sha256)).hexdigest() == row.sha256

    def _alive(self) -> str:
        said = [operation.as_wire() for operation in self.said]
        lead = orjson.dumps(said).decode()
        return self.central.text() + lead + "".join(person.told() for person in self.people)

    def _any(self, session: Session, model: type[Any]) -> Any:
        rows = session.scalars(select(model).where(model.deleted_at.is_(None)).order_by(model.id)).all()
        return self.random.choice(rows) if rows else None

    def _note_seen(self, value: str | None) -> None:
        self.replaced.update((value or "").split("\n"))


def _as_read(kind: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the server has as a client reads it: where only a part of a record was told, the rest is what it must be."""
    return None if body is None else body_of(kind, row_values(kind, body))


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


@dataclass
class Templates:
    """An empty server and empty profiles, made once and copied for every history."""

    server: Path
    profiles: dict[str, Path]

    @classmethod
    def make(cls, folder: Path) -> "Templates":
        """Make them."""
        home = folder / "server"
        home.mkdir(parents=True)
        engine = open_engine(Settings(home=home))
        furnish(engine, FakeClock())
        engine.dispose()
        profiles = {}
        for login, team in PEOPLE.items():
            paths = ProfilePaths(folder / login)
            profile = Profile(name=login, team=team.removeprefix("team:"), county="330381")
            with create_store(paths, DATA_KEY) as store, store.write() as session:
                save_profile(session, profile)
            open_profile(paths, DATA_KEY).close()
            profiles[login] = paths.folder
        return cls(home, profiles)


def furnish(engine: Engine, clock: Clock) -> None:
    """Make an empty server with two teams and everybody's account."""
    admin.init(engine, "试验服务器", clock())
    with cheap_passwords(), writing(engine) as connection:
        for scope in (COUNTY, *sorted(set(PEOPLE.values()))):
            admin.add_scope(connection, scope, scope, clock())
        for login, team in PEOPLE.items():
            admin.add_user(connection, login, login, PASSWORD, clock())
            for scope in (COUNTY, team):
                admin.give(connection, login, Grant(scope, Role.BROKER), clock())
        admin.add_user(connection, LEAD, LEAD, PASSWORD, clock())
        for scope, role in ((TEAM, Role.LEAD), (OTHER, Role.LEAD), (COUNTY, Role.BROKER), ("public", Role.CURATOR)):
            admin.give(connection, LEAD, Grant(scope, role), clock())


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Passwords cost a fifth of a second each; what they cost is not what is tested."""
    with patch.object(auth, "_PASSWORDS", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)):
        yield

"""Random histories of several computers and one server in one process: the real engine, the real merge.

The network is a function call that may lose the request, lose the reply, or deliver twice; a computer may be
killed before or after any of its transactions; disks are restored from older copies on both sides. At the end
everybody meets the server without faults, and nothing anybody typed may be missing (sync.md section 4).
"""

import base64
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import orjson
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from broker_app.db.models import AcknowledgedOperation, Enterprise, Need, OutboxOperation, ServerRecord
from broker_app.db.session import Store, create_store
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import utc_now
from broker_app.services.profile import Profile, open_profile, save_profile
from broker_app.services.sync_state import differences
from broker_app.sync.bodies import body_of, table_of
from broker_app.sync.decisions import Choice, decide
from broker_app.sync.engine import Exchange, Greeting, Hello, Refusal, Reply, Request, Unchanged, sync_round
from broker_app.sync.local import Local
from broker_app.sync.protocol import SyncReply
from broker_app.sync.records import Removals
from broker_server import admin, auth, meta, tables
from broker_server.database import open_engine, reading, writing
from broker_server.exchange import exchange
from broker_server.problems import Problem
from broker_server.scopes import Grant, Role
from broker_server.settings import Settings
from broker_server.wire import SyncIn
from tests.server_under_test import PASSWORD, FakeClock

DATA_KEY = bytes(range(32))
COUNTY, TEAM = "county:330381", "team:12"
PEOPLE = {"ann": TEAM, "bob": TEAM, "cat": "team:99"}
VALUES = ("address", "website")  # fields of a firm that hold one value
FAULTS = ("", "", "", "lose_request", "lose_reply", "twice")


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
    """The server, asked without a socket."""

    def __init__(self, template: Path, home: Path) -> None:
        shutil.copytree(template, home)
        self.settings = Settings(home=home)
        self.clock = FakeClock()
        self.engine: Engine = open_engine(self.settings)
        self.tokens: dict[str, str] = {}
        self.keys: dict[str, Ed25519PrivateKey] = {}
        self.statuses: dict[str, str] = {}  # of operations, in this life
        self.backup_file: Path | None = None

    def token(self, login: str) -> str:
        if login not in self.tokens:
            key = self.keys.setdefault(login, Ed25519PrivateKey.generate())
            public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            device = (None, login, base64.b64encode(public).decode())
            with writing(self.engine) as connection:
                self.tokens[login] = auth.login(connection, login, PASSWORD, device, self.clock()).access_token
        return self.tokens[login]

    def answer(self, login: str, request: Request) -> Reply:
        try:
            if isinstance(request, Hello):
                with reading(self.engine) as connection:
                    return Greeting("试验", UUID(meta.facts(connection)[meta.EPOCH]))
            assert isinstance(request, Exchange), request
            return self._exchange(login, request)
        except Problem as problem:
            raise Refusal(problem.name, problem.status_code) from None

    def _exchange(self, login: str, request: Exchange) -> SyncReply | Unchanged:
        body = SyncIn.model_validate(orjson.loads(orjson.dumps(request.request.as_wire())))
        token = self.token(login)
        answer, taken = exchange(self.engine, token, body, self.clock)
        for result in taken.results:
            first = self.statuses.setdefault(result["op"], result["status"])
            assert first == result["status"], f"an operation took effect twice: {first}, then {result['status']}"
        return SyncReply.from_wire(orjson.loads(answer)) if answer else Unchanged()

    def set_access(self, login: str, *, has_team: bool) -> None:
        with writing(self.engine) as connection:
            if has_team:
                admin.give(connection, login, Grant(PEOPLE[login], Role.BROKER), self.clock())
            else:
                admin.take(connection, login, PEOPLE[login], self.clock())

    def backup(self) -> None:
        self.engine.dispose()
        self.backup_file = self.settings.home.parent / f"server-{uuid4()}.db"
        shutil.copy(self.settings.home / "server.db", self.backup_file)
        self.engine = open_engine(self.settings)

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
        self.statuses.clear()

    def bodies(self) -> dict[tuple[str, UUID], tuple[str, dict[str, Any]]]:
        """Every live record: ``{(scope, id): (kind, body)}``."""
        log, record = tables.log, tables.record
        with writing(self.engine) as connection:
            rows = connection.execute(
                select(log.c.scope, log.c.id, log.c.kind, record.c.body)
                .join(record, (record.c.scope == log.c.scope) & (record.c.id == log.c.id))
                .where(log.c.op == "put")
            )
            return {(row.scope, row.id): (row.kind, orjson.loads(row.body)) for row in rows}

    def text(self) -> str:
        """Everything any record says, in the trash as well."""
        with writing(self.engine) as connection:
            return "\n".join(connection.scalars(select(tables.record.c.body)))

    def faults(self) -> list[str]:
        with writing(self.engine) as connection:
            return [f"{count.scope}: {count.fault}" for count in admin.recount(connection) if count.fault]


@dataclass
class Person:
    """A computer and who sits at it."""

    login: str
    paths: ProfilePaths
    store: Store
    copy: Path | None = None
    fuse: Fuse = field(default_factory=Fuse)

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
        self.central = Central(templates.server, folder / "server")
        self.people = [self._person(folder, templates, login) for login in PEOPLE]
        self.typed: dict[str, str] = {}  # value: who typed it
        self.replaced: set[str] = set()  # values somebody saw and wrote over
        self.fragile: set[str] = set()
        self.serial = 0
        self.types_on = True

    def _person(self, folder: Path, templates: "Templates", login: str) -> Person:
        paths = ProfilePaths(folder / login)
        shutil.copytree(templates.profiles[login], paths.folder)
        return Person(login, paths, open_profile(paths, DATA_KEY))

    def run(self, steps: int) -> None:
        """Play ``steps`` random events, then let everything settle and check."""
        try:
            for _step in range(steps):
                self.random.choice(self._events())()
            self.settle()
            self.check()
        finally:
            for person in self.people:
                person.store.close()
            self.central.engine.dispose()

    def _events(self) -> list[Callable[[], None]]:
        often = [self.edit_firm, self.edit_firm, self.edit_need, self.sync, self.sync, self.sync]
        seldom = [self.add_firm, self.delete_firm, self.decide, self.client_backup, self.client_restore,
                  self.server_backup, self.server_restore, self.change_access]  # fmt: skip
        return often * 3 + seldom

    # --- events -----------------------------------------------------------------------------------------------

    def who(self) -> Person:
        return self.random.choice(self.people)

    def value(self, person: Person) -> str:
        self.serial += 1
        value = f"v{self.serial:05d}-{person.login}"
        self.typed[value] = person.login
        return value

    def add_firm(self) -> None:
        person = self.who()
        with person.store.write() as session:
            session.add(Enterprise(name=self.value(person), scope=COUNTY))

    def edit_firm(self, person: Person | None = None) -> None:
        person = person or self.who()
        with person.store.write() as session:
            firm = self._any(session, Enterprise)
            if firm is None:
                return
            match self.random.randrange(4):
                case 0:
                    firm.tags = [*firm.tags, self.value(person)]
                case 1:
                    lines = (firm.profile or "一\n二\n三\n四").split("\n")
                    at = self.random.randrange(len(lines))
                    self._note_seen(lines[at])
                    lines[at] = self.value(person)
                    firm.profile = "\n".join(lines)
                case _:
                    name = self.random.choice(VALUES)
                    self._note_seen(getattr(firm, name))
                    setattr(firm, name, self.value(person))

    def edit_need(self) -> None:
        person = self.who()
        if PEOPLE[person.login] != TEAM:
            return
        with person.store.write() as session:
            need = self._any(session, Need)
            if need is None:
                session.add(Need(title=self.value(person), scope=TEAM))
            else:
                self._note_seen(need.goal)
                need.goal = self.value(person)

    def delete_firm(self, person: Person | None = None) -> None:
        person = person or self.who()
        with person.store.write() as session:
            firm = self._any(session, Enterprise)
            if firm is not None:
                for part in orjson.dumps(body_of("enterprise", _columns(firm))).decode().split('"'):
                    for line in part.split("\\n"):
                        self._note_seen(line)
                firm.deleted_at = datetime.now(UTC)

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
        faults = [self.random.choice(FAULTS) for _number in range(6)]
        try:
            self.exchange(person, faults)
        except Lost:
            pass
        except Killed:
            person.store.close()
            person.open()
        person.fuse.left = -1
        self.sees_own_words(person)

    def change_access(self) -> None:
        self.central.set_access("bob", has_team=self.random.random() < 0.5)

    def client_backup(self) -> None:
        person = self.who()
        person.store.close()
        copy = person.paths.folder.parent / f"copy-{uuid4()}.db"
        shutil.copy(person.paths.database, copy)
        person.copy = copy
        person.open()

    def client_restore(self) -> None:
        person = self.who()
        if person.copy is None:
            return
        with person.store.read() as session:
            kept = orjson.dumps([row.fields for row in session.scalars(select(AcknowledgedOperation))]).decode()
        self.fragile |= {value for value in self.typed if f'"{value}"' in kept or value in kept}
        person.store.close()
        for tail in ("", "-wal", "-shm"):
            (person.paths.folder / f"{person.paths.database.name}{tail}").unlink(missing_ok=True)
        shutil.copy(person.copy, person.paths.database)
        person.open()
        self.excuse(set(self.typed))

    def server_backup(self) -> None:
        self.central.backup()

    def server_restore(self) -> None:
        if self.central.backup_file is not None:
            self.central.restore()
            self.excuse(self.fragile)

    def excuse(self, candidates: set[str]) -> None:
        """Values of which no disk holds a copy any more: no protocol could keep them."""
        alive = self.central.text() + "".join(person.told() for person in self.people)
        for value in candidates:
            if value not in alive:
                self.typed.pop(value, None)

    # --- the network ------------------------------------------------------------------------------------------

    def exchange(self, person: Person, faults: list[str]) -> None:
        local = Local(Flaky(person.store, person.fuse), utc_now, PEOPLE[person.login], Removals(allowed=True))
        engine = sync_round(local)
        request = next(engine, None)
        while request is not None:
            try:
                if self.types_on and self.random.random() < 0.25:
                    # Nobody waits for the network before going on.
                    self.random.choice([self.edit_firm, self.edit_firm, self.delete_firm])(person)
                reply = self.carried(person.login, request, faults.pop() if faults else "")
            except Refusal as refusal:
                request = _next(engine.throw, refusal)
            else:
                request = _next(engine.send, reply)

    def carried(self, login: str, request: Request, fault: str) -> Reply:
        if fault == "lose_request":
            raise Lost
        if fault == "twice":
            self.central.answer(login, request)
        reply = self.central.answer(login, request)
        if fault == "lose_reply":
            raise Lost
        return reply

    # --- what must hold ---------------------------------------------------------------------------------------

    def settle(self) -> None:
        self.types_on = False
        self.central.set_access("bob", has_team=True)
        for _turn in range(4):
            for person in self.people:
                person.fuse.left = -1
                self.exchange(person, [])

    def sees_own_words(self, person: Person) -> None:
        """What is typed and not acknowledged stands where it was typed."""
        newest: dict[tuple[str, UUID, str], Any] = {}
        for row in person.waiting():
            if row.kind not in ("enterprise", "need"):
                continue
            for name, change in row.fields.items():
                newest[row.kind, row.record_id, name] = change[1]
        with person.store.read() as session:
            for (kind, record, name), value in newest.items():
                table = table_of(kind)
                found = session.execute(select(table).where(table.c.id == record)).mappings().one_or_none()
                assert found is not None, f"a record with unsent words is gone: {name}={value}"
                if name in VALUES or name in ("goal", "name", "title"):
                    assert found[name] == (value or ""), f"typed {value!r}, shown {found[name]!r}"

    def check(self) -> None:
        assert not self.central.faults()
        bodies = self.central.bodies()
        everything = self.central.text()
        for value, who in self.typed.items():
            kept = value in everything or value in self.replaced
            assert kept, f"{value} of {who} is lost"
        for person in self.people:
            assert not person.waiting(), f"{person.login} did not drain: {person.waiting()[0].fields}"
            self.converged(person, bodies)

    def converged(self, person: Person, bodies: dict[tuple[str, UUID], tuple[str, dict[str, Any]]]) -> None:
        mine = {COUNTY, PEOPLE[person.login]}
        with person.store.read() as session:
            for kind in ("enterprise", "need"):
                table = table_of(kind)
                rows = session.execute(select(table).where(table.c.deleted_at.is_(None), table.c.rev > 0)).mappings()
                seen = {(row["scope"], row["id"]): body_of(kind, dict(row)) for row in rows}
                wanted = {key: body for key, (name, body) in bodies.items() if name == kind and key[0] in mine}
                assert seen == wanted, f"{person.login} sees other records than the server has"
            foreign = {row.scope for row in session.scalars(select(ServerRecord))} - mine
            assert not {scope for scope in foreign if scope.startswith("team:")}, f"{person.login} sees {foreign}"
            if PEOPLE[person.login] != TEAM:
                assert session.scalar(select(Need.id).limit(1)) is None, "a need of another team came here"

    def _any(self, session: Session, model: type[Any]) -> Any:
        rows = session.scalars(select(model).where(model.deleted_at.is_(None)).order_by(model.id)).all()
        return self.random.choice(rows) if rows else None

    def _note_seen(self, value: str | None) -> None:
        if value:
            self.replaced.add(value)


def _next(step: Callable[[Any], Request], what: Any) -> Request | None:
    try:
        return step(what)
    except StopIteration:
        return None


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
        clock = FakeClock()
        engine = open_engine(Settings(home=home))
        admin.init(engine, "试验服务器", clock())
        with cheap_passwords(), writing(engine) as connection:
            for scope in (COUNTY, *sorted(set(PEOPLE.values()))):
                admin.add_scope(connection, scope, scope, clock())
            for login, team in PEOPLE.items():
                admin.add_user(connection, login, login, PASSWORD, clock())
                for scope in (COUNTY, team):
                    admin.give(connection, login, Grant(scope, Role.BROKER), clock())
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


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Passwords cost a fifth of a second each; what they cost is not what is tested."""
    with patch.object(auth, "_PASSWORDS", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)):
        yield

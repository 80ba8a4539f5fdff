"""A central server for tests: real HTTP on loopback, SQLite or PostgreSQL, and devices that speak to it.

``tests/server/conftest.py`` makes fixtures of it; tests of the client do the same::

    with running_server(tmp_path) as server:
        server.add_team("12")
        server.add_user("chen", "team:12=broker")
        device = server.sign_in("chen")
"""

import base64
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import httpx
import orjson
import uvicorn
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from sqlalchemy import Engine

from broker_app.sync.protocol import Operation, SyncReply, refresh_message
from broker_server import admin, auth
from broker_server.app import Server, create_app
from broker_server.database import open_engine, writing
from broker_server.scopes import Grant, Role
from broker_server.settings import Settings

PASSWORD = "a long enough password"
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class FakeClock:
    """The server's clock: it goes on by itself a microsecond at each look, and by hand."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._at += timedelta(microseconds=1)
            return self._at

    def go_on(self, **time_passed: float) -> None:
        """Let time pass: ``go_on(minutes=20)``."""
        with self._lock:
            self._at += timedelta(**time_passed)


@dataclass
class Device:
    """A signed-in device, as a client would hold it: tokens, key, epoch and cursors."""

    url: str
    http: httpx.Client
    key: Ed25519PrivateKey
    id: UUID
    user: UUID
    access_token: str
    refresh_token: str
    epoch: UUID
    cursors: dict[str, str] = field(default_factory=dict)
    kinds: dict[tuple[str, UUID], str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.access_token}"}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request of this device."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.http.request(method, f"{self.url}{path}", headers=headers, **options)

    def post_sync(self, *operations: Operation, limit: int = 5_000, **members: Any) -> httpx.Response:
        """One request to ``/v1/sync`` as it comes back; ``members`` replace members of the body."""
        push = [operation.as_wire() for operation in operations]
        body = {"epoch": str(self.epoch), "limit": limit, "push": push, "cursors": self.cursors, **members}
        headers = {"Content-Type": "application/json"}
        return self.request("POST", "/v1/sync", content=orjson.dumps(body), headers=headers)

    def sync(self, *operations: Operation, limit: int = 5_000, **members: Any) -> SyncReply:
        """One request to ``/v1/sync``; the cursors move on as the answer says."""
        answer = self.post_sync(*operations, limit=limit, **members)
        assert answer.status_code == 200, answer.text
        reply = SyncReply.from_wire(answer.json())
        self.cursors.update(reply.cursors)
        return reply

    def pull_all(self, limit: int = 5_000) -> dict[tuple[str, UUID], dict[str, Any]]:
        """Everything this device may see, read from the start: ``{(scope, id): body}``; kinds are in ``kinds``."""
        self.cursors, self.kinds = {}, {}
        seen: dict[tuple[str, UUID], dict[str, Any]] = {}
        while True:
            reply = self.sync(limit=limit)
            for change in reply.changes:
                seen.pop((change.scope, change.id), None)
                if change.op == "put":
                    seen[change.scope, change.id] = dict(change.body)
                    self.kinds[change.scope, change.id] = change.kind
            if not reply.more:
                return seen

    def proof(self, token: str) -> str:
        """The signature that makes a refresh token worth something."""
        return base64.b64encode(self.key.sign(refresh_message(token, self.id))).decode()

    def post_refresh(self, token: str | None = None) -> httpx.Response:
        """Refresh with ``token`` (else the current one); the device does not take the answer over."""
        token = token or self.refresh_token
        body = {"refresh_token": token, "device": str(self.id), "proof": self.proof(token)}
        return self.http.post(f"{self.url}/v1/auth/refresh", json=body)

    def refresh(self) -> None:
        """Refresh and go on with the new tokens."""
        answer = self.post_refresh()
        assert answer.status_code == 200, answer.text
        self.access_token, self.refresh_token = answer.json()["access_token"], answer.json()["refresh_token"]


@dataclass
class ServerUnderTest:
    """A server that answers at ``url``, and what an administrator can do to it."""

    url: str
    settings: Settings
    clock: FakeClock
    engine: Engine
    http: httpx.Client

    def add_team(self, number: str) -> None:
        """Make ``team:<number>``."""
        self.add_scope(f"team:{number}")

    def add_scope(self, scope: str) -> None:
        """Make a team or county."""
        with writing(self.engine) as connection:
            admin.add_scope(connection, scope, scope, self.clock())

    def add_user(self, login: str, *grants: str, administrator: bool = False) -> UUID:
        """Make an account with ``PASSWORD`` and roles like ``team:12=lead``."""
        with writing(self.engine) as connection:
            user = admin.add_user(connection, login, login, PASSWORD, self.clock(), administrator=administrator)
        for grant in grants:
            self.give(login, grant)
        return user

    def give(self, login: str, grant: str) -> None:
        """Give a role: ``give("chen", "county:330381=officer")``."""
        scope, _equals, role = grant.partition("=")
        with writing(self.engine) as connection:
            admin.give(connection, login, Grant(scope, Role(role)), self.clock())

    def take(self, login: str, scope: str) -> None:
        """Take every role in ``scope`` away."""
        with writing(self.engine) as connection:
            admin.take(connection, login, scope, self.clock())

    def revoke(self, device: UUID) -> None:
        """Revoke a device."""
        with writing(self.engine) as connection:
            auth.revoke_device(connection, device, None, self.clock())

    def faults(self) -> list[str]:
        """What does not add up when every scope is counted anew; empty is well."""
        with writing(self.engine) as connection:
            return [f"{count.scope}: {count.fault}" for count in admin.recount(connection) if count.fault]

    def epoch(self) -> UUID:
        """What ``hello`` says."""
        return UUID(self.http.get(f"{self.url}/v1/hello").json()["epoch"])

    def post_login(self, login: str, key: Ed25519PrivateKey, device: UUID | None = None) -> httpx.Response:
        """Sign in, as it comes back."""
        public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
        described: dict[str, Any] = {"name": f"{login} 的电脑", "key": public}
        if device is not None:
            described["id"] = str(device)
        body = {"login": login, "password": PASSWORD, "device": described}
        return self.http.post(f"{self.url}/v1/auth/login", json=body)

    def sign_in(self, login: str) -> Device:
        """A new device of ``login``."""
        key = Ed25519PrivateKey.generate()
        answer = self.post_login(login, key)
        assert answer.status_code == 200, answer.text
        given = answer.json()
        return Device(
            url=self.url,
            http=self.http,
            key=key,
            id=UUID(given["device"]),
            user=UUID(given["user"]),
            access_token=given["access_token"],
            refresh_token=given["refresh_token"],
            epoch=self.epoch(),
        )


def put(scope: str, kind: str, record: UUID | None = None, **changes: Any) -> Operation:
    """An operation: fields as ``name=(old, new)``, or ``name=new`` for a field that was empty."""
    pairs = {name: list(value) if isinstance(value, tuple) else [None, value] for name, value in changes.items()}
    return Operation(uuid4(), record or uuid4(), kind, scope, "2026-11-20T01:12:00Z", pairs)


def made_server(home: Path, database: str = "", **choices: Any) -> tuple[FastAPI, Settings, FakeClock]:
    """The application over a fresh database, not listening anywhere."""
    settings = Settings(home=home, database=database, requests_per_second=10_000, burst=100_000, **choices)
    clock = FakeClock()
    engine = open_engine(settings)
    admin.init(engine, "试验服务器", clock())
    engine.dispose()
    return create_app(settings, clock), settings, clock


@contextmanager
def running_server(home: Path, database: str = "", **choices: Any) -> Iterator[ServerUnderTest]:
    """A server over a fresh database, answering on loopback in a thread of this process."""
    app, settings, clock = made_server(home, database, **choices)
    held: Server = app.state.server
    # Passwords cost a fifth of a second each; what they cost is not what is tested.
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    listens, client = listening(app), httpx.Client(timeout=30, trust_env=False)
    with patch.object(auth, "_PASSWORDS", cheap), listens as url, client as http:
        yield ServerUnderTest(url, settings, clock, held.engine, http)


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve ``app`` on a free port of loopback; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server under test", daemon=True)
    thread.start()
    give_up = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive(), "the server ended"
        assert time.monotonic() < give_up, "the server does not start"
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def statuses(reply: SyncReply) -> Sequence[str]:
    """What became of each operation of a push."""
    return [result.status for result in reply.results]

"""Many brokers at once against two workers on one PostgreSQL: is anything lost, and how long does a push take?

``BROKER_BENCH_BROKERS`` (14; the promise is about 350) accounts in teams of seven, each with a connection of its own
and the real protocol, without the encrypted store. For ``BROKER_BENCH_SECONDS`` (10; 600) each of them pushes a
hundred changes, reads what is new, and pauses for ``BROKER_BENCH_PAUSE`` seconds on average (2; 30). Half of the
changes make needs, the others change the broker's own needs but for three, which are about firms that the whole
county changes. One answer in fifty is not waited for, and what it was about is said again.

In the end everything is read back: each need once, with the last words of its broker, and each word about a firm
either there, replaced by somebody who had seen it, or kept in a conflict. The exit code is 1 if one is missing.
Without a PostgreSQL it says so and ends.
"""

import asyncio
import base64
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from broker_server import admin  # noqa: E402 - found by the line above
from broker_server.database import open_engine, utc_now, writing  # noqa: E402
from broker_server.scopes import Grant, Role  # noqa: E402
from broker_server.settings import Settings  # noqa: E402
from tests.server.postgres import NoPostgresError, postgres  # noqa: E402

BROKERS = int(os.environ.get("BROKER_BENCH_BROKERS", "14"))
SECONDS = float(os.environ.get("BROKER_BENCH_SECONDS", "10"))
PAUSE = float(os.environ.get("BROKER_BENCH_PAUSE", "2"))
WORKERS = 2
TEAM, COUNTIES, FIRMS, CHANGES, SHARED = 7, 11, 100, 100, 3
UNHEARD = 0.02  # of the answers
PATIENCE = 60.0  # seconds for one answer
PASSWORD = "a long enough password"  # noqa: S105 - of a server that lives for minutes
PROMISE_P95 = 2.0  # seconds


@dataclass
class Said:
    """What all brokers have said, for the reckoning at the end."""

    needs: dict[tuple[str, UUID], str] = field(default_factory=dict)  # title each was given last
    firms: dict[str, tuple[str, UUID]] = field(default_factory=dict)  # every website, and of which firm
    replaced: set[str] = field(default_factory=set)  # websites somebody changed who had seen them
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)  # why a push was sent once more
    operations: int = 0


class Wire:
    """One connection that is kept open: no more of HTTP than this needs."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: Any, token: str = "", *, wait: bool = True) -> tuple[int, Any]:
        """Status and answer. Without ``wait`` the connection is cut when the request is out: status 0."""
        if self._reader is not None and self._reader.at_eof():
            self.close()  # the server lets go of who says nothing for some seconds
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        content = b"" if body is None else orjson.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nSync-Protocol: 1\r\nSync-Schema: 1\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
        try:
            self._writer.write(head.encode() + content)
            await self._writer.drain()
            if not wait:
                await asyncio.sleep(0.05)
                self.close()
                return 0, None
            return await asyncio.wait_for(_answer(self._reader), PATIENCE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.close()
            return 0, None

    def close(self) -> None:
        """Cut the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _answer(reader: asyncio.StreamReader) -> tuple[int, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    lengths = [line.split(":", 1)[1] for line in head if line.lower().startswith("content-length:")]
    content = await reader.readexactly(int(lengths[0])) if lengths else b""
    return int(head[0].split()[1]), orjson.loads(content) if content else None


class Broker:
    """One person at one computer."""

    def __init__(self, number: int, port: int, epoch: str, said: Said) -> None:
        self.number = number
        self.team, self.county = f"team:{number // TEAM}", f"county:{number % COUNTIES}"
        self.wire, self.epoch, self.said = Wire(port), epoch, said
        self.cursors: dict[str, str] = {}
        self.websites: dict[UUID, str | None] = {}
        self.mine: dict[UUID, str] = {}
        self.chance = random.Random(number)  # noqa: S311 - made-up work
        self.token = ""
        self._key = Ed25519PrivateKey.generate()

    async def sign_in(self) -> None:
        """With name and password."""
        public = base64.b64encode(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
        body = {"login": f"b{self.number}", "password": PASSWORD, "device": {"name": "bench", "key": public}}
        status, answer = await self.wire.ask("POST", "/v1/auth/login", body)
        if status != 200:
            raise RuntimeError(f"no sign-in: {status} {answer}")
        self.token = answer["access_token"]

    async def work(self, until: float) -> None:
        """Push, read, pause, until the time is over."""
        await asyncio.sleep(self.chance.uniform(0, PAUSE))
        while time.monotonic() < until:
            await self.push()
            await asyncio.sleep(self.chance.expovariate(1 / PAUSE))

    async def push(self) -> None:
        """A hundred changes, said again until they are taken in."""
        changes = self._changes()
        while True:
            body = {"epoch": self.epoch, "limit": 5000, "cursors": self.cursors, "push": changes, "echo": False}
            began = time.monotonic()
            heard = self.chance.random() >= UNHEARD
            status, answer = await self.wire.ask("POST", "/v1/sync", body, self.token, wait=heard)
            if status == 200:
                break
            self.said.again["not waited for" if not heard else str(status)] += 1
            if status == 401:
                await self.sign_in()
            elif heard:
                await asyncio.sleep(self.chance.uniform(0.5, 2))
        self.said.seconds.append(time.monotonic() - began)
        self.said.operations += len(changes)
        self.said.statuses.update(result["status"] for result in answer["results"])
        while True:
            self._read(answer)
            if not answer["more"]:
                return
            body = {"epoch": self.epoch, "limit": 5000, "cursors": self.cursors}
            status, answer = await self.wire.ask("POST", "/v1/sync", body, self.token)
            if status != 200:
                return  # the next round reads on

    def _read(self, answer: Any) -> None:
        self.cursors.update(answer["cursors"])
        for change in answer["changes"]:
            if change["kind"] == "enterprise" and change["op"] == "put":
                self.websites[UUID(change["id"])] = change["body"].get("website")

    def _changes(self) -> list[dict[str, Any]]:
        changes = [self._new_need() for _ in range(CHANGES // 2)]
        for need in self.chance.sample(sorted(self.mine), CHANGES // 2 - SHARED):
            before, self.mine[need] = self.mine[need], f"改过的需求 {uuid4()}"
            changes.append(self._change("need", self.team, need, {"title": [before, self.mine[need]]}))
            self.said.needs[self.team, need] = self.mine[need]
        return [*changes, *(self._website() for _ in range(SHARED))]

    def _new_need(self) -> dict[str, Any]:
        need, title = uuid4(), f"新需求 {uuid4()}"
        self.mine[need] = title
        self.said.needs[self.team, need] = title
        fields = {"title": [None, title], "problem": [None, "焊点空洞率偏高，检测跟不上节拍。" * 6]}
        return self._change("need", self.team, need, fields)

    def _website(self) -> dict[str, Any]:
        """A firm everybody in the county changes; it is made by whoever comes first."""
        firm = UUID(int=int(self.county.partition(":")[2]) * 1000 + self.chance.randrange(FIRMS) + 1)
        before, website = self.websites.get(firm), f"w{uuid4()}"
        self.websites[firm] = website
        self.said.firms[website] = (self.county, firm)
        if before:
            self.said.replaced.add(before)
        return self._change("enterprise", self.county, firm, {"website": [before, website]})

    def _change(self, kind: str, scope: str, record: UUID, fields: dict[str, Any]) -> dict[str, Any]:
        at = "2026-11-20T01:12:00Z"
        return {"op": str(uuid4()), "id": str(record), "kind": kind, "scope": scope, "at": at, "set": fields}

    async def everything(self) -> dict[tuple[str, UUID], dict[str, Any]]:
        """All that this broker may see, read from the start."""
        self.cursors, seen, more = {}, {}, True
        while more:
            body = {"epoch": self.epoch, "limit": 5000, "cursors": self.cursors}
            status, answer = await self.wire.ask("POST", "/v1/sync", body, self.token)
            if status == 401:
                await self.sign_in()
            if status in (0, 401):
                continue
            if status != 200:
                raise RuntimeError(f"cannot read back: {status} {answer}")
            self.cursors.update(answer["cursors"])
            more = answer["more"]
            for change in answer["changes"]:
                if change["op"] == "put":
                    seen[change["scope"], UUID(change["id"])] = {**change["body"], "kind": change["kind"]}
        return seen


async def play(port: int) -> dict[str, Any]:
    """Everybody works; then everything is read back."""
    _status, hello = await Wire(port).ask("GET", "/v1/hello", None)
    said = Said()
    brokers = [Broker(number, port, hello["epoch"], said) for number in range(BROKERS)]
    for start in range(0, BROKERS, 4):
        await asyncio.gather(*(broker.sign_in() for broker in brokers[start : start + 4]))
    began = time.monotonic()
    await asyncio.gather(*(broker.work(began + SECONDS) for broker in brokers))
    took = time.monotonic() - began
    seen: dict[tuple[str, UUID], dict[str, Any]] = {}
    readers = {broker.team: broker for broker in brokers} | {broker.county: broker for broker in brokers}
    for reader in {id(broker): broker for broker in readers.values()}.values():
        seen.update(await reader.everything())
    return {**reckoned(said, seen), **times(said, took)}


def reckoned(said: Said, seen: dict[tuple[str, UUID], dict[str, Any]]) -> dict[str, Any]:
    """What is missing, and what is there twice."""
    lost = sum(seen.get(key, {}).get("title") != title for key, title in said.needs.items())
    needs = sum(body["kind"] == "need" for body in seen.values())
    kept = {body.get("website") for body in seen.values() if body["kind"] == "enterprise"}
    kept |= {body.get("other") for body in seen.values() if body["kind"] == "conflict"}
    lost_words = sum(website not in kept and website not in said.replaced for website in said.firms)
    return {
        "needs": len(said.needs),
        "words_about_firms": len(said.firms),
        "lost": lost + lost_words,
        "doubled": needs - len(said.needs),
        "conflicts": sum(body["kind"] == "conflict" for body in seen.values()),
    }


def times(said: Said, took: float) -> dict[str, Any]:
    """How long pushes took."""
    ordered = sorted(said.seconds)
    at = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    spread = {name: round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 3) for name, part in at.items()}
    return {
        "pushes": len(ordered),
        "operations": said.operations,
        "operations_per_second": round(said.operations / took),
        "push_100_s": {**spread, "longest": round(ordered[-1], 3)},
        "results": dict(said.statuses),
        "said_again": dict(said.again),
    }


@contextmanager
def served(address: str, home: Path) -> Iterator[int]:
    """The port of two workers over a fresh database of an ordinary user."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE ROLE broker LOGIN")
        connection.execute("CREATE DATABASE broker OWNER broker")
    database = address.replace("postgres@/postgres", "broker@/broker")
    engine = open_engine(Settings(home=home, database=database))
    admin.init(engine, "bench", utc_now())
    with writing(engine) as connection:
        for scope in {f"team:{number // TEAM}" for number in range(BROKERS)}:
            admin.add_scope(connection, scope, "team", utc_now())
        for number in range(COUNTIES):
            admin.add_scope(connection, f"county:{number}", "county", utc_now())
        for number in range(BROKERS):
            admin.add_user(connection, f"b{number}", f"b{number}", PASSWORD, utc_now())
            for scope in (f"team:{number // TEAM}", f"county:{number % COUNTIES}"):
                admin.give(connection, f"b{number}", Grant(scope, Role.BROKER), utc_now())
    engine.dispose()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "broker_server", "--home", str(home), "--database", database]
    command += ["serve", "--port", str(port), "--workers", str(WORKERS)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=log, stderr=log)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def main() -> int:
    """Play and print one JSON document; 1 if something is lost or doubled."""
    head = {"benchmark": "many_brokers", "brokers": BROKERS, "seconds": SECONDS, "pause_s": PAUSE, "workers": WORKERS}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    with tempfile.TemporaryDirectory() as home:
        try:
            with postgres() as address, served(address, Path(home)) as port:
                figures = asyncio.run(play(port))
        except NoPostgresError as reason:
            print(json.dumps({**head, "skipped": str(reason)}))
            return 0
    checks = {
        "nothing is lost": figures["lost"] == 0,
        "nothing is there twice": figures["doubled"] == 0,
        "the server failed at nothing": "500" not in figures["said_again"],
    }
    promise = {"push_100_p95_s": PROMISE_P95, "kept": figures["push_100_s"]["p95"] <= PROMISE_P95}
    print(json.dumps({**head, "load_before": load, **figures, "promise": promise, "checks": checks}))
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

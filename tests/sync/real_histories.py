"""The same random histories over real HTTP, through a proxy that spoils requests, against a server that serves.

What cannot be seen from outside, the order in which operations were taken in, is not asked: there is no oracle here.
All else that must hold is what ``histories.py`` checks. Transactions that end in the middle are left to it too.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import orjson

from broker_app.errors import ExchangeError, SignInError
from broker_app.sync import protocol
from broker_app.sync.engine import Exchange, Unchanged
from broker_app.sync.protocol import SyncReply
from broker_app.sync.rounds import LogIn, log_in, run_round
from broker_server import backups
from broker_server.app import create_app
from broker_server.database import open_engine, utc_now
from broker_server.exchange import exchange
from broker_server.settings import Settings
from broker_server.wire import SyncIn
from tests.server_under_test import PASSWORD, listening
from tests.sync.fault_proxy import FAULTS, Fault, FaultProxy
from tests.sync.histories import PIECE, Central, History, Lost, Person, Templates
from tests.sync.oracle import Oracle

SPOILT = 0.3  # of all requests of an exchange that meets faults
WAIT = 60  # seconds for a server to answer


class RealCentral(Central):
    """A server that serves in a thread or in processes of its own; its database is looked at from beside."""

    def __init__(self, settings: Settings, url: str, kill_worker: Callable[[], None] = lambda: None) -> None:
        self.settings = settings
        self.clock = utc_now  # type: ignore[assignment]  # workers have the machine's
        self.engine = open_engine(settings)
        self.url, self.kill_worker = url, kill_worker
        self.oracle = Oracle()
        self.tokens, self.keys, self.readable = {}, {}, {}
        self.backup_file = None
        self.backups = 0
        self._know_access()

    def _exchange(self, login: str, request: Exchange) -> SyncReply | Unchanged:
        body = SyncIn.model_validate(orjson.loads(orjson.dumps(request.request.as_wire())))
        answer, _taken = exchange(self.engine, self.token(login), body, self.clock)
        return SyncReply.from_wire(orjson.loads(answer)) if answer else Unchanged()

    def backup(self) -> None:
        """A backup as the command makes it, verified."""
        self.backups += 1
        place = self.settings.home.parent / f"backups-{self.backups}"
        self.backup_file = backups.back_up(self.engine, self.settings, place, self.clock())
        assert backups.mark_verified(self.engine, backups.verify(self.backup_file), self.clock())

    def restore(self) -> None:
        """A restore as the command makes it, while the server serves."""
        assert self.backup_file is not None
        backups.restore(self.engine, self.settings, self.backup_file, self.clock(), replace=True)
        self.tokens.clear()
        self._know_access()


class RealHistory(History):
    """A history whose exchanges go over HTTP."""

    def __init__(self, folder: Path, templates: Templates, seed: int, central: RealCentral, proxy: FaultProxy) -> None:
        self.real, self.proxy = central, proxy
        super().__init__(folder, templates, seed)
        for person in self.people:
            self.sign_in(person)

    def make_central(self, _templates: Templates) -> Central:
        """The one that serves already."""
        return self.real

    def _events(self) -> list[Callable[[], None]]:
        unfit = {self.jump}  # the workers' clock is the machine's
        return [one for one in super()._events() if one not in unfit] + [self.sync] * 12 + [self.kill_worker]

    def kill_worker(self) -> None:
        """One worker is killed where it stands."""
        self.real.kill_worker()

    def sign_in(self, person: Person) -> None:
        log_in(person.store, LogIn(self.proxy.url, person.login, PASSWORD, person.login))

    def exchange(self, person: Person, faults: list[str], meanwhile: Callable[[], object] = lambda: None) -> None:
        """One round as the program makes it. ``faults`` only says whether there are any."""
        typing = [meanwhile]

        def stopped() -> bool:
            if typing:
                typing.pop()()
            elif self.types_on and self.random.random() < 0.25:
                self.random.choice([self.edit_firm, self.edit_firm, self.edit_need, self.delete_firm])(person)
            return False

        self.proxy.plan.extend(self.fault() for _number in range(12 if faults else 0))
        try:
            with patch.object(protocol, "BLOB_CHUNK", PIECE):
                outcome = run_round(person.store, allow_removals=True, stopped=stopped)
        except SignInError:
            self.proxy.plan.clear()
            self.sign_in(person)
            if faults:
                raise Lost from None
            self.exchange(person, [])
            return
        except ExchangeError:
            if not faults:
                raise  # without a fault nothing may stand in the way
            raise Lost from None
        finally:
            self.proxy.plan.clear()
        assert outcome.asked == 0
        assert outcome.report.rebuilt == (), "a scope had to be read anew: rows were missing"
        assert outcome.report.parked == 0, "an operation was set aside"
        self.nothing_foreign(person)

    def fault(self) -> Fault:
        if self.random.random() > SPOILT:
            return Fault()
        kind = self.random.choice(FAULTS)
        return Fault(kind, self.random.choice((1, 20, 90, 200, 350, 700)) if kind != "slow" else 64)

    def rules_were_kept(self, _bodies: Any, _everything: str) -> None:
        """Asked where there is an oracle."""


@contextmanager
def in_a_thread(template: Path, home: Path) -> Iterator[RealCentral]:
    """A server over SQLite in this process."""
    shutil.copytree(template, home)
    settings = Settings(home=home, requests_per_second=10_000, burst=100_000)
    with listening(create_app(settings)) as url:
        central = RealCentral(settings, url)
        try:
            yield central
        finally:
            central.close()


@contextmanager
def two_workers(home: Path, database: str, prepare: Callable[[Settings], None]) -> Iterator[RealCentral]:
    """The command itself, with two worker processes over PostgreSQL."""
    settings = Settings(home=home, database=database)
    home.mkdir(parents=True)
    prepare(settings)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "broker_server", "--home", str(home), "--database", database]
    serve = [*command, "serve", "--port", str(port), "--workers", "2"]
    serving = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        dice = random.Random(port)  # noqa: S311 - which worker

        def kill() -> None:
            workers = children(serving.pid)
            if len(workers) > 1:  # the supervisor starts another one; one at a time
                os.kill(dice.choice(workers), signal.SIGKILL)
                wait_for(url)

        central = RealCentral(settings, url, kill)
        try:
            yield central
        finally:
            central.close()
    finally:
        serving.terminate()
        serving.wait(30)


def children(process: int) -> list[int]:
    """Worker processes of a server; what helps Python watch them is none."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [int(one) for one in found if "resource_tracker" not in Path(f"/proc/{one}/cmdline").read_text("utf-8")]


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    give_up = time.monotonic() + WAIT
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{url}/livez", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def play(folder: Path, templates: Templates, seed: int, steps: int, central: RealCentral) -> "Counter[str]":
    """One history against ``central``; which faults it met, and how often."""
    with ExitStack() as stack:
        proxy = stack.enter_context(FaultProxy(urlsplit(central.url).port or 0).listening())
        RealHistory(folder, templates, seed, central, proxy).run(steps)
        return proxy.done

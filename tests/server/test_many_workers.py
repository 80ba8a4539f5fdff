"""Several worker processes on one PostgreSQL, and a replica that takes over: what both must not lose."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from broker_app.sync.session_store import read_sign_in, save_sign_in
from broker_server import admin
from broker_server.cli import main
from broker_server.database import open_engine, writing
from broker_server.scopes import Grant, Role
from broker_server.settings import Settings
from tests.server_under_test import PASSWORD, START, Device, FakeClock, ServerUnderTest, put, running_server, statuses
from tests.sync.computers import Computer, new_computer

DEVICES, PUSHES, NEEDS = 6, 5, 8


@contextmanager
def workers(home: Path, database: str, port: int) -> Iterator[ServerUnderTest]:
    """The command with two workers over a fresh database, as an operator starts it."""
    settings = Settings(home=home, database=database)
    engine = open_engine(settings)
    admin.init(engine, "试验服务器", START)
    with writing(engine) as connection:
        admin.add_scope(connection, "team:12", "轻骑队", START)
        admin.add_user(connection, "chen", "chen", PASSWORD, START)
        admin.give(connection, "chen", Grant("team:12", Role.BROKER), START)
    options = ["--home", str(home), "--database", database, "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen([sys.executable, "-m", "broker_server", *options], stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(timeout=30, trust_env=False) as http:
            yield ServerUnderTest(f"http://127.0.0.1:{port}", settings, FakeClock(), engine, http)
    finally:
        process.terminate()
        process.wait(30)
        engine.dispose()


def signed_in(server: ServerUnderTest) -> Device:
    give_up = time.monotonic() + 40
    while True:
        try:
            return server.sign_in("chen")
        except httpx.TransportError:
            assert time.monotonic() < give_up, "the workers do not answer"
            time.sleep(0.1)


def test_two_workers_on_one_postgresql_are_one_server(
    postgres_database: str, tmp_path: Path, unused_ports: list[int]
) -> None:
    def work(device: Device) -> list[str]:
        done: list[str] = []
        for _push in range(PUSHES):
            done += statuses(device.sync(*(put("team:12", "need", title=str(device.id)) for _ in range(NEEDS))))
        return done

    with workers(tmp_path / "server", postgres_database, unused_ports[0]) as server:
        devices = [signed_in(server) for _ in range(DEVICES)]
        with ThreadPoolExecutor(DEVICES) as pool:
            results = [status for done in pool.map(work, devices) for status in done]
        assert results == ["applied"] * (DEVICES * PUSHES * NEEDS)
        seen = devices[0].pull_all(limit=7)
        assert len(seen) == len(results)
        reply = devices[0].sync()
        assert (reply.heads["team:12"].rev, reply.heads["team:12"].count) == (DEVICES * PUSHES, len(results))
        assert server.faults() == []


@pytest.fixture
def team(postgres_database: str, tmp_path: Path) -> Iterator[tuple[ServerUnderTest, Computer]]:
    """A server on PostgreSQL and the computer of a broker of team 12."""
    with running_server(tmp_path / "first", postgres_database) as server:
        server.add_team("12")
        server.add_user("chen", "team:12=broker")
        with new_computer(tmp_path, "chen", server) as chen:
            yield server, chen


@pytest.mark.parametrize("is_told", [True, False])
def test_a_replica_that_lagged_and_takes_over_is_another_life(
    team: tuple[ServerUnderTest, Computer], cluster: str, postgres_database: str, tmp_path: Path, is_told: bool
) -> None:
    """With ``new-epoch``, as the manual says, and also where somebody forgot it: the client sees it is ahead."""
    server, chen = team
    before = chen.add_need("复制之前写的")
    chen.sync()
    name = postgres_database.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        connection.execute(f"CREATE DATABASE {name}_replica TEMPLATE {name} OWNER broker")
    after = chen.add_need("复制之后写的，主库没来得及送过去")
    chen.sync()
    assert chen.waiting() == []
    replica = postgres_database.replace(f"/{name}?", f"/{name}_replica?")
    if is_told:
        assert main(["--home", str(tmp_path / "second"), "--database", replica, "new-epoch"]) == 0
    with running_server(tmp_path / "second", replica) as promoted:
        assert (promoted.epoch() == server.epoch()) is not is_told
        promoted.clock.go_on(minutes=5)
        with chen.store.write() as session:
            save_sign_in(session, replace(read_sign_in(session), url=promoted.url))
        outcome = chen.sync()
        assert outcome.report.told_again
        there = {record for _scope, record in promoted.sign_in("chen").pull_all()}
        assert {before, after} <= there
        assert promoted.faults() == []

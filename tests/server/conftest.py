"""A fresh server for each test, on SQLite and on PostgreSQL where one can be run."""

import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.server.postgres import NoPostgresError, postgres
from tests.server_under_test import Device, ServerUnderTest, running_server

_NUMBER = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A PostgreSQL; tests that need one are skipped with the reason where there is none."""
    try:
        with postgres() as address:
            with psycopg.connect(address, autocommit=True) as connection:
                # No superuser, or row-level security would not bind it.
                connection.execute("CREATE ROLE broker LOGIN")
            yield address
    except NoPostgresError as reason:
        pytest.skip(str(reason))


@pytest.fixture
def postgres_database(cluster: str) -> str:
    """A new, empty database that belongs to an ordinary user."""
    name = f"broker{next(_NUMBER)}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER broker")
    return cluster.replace("postgres@/postgres", f"broker@/{name}")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerUnderTest]:
    """A server with two teams and two counties."""
    database = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    with running_server(tmp_path / "server", database) as running:
        for scope in ("team:12", "team:99", "county:330381", "county:330302"):
            running.add_scope(scope)
        yield running


@pytest.fixture
def chen(server: ServerUnderTest) -> Device:
    """A broker of team 12 in county 330381."""
    server.add_user("chen", "team:12=broker", "county:330381=broker")
    return server.sign_in("chen")


@pytest.fixture
def lin(server: ServerUnderTest) -> Device:
    """The lead of the same team."""
    server.add_user("lin", "team:12=lead", "county:330381=officer")
    return server.sign_in("lin")


@pytest.fixture
def zhou(server: ServerUnderTest) -> Device:
    """A broker of another team in another county."""
    server.add_user("zhou", "team:99=broker", "county:330302=broker")
    return server.sign_in("zhou")


@pytest.fixture
def unused_ports() -> list[int]:
    """Two ports of loopback nobody listens on."""
    listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ports = [one.getsockname()[1] for one in listening]
    for one in listening:
        one.close()
    return ports

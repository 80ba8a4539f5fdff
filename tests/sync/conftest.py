"""A server with one team, and two computers of two brokers of that team."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server_under_test import ServerUnderTest, running_server
from tests.sync.computers import COUNTY, Computer, new_computer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerUnderTest]:
    """Real HTTP on loopback over SQLite: team 12 with chen (broker) and lin (lead), team 99 with zhou."""
    with running_server(tmp_path / "server") as running:
        for scope in ("team:12", "team:99", f"county:{COUNTY}"):
            running.add_scope(scope)
        running.add_user("chen", "team:12=broker", f"county:{COUNTY}=broker")
        running.add_user("lin", "team:12=lead", f"county:{COUNTY}=officer")
        running.add_user("zhou", "team:99=broker", f"county:{COUNTY}=broker")
        yield running


@pytest.fixture
def chen(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    """A broker's computer, signed in."""
    with new_computer(tmp_path, "chen", server) as computer:
        yield computer


@pytest.fixture
def lin(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    """The team lead's computer, signed in."""
    with new_computer(tmp_path, "lin", server) as computer:
        yield computer


@pytest.fixture
def zhou(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    """A computer of another team, signed in."""
    with new_computer(tmp_path, "zhou", server) as computer:
        yield computer

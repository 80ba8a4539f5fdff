"""Random histories over real HTTP through the fault proxy, on SQLite and with two workers on PostgreSQL.

``BROKER_SYNC_REAL_HISTORIES`` says how many of each, ``BROKER_SYNC_SEED`` where to begin. A history that fails names
its seed: the events are the same again, what two processes do at once may not be.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import select

from broker_app.db.models import Enterprise
from broker_app.errors import ExchangeError
from broker_app.sync.rounds import run_round
from broker_server.database import open_engine, utc_now
from broker_server.settings import Settings
from tests.server.postgres import NoPostgresError, postgres
from tests.sync.fault_proxy import FAULTS, Fault, FaultProxy
from tests.sync.histories import Person, Templates, cheap_passwords, furnish
from tests.sync.real_histories import RealHistory, in_a_thread, play, two_workers

HISTORIES = int(os.environ.get("BROKER_SYNC_REAL_HISTORIES", "4"))
FIRST = int(os.environ.get("BROKER_SYNC_SEED", "0"))
STEPS = 40
REQUESTS = 6  # of an exchange that has a change and a file to tell


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """An empty server and empty profiles."""
    return Templates.make(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A PostgreSQL; skipped with the reason where there is none."""
    try:
        with postgres() as address:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("CREATE ROLE broker LOGIN")  # no superuser, or row-level security would not bind it
            yield address
    except NoPostgresError as reason:
        pytest.skip(str(reason))


def ready(settings: Settings) -> None:
    """Everybody's account in a new database."""
    engine = open_engine(settings)
    furnish(engine, utc_now)
    engine.dispose()


@pytest.mark.timeout(0)
def test_nothing_is_lost_over_http(templates: Templates, tmp_path: Path) -> None:
    met: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + HISTORIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            with cheap_passwords(), in_a_thread(templates.server, folder / "server") as central:
                met += play(folder, templates, seed, STEPS, central)
        except AssertionError as failure:
            raise AssertionError(f"history {seed} (BROKER_SYNC_SEED={seed}): {failure}") from failure
    assert met.total() - met[""] >= 5 * HISTORIES, f"the proxy spoilt too little: {met}"


@pytest.mark.timeout(600)
def test_every_fault_at_every_request_of_an_exchange(templates: Templates, tmp_path: Path) -> None:
    """What was changed and photographed arrives with the next exchange, once, and nobody is asked anything."""
    with (
        cheap_passwords(),
        in_a_thread(templates.server, tmp_path / "server") as central,
        FaultProxy(urlsplit(central.url).port or 0).listening() as proxy,
    ):
        history = RealHistory(tmp_path, templates, 0, central, proxy)
        history.types_on = False
        ann = history.people[0]
        history.add_firm(ann)
        history.exchange(ann, [])
        for kind, number in product(FAULTS, range(REQUESTS)):
            _change_firm(history, ann)
            history.attach(ann)
            proxy.plan.extend([*[Fault()] * number, Fault(kind, 48)])
            with suppress(ExchangeError):  # the words for each are those of test_trouble.py
                run_round(ann.store)
            proxy.plan.clear()
            history.exchange(ann, [])
            assert not ann.waiting(), f"{kind} at request {number}"
        history.settle()
        history.check()
        history.close()
        assert all(proxy.done[kind] >= 3 for kind in FAULTS), proxy.done
        (firm,) = [body for kind, body in central.bodies().values() if kind == "enterprise"]
        assert firm["address"] == f"v{history.serial - 1:05d}-ann"
        assert "conflict" not in {kind for kind, _body in central.bodies().values()}


def _change_firm(history: RealHistory, person: Person) -> None:
    with person.store.write() as session:
        firm = session.scalars(select(Enterprise)).one()
        history._note_seen(firm.address)
        firm.address = history.value(person.login)


@pytest.mark.timeout(0)
def test_nothing_is_lost_with_two_workers_on_postgresql(templates: Templates, tmp_path: Path, cluster: str) -> None:
    met: Counter[str] = Counter()
    histories = max(1, HISTORIES // 2)
    for seed in range(FIRST, FIRST + histories):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE history{seed} OWNER broker")
        database = cluster.replace("postgres@/postgres", f"broker@/history{seed}")
        try:
            with cheap_passwords(), two_workers(folder / "server", database, ready) as central:
                met += play(folder, templates, seed, STEPS, central)
        except AssertionError as failure:
            raise AssertionError(f"history {seed} (BROKER_SYNC_SEED={seed}): {failure}") from failure
    assert met.total() - met[""] >= 5 * histories, f"the proxy spoilt too little: {met}"

"""Eight writers and one reader: no cursor passes over a row. The control polls a sequence, and must miss some."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import httpx
import psycopg
import pytest

from tests.server_under_test import Device, ServerUnderTest, put, statuses

WRITERS = 8
PUSHES = 12
TEAM = "team:12"


def together(count: int, work: Callable[[int], None]) -> Iterator[None]:
    """Run ``work(0) ... work(count - 1)`` at once; yields while they run."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        yield
    for thread in threads:
        thread.join()


def test_no_row_is_passed_over(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    failed: list[object] = []

    def write(number: int) -> None:
        with httpx.Client(timeout=30, trust_env=False) as http:
            device = replace(chen, http=http, cursors={})
            for push in range(PUSHES):
                needs = [put(TEAM, "need", title=f"{number} {push} {one}") for one in range(5)]
                answer = device.post_sync(*needs, limit=0)
                if answer.status_code != 200:
                    failed.append(answer.text)

    seen: list[str] = []
    for _ in together(WRITERS, write):
        seen += [change.body["title"] for change in lin.sync(limit=7).changes]
    while True:
        reply = lin.sync(limit=7)
        seen += [change.body["title"] for change in reply.changes]
        if not reply.more:
            break
    assert not failed
    assert len(seen) == len(set(seen)) == WRITERS * PUSHES * 5
    assert reply.heads[TEAM].rev == WRITERS * PUSHES  # one revision a push
    assert not server.faults()


@dataclass
class _Sequence:
    address: str

    def prepare(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("CREATE SEQUENCE revs")
            connection.execute("CREATE TABLE rows (rev bigint, id text)")

    def write(self, number: int) -> None:
        delay = random.Random(number)  # noqa: S311 - a reproducible wait
        with psycopg.connect(self.address) as connection:
            for push in range(40):
                for one in range(5):
                    connection.execute("INSERT INTO rows VALUES (nextval('revs'), %s)", (f"{number} {push} {one}",))
                time.sleep(delay.random() * 0.004)  # the rest of a request's work
                connection.commit()


def test_the_control_polls_a_sequence_and_misses_rows(postgres_database: str) -> None:
    """If this passes over nothing, the test above could not have found anything either."""
    sequence = _Sequence(postgres_database)
    sequence.prepare()
    seen: set[str] = set()
    cursor = 0
    with psycopg.connect(postgres_database, autocommit=True) as reader:

        def poll() -> int:
            nonlocal cursor
            rows = reader.execute("SELECT rev, id FROM rows WHERE rev > %s ORDER BY rev", (cursor,)).fetchall()
            seen.update(row[1] for row in rows)
            cursor = rows[-1][0] if rows else cursor
            return len(rows)

        for _ in together(WRITERS, sequence.write):
            poll()
        while poll():
            pass
    assert len(seen) < WRITERS * 40 * 5


def test_two_people_who_push_to_the_same_scopes_in_other_orders(
    server: ServerUnderTest, chen: Device, lin: Device
) -> None:
    """Scopes are locked in the order of their names, so nobody waits for somebody who waits for them."""
    outcomes: list[str] = []

    def write(number: int) -> None:
        scopes = [TEAM, "county:330381"] if number else ["county:330381", TEAM]
        with httpx.Client(timeout=30, trust_env=False) as http:
            device = replace((chen, lin)[number], http=http, cursors={})
            for _push in range(10):
                outcomes.extend(statuses(device.sync(*[put(scope, "need", title="一") for scope in scopes], limit=0)))

    for _ in together(2, write):
        time.sleep(0.01)
    assert outcomes == ["applied"] * 40


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_scope_held_by_somebody_is_busy_and_others_go_on(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    address = server.settings.database
    with psycopg.connect(address) as holder:
        holder.execute("SELECT set_config('broker.visible', '*', false), set_config('broker.writable', '*', false)")
        holder.execute("SELECT * FROM scope WHERE scope = %s FOR UPDATE", (TEAM,))
        assert statuses(chen.sync(put("county:330381", "enterprise", name="甲"), limit=0)) == ["applied"]
        assert statuses(lin.sync(limit=0)) == []
        answer = chen.post_sync(put(TEAM, "need", title="一"), limit=0)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:broker:problem:busy")
        assert int(answer.headers["retry-after"]) > 0
    assert statuses(chen.sync(put(TEAM, "need", title="一"), limit=0)) == ["applied"]

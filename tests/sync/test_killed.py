"""The crash matrix with real processes: a client killed at each numbered point of its exchange, and a disk that fills
up on either side. Each ends with the same on both computers, and nothing lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from broker_app.db.models import Attachment, Need
from broker_app.db.session import integrity_faults
from broker_app.errors import DiskFullError, ExchangeError
from broker_app.services.profile import open_profile
from broker_app.services.sealed_files import digest_of, has_file, read_file, write_file
from tests.server_under_test import ServerUnderTest, running_server
from tests.sync.computers import COUNTY, DATA_KEY, Computer, new_computer

# One process that has everything imported, and for each line it reads forks another one, which makes an exchange and
# kills itself at the point the line names: before or after the n-th transaction, request or answer.
ROUNDS = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from sqlalchemy import event
from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.profile import open_profile
from broker_app.sync import engine, protocol
from broker_app.sync.client import Connection
from broker_app.sync.rounds import run_round


def exchange(folder, place, number):
    engine.SNAPSHOT_ABOVE, protocol.BLOB_CHUNK = 200, 400
    left = {place: number}

    def tick(here):
        left[here] = left.get(here, 1_000) - 1
        if left[here] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_profile(ProfilePaths(Path(folder)), bytes(range(32)))
    begin, send = Store.write, Connection._send

    @contextmanager
    def write(self):
        with begin(self) as session:
            yield session
            session.flush()
            tick("before a commit")
        tick("after a commit")

    def sending(self, *arguments, **options):
        tick("before a request")
        answer = send(self, *arguments, **options)
        tick("after an answer")
        return answer

    Store.write, Connection._send = write, sending
    run_round(store)
    store.close()
    os._exit(0)


for line in sys.stdin:
    child = os.fork()
    if not child:
        exchange(*line.rstrip("\\n").split("|")[:2], int(line.rpartition("|")[2]))
    _pid, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else "ended" if os.WEXITSTATUS(status) == 0 else "failed", flush=True)
"""
PLACES = ("before a commit", "after a commit", "before a request", "after an answer")
POINTS = 40  # an exchange has fewer of each


class Killer:
    """Exchanges in processes that are killed where they are told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def exchange(self, computer: Computer, place: str, number: int) -> bool:
        """One exchange of a computer; whether it was killed. The profile is whole afterwards."""
        paths = computer.store.paths
        computer.store.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{paths.folder}|{place}|{number}\n")
        self._process.stdin.flush()
        ended = self._process.stdout.readline().strip()
        computer.store = open_profile(paths, DATA_KEY)
        assert integrity_faults(computer.store) == []
        assert ended in ("killed", "ended"), f"the exchange {ended} ({place} {number})"
        return ended == "killed"


@pytest.fixture
def killer() -> Iterator[Killer]:
    command = [sys.executable, "-c", ROUNDS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()


def photograph(computer: Computer, number: int) -> str:
    """A firm and a photo of it, 1,000 bytes and so three pieces."""
    firm = computer.add_firm(f"样例 {computer.login} {number:03}")
    sha256 = write_file(computer.store.paths, DATA_KEY, f"{number:04}".encode() * 250)
    with computer.store.write() as session:
        session.add(Attachment(scope=f"county:{COUNTY}", parent_kind="enterprise", parent_id=firm, name=f"{number}.jpg",
                               sha256=sha256, size=1_000, mime="image/jpeg"))  # fmt: skip
    return sha256


@pytest.mark.timeout(600)
def test_a_client_killed_at_every_point_of_its_exchange(killer: Killer, chen: Computer, lin: Computer) -> None:
    made, photos = 0, []
    for place in PLACES:
        for point in range(POINTS):
            made += 1
            photos.append(photograph(chen, made))
            lin.add_firm(f"样例 lin {made:03}")
            if point % 4 == 0:
                lin.sync()
            if not killer.exchange(chen, place, point):
                break
        else:
            pytest.fail(f"an exchange without end, counted {place}")
        assert point >= 4, f"too few points {place}"
    for computer in (chen, lin, chen, lin):
        computer.sync()
    assert chen.firms() == lin.firms()
    assert len(chen.firms()) == 2 * made
    assert chen.differences() == lin.differences() == ()
    for photo in photos:
        assert has_file(lin.store.paths, photo)
        assert digest_of(read_file(lin.store.paths, DATA_KEY, photo)) == photo


@pytest.mark.timeout(600)
def test_a_first_download_killed_again_and_again_goes_on(killer: Killer, tmp_path: Path) -> None:
    with running_server(tmp_path / "server", snapshot_rows=100, snapshot_after=200) as server:
        server.add_scope("team:12")
        for login in ("chen", "lin"):
            server.add_user(login, "team:12=broker")
        with new_computer(tmp_path, "chen", server) as chen, new_computer(tmp_path, "lin", server) as lin:
            with chen.store.write() as session:
                session.add_all(Need(title=f"需求 {number}", scope="team:12") for number in range(350))
            chen.sync()
            kills = 0
            while killer.exchange(lin, PLACES[kills % 4], 3 + kills // 4):  # the first few are the sign-in's
                kills += 1
                assert kills < POINTS, "it begins anew each time"
            assert lin.sync().report.rebuilt == ()
            with lin.store.read() as session:
                assert len(session.scalars(select(Need.title)).all()) == 350
            assert kills >= 3


@contextmanager
def room_for(engine: Engine, pages: int) -> Iterator[None]:
    """The database may grow by ``pages`` pages: SQLite itself answers that the disk is full."""
    with engine.connect() as connection:
        limit = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + pages

    def shrink(connection: Any, *_rest: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}")

    engine.dispose()  # every connection from here on is opened anew and has the limit
    event.listen(engine, "connect", shrink)
    try:
        yield
    finally:
        event.remove(engine, "connect", shrink)
        engine.dispose()


@pytest.mark.parametrize("pages", [0, 2, 8])
def test_a_disk_full_here_or_there_loses_nothing(
    pages: int, server: ServerUnderTest, chen: Computer, lin: Computer
) -> None:
    for number in range(40):
        lin.add_firm(f"样例 lin {number:02}", profile="样例长文。" * 300)
    lin.sync()
    for number in range(40):
        chen.add_firm(f"样例 chen {number:02}", profile="样例长文。" * 300)
    with room_for(server.engine, pages), pytest.raises(ExchangeError, match="资料都在本机"):
        chen.sync()
    assert len(chen.waiting()) == 40
    assert chen.board().returned == (), "the server's disk is no fault of what was written"
    with room_for(chen.store.engine, pages), suppress(DiskFullError, ExchangeError):
        chen.sync()
    assert integrity_faults(chen.store) == []
    for computer in (chen, lin, chen):
        computer.sync()
    assert chen.waiting() == []
    assert len(chen.firms()) == 80
    assert chen.firms() == lin.firms()
    assert chen.differences() == ()
    assert not server.faults()

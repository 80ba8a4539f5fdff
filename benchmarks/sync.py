"""Ten thousand records up and down, nothing new, and a hundred changes, over real HTTP on loopback.

Client and server share this computer, so the figures are those of both together; what counts is how they stand
to the floor: the same rows encoded, packed and written into a plain SQLite file by the standard library. Each
part has a limit as a multiple of that floor; the program ends with 1 if one is passed. Beside that stand the
promises in seconds, for a quiet computer, and Anki's own server and client with as many notes of the same size, where
``BROKER_ANKI_PYTHON`` names a Python that has the package ``anki``.
"""

import gzip
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from broker_app.db.models import FollowUp  # noqa: E402
from broker_app.db.session import Store  # noqa: E402
from broker_app.paths import ProfilePaths  # noqa: E402
from broker_app.rules.calendar import utc_now  # noqa: E402
from broker_app.services.profile import Profile, create_profile  # noqa: E402
from broker_app.sync.client import Connection  # noqa: E402
from broker_app.sync.rounds import LogIn, log_in, run_round  # noqa: E402
from broker_app.sync.session_store import SignIn  # noqa: E402

RECORDS = int(os.environ.get("BROKER_SYNC_RECORDS", "10000"))
CHANGES = 100
PASSWORD = "a long enough password"  # noqa: S105 - of a server that lives for a minute
FIRST_UP, FIRST_DOWN = 60.0, 15.0  # times the floor
HUNDRED_SECONDS = 1.0  # of a hundred changes the floor is too short to be a measure
NOTHING_REQUESTS, NOTHING_BYTES, NOTHING_SECONDS = 1, 600, 0.1
PROMISE = {"up": 1.5, "down": 0.6, "nothing": 0.010, "push 100": 0.060}  # seconds, of ten thousand records
TURNS = 5  # of the short parts; the quickest counts


@dataclass
class Part:
    """What one part took."""

    seconds: float
    requests: int
    up: int
    down: int


class Counting(httpx.BaseTransport):
    """Counts requests and all their bytes: lines, headers and bodies both ways."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport()
        self.requests = self.up = self.down = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        self.up += len(f"{request.method} {request.url.raw_path.decode()} HTTP/1.1\r\n\r\n")
        self.up += sum(len(name) + len(value) + 4 for name, value in request.headers.raw) + len(request.read())
        answer = self.inner.handle_request(request)
        self.down += len(f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n\r\n")
        self.down += sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        self.down += int(answer.headers.get("content-length", 0))
        return answer

    def close(self) -> None:
        self.inner.close()


def measured(store: Store) -> Part:
    """One exchange, timed and counted whole."""
    counting = Counting()

    def connect(sign_in: SignIn, save: Callable[[SignIn], object] = lambda _sign_in: None) -> Connection:
        return Connection(sign_in, save, transport=counting)

    began = time.perf_counter()
    run_round(store, connect=connect, with_files=False)
    return Part(time.perf_counter() - began, counting.requests, counting.up, counting.down)


def fill(store: Store, count: int) -> None:
    """Follow-ups of about the size of an average record."""
    for start in range(0, count, 1_000):
        with store.write() as session:
            session.add_all(
                FollowUp(text=f"第 {number} 件：{'把检测报告和样品寄给对方，等他们回话。' * 6}", who="陈样例")
                for number in range(start, min(start + 1_000, count))
            )


def floor(count: int) -> float:
    """The same rows through the standard library: encode, pack, unpack, decode, write in one transaction."""
    rows = [
        {
            "id": f"{number:032x}",
            "text": f"第 {number} 件：{'把检测报告和样品寄给对方，等他们回话。' * 6}",
            "who": "陈样例",
        }
        for number in range(count)
    ]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        packed = gzip.compress(json.dumps(rows, ensure_ascii=False).encode(), 1)
        connection = sqlite3.connect(Path(folder) / "floor.db")
        connection.execute("CREATE TABLE row (id TEXT PRIMARY KEY, text TEXT, who TEXT)")
        connection.executemany("INSERT INTO row VALUES (:id, :text, :who)", json.loads(gzip.decompress(packed)))
        connection.commit()
        taken = time.perf_counter() - began
        connection.close()
    return taken


@contextmanager
def server(home: Path) -> Iterator[str]:
    """A server process on loopback with two accounts of one team."""
    environment = {**os.environ, "BROKER_SERVER_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    script = """
import sys
from pathlib import Path
import uvicorn
from broker_server import admin
from broker_server.app import create_app
from broker_server.database import open_engine, utc_now, writing
from broker_server.scopes import Grant, Role
from broker_server.settings import Settings
settings = Settings(home=Path(sys.argv[1]), requests_per_second=10_000, burst=100_000)
engine = open_engine(settings)
admin.init(engine, "bench", utc_now())
with writing(engine) as connection:
    admin.add_scope(connection, "team:12", "team", utc_now())
    for login in ("one", "two"):
        admin.add_user(connection, login, login, sys.argv[2], utc_now())
        admin.give(connection, login, Grant("team:12", Role.BROKER), utc_now())
engine.dispose()
server = uvicorn.Server(uvicorn.Config(
    create_app(settings), host="127.0.0.1", port=0, log_level="error", access_log=False, server_header=False
))
import threading, time
def tell():
    while not server.started:
        time.sleep(0.02)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
threading.Thread(target=tell, daemon=True).start()
server.run()
"""
    home.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home), PASSWORD], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def quickest(parts: list[Part]) -> Part:
    """The one that was disturbed least."""
    return min(parts, key=lambda part: part.seconds)


_ANKI = """
import json, os, subprocess, sys, tempfile, time
from anki.collection import AddNoteRequest, Collection
count, text, folder = int(sys.argv[1]), sys.argv[2], tempfile.mkdtemp()
settings = {**os.environ, "SYNC_USER1": "u:p", "SYNC_BASE": folder + "/server", "SYNC_HOST": "127.0.0.1",
            "SYNC_PORT": sys.argv[3], "MAX_SYNC_PAYLOAD_MEGS": "200"}
os.makedirs(folder + "/server")
server = subprocess.Popen([sys.executable, "-m", "anki.syncserver"], env=settings,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    time.sleep(2)
    def fill(collection, first, many):
        kind, deck, notes = collection.models.by_name("Basic"), collection.decks.id("Default"), []
        for number in range(first, first + many):
            note = collection.new_note(kind)
            note["Front"], note["Back"] = str(number), text % number
            notes.append(AddNoteRequest(note=note, deck_id=deck))
        collection.add_notes(notes)
    def sync(collection, upload):
        began = time.perf_counter()
        answer = collection.sync_collection(auth, False)
        if answer.required in (2, 3, 4):
            collection.close_for_full_sync()
            collection.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
            collection.reopen(after_full_sync=True)
        return round(time.perf_counter() - began, 3)
    one, two = Collection(folder + "/one.anki2"), Collection(folder + "/two.anki2")
    auth = one.sync_login("u", "p", "http://127.0.0.1:" + sys.argv[3] + "/")
    fill(one, 0, 1)
    sync(one, True)
    sync(two, False)
    time.sleep(1.1)
    fill(one, 1, count)
    figures = {"up": sync(one, True), "down": sync(two, False)}
    assert two.note_count() == count + 1
    print(json.dumps(figures))
finally:
    server.terminate()
    server.wait(10)
"""


def anki(count: int) -> dict[str, float] | str:
    """Seconds that Anki takes for as many new notes, row by row, up and then down to another collection."""
    python = os.environ.get("BROKER_ANKI_PYTHON")
    if not python:
        return "skipped: BROKER_ANKI_PYTHON names no Python with the package anki"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = f"第 %d 件：{'把检测报告和样品寄给对方，等他们回话。' * 6}"
    command = [python, "-c", _ANKI, str(count), text, str(port)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else f"failed with {done.returncode}"


def main() -> int:
    """Run all parts and print one JSON document; 1 if a limit is passed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder / "server") as url:
            stores = []
            for login in ("one", "two"):
                store = create_profile(ProfilePaths(folder / login), bytes(range(32)), Profile(name=login))
                log_in(store, LogIn(url, login, PASSWORD))
                stores.append(store)
            one, two = stores
            fill(one, RECORDS)
            parts = {"up": measured(one), "down": measured(two)}
            parts["nothing"] = quickest([measured(two) for _turn in range(TURNS)])
            pushes, pulls = [], []
            for turn in range(TURNS):
                with one.write() as session:
                    for row in session.query(FollowUp).offset(turn * CHANGES).limit(CHANGES):
                        row.done_at = utc_now()
                pushes.append(measured(one))
                pulls.append(measured(two))
            parts["push 100"], parts["pull 100"] = quickest(pushes), quickest(pulls)
            for store in stores:
                store.close()
    base = min(floor(RECORDS) for _run in range(3))
    peer = anki(RECORDS)
    nothing = parts["nothing"]
    checks = {
        f"first upload within {FIRST_UP:g} floors": parts["up"].seconds / base <= FIRST_UP,
        f"first download within {FIRST_DOWN:g} floors": parts["down"].seconds / base <= FIRST_DOWN,
        "nothing new is one request": nothing.requests <= NOTHING_REQUESTS,
        f"nothing new within {NOTHING_BYTES} bytes": nothing.up + nothing.down <= NOTHING_BYTES,
        f"nothing new within {NOTHING_SECONDS} s": nothing.seconds <= NOTHING_SECONDS,
        "a hundred changes go up in one request": parts["push 100"].requests == 1,
        f"a hundred changes within {HUNDRED_SECONDS:g} s": parts["push 100"].seconds <= HUNDRED_SECONDS,
    }
    figures = {
        "benchmark": "sync",
        "records": RECORDS,
        "floor_s": round(base, 3),
        "parts": {
            label: {**asdict(part), "seconds": round(part.seconds, 3), "times_floor": round(part.seconds / base, 1)}
            for label, part in parts.items()
        },
        "anki": peer,
        "promise_kept": {label: parts[label].seconds <= limit for label, limit in PROMISE.items()},
        "checks": checks,
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

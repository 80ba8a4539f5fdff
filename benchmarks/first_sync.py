"""A pool of achievements comes down to a new computer: how long, in how much memory, and what a person feels meanwhile.

``BROKER_FIRST_SYNC_RECORDS`` (20,000; the promise is about 1,000,000) records lie on a server of its own; a fresh
encrypted profile fetches them in pieces over real HTTP. Meanwhile one thread of that program wakes every 20 ms, as a
window does, and reads a page of titles, and another writes one small row every 20 ms. Then another fresh profile does
the same and is killed ``BROKER_FIRST_SYNC_KILLS`` times (3; the promise says 20) at random moments: each kill may cost
one piece, and in the end everything is there once.

The floor is the same pieces unpacked and written into one table of an encrypted file. The texts are put into the
matching index afterwards, in the background, and are not part of the figure.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import zstandard
from sqlalchemy import func, select
from sqlcipher3 import dbapi2 as sqlite

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from broker_app.db.models import Achievement, ProfileValue  # noqa: E402 - found by the line above
from broker_app.db.session import Store, open_store  # noqa: E402
from broker_app.paths import ProfilePaths  # noqa: E402
from broker_app.services.profile import Profile, create_profile  # noqa: E402
from broker_app.sync.client import Connection  # noqa: E402
from broker_app.sync.protocol import PUT, record_hash, sum_text  # noqa: E402
from broker_app.sync.rounds import LogIn, log_in, run_round  # noqa: E402

RECORDS = int(os.environ.get("BROKER_FIRST_SYNC_RECORDS", "20000"))
KILLS = int(os.environ.get("BROKER_FIRST_SYNC_KILLS", "3"))
PIECE = 50_000 if RECORDS >= 500_000 else max(RECORDS // 10, 500)
SCOPE = "team:12"
PASSWORD = "a long enough password"  # noqa: S105 - of a server that lives for minutes
DATA_KEY = bytes(range(32))
TICK = 0.02
TIMES_FLOOR = 12.0
PROMISE = {"seconds": 60.0, "megabytes": 300, "window_ms": 50.0}  # of 1,000,000 records on a quiet computer
_WORDS = ("技术", "需求", "成果", "转化", "企业", "专利", "中试", "验证", "材料", "传感器", "电池", "焊接", "检测")


def body(number: int, chance: random.Random) -> dict[str, Any]:
    """A made-up achievement of about 450 bytes."""
    return {
        "title": f"一种{''.join(chance.choices(_WORDS, k=5))}方法{number}",
        "abstract": "".join(chance.choices(_WORDS, k=24)),
        "keywords": chance.sample(_WORDS, 3),
        "industries": ["C35"],
        "owner": f"样例大学{number % 400}",
        "owner_kind": "university",
        "stage": "lab",
        "trl": 4,
        "modes": ["license"],
        "source_id": f"s{number}",
        "created_at": "2026-11-20T01:12:00Z",
        "author_name": "样例",
    }


# --- the server, a process of its own -----------------------------------------------------------------------


def serve(home: Path) -> None:
    """Fill a server, make its pieces, say the port, and answer until the end."""
    # Of this process only: what the program needs in memory is measured.
    import uvicorn  # noqa: PLC0415

    from broker_server import admin, tables  # noqa: PLC0415
    from broker_server.app import create_app  # noqa: PLC0415
    from broker_server.database import open_engine, utc_now, write_rows, writing  # noqa: PLC0415
    from broker_server.scopes import Grant, Role  # noqa: PLC0415
    from broker_server.settings import Settings  # noqa: PLC0415
    from broker_server.snapshots import snapshot_of  # noqa: PLC0415

    settings = Settings(home=home, requests_per_second=10_000, burst=100_000, snapshot_rows=PIECE)
    engine = open_engine(settings)
    admin.init(engine, "bench", utc_now())
    chance = random.Random(7)  # noqa: S311 - made-up data
    with writing(engine) as connection:
        admin.add_scope(connection, SCOPE, "team", utc_now())
        for login in ("one", "two"):
            admin.add_user(connection, login, login, PASSWORD, utc_now())
            admin.give(connection, login, Grant(SCOPE, Role.BROKER), utc_now())
        total = 0
        for start in range(0, RECORDS, 10_000):
            made = [UUID(int=chance.getrandbits(128), version=4) for _ in range(start, min(start + 10_000, RECORDS))]
            total += sum(record_hash(one, 1) for one in made)
            texts = [orjson.dumps(body(start + at, chance)).decode() for at in range(len(made))]
            bodies = [(SCOPE, one, "achievement", text, None) for one, text in zip(made, texts, strict=True)]
            logged = [(SCOPE, one, 1, PUT, "achievement", None, None) for one in made]
            write_rows(connection, tables.record, bodies, replace=True)
            write_rows(connection, tables.log, logged, replace=True)
        head = {"rev": 1, "records": RECORDS, "sum": sum_text(total)}
        connection.execute(tables.scope.update().where(tables.scope.c.scope == SCOPE).values(head))
    snapshot_of(engine, settings, SCOPE, utc_now())
    engine.dispose()
    server = uvicorn.Server(uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_level="error"))

    def tell() -> None:
        while not server.started:
            time.sleep(0.02)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)

    threading.Thread(target=tell, daemon=True).start()
    server.run()


# --- the program, a process of its own ----------------------------------------------------------------------


class Noting(httpx.BaseTransport):
    """Writes down each piece that is fetched."""

    def __init__(self, log: Path) -> None:
        self._inner = httpx.HTTPTransport()
        self._log = log

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _blobs, found, digest = request.url.path.partition("/blobs/")
        if found and request.headers.get("range", "").startswith("bytes=0-"):
            with self._log.open("a", encoding="ascii") as log:
                log.write(f"{digest}\n")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class Felt:
    """What somebody who sits before the program feels: how late each tick comes, in milliseconds."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.late: list[float] = []
        self.acts: list[float] = []
        self._act = act
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go)
        self._thread.start()

    def _go(self) -> None:
        while not self._over.is_set():
            slept = time.perf_counter()
            time.sleep(TICK)
            woke = time.perf_counter()
            self.late.append((woke - slept - TICK) * 1000)
            self._act()
            self.acts.append((time.perf_counter() - woke) * 1000)

    def end(self) -> None:
        self._over.set()
        self._thread.join()


def fetch(profile: Path, log: Path, *, watched: bool) -> None:
    """One round of the program; says what it took. Killed, it says nothing."""
    store = open_store(ProfilePaths(profile), DATA_KEY)

    def connect(*arguments: Any) -> Connection:
        return Connection(*arguments, transport=Noting(log))

    people = [Felt(lambda: _read_page(store)), Felt(lambda: _write_little(store))] if watched else []
    used, began = time.process_time(), time.perf_counter()
    run_round(store, connect=connect, with_files=False)
    took, used = time.perf_counter() - began, time.process_time() - used
    for one in people:
        one.end()
    with store.read() as session:
        there = session.scalar(select(func.count()).select_from(Achievement))
    store.close()
    figures: dict[str, Any] = {
        "seconds": round(took, 2),
        "process_seconds": round(used, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "records": there,
    }
    if people:
        figures["tick_late_ms"] = _spread(people[0].late)
        figures["page_ms"] = _spread(people[0].acts)
        figures["small_write_ms"] = _spread(people[1].acts)
    print(json.dumps(figures), flush=True)


def _read_page(store: Store) -> None:
    with store.read() as session:
        session.execute(select(Achievement.id, Achievement.title).order_by(Achievement.title).limit(50)).all()


def _write_little(store: Store) -> None:
    with store.write() as session:
        session.merge(ProfileValue(key="bench", value={"at": time.time()}))


def _spread(figures: list[float]) -> dict[str, float]:
    ordered = sorted(figures)
    return {
        "median": round(ordered[len(ordered) // 2], 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "longest": round(ordered[-1], 1),
    }


# --- both together ------------------------------------------------------------------------------------------


@contextmanager
def server(home: Path) -> Iterator[str]:
    """The address of a filled server."""
    process = _self("--serve", str(home), stdout=subprocess.PIPE)
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _self(*arguments: str, stdout: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, __file__, *arguments], stdout=stdout, text=True)


def new_profile(folder: Path, url: str, login: str) -> None:
    """A profile that is signed in and has fetched nothing."""
    with create_profile(ProfilePaths(folder), DATA_KEY, Profile(name=login)) as store:
        log_in(store, LogIn(url, login, PASSWORD))


def killed(profile: Path, log: Path, seconds: float) -> dict[str, Any]:
    """Fetch, killed again and again; how many pieces were fetched twice, at most for one kill."""
    chance = random.Random(11)  # noqa: S311 - moments of a kill
    seen: set[str] = set()
    worst = kills = repeated = 0
    lines: list[str] = []
    while True:
        process = _self("--fetch", str(profile), str(log), stdout=subprocess.PIPE)
        try:
            said, _errors = process.communicate(timeout=2 + chance.random() * seconds / 3 if kills < KILLS else None)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            said = ""
        before = len(lines)
        lines = log.read_text("ascii").split() if log.exists() else []
        again = sum(line in seen for line in lines[before:])
        seen.update(lines)
        worst, repeated = max(worst, again), repeated + again
        if said:
            return {"kills": kills, "pieces": len(seen), "repeated": repeated, "at_most": worst, **json.loads(said)}
        kills += 1


def floor(blobs: Path) -> float:
    """The pieces unpacked, read and written into one encrypted table by plain means."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        connection = sqlite.connect(f"{folder}/floor.db")
        connection.execute(f"PRAGMA key = \"x'{DATA_KEY.hex()}'\"")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE row (id TEXT PRIMARY KEY, title TEXT, owner TEXT, body TEXT)")
        connection.execute("CREATE INDEX row_title ON row (title)")
        for piece in sorted(blobs.rglob("*")):
            if piece.is_file():
                with zstandard.ZstdDecompressor().stream_reader(piece.read_bytes()) as reader:
                    lines = [orjson.loads(line) for line in reader.read().split(b"\n") if line]
                rows = [
                    (line["id"], line["body"]["title"], line["body"]["owner"], json.dumps(line["body"]))
                    for line in lines
                ]
                connection.executemany("INSERT INTO row VALUES (?, ?, ?, ?)", rows)
                connection.commit()
        taken = time.process_time() - began
        connection.close()
    return taken


def main() -> int:
    """Measure and print one JSON document; 1 if something is missing, repeated or far above the floor."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder / "server") as url:
            new_profile(folder / "one", url, "one")
            process = _self("--fetch", str(folder / "one"), str(folder / "log"), "watched", stdout=subprocess.PIPE)
            whole = json.loads(process.communicate()[0])
            whole["file_megabytes"] = (folder / "one" / "broker.db").stat().st_size // 2**20
            base = floor(folder / "server" / "blobs")
            cut = {}
            if KILLS:
                new_profile(folder / "two", url, "two")
                cut = killed(folder / "two", folder / "log two", whole["seconds"])
    checks = {
        "everything is there": whole["records"] == RECORDS,
        f"within {TIMES_FLOOR:g} floors of processor time": whole["process_seconds"] <= TIMES_FLOOR * base,
        f"in {PROMISE['megabytes']} MB": whole["megabytes"] <= PROMISE["megabytes"],
    }
    if KILLS:
        checks["everything is there after the kills"] = cut["records"] == RECORDS
        checks["a kill costs one piece at most"] = cut["at_most"] <= 1
    figures: dict[str, Any] = {
        "benchmark": "first_sync",
        "records": RECORDS,
        "floor_process_s": round(base, 2),
        "whole": whole,
        "killed": cut,
        "promise": PROMISE,
        "checks": checks,
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--serve", home]:
            serve(Path(home))
        case ["--fetch", profile, log, *rest]:
            fetch(Path(profile), Path(log), watched=bool(rest))
        case _:
            sys.exit(main())

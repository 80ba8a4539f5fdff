"""What the server takes for 10,000 records up and down, for nothing new, and for a hundred changes.

A server process of its own on loopback with SQLite (or the PostgreSQL named in ``BROKER_BENCH_DATABASE``), one
worker, everything on: sign-in, roles, history, digest. The client side here is httpx and JSON only, so the
figures are the server's. Limits are the promises of the protocol: 1.5 s, 0.5 s, 600 bytes in one request and
10 ms, 60 ms; beside them stands what plain SQLite in this process takes for the same rows.
"""

import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlcipher3 import dbapi2 as sqlite

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.server_under_test import PASSWORD, Device, ServerUnderTest  # noqa: E402 - found by the line above

ROWS = 10_000
BATCH = 2_000
SCOPE = "team:12"
LIMITS = {"up_s": 1.5, "down_s": 0.5, "nothing_new_ms": 10, "nothing_new_bytes": 600, "push_100_ms": 60}
_WORDS = ("技术", "需求", "成果", "转化", "企业", "专利", "中试", "验证", "材料", "传感器", "电池", "焊接", "检测")


def rows() -> list[dict[str, Any]]:
    """Made-up records of about 430 bytes, always the same."""
    chance = random.Random(7)  # noqa: S311 - made-up data
    return [
        {
            "name": f"样例科技有限公司{number}",
            "credit_code": f"{chance.getrandbits(60):018d}",
            "county": "330381",
            "address": f"塘下镇 {number} 号",
            "founded_on": f"20{number % 25:02d}-05-01",
            "profile": " ".join(chance.choice(_WORDS) for _ in range(36)),
        }
        for number in range(ROWS)
    ]


def operation(record: UUID, fields: dict[str, list[Any]]) -> dict[str, Any]:
    """One operation as it goes over the wire."""
    return {
        "op": str(UUID(int=random.getrandbits(128), version=4)),
        "id": str(record),
        "kind": "enterprise",
        "scope": SCOPE,
        "at": "2026-11-20T01:12:00Z",
        "set": fields,
    }


def measure(server: ServerUnderTest, device: Device) -> dict[str, Any]:
    """The figures, against a server that is empty."""
    made = [(UUID(int=random.getrandbits(128), version=4), row) for row in rows()]
    creates = [operation(record, {name: [None, value] for name, value in row.items()}) for record, row in made]
    began = time.perf_counter()
    for start in range(0, ROWS, BATCH):
        device.sync(push=creates[start : start + BATCH], limit=0)
    up = time.perf_counter() - began
    began = time.perf_counter()
    pages = pull(device)
    down = time.perf_counter() - began
    answer = device.post_sync()
    nothing = []
    for _ in range(50):
        began = time.perf_counter()
        answer = device.post_sync()
        nothing.append((time.perf_counter() - began) * 1000)
    size = int(answer.headers["content-length"]) + sum(len(a) + len(b) + 4 for a, b in answer.headers.raw)
    pushes = []
    for turn in range(10):
        some = made[turn * 100 : turn * 100 + 100]
        changes = [operation(record, {"address": [row["address"], f"莘塍 {turn}"]}) for record, row in some]
        began = time.perf_counter()
        device.sync(push=changes, limit=0)
        pushes.append((time.perf_counter() - began) * 1000)
    return {
        "up_s": round(up, 2),
        "down_s": round(down, 2),
        "down_requests": pages,
        "nothing_new_ms": round(statistics.median(nothing), 1),
        "nothing_new_bytes": size,
        "push_100_ms": round(statistics.median(pushes), 1),
        "plain_sqlite_s": round(plain_sqlite(made), 2),
    }


def pull(device: Device) -> int:
    """Read everything from the start as JSON; returns the number of requests."""
    device.cursors = {}
    requests = 0
    while True:
        answer = device.post_sync()
        requests += 1
        given = orjson.loads(answer.content)
        device.cursors.update(given["cursors"])
        if not given["more"]:
            return requests


def plain_sqlite(made: list[tuple[UUID, dict[str, Any]]]) -> float:
    """The same rows as JSON into an indexed table in one transaction: what no server can be under."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite.connect(f"{folder}/plain.db")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, rev INTEGER, body TEXT)")
        connection.execute("CREATE INDEX record_rev ON record (rev, id)")
        began = time.perf_counter()
        connection.executemany(
            "INSERT INTO record VALUES (?, 1, ?)", [(str(record), orjson.dumps(row).decode()) for record, row in made]
        )
        connection.commit()
        took = time.perf_counter() - began
        connection.close()
    return took


def main() -> int:
    """Start a server, measure, print; 1 if a limit is missed."""
    random.seed(1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "broker_server", "--home", folder]
        command += ["--database", os.environ.get("BROKER_BENCH_DATABASE", "")]

        def run(*arguments: str) -> None:
            done = [*command, *arguments]
            subprocess.run(done, check=True, capture_output=True, text=True, input=f"{PASSWORD}\n", cwd=REPOSITORY)

        run("init")
        run("team", "add", "12", "轻骑队")
        run("user", "add", "chen", "--grant", "team:12=broker", "--password-stdin")
        server = subprocess.Popen([*command, "serve", "--port", str(port)], cwd=REPOSITORY, stderr=subprocess.DEVNULL)
        try:
            with httpx.Client(timeout=60, trust_env=False) as http:
                tested = ServerUnderTest(f"http://127.0.0.1:{port}", None, None, None, http)  # type: ignore[arg-type]
                figures = measure(tested, _sign_in(tested))
        finally:
            server.terminate()
            server.wait(30)
    missed = [name for name, limit in LIMITS.items() if figures[name] > limit]
    print(json.dumps({**figures, "limits": LIMITS, "missed": missed}, ensure_ascii=False))
    return bool(missed)


def _sign_in(server: ServerUnderTest) -> Device:
    for _ in range(200):
        try:
            return server.sign_in("chen")
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


if __name__ == "__main__":
    sys.exit(main())

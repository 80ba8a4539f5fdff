"""Counters for Prometheus. Each worker keeps its own file; the parent adds them up on a port of its own."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from sqlalchemy import Engine, func, select

from broker_server import tables
from broker_server.database import reading, see_all

_EVERY = 1.0  # seconds between two writes of a worker's file

HELP = {
    "broker_requests_total": "Requests by route and class of status",
    "broker_request_seconds_total": "Seconds spent in requests by route",
    "broker_operations_total": "Operations by what became of them",
    "broker_rollbacks_suspected_total": "Cursors beyond the head: the database went back in time",
    "broker_tokens_reused_total": "Refresh tokens seen twice: a copied device",
    "broker_sign_in_failures_total": "Sign-ins that failed",
}


class Metrics:
    """What this process has counted since it started."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}.json"
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._written = 0.0
        folder.mkdir(parents=True, exist_ok=True)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter of ``HELP``."""
        inside = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
        with self._lock:
            self._counts[f"{name}{{{inside}}}" if inside else name] += amount  # type: ignore[assignment]
            now = time.monotonic()
            if now - self._written < _EVERY:
                return
            self._written = now
        self.write()

    def write(self) -> None:
        """Put the file in its place at once, so that nobody reads half of it."""
        with self._lock:
            text = json.dumps(self._counts)
        part = self._file.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(self._file)


def exposition(folder: Path, gauges: dict[str, float]) -> str:
    """All workers' counters and ``gauges`` in Prometheus's text format."""
    total: Counter[str] = Counter()
    for file in sorted(folder.glob("*.json")):
        total.update(json.loads(file.read_text(encoding="utf-8")))
    lines = []
    for name, text in HELP.items():
        lines += [f"# HELP {name} {text}", f"# TYPE {name} counter"]
        lines += [f"{key} {value}" for key, value in sorted(total.items()) if key.partition("{")[0] == name]
    for name, value in gauges.items():
        lines += [f"# TYPE {name} gauge", f"{name} {value}"]
    return "\n".join(lines) + "\n"


def gauges(engine: Engine, now: datetime) -> dict[str, float]:
    """What the database itself says."""
    with reading(engine) as connection:
        see_all(connection)
        covers = connection.scalar(
            select(func.max(tables.backup.c.covers_at)).where(tables.backup.c.verified_at.is_not(None))
        )
        records = connection.scalar(select(func.coalesce(func.sum(tables.scope.c.records), 0)))
        devices = connection.scalar(
            select(func.count()).select_from(tables.device).where(tables.device.c.revoked_at.is_(None))
        )
    age = (now - datetime.fromisoformat(covers)).total_seconds() if covers else -1.0
    return {
        "broker_verified_backup_age_seconds": age,
        "broker_records": float(records or 0),
        "broker_devices": float(devices or 0),
    }


def serve(address: tuple[str, int], folder: Path, read_gauges: Callable[[], dict[str, float]]) -> ThreadingHTTPServer:
    """Answer ``GET /metrics`` at ``address`` in a thread of its own until ``shutdown``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = exposition(folder, read_gauges()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(address, Handler)
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server

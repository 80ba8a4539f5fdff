"""Importing 17,540 achievements with the matching index: seconds and peak memory, against the floor of the same run.

The floor is what no import can avoid on this machine: reading the file and putting the same rows into a plain,
unencrypted SQLite table without an index. Limits: 60 s and 400 MB on two cores.
"""

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

POOL = Path(__file__).parents[2] / "shared" / "data" / "matching" / "achievements_17540.jsonl"
SECONDS, MEGABYTES = 60, 400


def main() -> None:
    """Print one JSON object."""
    if not POOL.exists():
        sys.stdout.write(json.dumps({"benchmark": "import_pool", "skipped": f"{POOL.name} is not there"}) + "\n")
        return
    measured = json.loads(
        subprocess.run([sys.executable, __file__, "--import"], capture_output=True, check=True, text=True).stdout
    )
    floor = _floor_seconds()
    result = {
        "benchmark": "import_pool",
        **measured,
        "floor_seconds": round(floor, 2),
        "times_floor": round(measured["seconds"] / floor, 1),
        "limit_seconds": SECONDS,
        "limit_megabytes": MEGABYTES,
        "holds": measured["seconds"] <= SECONDS and measured["peak_megabytes"] <= MEGABYTES,
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _import() -> dict[str, Any]:
    from broker_app.exchange.import_run import run_import  # noqa: PLC0415 - only the measured process pays for it
    from broker_app.exchange.mapping import guess_mapping  # noqa: PLC0415
    from broker_app.exchange.source import open_source  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415
    from broker_app.services.profile import Profile, create_profile  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        paths = ProfilePaths(Path(folder))
        with create_profile(paths, bytes(range(32)), Profile()) as store:
            started = time.perf_counter()
            source = open_source(POOL)
            report = run_import(store, source, guess_mapping("achievements", source.columns))
            seconds = time.perf_counter() - started
        size = paths.database.stat().st_size
    return {
        "rows": report.added,
        "seconds": round(seconds, 2),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "store_megabytes": round(size / 1e6, 1),
    }


def _floor_seconds() -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        connection = sqlite3.connect(Path(folder) / "plain.db")
        connection.execute("CREATE TABLE achievement (id TEXT, title TEXT, abstract TEXT, keywords TEXT)")
        rows = map(json.loads, POOL.read_text("utf-8").splitlines())
        connection.executemany(
            "INSERT INTO achievement VALUES (?, ?, ?, ?)",
            ((row["id"], row["title"], row["abstract"], json.dumps(row["keywords"])) for row in rows),
        )
        connection.commit()
        connection.close()
        return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:] == ["--import"]:
        sys.stdout.write(json.dumps(_import()))
    else:
        main()

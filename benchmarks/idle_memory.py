"""Memory of the idle window with 17,540 achievements imported, against a bare PySide6 window of the same Python.

Limit: 250 MB resident. Where the judged pool is absent the made-up sample stands in, and the line says so.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
POOL = REPOSITORY.parent / "shared" / "data" / "matching" / "achievements_17540.jsonl"
LIMIT_MB = 250

BARE = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication(sys.argv[:1])
window = QLabel("科技走访")
window.resize(1366, 768)
window.show()
app.processEvents()
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")))
"""


def main() -> int:
    """Print one JSON object; exit with 1 when the limit is missed."""
    ours = json.loads(_output([sys.executable, __file__, "--measure"]))
    bare = int(_output([sys.executable, "-c", BARE])) / 1024
    figures = {
        **ours,
        "bare_window_mb": round(bare, 1),
        "times_bare": round(ours["idle_mb"] / bare, 2),
        "limit_mb": LIMIT_MB,
        "holds": ours["idle_mb"] <= LIMIT_MB,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if figures["holds"] else 1


def _output(command: list[str]) -> str:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode()


def _measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        _output([sys.executable, __file__, "--fill", str(profile)])
        return {
            "pool": POOL.stem if POOL.exists() else "sample",
            **json.loads(_output([sys.executable, __file__, "--idle", str(profile)])),
        }


def _fill(folder: Path) -> None:
    from broker_app.exchange.import_run import run_import  # noqa: PLC0415 - each step pays for itself only
    from broker_app.exchange.mapping import guess_mapping  # noqa: PLC0415
    from broker_app.exchange.sample import create_sample  # noqa: PLC0415
    from broker_app.exchange.source import open_source  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415

    with create_sample(ProfilePaths(folder)) as store:
        if POOL.exists():
            source = open_source(POOL)
            run_import(store, source, guess_mapping("achievements", source.columns))


def _idle(folder: Path) -> dict[str, object]:
    from broker_app.app import build_window, make_application, settle  # noqa: PLC0415
    from broker_app.exchange.sample import SAMPLE_PASSPHRASE  # noqa: PLC0415
    from broker_app.paths import ProfilePaths  # noqa: PLC0415
    from broker_app.services.achievements import count_achievements  # noqa: PLC0415
    from broker_app.services.entrance import enter  # noqa: PLC0415
    from broker_app.settings import Settings  # noqa: PLC0415

    app = make_application(Settings(theme="light"))
    with enter(ProfilePaths(folder), SAMPLE_PASSPHRASE) as store:
        window = build_window(store)
        window.show()
        settle(app, window)
        for page in ("visits", "achievements", "today"):
            window.show_page(page)
            settle(app, window)
        gc.collect()
        with store.read() as session:
            count = count_achievements(session)
        status = Path("/proc/self/status").read_text("ascii").splitlines()
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        window.close()
    return {"achievements": count, "idle_mb": round(resident / 1024, 1)}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--measure"]:
            sys.stdout.write(json.dumps(_measure()))
        case ["--fill", folder]:
            _fill(Path(folder))
        case ["--idle", folder]:
            sys.stdout.write(json.dumps(_idle(Path(folder))))
        case _:
            sys.exit(main())

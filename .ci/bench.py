"""Runs every benchmark and keeps what it prints, one JSON line each, in ``out/bench.jsonl``."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "out" / "bench.jsonl"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; the exit code is 1 when one of them missed its limit."""
    scripts = [
        path for path in sorted((REPOSITORY / "benchmarks").glob("*.py")) if "__main__" in path.read_text("utf-8")
    ]
    chosen = [script for script in scripts if not names or script.stem in names]
    RESULTS.parent.mkdir(exist_ok=True)
    missed = []
    with RESULTS.open("w", encoding="utf-8") as results:
        for script in chosen:
            _say(f"{script.stem} ...")
            started = time.monotonic()
            done = subprocess.run([sys.executable, script], stdout=subprocess.PIPE, cwd=REPOSITORY, check=False)  # noqa: S603 - our own scripts
            took = round(time.monotonic() - started, 1)
            if done.returncode:
                missed.append(script.stem)
            for figures in _json_values(done.stdout.decode()):
                line = {"benchmark": script.stem, "exit": done.returncode, "took_s": took, "figures": figures}
                results.write(json.dumps(line, ensure_ascii=False) + "\n")
                _say(json.dumps(figures, ensure_ascii=False, indent=2))
    _say(f"{len(chosen)} benchmarks, figures in {RESULTS.relative_to(REPOSITORY)}")
    if missed:
        _say(f"missed a limit: {', '.join(missed)}")
    return bool(missed)


def _json_values(text: str) -> Iterator[Any]:
    """Yield the JSON values of a text that holds one document or one per line."""
    decoder = json.JSONDecoder()
    rest = text.lstrip()
    while rest:
        value, end = decoder.raw_decode(rest)
        yield value
        rest = rest[end:].lstrip()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

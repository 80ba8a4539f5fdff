"""Thirty visit records in one file: seconds in all, and how long it goes on after somebody has pressed 停下.

The peer sets the same thirty records as files of their own. Limits (ux.md 2.11): 15 s, and 1 s to stop, on two cores.
"""

import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

PAPERS, SECONDS, STOP_SECONDS = 30, 15.0, 1.0


def main() -> None:
    """Print one JSON object."""
    from broker_app.reports.batch import Wanted, make_together  # noqa: PLC0415 - the clock starts with its imports
    from broker_app.reports.by_name import compose, make_pdf  # noqa: PLC0415
    from tests.reports.sheets import VISIT  # noqa: PLC0415

    sheets = [replace(VISIT, number=f"ZF-330382-2026-{number:05}") for number in range(PAPERS)]
    wanted = [
        Wanted("走访记录表", sheet.enterprise, partial(_same, sheet), partial(compose, "visit_record"))
        for sheet in sheets
    ]
    asked: list[float] = []

    def go_on(_done: int, _all: int) -> bool:
        asked.append(time.perf_counter())
        return True

    began = time.perf_counter()
    batch = make_together(wanted, "一批", duplex=True, go_on=go_on)
    seconds = time.perf_counter() - began
    # A wish to stop is heard before the next paper: the longest pause between two questions, and writing the file.
    stop = max(late - early for early, late in zip(asked, [*asked[1:], time.perf_counter()], strict=True))
    began = time.perf_counter()
    singles = [make_pdf("visit_record", sheet) for sheet in sheets]
    peer = time.perf_counter() - began
    result: dict[str, Any] = {
        "benchmark": "papers_batch",
        "papers": batch.done,
        "pages": sum(one.pages for one in batch.outcomes),
        "seconds": round(seconds, 2),
        "stop_seconds": round(stop, 2),
        "kilobytes": len(batch.content) // 1024,
        "peer_seconds": round(peer, 2),
        "peer_kilobytes": sum(map(len, singles)) // 1024,
        "limit_seconds": SECONDS,
        "limit_stop_seconds": STOP_SECONDS,
        "holds": seconds <= SECONDS and stop <= STOP_SECONDS and batch.done == PAPERS,
    }
    sys.stdout.write(json.dumps(result) + "\n")


def _same(sheet: Any) -> Any:
    return sheet


if __name__ == "__main__":
    main()

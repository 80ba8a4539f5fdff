"""The same sheet gives the same bytes in every process, whatever its hash seed, zone and order of printing."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from broker_app.reports.fingerprint import fingerprint
from tests.reports.papers import PAPERS
from tests.reports.sheets import LETTER, VISIT

REPOSITORY = Path(__file__).parents[2]
PRINT_ALL = """
import hashlib, sys
from tests.reports.papers import PAPERS
order = sorted(PAPERS, reverse=sys.argv[1] == "backwards")
made = {name: hashlib.sha256(PAPERS[name].build(PAPERS[name].sheet)).hexdigest() for name in order}
print(*(made[name] for name in sorted(made)))
"""


def printed(seed: str, zone: str, order: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ALL, order],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_bytes_are_equal_in_other_processes() -> None:
    here = [hashlib.sha256(PAPERS[name].build(PAPERS[name].sheet)).hexdigest() for name in sorted(PAPERS)]
    assert printed("1", "UTC", "forwards") == here
    assert printed("4711", "America/Los_Angeles", "backwards") == here


def test_the_fingerprint_follows_the_data() -> None:
    assert len(fingerprint(VISIT)) == 64
    assert fingerprint(replace(VISIT)) == fingerprint(VISIT)
    assert fingerprint(replace(VISIT, note=VISIT.note + "。")) != fingerprint(VISIT)
    assert fingerprint(replace(VISIT, frozen_at=VISIT.frozen_at + timedelta(seconds=1))) != fingerprint(VISIT)
    first, *others = LETTER.achievements
    cheaper = replace(first, price_wan=None)
    assert fingerprint(replace(LETTER, achievements=(cheaper, *others))) != fingerprint(LETTER)

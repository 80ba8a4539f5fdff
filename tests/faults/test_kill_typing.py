"""Killed in the middle of typing, hundreds of times: three seconds of words may be missing, and nothing that was saved.

``BROKER_KILL_TRIALS`` says how often; a night of soaking tries thousands.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import pytest
from sqlalchemy import select

from broker_app.db.models import OutboxOperation, Visit
from broker_app.db.session import integrity_faults
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile, open_profile
from broker_app.services.recovery import MARKER

KEY = bytes(range(32))
TRIALS = int(os.environ.get("BROKER_KILL_TRIALS", "300"))
AT_ONCE = 16
"""Typists side by side: each of them mostly waits for its next key."""
LONGEST_SITTING = 4.5
MEANINGFUL = 50
LOST_SECONDS = 3.0
COMES_UP_SECONDS = 60
TYPIST = Path(__file__).with_name("typist.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork a program")


@dataclass(frozen=True)
class Sitting:
    """A program killed while it was being typed into: what its log says, and when it ended."""

    profile: ProfilePaths
    lines: tuple[tuple[str, int, float], ...]
    killed: float

    @property
    def owed(self) -> int:
        """How many characters must be there."""
        return max((n for what, n, at in self.lines if what == "typed" and at <= self.killed - LOST_SECONDS), default=0)

    @property
    def acknowledged(self) -> int:
        """How many characters the window had surely said to be saved: a write holds what stood at the one before."""
        saves = [typed for what, typed, _at in self.lines if what == "saved"]
        return saves[-2] if len(saves) > 1 else min(len(saves), 1)


@dataclass
class Typists:
    """The process that forks the programs."""

    process: "subprocess.Popen[str]"
    lock: Lock = field(default_factory=Lock)

    def start(self, profile: Path, log: Path) -> int:
        """Start one more; returns its process number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.lock:
            self.process.stdin.write(f"{profile}\t{log}\n")
            self.process.stdin.flush()
            return int(self.process.stdout.readline())


@pytest.fixture
def typists() -> Iterator[Typists]:
    with subprocess.Popen(
        [sys.executable, str(TYPIST)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as process:
        yield Typists(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.timeout(120 + 2 * TRIALS)
def test_a_kill_in_the_middle_of_typing_loses_three_seconds_at_most(typists: Typists, tmp_path: Path) -> None:
    moments = random.Random(20261124)  # noqa: S311 - when to kill, nothing secret
    template = tmp_path / "template"
    create_profile(ProfilePaths(template), KEY, Profile()).close()

    def sit(trial: tuple[int, float]) -> tuple[Sitting, int]:
        number, length = trial
        paths = ProfilePaths(tmp_path / f"profile-{number}")
        shutil.copytree(template, paths.folder)
        sitting = killed_after(typists, paths, tmp_path / f"typed-{number}.txt", length)
        kept = what_is_left(sitting)
        shutil.rmtree(paths.folder)
        return sitting, kept

    saved = lost = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for sitting, kept in pool.map(sit, enumerate(moments.uniform(0, LONGEST_SITTING) for _trial in range(TRIALS))):
            assert kept >= sitting.owed, f"{sitting.owed - kept} characters older than {LOST_SECONDS} s are gone"
            assert kept >= sitting.acknowledged, "the window had said that it was saved"
            saved += sitting.acknowledged > 0
            lost += kept < sitting.lines[-1][1]
    # The kills must have come at every stage, or the trials prove nothing.
    assert TRIALS < MEANINGFUL or (saved > TRIALS // 4 and lost > TRIALS // 4)


def killed_after(typists: Typists, paths: ProfilePaths, log: Path, length: float) -> Sitting:
    """Start a program and kill it that many seconds after its first key."""
    process = typists.start(paths.folder, log)
    end = time.monotonic() + COMES_UP_SECONDS
    while not (log.exists() and log.stat().st_size) and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(length)
    os.kill(process, signal.SIGKILL)
    killed = time.time()
    while is_running(process):  # its lock goes with it
        time.sleep(0.01)
    lines = [line.split() for line in log.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
    assert lines, "the program did not come up"
    return Sitting(paths, tuple((what, int(number), float(at)) for what, number, at in lines), killed)


def is_running(process: int) -> bool:
    """Whether there is such a process; the one that forked it does not keep the dead."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def what_is_left(sitting: Sitting) -> int:
    """How many characters of the note are in the store, which must be sound in every other respect."""
    assert (sitting.profile.folder / MARKER).exists()
    with open_profile(sitting.profile, KEY) as store:
        assert integrity_faults(store) == []
        with store.read() as session:
            visits = session.scalars(select(Visit)).all()
            operations = set(session.scalars(select(OutboxOperation.record_id)))
    assert {visit.id for visit in visits} == operations  # a visit and its operation land together or not at all
    assert len(visits) <= 1
    note = visits[0].note if visits else ""
    assert note == "".join(chr(0x4E00 + number) for number in range(len(note)))
    return len(note)

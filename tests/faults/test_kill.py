"""What was said to be saved is there after the program was killed, at whatever moment."""

import random
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from broker_app.db.models import OutboxOperation, Visit
from broker_app.db.session import integrity_faults
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile, open_profile

KEY = bytes(range(32))
TRIALS = 12
SAVER = """
import sys
from pathlib import Path
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import utc_now
from broker_app.services.profile import open_profile
from broker_app.services.visits import VisitDraft, save_visit
store = open_profile(ProfilePaths(Path(sys.argv[1])), bytes(range(32)))
while True:
    with store.write() as session:
        saved = save_visit(session, VisitDraft(utc_now(), note="纪要" * 200))
    sys.stdout.write(f"{saved}\\n")
    sys.stdout.flush()
"""


@pytest.mark.timeout(300)
def test_no_saved_visit_is_lost_by_a_kill(tmp_path: Path) -> None:
    paths = ProfilePaths(tmp_path / "profile")
    create_profile(paths, KEY, Profile()).close()
    moments = random.Random(20261124)  # noqa: S311 - when to kill, nothing secret
    acknowledged: set[UUID] = set()
    for _trial in range(TRIALS):
        with subprocess.Popen(
            [sys.executable, "-c", SAVER, str(paths.folder)], stdout=subprocess.PIPE, text=True
        ) as saver:
            assert saver.stdout is not None
            acknowledged.add(UUID(saver.stdout.readline().strip()))
            time.sleep(moments.uniform(0, 0.05))
            saver.kill()
            whole = (line for line in saver.stdout if line.endswith("\n"))
            acknowledged.update(UUID(line.strip()) for line in whole)
        with open_profile(paths, KEY) as store:
            assert integrity_faults(store) == []
            with store.read() as session:
                visits = set(session.scalars(select(Visit.id)))
                assert acknowledged <= visits
                # A visit and its operation land together or not at all.
                assert visits == set(session.scalars(select(OutboxOperation.record_id)))
    assert len(acknowledged) > TRIALS

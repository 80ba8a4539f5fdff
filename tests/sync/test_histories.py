"""Many random histories; each prints its seed if it fails. ``BROKER_SYNC_HISTORIES`` says how many."""

import os
import shutil
from pathlib import Path

import pytest

from tests.sync.histories import History, Templates, cheap_passwords

HISTORIES = int(os.environ.get("BROKER_SYNC_HISTORIES", "12"))
STEPS = 30


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates.make(tmp_path_factory.mktemp("templates"))


@pytest.mark.timeout(0)
def test_nothing_is_lost_in_any_history(templates: Templates, tmp_path: Path) -> None:
    first = int(os.environ.get("BROKER_SYNC_SEED", "0"))
    for seed in range(first, first + HISTORIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            with cheap_passwords():
                History(folder, templates, seed).run(STEPS)
        except AssertionError as failure:
            raise AssertionError(f"history {seed} (BROKER_SYNC_SEED={seed}): {failure}") from failure
        shutil.rmtree(folder)

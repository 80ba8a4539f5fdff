"""The whole window in English: nothing Chinese but what the records say, and nothing cut."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def walked(folder: Path, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.language.walk", str(folder), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=280,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("records", "points"), [("sample", "10.5"), ("sample", "14"), ("empty", "10.5")])
def test_every_page_and_dialog_is_english(records: str, points: str, tmp_path: Path) -> None:
    found = walked(tmp_path, records, "1280", "650", "light", points)
    assert found["chinese"] == {}
    assert found["clipped"] == []
    assert len(found["pictures"]) >= 20
    assert all(Path(picture).stat().st_size > 5_000 for picture in found["pictures"])

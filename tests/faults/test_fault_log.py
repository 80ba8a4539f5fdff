"""A fault of the program is found again in its own log, without a word of what was typed; one before the first window
too.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STARTS = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from broker_app import app

def fail():
    QTimer.singleShot(0, QCoreApplication.quit)
    raise ZeroDivisionError("words of a record")

show = app.Program.show_entrance
doors = {"early": lambda _self: fail(), "late": lambda self: (show(self), QTimer.singleShot(50, fail))}
app.Program.show_entrance = doors[sys.argv[2]]
sys.exit(app.run(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("when", ["early", "late"])
def test_a_fault_stands_in_the_log_without_any_words_of_a_record(when: str, repository: Path, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", STARTS, str(profile), when], cwd=repository, env=environment, check=False, timeout=60
    )
    assert done.returncode == (1 if when == "early" else 0)
    said = (profile / "log" / "broker.log").read_text("utf-8")
    assert "ERROR broker.crash" in said
    assert "ZeroDivisionError" in said
    assert " fail" in said
    assert "words of a record" not in said
    assert str(tmp_path) not in said

"""Programs that are typed into until they are killed: one process that has everything loaded forks them.

``python typist.py``: each line of standard input names a profile and a log; the process forked for it opens the window
over that profile and types into a new visit. The log tells what was typed and when something had been saved.
"""

import os
import signal
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from PySide6.QtCore import QTimer  # noqa: E402

from broker_app.app import build_window, make_application  # noqa: E402
from broker_app.paths import ProfilePaths  # noqa: E402
from broker_app.services.profile import open_profile  # noqa: E402
from broker_app.settings import Settings  # noqa: E402
from broker_app.ui import pages  # noqa: E402
from broker_app.ui.sync import exchange  # noqa: E402
from broker_app.ui.visits.page import VisitsPage  # noqa: E402

KEY = bytes(range(32))
KEY_EVERY_MS = 40
assert pages, exchange  # loaded before the fork


def type_until_killed(profile: Path, log: Path) -> None:
    """Open the window and type one character after the other, each of them another one."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    app = make_application(Settings())
    store = open_profile(ProfilePaths(profile), KEY)
    window = build_window(store)
    window.resize(1280, 650)
    window.show()
    page = window.show_page("visits", "new")
    assert isinstance(page, VisitsPage)
    editor = page.editor
    typed = 0

    def tell(what: str) -> None:
        os.write(out, f"{what} {typed} {time.time()}\n".encode())

    def type_on() -> None:
        nonlocal typed
        editor.note.insertPlainText(chr(0x4E00 + typed))
        typed += 1
        tell("typed")

    editor.keeper.saved.connect(lambda *_nothing: tell("saved"))
    keys = QTimer()
    keys.timeout.connect(type_on)
    keys.start(KEY_EVERY_MS)
    app.exec()


def main() -> None:
    """Fork a typist per line; tell its process number."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        profile, log = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            type_until_killed(Path(profile), Path(log))
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

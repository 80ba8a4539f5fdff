"""A desktop of its own for one test: a screen without glass, a session bus and an input method.

Run as a child, because a process talks to one kind of screen only: ``python desktop.py METHOD SCENE FOLDER``. The
scene's findings are printed as one line of JSON; the test in the parent judges them.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

REPOSITORY = Path(__file__).resolve().parents[3]
_PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us
Layout=

[Groups/0/Items/1]
Name=pinyin
Layout=

[GroupOrder]
0=Default
"""


def pass_time(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(holds: Callable[[], bool], seconds: float = 8) -> bool:
    """Let the window live until something holds; False if it never does."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        pass_time(20)
    return True


def press(*arguments: str) -> None:
    """Press keys of the keyboard as a person would, and let the window take them."""
    running = subprocess.Popen(["xdotool", *arguments])  # noqa: S607 - found on the path on purpose
    until(lambda: running.poll() is not None, 30)
    pass_time(150)


def type_letters(letters: str) -> None:
    """Type letters at the pace of fast hands."""
    press("type", "--delay", "40", letters)


def bring_up(widget: QWidget) -> None:
    """Show a window and give it the keyboard."""
    widget.show()

    def active() -> bool:
        widget.activateWindow()
        return widget.isActiveWindow()

    if not until(active):
        raise RuntimeError("the window does not get the keyboard")
    pass_time(300)


@contextmanager
def running(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of the desktop that ends with the block."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def configure_fcitx(folder: Path) -> None:
    """fcitx with an English keyboard and pinyin; Ctrl+Space goes from one to the other."""
    config = folder / "config" / "fcitx5"
    config.mkdir(parents=True, exist_ok=True)
    (config / "profile").write_text(_PROFILE, encoding="utf-8")


def start_of(method: str) -> list[str]:
    """The command that runs an input method in the foreground."""
    return {
        "fcitx": ["fcitx5", "--disable", "wayland,waylandim,notificationitem,kimpanel,cloudpinyin,xim"],
        "ibus": ["ibus-daemon", "--replace", "--panel", "disable", "--xim"],
    }[method]


def main(method: str, scene: str, folder: Path) -> None:
    """Bring the desktop up, play the scene, print what it found."""
    sys.path.insert(0, str(REPOSITORY))
    from tests.ui.shell import typing_scenes  # noqa: PLC0415 - the path is known only now

    os.environ["QT_IM_MODULE"] = method
    configure_fcitx(folder)
    with running(*start_of(method)) as process:
        if method == "ibus":
            _choose_pinyin()
        app = QApplication(sys.argv[:1])
        found = getattr(typing_scenes, scene)(app, folder, process)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def _choose_pinyin() -> None:
    for _attempt in range(40):
        done = subprocess.run(
            ["ibus", "engine", "libpinyin"],  # noqa: S607 - found on the path on purpose
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return
        time.sleep(0.25)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

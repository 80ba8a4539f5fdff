"""Chinese typed on a real screen with a real keyboard, through fcitx and through ibus."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("desktop.py")
EVERY = ("line", "text", "area", "date", "amount", "list", "time", "note")
_TOOLS = ("dbus-run-session", "xvfb-run", "xdotool")
_DAEMON = {"fcitx": "fcitx5", "ibus": "ibus-daemon"}
_PINYIN = {
    "fcitx": Path("/usr/share/fcitx5/inputmethod/pinyin.conf"),
    "ibus": Path("/usr/share/ibus/component/libpinyin.xml"),
}


def play(method: str, scene: str, folder: Path) -> dict[str, Any]:
    """What a scene finds on a desktop of its own."""
    missing = [tool for tool in (*_TOOLS, _DAEMON[method]) if shutil.which(tool) is None]
    if not _PINYIN[method].exists():
        missing.append(f"pinyin for {method}")
    if missing or not sys.platform.startswith("linux"):
        pytest.skip(f"this machine has no {', '.join(missing) or 'X'}")
    (folder / "run").mkdir(mode=0o700)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("QT_", "XDG_", "DBUS_"))},
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "share"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "QT_QPA_PLATFORM": "xcb",
        "QT_SCALE_FACTOR": "1",
    }
    screen = ("xvfb-run", "-a", "-s", "-screen 0 1400x900x24")
    done = subprocess.run(
        ["dbus-run-session", "--", *screen, sys.executable, str(CHILD), method, scene, str(folder)],  # noqa: S607
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_fcitx_in_one_line_and_never_in_a_passphrase(tmp_path: Path) -> None:
    assert play("fcitx", "one_line", tmp_path) == {
        "latin": "ab ",
        "composed": "ni hao",
        "not yet text": "",
        "text": "你好",
        "left": "ni hao",
        "passphrase": "nihao ",
        "given up": "ni hao",
        "fast": "ni hao温州你好",
    }


@pytest.mark.parametrize("method", ["fcitx", "ibus"])
def test_wenzhou_in_every_kind_of_text_field(method: str, tmp_path: Path) -> None:
    found = play(method, "every_input", tmp_path)
    assert found.pop("choice") == "b"  # a list of choices keeps its keys
    assert found == dict.fromkeys(EVERY, "温州")


@pytest.mark.parametrize("method", ["fcitx", "ibus"])
def test_a_visit_from_the_first_key_to_the_store(method: str, tmp_path: Path) -> None:
    found = play(method, "visit", tmp_path)
    assert found["firm field"]
    assert "永嘉" in found["firm"]
    assert found["in the note"]
    assert found["stored"] == "温州你好"
    assert found["palette"]
    assert found["note when left"].startswith("温州你好")
    assert found["note when left"].removeprefix("温州你好").replace(" ", "") in ("wenzhou", "温州")
    assert found["searched"] == "永嘉"
    assert any("永嘉" in title for title in found["hits"])
    assert found["closed"]


def test_fcitx_that_hangs_dies_and_comes_back(tmp_path: Path) -> None:
    assert play("fcitx", "faults", tmp_path) == {
        "while it hangs": "abc def",
        "after it hung": "你好",
        "when it dies": "ni hao",
        "without it": "plain",
        "back": True,
        "after it came back": "你好",
    }

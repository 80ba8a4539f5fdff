"""One machine for every test: no screen, no network, no key store, nobody's data, the same fonts and clock zone."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

REPOSITORY = Path(__file__).resolve().parents[1]

_HOME = Path(tempfile.mkdtemp(prefix="broker-tests-"))
_FOLDERS = {
    "HOME": "",
    "USERPROFILE": "",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "share",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "runtime",
    "APPDATA": "roaming",
    "LOCALAPPDATA": "local",
}
_FIXED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "CST-8",  # China, written so that it needs no time zone files
    "QT_SCALE_FACTOR": "1",
    "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
    # No session bus, so no key store and no input method of the person who runs the tests.
    "DBUS_SESSION_BUS_ADDRESS": f"unix:path={_HOME / 'no-session-bus'}",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
}
_ABSENT = ("BROKER_PASSPHRASE", "BROKER_PROFILE", "LANGUAGE", "DISPLAY", "WAYLAND_DISPLAY", "QT_IM_MODULE")
_NAMES_OF_THIS_MACHINE = {"localhost", "", None}


class NetworkUseError(AssertionError):
    """A test tried to leave this machine."""


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(address[0]):
            raise NetworkUseError(f"{event} to {address!r}")
    elif event == "socket.getaddrinfo" and not _is_here(arguments[0]):
        raise NetworkUseError(f"{event} for {arguments[0]!r}")


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in _NAMES_OF_THIS_MACHINE:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


def pytest_configure() -> None:
    """Set the machine up before anything of the program is imported."""
    for name, folder in _FOLDERS.items():
        (_HOME / folder).mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(_HOME / folder)
    os.environ.update(_FIXED)
    keep_display = os.environ["QT_QPA_PLATFORM"] != "offscreen"
    for name in _ABSENT:
        if not (keep_display and "DISPLAY" in name):
            os.environ.pop(name, None)
    if sys.platform != "win32":
        import time  # noqa: PLC0415 - only here, and only where the call exists

        time.tzset()
    sys.addaudithook(_stay_on_this_machine)
    # Found once means found always: the gate tries the same examples on each run, `make soak` tries new ones.
    hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)
    hypothesis.settings.register_profile("soak", deadline=None, max_examples=2_000, print_blob=True)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_unconfigure() -> None:
    """Remove the home the tests lived in."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds the whole project."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of judged test data beside the repository; what needs it is skipped elsewhere."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the judged test data is not on this machine")
    return folder


@pytest.fixture(scope="session")
def qapp(qapp: "QApplication") -> Iterator["QApplication"]:
    """The application with the bundled fonts, so that no picture depends on the fonts of the machine."""
    from PySide6.QtGui import QFont, QFontDatabase  # noqa: PLC0415 - most tests need no Qt

    numbers = [QFontDatabase.addApplicationFont(str(file)) for file in sorted(_font_files())]
    assert numbers
    assert min(numbers) >= 0
    qapp.setFont(QFont("Noto Sans SC"))
    yield qapp
    qapp.closeAllWindows()
    # Without a screen Qt holds what was copied in a static of its own and deletes it after the interpreter has ended:
    # an object made in Python would then crash the process.
    qapp.clipboard().clear()


def _font_files() -> list[Path]:
    return list((REPOSITORY / "resources" / "fonts").glob("*.ttf"))

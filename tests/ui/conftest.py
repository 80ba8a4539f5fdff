"""A filled profile, and the window over it, for every test that acts through widgets."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from broker_app.app import settle
from broker_app.db.key_file import open_with_passphrase
from broker_app.db.session import Store
from broker_app.exchange.sample import SAMPLE_PASSPHRASE, create_sample
from broker_app.paths import ProfilePaths
from broker_app.services.profile import open_profile
from broker_app.ui.shell.main_window import MainWindow
from tests.window_under_test import window_under_test


@pytest.fixture(scope="session")
def sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of made-up data, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("sample") / "profile"
    create_sample(ProfilePaths(folder)).close()
    return folder


@pytest.fixture
def profile(sample_template: Path, tmp_path: Path) -> ProfilePaths:
    """A profile of made-up data of this test's own."""
    folder = tmp_path / "profile"
    shutil.copytree(sample_template, folder)
    return ProfilePaths(folder)


@pytest.fixture
def store(profile: ProfilePaths) -> Iterator[Store]:
    """The open store of ``profile``."""
    with open_profile(profile, open_with_passphrase(profile.key_file, SAMPLE_PASSPHRASE)) as store:
        yield store


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, store: Store) -> Iterator[MainWindow]:
    """The main window at the page Today, 1366 x 768."""
    with window_under_test(store, qtbot, qapp) as window:
        settle(qapp, window)
        yield window


@pytest.fixture
def settled(qapp: QApplication, window: MainWindow) -> Callable[[], None]:
    """Call it to let everything asked for so far arrive on the screen."""
    return lambda: settle(qapp, window)


def all_of(widget: QWidget, kind: type[Any]) -> list[Any]:
    """Every visible widget of a kind inside ``widget``."""
    return [one for one in widget.findChildren(kind) if one.isVisible()]

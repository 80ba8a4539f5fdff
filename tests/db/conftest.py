"""A profile with a known data key; the passphrase and its slow key derivation have tests of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile

DATA_KEY = bytes(range(32))


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths(tmp_path / "profile")


@pytest.fixture
def store(paths: ProfilePaths) -> Iterator[Store]:
    profile = Profile(user_id="u-lin", name="林样例", team="7", county="330382")
    with create_profile(paths, DATA_KEY, profile) as store:
        yield store

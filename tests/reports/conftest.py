"""A real store with a visit, a need and an achievement that hold things nobody may print."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    profile = Profile(
        user_id="u-lin",
        name="林样例",
        team="7",
        county="330382",
        organisation="样例市科技大市场",
        phone="0577-00000000",
    )
    with create_profile(ProfilePaths(tmp_path / "profile"), bytes(range(32)), profile) as store:
        yield store

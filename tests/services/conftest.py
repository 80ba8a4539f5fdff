"""A profile of 林样例 in 乐清, and the same store used by a colleague."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.profile import Profile, create_profile

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=CHINA_TIME)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    profile = Profile(user_id="u-lin", name="林样例", team="7", county="330382")
    with create_profile(ProfilePaths(tmp_path / "profile"), bytes(range(32)), profile) as store:
        yield store


@pytest.fixture
def firm(store: Store) -> UUID:
    with store.write() as session:
        return save_enterprise(session, EnterpriseDraft("甲样例电气有限公司", county="330382"))


def as_colleague(store: Store) -> None:
    """From now on 陈样例 works on this store."""
    store.actor = replace(store.actor, user_id="u-chen", name="陈样例")


def as_author(store: Store) -> None:
    """From now on 林样例 works on it again."""
    store.actor = replace(store.actor, user_id="u-lin", name="林样例")

"""Making a profile leaves a whole one or none; a profile of a newer program can be read."""

from pathlib import Path

import pytest

from broker_app.db.models import ProfileValue
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError, StoreError
from broker_app.paths import ProfilePaths
from broker_app.services import profile as profiles
from broker_app.services.entrance import begin, enter, recover
from broker_app.services.profile import Profile, create_profile, read_profile, save_profile

PASSPHRASE = "瓯江边上的一句话"


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths(tmp_path / "new" / "profile")


def test_what_was_begun_is_entered_again(paths: ProfilePaths) -> None:
    made = begin(paths, PASSPHRASE, Profile(name="林样例", county="330382"))
    made.store.close()
    recover(paths, made.recovery_code, "另外一句好记的话")
    with enter(paths, "另外一句好记的话") as store:
        assert (store.actor.name, store.actor.county) == ("林样例", "330382")
        with pytest.raises(StoreError, match="没有改动"):
            begin(paths, PASSPHRASE, Profile())


def test_a_weak_passphrase_makes_nothing(paths: ProfilePaths) -> None:
    with pytest.raises(InvalidInputError):
        begin(paths, "短", Profile())
    assert not paths.folder.exists()


def test_what_could_not_be_made_whole_is_not_left_behind(paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_store: Store, **_choice: bool) -> None:
        raise StoreError("样例失败。")

    monkeypatch.setattr(profiles, "keep_index", fails)
    with pytest.raises(StoreError, match="样例失败"):
        begin(paths, PASSPHRASE, Profile())
    monkeypatch.undo()
    assert [each.name for each in paths.folder.iterdir() if each.suffix in {".db", ".key"}] == []
    begin(paths, PASSPHRASE, Profile()).store.close()


def test_facts_of_a_newer_program_are_passed_over(paths: ProfilePaths) -> None:
    with create_profile(paths, bytes(range(32)), Profile(name="林样例")) as store:
        with store.write() as session:
            row = session.get_one(ProfileValue, "profile")
            row.value = {**row.value, "novelty": 7}
        with store.read() as session:
            assert read_profile(session).name == "林样例"
        with store.write() as session:
            save_profile(session, Profile(name="陈样例"))
        with store.read() as session:
            assert read_profile(session).name == "陈样例"

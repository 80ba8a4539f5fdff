"""Many random histories; each prints its seed if it fails. ``BROKER_SYNC_HISTORIES`` says how many, and
``BROKER_SYNC_SEED`` where to begin. What random histories have found is told here again by itself."""

import os
import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from broker_app.db.models import Enterprise, Need
from tests.sync.histories import COUNTY, TEAM, History, Killed, Lost, Templates, cheap_passwords

HISTORIES = int(os.environ.get("BROKER_SYNC_HISTORIES", "300"))
STEPS = 50


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """An empty server and empty profiles."""
    return Templates.make(tmp_path_factory.mktemp("templates"))


def played(folder: Path, templates: Templates, play: Callable[[History], None]) -> None:
    """A history whose events are told one by one."""
    history = History(folder, templates, 0)
    history.types_on = False
    try:
        with cheap_passwords():
            play(history)
            history.settle()
            history.check()
    finally:
        history.close()


def test_a_server_that_goes_back_between_push_and_pull_is_told_again(templates: Templates, tmp_path: Path) -> None:
    """Found by the executable model: who learns the epoch only from a pull takes the new one for its first."""

    def play(history: History) -> None:
        ann = history.people[0]
        history.central.backup()
        with ann.store.write() as session:
            session.add(Enterprise(name=history.value("ann"), scope=COUNTY))
        with pytest.raises(Lost):
            history.exchange(ann, ["lose_reply", "", "", ""])  # taken from the end: the first pull is lost
        history.central.restore()

    played(tmp_path, templates, play)


def test_a_server_that_goes_back_far_is_told_everything_by_everybody(templates: Templates, tmp_path: Path) -> None:
    def play(history: History) -> None:
        ann, bob, _cat = history.people
        history.central.backup()
        for person in (ann, bob):
            with person.store.write() as session:
                session.add(Enterprise(name=history.value(person.login), scope=COUNTY))
            for other in (ann, bob):
                history.exchange(other, [])
        history.central.restore()

    played(tmp_path, templates, play)


def test_a_change_of_what_was_kept_apart_is_told_whole(templates: Templates, tmp_path: Path) -> None:
    """Found by a history: made without access, the reply lost, changed, access given back."""

    def play(history: History) -> None:
        _ann, bob, _cat = history.people
        history.exchange(bob, [])
        history.central.set_access("bob", TEAM, given=False)
        with bob.store.write() as session:
            need = Need(title=history.value("bob"), scope=TEAM)
            session.add(need)
        with pytest.raises(Lost):
            history.exchange(bob, ["lose_reply"])
        with bob.store.write() as session:
            session.get_one(Need, need.id).goal = history.value("bob")
        history.central.set_access("bob", TEAM, given=True)
        history.settle()
        (body,) = [body for kind, body in history.central.bodies().values() if kind == "need"]
        assert body["title"]
        assert body["goal"]

    played(tmp_path, templates, play)


def test_what_follows_a_held_change_shows_what_stands(templates: Templates, tmp_path: Path) -> None:
    """Found by a history: held and not heard of, typed on from there, access given back before it was missed."""

    def play(history: History) -> None:
        ann, bob, _cat = history.people
        with ann.store.write() as session:
            need = Need(title=history.value("ann"), scope=TEAM)
            session.add(need)
        for person in (ann, bob):
            history.exchange(person, [])
        history.central.set_access("bob", TEAM, given=False)
        with bob.store.write() as session:
            session.get_one(Need, need.id).goal = history.value("bob")
        with pytest.raises(Lost):
            history.exchange(bob, ["lose_reply"])
        with bob.store.write() as session:
            row = session.get_one(Need, need.id)
            history._note_seen(row.goal)
            row.goal = history.value("bob")
        history.central.set_access("bob", TEAM, given=True)

    played(tmp_path, templates, play)


def test_a_computer_that_goes_dark_in_any_transaction_goes_on(templates: Templates, tmp_path: Path) -> None:
    """The crash matrix: dark before or after each transaction of one exchange in turn."""
    for number in range(8):
        for before_end in (True, False):
            folder = tmp_path / f"{number}-{before_end}"
            folder.mkdir()

            def play(history: History, number: int = number, before_end: bool = before_end) -> None:
                ann, bob, _cat = history.people
                for person in (bob, ann):
                    with person.store.write() as session:
                        session.add(Enterprise(name=history.value(person.login), scope=COUNTY))
                history.exchange(bob, [])
                ann.fuse.left, ann.fuse.before_end = number, before_end
                try:
                    history.exchange(ann, [])
                except Killed:
                    ann.store.close()
                    ann.open()
                ann.fuse.left = -1
                history.sees_own_words(ann)
                history.nothing_is_missing(ann)

            played(folder, templates, play)


def test_whoever_comes_first_the_same_words_are_kept(templates: Templates, tmp_path: Path) -> None:
    """Three people change one field offline and arrive in any order: one stands, the others are asked about."""
    kept: set[frozenset[str]] = set()
    for order in permutations(range(3)):
        folder = tmp_path / "".join(map(str, order))
        folder.mkdir()

        def play(history: History, order: tuple[int, ...] = order) -> None:
            with history.people[0].store.write() as session:
                firm = Enterprise(name=history.value("ann"), scope=COUNTY)
                session.add(firm)
            for person in history.people:
                history.exchange(person, [])
                with person.store.write() as session:
                    session.get_one(Enterprise, firm.id).address = f"{person.login} 写的"
            for number in order:
                history.exchange(history.people[number], [])
            ((_kind, body),) = [found for found in history.central.bodies().values() if found[0] == "enterprise"]
            questions = history.central.oracle.questions.values()
            kept.add(frozenset({body["address"], *(str(question.other) for question in questions)}))
            assert body["address"] == f"{history.people[order[0]].login} 写的"

        played(folder, templates, play)
    assert kept == {frozenset({"ann 写的", "bob 写的", "cat 写的"})}


@pytest.mark.timeout(0)
def test_nothing_is_lost_in_any_history(templates: Templates, tmp_path: Path) -> None:
    first = int(os.environ.get("BROKER_SYNC_SEED", "0"))
    for seed in range(first, first + HISTORIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            with cheap_passwords():
                History(folder, templates, seed).run(STEPS)
        except AssertionError as failure:
            raise AssertionError(f"history {seed} (BROKER_SYNC_SEED={seed}): {failure}") from failure
        shutil.rmtree(folder)

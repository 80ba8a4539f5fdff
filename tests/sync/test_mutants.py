"""Every rule that keeps words from being lost is weakened in turn, and what the histories check must notice.

Each mutant has a history of its own that goes straight to where it hurts; the same history holds while nothing is
weakened. One is looked for at random as well, as all were at first (sync.md section 4).
"""

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from sqlalchemy import delete

from broker_app.db.models import AcknowledgedOperation, Enterprise, Need, SyncScope
from broker_app.sync import engine, journal, local, records
from broker_app.sync.engine import ServerTroubleError
from broker_app.sync.merge import RecordMerge
from broker_app.sync.protocol import SyncReply
from broker_server import meta
from broker_server import push as server_push
from tests.sync.histories import COUNTY, OTHER, TEAM, History, Killed, Lost, Person, Templates, cheap_passwords

TRIES, STEPS = 60, 45
Patches = list[Any]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """An empty server and empty profiles."""
    return Templates.make(tmp_path_factory.mktemp("templates"))


# --- what is weakened ---------------------------------------------------------------------------------------


def last_writer_wins(kind: str, body: Mapping[str, Any], changes: Mapping[str, Any]) -> RecordMerge:
    after, changed = dict(body), {}
    for name, change in changes.items():
        changed[name] = [after.get(name), change[1]]
        after[name] = change[1]
    return RecordMerge({name: value for name, value in after.items() if value is not None}, changed, (), False)


def cursor_first(self: local.Local, reply: SyncReply) -> local.Taken:
    with self.sessions.write() as session:
        self._take_scopes(session, reply)
        local._move_cursors(session, reply.cursors)
    with self.sessions.write() as session:
        receipt = journal.acknowledge(session, reply, self.now())
        applied = records.apply_changes(session, reply.changes, self.removals, self.now())
        return local.Taken(receipt, applied)


def acknowledged_and_forgotten(session: Any, _covered: object, _now: object) -> None:
    session.flush()
    session.execute(delete(AcknowledgedOperation))


def nothing_is_told_again(session: Any) -> None:
    records.read_anew(session, [row.scope for row in session.query(SyncScope)])


def held_and_dropped(_self: object, _operation: object, _held: object) -> Any:
    return server_push.Outcome("held", _self.own)  # type: ignore[attr-defined]


def moved_without_leaving(self: Any, row: Any, outcome: Any, record_id: UUID, target: str) -> None:
    body, op = row.body, row.op
    server_move(self, row, outcome, record_id, target)
    row.body, row.op, row.moved_to = body, op, None


def the_same_life_goes_on(connection: Any) -> None:
    meta.put_fact(connection, meta.SIGNING_KEY, "0" * 64)


def greeted_without_remembering(local_: Any, _report: object) -> Generator[Any, Any, UUID]:
    """Learn the epoch from what is pulled, not before the first push."""
    greeting = yield engine.Hello()
    if known_epoch(local_) is None:
        local_.guessed = greeting.epoch
    else:
        local_.meet(greeting.epoch)
    return greeting.epoch  # type: ignore[no-any-return]


def learnt_from_the_pull(self: Any, reply: SyncReply) -> Any:
    taken = plain_take(self, reply)
    if reply.cursors and not reply.results:
        self.meet(reply.epoch)
    return taken


server_move = server_push._Push._move
known_epoch, plain_take = local.Local.epoch, local.Local.take


# --- the shortest way to where it hurts ----------------------------------------------------------------------


def add_firm(history: History, person: Person) -> UUID:
    with person.store.write() as session:
        firm = Enterprise(name=history.value(person.login), scope=COUNTY)
        session.add(firm)
        session.flush()
        return firm.id


def set_firm(history: History, person: Person, firm: UUID, name: str = "address") -> None:
    with person.store.write() as session:
        row = session.get_one(Enterprise, firm)
        history._note_seen(getattr(row, name))
        setattr(row, name, history.value(person.login))


def a_firm_everybody_has(history: History) -> UUID:
    ann, bob, _cat = history.people
    firm = add_firm(history, ann)
    history.exchange(ann, [])
    history.exchange(bob, [])
    return firm


def a_copy_of_a_request_comes_late(history: History) -> None:
    ann, bob, _cat = history.people
    firm = a_firm_everybody_has(history)
    set_firm(history, ann, firm)
    history.exchange(ann, ["late"])
    history.exchange(bob, [])
    set_firm(history, bob, firm)
    history.exchange(bob, [])
    history.exchange(ann, [])


def two_people_change_one_field(history: History) -> None:
    ann, bob, _cat = history.people
    firm = a_firm_everybody_has(history)
    for person in (ann, bob):
        set_firm(history, person, firm)
        history.exchange(person, [])


def two_people_write_two_paragraphs(history: History) -> None:
    ann, bob, _cat = history.people
    firm = a_firm_everybody_has(history)
    with ann.store.write() as session:
        session.get_one(Enterprise, firm).profile = "一\n二\n三"
    history.exchange(ann, [])
    history.exchange(bob, [])
    for person, words in ((ann, "{}\n二\n三"), (bob, "一\n二\n{}")):
        with person.store.write() as session:
            session.get_one(Enterprise, firm).profile = words.format(history.value(person.login))
        history.exchange(person, [])


def a_need_goes_to_another_team(history: History) -> None:
    ann, _bob, _cat = history.people
    with ann.store.write() as session:
        need = Need(title=history.value("ann"), scope=TEAM)
        session.add(need)
        session.flush()
        record = need.id
    history.exchange(ann, [])
    history.say(history._operation(TEAM, "need", record, move=OTHER))


def a_server_goes_back_and_goes_on(history: History) -> None:
    ann, bob, _cat = history.people
    firm = a_firm_everybody_has(history)
    history.central.backup()
    set_firm(history, ann, firm)
    history.exchange(ann, [])
    history.central.restore()
    for _edit in range(3):
        set_firm(history, bob, firm, "website")
        history.exchange(bob, [])


def a_server_goes_back(history: History) -> None:
    ann, _bob, _cat = history.people
    history.central.backup()
    add_firm(history, ann)
    history.exchange(ann, [])
    history.central.restore()


def a_server_goes_back_before_the_first_pull(history: History) -> None:
    ann, bob, _cat = history.people
    history.central.backup()
    add_firm(history, ann)
    with pytest.raises(Lost):
        history.exchange(ann, ["lose_reply", "", "", ""])  # greeting, scopes, push, and no more
    history.central.restore()
    add_firm(history, bob)  # as many revisions as ann knows of
    history.exchange(bob, [])


def somebody_writes_to_a_team_they_left(history: History) -> None:
    ann, bob, _cat = history.people
    with ann.store.write() as session:
        session.add(Need(title=history.value("ann"), scope=TEAM))
    for person in (ann, bob):
        history.exchange(person, [])
    history.central.set_access("bob", TEAM, given=False)
    with bob.store.write() as session:
        session.query(Need).one().goal = history.value("bob")
    history.exchange(bob, [])


def a_computer_goes_dark_while_it_reads(history: History) -> None:
    ann, bob, _cat = history.people
    a_firm_everybody_has(history)
    for number in range(8):
        add_firm(history, bob)
        history.exchange(bob, [])
        ann.fuse.left, ann.fuse.before_end = number, False
        try:
            history.exchange(ann, [])
        except Killed:
            ann.store.close()
            ann.open()
        ann.fuse.left = -1
        history.nothing_is_missing(ann)


def somebody_types_while_others_words_arrive(history: History) -> None:
    ann, bob, _cat = history.people
    firm = a_firm_everybody_has(history)
    set_firm(history, bob, firm, "website")
    history.exchange(bob, [])
    history.exchange(ann, [], meanwhile=partial(set_firm, history, ann, firm))
    history.sees_own_words(ann)


MUTANTS: dict[str, tuple[Callable[[], Patches], Callable[[History], None]]] = {
    "no_dedupe": (
        lambda: [patch.object(server_push._Push, "_earlier", lambda _self, _operations: {})],
        a_copy_of_a_request_comes_late,
    ),
    "lww": (lambda: [patch.object(server_push, "merge_record", last_writer_wins)], two_people_change_one_field),
    "text_overwrites": (
        lambda: [patch("broker_app.sync.merge.merge_text", lambda _base, _current, other: other)],
        two_people_write_two_paragraphs,
    ),
    "no_leave": (
        lambda: [patch.object(server_push._Push, "_move", moved_without_leaving)],
        a_need_goes_to_another_team,
    ),
    "no_epoch": (lambda: [patch.object(meta, "begin_life", the_same_life_goes_on)], a_server_goes_back_and_goes_on),
    "nothing_told_again": (lambda: [patch.object(journal, "say_again", nothing_is_told_again)], a_server_goes_back),
    "prune_acked": (lambda: [patch.object(journal, "_drop_covered", acknowledged_and_forgotten)], a_server_goes_back),
    "blind_push": (
        lambda: [
            patch.object(engine, "_greet", greeted_without_remembering),
            patch.object(local.Local, "epoch", lambda self: known_epoch(self) or getattr(self, "guessed", None)),
            patch.object(local.Local, "take", learnt_from_the_pull),
        ],
        a_server_goes_back_before_the_first_pull,
    ),
    "drop_held": (
        lambda: [patch.object(server_push._Push, "_hold", held_and_dropped)],
        somebody_writes_to_a_team_they_left,
    ),
    # Without the sums: they notice the missing rows and read the scope anew, which is what they are for.
    "cursor_first": (
        lambda: [
            patch.object(local.Local, "take", cursor_first),
            patch.object(records, "mismatched", lambda _session, _heads: []),
        ],
        a_computer_goes_dark_while_it_reads,
    ),
    "no_rebase": (
        lambda: [patch.object(records, "_view", lambda _kind, body, _pending: (dict(body), None))],
        somebody_types_while_others_words_arrive,
    ),
}


@contextmanager
def weakened(patches: Patches) -> Iterator[None]:
    """The product with a rule weakened, and passwords that cost nothing."""
    with ExitStack() as stack:
        stack.enter_context(cheap_passwords())
        for each in patches:
            stack.enter_context(each)
        yield


def played(folder: Path, templates: Templates, play: Callable[[History], None]) -> None:
    folder.mkdir()
    history = History(folder, templates, 0)
    history.types_on = False
    try:
        play(history)
        history.settle()
        history.check()
    finally:
        history.close()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_mutant_is_caught_by_a_history_of_its_own(mutant: str, templates: Templates, tmp_path: Path) -> None:
    patches, play = MUTANTS[mutant]
    with weakened([]):
        played(tmp_path / "sound", templates, play)
    with weakened(patches()), pytest.raises((AssertionError, ServerTroubleError)):  # its own sums notice some
        played(tmp_path / "weak", templates, play)


@pytest.mark.timeout(0)
def test_a_mutant_is_found_by_looking_around(templates: Templates, tmp_path: Path) -> None:
    for seed in range(TRIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            with weakened(MUTANTS["prune_acked"][0]()):
                History(folder, templates, seed).run(STEPS)
        except (AssertionError, ServerTroubleError):
            return
        shutil.rmtree(folder)
    pytest.fail("no history has noticed that what was acknowledged is forgotten")

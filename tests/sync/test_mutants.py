"""The histories see every weakened rule: each mutant is patched in, and some history must fail with it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import delete

from broker_app.db.models import AcknowledgedOperation, SyncScope
from broker_app.sync import journal, local, records
from broker_app.sync.engine import ServerTroubleError
from broker_app.sync.merge import RecordMerge
from broker_app.sync.protocol import SyncReply
from broker_server import push as server_push
from tests.sync.histories import History, Templates, cheap_passwords

TRIES = 160  # rows lost by a move of the cursor need a kill at one moment: about one history in fifteen has it
STEPS = 45


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates.make(tmp_path_factory.mktemp("templates"))


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
    return server_push._Outcome("held", _self.own)  # type: ignore[attr-defined]


def no_text_merge(*_texts: str) -> str:
    return _texts[2]


MUTANTS: dict[str, Callable[[], Any]] = {
    "no_dedupe": lambda: patch.object(server_push._Push, "_earlier", lambda _self, _operations: {}),
    "last_writer_wins": lambda: patch.object(server_push, "merge_record", last_writer_wins),
    # Without the sums: they notice the missing rows and read the scope anew, which is what they are for.
    "cursor_first": lambda: (
        patch.object(local.Local, "take", cursor_first),
        patch.object(records, "mismatched", lambda _session, _heads: []),
    ),
    "prune_acked": lambda: patch.object(journal, "_drop_covered", acknowledged_and_forgotten),
    "no_rebase": lambda: patch.object(records, "_view", lambda _kind, body, _pending: (dict(body), None)),
    "no_epoch": lambda: patch.object(journal, "say_again", nothing_is_told_again),
    "drop_held": lambda: patch.object(server_push._Push, "_hold", held_and_dropped),
    "text_overwrites": lambda: patch("broker_app.sync.merge.merge_text", no_text_merge),
}


@contextmanager
def weakened(mutant: str) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(cheap_passwords())
        patches = MUTANTS[mutant]()
        for each in patches if isinstance(patches, tuple) else (patches,):
            stack.enter_context(each)
        yield


@pytest.mark.timeout(0)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_mutant_is_caught(mutant: str, templates: Templates, tmp_path: Path) -> None:
    for seed in range(TRIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        try:
            with weakened(mutant):
                History(folder, templates, seed).run(STEPS)
        except (AssertionError, ServerTroubleError):  # the engine's own sums notice some of them
            return
        shutil.rmtree(folder)
    pytest.fail(f"no history has noticed the mutant {mutant}")

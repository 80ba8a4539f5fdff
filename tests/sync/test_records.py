"""Bodies and rows, and what is written when the server's word and a person's own words meet in one record."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from broker_app.db.models import Enterprise, Need, OutboxOperation, ServerRecord, Visit
from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.profile import Profile, create_profile
from broker_app.sync.bodies import body_of, models, row_values
from broker_app.sync.kinds import KINDS
from broker_app.sync.merge import lay_over
from broker_app.sync.protocol import DELETE, LEAVE, PUT, Change
from broker_app.sync.records import Removals, apply_changes

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COUNTY = "county:330381"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    paths = ProfilePaths(tmp_path_factory.mktemp("records") / "profile")
    with create_profile(paths, bytes(range(32)), Profile(name="林样例", county="330381")) as made:
        yield made


@pytest.mark.parametrize("kind", sorted(set(KINDS) & set(models())))
@settings(max_examples=60)
@given(st.data())
def test_whatever_the_server_says_can_be_kept_and_said_again(kind: str, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(KINDS[kind].fields)) | st.just("of_a_newer_program")
    body = {name: value for name, value in data.draw(st.dictionaries(names, JSON, max_size=6)).items()}
    row = row_values(kind, body)
    again = body_of(kind, row)
    for name, value in body.items():
        if value in (None, "", [], {}):
            continue
        assert again.get(name) is not None, "nothing that was said is forgotten"
        assert row_values(kind, again)[name] == row[name] if name in row else again[name] == value


def put(record: UUID, rev: int, **body: Any) -> Change:
    return Change(COUNTY, rev, record, PUT, "enterprise", {"created_at": "2026-11-20T01:00:00Z", **body})


def apply(store: Store, *changes: Change) -> None:
    with store.write() as session:
        apply_changes(session, changes, Removals(), NOW)


TEXTS = st.sampled_from(["", "甲", "乙", "丙"])
LINES = st.lists(st.sampled_from("甲乙丙丁"), max_size=4).map("\n".join)
TAGS = st.lists(st.sampled_from(["一", "二", "三"]), unique=True, max_size=3)


@settings(max_examples=60)
@given(first=st.tuples(TEXTS, LINES, TAGS), mine=st.tuples(TEXTS, LINES, TAGS), theirs=st.tuples(TEXTS, LINES, TAGS))
def test_a_pulled_record_shows_ones_own_words_over_it(
    store: Store,
    first: tuple[str, str, list[str]],
    mine: tuple[str, str, list[str]],
    theirs: tuple[str, str, list[str]],
) -> None:
    record = uuid4()
    apply(store, put(record, 1, name="样例", **_fields(first)))
    with store.write() as session:
        row = session.get(Enterprise, record)
        assert row is not None
        row.address, row.profile, row.tags = mine[0], mine[1], mine[2]
    with store.read() as session:
        operations = session.scalars(select(OutboxOperation).where(OutboxOperation.record_id == record)).all()
        changes = operations[0].fields if operations else {}
    body = dict(put(record, 2, name="样例", **_fields(theirs)).body)
    apply(store, put(record, 2, name="样例", **_fields(theirs)))
    wanted = lay_over("enterprise", {name: value for name, value in body.items() if value not in ("", [])}, changes)
    with store.read() as session:
        row = session.get(Enterprise, record)
        assert row is not None
        assert (row.address, row.profile, row.tags) == (
            wanted.get("address", ""), wanted.get("profile", ""), wanted.get("tags", []),
        )  # fmt: skip
        if mine[0] != first[0]:
            assert row.address == mine[0], "what one typed is what one sees"
        told = session.get(ServerRecord, (COUNTY, record))
        assert told is not None
        assert told.rev == 2
        assert bool(told.body) is bool(operations), "the server's word is kept apart only while something waits"


def _fields(values: tuple[str, str, list[str]]) -> dict[str, Any]:
    named = {"address": values[0], "profile": values[1], "tags": values[2]}
    return {name: value for name, value in named.items() if value}


def test_pages_in_any_order_end_the_same(store: Store) -> None:
    record = uuid4()
    moved = Change("team:local", 4, record, PUT, "enterprise", {"name": "样例", "created_at": "2026-11-20T01:00:00Z"})
    left = Change(COUNTY, 9, record, LEAVE, "enterprise")
    apply(store, put(record, 1, name="样例"))
    apply(store, moved)
    apply(store, left)  # speaks only for its own scope, which the record is no longer in
    with store.read() as session:
        row = session.get(Enterprise, record)
        assert row is not None
        assert row.scope == "team:local"
    other = uuid4()
    apply(store, put(other, 1, name="样例"))
    apply(store, Change(COUNTY, 2, other, LEAVE, "enterprise"))
    with store.read() as session:
        assert session.get(Enterprise, other) is None


def test_what_goes_to_the_trash_elsewhere_goes_there_here(store: Store) -> None:
    record = uuid4()
    apply(store, put(record, 1, name="样例"))
    apply(store, Change(COUNTY, 2, record, DELETE, "enterprise", at="2026-11-21T01:00:00Z"))
    with store.read() as session:
        row = session.get(Enterprise, record)
        assert row is not None
        assert row.deleted_at == datetime(2026, 11, 21, 1, tzinfo=UTC)
        assert not session.scalars(select(OutboxOperation).where(OutboxOperation.record_id == record)).all()


def test_a_pulled_need_is_found_by_its_words(store: Store) -> None:
    record = uuid4()
    body = {"title": "断路器触点温升", "created_at": "2026-11-20T01:00:00Z"}
    apply(store, Change("team:local", 1, record, PUT, "need", body))
    with store.read() as session:
        found = session.connection().exec_driver_sql(
            "SELECT count(*) FROM match_document WHERE pool = 'need' AND record_id = ?", (record.bytes,)
        )
        row = session.get(Need, record)
        assert row is not None
        assert row.pinyin.startswith("dlqcdws")
        assert found.scalar() == 1
    apply(store, Change("team:local", 2, record, LEAVE, "need"))
    with store.read() as session:
        left = session.connection().exec_driver_sql(
            "SELECT count(*) FROM match_document WHERE pool = 'need' AND record_id = ?", (record.bytes,)
        )
        assert left.scalar() == 0


def test_the_servers_note_of_a_recorded_visit_is_taken_over(store: Store) -> None:
    record = uuid4()
    body = {
        "state": "recorded",
        "note": "一",
        "started_at": "2026-11-20T01:00:00Z",
        "created_at": "2026-11-20T01:00:00Z",
    }
    apply(store, Change("team:local", 1, record, PUT, "visit", body))
    apply(store, Change("team:local", 2, record, PUT, "visit", {**body, "note": "二"}))
    with store.read() as session:
        row = session.get(Visit, record)
        assert row is not None
        assert (row.note, row.state) == ("二", "recorded")

"""Shapes on the wire: what is written is read again, and what is no answer of ours is refused."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.sync import protocol
from broker_app.sync.protocol import Cursor, Operation, ProtocolError, SyncReply, SyncRequest

ID = UUID("0192b1f0-0000-7000-8000-000000000001")
REPLY: dict[str, Any] = {
    "epoch": str(ID),
    "scopes": ["public", "team:12"],
    "writable": ["team:12"],
    "covered": None,
    "results": [{"op": str(ID), "status": "conflict", "at": "2026-11-24T01:02:03.000000Z", "conflicts": [str(ID)]}],
    "changes": [
        {"scope": "team:12", "rev": 42, "id": str(ID), "kind": "need", "op": "put", "body": {"title": "焊料"}},
        {"scope": "team:12", "rev": 42, "id": str(ID), "op": "leave"},
    ],
    "cursors": {"team:12": f"42:{ID}"},
    "more": False,
    "heads": {"team:12": {"rev": 42, "count": 1, "sum": "00000000000000ff"}},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def test_an_answer_is_read() -> None:
    reply = SyncReply.from_wire(REPLY)
    assert reply.results[0].conflicts == (ID,)
    assert reply.changes[0].body == {"title": "焊料"}
    assert reply.heads["team:12"].count == 1


@pytest.mark.parametrize("name", [name for name in REPLY if name != "covered"])
@given(value=JSON)
def test_anything_else_is_refused_and_nothing_breaks(name: str, value: Any) -> None:
    try:
        SyncReply.from_wire({**REPLY, name: value})
    except ProtocolError:
        return
    # It was read: then it has the shape it needs.
    assert isinstance(value, type(REPLY[name]))


@pytest.mark.parametrize("answer", [None, [], "<html>", 7, {}])
def test_a_portal_is_no_server(answer: Any) -> None:
    with pytest.raises(ProtocolError):
        SyncReply.from_wire(answer)


def test_an_operation_says_only_what_it_has_to_say() -> None:
    wire = Operation(ID, ID, "need", "team:12", "2026-11-24T01:02:03Z", {"title": [None, "焊料"]}, group=ID).as_wire()
    assert wire.keys() == {"op", "id", "kind", "scope", "at", "set", "group"}
    assert json.loads(json.dumps(wire)) == wire
    request = SyncRequest(ID, {"team:12": "1:"}, (), 10).as_wire()
    assert request == {"epoch": str(ID), "limit": 10, "cursors": {"team:12": "1:"}}


@given(st.integers(0, 10**17), st.none() | st.uuids())
def test_cursors_come_back(rev: int, record: UUID | None) -> None:
    assert Cursor.parse(str(Cursor(rev, record))) == Cursor(rev, record)


@pytest.mark.parametrize("text", ["", ":", "1", "-1:", "１:", "1:x", "99999999999999999999:", None, 1])
def test_no_cursor(text: Any) -> None:
    with pytest.raises(ProtocolError):
        Cursor.parse(text)


@given(st.dictionaries(st.sampled_from(["name", "tags", "note"]), JSON))
def test_the_hash_of_fields_ignores_order_and_nulls_and_nothing_else(body: dict[str, Any]) -> None:
    shuffled = dict(reversed(body.items())) | {"address": None, "profile": ""}
    assert protocol.fields_hash(shuffled) == protocol.fields_hash(body)
    assert protocol.fields_hash({**body, "one_more": 1}) != protocol.fields_hash(body)


def test_sums_wrap_and_come_back() -> None:
    total = sum(protocol.record_hash(UUID(int=number), 1) for number in range(50))
    text = protocol.sum_text(total)
    assert len(text) == 16
    assert protocol.sum_number(text) == total % 2**64
    assert protocol.sum_text(protocol.sum_number(text) - total) == "0" * 16


def test_a_replayed_operation_opens_the_same_conflicts_again() -> None:
    assert protocol.conflict_id(ID, "name") == protocol.conflict_id(ID, "name")
    assert protocol.conflict_id(ID, "name") != protocol.conflict_id(ID, "address")

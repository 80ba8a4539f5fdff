"""Every change of every travelling row becomes an operation, in the transaction that makes the change."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Boolean, Date, Integer, Uuid, inspect, select, text
from sqlalchemy.orm import Session

from broker_app.db.models import Base, Enterprise, Need, OutboxOperation, Synced
from broker_app.db.models.base import ENVELOPE
from broker_app.db.outbox import pending_count, synced_fields, table_name, wire_value
from broker_app.db.session import Store
from broker_app.db.types import JsonValue, UtcDateTime
from broker_app.rules.calendar import utc_now

SYNCED: tuple[type[Synced], ...] = tuple(
    mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Synced)
)
STAMPED = {"author_id", "author_name", "created_at"}


def operations(store: Store, record_id: UUID) -> list[OutboxOperation]:
    with store.read() as session:
        found = session.scalars(select(OutboxOperation).where(OutboxOperation.record_id == record_id))
        return list(found.all())


def value_for(model: type[Synced], field: str, ordinal: int) -> Any:
    if field == "state":
        return "draft"  # in any other state the file itself keeps the note of a visit from changing
    kind = inspect(model).columns[field].type
    match kind:
        case Boolean():
            return bool(ordinal % 2)
        case Integer():
            return ordinal
        case Uuid():
            return UUID(int=ordinal)
        case UtcDateTime():
            return datetime(2026, 11, 24, 9, ordinal, tzinfo=UTC)
        case Date():
            return date(2026, 11, ordinal)
        case JsonValue():
            return [f"值{ordinal}"]
        case _:
            return f"值{ordinal}"


def filled(model: type[Synced], ordinal: int) -> dict[str, Any]:
    return {field: value_for(model, field, ordinal) for field in synced_fields(model) if field not in STAMPED}


def test_there_are_models_to_try() -> None:
    assert {model.__name__ for model in SYNCED} >= {"Enterprise", "Contact", "Visit", "Need", "Achievement", "Match"}


@pytest.mark.parametrize("model", sorted(SYNCED, key=str), ids=lambda model: model.__name__)
def test_insert_change_and_delete_of_every_model_travel(model: type[Synced], store: Store) -> None:
    with store.write() as session:
        row = model(**filled(model, 1))
        session.add(row)
    record = row.id
    (made,) = operations(store, record)
    assert (made.action, made.kind, made.scope) == ("put", table_name(model), row.scope)
    for field, value in filled(model, 1).items():
        if wire_value(value) is not None:
            assert made.fields[field] == [None, wire_value(value)], field
    if "author_id" in synced_fields(model):
        assert made.fields["author_id"] == [None, "u-lin"]

    send(store, record, rev=4)
    with store.write() as session:
        changed = session.get_one(model, record)
        for field, value in filled(model, 2).items():
            setattr(changed, field, value)
    _sent, edit = operations(store, record)
    pairs = {
        field: [wire_value(value), wire_value(filled(model, 2)[field])] for field, value in filled(model, 1).items()
    }
    assert edit.fields == {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}

    send(store, record, rev=5)
    with store.write() as session:
        session.get_one(model, record).deleted_at = utc_now()
    gone = operations(store, record)[-1]
    assert (gone.action, list(gone.fields)) == ("delete", ["deleted_at"])


def send(store: Store, record: UUID, *, rev: int = 0) -> None:
    """What a sync does: mark what waits as sent, and learn the revision (0: no answer came)."""
    with store.write() as session:
        session.info["applying_remote"] = True
        mine = session.scalars(select(OutboxOperation).where(OutboxOperation.record_id == record)).all()
        for operation in mine:
            operation.sent_at = operation.sent_at or utc_now()
        model = next(each for each in SYNCED if table_name(each) == mine[0].kind)
        session.get_one(model, record).rev = rev


def firm(store: Store, **values: Any) -> UUID:
    with store.write() as session:
        row = Enterprise(**{"name": "甲样例厂", **values})
        session.add(row)
    return row.id


def change(store: Store, record: UUID, **values: Any) -> None:
    with store.write() as session:
        row = session.get_one(Enterprise, record)
        for name, value in values.items():
            setattr(row, name, value)


def test_what_waits_is_folded_field_by_field(store: Store) -> None:
    record = firm(store)
    change(store, record, name="乙样例厂", address="柳市镇")
    change(store, record, address="北白象镇")
    (waiting,) = operations(store, record)
    assert waiting.fields["name"] == [None, "乙样例厂"]
    assert waiting.fields["address"] == [None, "北白象镇"]

    send(store, record, rev=1)
    change(store, record, name="丙样例厂")
    change(store, record, name="丁样例厂", website="样例")
    change(store, record, website="")
    assert operations(store, record)[-1].fields == {"name": ["乙样例厂", "丁样例厂"]}


def test_a_change_taken_back_need_not_travel(store: Store) -> None:
    record = firm(store)
    send(store, record, rev=1)
    change(store, record, name="乙样例厂")
    change(store, record, name="甲样例厂")
    assert len(operations(store, record)) == 1
    with store.write() as session:
        session.get_one(Enterprise, record).deleted_at = utc_now()
    with store.write() as session:
        session.get_one(Enterprise, record).deleted_at = None
    assert len(operations(store, record)) == 1


def test_what_was_sent_is_never_touched_again(store: Store) -> None:
    record = firm(store)
    send(store, record)
    before = operations(store, record)[0]
    change(store, record, name="乙样例厂")
    after, following = operations(store, record)
    assert (after.op, after.fields, after.sent_at) == (before.op, before.fields, before.sent_at)
    assert following.fields == {"name": ["甲样例厂", "乙样例厂"]}


def test_a_record_trashed_while_it_is_on_its_way_is_deleted_there_too(store: Store) -> None:
    record = firm(store)
    send(store, record)  # the answer was lost: the server may have it
    change(store, record, address="柳市镇")
    change(store, record, deleted_at=utc_now())
    assert [each.action for each in operations(store, record)] == ["put", "delete"]


def test_a_record_trashed_before_anybody_heard_of_it_does_not_travel(store: Store) -> None:
    record = firm(store)
    change(store, record, deleted_at=utc_now())
    assert operations(store, record) == []
    change(store, record, address="还在回收站里")
    assert operations(store, record) == []


def test_a_record_taken_out_of_the_trash_travels_whole(store: Store) -> None:
    record = firm(store, address="柳市镇", tags=["泵阀"])
    change(store, record, deleted_at=utc_now())
    change(store, record, deleted_at=None)
    (operation,) = operations(store, record)
    assert operation.action == "put"
    assert operation.fields["name"] == [None, "甲样例厂"]
    assert operation.fields["address"] == [None, "柳市镇"]
    assert operation.fields["tags"] == [None, ["泵阀"]]


def test_taken_back_whole_with_its_transaction(store: Store) -> None:
    def fails() -> None:
        with store.write() as session:
            session.add(Enterprise(name="甲样例厂"))
            session.flush()
            assert pending_count(session) == 1
            raise RuntimeError("after the flush")

    with pytest.raises(RuntimeError):
        fails()
    with store.read() as session:
        assert pending_count(session) == 0


def test_local_columns_and_the_envelope_never_travel(store: Store) -> None:
    local = {"pinyin", "edited_at", "import_batch_id"}
    for model in SYNCED:
        assert not local & set(synced_fields(model))
        assert not ENVELOPE & set(synced_fields(model))
    record = firm(store, pinyin="jyl", import_batch_id=uuid4())
    assert not local & set(operations(store, record)[0].fields)
    send(store, record, rev=1)
    change(store, record, pinyin="jylc", import_batch_id=None)
    assert len(operations(store, record)) == 1


def test_fields_of_a_newer_program_are_kept(store: Store) -> None:
    record = firm(store, extra={"新字段": {"深": [1, 2]}})
    change(store, record, name="乙样例厂")
    with store.read() as session:
        assert session.get_one(Enterprise, record).extra == {"新字段": {"深": [1, 2]}}


def test_what_a_sync_brings_is_not_sent_back(store: Store) -> None:
    with store.write() as session:
        session.info["applying_remote"] = True
        row = Enterprise(name="甲样例厂", scope="county:330382", rev=9)
        session.add(row)
    assert operations(store, row.id) == []
    change(store, row.id, name="乙样例厂")
    assert operations(store, row.id)[0].fields == {"name": ["甲样例厂", "乙样例厂"]}


def test_a_synced_row_is_never_removed(store: Store) -> None:
    record = firm(store)

    def removes(session: Session) -> None:
        session.delete(session.get_one(Enterprise, record))
        session.flush()

    with pytest.raises(RuntimeError, match="never deleted"), store.write() as session:
        removes(session)
    with store.read() as session:
        assert session.get(Enterprise, record) is not None


def test_a_record_goes_to_the_scope_of_its_kind(store: Store) -> None:
    with store.write() as session:
        enterprise, need = Enterprise(name="甲样例厂"), Need(title="样例需求")
        session.add_all([enterprise, need])
    assert (enterprise.scope, need.scope) == ("county:330382", "team:7")
    assert operations(store, need.id)[0].scope == "team:7"


def test_a_filled_dictionary_travels_and_an_empty_one_does_not() -> None:
    assert wire_value({"grade": "a"}) == {"grade": "a"}
    assert wire_value({}) is None


def test_what_was_set_aside_is_found_without_reading_the_whole_outbox(store: Store) -> None:
    aside = select(OutboxOperation).where(OutboxOperation.parked.is_not(None)).order_by(OutboxOperation.seq)
    with store.read() as session:
        words = str(aside.compile(session.connection()))
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {words}")).all()
    assert [row[-1] for row in plan] == ["SCAN outbox USING INDEX ix_outbox_parked"]

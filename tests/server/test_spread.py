"""The schema and the statements of the hot path keep Citus's rules, checked without a cluster.

Rules: every primary key and unique index of a distributed table contains the distribution column; no foreign
key, no sequence; the distribution column is never updated; a statement of push or pull names one value of it,
so that it runs on one shard. Reference tables may be read anywhere.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, Sequence, event, text

from broker_app.sync.protocol import fields_hash
from broker_server import admin
from broker_server.database import citus_statements, open_engine, reading, writing
from broker_server.settings import Settings
from broker_server.tables import BY_SCOPE, SHARED, metadata
from tests.server_under_test import START, Device, ServerUnderTest, put, statuses

DISTRIBUTED = {table.name for table in BY_SCOPE}
_TABLE = re.compile(r'(?:from|join|into|update)\s+"?([a-z_]+)"?', re.IGNORECASE)
_ONE_SCOPE = re.compile(r"\"?(?:[a-z_]+\.)?scope\"?\s*=\s*(?:%\(|\?|'|:)", re.IGNORECASE)


def faults_of(statement: str) -> list[str]:
    """What Citus would object to, or run on every shard."""
    plain = " ".join(statement.split())
    touched = set(_TABLE.findall(plain)) & DISTRIBUTED
    if not touched:
        return []
    faults = []
    verb = plain.split(" ", 1)[0].upper()
    if verb == "UPDATE" and re.search(r"\bset\b[^=]*\bscope\s*=", plain.partition(" WHERE ")[0], re.IGNORECASE):
        faults.append("updates the distribution column")
    if verb == "INSERT":
        columns = plain[plain.index("(") : plain.index(")")]
        if not re.search(r"\bscope\b", columns):
            faults.append("inserts without the distribution column")
        if "DO UPDATE SET" in plain and re.search(r"\bscope = ", plain.partition("DO UPDATE SET")[2]):
            faults.append("updates the distribution column")
    elif not _ONE_SCOPE.search(plain.partition(" WHERE ")[2]):
        faults.append("names no single scope")
    for table in touched:
        if re.search(rf"JOIN \"?{table}\"?", plain) and not re.search(r"\.scope = [a-z_\"]+\.scope", plain):
            faults.append("joins without the distribution column")
    return faults


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Every statement the server runs inside the block."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("table", BY_SCOPE, ids=lambda table: table.name)
def test_every_key_of_a_table_by_scope_contains_its_scope(table: Any) -> None:
    assert "scope" in table.primary_key.columns
    assert all("scope" in index.columns for index in table.indexes)
    assert not table.foreign_keys
    assert not any(constraint.columns.keys() for constraint in table.constraints if constraint is not table.primary_key)


def test_there_are_no_sequences_and_no_keys_between_tables() -> None:
    assert {table.name for table in metadata.tables.values()} == DISTRIBUTED | {table.name for table in SHARED}
    for table in metadata.tables.values():
        assert not table.foreign_keys
        assert not any(isinstance(column.default, Sequence) or column.identity for column in table.columns)
        assert not any(column.autoincrement is True for column in table.columns)


def test_migrations_make_exactly_these_tables(server: ServerUnderTest) -> None:
    with reading(server.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_statements_of_the_hot_path_run_on_one_shard(
    server: ServerUnderTest, chen: Device, lin: Device, zhou: Device
) -> None:
    server.give("lin", "county:330302=broker")
    digest = "0" * 64
    with statements(server.engine) as seen:
        firm = put("county:330381", "enterprise", name="甲", credit_code="9133")
        need = put("team:12", "need", title="一")
        assert statuses(chen.sync(firm, need)) == ["applied", "applied"]
        lin.sync(put("county:330381", "enterprise", name="乙", credit_code="9133"))
        lin.sync(replace(put("county:330381", "enterprise", firm.id), move="county:330302"))
        lin.sync(replace(put("team:12", "need", need.id), delete=True, seen=fields_hash({"title": "一"})))
        zhou.sync(put("team:12", "need", title="二"))
        chen.pull_all(limit=1)
        chen.request("GET", "/v1/snapshot/team:12")
        chen.request("POST", f"/v1/blobs/{digest}?scope=team:12", json={"size": 5})
        chen.request("PATCH", f"/v1/blobs/{digest}?scope=team:12", content=b"12", headers={"Upload-Offset": "0"})
        chen.refresh()
    assert len(seen) > 100
    assert {statement: faults for statement in seen if (faults := faults_of(statement))} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT record.body FROM record WHERE record.id = %(id)s",
        "SELECT scope.rev FROM scope WHERE scope.scope IN (%(a)s, %(b)s)",
        "UPDATE record SET scope=%(new)s WHERE record.scope = %(old)s AND record.id = %(id)s",
        "INSERT INTO log (id, rev) VALUES (%(id)s, %(rev)s)",
        "INSERT INTO log (scope, id) VALUES (%(s)s, %(i)s) ON CONFLICT (id) DO UPDATE SET scope = excluded.scope",
        "DELETE FROM record",
        "SELECT log.id FROM log JOIN record ON record.id = log.id WHERE log.scope = %(scope)s",
    ],
)
def test_the_lint_sees_what_it_is_for(statement: str) -> None:
    assert faults_of(statement)


def test_init_spreads_the_tables(postgres_database: str, tmp_path: Path) -> None:
    """Against functions of Citus's names that write down how they were called."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE called (number serial, what text)")
        connection.execute(
            "CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS "
            "$$ INSERT INTO called(what) VALUES ('everywhere ' || name) $$"
        )
        connection.execute(
            "CREATE FUNCTION create_distributed_table(name regclass, by text, colocate_with text DEFAULT 'default') "
            "RETURNS void LANGUAGE sql AS "
            "$$ INSERT INTO called(what) VALUES (name || ' by ' || by || ' with ' || colocate_with) $$"
        )
    engine = open_engine(Settings(home=tmp_path, database=postgres_database))
    admin.init(engine, "", START)  # no cluster: nothing is spread
    with writing(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM called")) == 0
        for _table, statement in citus_statements():
            connection.execute(text(statement))
        called = set(connection.scalars(text("SELECT what FROM called")))
    engine.dispose()
    expected = {f"everywhere {table.name}" for table in SHARED} | {"scope by scope with default"}
    assert called == expected | {f"{name} by scope with scope" for name in DISTRIBUTED - {"scope"}}
    assert len(called) == len(metadata.tables)


def test_the_same_id_may_stand_in_two_scopes(server: ServerUnderTest, lin: Device) -> None:
    """No constraint reaches over scopes: a cluster could not hold it."""
    record = UUID(int=7)
    assert statuses(lin.sync(put("team:12", "need", record, title="一"))) == ["applied"]
    assert statuses(lin.sync(put("county:330381", "enterprise", record, name="一"))) == ["applied"]
    assert len(lin.pull_all()) == 2

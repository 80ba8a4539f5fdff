"""What happens seldom keeps Citus's rules too: publishing, moving, holding, deciding, joining and parting."""

from dataclasses import replace
from pathlib import Path

import orjson
import psycopg
import pytest

from broker_app.sync.protocol import fields_hash, user_scope
from broker_server.cli import main
from broker_server.leftovers import import_leftovers
from tests.server.test_spread import faults_of, statements
from tests.server_under_test import Device, ServerUnderTest, put, statuses


@pytest.fixture
def wang(server: ServerUnderTest) -> Device:
    """The curator of what is public."""
    server.add_user("wang", "public=curator", "team:12=broker", "county:330302=broker", "county:330381=broker")
    return server.sign_in("wang")


def test_rare_statements_run_on_one_shard_each(
    server: ServerUnderTest, chen: Device, lin: Device, zhou: Device, wang: Device, tmp_path: Path
) -> None:
    with statements(server.engine) as seen:
        published = put("public", "published_need", title="要一种焊料")
        assert statuses(wang.sync(published)) == ["applied"]
        assert statuses(wang.sync(put("public", "published_need", published.id, problem="空洞率"))) == ["applied"]
        one, two = (put("county:330381", "enterprise", name=name, credit_code="9133") for name in ("甲", "乙"))
        # Two scopes in one transaction: on a cluster it commits in two phases, and each statement has its own shard.
        reply = wang.sync(one, two, replace(put("county:330381", "enterprise", one.id), move="county:330302"))
        assert statuses(reply)[2] == "applied"
        three = put("county:330381", "enterprise", name="丙")
        wang.sync(three)
        wang.sync(replace(put("county:330381", "enterprise", three.id), into=two.id))
        wang.sync(put("county:330381", "enterprise", three.id, address="塘下"))
        wang.sync(replace(put("county:330381", "enterprise", three.id), into=three.id))
        held = zhou.sync(put("team:12", "need", title="别的队写的"))
        assert statuses(held) == ["held"]
        lead = [change for change in lin.sync().changes if change.scope == "held:team:12"]
        lin.sync(put("held:team:12", "conflict", lead[0].id, status=("open", "settled")))
        text = put("team:12", "need", title="一", goal="甲")
        chen.sync(text)
        lin.sync(put("team:12", "need", text.id, goal=("甲", "乙")))
        assert statuses(chen.sync(put("team:12", "need", text.id, title=("零", "二"))))[0] == "conflict"
        wish = replace(put("team:12", "need", text.id), delete=True, seen=fields_hash({"title": "别的"}))
        assert statuses(chen.sync(wish)) == ["conflict"]
        chen.request("GET", f"/v1/history/team:12/{text.id}")
        chen.request("GET", f"/v1/blobs/{'0' * 64}?scope=team:12")
        chen.sync(put(user_scope(chen.user), "term", lay="空洞"))
        told = put("team:12", "need", title="从停用的电脑拿来的")
        file = tmp_path / "leftovers.jsonl"
        file.write_bytes(orjson.dumps(told.as_wire()) + b"\n")
        import_leftovers(server.engine, file, "chen", server.clock())
        chen.sync(known="0" * 16)
    assert len(seen) > 200
    assert {statement: faults for statement in seen if (faults := faults_of(statement))} == {}
    assert server.faults() == []


def test_init_spreads_the_tables_of_a_database_that_has_citus(postgres_database: str, tmp_path: Path) -> None:
    """The command itself, where a schema of Citus's names stands in for the extension."""
    with psycopg.connect(postgres_database.replace("broker@", "postgres@"), autocommit=True) as connection:
        connection.execute("SET allow_system_table_mods = on")
        connection.execute("CREATE TABLE called (what text)")
        connection.execute("GRANT ALL ON called TO PUBLIC")
        connection.execute("CREATE TABLE pg_dist_partition (logicalrelid regclass)")
        connection.execute("GRANT ALL ON pg_dist_partition TO PUBLIC")
        connection.execute(
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) "
            "VALUES (99999, 'citus', 10, 11, false, '13.0')"
        )
        connection.execute(
            "CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql AS $$ "
            "INSERT INTO called VALUES (name::text); INSERT INTO pg_dist_partition VALUES (name) $$"
        )
        connection.execute(
            "CREATE FUNCTION create_distributed_table(name regclass, by text, colocate_with text DEFAULT 'default') "
            "RETURNS void LANGUAGE sql AS $$ INSERT INTO called VALUES (name || ' by ' || by); "
            "INSERT INTO pg_dist_partition VALUES (name) $$"
        )
    command = ["--home", str(tmp_path), "--database", postgres_database]
    assert main([*command, "init"]) == 0
    assert main([*command, "init"]) == 0, "a second time spreads nothing twice"
    with psycopg.connect(postgres_database) as connection:
        called = [row[0] for row in connection.execute("SELECT what FROM called")]
    assert len(called) == len(set(called))
    assert {"account", "record by scope", "log by scope", "history by scope"} <= set(called)

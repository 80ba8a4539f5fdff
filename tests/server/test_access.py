"""Who sees what: every endpoint for every role, and the second wall under the first."""

from collections.abc import Callable
from hashlib import sha256
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from broker_server import tables
from broker_server.database import reading, see, writing
from broker_server.scopes import Grant, Role, access_of, is_possible
from tests.server_under_test import Device, ServerUnderTest, put, statuses

FOREIGN = "team:12"
DIGEST = sha256(b"photo").hexdigest()

ROLES = {
    "broker": ("team:99=broker", "county:330302=broker"),
    "lead": ("team:99=lead",),
    "officer": ("county:330302=officer",),
    "curator": ("public=curator",),
    "registrar": ("team:99=registrar", "county:330302=registrar"),
    "auditor": ("team:99=auditor", "public=auditor"),
    "administrator": (),
    "nobody": (),
}
Ask = Callable[[Device, str], httpx.Response]
ENDPOINTS: dict[str, Ask] = {
    "snapshot": lambda device, scope: device.request("GET", f"/v1/snapshot/{scope}"),
    "blob": lambda device, scope: device.request("GET", f"/v1/blobs/{DIGEST}?scope={scope}"),
    "blob state": lambda device, scope: device.request("HEAD", f"/v1/blobs/{DIGEST}?scope={scope}"),
    "blob begin": lambda device, scope: device.request("POST", f"/v1/blobs/{DIGEST}?scope={scope}", json={"size": 5}),
    "blob piece": lambda device, scope: device.request(
        "PATCH", f"/v1/blobs/{DIGEST}?scope={scope}", content=b"photo", headers={"Upload-Offset": "0"}
    ),
}


def upload(device: Device, scope: str, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    path = f"/v1/blobs/{digest}?scope={scope}"
    assert device.request("POST", path, json={"size": len(content)}).status_code == 201
    assert device.request("PATCH", path, content=content, headers={"Upload-Offset": "0"}).status_code == 204
    return digest


@pytest.mark.parametrize("role", ROLES)
def test_what_is_foreign_does_not_exist(server: ServerUnderTest, chen: Device, role: str) -> None:
    chen.sync(put(FOREIGN, "need", title="一"), put(f"user:{chen.user}", "term", lay="焊锡"))
    upload(chen, FOREIGN, b"photo")
    server.add_user("other", *ROLES[role], administrator=role == "administrator")
    other = server.sign_in("other")
    for scope in (FOREIGN, f"held:{FOREIGN}", f"user:{chen.user}", "county:330381"):
        for name, ask in ENDPOINTS.items():
            foreign, missing = ask(other, scope), ask(other, "team:12345")
            assert foreign.status_code == 404, (name, scope)
            assert foreign.content == missing.content, (name, scope)
    reply = other.sync(cursors={FOREIGN: "0:", f"user:{chen.user}": "0:", "team:12345": "0:"})
    assert not reply.changes
    assert not {FOREIGN, "county:330381", f"user:{chen.user}"} & {*reply.scopes, *reply.heads, *reply.cursors}
    # Writing to it looks the same whether it is there or not.
    known = other.sync(
        put(FOREIGN, "need", next(iter(chen.pull_all()))[1], title="二"), put("team:12345", "need", title="二")
    )
    assert statuses(known) == ["held", "held"]
    assert chen.pull_all()[FOREIGN, next(key[1] for key in chen.pull_all() if key[0] == FOREIGN)] == {"title": "一"}


def test_who_may_read_may_not_always_write(server: ServerUnderTest, chen: Device) -> None:
    server.add_user("wu", "team:12=auditor")
    wu = server.sign_in("wu")
    need = put(FOREIGN, "need", title="一")
    chen.sync(need)
    upload(chen, FOREIGN, b"photo")
    assert (FOREIGN, need.id) in wu.pull_all()
    assert FOREIGN not in wu.sync().writable
    assert statuses(wu.sync(put(FOREIGN, "need", need.id, title=("一", "二")))) == ["held"]
    found = {name: ask(wu, FOREIGN).status_code for name, ask in ENDPOINTS.items()}
    assert found == {"snapshot": 200, "blob": 200, "blob state": 200, "blob begin": 404, "blob piece": 404}


def test_only_leads_see_what_was_held(server: ServerUnderTest, chen: Device, lin: Device, zhou: Device) -> None:
    zhou.sync(put(FOREIGN, "need", title="写错了地方"))
    assert [key[0] for key in lin.pull_all()] == [f"held:{FOREIGN}"]
    assert [key[0] for key in zhou.pull_all()] == [f"user:{zhou.user}"]
    assert chen.pull_all() == {}


GRANTS = st.builds(Grant, st.sampled_from(["team:1", "team:2", "county:330381", "public"]), st.sampled_from(Role))


@given(st.lists(GRANTS.filter(is_possible)))
def test_nobody_writes_what_they_do_not_read(grants: list[Grant]) -> None:
    account = uuid4()
    access = access_of(account, grants)
    given_scopes = {grant.scope for grant in grants}
    assert access.writable <= access.readable
    plain = {scope for scope in access.readable if not scope.startswith(("user:", "held:"))}
    assert plain == given_scopes | {"public"}
    assert {scope for scope in access.readable if scope.startswith("user:")} == {f"user:{account}"}
    assert ("public" in access.writable) == (Grant("public", Role.CURATOR) in grants)


@pytest.fixture
def sun(server: ServerUnderTest) -> Device:
    """Somebody whose scopes change."""
    server.add_user("sun")
    return server.sign_in("sun")


@given(st.lists(st.tuples(st.sampled_from(["team:12", "team:99", "county:330381"]), st.booleans()), max_size=6))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_scopes_come_and_go_and_no_foreign_row_arrives(
    server: ServerUnderTest, chen: Device, zhou: Device, sun: Device, changes: list[tuple[str, bool]]
) -> None:
    chen.sync(*[put(scope, "need", title=scope) for scope in ("team:12", "county:330381")])
    zhou.sync(put("team:99", "need", title="team:99"))
    sun.cursors = {}
    mine: set[str] = set()
    for scope in ("team:12", "team:99", "county:330381"):
        server.take("sun", scope)
    for scope, given_now in changes:
        if given_now:
            server.give("sun", f"{scope}=broker")
            mine.add(scope)
        else:
            server.take("sun", scope)
            mine.discard(scope)
        reply = sun.sync()
        assert {change.scope for change in reply.changes} <= mine
        assert set(reply.scopes) == mine | {"public", f"user:{sun.user}"}


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_the_second_wall_stands_without_the_first(server: ServerUnderTest, chen: Device) -> None:
    """PostgreSQL refuses rows of other scopes even where a statement forgets to ask for one's own."""
    chen.sync(put(FOREIGN, "need", title="一"), put("county:330381", "enterprise", name="甲"))
    count = select(func.count())
    with reading(server.engine) as connection:
        for table in tables.BY_SCOPE:
            assert connection.scalar(count.select_from(table)) == 0, table.name
    with reading(server.engine) as connection:
        see(connection, ["county:330381"])
        assert set(connection.scalars(select(tables.record.c.scope))) == {"county:330381"}
        assert set(connection.scalars(select(tables.scope.c.scope))) == {"county:330381"}
    with writing(server.engine) as connection:
        see(connection, [FOREIGN, "county:330381"], ["county:330381"])
        assert connection.execute(text("UPDATE record SET body = '{}'")).rowcount == 1
        assert connection.execute(text("DELETE FROM record")).rowcount == 1
        connection.rollback()


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_the_second_wall_can_be_seen_to_be_missing(server: ServerUnderTest, chen: Device) -> None:
    """The control: without the policies the same statement reads everything."""
    chen.sync(put(FOREIGN, "need", title="一"), put("county:330381", "enterprise", name="甲"))
    with writing(server.engine) as connection:
        connection.execute(text("ALTER TABLE record NO FORCE ROW LEVEL SECURITY"))
    with reading(server.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.record)) == 2

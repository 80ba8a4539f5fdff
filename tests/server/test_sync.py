"""Operations in, changes out: merging, holding, trash, moving, paging, replays. Real HTTP, both databases."""

import gzip
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import zstandard

from broker_app.sync.protocol import Operation, fields_hash, record_hash, sum_text
from tests.server_under_test import Device, ServerUnderTest, put, statuses

TEAM, COUNTY = "team:12", "county:330381"


def conflicts(device: Device) -> list[dict[str, Any]]:
    seen = device.pull_all()
    return [body for key, body in seen.items() if device.kinds[key] == "conflict"]


def body_of(device: Device, scope: str, record: UUID) -> dict[str, Any] | None:
    return device.pull_all().get((scope, record))


def test_what_one_writes_the_other_reads(server: ServerUnderTest, chen: Device, lin: Device, zhou: Device) -> None:
    firm = put(COUNTY, "enterprise", name="样例瓯越机电", tags=["汽配"])
    visit = put(TEAM, "visit", note="焊点空洞率偏高", enterprise_id=str(firm.id))
    reply = chen.sync(firm, visit)
    assert statuses(reply) == ["applied", "applied"]
    assert {change.id for change in reply.changes} == {firm.id, visit.id}
    seen = lin.pull_all()
    assert seen[COUNTY, firm.id] == {"name": "样例瓯越机电", "tags": ["汽配"]}
    assert (TEAM, visit.id) in seen
    assert zhou.pull_all() == {}
    assert not server.faults()


def test_nothing_new_is_one_small_answer(server: ServerUnderTest, chen: Device) -> None:
    chen.sync(put(TEAM, "visit", note="一"))
    answer = chen.post_sync()
    assert answer.json()["changes"] == []
    assert answer.json()["cursors"] == {}
    packed = chen.post_sync().request  # what went up
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    down = int(answer.headers["content-length"]) + headers
    assert down < 600, down
    assert len(packed.content) < 300


def test_digest_is_that_of_the_records_a_client_holds(server: ServerUnderTest, chen: Device) -> None:
    operations = [put(TEAM, "need", title=f"需求 {number}") for number in range(20)]
    chen.sync(*operations)
    gone = operations[0]
    chen.sync(replace(put(TEAM, "need", gone.id), delete=True, seen=fields_hash({"title": "需求 0"})))
    chen.cursors = {}
    reply = chen.sync()
    live = [change for change in reply.changes if change.scope == TEAM and change.op == "put"]
    head = reply.heads[TEAM]
    assert head.count == len(live) == 19
    assert head.sum == sum_text(sum(record_hash(change.id, change.rev) for change in live))


def test_fields_changed_by_two_people_are_both_kept(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    firm = put(COUNTY, "enterprise", name="瓯越", address="塘下")
    chen.sync(firm)
    lin.sync()
    assert statuses(chen.sync(put(COUNTY, "enterprise", firm.id, name=("瓯越", "瓯越机电")))) == ["applied"]
    assert statuses(lin.sync(put(COUNTY, "enterprise", firm.id, address=("塘下", "莘塍")))) == ["applied"]
    assert body_of(chen, COUNTY, firm.id) == {"name": "瓯越机电", "address": "莘塍"}


def test_the_same_field_changed_twice_is_seen_by_people(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    firm = put(COUNTY, "enterprise", name="瓯越")
    chen.sync(firm)
    chen.sync(put(COUNTY, "enterprise", firm.id, name=("瓯越", "瓯越机电")))
    second = put(COUNTY, "enterprise", firm.id, name=("瓯越", "瓯越电气"))
    reply = lin.sync(second)
    assert statuses(reply) == ["conflict"]
    opened = chen.pull_all()[COUNTY, reply.results[0].conflicts[0]]
    assert opened["record"] == str(firm.id)
    assert (opened["base"], opened["current"], opened["other"]) == ("瓯越", "瓯越机电", "瓯越电气")
    assert (opened["kind"], opened["field"], opened["status"], opened["user"]) == (
        "value",
        "name",
        "open",
        str(lin.user),
    )


def test_a_record_is_told_again_with_a_question_about_it(server: ServerUnderTest, chen: Device) -> None:
    """What follows a held operation starts from what never came true, and no newer revision would correct it."""
    need = put(TEAM, "need", title="一", goal="甲")
    chen.sync(need)
    reply = chen.sync(put(TEAM, "need", need.id, title=("二", "三")))
    assert statuses(reply) == ["conflict"]
    assert [dict(change.body) for change in reply.changes if change.kind == "need"] == [{"title": "一", "goal": "甲"}]
    reply = chen.sync(replace(put(TEAM, "need", need.id), delete=True, seen="h64:0"))
    assert statuses(reply) == ["conflict"]
    assert [change.op for change in reply.changes if change.kind == "need"] == ["put"]
    assert not server.faults()


def test_texts_and_lists_are_merged(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    need = put(TEAM, "need", problem="甲\n乙", keywords=["焊料"])
    chen.sync(need)
    chen.sync(put(TEAM, "need", need.id, problem=("甲\n乙", "甲甲\n乙"), keywords=(["焊料"], ["焊料", "空洞"])))
    reply = lin.sync(put(TEAM, "need", need.id, problem=("甲\n乙", "甲\n乙\n丙"), keywords=(["焊料"], ["低温"])))
    assert statuses(reply) == ["merged"]
    assert body_of(lin, TEAM, need.id) == {"problem": "甲甲\n乙\n丙", "keywords": ["空洞", "低温"]}


def test_an_operation_said_twice_acts_once(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    need = put(TEAM, "need", title="一")
    first = chen.sync(need, need)
    chen.sync(put(TEAM, "need", need.id, title=("一", "二")))
    again = chen.sync(need)
    assert first.results == (first.results[0],) * 2
    assert again.results == first.results[:1]
    assert body_of(lin, TEAM, need.id) == {"title": "二"}


@pytest.mark.parametrize("edit_first", [True, False])
def test_an_edit_beats_a_deletion_and_both_are_seen(
    server: ServerUnderTest, chen: Device, lin: Device, edit_first: bool
) -> None:
    need = put(TEAM, "need", title="一")
    chen.sync(need)
    edit = put(TEAM, "need", need.id, title=("一", "二"))
    deletion = replace(put(TEAM, "need", need.id), delete=True, seen=fields_hash({"title": "一"}))
    orders = [(chen, edit), (lin, deletion)]
    outcomes = [statuses(device.sync(one))[0] for device, one in (orders if edit_first else reversed(orders))]
    assert outcomes == ["applied", "conflict"]
    assert body_of(chen, TEAM, need.id) == {"title": "二"}
    (opened,) = conflicts(chen)
    assert opened["record"] == str(need.id)
    assert "field" not in opened
    assert not server.faults()


def test_the_trash_keeps_and_gives_back(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    need = put(TEAM, "need", title="一")
    chen.sync(need)
    lin.sync()
    chen.sync(replace(put(TEAM, "need", need.id), delete=True, seen=fields_hash({"title": "一"})))
    (change,) = lin.sync().changes
    assert (change.op, change.at) == ("del", "2026-11-20T01:12:00Z")
    chen.sync(replace(put(TEAM, "need", need.id), delete=False))
    (change,) = lin.sync().changes
    assert (change.op, change.body) == ("put", {"title": "一"})
    assert not server.faults()


def test_made_and_thrown_away_in_one_push_is_away(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    need = put(TEAM, "need", title="一")
    chen.sync(need, replace(put(TEAM, "need", need.id), delete=True, seen=fields_hash({"title": "一"})))
    assert [change.op for change in lin.sync().changes] == ["del"]


def test_a_record_moves_and_who_loses_it_is_told(
    server: ServerUnderTest, chen: Device, lin: Device, zhou: Device
) -> None:
    server.give("lin", "county:330302=broker")
    firm = put(COUNTY, "enterprise", name="瓯越")
    chen.sync(firm)
    lin.sync(replace(put(COUNTY, "enterprise", firm.id), move="county:330302"))
    assert [(change.op, change.scope) for change in chen.sync().changes if change.id == firm.id][-1] == (
        "leave",
        COUNTY,
    )
    assert body_of(zhou, "county:330302", firm.id) == {"name": "瓯越"}
    # Lin still speaks of it in the old scope: it is found where it went. Chen may not write there any more.
    assert statuses(lin.sync(put(COUNTY, "enterprise", firm.id, address="鹿城"))) == ["applied"]
    assert statuses(chen.sync(put(COUNTY, "enterprise", firm.id, address="塘下"))) == ["held"]
    assert body_of(zhou, "county:330302", firm.id) == {"name": "瓯越", "address": "鹿城"}
    assert not server.faults()


def test_a_record_can_come_back(server: ServerUnderTest, lin: Device) -> None:
    server.give("lin", "county:330302=broker")
    firm = put(COUNTY, "enterprise", name="瓯越", credit_code="91330381MA2AAAAA1A")
    lin.sync(firm, replace(put(COUNTY, "enterprise", firm.id), move="county:330302"))
    lin.sync(replace(put("county:330302", "enterprise", firm.id), move=COUNTY))
    seen = lin.pull_all()
    assert (COUNTY, firm.id) in seen
    assert ("county:330302", firm.id) not in seen
    assert not server.faults()


def test_what_is_written_to_a_lost_scope_is_held_for_its_lead(
    server: ServerUnderTest, chen: Device, lin: Device
) -> None:
    need = put(TEAM, "need", title="一")
    chen.sync(need)
    server.take("chen", TEAM)
    late = put(TEAM, "need", need.id, title=("一", "二"))
    reply = chen.sync(late)
    assert statuses(reply) == ["held"]
    assert TEAM not in reply.scopes
    assert not [change for change in reply.changes if change.scope == TEAM]
    mine = chen.pull_all()[f"user:{chen.user}", reply.results[0].conflicts[0]]
    theirs = lin.pull_all()[f"held:{TEAM}", UUID(mine["twin"])]
    for held in (mine, theirs):
        assert (held["reason"], held["operation"]) == ("no-access", late.as_wire())
    assert body_of(lin, TEAM, need.id) == {"title": "一"}
    # Said again, it is held once; withdrawn by its author, it is closed for the lead as well.
    assert chen.sync(late).results == reply.results
    chen.sync(put(f"user:{chen.user}", "conflict", reply.results[0].conflicts[0], status=("open", "withdrawn")))
    assert lin.pull_all()[f"held:{TEAM}", UUID(mine["twin"])]["status"] == "withdrawn"
    assert not server.faults()


def test_an_operation_taken_in_before_the_scope_was_lost_is_not_held_when_said_again(
    server: ServerUnderTest, chen: Device
) -> None:
    need = put(TEAM, "need", title="一")
    first = chen.sync(need)
    server.take("chen", TEAM)
    assert chen.sync(need).results == first.results


def test_a_record_nobody_knows_is_held_not_half_made(server: ServerUnderTest, chen: Device) -> None:
    reply = chen.sync(put(TEAM, "need", title=("一", "二")))
    assert statuses(reply) == ["held"]
    assert chen.pull_all()[f"user:{chen.user}", reply.results[0].conflicts[0]]["reason"] == "unknown-record"


def test_clients_do_not_open_conflicts(server: ServerUnderTest, chen: Device) -> None:
    assert statuses(chen.sync(put(TEAM, "conflict", status="open", field="title"))) == ["held"]


def test_people_write_in_a_conflict_only_what_they_decided(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    """Otherwise a twin could be named that is somebody else's."""
    zhou_lost = lin.sync(put("team:99", "need", title="一")).results[0].conflicts[0]
    firm = put(COUNTY, "enterprise", name="甲")
    chen.sync(firm, put(COUNTY, "enterprise", firm.id, name=("乙", "丙")))
    (opened,) = [key for key in chen.pull_all() if chen.kinds[key] == "conflict"]
    forged = put(COUNTY, "conflict", opened[1], status=("open", "x"), twin_scope="held:team:99", twin=str(zhou_lost))
    assert statuses(chen.sync(forged)) == ["held"]
    disguised = put(COUNTY, "enterprise", opened[1], twin="no id at all")
    assert statuses(chen.sync(disguised)) == ["held"]
    assert statuses(chen.sync(put(COUNTY, "conflict", opened[1], status=("open", "resolved")))) == ["applied"]


def test_text_of_any_kind_is_kept(server: ServerUnderTest, chen: Device) -> None:
    """Data is never refused: not even what a text column of a database does not take."""
    server.give("chen", "team:99=broker")
    strange = "a\0b\u202e\U0001f600\r\n\u2028"
    firm = put(TEAM, "enterprise", name=strange, credit_code=strange, sha256=strange)
    assert statuses(chen.sync(firm, replace(put(TEAM, "enterprise", firm.id), move="team:99"))) == ["applied"] * 2
    assert body_of(chen, "team:99", firm.id) == {"name": strange, "credit_code": strange, "sha256": strange}


def test_the_same_code_twice_is_one_question(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    code = "91330381MA2AAAAA1A"
    one, two = put(COUNTY, "enterprise", name="甲", credit_code=code), put(COUNTY, "enterprise", name="甲厂")
    chen.sync(one)
    assert statuses(lin.sync(two)) == ["applied"]
    reply = lin.sync(put(COUNTY, "enterprise", two.id, credit_code=code))
    assert statuses(reply) == ["conflict"]
    (opened,) = conflicts(chen)
    assert (opened["record"], opened["other"], opened["field"]) == (str(two.id), str(one.id), "credit_code")
    # They are the same: what is still said of the second goes to the first.
    lin.sync(replace(put(COUNTY, "enterprise", two.id), into=one.id))
    chen.sync(put(COUNTY, "enterprise", two.id, address="塘下"))
    assert body_of(lin, COUNTY, one.id) == {
        "name": "甲",
        "credit_code": code,
        "address": "塘下",
    }
    lin.cursors = {}
    gone = next(change for change in lin.sync().changes if change.id == two.id)
    assert (gone.op, gone.into) == ("del", one.id)
    # And taken back: what is said of the second is its own again.
    assert statuses(lin.sync(replace(put(COUNTY, "enterprise", two.id), into=two.id, delete=False))) == ["applied"]
    chen.sync(put(COUNTY, "enterprise", two.id, address="莘塍"))
    second, first = body_of(lin, COUNTY, two.id), body_of(lin, COUNTY, one.id)
    assert second is not None
    assert first is not None
    assert (second["address"], first["address"]) == ("莘塍", "塘下")
    assert not server.faults()


def test_what_went_into_the_trash_in_the_same_push_is_nobodys_double(
    server: ServerUnderTest, chen: Device, lin: Device
) -> None:
    code = "91330381MA2AAAAA1A"
    one, two = (put(COUNTY, "enterprise", name=name, credit_code=code) for name in ("甲", "乙"))
    chen.sync(one)
    seen = fields_hash({"name": "甲", "credit_code": code})
    away = replace(put(COUNTY, "enterprise", one.id), delete=True, seen=seen)
    assert statuses(lin.sync(away, two)) == ["applied", "applied"]
    back = replace(put(COUNTY, "enterprise", one.id), delete=False)
    three = put(COUNTY, "enterprise", name="丙", credit_code=code)
    assert statuses(lin.sync(replace(put(COUNTY, "enterprise", two.id), into=one.id), back, three)) == [
        "applied", "applied", "conflict",
    ]  # fmt: skip
    assert [opened["other"] for opened in conflicts(chen)] == [str(one.id)]


def test_two_people_who_merge_two_firms_each_the_other_way_keep_one(
    server: ServerUnderTest, chen: Device, lin: Device
) -> None:
    one, two = put(COUNTY, "enterprise", name="甲"), put(COUNTY, "enterprise", name="甲厂")
    chen.sync(one, two)
    assert statuses(chen.sync(replace(put(COUNTY, "enterprise", one.id), into=two.id))) == ["applied"]
    assert statuses(lin.sync(replace(put(COUNTY, "enterprise", two.id), into=one.id))) == ["applied"]
    assert [key[1] for key in chen.pull_all()] == [two.id]
    lin.sync(put(COUNTY, "enterprise", one.id, address="塘下"))
    assert body_of(chen, COUNTY, two.id) == {"name": "甲厂", "address": "塘下"}
    assert not server.faults()


def test_only_cleared_fields_become_public(server: ServerUnderTest, chen: Device) -> None:
    server.add_user("wang", "public=curator", "team:12=broker")
    wang = server.sign_in("wang")
    published = put("public", "published_need", title="要一种焊料")
    assert statuses(wang.sync(published)) == ["applied"]
    assert body_of(chen, "public", published.id) == {"title": "要一种焊料"}
    secret = put("public", "published_need", published.id, enterprise_id=str(uuid4()))
    disguised = put("public", "achievement", published.id, owner="样例公司")
    raw = put("public", "need", title="原话")
    assert statuses(wang.sync(secret, disguised, raw)) == ["held"] * 3
    need = put(TEAM, "need", title="一", text="原话")
    assert statuses(wang.sync(need, replace(put(TEAM, "need", need.id), move="public"))) == ["applied", "held"]
    assert [key for key in chen.pull_all() if key[0] == "public"] == [("public", published.id)]
    # Not even other curators see what leaked: it stays, whole, with who wrote it.
    kept = [body for body in conflicts(wang) if body["reason"] == "not-public"]
    assert {body["operation"]["op"] for body in kept} >= {str(one.op) for one in (secret, disguised, raw)}
    assert len(kept) == 4
    assert not [key for key in wang.pull_all() if key[0] == "held:public"]
    assert statuses(chen.sync(put("public", "published_need", title="我的"))) == ["held"]


def test_pages_end_anywhere_and_miss_nothing(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    chen.sync(*[put(TEAM, "need", title=str(number)) for number in range(25)])
    chen.sync(*[put(COUNTY, "enterprise", name=str(number)) for number in range(10)])
    for limit in (1, 3, 25, 26, 5_000):
        assert len(lin.pull_all(limit)) == 35
    assert lin.sync(limit=0).changes == ()
    lin.cursors = {}
    assert lin.sync(limit=0).more


def test_an_old_epoch_is_told_before_anything_is_applied(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    answer = chen.post_sync(put(TEAM, "need", title="一"), epoch=str(uuid4()))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:broker:problem:epoch-changed")
    assert answer.json()["epoch"] == str(chen.epoch)
    assert answer.headers["content-type"] == "application/problem+json"
    assert lin.pull_all() == {}
    # A cursor beyond the head: the database went back without saying so.
    assert chen.post_sync(cursors={TEAM: "7:"}).status_code == 409


def test_bodies_may_be_packed(server: ServerUnderTest, chen: Device) -> None:
    body = orjson.dumps({"epoch": str(chen.epoch), "push": [put(TEAM, "need", title="一" * 500).as_wire()]})
    for encoding, packed in (("gzip", gzip.compress(body)), ("zstd", zstandard.compress(body))):
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json", "Accept-Encoding": encoding}
        answer = chen.request("POST", "/v1/sync", content=packed, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == encoding
        assert answer.json()["results"][0]["status"] == "applied"


@pytest.mark.parametrize(
    ("content", "encoding", "status"),
    [
        (gzip.compress(b"0" * (65 * 1024 * 1024)), "gzip", 413),
        (b"x" * (9 * 1024 * 1024), "identity", 413),
        (b"no gzip", "gzip", 400),
        (b"no zstd", "zstd", 400),
        (b"{}", "br", 415),
        (b'{"epoch":NaN}', "identity", 422),
        (b"[" * 900 + b"]" * 900, "identity", 422),
        (b"{", "identity", 422),
    ],
    ids=["bomb", "large", "gzip", "zstd", "br", "nan", "deep", "cut"],
)
def test_bodies_that_are_none(
    server: ServerUnderTest, chen: Device, content: bytes, encoding: str, status: int
) -> None:
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    answer = chen.request("POST", "/v1/sync", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"].startswith("urn:broker:problem:")


def test_a_push_is_whole_or_nothing(server: ServerUnderTest, chen: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("broker_server.push._Push._write_operations", fail)
    operations = [put(TEAM, "need", title="一"), put(COUNTY, "enterprise", name="甲")]
    answer = chen.post_sync(*operations)
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:broker:problem:server-fault")
    monkeypatch.undo()
    assert chen.pull_all() == {}
    assert statuses(chen.sync(*operations)) == ["applied", "applied"]


def test_an_old_program_still_pushes(server: ServerUnderTest, chen: Device) -> None:
    need = put(TEAM, "need", title="一")
    body = {"epoch": str(chen.epoch), "push": [need.as_wire()]}
    old = {"Sync-Schema": "0"}
    assert chen.request("POST", "/v1/sync", json={**body, "limit": 0}, headers=old).status_code == 200
    assert chen.request("POST", "/v1/sync", json={**body, "limit": 10}, headers=old).status_code == 426
    assert chen.request("POST", "/v1/sync", json=body, headers={"Sync-Protocol": "2"}).status_code == 426


def test_fields_of_a_newer_program_survive_an_older_one(server: ServerUnderTest, chen: Device, lin: Device) -> None:
    need = put(TEAM, "need", title="一", invented_later={"a": [1, None, "二"]})
    lin.sync(need, put(TEAM, "invented_later", name="新"))
    chen.sync(put(TEAM, "need", need.id, title=("一", "二")))
    body = body_of(lin, TEAM, need.id)
    assert body == {"title": "二", "invented_later": {"a": [1, None, "二"]}}


def test_unknown_members_of_an_operation_are_passed_over(server: ServerUnderTest, chen: Device) -> None:
    operation = put(TEAM, "need", title="一").as_wire() | {"invented_later": 1}
    assert statuses(chen.sync(push=[operation])) == ["applied"]


def test_elements_are_understood(server: ServerUnderTest, chen: Device) -> None:
    need = put(TEAM, "need", keywords=["甲"])
    chen.sync(need, Operation(uuid4(), need.id, "need", TEAM, "", {"keywords": {"add": ["乙"], "del": ["甲"]}}))
    assert body_of(chen, TEAM, need.id) == {"keywords": ["乙"]}

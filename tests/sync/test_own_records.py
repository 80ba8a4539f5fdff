"""What a push made is not said again to who made it; whatever else a push did is, and the sums agree."""

from dataclasses import replace

from sqlalchemy import select

from broker_app.db.models import ServerRecord, SyncScope
from broker_app.sync.protocol import SyncReply, fields_hash
from tests.server_under_test import Device, ServerUnderTest, put
from tests.sync.computers import Computer


def pushed(device: Device, *operations: object) -> SyncReply:
    return device.sync(*operations, limit=0, echo=False)  # type: ignore[arg-type]


def test_records_a_push_made_are_left_out_and_the_cursor_is_past_them(server: ServerUnderTest) -> None:
    chen = server.sign_in("chen")
    need = put("team:12", "need", title="一")
    reply = pushed(chen, need, put("team:12", "need", title="二"))
    assert reply.own == {"team:12": 1}
    assert (reply.changes, reply.cursors["team:12"]) == ((), "1:")
    assert chen.sync().changes == ()
    assert len(server.sign_in("lin").sync().changes) == 2, "everybody else hears of them"
    again = pushed(chen, need)
    assert (again.own, again.results[0].status) == ({}, "applied"), "said before: this push made nothing"


def test_a_push_that_did_more_than_make_records_is_said_whole(server: ServerUnderTest) -> None:
    chen, lin = server.sign_in("chen"), server.sign_in("lin")
    need = put("team:12", "need", title="一")
    pushed(chen, need)
    edit = put("team:12", "need", need.id, title=("一", "二"))
    assert pushed(chen, edit, put("team:12", "need", title="三")).own == {}, "an edit is among them"
    assert len(chen.sync().changes) == 2
    twice = put("team:12", "need", title="四")
    more = put("team:12", "need", twice.id, goal="五")
    assert pushed(chen, twice, more).own == {}, "one record, two operations"
    gone = put("team:12", "need", title="六")
    gone = replace(gone, delete=True, seen=fields_hash({"title": "六"}))
    assert pushed(chen, gone).own == {}, "made and put into the trash"
    assert pushed(lin, put("team:12", "need", title="七")).own == {}, "lin has not read what chen wrote"


def test_what_was_made_here_is_known_as_the_server_has_it(
    server: ServerUnderTest, chen: Computer, lin: Computer
) -> None:
    need = chen.add_need("焊点空洞率偏高", keywords=["焊接"])
    assert chen.sync().report.received == 0
    with chen.store.read() as session:
        row = session.scalars(select(ServerRecord).where(ServerRecord.id == need)).one()
        scope = session.get(SyncScope, "team:12")
    lin.sync()
    with lin.store.read() as session:
        theirs = session.scalars(select(ServerRecord).where(ServerRecord.id == need)).one()
        their_scope = session.get(SyncScope, "team:12")
    assert (row.rev, row.hash, row.body) == (theirs.rev, theirs.hash, None)
    assert scope is not None
    assert their_scope is not None
    assert (scope.cursor, scope.records, scope.sum) == (their_scope.cursor, their_scope.records, their_scope.sum)


def test_what_is_typed_right_after_a_new_record_went_up_goes_up_too(chen: Computer, lin: Computer) -> None:
    need = chen.add_need("一")

    def typed(_report: object) -> None:
        if not chen.waiting() and chen.need(need).goal == "":
            with chen.store.write() as session:
                session.get_one(type(chen.need(need)), need).goal = "降到百分之一"

    chen.sync(progress=typed)
    chen.sync()
    lin.sync()
    assert (lin.need(need).title, lin.need(need).goal) == ("一", "降到百分之一")
    assert (chen.differences(), lin.differences()) == ((), ())

"""What a broker sees first, on a Tuesday in November."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine

from broker_app.db.session import Store
from broker_app.rules.calendar import CHINA_TIME
from broker_app.rules.states import NeedState, VisitState
from broker_app.services.needs import NeedDraft, move_need, save_need
from broker_app.services.today import TodayBoard, open_counts, today_board
from broker_app.services.visits import FollowUpDraft, VisitDraft, move_visit, record_visit, save_visit
from tests.services.conftest import as_author, as_colleague

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CHINA_TIME)


@pytest.fixture(autouse=True)
def _tuesday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def board(store: Store) -> TodayBoard:
    with store.read() as session:
        return today_board(session)


def visit(store: Store, firm: UUID | None, at: datetime, *states: VisitState, **values: object) -> UUID:
    draft = replace(VisitDraft(at, firm, role="broker", note="纪要"), **values)  # type: ignore[arg-type]
    with store.write() as session:
        visit_id = save_visit(session, draft)
        for state in states:
            if state == VisitState.RECORDED:
                record_visit(session, visit_id, at=at + timedelta(hours=1))
            else:
                move_visit(session, visit_id, state, "样例原因")
    return visit_id


def test_an_empty_profile_has_an_empty_day(store: Store) -> None:
    found = board(store)
    assert (found.day, found.stops, found.coming, found.to_do, found.deadlines) == (date(2026, 11, 24), (), (), (), ())
    assert (found.month.visits, found.month.enterprises, found.month.needs, found.month.matches) == (0, 0, 0, 0)


def test_the_day_of_a_colleague_is_not_mine_unless_i_go_along(store: Store, firm: UUID) -> None:
    as_colleague(store)
    visit(store, firm, NOW, VisitState.PLANNED)
    visit(store, firm, NOW - timedelta(days=2), VisitState.IN_PROGRESS)
    visit(store, firm, NOW, VisitState.RECORDED)
    together = visit(store, firm, NOW.replace(hour=16), VisitState.PLANNED, companions=("李教授", "林样例"))
    as_author(store)
    found = board(store)
    assert [stop.visit_id for stop in found.stops] == [together]
    assert (found.to_do, found.month.visits) == ((), 0)
    assert len(found.recent) == 1  # what the team wrote is still told


def test_the_stops_of_the_day_in_order(store: Store, firm: UUID) -> None:
    last_minute, first_minute = NOW.replace(hour=23, minute=59), NOW.replace(hour=0, minute=0)
    late = visit(store, firm, last_minute, VisitState.PLANNED)
    early = visit(store, firm, first_minute, VisitState.RECORDED)
    noon = visit(store, firm, NOW.replace(hour=12), VisitState.PLANNED, place="柳市镇")
    tomorrow = visit(store, firm, first_minute + timedelta(days=1), VisitState.PLANNED)
    visit(store, firm, NOW, VisitState.PLANNED, VisitState.CANCELLED)
    found = board(store)
    assert [(stop.visit_id, stop.stage) for stop in found.stops] == [(early, "done"), (noon, "next"), (late, "later")]
    assert [stop.visit_id for stop in found.coming] == [tomorrow]
    assert "柳市镇" in found.stops[1].facts
    assert found.stops[0].hint == "首次走访"
    assert found.stops[1].hint == "上次 11月24日"


def test_what_waits_for_me(store: Store, firm: UUID) -> None:
    yesterday = NOW - timedelta(days=1)
    visit(store, firm, yesterday)
    visit(store, firm, yesterday - timedelta(days=1), VisitState.RECORDED, VisitState.SUBMITTED, VisitState.RETURNED)
    tasks = (FollowUpDraft("寄资料", "林样例", date(2026, 11, 21)), FollowUpDraft("约时间", due=date(2026, 11, 24)))
    ahead = (FollowUpDraft("回访", due=date(2026, 11, 30)), FollowUpDraft("没有日子"))
    visit(store, firm, yesterday - timedelta(days=5), VisitState.RECORDED, follow_ups=tasks + ahead)
    with store.write() as session:
        save_need(session, NeedDraft("等凝练"))
        mine = save_need(session, NeedDraft("我写的", "内容"))
        move_need(session, mine, NeedState.REFINED)
    kinds = [(one.kind, one.overdue) for one in board(store).to_do]
    assert kinds == [("returned", True), ("draft", False), ("follow_up", True), ("follow_up", False), ("refine", False)]
    assert [one.title for one in board(store).deadlines] == ["回访"]
    as_colleague(store)
    assert "verify" in [one.kind for one in board(store).to_do]
    with store.read() as session:
        assert open_counts(session) == {"follow_ups": 4, "needs": 2}


def test_the_month_counts_firms_and_visits_apart(store: Store, firm: UUID) -> None:
    for day in (2, 3):
        visit(store, firm, NOW.replace(day=day), VisitState.RECORDED)
    visit(store, firm, datetime(2026, 11, 1, 0, 0, tzinfo=CHINA_TIME), VisitState.RECORDED)
    visit(store, firm, datetime(2026, 10, 31, 23, 59, tzinfo=CHINA_TIME), VisitState.RECORDED)
    visit(store, firm, NOW, VisitState.PLANNED)
    month = board(store).month
    assert (month.visits, month.enterprises) == (3, 1)


def test_deadlines_of_needs_that_are_still_open(store: Store) -> None:
    with store.write() as session:
        for days, state in ((10, None), (3, None), (0, None), (5, NeedState.WITHDRAWN)):
            need = save_need(session, NeedDraft(f"{days} 天", deadline=NOW.date() + timedelta(days=days)))
            if state:
                move_need(session, need, state, "样例原因")
    assert [(one.title, one.days_left) for one in board(store).deadlines] == [("3 天", 3), ("10 天", 10)]


def test_a_stop_that_is_done_tells_its_needs(store: Store, firm: UUID) -> None:
    done = visit(store, firm, NOW.replace(hour=8), VisitState.RECORDED)
    with store.write() as session:
        save_need(session, NeedDraft("触点降银", "触点降银。", firm, done))
    (stop,) = board(store).stops
    assert (stop.stage, stop.needs, stop.is_signed, stop.enterprise_id) == ("done", 1, False, firm)


def test_a_need_that_is_no_technical_need_has_no_deadline(store: Store) -> None:
    with store.write() as session:
        need = save_need(session, NeedDraft("缺流动资金", deadline=NOW.date() + timedelta(days=3)))
    assert len(board(store).deadlines) == 1
    with store.write() as session:
        move_need(session, need, NeedState.NOT_TECHNICAL, "已转给县里")
    assert board(store).deadlines == ()

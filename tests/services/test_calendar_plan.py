"""The week's visits, moving a planned one, and the file for other calendars."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar

from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.rules.states import VisitState
from broker_app.services.calendar_plan import list_visits_between, monday_of, move_planned, plan_as_ics
from broker_app.services.visits import VisitDraft, get_visit, move_visit, save_visit
from tests.services.conftest import NINE

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)


@pytest.fixture
def planned(store: Store, firm: UUID) -> UUID:
    draft = VisitDraft(
        NINE,
        enterprise_id=firm,
        ended_at=NINE + timedelta(hours=2),
        place="二车间, 三楼",
        companions=("李样例",),
        note="保密：新模具",
    )
    with store.write() as session:
        made = save_visit(session, draft)
        move_visit(session, made, VisitState.PLANNED)
    return made


def test_a_week_is_monday_to_sunday_in_chinese_time(store: Store, planned: UUID) -> None:
    assert monday_of(SUNDAY) == MONDAY
    with store.write() as session:
        for moment in (NINE.replace(hour=0, minute=0), NINE - timedelta(hours=10), NINE + timedelta(days=7)):
            save_visit(session, VisitDraft(moment))
    with store.read() as session:
        found = list_visits_between(session, MONDAY, SUNDAY)
    assert [(one.start.hour, one.movable) for one in found] == [(0, False), (9, True)]


def test_a_moved_visit_stays_as_long_as_it_was(store: Store, planned: UUID) -> None:
    with store.write() as session:
        assert move_planned(session, planned, NINE + timedelta(days=2)) == NINE
    with store.read() as session:
        draft = get_visit(session, planned).draft
    assert draft.ended_at is not None
    assert (draft.started_at, draft.ended_at - draft.started_at) == (NINE + timedelta(days=2), timedelta(hours=2))
    assert draft.note == "保密：新模具"


def test_what_has_begun_is_not_moved(store: Store, planned: UUID) -> None:
    with store.write() as session:
        move_visit(session, planned, VisitState.IN_PROGRESS)
    with pytest.raises(IllegalMoveError), store.write() as session:
        move_planned(session, planned, NINE)


def test_another_calendar_reads_the_plan_and_no_note(store: Store, planned: UUID) -> None:
    with store.read() as session:
        content = plan_as_ics(session, MONDAY, SUNDAY)
        again = plan_as_ics(session, MONDAY, SUNDAY)
    assert content == again
    assert "新模具" not in content.decode()
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["SUMMARY"] == "走访 甲样例电气有限公司"
    assert event["LOCATION"] == "二车间, 三楼"
    assert event.decoded("DTSTART") == NINE
    assert str(event["UID"]).startswith(str(planned))


def test_nothing_planned_is_said(store: Store) -> None:
    with pytest.raises(InvalidInputError), store.read() as session:
        plan_as_ics(session, MONDAY, SUNDAY)

"""What is said at the start: reminders missed while the program was closed, and a clock that was set back."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import time_machine

from broker_app.db.session import Store
from broker_app.services.follow_ups import finish_follow_up, follow_ups_between
from broker_app.services.start_watch import Greeting, greet
from broker_app.services.visits import FollowUpDraft, VisitDraft, save_visit

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def opened(store: Store, at: datetime) -> Greeting:
    with time_machine.travel(at, tick=False), store.write() as session:
        return greet(session)


def with_tasks(store: Store, firm: UUID) -> None:
    tasks = tuple(
        FollowUpDraft(text, due=due)
        for text, due in (
            ("寄料样", date(2026, 11, 24)),
            ("办完的", date(2026, 11, 25)),
            ("还没到", date(2026, 12, 9)),
            ("没有日子", None),
        )
    )
    with time_machine.travel(MONDAY, tick=False), store.write() as session:
        save_visit(session, VisitDraft(MONDAY, enterprise_id=firm, note="看了产线。", follow_ups=tasks))
        done = follow_ups_between(session, date(2026, 11, 25), date(2026, 11, 25))
        finish_follow_up(session, done[0].id)


def test_reminders_missed_are_told_at_the_next_start_and_only_then(store: Store, firm: UUID) -> None:
    with_tasks(store, firm)
    assert opened(store, MONDAY).missed == ()
    found = opened(store, MONDAY + timedelta(days=5))
    assert [one.text for one in found.missed] == ["寄料样"]
    assert list(opened(store, MONDAY + timedelta(days=5, hours=1)).missed) == []


def test_a_clock_set_back_a_year_is_told_once(store: Store, firm: UUID) -> None:
    with_tasks(store, firm)
    opened(store, MONDAY)
    year_ago = opened(store, MONDAY - timedelta(days=365))
    assert year_ago.clock_back is not None
    assert year_ago.clock_back.days == 365
    assert year_ago.last_seen == MONDAY
    assert list(year_ago.missed) == []
    assert opened(store, MONDAY - timedelta(days=364)).clock_back is None
    assert opened(store, MONDAY + timedelta(days=1)).clock_back is None


def test_a_clock_put_right_by_hours_or_forward_is_nothing(store: Store) -> None:
    opened(store, MONDAY)
    assert opened(store, MONDAY - timedelta(hours=5)).clock_back is None
    assert opened(store, MONDAY + timedelta(days=3650)).clock_back is None

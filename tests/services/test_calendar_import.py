"""Visits out of another calendar's file: once each, and never more than a sentence for a hostile one."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_app.db.session import Store
from broker_app.errors import ImportFileError
from broker_app.services.calendar_import import MOST_BYTES, read_calendar, take_back_events, take_events
from broker_app.services.calendar_plan import list_visits_between, plan_as_ics
from broker_app.services.visits import get_visit, list_visits

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//ZH\r\n{body}END:VCALENDAR\r\n".encode()


VISIT = (
    "UID:a1\r\nSUMMARY:去甲样例电气有限公司看线\r\nLOCATION:二车间\r\n"
    "DTSTART:20261125T013000Z\r\nDTEND:20261125T030000Z"
)
WHOLE_DAY = "UID:a2\r\nSUMMARY:丙样例对接\r\nDTSTART;VALUE=DATE:20261126\r\nRRULE:FREQ=WEEKLY"
PAST = "UID:a3\r\nSUMMARY:早过了\r\nDTSTART:20250101T010000Z"
CANCELLED = "UID:a4\r\nSUMMARY:不去了\r\nSTATUS:CANCELLED\r\nDTSTART:20261127T010000Z"
BROKEN = "UID:a5\r\nSUMMARY:没有时间"


def test_events_become_planned_visits_of_the_firm_they_name(store: Store, firm: UUID) -> None:
    file = read_calendar(calendar(VISIT, WHOLE_DAY, PAST, CANCELLED, BROKEN))
    with store.write() as session:
        taken = take_events(session, file)
    assert (len(taken.added), taken.known, taken.out_of_range, taken.unreadable, taken.repeating) == (2, 0, 1, 2, 1)
    with store.read() as session:
        first, second = (get_visit(session, one) for one in taken.added)
    assert (first.state, first.enterprise, first.draft.place) == ("planned", "甲样例电气有限公司", "二车间")
    assert first.draft.ended_at == first.draft.started_at + timedelta(minutes=90)
    assert (second.enterprise, second.draft.note) == ("", "丙样例对接")
    assert second.draft.started_at == datetime(2026, 11, 26, 1, 30, tzinfo=UTC)


def test_the_same_file_again_adds_nothing_and_a_moved_event_moves(store: Store, firm: UUID) -> None:
    with store.write() as session:
        take_events(session, read_calendar(calendar(VISIT)))
        again = take_events(session, read_calendar(calendar(VISIT)))
        later = VISIT.replace("20261125", "20261126")
        moved = take_events(session, read_calendar(calendar(later)))
        (row,) = list_visits(session)
        assert row.started_at == datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
        take_back_events(session, moved)
        (row,) = list_visits(session)
    assert (again.added, again.known) == ((), 1)
    assert row.started_at == datetime(2026, 11, 25, 1, 30, tzinfo=UTC)


def test_what_this_program_exported_is_known(store: Store, firm: UUID) -> None:
    week = date(2026, 11, 23), date(2026, 11, 29)
    with store.write() as session:
        take_events(session, read_calendar(calendar(VISIT)))
        exported = plan_as_ics(session, *week)
        taken = take_events(session, read_calendar(exported))
        assert len(list_visits_between(session, *week)) == 1
    assert (taken.added, taken.known) == ((), 1)


def test_undo_puts_what_was_added_into_the_trash(store: Store, firm: UUID) -> None:
    with store.write() as session:
        taken = take_events(session, read_calendar(calendar(VISIT, WHOLE_DAY)))
        take_back_events(session, taken)
        assert list_visits(session) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe" * 50,
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1",
        "走访安排".encode("gb18030"),
        b"x" * (MOST_BYTES + 1),
        calendar(*[f"UID:{n}\r\nDTSTART:20261125T013000Z" for n in range(501)]),
        b"BEGIN:VEVENT\r\n" * 3000,
    ],
    ids=["empty", "bytes", "no events", "cut off", "another encoding", "large", "many", "nested"],
)
def test_a_file_that_is_no_calendar_gets_one_sentence(content: bytes) -> None:
    with pytest.raises(ImportFileError):
        read_calendar(content)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 400), st.sampled_from([VISIT, WHOLE_DAY, PAST]))
def test_random_damage_never_gets_past_the_reader(noise: bytes, at: int, event: str) -> None:
    whole = calendar(event, "UID:b\r\nDTSTART:20261125T013000Z")
    with suppress(ImportFileError):
        read_calendar(whole[:at] + noise + whole[at + len(noise) // 2 :])


def test_hostile_words_are_cut_and_stay_words(store: Store) -> None:
    nasty = f"UID:{'u' * 5000}\r\nSUMMARY:<b>{'长' * 3000}</b>\r\nDTSTART;TZID=No/Where:20261125T093000"
    with store.write() as session:
        taken = take_events(session, read_calendar(calendar(nasty)))
        draft = get_visit(session, taken.added[0]).draft
    assert draft.note.startswith("<b>长")
    assert len(draft.note) <= 500
    assert len(draft.source_id) <= 210

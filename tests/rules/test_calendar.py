"""Time as the rules see it."""

from datetime import UTC, date, datetime, timedelta, timezone

from broker_app.rules.calendar import china_date, is_late_entry


def test_the_day_is_the_day_in_china() -> None:
    assert china_date(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert china_date(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)
    assert china_date(datetime(2026, 11, 23, 23, 0, tzinfo=timezone(timedelta(hours=-8)))) == date(2026, 11, 24)


def test_later_than_a_day_is_a_late_entry() -> None:
    ended = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert not is_late_entry(ended, ended + timedelta(hours=24))
    assert is_late_entry(ended, ended + timedelta(hours=24, seconds=1))
    assert not is_late_entry(ended, ended - timedelta(hours=1))

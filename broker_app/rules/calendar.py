"""Time as the rules see it: China has one zone and no daylight saving."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA_TIME = timezone(timedelta(hours=8), "UTC+08:00")
LATE_ENTRY_AFTER = timedelta(hours=24)  # domain.md F3: a visit entered later than this is marked 补记
MATCH_REVIEW_AFTER = timedelta(days=90)  # domain.md section 4: no_match is looked at again


def china_date(moment: datetime) -> date:
    """The calendar day in China of an aware ``moment``."""
    return moment.astimezone(CHINA_TIME).date()


def is_late_entry(ended_at: datetime, recorded_at: datetime) -> bool:
    """Whether a visit was entered more than 24 hours after it ended (both aware)."""
    return recorded_at - ended_at > LATE_ENTRY_AFTER


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)

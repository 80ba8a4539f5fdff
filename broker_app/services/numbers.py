"""Readable numbers of records.

The server gives the official number. Until then a record shows a number made from its county, year and
own id: it needs nobody's permission and two offline laptops do not hand out the same one.
"""

from datetime import date
from uuid import UUID

from broker_app.rules.calendar import china_date, utc_now

VISIT, NEED, MATCH = "ZF", "XQ", "DJ"
_TAIL = 6


def own_number(prefix: str, county: str, day: date, record_id: UUID) -> str:
    """``ZF-330382-2026-3F9A1C``: prefix, county (330300 where unknown), year and the end of the id."""
    return f"{prefix}-{county or '330300'}-{day.year}-{record_id.hex[-_TAIL:].upper()}"


def today() -> date:
    """The calendar day in China."""
    return china_date(utc_now())

"""Dates as people write them: a whole date, a month, a year, a half or a quarter."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from broker_app.exchange.parsers import compact, refused, says_nothing
from broker_app.i18n import _

_YEARS = range(1900, 2101)
_DAY_ONE = date(1899, 12, 30)  # day 0 of a spreadsheet, its 29 February 1900 allowed for
_SERIALS = range(7306, 73415)  # 1920 to 2100
_WHOLE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?(?:t?\d{1,2}:\d{2}.*)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?(?:份|底|末|初|中旬|上旬|下旬|前)*")
_YEAR = re.compile(r"(\d{4})年?(?:底|末|内|全年)*")
_PART = re.compile(r"(\d{4})年?-?(上半年|下半年|第?[一二三四1-4]季度|q[1-4])(?:末|底)?")
_OPEN = ("长期", "不限", "面议", "尽快", "待定", "未定")
_REMARK = re.compile(r"[(（][^)）]*[)）]$|(?:之前|以前|前|截止)$")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}


def parse_day(value: Any, column: str) -> date | None:
    """The day something happened; a month or a year alone means its first day."""
    return _parse(value, column, first=True)


def parse_deadline(value: Any, column: str) -> date | None:
    """The day something is due; a month, quarter or year alone means its last day, 长期 means none."""
    return _parse(value, column, first=False)


def _parse(value: Any, column: str, *, first: bool) -> date | None:
    text = "" if value is None or isinstance(value, bool) else compact(str(value)).casefold()
    text = text.removesuffix(".0")
    if says_nothing(text) or (not text[:1].isdigit() and any(word in text for word in _OPEN)):
        return None
    span = _serial(text) or _span(_REMARK.sub("", text))
    if span is None:
        raise refused(column, _("“{column}”里的“{value}”看不出日期，可写成 2027-06-30 或 2027年6月"), value)
    return span[0] if first else span[1]


def _serial(text: str) -> tuple[date, date] | None:
    """Return the day of a spreadsheet's day number, which a cell shows when its date format was lost."""
    if len(text) == 5 and text.isdecimal() and int(text) in _SERIALS:
        day = _DAY_ONE + timedelta(days=int(text))
        return day, day
    return None


def _span(text: str) -> tuple[date, date] | None:
    for pattern, read in _FORMS:
        if match := pattern.fullmatch(text):
            try:
                return read(match)
            except ValueError:
                return None
    return None


def _day(match: re.Match[str]) -> tuple[date, date]:
    day = date(_year(match[1]), int(match[2]), int(match[3]))
    return day, day


def _months(match: re.Match[str]) -> tuple[date, date]:
    return _between(_year(match[1]), int(match[2]), int(match[2]))


def _whole_year(match: re.Match[str]) -> tuple[date, date]:
    return _between(_year(match[1]), 1, 12)


def _part_of_year(match: re.Match[str]) -> tuple[date, date]:
    year, part = _year(match[1]), match[2]
    if part.endswith("半年"):
        return _between(year, 1, 6) if part.startswith("上") else _between(year, 7, 12)
    sign = part.removeprefix("第").removeprefix("q")[0]
    quarter = _QUARTERS.get(sign) or int(sign)
    return _between(year, 3 * quarter - 2, 3 * quarter)


def _between(year: int, month: int, last_month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, date(year, last_month, calendar.monthrange(year, last_month)[1])


def _year(digits: str) -> int:
    if int(digits) not in _YEARS:
        raise ValueError(digits)
    return int(digits)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[date, date]]], ...] = (
    (_WHOLE, _day),
    (_DIGITS, _day),
    (_MONTH, _months),
    (_PART, _part_of_year),
    (_YEAR, _whole_year),
)

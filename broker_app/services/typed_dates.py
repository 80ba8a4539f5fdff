"""Days and times as people type them: ``11.22``, ``1122``, ``昨天``, ``下周二``, ``今天下午3点``."""

import re
from datetime import date, datetime, time, timedelta

from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME

_NEAR = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEK = re.compile(r"(上上|上|下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_FULL = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_SHORT = re.compile(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")
_TIGHT = re.compile(r"(?<!\d)(?:(\d{4}))?(\d{2})(\d{2})(?!\d)")
_CLOCK = re.compile(r"(上午|早上|中午|下午|晚上|傍晚)?\s*(\d{1,2})\s*(?:[:：点时])\s*(半|\d{1,2})?\s*分?")
_AFTER_DAY = re.compile(r"^[日号]?之?前?[\s，,、:：]*")
_WEEKS = {"上上": -14, "上": -7, "下": 7, "下下": 14}


def typed_date(text: str, today: date) -> date | None:
    """The day ``text`` means when typed on ``today``, or None. A day without a year is the nearest such day."""
    text = text.strip()
    for word in sorted(_NEAR, key=len, reverse=True):
        if text.startswith(word):
            return today + timedelta(days=_NEAR[word])
    if found := _WEEK.match(text):
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=_WEEKDAYS[found[2]] + _WEEKS.get(found[1] or "", 0))
    if found := _FULL.match(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.match(text):
        return _nearest(int(found[1]), int(found[2]), today)
    if found := _TIGHT.match(text):
        month, day = int(found[2]), int(found[3])
        return _day(int(found[1]), month, day) if found[1] else _nearest(month, day, today)
    return None


def leading_day(text: str, today: date) -> tuple[date | None, str]:
    """The day a task begins with and the rest: ``周三 寄料样``, ``11.25寄料样``. A weekday gone by is the next one."""
    text = text.strip()
    day = typed_date(text, today)
    if day is None:
        return None, text
    length = next(end for end in range(1, len(text) + 1) if typed_date(text[:end], today) == day)
    if day < today and _WEEK.match(text):
        day += timedelta(days=7)
    return day, _AFTER_DAY.sub("", text[length:])


def typed_time(text: str) -> time | None:
    """The time of day in ``text``, or None. ``3点`` without 上午 or 下午 before seven is the afternoon."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    hour = int(found[2])
    minute = 30 if found[3] == "半" else int(found[3] or 0)
    if (
        (found[1] in ("下午", "晚上", "傍晚") and hour < 12)
        or (found[1] == "中午" and hour < 3)
        or (not found[1] and 0 < hour < 7 and "点" in found[0])
    ):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def typed_moment(text: str, now: datetime) -> datetime | None:
    """Day and time in ``text`` in Chinese time; a part that is missing is taken from ``now`` (aware)."""
    here = now.astimezone(CHINA_TIME)
    clock = _CLOCK.search(text)
    day = typed_date(text[: clock.start()] if clock else text, here.date())
    moment = typed_time(text)
    if day is None and moment is None:
        return None
    chosen = moment or here.time().replace(second=0, microsecond=0)
    return datetime.combine(day or here.date(), chosen, CHINA_TIME)


def date_text(day: date, today: date) -> str:
    """``今天``, ``11月22日 周日``; the year only if it is another one."""
    if day == today:
        return _("今天")
    weekday = _("周{day}").format(day="一二三四五六日"[day.weekday()])
    if day.year == today.year:
        return _("{month}月{day}日 {weekday}").format(month=day.month, day=day.day, weekday=weekday)
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def moment_text(moment: datetime, now: datetime) -> str:
    """``今天 13:30``, ``11月22日 周日 13:30`` in Chinese time."""
    here = moment.astimezone(CHINA_TIME)
    return f"{date_text(here.date(), now.astimezone(CHINA_TIME).date())} {here:%H:%M}"


def _nearest(month: int, day: int, today: date) -> date | None:
    around = [_day(today.year + step, month, day) for step in (-1, 0, 1)]
    days = [one for one in around if one is not None]
    return min(days, key=lambda one: abs((one - today).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

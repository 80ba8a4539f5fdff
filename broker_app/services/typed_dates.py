"""Days and times as people type them: ``11.22``, ``1122``, ``昨天``, ``下周二``, ``今天下午3点``, ``24 Nov 3 pm``."""

import re
from datetime import date, datetime, time, timedelta

from broker_app.i18n import _, day_name, full_day_name, weekday_name
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
_NEAR_ENGLISH = {"yesterday": -1, "today": 0, "tomorrow": 1}
_DAYS_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY_WORD = r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
_MONTH_WORD = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEK = re.compile(r"(上上|上|下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_FULL = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_NEAR_WORD = re.compile(r"(yesterday|today|tomorrow)\b", re.IGNORECASE)
_WEEK_ENGLISH = re.compile(rf"(?:(last|next|this)\s+)?{_WEEKDAY_WORD}", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"(\d{{1,2}})\s*{_MONTH_WORD}(?:,?\s+(\d{{4}})\b)?", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"{_MONTH_WORD}\s+(\d{{1,2}})\b(?:,?\s+(\d{{4}})\b)?", re.IGNORECASE)
_SHORT = re.compile(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?")
_TIGHT = re.compile(r"(?<!\d)(?:(\d{4}))?(\d{2})(\d{2})(?!\d)")
_CLOCK_ENGLISH = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b", re.IGNORECASE)
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
    if text[:1].isascii() and (english := _english_date(text, today)):
        return english
    if found := _SHORT.match(text):
        return _nearest(int(found[1]), int(found[2]), today)
    if found := _TIGHT.match(text):
        month, day = int(found[2]), int(found[3])
        return _day(int(found[1]), month, day) if found[1] else _nearest(month, day, today)
    return None


def _english_date(text: str, today: date) -> date | None:
    """``tomorrow``, ``next Wed``, ``24 Nov``, ``Nov 24, 2026``."""
    if found := _NEAR_WORD.match(text):
        return today + timedelta(days=_NEAR_ENGLISH[found[1].lower()])
    if found := _WEEK_ENGLISH.match(text):
        monday = today - timedelta(days=today.weekday())
        weeks = {"last": -7, "next": 7}.get((found[1] or "").lower(), 0)
        return monday + timedelta(days=_DAYS_ENGLISH.index(found[2][:3].lower()) + weeks)
    if found := _DAY_MONTH.match(text):
        number, name, year = found[1], found[2], found[3]
    elif found := _MONTH_DAY.match(text):
        name, number, year = found[1], found[2], found[3]
    else:
        return None
    month = _MONTHS_ENGLISH.index(name[:3].lower()) + 1
    return _day(int(year), month, int(number)) if year else _nearest(month, int(number), today)


def leading_day(text: str, today: date) -> tuple[date | None, str]:
    """The day a task begins with and the rest: ``周三 寄料样``, ``11.25寄料样``. A weekday gone by is the next one."""
    text = text.strip()
    day = typed_date(text, today)
    if day is None:
        return None, text
    length = next(
        end
        for end in range(1, len(text) + 1)
        if typed_date(text[:end], today) == day and not (_is_letter(text[end - 1]) and _is_letter(text[end : end + 1]))
    )
    if day < today and (_WEEK.match(text) or _WEEK_ENGLISH.match(text)):
        day += timedelta(days=7)
    return day, _AFTER_DAY.sub("", text[length:])


def typed_time(text: str) -> time | None:
    """The time of day in ``text``, or None. ``3点`` without 上午 or 下午 before seven is the afternoon."""
    if english := _CLOCK_ENGLISH.search(text):
        hour = int(english[1]) % 12 + (12 if english[3].lower() == "p" else 0)
        minute = int(english[2] or 0)
        return time(hour, minute) if minute < 60 and int(english[1]) <= 12 else None
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
    clock = _CLOCK_ENGLISH.search(text) or _CLOCK.search(text)
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
    if day.year == today.year:
        return f"{day_name(day)} {weekday_name(day)}"
    return full_day_name(day)


def moment_text(moment: datetime, now: datetime) -> str:
    """``今天 13:30``, ``11月22日 周日 13:30`` in Chinese time."""
    here = moment.astimezone(CHINA_TIME)
    return f"{date_text(here.date(), now.astimezone(CHINA_TIME).date())} {here:%H:%M}"


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _nearest(month: int, day: int, today: date) -> date | None:
    around = [_day(today.year + step, month, day) for step in (-1, 0, 1)]
    days = [one for one in around if one is not None]
    return min(days, key=lambda one: abs((one - today).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

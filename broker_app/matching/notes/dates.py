"""Days as people say them, counted from the day of the visit: 下周三, 月底, 开春, 年前, 国庆后, 三天内, 明年三月.

A deadline is read at its last day: 明年6月底前 is 30 June, 上半年 is 30 June, 春节前 the day before the festival.
Feast days follow the public lunar calendar, 2024 to 2036.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from broker_app.matching.notes.numbers import count_range

_SPRING = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28),
}  # fmt: skip
_DRAGON_BOAT = {2024: (6, 10), 2025: (5, 31), 2026: (6, 19), 2027: (6, 9), 2028: (5, 28), 2029: (6, 16), 2030: (6, 5)}
_MID_AUTUMN = {2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15), 2028: (10, 3), 2029: (9, 22), 2030: (9, 12)}
_N = r"(?:\d{1,3}|[一二两俩三四五六七八九十]{1,3})"
_YEAR = (
    r"(?P<year>今年|明年|后年|大后年|来年|本年|当年|次年|"
    r"\d{4}年?(?=[\d一二三四五六七八九十.\-/年初底内上下开春夏秋冬第qQ元春五端中国清之前份])|\d{4}年|[’']?2\d年)"
)
_WEEKDAY = r"[一二三四五六日天]"
_HOLIDAYS = (
    r"元旦|春节|过完?年|大年|年关|新年|正月十五|元宵|正月|清明|五一|劳动节|端午|中秋|国庆|十一(?=[前后放长黄])|"
    r"双十一|双11|双十二|双12|三八|六一|八一|教师节|618|圣诞节?|黑五|小年|除夕|腊月|(?:春季|秋季)?广交会|"
    r"立春|惊蛰|春分|谷雨|立夏|小满|芒种|夏至|小暑|大暑|立秋|处暑|白露|秋分|寒露|霜降|立冬|冬至|小寒|大寒"
)
_SEASONS = (
    r"开春|春上|春天|春季|入春|夏天|夏季|入夏|入秋|秋天|秋季|入冬|冬天|冬季|春茶|春耕|秋收|暑假|寒假|开学|梅雨|"
    r"台风季|汛期"
)
_FORMS = (
    ("full", r"(?P<y4>20\d{2})[-/.年](?P<m4>\d{1,2})[-/.月](?P<d4>\d{1,2})[日号]?"),
    (
        "month",
        rf"(?:{_YEAR}的?[.\-/]?)?(?P<month>{_N}|下个?|本|这个?|上个?|当)月份?(?:(?P<day>{_N})(?:日|"
        rf"号)?(?![\d%个万项名台只天人年点\-~])|(?P<part>底|末|初|中旬|上旬|下旬|中(?=[前旬左,。]|$)))?",
    ),
    ("dotted", r"(?P<y2>20\d{2})[.\-/](?P<m2>1[0-2]|0?[1-9])(?![\d.%])"),
    (
        "quarter",
        rf"(?:{_YEAR}的?)?(?:第?(?<![上下这每])(?P<q>[一二三四1-4])季度?|q(?P<qq>[1-4])(?=20\d\d|[^0-9]|$))"
        rf"(?P<qend>底|末|初)?(?P<qyear>20\d{{2}})?",
    ),
    ("half", rf"(?:{_YEAR}的?)?(?P<half>上|下)半年"),
    ("feast", rf"(?:{_YEAR}的?)?(?P<feast>{_HOLIDAYS})"),
    ("season", rf"(?:{_YEAR}的?)?(?P<season>{_SEASONS})"),
    (
        "yearend",
        rf"(?:{_YEAR}的?)?(?:年)?(?P<yend>年底|年末|底(?![部层座盘板色漆价线])|年内|年初|年中|年后|年前|"
        rf"内(?=[要完上吧就能,，]|$))",
    ),
    ("year", _YEAR),
    ("week", rf"(?P<week>上上|上|下下|下|这|本)?个?(?:周|星期|礼拜)(?P<wd>{_WEEKDAY})(?![\d年月期个])"),
    ("weekpart", r"(?P<wk>下下|下|这|本)个?(?:周|星期|礼拜)(?P<wp>末|内|初|之?内)?"),
    (
        "span",
        rf"(?P<n>{_N}|半|几)(?P<half2>个半)?(?:个)?(?P<u>天|日(?=内)|周|星期|礼拜|月|年|工作日|"
        rf"季度)(?P<more>半)?(?P<in>以?之?内|以后|之后|后)?",
    ),
    (
        "near",
        r"大后天|后天|明天|明日|明早|明晚|今天|今晚|今日|(?<=我)(?:中午|下午|傍晚|晚上)(?![\d一二两三四五六七八九十]|.{0,3}点)|大前天|前天|昨天|周末|月底|月末|月初|月中|下月|本月|年底|"
        r"年内|年末",
    ),
    ("dayonly", r"(?P<only>\d{1,2})[号日](?![机线楼车门店\d])"),
)
_BEFORE = re.compile(r"(?:[左右]{2})?(?:之前|以前|前(?![面年天几道处三两次期帮者])|截止|到期前|内$)")
_BEFORE_WORK = re.compile(
    r"(?:[\u4e00-\u9fff]{0,3}(?:会|展|大促)|旺季|开采|采摘|采收|开园|上市|展会|大修|长假|放假|假期|开工|上班|大促)(?:之前|以前|前)"
)
_AFTER = re.compile(r"(?:之后|以后|过后|后(?![面年天道续期来]))")
_NUMERAL = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_NEAR = {"中午": 0, "下午": 0, "傍晚": 0, "晚上": 0, "今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1, "明早": 1,
         "明晚": 1, "后天": 2, "大后天": 3, "昨天": -1, "前天": -2, "大前天": -3}  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _FORMS)
_ANY = re.compile(
    r"\d|[一二两三四五六七八九十半几]|今|明|后|来年|本|当|次年|上|下|这|周|月|年|元|春|过年|大|新年|正月|清明|劳动|"
    r"傍|晚|端午|中秋|国庆|双|三|六|八|教|圣|黑|小|除|腊|广|立|惊|谷|芒|处|白|霜|"
    r"开|夏|入|秋|冬|暑|寒|梅|q|前|昨|礼|星"
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day said at ``[start, end)``. ``before`` when 前 or 内 follows; ``kind`` is the form it was said in.

    ``vague`` marks forms that are a deadline only with more said around them (a bare year, a length of time).
    """

    start: int
    end: int
    day: date
    kind: str
    before: bool
    vague: bool
    words: str


def find_dates(text: str, visit_on: date) -> list[DateMention]:
    """Every day named in a folded text, in order, without overlaps; impossible days are left out."""
    found: list[DateMention] = []
    place = 0
    while start := _ANY.search(text, place):
        mention = _at(text, start.start(), visit_on)
        if mention:
            found.append(mention)
        place = mention.end if mention else start.start() + 1
    return found


def _at(text: str, start: int, visit_on: date) -> DateMention | None:
    best: DateMention | None = None
    if start and text[start].isdigit() and (text[start - 1].isdigit() or text[start - 1] in ".q月"):
        return None  # inside a longer figure
    for kind, pattern in _COMPILED:
        hit = pattern.match(text, start)
        if hit is None or (best and hit.end() <= best.end):
            continue
        before = _BEFORE.match(text, hit.end()) or (
            _BEFORE_WORK.match(text, hit.end()) if kind in ("feast", "season") else None
        )
        after = None if before else _AFTER.match(text, hit.end())
        within = before is not None and before.group().endswith("内")  # 下个月内 is its last day
        side = -1 if before and not within else 1 if after else 0
        try:
            day = _RESOLVERS[kind](hit, visit_on, side)
        except (ValueError, OverflowError):
            continue
        if day is None:
            continue
        end = before.end() if before else after.end() if after else hit.end()
        vague = kind in ("year", "span") and not before and not _groups(hit, "in").endswith("内")
        best = DateMention(start, end, day, kind, before is not None, vague, text[start:end])
    return best


def _groups(hit: re.Match[str], name: str) -> str:
    return (hit.groupdict().get(name) or "") if name in hit.re.groupindex else ""


def _year(hit: re.Match[str], visit_on: date) -> int | None:
    word = _groups(hit, "year")
    if not word:
        return None
    named = {"今年": 0, "本年": 0, "当年": 0, "明年": 1, "来年": 1, "次年": 1, "后年": 2, "大后年": 3}
    if word in named:
        return visit_on.year + named[word]
    digits = int(re.sub(r"\D", "", word))
    return digits if digits > 100 else 2000 + digits


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _full(hit: re.Match[str], _visit: date, _side: int) -> date | None:
    return date(int(hit["y4"]), int(hit["m4"]), int(hit["d4"]))


def _dotted(hit: re.Match[str], _visit: date, side: int) -> date | None:
    year, month = int(hit["y2"]), int(hit["m2"])
    return date(year, month, 1) - timedelta(1) if side < 0 else month_end(year, month)


def _month(hit: re.Match[str], visit_on: date, side: int) -> date | None:
    year, word = _year(hit, visit_on), hit["month"]
    relative = {"下": 1, "下个": 1, "本": 0, "这": 0, "这个": 0, "当": 0, "上": -1, "上个": -1}
    if word in relative:
        first = add_months(visit_on.replace(day=1), relative[word])
        year, month = first.year, first.month
    else:
        numbers = count_range(word)
        if numbers is None or not 1 <= numbers[0] <= 12 or numbers[0] != numbers[1]:
            return None
        month = numbers[0]
        year = year or _next_year_of(month, hit["day"], visit_on)
    if hit["day"]:
        numbers = count_range(hit["day"])
        return date(year, month, numbers[0]) if numbers and numbers[0] == numbers[1] else None
    part = hit["part"] or ""
    if part in ("初", "中", "中旬", "上旬"):
        return date(year, month, {"初": 5, "中": 15, "中旬": 20, "上旬": 10}[part])
    if part or side >= 0:
        return month_end(year, month)
    return date(year, month, 1) - timedelta(1)


def _next_year_of(month: int, day_word: str | None, visit_on: date) -> int:
    day = count_range(day_word) if day_word else None
    last = min(day[0], 28) if day else 28
    return visit_on.year + (1 if (month, last) < (visit_on.month, min(visit_on.day, 28)) else 0)


def _quarter(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    word = hit["q"] or hit["qq"]
    quarter = "一二三四".find(word) + 1 or int(word)
    year = int(hit["qyear"]) if hit["qyear"] else _year(hit, visit_on)
    end = month_end(year or visit_on.year, 3 * quarter)
    return month_end(end.year + 1, end.month) if year is None and end < visit_on else end


def _half(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    year = _year(hit, visit_on) or visit_on.year
    return date(year, 6, 30) if hit["half"] == "上" else date(year, 12, 31)


def _feast(hit: re.Match[str], visit_on: date, side: int) -> date | None:
    word, year = hit["feast"], _year(hit, visit_on)
    if word == "过完年":
        side = 1
    if word == "广交会":  # twice a year
        both = (_feast_days(f"{half}季广交会", (year or visit_on.year) + step) for step in (0, 1) for half in "春秋")
        first = next((days[0] for days in both if days[0] > visit_on), None)
        return first - timedelta(1) if first and side < 0 else first
    for step in (0, 1, 2):
        first, last = _feast_days(word, year or visit_on.year + step)
        day = first - timedelta(1) if side < 0 else last + timedelta(1) if side > 0 else first
        if word == "清明" and side < 0:
            day = first  # work that waits for a term of the farming calendar is due on its day
        if year or day >= visit_on:
            return day
    return None


def _feast_days(word: str, year: int) -> tuple[date, date]:
    fixed = {
        "元旦": ((1, 1), (1, 1)),
        "清明": ((4, 5), (4, 5)),
        "五一": ((5, 1), (5, 5)),
        "劳动节": ((5, 1), (5, 5)),
        "国庆": ((10, 1), (10, 7)),
        "十一": ((10, 1), (10, 7)),
        "双十一": ((11, 11), (11, 11)),
        "双11": ((11, 11), (11, 11)),
        "双十二": ((12, 12), (12, 12)),
        "双12": ((12, 12), (12, 12)),
        "三八": ((3, 8), (3, 8)),
        "六一": ((6, 1), (6, 1)),
        "八一": ((8, 1), (8, 1)),
        "教师节": ((9, 10), (9, 10)),
        "618": ((6, 18), (6, 18)),
        "圣诞": ((12, 25), (12, 25)),
        "圣诞节": ((12, 25), (12, 25)),
        "黑五": ((11, 27), (11, 27)),
        "春季广交会": ((4, 15), (5, 5)),
        "秋季广交会": ((10, 15), (11, 4)),
    }
    if word in _TERMS:
        term = date(year, *_TERMS[word])
        return term, term
    if word in fixed:
        first, last = fixed[word]
        return date(year, *first), date(year, *last)
    table = {"端午": _DRAGON_BOAT, "中秋": _MID_AUTUMN}.get(word, _SPRING)
    if year not in table:
        raise ValueError(word)
    day = date(year, *table[year])
    if word in ("小年", "除夕", "腊月"):
        return day - timedelta({"小年": 7, "除夕": 1, "腊月": 29}[word]), day - timedelta(1)
    if word in ("正月十五", "元宵"):
        return day + timedelta(14), day + timedelta(14)
    if word == "正月":
        return day + timedelta(28), day + timedelta(28)
    return day, day + timedelta(6 if table is _SPRING else 2)


# The solar terms by the sun; a day earlier or later in some years.
_TERMS = {
    "立春": (2, 4), "惊蛰": (3, 6), "春分": (3, 21), "谷雨": (4, 20), "立夏": (5, 6), "小满": (5, 21), "芒种": (6, 6),
    "夏至": (6, 21), "小暑": (7, 7), "大暑": (7, 23), "立秋": (8, 8), "处暑": (8, 23), "白露": (9, 8), "秋分": (9, 23),
    "寒露": (10, 8), "霜降": (10, 23), "立冬": (11, 8), "冬至": (12, 22), "小寒": (1, 6), "大寒": (1, 20),
}  # fmt: skip
_SEASON_DAYS = {
    "开春": (3, 1), "春上": (3, 31), "春天": (4, 30), "春季": (4, 30), "入春": (3, 1), "春茶": (3, 20), "春耕": (3, 20),
    "夏天": (6, 30), "夏季": (6, 30), "入夏": (5, 5), "入秋": (8, 31), "秋天": (10, 31), "秋季": (10, 31),
    "秋收": (9, 30), "入冬": (11, 7), "冬天": (12, 31), "冬季": (12, 31), "暑假": (7, 1), "寒假": (1, 20),
    "开学": (9, 1), "梅雨": (6, 10),
    "台风季": (7, 1),
    "汛期": (6, 1),
}  # fmt: skip


def _season(hit: re.Match[str], visit_on: date, side: int) -> date | None:
    year = _year(hit, visit_on)
    dated = ("开春", "春上", "入夏", "入秋", "入冬") + (("暑假", "寒假", "开学", "秋收", "台风季") if year else ())
    if side == 0 and hit["season"] not in dated:
        return None  # 冬天干得慢 is no deadline
    for step in (0, 1):
        day = date(year or visit_on.year + step, *_SEASON_DAYS[hit["season"]])
        day = day - timedelta(1) if side < 0 else day
        if year or day >= visit_on:
            return day
    return None


def _yearend(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    year, word = _year(hit, visit_on), hit["yend"]
    if word == "底" or word == "内":
        return date(year, 12, 31) if year else None
    if word in ("年前", "年后"):
        spring = next(
            (day for day in (date(y, *_SPRING[y]) for y in (visit_on.year, visit_on.year + 1) if y in _SPRING)
             if day > visit_on), None)  # fmt: skip
        if spring is None or _groups(hit, "year").startswith("20"):
            return None
        return spring - timedelta(1) if word == "年前" else add_months(spring, 0) + timedelta(21)
    at = {"年初": (1, 31), "年中": (6, 30)}.get(word, (12, 31))
    day = date(year or visit_on.year, *at)
    return date(day.year + 1, *at) if year is None and day < visit_on else day


def _whole_year(hit: re.Match[str], visit_on: date, side: int) -> date | None:
    year = _year(hit, visit_on)
    return None if year is None else date(year - (side < 0), 12, 31)


def _week(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    monday = visit_on - timedelta(visit_on.weekday())
    weekday = _NUMERAL[hit["wd"]]
    weeks = {"上上": -2, "上": -1, "下": 1, "下下": 2, "这": 0, "本": 0}
    if hit["week"]:
        return monday + timedelta(7 * weeks[hit["week"]] + weekday)
    day = monday + timedelta(weekday)
    return day if day >= visit_on else day + timedelta(7)


def _weekpart(hit: re.Match[str], visit_on: date, side: int) -> date | None:
    monday = visit_on - timedelta(visit_on.weekday()) + timedelta({"下下": 14, "下": 7}.get(hit["wk"], 0))
    if hit["wp"] == "末":
        return monday + timedelta(6)
    if hit["wp"] == "初":
        return monday + timedelta(1)
    return monday - timedelta(1) if side < 0 else monday + timedelta(4)


def _span(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    unit = hit["u"]
    if unit == "月" and "个" not in hit.group():
        return None
    if hit["n"] == "半":
        if unit not in ("年", "月"):
            return None
        return add_months(visit_on, 6) if unit == "年" else visit_on + timedelta(15)
    numbers = count_range(hit["n"])
    if numbers is None or not 0 < numbers[1] <= 120:
        return None
    count, half = numbers[1], bool(hit["more"] or hit["half2"])
    if unit in ("天", "日", "工作日"):
        return visit_on + timedelta(count)
    if unit in ("周", "星期", "礼拜"):
        return visit_on + timedelta(7 * count)
    months = {"月": 1, "季度": 3, "年": 12}[unit]
    return add_months(visit_on, months * count + (months // 2 if half else 0))


def _near(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    word = hit.group()
    if word in _NEAR:
        return visit_on + timedelta(_NEAR[word])
    if word == "周末":
        return visit_on + timedelta(6 - visit_on.weekday())
    if word in ("月底", "月末", "本月"):
        return month_end(visit_on.year, visit_on.month)
    if word == "月中":
        return visit_on.replace(day=15) if visit_on.day <= 15 else add_months(visit_on.replace(day=15), 1)
    if word in ("月初", "下月"):
        first = add_months(visit_on.replace(day=1), 1)
        return first + timedelta(4) if word == "月初" else month_end(first.year, first.month)
    return date(visit_on.year, 12, 31)


def _dayonly(hit: re.Match[str], visit_on: date, _side: int) -> date | None:
    day = int(hit["only"])
    first = visit_on.replace(day=1)
    if day < visit_on.day:
        first = add_months(first, 1)
    return first.replace(day=day)


_RESOLVERS: dict[str, Callable[[re.Match[str], date, int], date | None]] = {
    "full": _full, "month": _month, "dotted": _dotted, "quarter": _quarter, "half": _half, "feast": _feast,
    "season": _season, "yearend": _yearend, "year": _whole_year, "week": _week, "weekpart": _weekpart,
    "span": _span, "near": _near, "dayonly": _dayonly,
}  # fmt: skip


def mentions_in(text: str, visit_on: date) -> Iterator[tuple[str, date]]:
    """The words and the day of each date in ``text``."""
    for mention in find_dates(text, visit_on):
        yield mention.words, mention.day

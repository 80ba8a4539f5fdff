"""Amounts and counts in any wording: 四十多万, 三五十万, 5、60万, 一百来万, 8万8, 30w, 十几个.

Money is in 万元 (:class:`decimal.Decimal`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ARABIC = r"\d[\d,]*(?:\.\d+)?"
_CHINESE = r"[零〇一二两俩三四五六七八九十百千几]+"
_LOOSE = r"(?:多|来|几|把|余|出头)?"
_SCALE = r"(?:个亿|亿|个[w万](?![a-z0-9])|千万|百万|万|w(?![a-z0-9])|千|k(?![a-z0-9])|m(?=rmb|元|cny)|百)?"
_TO = r"(?:-|—|–|~|～|至|到|、|或者?|/){1,2}"
_ONE = rf"(?:{_ARABIC}|{_CHINESE}|半(?=个?亿))"
NUMBER = rf"(?:{_ARABIC}|{_CHINESE})"
AMOUNT = re.compile(
    rf"(?P<small>小)?(?P<low>{_ONE})(?P<lmore>{_LOOSE})(?P<lscale>{_SCALE})"
    rf"(?:{_TO}(?P<high>{_ONE})(?P<hmore>{_LOOSE})(?P<hscale>{_SCALE}))?"
    rf"(?P<tail>[1-9一二三四五六七八九](?=[一二三四五六七八九](?![千百十万\d]))(?P<tail2>[一二三四五六七八九])|"
    rf"[1-9一二三四五六七八九](?:(?=千)|(?![\d一二三四五六七八九十百千万个年月日号天块次份])))?(?:(?<=[1-9一二三四五六七八九])千)?"
    rf"(?P<odd>多|来|把)?(?P<unit>人民币|元|块钱?|rmb|大洋|个(?=[(（]?w)|"
    rf"个(?![月人工小星礼钟多半季点款型头班单项产样批百千万亿车厂学博专\d])|钱)?"
    rf"(?P<loose>左右|上下|出头|光景)?"
)
# 六位数 is ten to a hundred 万; 百把万, 千把块, 万把块: about a hundred, a thousand, ten thousand.
_ANY_SUM = re.compile(
    rf"(?P<figures>[五六七八九])位数|(?<![一二两三四五六七八九十几\d])(?P<round>[百千万])把(?P<of>万|块钱?|元)|"
    rf"(?:{AMOUNT.pattern})"
)
_ROUND = {"百": Decimal(100), "千": Decimal(1000), "万": Decimal(10_000)}
# What follows a count of things: 两千万次, 三十万只 are no money.
_COUNTED = re.compile(r"[次只件台套张片米吨亩斤人辆支枚盒瓶箱条双粒颗户家头羽株平方公千棒盆]|模次|小时|像素|转")
_SCALES = {
    "": Decimal(0),
    "百": Decimal("0.01"),
    "千": Decimal("0.1"),
    "k": Decimal("0.1"),
    "万": Decimal(1),
    "w": Decimal(1),
    "百万": Decimal(100),
    "m": Decimal(100),
    "千万": Decimal(1000),
    "个w": Decimal(1),
    "个万": Decimal(1),
    "亿": Decimal(10_000),
    "个亿": Decimal(10_000),
}
_YUAN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money at ``[start, end)``: from ``low`` to ``high`` 万元; ``bare`` when no unit of money was said."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    bare: bool


def chinese_number(word: str) -> tuple[Decimal, Decimal] | None:
    """The range a number in Chinese or Arabic figures means: 三五十 is 30 to 50, 十几 10 to 19, 几十 20 to 90."""
    if word[:1].isdigit():
        try:
            value = Decimal(word.replace(",", ""))
        except ArithmeticError:
            return None
        return value, value
    if word == "百八十":
        return Decimal(80), Decimal(100)
    pair = re.fullmatch(r"(.*?)([一二两三四五六七八九])([一二两三四五六七八九])([十百千]?)", word)
    if pair and not (pair[1] and pair[1][-1] in _DIGITS):
        low, high = _plain(pair[1] + pair[2] + pair[4]), _plain(pair[1] + pair[3] + pair[4])
    elif "几" in word:
        low = _plain(word.replace("几", "" if word.endswith("十几") else "二"))
        high = _plain(word.replace("几", "九"))
    else:
        low = high = _plain(word)
    if low is None or high is None or low > high:
        return None
    return Decimal(low), Decimal(high)


def count_range(word: str) -> tuple[int, int] | None:
    """The whole numbers a count means, for days, months and years; None when it is no number."""
    found = chinese_number(word)
    return None if found is None or found[1] > 1_000_000 else (int(found[0]), int(found[1]))


def _plain(word: str) -> int | None:
    total, digit, last = 0, -1, 0
    for character in word:
        if character in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[character]
        elif character in _UNITS:
            last = _UNITS[character]
            total += (digit if digit > 0 else 1) * last
            digit = -1
        else:
            return None
    if digit > 0:
        # 一百五 is 150: a last digit without its unit counts the next smaller one.
        total += digit * (last // 10 if last > 10 and "零" not in word and "〇" not in word else 1)
    return total if total or "零" in word or not word else None


def _more(value: Decimal, word: str) -> Decimal:
    """The upper end of 四十多 (49), 200多 (299); 来, 把 and 余 stay at the round figure."""
    if word not in ("多", "几", "出头") or value <= 0:
        return value
    step = Decimal(1)
    while value >= step * 10 and value % (step * 10) == 0:
        step *= 10
    if word == "出头":
        return value
    return value + step - (step / 10 if step <= 1 else 1)


def amounts(text: str) -> Iterator[Amount]:
    """Every sum of money in a folded text; those without a unit of money are ``bare`` and need a reason to count."""
    place = 0
    while found := _ANY_SUM.search(text, place):
        place = max(found.end(), found.start() + 1)
        if found["figures"]:
            figures = int(_plain(found["figures"]) or 0)
            if 5 <= figures <= 9:
                low = Decimal(10) ** (figures - 5)
                yield Amount(found.start(), found.end(), low, low * 10 - Decimal("0.01"), False)
            continue
        if found["round"]:
            value = _ROUND[found["round"]] * (1 if found["of"] == "万" else _YUAN)
            yield Amount(found.start(), found.end(), value, value, False)
            continue
        read = _thousands(text, found) or _read(found)
        if read is None or (
            not read[2] and found.group()[-1] not in "元块钱大洋" and _COUNTED.match(text, found.end())
        ):
            continue
        low, high, bare = read
        yield Amount(found.start(), found.end(), low, high, bare)


_FEE = re.compile(r"(?:费用?|预算|经费|钱)(?:大概|大约|约|就|也就|最多|顶多|是)?$")


def _thousands(text: str, found: re.Match[str]) -> tuple[Decimal, Decimal, bool] | None:
    """诊断费三五千: thousands or hundreds of yuan without the unit, right after the word for the fee."""
    lows = chinese_number(found["low"]) if found["low"] != "半" else None
    word = found["low"] + (found["lscale"] or "")
    if (
        lows is None
        or found["high"]
        or found["unit"]
        or word[-1] not in "千百"
        or not _FEE.search(text[: found.start()])
    ):
        return None
    scale = {"千": 1000, "百": 100}.get(found["lscale"] or "", 1)
    return lows[0] * scale * _YUAN, lows[1] * scale * _YUAN, False


def _read(found: re.Match[str]) -> tuple[Decimal, Decimal, bool] | None:
    lows = chinese_number(found["low"]) if found["low"] != "半" else (Decimal("0.5"), Decimal("0.5"))
    highs = chinese_number(found["high"]) if found["high"] else lows
    if lows is None or highs is None:
        return None
    low, high = lows[0], highs[1]
    lscale, hscale = found["lscale"] or "", found["hscale"] or ""
    if not found["high"]:
        high = _more(high, found["lmore"] or found["odd"] or "")
        hscale = lscale
    else:
        high = _more(high, found["hmore"] or found["odd"] or "")
        lscale = lscale or hscale
        if low < 10 <= high and low * 10 < high and found["hscale"] and not found["lscale"]:
            low *= 10  # 5、60万: the first figure leaves its zero out
        if low > high:
            return None
    if found["small"] and "几" in found["low"]:
        high = min(high, low * 2)
    return _scaled(found, low, high, lscale, hscale)


def _scaled(
    found: re.Match[str], low: Decimal, high: Decimal, lscale: str, hscale: str
) -> tuple[Decimal, Decimal, bool] | None:
    unit = found["unit"] or ""
    if not hscale:
        if unit in ("元", "块", "块钱", "人民币", "rmb", "大洋"):
            return low * _YUAN, high * _YUAN, False
        return (low, high, True) if not found["tail"] else None
    if hscale in ("百", "千", "k") and unit not in ("元", "块", "块钱", "人民币", "rmb", "钱") and hscale != "k":
        return None
    factor = _SCALES[hscale]
    word = (found["tail"] or "")[:1]
    tail = _DIGITS.get(word, 0) or int(word if word.isdigit() else 0)
    extra = Decimal(tail) * factor / 10
    more = Decimal(_DIGITS[found["tail2"]]) * factor / 10 if found["tail2"] else extra  # 一万二三
    return low * (_SCALES[lscale] or factor) + extra, high * factor + more, False

"""Amounts of money as people write them, in 万元."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from broker_app.exchange.parsers import compact, from_json_text, refused, says_nothing
from broker_app.i18n import _

_UNITS = {
    "亿元": Decimal(10_000), "亿": Decimal(10_000), "千万元": Decimal(1000), "千万": Decimal(1000),
    "百万元": Decimal(100), "百万": Decimal(100), "万元": Decimal(1), "万": Decimal(1), "w": Decimal(1),
    "千元": Decimal("0.1"), "元": Decimal("0.0001"),
}  # fmt: skip
_MOST = Decimal(100_000_000)  # 万元; more than this is a slip of the unit
_UNIT = "(?:人民币)?(" + "|".join(_UNITS) + ")?(?:人民币|rmb)?"
_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_AMOUNT = re.compile(_NUMBER + _UNIT)
_RANGE = re.compile(rf"{_NUMBER}{_UNIT}(?:-|—|–|~|～|至|到){{1,2}}{_NUMBER}{_UNIT}")
_AT_MOST_BEFORE = re.compile(r"^(?:不超过|不超|不高于|最多|控制在|<=|≤|<)")
_AT_MOST_AFTER = re.compile(r"(?:以内|之内|以下|内)$")
_AT_LEAST_BEFORE = re.compile(r"^(?:不少于|不低于|至少|>=|≥|>)")
_AT_LEAST_AFTER = re.compile(r"(?:以上|起)$")
_LOOSE = re.compile(r"^(?:约|大约|预计|计划|人民币|rmb|¥|￥)+|(?:左右|上下)$")
_FREE = frozenset({"免费", "无偿"})
_NEGOTIABLE = ("面议", "另议", "协商", "面谈", "详谈", "议价")


@dataclass(frozen=True)
class Budget:
    """From ``low`` to ``high`` 万元, None for an open end; ``negotiable`` when only 面议 was said."""

    low: Decimal | None = None
    high: Decimal | None = None
    negotiable: bool = False


@dataclass(frozen=True)
class Price:
    """An asking price in 万元; ``negotiable`` with no price means 面议."""

    wan: Decimal | None = None
    negotiable: bool = False


NOTHING_OFFERED = Budget()
NOTHING_ASKED = Price()


def parse_budget(value: Any, column: str) -> Budget | None:
    """A number, [low, high], or text: 180-200万, 50万以内, 不少于30万元, 1.2亿, 面议.

    A bare figure counts in the unit of the heading, 万元 when that names none.
    """
    value = from_json_text(value)
    if isinstance(value, list | tuple):
        return _ends(value, column)
    text = _text(value)
    if says_nothing(text):
        return None
    if any(word in text for word in _NEGOTIABLE):
        return Budget(negotiable=True)
    if text in _FREE:
        return Budget(Decimal(0), Decimal(0))
    budget = _read(text, _unit_of(column))
    if budget is None:
        raise refused(column, _("“{column}”里的“{value}”看不出是多少钱，可写成 80、180-200 或 50万以内"), value)
    return _sound(budget, column, value)


def parse_price(value: Any, column: str) -> Price | None:
    """One price or 面议; a range is refused, because a listing shows one figure."""
    budget = parse_budget(value, column)
    if budget is None:
        return None
    if budget.low != budget.high:
        raise refused(column, _("“{column}”里的“{value}”要写成一个数，或写“面议”"), value)
    return Price(budget.low, budget.negotiable)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    text = format(Decimal(str(value)), "f") if isinstance(value, int | float) else str(value)
    return _LOOSE.sub("", compact(text).casefold())


def _read(text: str, unit: Decimal) -> Budget | None:
    if match := _RANGE.fullmatch(text):
        own = match[4] or match[2]
        high_unit = _UNITS[own] if own else unit
        low_unit = _UNITS[match[2]] if match[2] else high_unit
        return Budget(_number(match[1]) * low_unit, _number(match[3]) * high_unit)
    bare, at_most = _without(text, _AT_MOST_BEFORE, _AT_MOST_AFTER)
    bare, at_least = _without(bare, _AT_LEAST_BEFORE, _AT_LEAST_AFTER)
    match = _AMOUNT.fullmatch(_LOOSE.sub("", bare))
    if not match or (at_most and at_least):
        return None
    amount = _number(match[1]) * (_UNITS[match[2]] if match[2] else unit)
    if at_most:
        return Budget(Decimal(0), amount)
    return Budget(amount, None if at_least else amount)


def _ends(value: list[Any] | tuple[Any, ...], column: str) -> Budget | None:
    if len(value) != 2:
        raise refused(column, _("“{column}”要写成最低和最高两个数"), value)
    low, high = (parse_budget(end, column) for end in value)
    if low is None and high is None:
        return None
    return _sound(Budget(low.low if low else None, high.high if high else None), column, value)


def _sound(budget: Budget, column: str, value: Any) -> Budget:
    if budget.low is not None and budget.high is not None and budget.low > budget.high:
        raise refused(column, _("“{column}”里的“{value}”前面的数比后面的大"), value)
    if max(budget.low or 0, budget.high or 0) > _MOST:
        raise refused(column, _("“{column}”里的“{value}”太大了，请看看单位是不是万元"), value)
    return budget


def _without(text: str, before: re.Pattern[str], after: re.Pattern[str]) -> tuple[str, bool]:
    bare = after.sub("", before.sub("", text))
    return bare, bare != text


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def _unit_of(column: str) -> Decimal:
    match = re.search(r"[（(/]\s*(?:单位[：:])?\s*(亿元|亿|万元|万|千元|元)\s*[)）]?", column)
    return _UNITS[match[1]] if match else Decimal(1)

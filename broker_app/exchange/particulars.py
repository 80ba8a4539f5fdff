"""The two fields that hold small tables of their own: rights in an achievement, metrics of a need."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from broker_app.exchange.dates import parse_day
from broker_app.exchange.parsers import from_json_text, parse_line, parse_list, parse_text, refused, says_nothing
from broker_app.i18n import _

_PART = re.compile(r"[;；\n]+")
_KINDS = (
    ("发明专利", "发明"), ("实用新型专利", "实用新型"), ("外观设计专利", "外观设计"),
    ("计算机软件著作权", "软件著作权", "软著"), ("技术秘密",), ("集成电路布图设计",), ("植物新品种",), ("商标",),
)  # fmt: skip
_COUNT = re.compile(r"(\d{1,3})\s*(?:件|项|个|篇|条)|[x×*]\s*(\d{1,3})$")
_NUMBER = re.compile(r"(?:ZL|CN|20\d\dSR)\s*[\d.\sA-Z]{5,20}", re.IGNORECASE)
_COLON = re.compile(r"\s*[:：]\s*")
_ARROW = re.compile(r"\s*(?:→|->|=>|⟶|➔|——>)\s*")


@dataclass(frozen=True)
class IpRight:
    """A right, or ``count`` rights of one kind when the numbers were not given."""

    kind: str
    number: str = ""
    holder: str = ""
    granted_on: date | None = None
    count: int = 1


@dataclass(frozen=True)
class Metric:
    """One figure of a need: what it is now, what is wanted."""

    name: str
    now: str = ""
    target: str = ""
    unit: str = ""
    standard: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who made an achievement; ``share`` in percent as text."""

    name: str
    unit: str = ""
    share: str = ""


def parse_people(value: Any, column: str) -> tuple[Person, ...] | None:
    """A list of objects {name, unit, share} or of names, or text with the names parted by ; 、 , or line breaks."""
    value = from_json_text(value)
    if isinstance(value, list | tuple) and any(isinstance(part, dict) for part in value):
        people = (_person(part, column) for part in value)
        return tuple(person for person in people if person) or None
    names = parse_list(value, column)
    return tuple(Person(name) for name in names) if names else None


def _person(part: Any, column: str) -> Person | None:
    if not isinstance(part, dict):
        name = parse_line(part, column)
        return Person(name) if name else None
    name, unit, share = (parse_line(part.get(key), column) or "" for key in ("name", "unit", "share"))
    return Person(name, unit, share) if name else None


def parse_rights(value: Any, column: str) -> tuple[IpRight, ...] | None:
    """A list of objects {kind, number, holder, granted_on} or of text, or text: 发明专利2件；软著1项."""
    value = from_json_text(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list | tuple):
        value = re.split(r"[;；、，,\n]+", parse_text(value, column) or "")
    rights = (_right(part, column) for part in value)
    return tuple(right for right in rights if right) or None


def parse_metrics(value: Any, column: str) -> tuple[Metric, ...] | None:
    """A list of objects {name, now, target, unit, standard}, an object name -> 91%→≥98%, or such text.

    In text the figures are separated by ; or line breaks and a colon stands after the name.
    """
    value = from_json_text(value)
    if isinstance(value, dict):
        metrics = [_told(parse_line(name, column) or "", figure, column) for name, figure in value.items()]
    elif isinstance(value, list | tuple):
        metrics = [_metric(item, column) for item in value]
    else:
        metrics = [_written(part, column) for part in _PART.split(parse_text(value, column) or "")]
    return tuple(metric for metric in metrics if metric and metric.name) or None


def _right(part: Any, column: str) -> IpRight | None:
    if not isinstance(part, dict):
        return _right_in_text(parse_line(part, column) or "")
    kind = _of(part, column, "kind", "type", "类型", "种类", "名称")
    number = _of(part, column, "number", "no", "专利号", "登记号", "编号")
    if not kind and not number:
        raise refused(column, _("“{column}”里有一项没有写类型"), part)
    granted = next((part[key] for key in ("granted_on", "授权日", "授权日期", "登记日期") if part.get(key)), None)
    count = part.get("count", 1)
    return IpRight(
        kind or _("知识产权"),
        number,
        _of(part, column, "holder", "owner", "权利人", "专利权人"),
        parse_day(granted, column),
        count if isinstance(count, int) and 0 < count < 1000 else 1,
    )


def _right_in_text(text: str) -> IpRight | None:
    if says_nothing(text):
        return None
    kind = next((names[0] for names in _KINDS if any(name in text for name in names)), "")
    number = _NUMBER.search(text)
    count = _COUNT.search(text)
    return IpRight(
        kind.removesuffix("专利") if kind.startswith(("实用", "外观")) else kind or text,
        "".join(number[0].split()).upper() if number else "",
        count=int(count[1] or count[2]) if count and not number else 1,
    )


def _metric(item: Any, column: str) -> Metric | None:
    if not isinstance(item, dict):
        return _written(parse_line(item, column) or "", column)
    name = _of(item, column, "name", "指标", "名称")
    if not name:
        raise refused(column, _("“{column}”里有一项指标没有名称"), item)
    return Metric(
        name,
        _of(item, column, "now", "current", "现状", "现值"),
        _of(item, column, "target", "目标", "目标值"),
        _of(item, column, "unit", "单位"),
        _of(item, column, "standard", "标准", "依据标准"),
    )


def _written(text: str, column: str) -> Metric | None:
    text = " ".join(text.split())
    if says_nothing(text):
        return None
    name, *figure = _COLON.split(text, maxsplit=1)
    return _told(name, figure[0], column) if figure and name else Metric(text)


def _told(name: str, figure: Any, column: str) -> Metric | None:
    if isinstance(figure, dict):
        return _metric({"name": name, **figure}, column)
    now, arrow, target = _halves(parse_line(figure, column) or "")
    return Metric(name, now, target) if arrow else Metric(name, target=now)


def _halves(text: str) -> tuple[str, bool, str]:
    parts = _ARROW.split(text, maxsplit=1)
    return (parts[0], True, parts[1]) if len(parts) == 2 else (text, False, "")


def _of(item: dict[str, Any], column: str, *keys: str) -> str:
    return next((parse_line(item[key], column) or "" for key in keys if item.get(key) not in (None, "")), "")

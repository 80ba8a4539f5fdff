"""Figures in Chinese technical text: value, unit, and whether it is a level or a change; units are made comparable.

``缺口冲击强度达 42 kJ/m²`` is a level of 42 kJ/m², ``能耗降低 15%`` a change of -15 %. Figures of one dimension are
compared in one unit, ``0.5 μm`` with ``500 nm``; figures of different dimensions never are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from broker_app.matching.text import fold

Bound = Literal["at_least", "at_most", "above", "below", "about"]

# Dimension -> folded units, each with its factor to one of them.
_UNITS_OF = {
    "length": (
        "nm=1e-09 μm=1e-06 um=1e-06 微米=1e-06 纳米=1e-09 mm=0.001 毫米=0.001 丝=1e-05 cm=0.01 厘米=0.01 "
        "m=1 米=1 km=1000 公里=1000"
    ),
    "area": "mm2=1e-06 cm2=0.0001 m2=1 平方米=1 亩=666.67",
    "volume": "ml=0.001 毫升=0.001 l=1 升=1 m3=1000",
    "mass": "μg=1e-09 mg=1e-06 毫克=1e-06 g=0.001 克=0.001 kg=1 公斤=1 千克=1 t=1000 吨=1000",
    "time": (
        "μs=1e-06 ms=0.001 毫秒=0.001 s=1 秒=1 min=60 分钟=60 h=3600 小时=3600 d=86400 天=86400 日=86400 "
        "周=604800 个月=2.6298e+06 年=3.15576e+07"
    ),
    "pressure": "pa=1 kpa=1000 mpa=1e+06 gpa=1e+09 兆帕=1e+06 bar=100000 n/mm2=1e+06",
    "force": "n=1 kn=1000",
    "line load": "n/mm=1000 n/cm=100 n/m=1 kn/m=1000",
    "torque": "n·m=1",
    "energy": "j=1 kj=1000 kwh=3.6e+06 度电=3.6e+06",
    "impact": "j/m2=1 kj/m2=1000 j/cm2=10000",
    "temperature": "°c=1 度=1 摄氏度=1",
    "kelvin": "k=1",
    "voltage": "mv=0.001 v=1 kv=1000 伏=1 千伏=1000",
    "current": "μa=1e-06 ma=0.001 a=1 ka=1000 安=1",
    "power": "w=1 kw=1000 千瓦=1000 mw=1e+06 兆瓦=1e+06",
    "frequency": "hz=1 khz=1000 mhz=1e+06 ghz=1e+09",
    "turns": "r/min=1 rpm=1 转/分=1 转=1",
    "speed": (
        "mm/s=0.001 m/s=1 m/min=0.0166666667 km/h=0.2777777778 米/分钟=0.0166666667 米/分=0.0166666667 "
        "米/秒=1 mm/min=0.0000166667"
    ),
    "concentration": "μg/l=1e-06 mg/l=0.001 g/l=1",
    "air load": "mg/m3=1 g/m3=1000",
    "ppm": "mg/kg=1 ppm=1 ppb=0.001",
    "density": "g/cm3=1000 kg/m3=1",
    "grammage": "g/m2=1",
    "conductivity": "w/(m·k)=1 w/m·k=1 w/mk=1 w/(mk)=1",
    "iacs": "%iacs=1",
    "resistance": "ω=1 kω=1000 mω=1e+06",
    "noise": "db=1 db(a)=1 分贝=1",
    "hv": "hv=1",
    "hrc": "hrc=1",
    "percent": "%=1 个百分点=1 个点=1 ‰=0.1",
    "money": "元=1 万元=10000 亿元=1e+08",
    "cost per tonne": "元/吨=1",
    "cost per kg": "元/kg=1 元/公斤=1",
    "times": "次=1",
    "multiple": "倍=1",
    "pieces a day": "张/天=1",
    "pieces": "张=1 件=1 只=1 片=1 双=1 台=1",
    "kinds a day": "款/天=1",
    "permeation": "cc/(m2·d)=1 cm3/(m2·d)=1 ml/(m2·d)=1",
}
_UNITS: dict[str, tuple[str, float]] = {
    unit: (dimension, float(factor))
    for dimension, units in _UNITS_OF.items()
    for unit, factor in (pair.split("=") for pair in units.split())
}
_COUNT = {"万": 1e4, "千": 1e3, "百": 1e2, "亿": 1e8}
_NUMBER = r"[-−+]?\d[\d,]*(?:\.\d+)?"
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=lambda unit: (-len(unit), unit)))
_FIGURE = re.compile(
    rf"(?<![a-z\d.])(?P<first>{_NUMBER})\s*(?:[~～—–至到](?P<second>{_NUMBER})|-(?P<dash>\d+(?:\.\d+)?))?"
    rf"\s*(?P<count>[万千百亿])?\s*(?P<unit>{_UNIT})?(?![a-z])"
)
_PERCENT_IN_WORDS = re.compile(r"百分之(\d+(?:\.\d+)?)")
_BEFORE: tuple[tuple[Bound, str], ...] = (
    ("at_least", r"(?:≥|>=|⩾|不低于|不小于|不少于|不得低于|至少|最少|达到|达)"),
    ("at_most", r"(?:≤|<=|⩽|不高于|不大于|不超过|不多于|至多|最多|控制在|降到|降至|降低到|减少到)"),
    ("above", r"(?:>|大于|高于|超过|多于|优于)"),
    ("below", r"(?:<|小于|低于|少于)"),
)
_AFTER: tuple[tuple[Bound, str], ...] = (("at_least", r"(?:及以上|以上)"), ("at_most", r"(?:及以下|以下|以内|之内)"))
_LESS = re.compile(r"(?:降低|减少|下降|缩短|减小|减轻|节约|节省|节能|减排|降|少|减)(?:了|约|近|达|幅度)*$")
_MORE = re.compile(r"(?:提高|提升|增加|增大|延长|上升|增长|高出|升|多|增)(?:了|约|近|达|幅度)*$")
_NEAR = 8  # characters looked at before a figure


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text at ``[start, end)`` of its folded form; ``low`` and ``high`` in one unit of the dimension.

    ``change`` is -1 or 1 for an amount something fell or rose by, 0 for a level.
    """

    low: float
    high: float
    dimension: str
    bound: Bound | None
    change: int
    start: int
    end: int


def figures(folded: str) -> list[Figure]:
    """Return the figures of a folded text, in order."""
    return list(_figures(_PERCENT_IN_WORDS.sub(lambda found: found[1] + "%", folded.replace(",", ""))))


def _figures(folded: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(folded):
        dimension, factor = _UNITS.get(found["unit"] or "", ("", 1.0))
        factor *= _COUNT.get(found["count"] or "", 1.0)
        before = folded[max(0, found.start() - _NEAR) : found.start()].rstrip()
        written = found["first"].replace("−", "-")
        first = float(written) * factor
        second = found["second"] or found["dash"]
        ends = sorted((first, float(second.replace("−", "-")) * factor)) if second else [first, first]
        change = _change(before, written, dimension)
        if change:
            ends = sorted(abs(end) for end in ends)
        yield Figure(
            ends[0], ends[1], dimension, _bound(before, folded[found.end() :]), change, found.start(), found.end()
        )


def _change(before: str, written: str, dimension: str) -> int:
    if written.startswith("-") and dimension == "percent":
        return -1
    if written.startswith("+"):
        return 1
    if _LESS.search(before):
        return -1
    return 1 if _MORE.search(before) else 0


def _bound(before: str, after: str) -> Bound | None:
    for bound, sign in _BEFORE:
        if re.search(sign + r"\s*$", before):
            return bound
    return next((bound for bound, sign in _AFTER if re.match(r"\s*" + sign, after)), None)


def unit_dimension(unit: str) -> str:
    """Return the dimension of a unit as typed, "" for one that is not known."""
    return _UNITS.get("".join(fold(unit).split()), ("", 1.0))[0]


def meets(offered: Figure, wanted: Figure, bound: Bound) -> bool:
    """Tell whether an offered level or change satisfies a wanted one; both of one dimension and of one kind."""
    match bound:
        case "at_least":
            return offered.high >= wanted.low
        case "above":
            return offered.high > wanted.low
        case "at_most":
            return offered.low <= wanted.high
        case "below":
            return offered.low < wanted.high
        case "about":
            return offered.low <= wanted.high and offered.high >= wanted.low

"""The figures of a need: name, value of today, wanted value, unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.numbers import amounts
from broker_app.matching.notes.phrases import noun_phrases

_FIGURE = r"(?:[正负±+\-−]{0,2}\d+(?:\.\d+)?)"
_UNIT = (
    r"(?:%|％|‰|℃|度(?!电)|μm|um|mm|cm|nm|m/min|m/s|n/mm2?|mpa|kpa|pa|bar|k?hz|db|分贝|kw|kwh|v|a|ms|s(?![a-z])|"
    r"min|分钟|小时|秒|天|万次|万模次|次|米|只|件|张|吨|公斤|mg/kg|mg/l|ppm|弧秒|丝|个点|点|成|倍|kg|g/cm3|g|年|"
    r"个月|亩|款|cc/\(m2\.d\)|cc|片|模次)"
)
_COMPARE = r"(?:≥|≤|<=|>=|<|>|不低于|不高于|不超过|不小于|不大于|低于|高于|大于|小于|少于|别超过?|超过)"
_METRIC = re.compile(
    rf"(?P<sign>{_COMPARE}|不能(?:低于|超过|高于|少于)|(?:降|提|升|压|减|缩|控|做|干|达|缩短|提高|降低|控制|稳定|"
    rf"延长|增加?)(?:低|高|少)?(?:到|至|成|在)|要(?:求)?(?:到|在|做到|达到|干到|提到)?|现在|目前|降(?:低)?|±|正负|"
    rf"约|大概|达到|到)?"
    rf"(?P<bound>{_COMPARE})?(?P<value>{_FIGURE}(?:\s?[~～\-—至到]\s?{_FIGURE})?)(?P<unit>{_UNIT})?(?P<after>以[上下内]|"
    rf"之内|左右|上下)?"
)
_MONEY_TALK = re.compile(r"预算|经费|费用|投入|愿意出|万元|罚|单价|成本")
_WISH_HEAD = re.compile(r"^(?:想要?|要|希望|提出|换|把|只能|降到?)+")
_NO_NAME = re.compile(
    r"^(?:国外|欧洲|客户|标准|要求|目标|第一|人家|我们|日本|美国|老板|一次|现在)|(?:客户|总|经理|厂长|拍板)$"
)
_PHYSICAL = frozenset(
    """
    % ‰ ℃ 度 μm mm cm nm m/min m/s n/mm mpa kpa pa bar hz khz db 分贝 kw v a ms s min mg/kg mg/l ppm 弧秒 丝
    万次 万模次 秒 小时
    """.split()  # noqa: SIM905 - a list of words is read as a list
)
_SIGNS = {
    word: sign
    for sign, words in {
        "≥": ("不能低于", "不能少于", "不低于", "不小于", ">=", "≥", "以上"),
        "≤": (
            "不能超过",
            "不能高于",
            "不高于",
            "不超过",
            "不大于",
            "<=",
            "≤",
            "以下",
            "以内",
            "之内",
            "别超",
            "别超过",
        ),
        ">": ("高于", "大于", ">", "超过"),
        "<": ("低于", "小于", "少于", "<"),
        "±": ("±", "正负"),
    }.items()
    for word in words
}
_WANTED = re.compile(
    r"要|想|希望|目标|降|提|升|压|减|缩|控|做到|干到|达到|稳定|≥|≤|<|>|不低于|不高于|不超过|不大于|不小于|别超|"
    r"以内|以下|以上|±|正负|→"
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a need: its name, today, wanted, and the unit."""

    name: str
    now: str
    target: str
    unit: str


def read_metrics(said: Sequence[Said]) -> tuple[Metric, ...]:
    """The figures of a need in order: the value of today and the wanted one are brought together when neighbours."""
    rows: list[Metric] = []
    last_name = ""
    for one in said:
        if one.does(Act.SPENT | Act.CHAT) or _MONEY_TALK.search(one.text):
            continue
        text = one.text
        money = [(each.start, each.end) for each in amounts(text) if not each.bare]
        end = 0
        for hit in _METRIC.finditer(text):
            start = hit.start("value")
            if any(left <= start < right for left, right in money) or not _is_figure(hit, text, has_rows=bool(rows)):
                continue
            phrases = (_WISH_HEAD.sub("", each) for each in noun_phrases(text[end : hit.start()]))
            named = [each for each in phrases if len(each) > 1 and not _NO_NAME.search(each)]
            sign = _SIGNS.get(hit["bound"] or hit["sign"] or "", "") or _SIGNS.get(hit["after"] or "", "")
            wanted = bool(sign) or _WANTED.search(text[end : hit.end()]) is not None
            unit = (hit["unit"] or "").replace("％", "%").replace("um", "μm")
            _merge(rows, named[-1] if named else last_name, sign + hit["value"], unit, wanted=wanted)
            last_name, end = named[-1] if named else last_name, hit.end()
    return tuple(row for row in rows if row.name and (row.target or row.unit in _PHYSICAL))[:6]


def _is_figure(hit: re.Match[str], text: str, *, has_rows: bool) -> bool:
    """Tell whether a number is a figure of quality, not a date, a count or the number of a thing."""
    if (
        text[hit.end("value") :][:1] in ("月", "号", "日")
        or re.match(r"20\d\d年", text[hit.start("value") :])
        or re.match(r"[a-z]", text[hit.end() :])
    ):
        return False
    compared = bool(hit["bound"] or hit["sign"] or hit["after"])
    return bool(hit["unit"]) or (compared and (has_rows or bool(_SIGNS.get(hit["bound"] or hit["sign"] or ""))))


def _merge(rows: list[Metric], name: str, value: str, unit: str, *, wanted: bool) -> None:
    previous = rows[-1] if rows else None
    if previous and (previous.name == name or not name) and wanted and previous.now and not previous.target:
        rows[-1] = Metric(previous.name, previous.now, value, unit or previous.unit)
    elif previous and previous.name == name and not wanted and previous.target and not previous.now:
        rows[-1] = Metric(previous.name, value, previous.target, previous.unit or unit)
    elif name and not any(row.name == name and (row.target if wanted else row.now) for row in rows):
        rows.append(Metric(name, "" if wanted else value, value if wanted else "", unit))

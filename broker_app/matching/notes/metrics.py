"""The figures of a need: name, value of today, wanted value, unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.numbers import amounts, chinese_number
from broker_app.matching.notes.phrases import noun_phrases

_FIGURE = r"(?:[正负±+\-−]{0,2}\d+(?:\.\d+)?)"
_UNIT = (
    r"(?:%|％|‰|℃|度(?!电)|微米|毫米|厘米|个小时|μm|um|mm|cm|nm|m/min|m/s|n/mm2?|mpa|kpa|pa|bar|k?hz|db|分贝|kw|kwh|v|a|ms|"
    r"s(?![a-z])|rpm|lx|lm|min|分钟|小时|h(?![a-z])|秒|天|万次|万模次|次|米|只|件|张|支|双|吨|公斤|克|mg/kg|mg/l|ppm|弧秒|丝|个点|"
    r"点|成|倍|kg|g/cm3|g|n(?![a-z])|kn|年|个月|亩|款|cc/\(m2\.d\)|cc|片|模次)"
)
_COMPARE = r"(?:≥|≤|<=|>=|<|>|不低于|不高于|不超过|不小于|不大于|低于|高于|大于|小于|少于|别超过?|超过)"
# Scales whose letters stand before the figure: HRC58, IP67, Ra0.8, V-0.
_GRADE = r"hr[abc]|hv|hb|ip|ra|rz|v-"
_METRIC = re.compile(
    rf"(?P<sign>{_COMPARE}|不能(?:低于|超过|高于|少于)|(?:降|提|升|压|减|缩|控|做|干|达|缩短|提高|降低|控制|稳定|"
    rf"延长|增加?|放)(?:低|高|少)?(?:到|至|成|在)|要(?:求)?(?:到|在|做到|达到|干到|提到)?|现在|目前|降(?:低)?|±|正负|"
    rf"约|大概|达到|到)?"
    rf"(?P<bound>{_COMPARE})?(?P<grade>{_GRADE})?(?P<value>{_FIGURE}(?:\s?[~～\-—至到]\s?{_FIGURE})?)(?P<unit>{_UNIT})?"
    rf"(?P<after>以[上下内]|之内|左右|上下)?"
)
_MONEY_TALK = re.compile(r"预算|经费|费用|投入|愿意出|万元|罚|单价|成本")
_WISH_HEAD = re.compile(r"^(?:想要?|要|希望|提出|换|把|只能|降到?)+")
_NO_NAME = re.compile(
    r"^(?:国外|新?国标|行标|新标|法规|图纸|主机厂|欧洲|客户|标准|要求|目标|第一|人家|我们|日本|美国|台湾|老板|一次|现在|两只|一个)|(?:客户|总|经理|厂长|拍板|台湾机)$"
)
_QUALITY_ENDS = re.compile(r"[率度量值比数差命性期]$")
_NAMED_BY_UNIT = {
    **dict.fromkeys(("℃", "度"), "温度"),
    **dict.fromkeys(("db", "分贝"), "噪声"),
    **dict.fromkeys(("hrc", "hra", "hrb", "hv", "hb"), "硬度"),
    **dict.fromkeys(("ra", "rz"), "粗糙度"),
    "ip": "防护等级",
    "v-": "阻燃等级",
}
_PHYSICAL = frozenset(
    """
    % ‰ ℃ 度 微米 毫米 厘米 μm mm cm nm m/min m/s n/mm mpa kpa pa bar hz khz db 分贝 kw v a ms s min mg/kg mg/l ppm
    弧秒 丝 万次 万模次 秒 小时 分钟 克 g n kn rpm lx lm h HRC HRA HRB HV HB
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
    r"要|想|希望|目标|降|提[高升到]|升[到至高]|压[到低至缩]|减[少到半小]|减(?=\d)|缩[短小到减]|控[制在到]|做到|干到|达到|稳定|≥|≤|<|>|不低于|不高于|不超过|不大于|不小于|别超|只要|能放|"
    r"以内|以下|以上|±|正负|→|[耐抗防](?=[^a-z\d]{1,6}\d)"
)
_TODAY = re.compile(r"现在|目前|只有|仅|才|原来|测下来|实测|下来|[就老总]是?$")
_PER = re.compile(r"(?P<base>[百千万])分之(?P<n>[\d.]+|[一二两三四五六七八九十零点]+)")
_TENTHS = re.compile(
    r"(?<![\d一二三四五六七八九十])(?P<n>[一二两三四五六七八九])成(?P<m>[一二三四五六七八九])?(?![本品熟为的])"
)
_SPOKEN = re.compile(
    r"(?<![\d一二两三四五六七八九十百千万几第半])(?P<n>[二两三四五六七八九十百千]+|(?<=有|到|才)一)(?=天|个月|小时|秒|分钟|分贝|度|克|毫米|丝|微米)"
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
    last_name = mark = ""
    for at, one in enumerate(said):
        arrow, mark = mark in ("→", "=", "-"), one.clause.end_mark[:1]
        if one.does(Act.SPENT | Act.CHAT) or _MONEY_TALK.search(one.text):
            continue
        text = _in_figures(one.text)
        money = [(each.start, each.end) for each in amounts(text) if not each.bare]
        end = 0
        for hit in _METRIC.finditer(text):
            start = hit.start("value")
            if any(left <= start < right for left, right in money) or not _is_figure(hit, text, has_rows=bool(rows)):
                continue
            led = text[end : hit.start()]
            unit = (hit["unit"] or "").replace("％", "%").replace("um", "μm").replace("个小时", "小时")
            following = text[hit.end() :] or (said[at + 1].text if at + 1 < len(said) and not led else "")
            name = _name(led) or _default_name(hit, unit, following, last_name) or last_name
            sign = _SIGNS.get(hit["bound"] or hit["sign"] or "", "") or _SIGNS.get(hit["after"] or "", "")
            now = _TODAY.search(led) is not None or hit["sign"] in ("现在", "目前")
            wanted = (
                bool(sign)
                or (bool(hit["grade"]) and one.does(Act.TARGET | Act.WISH) and not now)
                or (not now and _WANTED.search(text[end : hit.end()]) is not None)
                or (arrow and not led)
                or led.startswith("→")
            )
            value, unit = _graded(hit["grade"] or "", hit["value"], unit)
            _merge(rows, name, sign + value, unit, wanted=wanted)
            last_name, end = name or last_name, hit.end()
    return tuple(row for row in rows if row.name and (row.target or row.unit in _PHYSICAL))[:6]


def _in_figures(text: str) -> str:
    """Shares and lengths said in words as figures: 百分之三 3%, 六成二 62%, 只有一天 只有1天."""
    signs = {"百": "%", "千": "‰", "万": "/万"}
    text = _PER.sub(lambda found: f"{_plain_figure(found['n'])}{signs[found['base']]}", text)
    text = _TENTHS.sub(lambda found: f"{_plain_figure(found['n'])}{_plain_figure(found['m'] or '零')}%", text)
    return _SPOKEN.sub(lambda found: _plain_figure(found["n"]), text)


def _plain_figure(word: str) -> str:
    if word == "零" or word[:1].isdigit():
        return "0" if word == "零" else word
    whole, _, rest = word.partition("点")
    number = chinese_number(whole or "零")
    if number is None or number[0] != number[1]:
        return word
    decimals = "".join(str("零一二三四五六七八九".find(each.replace("两", "二"))) for each in rest)
    return f"{number[0]}.{decimals}" if rest else f"{number[0]}"


def _graded(grade: str, value: str, unit: str) -> tuple[str, str]:
    """HRC58 is 58 HRC; IP67 and V-0 are grades without a unit."""
    if grade in ("ip", "v-"):
        return f"{grade.upper()}{value}", ""
    return (value, grade.upper()) if grade.startswith("h") else (value, unit)


def _default_name(hit: re.Match[str], unit: str, following: str, last_name: str) -> str:
    """The name that a unit gives when the figure stands alone: -25℃还能过冲击 is a temperature."""
    if hit["grade"] == "v-":
        return _NAMED_BY_UNIT["v-"]
    named = "" if last_name else _NAMED_BY_UNIT.get(hit["grade"] or unit, "")
    return named or ("" if last_name or unit not in _PHYSICAL else _name(following))


def _name(led: str) -> str:
    """What a figure is the value of: the last noun phrase of the words before it."""
    found = [_WISH_HEAD.sub("", each) for each in noun_phrases(led)]
    named = [each for each in found if len(each) > 1 and not _NO_NAME.search(each)]
    if not named:
        return ""
    last = named[-1]
    grown = led[led.rfind(last) + len(last) :][:1] if last in led else ""
    return last + grown if grown and _QUALITY_ENDS.search(grown) else last


def _is_figure(hit: re.Match[str], text: str, *, has_rows: bool) -> bool:
    """Tell whether a number is a figure of quality, not a date, a count or the number of a thing."""
    if (
        text[hit.end("value") :][:1] in ("月", "号", "日")
        or re.match(r"20\d\d年", text[hit.start("value") :])
        or re.match(r"[a-z]", text[hit.end() :])
    ):
        return False
    if hit["grade"]:
        return True
    compared = bool(hit["bound"] or hit["sign"] or hit["after"])
    return bool(hit["unit"]) or (compared and (has_rows or bool(_SIGNS.get(hit["bound"] or hit["sign"] or ""))))


def _merge(rows: list[Metric], name: str, value: str, unit: str, *, wanted: bool) -> None:
    previous = rows[-1] if rows else None
    same = previous is not None and (previous.name == name or not name)
    if previous and same and wanted and unit and previous.unit and unit != previous.unit:
        rows.append(Metric(previous.name, "", value, unit))
    elif (
        previous and same and wanted and previous.target.startswith("±") and value.startswith("±") and not previous.now
    ):
        rows[-1] = Metric(previous.name, previous.target, value, unit or previous.unit)
    elif previous and same and wanted and previous.now and not previous.target:
        rows[-1] = Metric(previous.name, previous.now, value, unit or previous.unit)
    elif previous and previous.name == name and not wanted and previous.target and not previous.now:
        rows[-1] = Metric(previous.name, value, previous.target, previous.unit or unit)
    elif name and not any(row.name == name and (row.target if wanted else row.now) for row in rows):
        rows.append(Metric(name, "" if wanted else value, value if wanted else "", unit))

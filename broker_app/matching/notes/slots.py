"""Money, time, figures and the way to work together, read from the clauses of one need."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from broker_app.matching.notes.acts import SPENT, Act, Said
from broker_app.matching.notes.dates import DateMention, find_dates
from broker_app.matching.notes.numbers import Amount, amounts
from broker_app.matching.notes.phrases import noun_phrases

_PAYS = re.compile(
    r"预算|肯(?:出|花|拿)|愿意?出|愿意.{0,8}付|拿得?出|(?:能|可以|可|最多|自己|先|给学校|最高)(?:出|拿|掏|投|给)|掏|挤|凑|准备了|"
    r"投入|拟投|计划投|投钱|投(?=[\d一二三四五六七八九十几])|经费|研发费|试验费|做主|能批|封顶|撑死|顶天|接受|"
    r"可以$|就行|没问题|准备(?:花|出|投|拿)|费用|出个|出资|(?:老板|厂长).{0,6}批|签字|"
    r"拿(?=[\d一二三四五六七八九十])|花(?=[\d一二三四五六七八九十几])|打算花|另算|另出|报吧|估计要|愿出|钱[：:]?|"
    r"合计|总共|拢共|一共|加起来|到顶|到头|付|钱(?:嘛|呢|么|上)|不超过|再多没|多了没|设备钱|资金|💰|出(?=[\d一二三四五六七八九十几])|大概|左右|才给钱"
)
_OTHER_MONEY = re.compile(
    r"罚|赔(?!钱也)|损失|花了|花掉|用了|买(?:了|的|过)|换的|购置|采购|投了|已投|报价|要价|开价|单价|单台|每吨|"
    r"一[亩吨只件斤米双箱瓶片]|一[窑炉锅班车趟柜]|(?:气|水|油|料|运|人工|处置|维修|保养|清运|加工)费|一公斤|每公斤|千升|每(?!批)|贷|授信|融资|缺钱|压款|补贴|补助|奖|产值|营收|营业|销售|"
    r"订单|做了|年薪|工资|工钱|"
    r"电费|租金|值|卖|挂牌|起价|起拍|估值|人家|亏|成本|加价|退税|欠|定金|合同额|注册资本|太贵|嫌贵|太多|吓|问了价|"
    r"罚款|去年|前年|上半年(?=才?[花买换投])|抵押|一盆|利润|处置费|贴(?!合)|装修|厂房|土地|盗|方案贵|"
    r"进口的?(?=.{0,6}(?:万|w))"
)
_STRONG_PAY = re.compile(r"预算|愿意|愿出|以内|之内|封顶|最多|掏|投入|接受|能批|做主|可以|就行|最好|拟投")
_AT_MOST_BEFORE = re.compile(
    r"(?:别超过?|不要超过?|不超过?|不高于|最多|控制在|上限|顶多|顶天|封顶|撑死|≤|<|(?<!不)少于|不到|(?<!不)低于|不能超过?|压到|最高|"
    r"不大于)(?:也就|拿|出|给|投|花|掏|是|[:：])?$"
)
_AT_MOST_AFTER = re.compile(
    r"^(?:人民币|元|块钱?|钱)?(?:以内|之内|内(?!部)|以下|往下|封顶|撑死|顶天|到头|到顶|为限|打住|顶了|(?:就)?不能再多|多了(?:没|不))"
)
_AT_LEAST = re.compile(r"(?:至少|不少于|起码|不低于)$")
_NOT_A_SUM = re.compile(
    r"^(?:%|％|个(?:月|人|工|点|小时|钟|多|款|型)|"
    r"[月年天日号点分秒度℃岁只件台套张片条根支吨米m次模种款人名位批项家亩斤克公kgmn/~～\-≥≤>目道层倍成级弧转瓦伏安v欧毫微丝k]|"
    r"小时|分钟|多[只件台套张人度次家天]|[a-z°μ])"
)
_SPLIT = re.compile(r"另算|另外算|再加|另出研发|分开算")
_CUE = re.compile(
    r"最晚|最迟|必须|务必|一定|要求|之前|以前|前(?:要|把|能|拿|给|交|做|完|定|装|出|得|$)|内(?:要|出|做|完|定|拿|"
    r"$)|完成|定下来|到位|截止"
)
_DUE_VERBS = re.compile(
    r"要|交样|交付|交货|完成|做成|出|定|给|装好|改好|见到|上(?!午|次|周|个|班|游|海|年)|用上|拿到|到位|试|投产|"
    r"上线|前|之内|内|验收|收工|搞定|才能|开始|sop|时间|期限|工期|周期|大修|最好|规划|审核|$"
)
_NOT_DUE = re.compile(
    r"到期前?$|去年|前年|禁(?!止)|实施|购置|不让用|搬|漏|裂|坏|寿命|保质|质保|货架|保修|交期|等不起|等要|一次要|"
    r"要等|试用|白试|试了|用了|干了|以来|轮|一次$|周期|每|一调|调要|退休|涨|减产|过期|老化|换一"
)
_NOT_FROM = re.compile(r"去年|前年|寿命|保质|质保|货架|每|交期|一次要|等要|用了|试了|干了")
_BEFORE_THAT = re.compile(r"(?:那|这|此)(?:个?时候?)?(?:之前|以前|前(?![面几天]))")
_PAST = re.compile(r"去年|前年|上个?月|上周|上次|昨天|前天|上半年(?!.{0,4}(?:要|完))|早先|已经|以前做")


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a need: its name, today, wanted, and the unit."""

    name: str
    now: str
    target: str
    unit: str


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the clause it stands in and its place ``[start, end)`` in that clause."""

    said: Said
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Budget(Found):
    """From ``low`` to ``high`` 万元; ``high`` None for 至少."""

    low: Decimal
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Deadline(Found):
    """The last day, as said in ``words``."""

    day: date
    words: str


def read_budget(said: Sequence[Said]) -> Budget | None:
    """The money the firm would pay, None when none was named: fines, prices and what was spent are no budget."""
    found: list[tuple[int, Budget]] = []
    for at, one in enumerate(said):
        before = said[at - 1] if at and one.clause.gap <= 1 else None
        for amount in amounts(one.text):
            score = _pays(one, amount, before)
            if score > 0:
                _add(found, score, _bounded(one, amount))
    if not found:
        return _share(said)
    best = max(score for score, _ in found)
    strong = [budget for score, budget in found if score == best]
    text = "".join(one.text for one in said)
    if len(found) > 1 and _SPLIT.search(text):
        budgets = [budget for _, budget in found]
        low = sum((each.high if each.low == 0 and each.high else each.low for each in budgets), Decimal(0))
        high = sum((each.high or each.low for each in budgets), Decimal(0))
        last = budgets[-1]
        return Budget(last.said, last.start, last.end, low, high)
    return strong[-1]


_SHARE = re.compile(r"(?:拿|掏|匀|出)个?(?P<share>一半|[一二两三四五六七八九]成)(?:出来|来)")


def _share(said: Sequence[Said]) -> Budget | None:
    """A part of a sum named just before: 利润三十万，拿一半出来."""
    for before, one in pairwise(said):
        part = _SHARE.search(one.text)
        whole = [each for each in amounts(before.text) if not each.bare] if part else []
        if part and whole:
            tenths = Decimal("一二三四五六七八九".find(part["share"][0].replace("两", "二")) + 1)
            value = whole[-1].high * (Decimal("0.5") if part["share"] == "一半" else tenths / 10)
            return Budget(one, part.start(), part.end(), value, value)
    return None


def _add(found: list[tuple[int, Budget]], score: int, budget: Budget) -> None:
    """Keep a sum; one that follows another without a word between makes a range with it (三万五万都行)."""
    last = found[-1][1] if found else None
    if last and last.said is budget.said and 0 <= budget.start - last.end <= 1 and last.high and budget.high:
        # 十万八万都行 counts down, 三万五万 up.
        low, high = min(last.low, budget.low), max(last.high, budget.high)
        found[-1] = (score, Budget(last.said, last.start, budget.end, low, high))
    else:
        found.append((score, budget))


def _pays(one: Said, amount: Amount, before: Said | None) -> int:
    """How surely a sum is the budget: 0 not at all, 3 it stands beside the word itself."""
    text = one.text
    left, right = text[: amount.start], text[amount.end :]
    # A quarter or month is no sum: 2027年3月.
    if re.search(r"[\d.]$", left) or (amount.bare and re.search(r"[年月a-z]$", left)) or re.match(r"\d", right):
        return 0
    near = left[-14:] + "#" + right[:8]
    cue = _PAYS.search(near) or (
        before is not None and amount.start == 0 and re.search(r"预算|费用|钱(?:的话)?$|投入", before.text)
    )
    if amount.bare:
        if not cue or _NOT_A_SUM.match(right) or not _PAYS.search(left + right):
            return 0
        if amount.high < 3 or not (
            re.search(
                r"预算|投入|费|愿意|出|大概|合计|总共|拢共|一共|加起来|个$",
                left[-10:] + text[amount.start : amount.end],
            )
            or amount.start == 0
        ):
            return 0
    if SPENT.search(left[-16:] + text[amount.start : amount.end] + right[:4]) and not re.search(
        r"预算|愿意|才给钱", left[-8:]
    ):
        return 0
    if re.search(r"(?:一|每|单)[套台块把支条根组副个]$", left) and not _AT_MOST_AFTER.search(right):
        return 0  # 电极一套六千块 is a price
    other = _OTHER_MONEY.search(near)
    if other and not _STRONG_PAY.search(near.replace(other.group(), "")):
        return 0
    if other and re.search(
        r"定金|押金|首付|一[窑炉锅班车趟柜]|装修|罚|花了|买了|单价|单台|每吨|一[亩吨只件斤米双箱瓶片]|成本|加价|太多|太贵|贷|授信|补贴|报价|要价|卖|"
        r"估值|起价|千升|工钱",
        other.group(),
    ):
        return 0
    if amount.high < Decimal("0.1") and not re.search(r"预算|投入|愿意", left):
        return 0
    return 3 if re.search(r"预算|愿意?出|投入|掏|封顶|以内|能批|做主|拿得?出|撑死|接受", near) else 2 if cue else 1


def _bounded(one: Said, amount: Amount) -> Budget:
    left, right = one.text[: amount.start], one.text[amount.end :]
    low: Decimal = amount.low
    high: Decimal | None = amount.high
    if (low == high or one.text[: amount.end].endswith("位数")) and (
        _AT_MOST_BEFORE.search(left) or _AT_MOST_AFTER.search(right)
    ):
        low = Decimal(0)
    elif _AT_LEAST.search(left) or re.match(r"以上|起步|打底|起(?!来|价)", right):
        high = None
    return Budget(one, amount.start, amount.end, low, high)


def read_deadline(said: Sequence[Said], visit_on: date) -> Deadline | None:
    """The day by which the firm wants it, None when none was named: terms, lives and intervals are no deadline."""
    found: list[tuple[int, int, Deadline]] = []
    for at, one in enumerate(said):
        if at and _BEFORE_THAT.search(one.text):
            back = next(iter(find_dates(said[at - 1].text, visit_on)), None)
            # 六月开始备货，那之前要见效: the day before what was said last
            named = find_dates(f"{back.words}前", visit_on) if back else []
            if named:
                found.append((5, at, Deadline(one, 0, 0, named[0].day, back.words if back else "")))
        for mention in find_dates(one.text, visit_on):
            score = _due(one, mention, visit_on)
            if score > 0:
                found.append((score, at, Deadline(one, mention.start, mention.end, mention.day, mention.words)))
    if not found:
        return None
    return max(found, key=lambda each: (each[0], each[1], each[2].start))[2]


def _due(one: Said, mention: DateMention, visit_on: date) -> int:
    right = one.text[mention.end :]
    # 电费一月六万 is said of every month.
    every_month = mention.words == "一月" and re.match(r"[\d一二两三四五六七八九十几]", right)
    return 0 if mention.day <= visit_on or every_month else _due_ahead(one, mention)


def _due_ahead(one: Said, mention: DateMention) -> int:
    text = one.text
    left, right = text[: mention.start], text[mention.end :]
    near = left[-8:] + right[:8]
    if (one.does(Act.DEFERRED) and mention.vague) or re.search(r"再[议说谈看]|暂缓", right):
        return 0
    if _PAST.search(left[-6:]) or _NOT_DUE.search(right[:6]) or _NOT_FROM.search(left[-5:]):
        return 1 if mention.kind in ("full", "month", "dotted") and re.match(r".{0,3}(?:实施|禁)", right) else 0
    if mention.kind == "span":
        return _span_due(text, mention, left, right)
    if mention.kind == "near" and "天" in mention.words and not mention.before:
        return 0
    if mention.kind == "year":
        if mention.words.startswith("今年"):
            return 0
        return 2 if re.match(r"(?:上|要|做|搞|出|装|完成|投|启动|必须|开始)", right) else 0
    if mention.before or re.search(r"最晚|最迟|必须|一定", left):
        return 5 if re.search(r"最晚|最迟|必须|一定", near) else 4
    if re.match(
        r"(?:采收|放苗|开工|大修|出货|膨大|开学|上市|审核|换季|定植|量产|投产|盘点|结账|封账|备货|开园|投料|旺季|验厂|招标|开标|评审|交付|交货).{0,4}前",
        right,
    ) or re.search(r"前(?!面)", right[:8]):
        return 4
    return 3 if _DUE_VERBS.search(near) else 2


def _span_due(text: str, mention: DateMention, left: str, right: str) -> int:
    if mention.before or mention.words.endswith("内"):
        return 0 if re.search(r"保质|质保|寿命|[做缩控压]到?$|搞定$", left[-4:]) else 4
    if re.match(r"(?:出|完成|做完|交|拿出|见效|弄好|搞好|上线|验收|弄不成|做出)", right) or re.search(
        r"(?:周期|工期|时间|期限|为期|给)(?:大概|是|[:：])?$", left
    ):
        return 3
    return 3 if not left and re.fullmatch(r"(?:左右|上下|吧|时间|以后|后)?", right) else 0


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


_MODES = (
    ("use_then_pay", r"先用后转|先(?:免费|白)试|免费试用|试好(?:再|按)"),
    ("challenge", r"张榜|揭榜|挂榜"),
    ("instrument_share", r"开放共享|机时|借(?:学校|用|台|一台).{0,8}(?:用|台|仪器|设备)"),
    ("lease", r"想?租(?=$|[一个台,，用])|租赁"),
    ("testing_service", r"cma|第三方检测|送检"),
    ("joint_research", r"联合攻关|产学研|跟.{1,6}一起(?:报|攻)"),
    ("joint_development",
        r"联合开发|合作开发|合作研发|共同开发|跟(?:学校|高校|院校|大学|研究所).{0,6}(?:合作|联合|一起)"),
    ("commissioned_development", r"委托(?:开发|研发)|请人(?:开发|做|优化|设计)|定制开发"),
    ("equity_contribution", r"技术入股|作价入股"),
    ("licence", r"许可|授权使用"),
    ("purchase", r"买断|购买|(?<!购)买(?:一?台|套|现成)|采购一"),
    ("technical_service", r"诊断|请(?:专家|老师|人).{0,4}(?:看|指导|诊)|咨询费|技术服务"),
)  # fmt: skip
_KINDS = (
    ("instrument", r"开放共享|机时|借(?:学校|用).{0,8}|仪器共享|谁家有.{0,12}(?:机|仪)"),
    ("testing", r"cma|第三方检测|(?:做|要|找).{0,6}检测(?!线|系统|装置|设备)|送检"),
    ("pilot", r"中试|放大|小试(?!样)|先打样"),
    ("poc", r"概念验证"),
    ("digital", r"mes|erp|软件|系统(?:集成|对接)?|数字化|ai|算法|信息化|预测|模型|数据|看片|识别|排产"),
    ("agriculture", r"苗|种薯|果(?=[实蝇树农膨园])|葡萄|杨梅|大棚|猪|鱼|虾|茶园|稻|菜|农|养殖|螨|蜂|病虫|土壤|花卉"),
    ("green", r"废(?:水|气|膜|料|酸|渣|液)|vocs?|粉尘|除尘|臭|污泥|污水|环保|排放|节能|能耗|余热|回收|降碳|尾水"),
    ("equipment",
        r"自动|机器人|机械手|设备|装备|产线|检测线|装置|分选|视觉|纠偏|上下料|无人|机(?=$|[,，]|器)|夹具|在线"),
    ("component", r"密封|阀座|轴承|柔轮|转子|芯片|刀具|球珠|部件|零件|减速器|电机|泵"),
    ("material", r"材料|料(?=$|[,，的])|涂层|镀层|胶|合金|涂料|墨|油漆|树脂|纤维|膜|钢|配方|无铬|无卤|替代"),
    ("process", r"工艺|压铸|焊|硫化|热处理|铸|注塑|烘|杀菌|印|染|电镀|挤出|良率|合格率|报废|不良|一致性"),
)  # fmt: skip


def read_mode(text: str) -> str:
    """The code of the way to work together, "" when nothing was said."""
    return next((code for code, pattern in _MODES if re.search(pattern, text)), "")


def read_kind(text: str, wish: str) -> str:
    """The code of the kind of a need; what is wished for decides before what surrounds it."""
    for part in (wish, text):
        for code, pattern in _KINDS:
            if part and re.search(pattern, part):
                return code
    return "technology"

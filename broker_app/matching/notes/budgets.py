"""The money a firm would pay, told apart from prices, fines, turnover and what was spent already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from broker_app.matching.notes.acts import SPENT, Said
from broker_app.matching.notes.numbers import Amount, amounts

_PAYS = re.compile(
    r"(?:出|掏|给|拿|批|投|花|付|是)个?#|批的|预算|肯(?:出|花|拿)|愿意?出|愿意.{0,8}付|拿得?出|(?:能|可以|可|最多|自己|先|给学校|最高)(?:出|拿|掏|投|给)|掏|挤|凑|准备了|"
    r"投入|拟投|计划投|投钱|投(?=[\d一二三四五六七八九十几])|经费|研发费|试验费|做主|能批|封顶|撑死|顶天|接受|"
    r"可以$|就行|没问题|准备(?:花|出|投|拿)|费用|出个|出资|(?:老板|厂长).{0,6}批|签字|"
    r"拿(?=[\d一二三四五六七八九十])|花(?=[\d一二三四五六七八九十几])|打算花|另算|另出|报吧|估计要|愿出|钱[：:]?|"
    r"合计|总共|拢共|一共|加起来|砸|肯的|肯$|觉得值|舍得|批了|同意|到顶|到头|付|钱(?:嘛|呢|么|上)|不超过?|再多没|多了没|设备钱|资金|💰|出(?=[\d一二三四五六七八九十几])|大概|左右|才给钱"
)
_OTHER_MONEY = re.compile(
    r"罚|赔(?!钱也)|损失|花了|花掉|用了|买(?:了|的|过)|换的|购置|采购|投了|已投|报价|要价|开价|单价|单台|每吨|"
    r"一[亩吨只件斤米双箱瓶片]|一[窑炉锅班车趟柜]|(?:气|水|油|料|运|人工|处置|维修|保养|清运|加工)费|一公斤|每公斤|千升|每(?!批)|贷|授信|融资|缺钱|压款|补贴|补助|奖|产值|营收|营业|销售|"
    r"订单|做了|年薪|工资|工钱|"
    r"电费|租金|(?<!觉得)值|卖|挂牌|起价|起拍|估值|人家|亏|成本|加价|退税|欠|定金|合同(?:金?额|价)|注册资本|太贵|嫌贵|太多|吓|问了价|"
    r"罚款|去年|前年|上半年(?=才?[花买换投])|抵押|一盆|利润|处置费|贴(?!合)|装修|厂房|土地|盗|方案贵|"
    r"进口的?(?=.{0,6}(?:万|w))"
)
_STRONG_PAY = re.compile(r"预算|愿意|愿出|以内|之内|封顶|最多|掏|投入|接受|能批|做主|可以|就行|最好|拟投")
_AT_MOST_BEFORE = re.compile(
    r"(?:不超|别(?:超过?|过)|总共不过|不要超过?|不超过?|不高于|最多|控制在|上限|顶多|顶天|封顶|撑死|≤|<|(?<!不)少于|不到|(?<!不)低于|不能超过?|压到|最高|"
    r"不大于)(?:也就|拿得出|出得起|能出|能拿|拿|出|给|投|花|掏|是|[:：])?$"
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


@dataclass(frozen=True, slots=True)
class Budget:
    """From ``low`` to ``high`` 万元, said at ``[start, end)`` of a clause; ``high`` None for 至少."""

    said: Said
    start: int
    end: int
    low: Decimal
    high: Decimal | None


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


_MONEY_NAMED = re.compile(r"预算|费用|经费|资金|钱|投入")
_FOR_WHAT = re.compile(r"(?:研发|试验|样机|改造|攻关|诊断)费?$")
_EVERY = re.compile(r"(?:一|每|全)(?:年|个?月|天|季度)(?:要|得|光|就|大概|差不多|也就)?$")


def _pays(one: Said, amount: Amount, before: Said | None) -> int:
    """How surely a sum is the budget: 0 not at all, 4 it stands beside the word itself."""
    text = one.text
    left, right = text[: amount.start], text[amount.end :]
    # A quarter or month is no sum: 2027年3月.
    if re.search(r"[\d.]$", left) or (amount.bare and re.search(r"[年月a-z第]$", left)) or re.match(r"\d", right):
        return 0
    near = left[-14:] + "#" + right[:8]
    told = before is not None and amount.start == 0 and _MONEY_NAMED.search(before.text) is not None
    alone = amount.start == 0 and bool(right) and _AT_MOST_AFTER.fullmatch(right) is not None
    told = told or alone or _FOR_WHAT.search(left) is not None  # 十个以内; 研发50
    cue = _PAYS.search(near) or told
    if amount.bare:
        if not cue or _NOT_A_SUM.match(right) or not (told or _PAYS.search(f"{left}#{right}")):
            return 0
        if amount.high < 3 or not (
            re.search(
                r"预算|投入|费|愿意|出|大概|合计|总共|拢共|一共|加起来|批|个$",
                left[-10:] + text[amount.start : amount.end],
            )
            or amount.start == 0
            or told
        ):
            return 0
    if SPENT.search(left[-16:] + text[amount.start : amount.end] + right[:4]) and not re.search(
        r"预算|愿意|才给钱", left[-8:]
    ):
        return 0
    if _is_price(text, left, right):
        return 0
    other = _OTHER_MONEY.search(near)
    if other and _OFFERED.search(left):
        return 3  # 一亩花一万二三 is an offer by the acre
    return 0 if other and _is_other_money(other, near) else _how_surely(near, left, amount, told=told)


_OFFERED = re.compile(r"(?:亩|栋|台|条线|套).{0,2}(?:花|出|给|掏|投|肯)个?$")
_NEVER_A_BUDGET = re.compile(
    r"定金|押金|首付|一[窑炉锅班车趟柜]|装修|罚|花了|买了|单价|单台|每吨|一[亩吨只件斤米双箱瓶片]|成本|加价|太多|太贵|贷|授信|"
    r"补贴|报价|要价|卖|估值|起价|千升|工钱"
)


def _is_other_money(other: re.Match[str], near: str) -> bool:
    """Tell whether the words beside a sum make it a price, a fine or a loan in spite of a word for paying."""
    return not _STRONG_PAY.search(near.replace(other.group(), "")) or bool(_NEVER_A_BUDGET.search(other.group()))


def _how_surely(near: str, left: str, amount: Amount, *, told: bool) -> int:
    if amount.high < Decimal("0.1") and not re.search(r"预算|投入|愿意", left):
        return 0
    if re.search(r"先(?:打|付|给|预付|交)$", left):
        return 1  # a first part of what was named
    if re.search(r"预算|愿意?出|投入|掏|封顶|以内|能批|做主|拿得?出|撑死|接受", near):
        return 4
    return 3 if told or _PAYS.search(near) else 2


def _is_price(text: str, left: str, right: str) -> bool:
    """Tell whether a sum is what something costs: 一年三百多万, 电极一套六千块."""
    if _EVERY.search(left) and not re.search(r"预算|愿意|肯", text):
        return True
    return bool(re.search(r"(?:一|每|单)[套台块把支条根组副个]$", left)) and not _AT_MOST_AFTER.search(right)


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

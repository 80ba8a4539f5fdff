"""The day by which a firm wants it, told apart from terms, lives and intervals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.dates import DateMention, find_dates

_CUE = re.compile(
    r"最晚|最迟|必须|务必|一定|要求|之前|以前|前(?:要|把|能|拿|给|交|做|完|定|装|出|得|$)|内(?:要|出|做|完|定|拿|"
    r"$)|完成|定下来|到位|截止"
)
_DUE_VERBS = re.compile(
    r"要|交样|交付|交货|完成|做成|出|定|给|装好|改好|见到|上(?!午|次|周|个|班|游|海|年)|用上|拿到|到位|试|投产|"
    r"上线|前|之内|内|验收|收工|搞定|才能|开始|sop|时间|期限|工期|周期|大修|最好|规划|审核|$"
)
_NOT_DUE = re.compile(
    r"回本|回收|收回|到期前?$|去年|前年|禁(?!止)|实施|购置|不让用|搬|漏|裂|坏|寿命|保质|质保|货架|保修|交期|等不起|等要|一次要|"
    r"要等|试用|白试|试了|用了|干了|以来|轮|一次$|周期|每|一调|调要|退休|涨|减产|过期|老化|换一"
)
_NOT_FROM = re.compile(r"去年|前年|寿命|保质|质保|货架|每|交期|一次要|等要|用了|试了|干了")
_BEFORE_THAT = re.compile(r"(?:那|这|此)(?:个?时候?)?(?:之前|以前|前(?![面几天]))")
_PAST = re.compile(r"去年|前年|上个?月|上周|上次|昨天|前天|上半年(?!.{0,4}(?:要|完))|早先|已经|以前做")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day, as said in ``words`` at ``[start, end)`` of a clause."""

    said: Said
    start: int
    end: int
    day: date
    words: str


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

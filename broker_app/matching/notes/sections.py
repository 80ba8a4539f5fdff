"""Headings, labels and lists that were announced: what a part of a note is about before it is told."""

import re
from collections.abc import Iterator, Sequence

from broker_app.matching.notes.acts import Said
from broker_app.matching.notes.clauses import SENTENCE
from broker_app.matching.notes.numbers import amounts

_LONG_SENTENCE = 60  # clauses; nobody says more in one breath
_LONGEST_HEADER = 30  # characters
_HEADER = re.compile(
    r"(?:[几两二三四五六\d]|若干)(?:件|个|方面|点|项|块|条|大|样)(?:事|问题|难题|需求|方面|难点|"
    r"想法)[哈呢吧啊嘛]?$|[几三四五六](?:个|大)?方面$|"
    r"(?:讲|说|提|反映|弄|主要|以下|下面|搞|解决|共|归纳)(?:了|出|有|为)?(?:[几两二三四五六\d])(?:件|个|点|项|块|"
    r"条|样)[哈呢吧啊嘛]?$|^需求(?:有)?[两三四五\d](?:条|项|个|件)$|(?:[是有要就问讲说][几两三四五](?:件|桩|样|条|点|个)$|[想要]?(?:问|关心|打听|咨询)的(?:就)?[是有]$|如下|整理如下|想法|需求有|情况|预算和时间|其他|其它|汇总)$"
)
_COUNTED_HEADER = re.compile(
    r"(?:[几两二三四五六]|若干)(?:件|个|方面|点|项|块|条|样)(?:事|问题|难题|需求|方面|难点)[哈呢吧啊嘛]?$|"
    r"(?:讲|说|提|反映|弄|主要|以下|下面|搞|解决|共|归纳)(?:了|出|有|为)?[几两二三四五六](?:件|个|点|项|块|条|"
    r"样)[哈呢吧啊嘛]?$"
)
_SECTIONS = (
    ("secret", re.compile(r"^(?:保密|保密事项|机密|不公开)$")),
    (
        "talk",
        re.compile(
            r"^(?:非需求|不算需求|已(?:办|解决|完成)(?:事项|的?问题)?|(?:企业)?(?:基本情况|概况|简介|基本信息|企业情况|背景))$"
        ),
    ),
    (
        "request",
        re.compile(
            r"^(?:诉求|其[他它](?:诉求|需求|问题|事项)|非技术(?:类|性|方面)?(?:诉求|需求|问题|事项)?|政策(?:诉求|需求)|服务(?:诉求|需求))$"
        ),
    ),
    (
        "follow_up",
        re.compile(
            r"^(?:待办|后续|下一步|跟进|后续(?:工作|安排|任务)|任务|todo|下一步(?:工作|计划|安排)|"
            r"回去要做的?)(?:事项)?$"
        ),
    ),
    (
        "need",
        re.compile(
            r"^(?:(?:主要|企业)?(?:技术)?(?:需求|难题|问题)|需求(?:情况|清单)|技术需求情况|备注|说明)$|"
            r"^.{2,16}(?:技术)?需求(?:单|清单|征集表|采集表?|调查表|登记表)$"
        ),
    ),
)
_ASKED_OF_US = re.compile(r"(?:问|关心|想?了解|托|打听|咨询|帮着?看|带话|捎)")
_COUNT_AT_END = re.compile(r"[几两三四五六](?:件|桩|样|条|点)$")
_LABEL = re.compile(r"(?P<label>[\u4e00-\u9fff]{2,6})\d?[:：]")


def sentences(said: Sequence[Said]) -> Iterator[list[Said]]:
    """The clauses of a note in sentences; an item, and what was announced by its number, begins one of its own."""
    group: list[Said] = []
    for one in said:
        ends = one.clause.gap >= SENTENCE or one.clause.item or len(group) == _LONG_SENTENCE
        if group and (ends or _COUNTED_HEADER.search(group[-1].text) or announces(group[-1])):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def announces(one: Said) -> bool:
    """Tell whether a clause only says how many follow: 让我们帮着看看两件："""
    return one.clause.end_mark[:1] in (":", "：") and _COUNT_AT_END.search(one.text) is not None


def section_named(text: str) -> str | None:
    """The section that a heading opens: need, request, follow_up, talk (to be dropped) or secret."""
    return next((name for name, pattern in _SECTIONS if pattern.search(text)), None)


def label_of(first: Said) -> str | None:
    """The label within a line that opens a sentence (已办：光伏都上了), None without one."""
    label = _LABEL.match(first.text + first.clause.end_mark[:1])
    return label["label"] if label else None


def is_header(sentence: Sequence[Said]) -> bool:
    """Tell whether a sentence only says that something, or how much, follows."""
    last = sentence[-1]
    if not (_HEADER.search(last.text) or announces(last)):
        return False
    short = len("".join(one.text for one in sentence)) <= _LONGEST_HEADER
    return short and all(one.bare for one in amounts(last.text))


def asks_of_us(one: Said) -> bool:
    """Tell whether a header says that questions to the broker follow, not needs."""
    return _ASKED_OF_US.search(one.text) is not None

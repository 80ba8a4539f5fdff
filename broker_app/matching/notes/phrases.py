"""Noun phrases of a clause, by the tags of the word cutter: what a clause names, without what it says of it."""

import re
from collections.abc import Iterator
from functools import lru_cache

import rjieba

_NOUNISH = ("n", "vn", "b", "eng", "l", "i", "j", "g", "an")
_INSIDE = frozenset({"v", "a", "x", "uj", "nr", "zg", "h", "k", "s"})
_PREFIX = frozenset("无抗防耐低高免脱除含超微")
_LIKE_NOUNS = frozenset(["瞬时", "实时", "在线", "低温", "高温", "常温", "夜间"])
_DONE_WITHOUT = frozenset("含带用加掉沾")
_BEFORE_A_NAME = frozenset("的是把用做")
_OPENING = ("a", "f", "ng", "zg", "nr", "vg")
_JUDGING = frozenset("太很偏多少差慢贵好最更老难快真都也就还又再先只")
_LAST = frozenset("焊铸锻镀涂切磨膜")
# Words that end a phrase: verbs of doing and saying, adjectives that judge, people.
_NOT_INSIDE = frozenset(
    """
    做 搞 弄 靠 有 是 能 会 要 想 到 用 上 去 来 说 讲 问 出 请 帮 让 把 给 被 看 需要 希望 影响 出来 不行 不到
    起来 下来 过关 太 很 偏 老 大 小 高 低 多 少 差 慢 贵 好 严重 困难 麻烦 容易 厉害 不够 没有 跟不上 达不到
    老是 总是 经常 做不到 现在 反映 处理 时候 个 客户 老板 工人 师傅
    """.split()  # noqa: SIM905 - a list of words is read as a list
)
# Faults that name themselves; the word cutter takes many of them apart.
DEFECTS = (
    "气孔|开裂|龟裂|裂纹|裂果|渗漏|泄漏|内漏|漏馅|漏气|漏油|漏检|漏打|漏装|漏判|起泡|发黑|"
    "发黄|黄变|发麻|发虚|起皮|变形|翘曲|翘边|缩松|缩水|缩孔|毛刺|飞边|划伤|磨损|脱落|开胶|"
    "腐蚀|红锈|锈蚀|堵塞|发霉|霉变|结晶|涨袋|跑偏|零漂|银丝|噪声|噪音|臭气|粉尘|发热|温升|"
    "掉电|断线|空洞|能耗|不均|麻点|晶点|缩痕|烂棒|残留|钻绒|褪色|老化|疲劳|脆断|超标|气泡|"
    "烧蚀|带病|频闪|窜动|卡滞|打滑|跳齿|掉齿|掉粉|起皱|鼓泡|结块|断墨|串味|浮皮|针孔|返工|"
    "错位|跑位|偏心|松动|异响|沉淀|渗水|回潮|粘模|崩口|掉漆|掉渣|缩皱|水印|色差|混料|卡料|"
    "漏液"
)
_FAULTS = frozenset(DEFECTS.split("|"))
# Phrases that name nothing.
EMPTY = re.compile(
    r"^(?:[\d.%×x~\-]+|东西|办法|法子|方案|技术|机器|设备|工艺|材料|效果|样品|样机|专家|老师|团队|学校|高校|钱|"
    r"预算|客户)$"
)


@lru_cache(4096)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    tagged: list[tuple[str, str]] = []
    for word, tag in rjieba.tag(text, True):
        last = tagged[-1][0] if tagged else ""
        if len(last) == 1 and last + word in _FAULTS:
            tagged[-1] = (last + word, "n")
        elif last == "在" and word.startswith("线"):
            tagged[-1:] = [("在线", "b")] if word == "线" else [("在线", "b"), (word[1:], tag)]
        elif last in ("不", "免", "无") and word[:1] in _DONE_WITHOUT:
            tagged[-1] = (last + word, "b")  # 不含六价铬 must not lose its 不
        elif last == "按" and word.startswith("需"):
            tagged[-1:] = [("按需", "b"), (word[1:], tag)]
        elif word == "是" and len(last) > 1 and last.endswith("老"):
            tagged[-1:] = [(last[:-1], "n"), ("老是", "d")]  # 苗老是烂
        else:
            tagged.append((word, tag))
    return tuple(tagged)


def noun_phrases(text: str) -> Iterator[str]:
    """The noun phrases of a clause in order: runs of nouns with the verbs and adjectives that stand inside them."""
    run: list[tuple[str, str]] = []
    before = "的"
    for word, tag in (*_tagged(text), ("", "")):
        opens, before = before in _BEFORE_A_NAME, word
        nounish = (
            (tag.startswith(_NOUNISH) and word not in _NOT_INSIDE)
            or word in _LIKE_NOUNS
            or (not run and word in _PREFIX)
        )
        inside = tag in _INSIDE and word not in _NOT_INSIDE and not (len(word) == 1 and tag in ("v", "a", "m", "zg"))
        if opens and not run and len(word) == 1 and tag in _OPENING and word not in _JUDGING:
            run.append((word, "b"))  # 黄浆水, 前帮机
            continue
        single = (
            len(word) == 1 and tag in ("v", "a", "zg", "nr") and word not in _NOT_INSIDE and bool(run or tag == "nr")
        )
        if word and (nounish or inside or single):
            run.append((word, tag))
            continue
        phrase = _closed(run)
        if len(phrase) > 1 and not EMPTY.match(phrase):
            yield phrase
        run = []


def _closed(run: list[tuple[str, str]]) -> str:
    """The words of a run without what may not stand at its ends."""
    while run and (run[0][1] in ("uj", "x", "k") or (run[0][1] == "m" and len(run) > 1)):
        run = run[1:]
    while run and (
        run[-1][1] in ("uj", "x", "a", "m", "h")
        or (
            len(run[-1][0]) == 1
            and run[-1][0] not in _LAST
            and (run[-1][0] in _PREFIX or run[-1][1] in ("v", "zg", "nr"))
        )
    ):
        run = run[:-1]
    return "".join(word for word, _ in run)

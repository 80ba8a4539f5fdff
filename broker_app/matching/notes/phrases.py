"""Noun phrases of a clause, by the tags of the word cutter: what a clause names, without what it says of it."""

import re
from collections.abc import Iterator
from functools import lru_cache

import rjieba

_NOUNISH = ("n", "vn", "b", "eng", "l", "i", "j", "g", "an")
_INSIDE = frozenset({"v", "a", "x", "uj", "nr", "zg", "h", "k", "s"})
_PREFIX = frozenset("无抗防耐低高免脱除含超微")
_LIKE_NOUNS = frozenset(["瞬时", "实时", "在线", "低温", "高温", "常温", "夜间"])
_LAST = frozenset("焊铸锻镀涂切磨膜")
# Words that end a phrase: verbs of doing and saying, adjectives that judge, people.
_NOT_INSIDE = frozenset(
    """
    做 搞 弄 靠 有 是 能 会 要 想 到 用 上 去 来 说 讲 问 出 请 帮 让 把 给 被 看 需要 希望 影响 出来 不行 不到
    起来 下来 过关 太 很 偏 老 大 小 高 低 多 少 差 慢 贵 好 严重 困难 麻烦 容易 厉害 不够 没有 跟不上 达不到
    做不到 现在 反映 处理 时候 个 客户 老板 工人 师傅
    """.split()  # noqa: SIM905 - a list of words is read as a list
)
# Phrases that name nothing.
EMPTY = re.compile(
    r"^(?:[\d.%×x~\-]+|东西|办法|法子|方案|技术|机器|设备|工艺|材料|效果|样品|样机|专家|老师|团队|学校|高校|钱|"
    r"预算|客户)$"
)


@lru_cache(4096)
def _tagged(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(rjieba.tag(text, True))


def noun_phrases(text: str) -> Iterator[str]:
    """The noun phrases of a clause in order: runs of nouns with the verbs and adjectives that stand inside them."""
    run: list[tuple[str, str]] = []
    for word, tag in (*_tagged(text), ("", "")):
        nounish = (
            (tag.startswith(_NOUNISH) and word not in _NOT_INSIDE)
            or word in _LIKE_NOUNS
            or (not run and word in _PREFIX)
        )
        inside = tag in _INSIDE and word not in _NOT_INSIDE and not (len(word) == 1 and tag in ("v", "a", "m", "zg"))
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

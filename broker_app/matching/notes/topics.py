"""What a clause is about: its content words, and whether they speak of the same thing as another text."""

import re
from functools import lru_cache

from broker_app.matching.question import need_speak
from broker_app.matching.text import is_han, segments

_FIGURE = re.compile(r"^[\d.]+(?:%|[a-z°]{0,3})$|^[一二两三四五六七八九十百千万几半多]+[\u4e00-\u9fff]?$")
# Words around a wish that say nothing of its object, besides the need-speak that searching drops.
_PLAIN = frozenset(
    """
    那个 这个 第一个 第一件 第一项 第二项 左右 上下 封顶 以内 内容 一次 一支 一只 一批
    一家 一台 几样 两样 事情 老板娘 师傅 师父 意思 接受 可以 能够 搞定 发现 反映 提到
    说到 回头 今年 明年 后年 去年 月底 年底 春节 过年 国庆 清明 元旦 上半年 下半年 季度
    定下来 给客户 回话 先把 先按 愿意出 合作 委托 联合 高校 学校 学院 教授 专家 公司 资料
    客户 成本 价格 费用 预算 万元 经费 研发费 设备费 时间 期限 最晚 最迟 第三方 国外 国内
    不行 不稳 不够 没用 要求 目标 目前 改好 做成 做好 出来 出小样 小样 样品 有点 有说法
    说法 结果 方面 三个 主要 企业 项目 自己 老板 厂长 经理 总工 主任 他们 我们 共性需求
    共性 开始 人工 容易 经常 问题 技术 需求 希望 需要 见到 实施 想要 想找 想做 想上 现在
    东西 这块 这边 那边 一定 必须 情况 办法 方案 效果 时候
    """.split()  # noqa: SIM905 - a list of words is read as a list
)


@lru_cache(8192)
def content_words(text: str) -> frozenset[str]:
    """The words of a folded text that name things and processes: two Han characters or a Latin name at least."""
    return frozenset(
        token.text
        for token in segments(text)
        if len(token.text) > 1
        and token.text not in _PLAIN
        and token.text not in need_speak()
        and not _FIGURE.match(token.text)
        and not token.text.isdigit()
    )


def speaks_of(word: str, text: str) -> bool:
    """Tell whether ``text`` names ``word``, or the longer name that ``word`` shortens (水墨 for 水性墨)."""
    if word in text:
        return True
    if not is_han(word) or not 2 <= len(word) <= 4:
        return False
    return re.search(".{0,2}?".join(map(re.escape, word)), text) is not None


def shared_words(words: frozenset[str], text: str) -> int:
    """How many of ``words`` a text speaks of."""
    return sum(speaks_of(word, text) for word in words)

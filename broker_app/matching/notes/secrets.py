"""What was said in confidence: the words that ask for silence, and the words they speak of."""

import re
from collections.abc import Sequence

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.clauses import PARAGRAPH, SENTENCE
from broker_app.matching.notes.silence import SECRET, TOLD_AHEAD
from broker_app.matching.notes.topics import shared_words
from broker_app.matching.text import segments

_REACH = 200  # clauses back that a plea for silence may speak of
_LONGEST = 60  # characters of talk that one plea for silence may cover
_LIST_AHEAD = re.compile(r"以下|下面|接下来")
_BACK = re.compile(
    r"(?:^|[讲说])(?:这|那|此|以上|上述|前面|刚才)(?:一|几|两)?(?:个|些|事|话|件|块|句|条|点|段|内容|情况|数据?)|^(?:也)?(?:请|"
    r"但|千万|说是|先|都)?(?:别|不要|不能|请勿|保密|不得|商业)|这话|这事|这个|以上|说是|[也都]请"
)
_AHEAD = re.compile(
    r"^[(（]以下[^)）]{0,12}[)）]|(?:以下|下面|接下来|跟你(?:说|讲)|私下(?:说|讲)|悄悄(?:说|讲)|只(?:跟|告诉)你|"
    r"(?:保密|机密)[:：])[^,，。]{0,16}$"
)
_POINTERS = frozenset(
    """
    我司 涉及 属于 公司 企业 这个 那个 这话 这事 这些 那些 这块 事情 名字 内容 以上 以下
    他们 我们 千万 特意 一定 但是 说是 老板 厂长 情况 东西 请勿 什么 也请 这件 这句 老师
    站长 经理
    """.split()  # noqa: SIM905 - a list of words is read as a list
)
_POINTS = re.compile(r"(?:这|那|此)(?:一|几|两)?(?:个|些|事|话|件|块|句|条|点|段|桩|项|笔|样)+(?:事|话)?")
_POINTED_AFTER = re.compile(r"(?:这|那)(?:个|事|条|句话|件事|些)$")
_FIGURE = re.compile(r"\d|[一二三四五六七八九十几]成")
_SPEAKS = re.compile(r"^.{0,6}?(?:讲|说|交代|特意讲|嘱咐|要求|强调|叮嘱|让我们?|叫我们?)")


def secret_pieces(secret: Said, said: Sequence[Said]) -> list[list[Said]]:
    """Runs of clauses that the plea ``secret`` covers: what it names in its own clause, before or after it."""
    at = next(place for place in range(len(said)) if said[place] is secret)
    named = _named(secret.text)
    own = [[secret]]
    ahead = _AHEAD.search(secret.text) or TOLD_AHEAD.search(secret.text)
    if ahead and at + 1 < len(said) and said[at + 1].clause.gap < PARAGRAPH:
        if _LIST_AHEAD.search(secret.text):
            return [*own, _listed(said, at + 1, secret.text)]
        return [*own, _forward(said, at + 1)]
    if at + 1 < len(said) and said[at + 1].clause.gap < SENTENCE and _POINTED_AFTER.search(said[at + 1].text):
        return [*own, [said[at + 1]]]  # 别发朋友圈，我们6%这个
    opens = secret.clause.gap >= SENTENCE and re.match(r"这(?:个|事|话|条)?", secret.text)
    if opens and at + 1 < len(said) and said[at + 1].clause.gap < SENTENCE and not said[at + 1].does(Act.SECRET):
        before = _backward(said, at)
        return [*([before] if before else []), *own, _forward(said, at + 1)]  # 这个不方便外传，从别家分来的
    words = frozenset(token.text for token in segments(named) if len(token.text) > 1 and token.text not in _POINTERS)
    before = _backward(said, at)
    if words and words <= _OF_FIGURES:
        told = _last_figures(said[:at])
        return [told, *own] if told else [before, *own] if before else own
    if words:
        # 合格率别写出去: the clause that told it, wherever it stands.
        told = [
            one for one in said[max(0, at - _REACH) : at] if shared_words(words, one.text) and not one.does(Act.SECRET)
        ]
        near = [one for one in before if shared_words(words, one.text)]
        figures = [one for one in told if _FIGURE.search(one.text)]
        chosen = (near or figures or told)[:2]
        pieces = [_with_figure(said, one) for one in chosen]
        after = _told_after(said, at)
        if after is not None:
            own = [[secret, after]]
        if not chosen and (secret.clause.gap < SENTENCE or _BACK.search(secret.text)):
            pieces = [before] if before else []
        elif before and secret.clause.gap < SENTENCE and before[-1] not in chosen:
            pieces.append(before)
        return [*pieces, *own]
    return [before, *own] if before else own


_REASON = re.compile(r"^(?:签(?:了|过)|因为|怕|(?:我们?|他们?|客户).{0,8}报的)")


def _told_after(said: Sequence[Said], at: int) -> Said | None:
    """The clause that says why, or what is told instead: 良率别往外说，审厂我们报的是90; 客户不能说，签了NDA的."""
    following = said[at + 1] if at + 1 < len(said) else None
    if following is None or following.clause.gap >= SENTENCE or following.does(Act.WISH | Act.SECRET):
        return None
    return following if _REASON.search(following.text) else None


_OF_FIGURES = frozenset(["数据", "数字", "指标", "参数", "结果", "测试"])
_MONEY_OR_TIME = re.compile(r"预算|万|块|元|月|号|周")


def _last_figures(said: Sequence[Said]) -> list[Said]:
    """The clauses with figures told last, without money and days: 数据先别外传."""
    run: list[Said] = []
    for one in reversed(said[-_REACH:]):
        if _FIGURE.search(one.text) and not _MONEY_OR_TIME.search(one.text):
            run.insert(0, one)
        elif run:
            break
    return run


def _with_figure(said: Sequence[Said], one: Said) -> list[Said]:
    """A clause that names the matter, with the next of its sentence when only that tells the figure."""
    at = next(place for place, each in enumerate(said) if each is one) + 1
    following = said[at] if at < len(said) and said[at].clause.gap < SENTENCE else None
    if following is None or _FIGURE.search(one.text) or not _FIGURE.search(following.text):
        return [one]
    return [one, following]


def _named(text: str) -> str:
    """What the clause itself names before it asks for silence."""
    found = SECRET.search(text)
    head = text[: found.start()] if found else text
    return _POINTS.sub("", _SPEAKS.sub("", head))


def _backward(said: Sequence[Said], at: int) -> list[Said]:
    """The rest of the same sentence before ``at``, or the sentence before when the plea opens its own."""
    secret = said[at]
    run: list[Said] = []
    length = 0
    crossed = secret.clause.gap >= SENTENCE
    if secret.clause.gap >= PARAGRAPH and not _BACK.search(secret.text):
        return []
    for one in reversed(said[max(0, at - _REACH) : at]):
        length += len(one.text)
        if run and length > _LONGEST:
            break
        run.insert(0, one)
        if one.clause.gap >= SENTENCE or (one.clause.item and crossed):
            break
    return run


_COUNTED = re.compile(r"(?:以下|下面|接下来)(?:这)?(?P<n>[一二两三四五六])[条点件句项桩]")


def _listed(said: Sequence[Said], at: int, plea: str) -> list[Said]:
    """What 以下不外传 covers: the rest of the paragraph, or as many sentences as were counted (以下三条)."""
    counted = _COUNTED.search(plea)
    left = "一二三四五六".find(counted["n"].replace("两", "二")) + 1 if counted else len(said)
    run: list[Said] = []
    for one in said[at:]:
        if run and one.clause.gap >= SENTENCE:
            left -= 1
        if one.clause.gap >= PARAGRAPH or left <= 0:
            break
        run.append(one)
    return run


def _forward(said: Sequence[Said], at: int) -> list[Said]:
    run = [said[at]]
    for one in said[at + 1 :]:
        if one.clause.gap >= SENTENCE or sum(len(each.text) for each in run) > _LONGEST:
            break
        run.append(one)
    return run

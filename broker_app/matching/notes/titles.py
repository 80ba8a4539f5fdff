"""A title a clerk would write, and keywords, built from the need's own words."""

import re
from collections.abc import Sequence

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.topics import content_words
from broker_app.matching.question import need_speak
from broker_app.matching.text import segments

LONGEST = 24
_LEAD = re.compile(
    r"^(?:主要(?:还)?是|还是|现在(?:是|卡在)?|目前|该厂|我们(?:那个)?|他们|他说|他讲|老板(?:还)?(?:说|讲)?|最大的难处是|最大的|难处是|反映|厂里|企业|客户|关于|回到|上次说的|那个|这个|另外|还有(?:就是)?|然后(?:还有(?:就是)?)?|就是|主要|想|希望|要求?|能不能|有没有|找(?:个|一个|一种)?|做|搞|上|把|将|让|园区准备搞|以后想搞|自己|其次是|什么|请人|拟)+"
)
_WISH_OBJECT = re.compile(
    r"(?:想要?|希望|(?<![重主需])要(?!求|价)|需要|拟|打算|准备|能不能|有没有|找(?:个|一个|一种|能)?|急需|寻求|替代)(?:找|做成|做|搞|上|换成|换|有|用|把|通过|个|一种|一套|一个|一台|台|能|自己|能把|得|改为|改成|改|先|请人|别的)*(?P<what>[^,，。]{2,18})"
)
_TRIM_TAIL = re.compile(
    r"(?:的话|的事情?|的问题|这块|那块|那边|这边|的|了|吧|呢|啊|一下|才行|就行|最好|为主|一点|些|方面|没用|过|着|老|又|还|很|太|也|都|就|不|要|想|和|跟|与|但|靠|在|做|搞|上|有)+$"
)
_DEFECT = re.compile(
    r"(?P<what>[\u4e00-\u9fffa-z]{0,6}?(?:气孔|开裂|龟裂|裂纹|裂果|裂|渗漏|泄漏|漏馅|漏气|漏检|漏|起泡|发黑|发黄|发麻|起皮|变形|缩松|缩水|毛刺|飞边|划伤|磨损|脱落|开胶|腐蚀|红锈|锈|堵塞|发霉|霉变|结晶|涨袋|跑偏|零漂|银丝|噪声|臭气|粉尘|发热|掉电|断线|空洞率?|能耗|超标|不均|不稳|一致性|残留|缩松|烂|死床))"
)
_GOAL_TAIL = {
    "漏": "渗漏", "裂": "开裂", "锈": "锈蚀", "烂": "病害",
}  # fmt: skip
_VERB_FREE = frozenset("时 后 前 上 下 里 中 以后 时候 情况 地方".split())


def write_title(said: Sequence[Said]) -> str:
    """A noun phrase of at most :data:`LONGEST` characters: what it is about, and what is wanted or wrong."""
    clauses = [one for one in said if not one.does(Act.CHAT | Act.SPENT | Act.SECRET)] or list(said)
    topic = _topic(clauses)
    wanted = _wanted(clauses, topic)
    defect = "" if wanted else _defect(clauses, topic)
    title = _joined(topic, wanted or defect)
    if defect and not wanted and not title.endswith(("率", "性")):
        title = f"{title}控制" if len(title) + 2 <= LONGEST else title
    elif (
        not wanted and not defect and len(title) <= LONGEST - 2 and re.search(r"(?:率|性|量|度|寿命|能耗|成本)$", title)
    ):
        title += "改善"
    return _fitted(title) or _fitted(_plain(clauses[0].text)) or "技术需求"


def _topic(clauses: Sequence[Said]) -> str:
    """The noun phrase the need opens with: the first clause that names something, without its predicate."""
    for one in clauses[:4]:
        text = _plain(one.text)
        head = re.split(
            r"(?:想|希望|要(?!求)|需要|靠|现在|目前|还是|怀疑|容易|经常|老是|总是|不|没|太|也|已|被|会|只有|能|要求|以后|的时候|[≥≤<>\d]|让|找|做不|供应商|他们|但|一个月|一天|一次|冬天|夏天|质量)",
            text,
            maxsplit=1,
        )[0]
        phrase = _nouns(head)
        if len(phrase) >= 2 and content_words(phrase):
            follow = clauses[clauses.index(one) + 1 : clauses.index(one) + 2]
            if len(phrase) <= 4 and follow and not follow[0].does(Act.WISH | Act.TARGET):
                more = _nouns(
                    re.split(r"想|要|不|靠|现在|没|太|[\d≥≤<>]|还是|价", _plain(follow[0].text), maxsplit=1)[0]
                )
                if 2 <= len(more) <= 8 and more not in phrase:
                    phrase += more
            return phrase[:14]
    return ""


def _wanted(clauses: Sequence[Said], topic: str) -> str:
    for one in clauses:
        if not one.does(Act.WISH):
            continue
        for found in _WISH_OBJECT.finditer(one.text):
            phrase = _nouns(
                re.split(r"[≥≤<>\d,，(（]|但|就|来|到|最好|才|然后|怎么|多少", found["what"], maxsplit=1)[0]
            )
            phrase = _TRIM_TAIL.sub("", phrase)
            fresh = [word for word in content_words(phrase) if word not in topic]
            if len(phrase) >= 2 and fresh and not re.search(r"客户|老板|预算|钱|专家|学校", phrase):
                return phrase
    return ""


def _defect(clauses: Sequence[Said], topic: str) -> str:
    for one in clauses:
        found = _DEFECT.search(one.text)
        if found and found["what"] not in topic:
            word = (
                re.sub(r"^.*?(?=[\u4e00-\u9fff]{2,4}$)", "", found["what"]) if len(found["what"]) > 6 else found["what"]
            )
            word = _plain(word)
            return _GOAL_TAIL.get(word, word)
    return ""


def _nouns(text: str) -> str:
    """``text`` without need-speak at its ends."""
    tokens = list(segments(text))
    while tokens and (tokens[0].text in need_speak() or tokens[0].text in _VERB_FREE):
        tokens.pop(0)
    while tokens and (tokens[-1].text in need_speak() or tokens[-1].text in _VERB_FREE):
        tokens.pop()
    if not tokens:
        return ""
    return _TRIM_TAIL.sub("", text[tokens[0].start : tokens[-1].end])


def _plain(text: str) -> str:
    return _LEAD.sub("", re.sub(r"[(（][^)）]*[)）]?|[“”'\"‘’]", "", text))


def _joined(topic: str, rest: str) -> str:
    if not topic or not rest or rest in topic:
        return topic or rest
    if topic in rest:
        return rest
    for size in range(min(len(topic), len(rest)), 1, -1):
        if topic.endswith(rest[:size]):
            return topic + rest[size:]
    gap = " " if topic[-1].isascii() and rest[0].isascii() else ""
    return topic + gap + rest


def _fitted(title: str) -> str:
    title = title.strip(" ,，。、:：;；+-/")
    if len(title) > LONGEST:
        kept = ""
        for token in segments(title):
            if token.end > LONGEST:
                break
            kept = title[: token.end]
        title = kept or title[:LONGEST]
    return _TRIM_TAIL.sub("", title)


def pick_keywords(said: Sequence[Said], most: int = 6) -> tuple[str, ...]:
    """The words a search should start from: those said more than once and those that name the thing come first."""
    counts: dict[str, float] = {}
    for at, one in enumerate(said):
        if one.does(Act.CHAT | Act.SPENT):
            continue
        for token in segments(one.text):
            if token.text in content_words(one.text):
                counts[token.text] = (
                    counts.get(token.text, 0.0) + (2.0 if at < 3 else 1.0) + (0.5 if len(token.text) > 2 else 0)
                )
    order = {word: at for at, word in enumerate(counts)}
    return tuple(sorted(counts, key=lambda word: (-counts[word], order[word]))[:most])

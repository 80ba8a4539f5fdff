"""A title a clerk would write, and keywords, built from the need's own words.

A title names the thing, then what is wanted of it (杨梅冷链+保鲜, 铸件探伤AI看片) or what is wrong with it
(压铸气孔控制, 瞬时脱扣一致性提升).
"""

import re
from collections.abc import Sequence

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.clauses import COMMA
from broker_app.matching.notes.phrases import DEFECTS, EMPTY, noun_phrases
from broker_app.matching.notes.topics import content_words
from broker_app.matching.text import segments

LONGEST = 24
_TOPIC, _OBJECT = 14, 14
_LEAD = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,2}(?:总|工|厂长|经理|董|老板|师傅|主任|社长|姐)(?:他)?(?:还|又|就)?(?:说|讲|反映|提到?|"
    r"介绍)|先?看了|生产(?=\S{3})|主要(?:还)?(?:是|想)?|还是|就是|其实|现在(?:是|卡在)?|目前|该厂|该企业|"
    r"我们(?:那个)?|他们|自己的?|(?:他|她|老板娘?|企业|客户|厂里|老总|经理|厂长)?(?:还|同时|也|又|主要|叹气|叹口气|笑着|开口|一直)?(?:说是?|"
    r"讲是?|反映|提出|提到过?|介绍)|"
    r"今天|昨天|早上|下午|上午|您好|你好|老师|(?:企业|技术)?需求(?:是|\d?[:：])|[^,，用做]{0,12}(?<!用)(?<!做)(?<!买)的(?:还|就|主要)?是(?=\S{3})|"
    r"最大的难处是|最大的|难处是|关于|回到|上次说的|上回你说的|说(?=\S)|那个|这个|然后(?:还有(?:就是)?)?(?:个事)?|"
    r"还有(?:就是|个事)?|另外|至于|什么|园区(?=准备)|卡在|问题是|做(?=.{2,10}的[,，]?$)|一个(?:呢)?是|"
    r"再一个(?:就是)?|能记的[:：]|呢?是)+"
)
_POINTER = re.compile(r"(?:那|这)(?:个|边|块|些|种|条)|的(?:问题|事情?|方面)(?=$|\S)")
_PREDICATE = re.compile(r"(?<![重主需])要(?!求)|想|希望|需要|能不能|有没有|还是|靠|容易|老是|经常|太|偏|不(?!锈)")
_BREAKS = re.compile(r"以后|之后|的时候|时候|的问题|这块|那块|[:：]|(?<=[\u4e00-\u9fff])在(?=.{2,8}里)")
_WISH_VERB = re.compile(
    r"(?:(?<![设联回感])想要?|希望|(?<![重主需])要(?!求|价|命)|需要的?是?|急需|亟需|拟|打算|准备|计划|能不能|"
    r"有没有|有无|找|寻求|请人|帮忙|愿意)"
    r"(?:问问|问|找|先|能|自己|再|直接|在(?!线)|上个?|做成|做个?|搞个?|弄个?|换成|换个?|换用|改为|改成|改|有|用|把|通过|"
    r"采用|引入|引进|个|一种|一套|一个|一台|台|别的|请人|实现|什么|点|人|专家|我们这边有没有|做|让)*"
    r"(?P<what>[^,，。]{1,24})"
)
_CHANGE = re.compile(r"^(?:换(?![一二两三\d])|改用|改成)(?:成|用|为)?(?P<what>[^,，。\d]{2,12}?)(?=$|[a-z]{2,}|要|能)")
_BARE = re.compile(r"(?:想|要|打算|准备)(?:先)?(?P<verb>换|租|借|改|治|治理|升级|更换|回收|处理)(?:掉|了|一下|用)?$")
_BARE_NOUNS = {
    "换": "更换",
    "租": "租用",
    "借": "借用",
    "改": "改造",
    "治": "治理",
    "治理": "治理",
    "升级": "升级",
    "更换": "更换",
    "回收": "回收",
    "处理": "处理",
}
_KIND_OF = re.compile(r"^(?P<adjective>[\u4e00-\u9fffa-z0-9\-]{1,6}?)(?:便宜|成熟|现成)?的(?:$|[，,]|或者|代替|替代)")
_DEFECT = re.compile(rf"(?:{DEFECTS})")
_NO_TOPIC = re.compile(
    r"(?:老师|老板娘?|客户|厂长|经理|师傅|工人|女工|供应商|物业|超市|公司|学校|要求|问题|原因|时候|路上|钱|费用|预算|商量|主任|"
    r"农科院|机会|大家|东西|嫌贵|文字|客人|社长|书记|叹气|商量|人家)$|^(?:今天|昨天|早上|下午|上午|您好|收到|客户|老板|人家|我们|他们|现在|问题|原因|要求|语音|国外|进口|"
    r"日本|台湾|[\d.%~\-]+$)"
)
_ABSTRACT = re.compile(r"(?:率|性|(?<![商质])量|(?<!温)度|寿命|保质期|节拍|周期|精度|成本|效率|强度|产能|速度|合格率)$")
_TAIL = re.compile(
    r"(?:的话|低于|高于|不足|的|了|吧|呢|啊|一下|才行|就行|为主|没用|过|着|都|也|就|还|又|和|跟|与|或者?|及|但|靠|在|给|让|把|能|"
    r"会|是|有|这|那|人|时|不|办法|法子)+$"
)


def write_title(said: Sequence[Said]) -> str:
    """A noun phrase of at most :data:`LONGEST` characters; never empty."""
    clauses = [one for one in said if not one.does(Act.CHAT | Act.SPENT | Act.SECRET | Act.TRIED)] or list(said)
    topic, at = _topic(clauses)
    wanted = "" if clauses[at].does(Act.WISH) and _named_by_wish(clauses[at].text, topic) else _wanted(clauses, topic)
    title = _joined(topic, wanted)
    if not wanted:
        title = _with_fault(topic, clauses)
    return _fitted(title) or _fitted(_plain(clauses[0].text)) or clauses[0].text[:LONGEST]


def _plain(text: str) -> str:
    text = re.sub(r"[(（][^)）]*[)）]?|[“”'\"‘’]", "", text)
    return _POINTER.sub("", _LEAD.sub("", re.sub(r"^样例[\u4e00-\u9fff]{0,8}?(?:厂|公司|社|场|园)?", "", text)))


def _topic(clauses: Sequence[Said]) -> tuple[str, int]:
    """The thing the need is about, and the clause that names it."""
    needs = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
    order = sorted(range(min(len(clauses), 6)), key=lambda at: (_is_background(clauses[at], needs), at))
    for at in order:
        pieces = [piece for piece in _BREAKS.split(_plain(clauses[at].text)) if piece]
        for piece in pieces:
            head = _PREDICATE.split(piece, maxsplit=1)[0]
            phrases = [*noun_phrases(head), *noun_phrases(piece)]
            phrases = [each for each in phrases if not _NO_TOPIC.search(each)]
            phrase = next((each for each in phrases if content_words(each) or len(each) > 3), "")
            phrase = _with_part(phrase, [*noun_phrases(head)])
            if not phrase:
                continue
            if len(phrase) <= 4 and at + 1 < len(clauses) and not clauses[at].does(Act.WISH):
                more = next(iter(noun_phrases(_plain(clauses[at + 1].text))), "")
                follows = clauses[at + 1].does(needs) or clauses[at].does(Act.PROBLEM) or more.startswith("出口")
                if (
                    more
                    and not _NO_TOPIC.search(more)
                    and not follows
                    and more not in phrase
                    and len(phrase + more) <= _TOPIC
                ):
                    phrase = _joined(phrase, more)
            return _cut(phrase, _TOPIC), at
    return "", 0


def _with_part(phrase: str, phrases: Sequence[str]) -> str:
    """The thing with the part of it that the same words say is faulty: 装配线 and 螺丝漏打."""
    if phrase not in phrases or _DEFECT.search(phrase):
        return phrase
    following = phrases[phrases.index(phrase) + 1 : phrases.index(phrase) + 2]
    if following and _DEFECT.search(following[0]) and len(phrase + following[0]) <= _TOPIC:
        return _joined(phrase, following[0])
    return phrase


def _is_background(one: Said, needs: Act) -> bool:
    """Tell whether a clause only sets the scene: long, without a wish or complaint, or about the firm."""
    return not one.does(needs) and (
        len(_plain(one.text)) > 18
        or re.search(
            r"公司|老板|厂(?:$|出来|里)|场$|社$|那边$|去[的看了]|坐船|开车|您好|你好|姐|总(?:$|说|讲)|老师|作坊",
            one.text,
        )
        is not None
    )


def _named_by_wish(text: str, topic: str) -> bool:
    found = _WISH_VERB.search(text)
    return bool(found and topic and topic in found["what"])


def _wanted(clauses: Sequence[Said], topic: str) -> str:
    for one in clauses:
        change = _CHANGE.match(one.text)
        if change and next(iter(noun_phrases(change["what"])), ""):
            return f"{_cut(next(iter(noun_phrases(change['what']))), _OBJECT)}替代"
        if not one.does(Act.WISH):
            continue
        bare = _BARE.search(one.text)
        if bare:
            return _BARE_NOUNS[bare["verb"]]
        for found in _WISH_VERB.finditer(one.text):
            what = found["what"]
            kind = None if "有" in found.group()[: found.start("what") - found.start()] else _KIND_OF.match(what)
            if kind and not EMPTY.match(kind["adjective"]) and content_words(kind["adjective"]):
                return f"{kind['adjective']}替代"
            is_cold = re.match(r"[-−]\d+(?:℃|度)", what) is not None
            if re.fullmatch(r"[-−]?\d[^\u4e00-\u9fff]*", what):
                what += _goes_on(clauses, one)  # 想要 -25℃ 还能过冲击的阻燃料
            fresh = _first_fresh(what, topic)
            fresh = f"抗{fresh}" if fresh.startswith("冲击") else fresh
            phrase = _cut(f"低温{fresh}" if is_cold and fresh else fresh, _OBJECT)
            if phrase:
                return phrase
    return ""


def _goes_on(clauses: Sequence[Said], one: Said) -> str:
    """The clause after a wish of which only a figure was said before a blank."""
    at = next(place for place, each in enumerate(clauses) if each is one) + 1
    return clauses[at].text if at < len(clauses) and clauses[at].clause.gap == COMMA else ""


def _first_fresh(what: str, topic: str) -> str:
    """The first phrase of a wish that says more than the topic does."""
    what = re.split(r"[≥≤<>]|\d+(?:\.\d+)?(?:%|％)|但|最好|怎么|多少|到\d|出来", what, maxsplit=1)[0]
    for phrase in noun_phrases(what):
        fresh = any(word not in topic for word in content_words(phrase)) or (len(phrase) > 3 and phrase not in topic)
        if fresh and not re.search(
            r"客户|老板|预算|专家|老师|高校|学校|大学|[浙温]大|合作|帮忙|[院所]|人来|实验室|资质|机构|驻厂|厂家|样品|样件",
            phrase,
        ):
            return phrase
    return ""


def _with_fault(topic: str, clauses: Sequence[Said]) -> str:
    for one in clauses:
        if not one.does(Act.PROBLEM | Act.TARGET):
            continue
        defect = _DEFECT.search(one.text)
        if defect:
            told = [each for each in noun_phrases(_plain(one.text[: defect.start()])) if each not in topic]
            before = told[-1] if told else ""
            fault = defect.group() if len(topic) > 9 or not before else _joined(_cut(before, 6), defect.group())
            return f"{_joined(topic, fault)}控制" if fault not in topic else f"{topic}控制"
        quality = next((each for each in noun_phrases(_plain(one.text)) if _ABSTRACT.search(each)), "")
        if quality:
            return f"{_joined(topic, quality)}{_better(quality)}"
    return f"{topic}{_better(topic)}" if _ABSTRACT.search(topic) else topic


def _better(quality: str) -> str:
    if re.search(r"(?:寿命|保质期|货架期)$", quality):
        return "延长"
    if re.search(r"(?:节拍|周期|时间|工时)$", quality):
        return "缩短"
    if re.search(r"(?:成本|能耗|报废率|不良率|裂纹率|空洞率|漏检率|错发率|用量|废品率|返工率|破蛋率|投诉率)$", quality):
        return "降低"
    return "提升" if re.search(r"(?:率|性|寿命|精度|强度|效率|产能|速度)$", quality) else "控制"


def _joined(topic: str, rest: str) -> str:
    if not topic or not rest or rest in topic:
        return topic or rest
    if topic in rest:
        return rest
    for size in range(min(len(topic), len(rest)) - 1, 1, -1):
        if topic.endswith(rest[:size]):
            return topic + rest[size:]
        if topic.endswith(rest[-size:]):
            return topic[:-size] + rest  # 鞋面涂胶 + 自动涂胶
    gap = " " if topic[-1].isascii() and rest[0].isascii() else ""
    return topic + gap + rest


def _cut(phrase: str, longest: int) -> str:
    phrase = _TAIL.sub("", phrase)
    if len(phrase) <= longest:
        return phrase
    kept = ""
    for token in segments(phrase):
        if token.end > longest:
            break
        kept = phrase[: token.end]
    return _TAIL.sub("", kept or phrase[:longest])


_FIGURES = re.compile(
    r"(?<=[\u4e00-\u9fff])\s?(?:hrc|ra|hv)?\d+(?:\.\d+)?(?:db|min|mm|hrc|%|秒|分贝|小时|h)?(?=$|\s|控制|降低|提升)|"
    r"(?:百|千|万)分之.?(?=$|控制|降低|提升)|(?<=[\u4e00-\u9fff])(?:ra|hrc)$"
)


def _fitted(title: str) -> str:
    title = _FIGURES.sub("", title)
    title = re.sub(r"(?<=[\u4e00-\u9fffA-Za-z0-9])的(?=[\u4e00-\u9fff]{2})", "", title)
    return _cut(title.strip(" ,，。、:：;；+-/"), LONGEST)


def pick_keywords(said: Sequence[Said], most: int = 6) -> tuple[str, ...]:
    """The words a search should start from: those said more than once and those that name the thing come first."""
    counts: dict[str, float] = {}
    for at, one in enumerate(said):
        if one.does(Act.CHAT | Act.SPENT):
            continue
        known = content_words(one.text)
        for token in segments(one.text):
            if token.text in known:
                weight = (2.0 if at < 3 else 1.0) + (0.5 if len(token.text) > 2 else 0.0)
                counts[token.text] = counts.get(token.text, 0.0) + weight
    order = {word: at for at, word in enumerate(counts)}
    return tuple(sorted(counts, key=lambda word: (-counts[word], order[word]))[:most])

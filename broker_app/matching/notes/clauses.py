"""A note cut into clauses, each with its place, the strength of the break before it, and whether it opens an item.

Breaks: 3 a new paragraph or message, 2 the end of a sentence, 1 a comma or the blank that stands for one, 0 none.
A long run without any punctuation was dictated: there the small words that start a new thought are the breaks.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from broker_app.matching.notes.reading import GLUE, HAN, Reading

PARAGRAPH, SENTENCE, COMMA, NONE = 3, 2, 1, 0
_HEADS_APART = 4  # characters that two words which open a thought stand apart at least
_DICTATED = 24  # a clause longer than this, in characters, holds more than one thought
_BREAK = re.compile(
    rf"(?P<paragraph>\n[\s]*)|(?P<sentence>[。！!？?;；…]+|\.{{2,}}|(?<![\d.a-z])\.(?=\s|[{HAN}]|$)|(?<![\d%级])→|→(?!\s*[≤≥]?\d)|=>|->|"
    rf"(?:(?<=\s)|(?<=[。.！!？?]))/(?=\s))"
    rf"|(?P<heading>[【】])|(?P<comma>，|(?<=[{HAN}]{{4}})、(?=[{HAN}]{{2,12}}(?:怎么|能不能|能否|政策|减免|补贴|贷款|什么时候|多少|认定|手续|找谁))|"
    rf"(?<=[样件点面题条项求况下传])[：:]|,(?!\d{{3}}(?!\d))|"
    rf"(?<=[{HAN}”’\"')）℃%])[ \t]+(?=[{HAN}“‘\"'])|(?<=\d)[ \t]+(?=[\d.]+\s?(?:万|w|块|元|月|天|年|号))|——|\|"
    rf"|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]+)"
)
_OPEN, _CLOSE = "(（[【", ")）]】"
_ITEM = re.compile(
    r"(?<![\u4e00-\u9fff])(?:问题|需求|难题|诉求|事项)[一二三四五六\d][:：、.]\s*|(?<![第+和与及、/])[①-⑳](?![+和与及、/项个条])\s*|[(（][一二三四五六七八九十]{1,2}[)）]\s*|[(（]\d{1,2}[)）]\s*(?!\d)"
    r"|(?<![^\n。；;，,：:！!？?\s/→])(?:"
    r"[a-h][)）、]\s*(?=\S)|\d{1,2}[、)）]\s*(?=\D)|\d{1,2}[.．]\s*(?=[^\d\s])|[一二三四五六七八九十]{1,2}[、.．]\s*"
    r"|第[一二三四五六七八九](?:个|点|条|项|块|件|方面)?(?:呢?就?是|(?=我觉得|不算)|呢|：|:|，|,|\s)\s*|"
    r"其[一二三四](?:是|，|,|：|:)?|[一二三四五六]是(?=[^\s])|(?:再|还有|另|第)?一个(?:呢)?就?是(?=[^\s])"
    r"|首先(?:是)?|其次(?:是)?|再次|再者|另有|另(?:外|一个|一块|一方面)(?!注册|成立|开了|找了|租|买了|算|出|"
    r"请)[，,：:\s]?|另[，,：:\s]|(?:上午|下午|随后|接着|晚上)(?:又|再)?(?:去了?|到了?|走访|来到)(?=样例)|(?<![，,、])还有(?:就是|一个|个|一块|一点|一件事?)?[，,：:]?(?!没|多少|点意思|\d|余|剩)"
    r"|再就是|再一个|再有|此外|除此之外|(?:哦|嗯|啊)?对了[，,]?|顺便|顺带|补充(?:一点)?[：:，,]|至于|新的[：:]|"
    r"主题[：:][^\n]{0,30}|[•·*▪◆●-]\s+(?=[^\d])"
    r")"
    r"|(?<![^\n。；;！!？?])[ \t]*\d{1,2}[ \t]+(?=[^\d\s])"
)
_HEAD_STRONG = re.compile(
    r"(?:(?<=预算没[提说谈])|(?<=没[谈说提]钱)|(?<=没[谈说提]多少钱)|(?<=就是问问))(?=[\u4e00-\u9fff]{4})|"
    r"(?:他|她)们有个(?=[\u4e00-\u9fff]{0,4}(?:专利|商标|官司|案子))|我(?=(?:这|下)?个?(?:礼拜|周|星期)[一二三四五六日天])|"
    r"(?:周|礼拜|星期)[一二三四五六日天]我|又问(?=[\u4e00-\u9fff])|(?:他|她)?还问(?=我|[\u4e00-\u9fff])|还想(?:叫|请|托|让)我|我记下了|我答应|(?:去年|前年|上次)那个|隔壁(?=做|的|家|厂)|"
    r"还有(?=[\u4e00-\u9fff]{2,6}(?:现在|老是|想))|(?:嗯|哦|啊|呃|那)?(?:然后还有(?:就是|一个)?|(?:然后)?还有就是|还有(?=[一个想问他])|另外(?:一个)?|(?:哦|嗯)?对了|"
    r"再就是|再一个|其次|至于|第[一二三四](?:(?:个|件|样|桩)(?!月|季|星期|工作|人|周|客户)|块|点)?呢?(?=是|就是|他|她|我|那|这|[\u4e00-\u9fff]{2,8}(?:的|老|太|想|要))|"
    r"(?<=[了的过管吧呢啊嘛行好哈])然后|还有一?(?:个|件)?事|另有|再有(?:就是)?|"
    r"然后(?=招工|招人|社保|专利|贷款|[想他她我把就用电是这那要现]))"
)
_HEAD_WEAK = re.compile(
    r"(?<![不没也就还是很又都若如叫让托跟和对给向请])(?:本来|其实|后来|结果(?=他|用|还|没|就|是)|现在(?!的)|目前|主要(?:还)?是|"
    r"但是?(?=[我他想不又一要现冬夏])|不过|因为|所以|"
    r"想(?:找|要|做|上|问|把|用|换|缩|自己|请|搞|弄|提|降|在|通过|让|实现)|希望|要求(?!的)|最好|大概(?=愿|要|能|出|"
    r"花|是)|愿意|预算|钱(?:的话|嘛|呢|上)|时间(?=上|倒|的话|要|最|嘛|呢)|"
    r"(?:他|她|我|老板|厂长|经理|主任|[\u4e00-\u9fff](?:总|工|董|厂))(?:们)?(?:自己|还|就|又|也)?(?:说|讲|提到|问|"
    r"让我|想|估计|答应|儿子|女儿|他们|听下来)|"
    r"让我(?!们)|让我们(?=先|帮|看|找|再)|帮(?:他|我)|这个(?=预算|话|钱|他|我|要|时间)|这话|这事|去年|前年|上个月|"
    r"下下?(?:个)?(?:周|星期|礼拜|月)|月底)"
)
_LABEL = re.compile(r"(?:企业|主要)?(?:技术|研发)?(?:需求|难题)(?:描述|内容|情况|名称)?|保密(?:事项|情况)")
_SUM_SAID = re.compile(
    r"(?:万|块|元)(?:钱|块|以内|之内|以下|左右|上下|封顶|出头)*(?=[\u4e00-\u9fff]{4,})(?![的以左上一每买换做来去就都也才可行够吧嘛呢啊我"
    r"他她给让能内之钱块封出多几到亩吨台套个没不是很最])"
)
_QUOTES = re.compile(r"[“”‘’\"'「」『』]")
_SPEAKER = re.compile(
    rf"(?P<who>[a-z甲乙丙]?[{HAN}]{{1,10}}?)(?:[(（][^()（）]{{1,8}}[)）])?(?:说|讲|反映|介绍|提出|补充)?[：:](?=\S)"
)
_ROLE_WORDS = re.compile(
    r"(?:总|工|董|厂|厂长|经理|主任|老板娘?|社长|书记|师傅|姐|哥|叔|博士|博|教授|院长|所长|站长|科长|部长|会计|"
    r"财务|客户|对方|他|她|企业|业主|"
    r"[那这](?:家|边|头)|公司|(?<!样)例.*[场社店所院]|^老.|^小.|品管.*|技术.*|研发.*|质检.*|生产.*)$"
)


_FIRM_WORDS = re.compile(r"(?:[那这]家|公司|厂|中心|例.*[场社店所院])(?=[\u4e00-\u9fff]{0,3}$)")


@dataclass(frozen=True, slots=True)
class Clause:
    """One thought. ``text`` is folded and without blanks, ``places[i]`` is where its i-th character stands in the note.

    ``gap`` is the strength of the break before it, ``end_mark`` the sign that ended it, ``item`` tells that a number,
    a bullet or a word such as 另外 opened it (``marker``).
    """

    start: int
    end: int
    text: str
    places: tuple[int, ...]
    gap: int
    end_mark: str
    item: bool
    marker: str
    speaker: str

    def place(self, at: int) -> int:
        """The place in the note of character ``at`` of the text; its end for the end of the text."""
        return self.places[at] if at < len(self.places) else self.end


def cut_clauses(reading: Reading) -> list[Clause]:
    """The clauses of a note in order; they never overlap, and blank ones are left out."""
    pieces = _pieces(reading.folded)
    found: list[Clause] = []
    gap, label_marker = PARAGRAPH, ""
    for start, end, before, mark, item in pieces:
        gap, marker = max(gap, before), item or label_marker
        label_marker = ""
        if mark in (":", "：") and _LABEL.fullmatch(reading.folded[start:end].strip()):
            label_marker = marker  # 一、技术需求：阀门内漏 is the item 阀门内漏
            continue
        clauses = _clause(reading, start, end, gap, mark, marker)
        if clauses:
            found.extend(clauses)
            gap = NONE
    return found


def _pieces(folded: str) -> list[tuple[int, int, int, str, str]]:
    """(start, end, strength of the break before, sign after, marker) of each stretch between breaks."""
    cuts: dict[int, tuple[int, int, str]] = {}
    depth_until = -1
    for found in _BREAK.finditer(folded):
        at = found.start()
        if at < depth_until and found.lastgroup not in ("paragraph", "heading"):
            continue
        until = _closing(folded, at) if found.lastgroup == "comma" else -1
        if until > at:
            depth_until = until
            continue
        strength = {"paragraph": PARAGRAPH, "heading": PARAGRAPH, "sentence": SENTENCE}.get(
            found.lastgroup or "", COMMA
        )
        cuts[at] = (found.end(), strength, found.group().strip() or " ")
    markers: dict[int, tuple[int, str]] = {}
    for found in _ITEM.finditer(folded):
        markers.setdefault(found.start(), (found.end(), found.group().strip()))
    result: list[tuple[int, int, int, str, str]] = []
    place, gap, marker = 0, PARAGRAPH, ""
    for at in sorted({*cuts, *markers, len(folded)}):
        if at < place:
            continue
        cut = cuts.get(at)
        result.append((place, at, gap, cut[2] if cut else "", marker))
        if cut:
            place, gap, marker = cut[0], cut[1], ""
            if place in markers:
                place, marker = markers[place]
        elif at in markers:
            place, marker = markers[at]
            gap = SENTENCE
    return result


def _closing(folded: str, at: int) -> int:
    """The place of the bracket that closes around ``at``, -1 outside brackets."""
    opened = max(folded.rfind(sign, max(0, at - 40), at) for sign in _OPEN)
    if opened < 0 or any(sign in folded[opened:at] for sign in _CLOSE + "\n"):
        return -1
    closes = [place for place in (folded.find(sign, at, at + 40) for sign in _CLOSE) if place >= 0]
    return min(closes, default=-1)


def _clause(reading: Reading, start: int, end: int, gap: int, mark: str, marker: str) -> list[Clause]:
    places = [at for at in range(start, end) if not reading.folded[at].isspace() and reading.folded[at] != GLUE]
    while places and reading.folded[places[0]] in "，,、：:)）.-—_=~":
        places.pop(0)
    while places and reading.folded[places[-1]] in "，,、：:(（—_=~":
        places.pop()
    if not places:
        return []
    text = "".join(reading.folded[at] for at in places)
    said, is_firm = _SPEAKER.match(text), False
    if said and _ROLE_WORDS.search(said["who"]) and len(text) > said.end() + 1:
        is_firm = _FIRM_WORDS.search(said["who"]) is not None
        places, text = places[said.end() :], text[said.end() :]
        gap = max(gap, SENTENCE)
    speaker = reading.speaker_at(places[0])
    found: list[Clause] = []
    for left, right, strength, head in _thoughts(text):
        inner = gap if left == 0 else strength
        found.append(
            Clause(
                places[left],
                places[right - 1] + 1,
                text[left:right],
                tuple(places[left:right]),
                inner,
                mark if right == len(text) else "",
                (bool(marker) or is_firm if left == 0 else bool(head)),
                marker if left == 0 else head,
                speaker,
            )
        )
    return found


def _thoughts(text: str) -> list[tuple[int, int, int, str]]:
    """Cut a run that is too long to be one thought before the words that open the next one."""
    if len(text) <= _DICTATED:
        return [(0, len(text), NONE, "")]
    cuts: dict[int, tuple[int, str]] = {}
    for found in _HEAD_STRONG.finditer(text):
        cuts[found.start()] = (SENTENCE, found.group())
    longest = max((len(word) for _, word in cuts.values()), default=0) + _HEADS_APART
    for found in _HEAD_WEAK.finditer(text):
        at = found.start()
        near = any(
            abs(at - other) < _HEADS_APART or at <= other + len(cuts[other][1])
            for other in range(max(0, at - longest), at + _HEADS_APART)
            if other in cuts
        )
        if not near:
            cuts[found.start()] = (COMMA, "")
    for found in _SUM_SAID.finditer(text):
        cuts.setdefault(found.end(), (COMMA, ""))
    cuts.pop(0, None)
    cuts.pop(len(text), None)
    result: list[tuple[int, int, int, str]] = []
    edges = [0, *sorted(cuts), len(text)]
    for left, right in pairwise(edges):
        strength, head = cuts.get(left, (NONE, ""))
        result.append((left, right, strength, head if strength == SENTENCE else ""))
    return result

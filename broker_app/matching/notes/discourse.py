"""From clauses to stretches of talk: which belong together, which wish was taken back, what is asked of whom.

The reader goes sentence by sentence. Clauses that ask for something else, promise something or ask for silence are
taken out first; what remains continues the need being told, returns to an earlier one (划伤那个, 第一项, 回到渗漏的事),
or begins a new one.
"""

import re
from collections.abc import Iterator, Sequence

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.clauses import PARAGRAPH, SENTENCE
from broker_app.matching.notes.lanes import (
    MONEY,
    is_money,
    is_offer,
    is_promise,
    is_slot,
    is_wish_for_time,
    spread,
)
from broker_app.matching.notes.requests import is_technical, refers_away, request_kind
from broker_app.matching.notes.returns import pointed_at, returned_to
from broker_app.matching.notes.sections import asks_of_us, is_header, label_of, section_named, sentences
from broker_app.matching.notes.talk import Stretch, Talk
from broker_app.matching.notes.topics import content_words, shared_words

_LONG_SENTENCE = 60  # clauses; nobody says more in one breath
_NEEDS = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
_OVER = Act.WITHDRAWN | Act.SOLVED
_NEXT_FIRM = re.compile(r"^(?:样例[\u4e00-\u9fff]{1,8}?|[\u4e00-\u9fff]{2,8}(?:厂|公司|社|家))(?:那边|这边|那头|那家)$")
_ERRAND = re.compile(r"打听|让我(?:帮|问|查|打听)|(?:他|她|老板)问|[?？]")
_FULL_STOPS = ("。", "！", "!")
_PERSONAL = re.compile(r"(?:他|我|她|老板|厂长|总)?(?:儿子|女儿|小孩|孩子|老婆|侄[女儿子]|外甥|亲戚|老公学|幼儿园)")
_WORKERS = re.compile(r"[员职民]工|工人|骨干|人才|技术员|外地")
_NEW_ALSO = re.compile(r"^[^,，也]{2,14}也(?:想|要|缺|搞|头疼|头痛|不行|不好|麻烦|过关|是个?问题|难|得|需)")
_MORE = re.compile(r"^.{0,5}(?:还|又)(?:说|讲|提到?|问)?.{0,4}想|^.{0,4}还(?:说|讲|提到?)(?:了|过)?")
_NEW_WISH = re.compile(
    r"^(?!希望|需要|打算|准备|计划|最好|能不能)(?P<what>[^,，想要]{2,12}?)(?:这块|那块|那边|这边)?(?:还|就)?(?:想|要(?!求|价|命)|希望|"
    r"需要)(?P<then>[^\d≥≤<>]+)"
)
_ATTRIBUTE = re.compile(
    r"[率度量值性力比间命本价拍能观色寸差速压温耗期数费钱]$|^(?:现在|目前|客户|老板|厂长|但|而且|最好|并且|同时|"
    r"目标|企业|对方|他|她|我|自己|主机厂|法规|环保|市场|国外|人家|如果|因为|所以|这|那|不过|总工|第)|说|讲|问|"
    r"觉得|意思"
)
_AFTERTHOUGHT = re.compile(
    r"^(?:上次|之前|以前|试过|愿意|自己|预算|投入|费用|钱|时间|期限|最好|要求|怀疑|前期|他们(?:试|做)过|看了)"
)
_GOES_ON = re.compile(
    r"^(?:做不到|达不到|做不成|不成|(?:他|她|他们|老板)(?:要的|想要的|要求的|的意思|只要|就要)|怀疑|现在|目前|原来|之前|以前|试|因为|所以|客户|老板|冬天|夏天|一天|一年|每|要求|要|想|希望|最好|目标|"
    r"难在|主要|但|不过|而且|并|同时|这|那个?$|价|成本|预算|费用|时间|最|如果|只要|自己|愿意|投入|钱|研发|前期|"
    r"国外|进口|人家|精度|已|找过|做过|可以|就|还(?!有|想)|也|又|既|能|可能|他的想法|他们|其中|厂里|设备|模具|料|"
    r"环保|法规|新规|欧盟|标准|展会|招标|平台|上次|接受|急|问(?:谁|哪|有没有)|颜色|重量|价格|外观|尺寸|精度|强度|"
    r"速度|效率|产量|温度|手感|口感|厚度)"
)


def follow_talk(said: Sequence[Said]) -> Talk:
    """Group the clauses of a note."""
    reader = _Reader(list(said))
    for sentence in sentences(said):
        reader.take(sentence)
    return reader.talk


class _Reader:
    """Keeps what is being talked about while sentences arrive."""

    def __init__(self, said: list[Said]) -> None:
        self.talk = Talk()
        self.current: Stretch | None = None
        self.heading_wish = False
        self.is_list = self.is_asking = False
        self.section = ""
        self._after_semicolon = self._after_arrow = False
        self._last_mark = ""
        self.broker_writes = any(one.clause.speaker == "我" for one in said)
        self.is_chat = any(one.clause.speaker for one in said)
        self.last_lane = ""

    def take(self, sentence: list[Said]) -> None:
        """Take one sentence apart and put its parts where they belong."""
        self._after_semicolon = self._last_mark in (";", "；")
        self._after_arrow = self._last_mark in ("→", "=", "-")
        if self.is_asking and self._last_mark in _FULL_STOPS and not sentence[0].clause.item:
            self.section, self.is_asking = "", False  # the list of questions is over
        self._last_mark = sentence[-1].clause.end_mark[:1]
        sentence = [one for one in sentence if not self._is_brokers_question(one)]
        if not sentence:
            return
        if (
            sentence[0].clause.gap == PARAGRAPH
            and not sentence[0].clause.item
            and self.section in ("talk", "follow_up", "secret")
        ):
            self.section = ""
        self._read_label(sentence[0])
        if self._opens_section(sentence) or self._is_header(sentence) or self.section == "talk":
            return
        rest = self._take_out(sentence)
        rest = [one for one in rest if not _is_family_talk(one)]
        rest = self._close_what_is_over(rest, sentence)
        for unit in self._units(rest):
            self._place(unit)
        self.is_list = False

    def _read_label(self, first: Said) -> None:
        label = label_of(first)
        if label is not None:
            named = section_named(label)
            self.section = "" if named in (None, "need") else named or ""

    def _opens_section(self, sentence: list[Said]) -> bool:
        name = section_named("".join(one.text for one in sentence).rstrip("：:"))
        if name is None:
            return False
        self.section, self.current = name, None
        self.heading_wish = self.heading_wish or name == "need"
        return True

    def _is_header(self, sentence: list[Said]) -> bool:
        if not is_header(sentence):
            return False
        self.current = None
        if asks_of_us(sentence[-1]):
            self.section, self.is_asking = "request", True
        else:
            self.heading_wish = self.is_list = True
        return True

    @staticmethod
    def _is_brokers_question(one: Said) -> bool:
        clause = one.clause
        if clause.speaker == "我":
            return not one.does(Act.FOLLOW_UP)
        return bool(clause.speaker) and clause.end_mark[:1] in ("?", "？") and len(one.text) <= 6

    def _take_out(self, sentence: list[Said]) -> list[Said]:
        """Take requests, promises and pleas for silence out of a sentence; returns what is left."""
        whole = "，".join(one.text for one in sentence)
        lanes = [self._lane(one, whole, sentence) for one in sentence]
        spread(lanes, sentence)
        run: Stretch | None = None
        left: list[Said] = []
        for one, lane in zip(sentence, lanes, strict=True):
            if one.does(Act.SECRET) or (lane == "secret" and self.section == "secret"):
                self.talk.secrets.append(one)
            if not lane:
                run = None
                left.append(one)
            elif lane != "secret":
                name, _, kind = lane.partition(":")
                if run is None and kind == "other" and refers_away(one.text) and self.last_lane == "request":
                    run = self.talk.stretches[-1]  # → 这个不是技术需求 speaks of the request just made
                    kind = run.kind
                if run is None or (run.lane, run.kind) != (name, kind):
                    run = Stretch(name, kind=kind)
                    self.talk.stretches.append(run)
                run.add([one])
                self.last_lane = name
        return left

    def _lane(self, one: Said, whole: str, sentence: list[Said]) -> str:
        if self.section == "secret":
            return "secret"
        if one.does(Act.SECRET) and not (one.does(Act.WISH) and len(one.text) > 16):
            return "secret"
        if _PERSONAL.search(whole) and not _WORKERS.search(whole):
            return "secret" if one.does(Act.SECRET) else ""
        if self.section == "follow_up" and len(one.text) > 3:
            return "follow_up"
        if self._after_arrow and one is sentence[0] and one.does(Act.FOLLOW_UP):
            return "follow_up"  # → 约老师来看: what the broker concluded
        technical_wish = any(
            other.does(Act.WISH | Act.TARGET) and not request_kind(other.text, "") for other in sentence
        )
        kind = request_kind(one.text + one.clause.end_mark[:1], whole + sentence[-1].clause.end_mark[:1])
        promised = is_promise(one) and not self._is_of_another(one)
        if kind and (kind.certain or not technical_wish) and (not promised or _ERRAND.search(one.text)):
            return f"request:{kind.code}"
        if refers_away(one.text) or (self.section == "request" and not is_technical(one.text)):
            return "request:other"
        if promised:
            return "follow_up"
        return ""

    def _is_of_another(self, one: Said) -> bool:
        """Tell whether it is what somebody else of the chat will do: 费用我去问下领导."""
        mine = one.clause.speaker in ("", "我") or not self.broker_writes
        return not mine and re.search(r"[你您]|帮|麻烦|记得|提醒", one.text) is None

    def _close_what_is_over(self, rest: list[Said], sentence: list[Said]) -> list[Said]:
        """Drop what was withdrawn, solved or only reported of the past."""
        closing = [at for at, one in enumerate(rest) if one.does(_OVER)]
        if closing:
            at = closing[-1]
            return self._close(rest, at)
        if (
            rest
            and any(one.does(Act.SPENT) for one in rest)
            and not any(one.does(Act.WISH | Act.TARGET) for one in rest)
        ):
            return self._without_past(rest)
        return rest

    def _without_past(self, rest: list[Said]) -> list[Said]:
        """What a sentence about money spent still says of the need: the complaint before it, an offer after it."""
        first = next(at for at, one in enumerate(rest) if one.does(Act.SPENT))
        told = self.current is not None and not self.current.over
        complains = any(one.does(Act.PROBLEM) and not one.does(Act.CHAT) for one in rest[:first])
        offer = next(
            (at for at, one in enumerate(rest) if at > first and is_slot(one) and not one.does(Act.SPENT)), len(rest)
        )
        after = [one for one in rest[offer:] if not one.does(Act.SPENT)]
        return (rest[:first] if complains else []) + (
            after if told and any(MONEY.search(one.text) for one in after) else []
        )

    def _close(self, rest: list[Said], at: int) -> list[Said]:
        closed = rest[at]
        told = self._told_before(rest[: at + 1])
        if told:
            return [*told, *self._close(rest[len(told) :], at - len(told))]
        head = rest[: at + 1]
        words = frozenset[str]().union(*(content_words(one.text) for one in head))
        earlier = [one for one in self.talk.recent() if not one.over and shared_words(words, one.text) >= 1]
        alone = at == 0 and not words
        if not any(one.does(Act.WISH | Act.TARGET) for one in rest):
            self._take_back(rest[0].text)
        tail = rest[at + 1 :]
        goes_on = any(one.does(Act.WISH | Act.PROBLEM | Act.IDEA) for one in tail)
        complaint = [one for one in head[:-1] if one.does(Act.PROBLEM) and not one.does(Act.WISH)]
        if closed.does(Act.WITHDRAWN) and closed.does(Act.WISH) and complaint and goes_on:
            # 颜色不稳，本来想换线没下文了，让我们先看看: only that one way was given up.
            return [*head[:-1], *tail]
        if closed.does(Act.WITHDRAWN):
            points = re.match(r"(?:这|那)(?:条|个|块|项|件)", head[0].text) is not None
            if (alone or points) and self.current and self.last_lane == "need":
                self.current.over = True
            elif earlier and not any(one.does(Act.WISH) for one in head[:-1]) and self.is_chat:
                earlier[-1].over = True
            tail = [] if not any(one.does(Act.WISH | Act.PROBLEM) for one in tail) else tail
        dropped = Stretch("dropped", head)
        self.talk.stretches.append(dropped)
        # What was over was one matter; a comma later the next may begin (印花起球搞定了，现在是缩水).
        if any(one.does(Act.WISH | Act.PROBLEM) for one in tail):
            self.current = None
        return tail

    def _told_before(self, head: list[Said]) -> list[Said]:
        """The clauses of a long sentence that speak of another matter than its last clauses, which are over."""
        for at in range(len(head) - 1, 0, -1):
            unit = head[:at]
            if is_money(unit[-1]) and any(one.does(Act.WISH) for one in unit) and self._is_new_within(head[at], unit):
                return unit
        return []

    def _units(self, rest: list[Said]) -> Iterator[list[Said]]:
        unit: list[Said] = []
        for one in rest:
            if unit and (returned_to(one, self.talk, self.current) is not None or self._is_new_within(one, unit)):
                yield unit
                unit = []
            unit.append(one)
        if unit:
            yield unit

    def _is_new_within(self, one: Said, unit: list[Said]) -> bool:
        if not any(each.does(Act.WISH | Act.PROBLEM) for each in unit):
            return False
        words = content_words(one.text)
        told = "".join(each.text for each in unit)
        if not words or shared_words(words, told):
            return False
        if (
            self.is_list
            and not unit[0].clause.item
            and one.does(Act.WISH | Act.PROBLEM)
            and not _ATTRIBUTE.search(one.text[:12])
        ):
            return True
        if is_money(unit[-1]) and one.does(Act.PROBLEM) and not is_money(one) and not _GOES_ON.search(one.text):
            return True
        if _NEW_ALSO.search(one.text) and not _ATTRIBUTE.search(one.text.split("也")[0]):
            return True
        wish = _NEW_WISH.search(one.text)
        complete = any(each.does(Act.WISH) for each in unit)
        if not wish or not complete or one.does(Act.PROBLEM):
            return False
        what = re.sub(r"[\d.%~\-]+$", "", wish["what"])
        return not _ATTRIBUTE.search(what) and bool(content_words(what))

    def _take_back(self, text: str) -> None:
        """电池那个先不管 takes back the need told before, or those of its clauses that speak of it."""
        for named, words in pointed_at(text, self.talk):
            other = [one for one in named.said if not shared_words(words, one.text)]
            if 2 * len(other) >= len(named.said) and any(one.does(_NEEDS) and content_words(one.text) for one in other):
                named.keep(other)
            else:
                named.over = True

    def _place(self, unit: list[Said]) -> None:
        first = unit[0]
        back = returned_to(first, self.talk, self.current)
        if back is not None:
            for each in back:
                each.add(unit)
            self.current = back[-1]
            self.last_lane = "need"
            return
        if self._is_talk(unit):
            return
        if self.current and self.current.does(Act.DEFERRED) and (self._is_slot_only(unit) or any(map(is_money, unit))):
            # What can wait takes no money: the sum belongs to the need told before it.
            told = [one for one in self.talk.recent() if not one.over and not one.does(Act.DEFERRED)]
            self.current = told[-1] if told else self.current
        if self.current is None or self._begins(unit):
            self.current = Stretch("need", inherits_wish=self.heading_wish and first.clause.item)
            self.talk.stretches.append(self.current)
        self.current.add(unit)
        self.last_lane = "need"

    def _is_talk(self, unit: list[Said]) -> bool:
        """Tell whether a sentence only tells what happened; a bare heading stays, because its need follows."""
        if any(one.does(_NEEDS | Act.TRIED) and not one.does(Act.CHAT) for one in unit):
            return False
        if any(is_slot(one) for one in unit) and self.current is not None:
            return all(one.does(Act.CHAT | Act.SPENT) for one in unit)
        words = frozenset[str]().union(*(content_words(one.text) for one in unit))
        if any(one.does(Act.CHAT | Act.SPENT | Act.FOLLOW_UP) for one in unit):
            return True
        opens = unit[0].clause.item or unit[0].clause.gap == PARAGRAPH
        short = len("".join(one.text for one in unit)) <= 30
        if self.current and self.current.said and shared_words(words, self.current.text):
            return False
        return not (opens and short and words)

    def _begins(self, unit: list[Said]) -> bool:
        """Tell whether a unit begins a new need rather than going on with the current one."""
        current, first = self.current, unit[0]
        if current is None or not current.said:
            return True
        words = frozenset[str]().union(*(content_words(one.text) for one in unit))
        overlap = shared_words(words, current.text)
        if first.clause.item:
            return not self._is_slot_only(unit)
        if first.clause.gap >= SENTENCE and _NEXT_FIRM.search(first.text):
            return True
        both = all(any(one.does(act) for one in unit) for act in (Act.WISH, Act.PROBLEM))
        if first.clause.gap >= SENTENCE and both and not overlap and re.match(r"(?:与此)?同时", first.text):
            return current.does(Act.WISH | Act.PROBLEM)
        if not current.does(Act.WISH | Act.PROBLEM | Act.TARGET):
            # A heading or an opening: its need follows, unless that speaks of something else in another paragraph.
            return first.clause.gap >= PARAGRAPH and not self.is_chat and len(current.text) > 14 and not overlap
        if not words or not _is_needy(unit):
            return False
        if overlap:
            apart = self._after_semicolon or (first.clause.gap >= PARAGRAPH and not self.is_chat)
            if first.clause.gap >= SENTENCE and first.does(Act.PROBLEM) and any(is_slot(one) for one in current.said):
                return current.does(Act.WISH) and both and 3 * overlap < len(words)
            return apart and current.does(Act.WISH) and both and 2 * overlap < len(words)
        if self._is_slot_only(unit) or is_offer(first) or all(map(is_wish_for_time, _wishing(unit))):
            return False
        return _MORE.search(first.text) is not None or self._begins_elsewhere(current, unit)

    def _begins_elsewhere(self, current: Stretch, unit: list[Said]) -> bool:
        """Tell whether a unit that names other things than the current need leaves it, by the break before it."""
        first = unit[0]
        goes_on = _GOES_ON.search(first.text) is not None
        complete = current.does(Act.WISH) or (current.does(Act.PROBLEM) and current.does(Act.TARGET))
        if self.is_chat and first.clause.speaker:
            return complete and re.search(r"[那这]个|还有", first.text) is not None and not goes_on
        if first.clause.gap >= PARAGRAPH:
            wish = any(one.does(Act.WISH) for one in unit)
            return not _AFTERTHOUGHT.search(first.text) and (complete or not wish or not goes_on)
        if _NEW_ALSO.search(first.text):
            return True
        aim = _NEW_WISH.search(first.text)
        if self._after_semicolon and first.does(Act.TARGET) and not first.does(Act.WISH | Act.PROBLEM):
            return False  # 硬度要到58；节拍8秒以内: figures of one thing
        if self._after_semicolon and aim and not goes_on:
            return True
        if aim and _ATTRIBUTE.search(re.sub(r"[\d.%~\-]+$", "", aim["what"])):
            return False
        if first.clause.gap >= SENTENCE:
            return complete and any(one.does(Act.WISH | Act.PROBLEM) for one in unit) and not goes_on
        return self._is_new_within(first, current.said[-_LONG_SENTENCE:])

    @staticmethod
    def _is_slot_only(unit: list[Said]) -> bool:
        """Tell whether a unit names only money, time or a way to work together."""
        text = "".join(one.text for one in unit)
        return (
            any(is_slot(one) for one in unit)
            and len(content_words(text)) <= 1
            and not any(one.does(Act.PROBLEM) for one in unit)
        )


def _is_family_talk(one: Said) -> bool:
    return bool(_PERSONAL.search(one.text)) and not _WORKERS.search(one.text) and not is_technical(one.text)


def _wishing(unit: list[Said]) -> list[Said]:
    """The clauses that wish or complain."""
    return [one for one in unit if one.does(Act.WISH | Act.PROBLEM | Act.IDEA)]


def _is_needy(unit: list[Said]) -> bool:
    """Tell whether a unit wishes or complains; in a paragraph of its own a target is enough."""
    if any(one.does(Act.WISH | Act.PROBLEM | Act.IDEA) for one in unit):
        return True
    first = unit[0]
    own = first.clause.gap >= PARAGRAPH and not _GOES_ON.search(first.text) and bool(content_words(first.text))
    return own and any(one.does(Act.TARGET) for one in unit)

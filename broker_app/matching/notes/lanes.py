"""Which way a clause goes: money and time of a need, a task of the broker, a request with its neighbours."""

import re

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.numbers import amounts
from broker_app.matching.notes.requests import is_technical
from broker_app.matching.notes.topics import content_words, shared_words

MONEY = re.compile(
    r"\d(?:w|k)(?![a-z])|budget|肯(?:出|花|拿)|钞票|\d块|预算|钱(?![总工董]|经理|老板|厂长)|费用|经费|投入|愿意出|愿出|能出|掏|万|投钱|出资"
)
_WHEN = re.compile(
    r"年后|春节|国庆|五一|开春|半年|[天周]内|前|之内|年底|月底|时间|期限|最晚|最迟|明年|后年|\d月|"
    r"[一二三四五六七八九十]月|季度|q[1-4]"
)


def is_slot(one: Said) -> bool:
    """Tell whether a clause names money or time."""
    return bool(MONEY.search(one.text) or _WHEN.search(one.text))


def is_wish_for_time(one: Said) -> bool:
    """Tell whether a wish is only about when: 想赶在那之前把方案定下来."""
    if re.search(r"最(?:合适|好|方便)$", one.text) and _WHEN.search(one.text):
        return True
    return bool(_WHEN.search(one.text)) and _FINISH_BY.search(one.text) is not None and not one.does(Act.PROBLEM)


def is_money(one: Said) -> bool:
    """Tell whether a clause names a sum."""
    return bool(MONEY.search(one.text)) and any(True for _ in amounts(one.text))


def is_offer(one: Said) -> bool:
    """Tell whether a clause opens with the sum the firm would pay: 自己愿意出100万, 20万预算."""
    first = next(iter(amounts(one.text)), None)
    return (
        first is not None and bool(MONEY.search(one.text)) and not content_words(MONEY.sub("", one.text[: first.start]))
    )


_BROKER = re.compile(
    r"(?:^|[,，说讲])(?:我|咱)(?!们(?:那|的|这|厂|公司))|答应|记得|别忘|提醒|复访|回访|回头|回去|跟进|"
    r"待[问查办核确]|再来|下(?:次|回|趟)|改约|发我|给我|回.{0,4}话|来厂里|陪$|推荐[一两三几\d]"
)
_FINISH_BY = re.compile(
    r"(?:赶|抢)在|(?:之前|以前|前)$|前(?:要|能|把|先)?.{0,10}(?:有(?:小?样|结果|东西)|定|拿|做|出|装|完成|搞|弄|交|有把握|见效|有数|落地|能用)(?:下来|出来|好|完)?"
)
_BARE_ASK = 4  # characters: 问律师 after 商标被抢注
_FIRM_SIDE = re.compile(r"给客户|给主机厂|给甲方|客户要|想请|请专家|请人|希望|(?<!需)要给")
_DAY = re.compile(
    r"下下?(?:个)?(?:周|星期|礼拜|月)|周[一二三四五六日]|礼拜[一二三四五六日]|月底|明天|后天|\d[日号天]|[天周]内|"
    r"国庆|春节|年前|月初|本周|这周|前把|前给"
)


def is_promise(one: Said) -> bool:
    """Tell whether a clause with the verbs of a task is one for the broker, not a wish of the firm."""
    if not one.does(Act.FOLLOW_UP):
        return False
    text = one.text
    if re.match(r"(?:今天|昨天|上午|下午|刚才?)?(?:我们?)?(?:去|到|来)?(?:拜访|走访|回访|调研)", text):
        return False  # what the note tells of this visit
    if one.does(Act.SOLVED) and not _BROKER.search(text):
        return False  # 已约了厂家下周来换
    if _FIRM_SIDE.search(text) and not re.search(r"答应|记得|提醒|我", text):
        return False
    if _BROKER.search(text) or one.clause.speaker == "我":
        return True
    if not one.does(Act.WISH | Act.PROBLEM | Act.TARGET):
        return True
    return _DAY.search(text) is not None and not one.does(Act.PROBLEM)


def spread(lanes: list[str], sentence: list[Said]) -> None:
    """Let a request or promise take in the plain clauses of its sentence that lead up to it or finish it."""
    wish = any(one.does(Act.WISH | Act.TARGET) and not lane for one, lane in zip(sentence, lanes, strict=True))
    for at in range(len(sentence) - 1, 0, -1):
        open_lane = lanes[at] not in ("", "secret") and not lanes[at - 1]
        if open_lane and not sentence[at].clause.item and _leads_up(lanes, sentence, at, wish=wish):
            lanes[at - 1] = lanes[at]
    for at in range(1, len(sentence)):
        # 问怎么办 after 版权方发函了 asks about the same matter.
        bare = lanes[at].startswith("request:") and len(sentence[at].text) <= _BARE_ASK
        if (lanes[at] == "request:other" or bare) and lanes[at - 1].startswith("request:"):
            lanes[at] = lanes[at - 1]
        elif lanes[at - 1] == "request:other" and lanes[at].startswith("request:") and at == 1:
            lanes[0] = lanes[at]
    for at in range(1, len(sentence)):
        if lanes[at - 1] not in ("", "secret") and not lanes[at] and _finishes(lanes[at - 1], sentence[at]):
            lanes[at] = lanes[at - 1]


def _leads_up(lanes: list[str], sentence: list[Said], at: int, *, wish: bool) -> bool:
    """Tell whether the clause before ``at`` belongs to the request or promise made there."""
    one, asks = sentence[at - 1], lanes[at].startswith("request")
    if at == 1 and one.does(Act.WISH) and not one.does(Act.PROBLEM | Act.TARGET) and not is_technical(one.text):
        # 深加工想做面膜，问批文怎么办: the wish is only why they ask.
        same = len(one.text) <= 10 or shared_words(content_words(one.text), sentence[at].text) > 0
        return sentence[at].does(Act.QUESTION) and same and len(sentence) <= 3
    if one.does(Act.WISH | Act.TARGET | Act.CHAT | (Act.WITHDRAWN | Act.SOLVED) | Act.TRIED):
        return False
    if asks and at > 1 and not lanes[at - 2] and is_slot(one):
        return False  # 明年6月前完成，想报项目: the day belongs to the need before it
    return not one.does(Act.PROBLEM) or (asks and not wish)


def _finishes(lane: str, one: Said) -> bool:
    """Tell whether a clause goes on with the request or promise before it."""
    if one.does(Act.TARGET | (Act.WITHDRAWN | Act.SOLVED)) or (one.does(Act.SPENT) and lane != "request:supply_lead"):
        return False
    if lane.startswith("request") and re.search(r"请.{1,4}(?:辅导|指导|讲讲?|教|培训)(?:一下)?$", one.text):
        return True
    return not (one.does(Act.WISH | Act.PROBLEM) and (is_technical(one.text) or one.clause.item))

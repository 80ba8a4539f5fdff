"""People and telephone numbers named in a note."""

import re
from dataclasses import dataclass

import rjieba

from broker_app.matching.notes.reading import Reading

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温"
    "施翁柯项章季倪缪包池厉南娄麻虞林卓阮童牟应应柳古欧阮解瞿游詹管苗竺俞葛盛戚邬"
)
_TITLES = (
    r"副?总(?:工程?师?|经理|监|裁)?|董事长|董(?:秘)?|工(?:程师)?(?!艺|厂|人|作|业|序|装|况|期|商)|经理|厂长|厂|"
    r"主任|书记|老师|教授|博士|博(?!览)|院长|所长|站长|科长|部长|局长|处长|师傅|师父|姐|哥|叔|老板|社长|会计|队长|"
    r"组长|主管|班长|总工"
)
_TITLED = re.compile(rf"(?P<name>[{_SURNAMES}])(?P<title>{_TITLES})")
_NICK = re.compile(rf"(?P<name>(?:老|小|阿)[{_SURNAMES}])(?![\u4e00-\u9fff]*(?:型|时|件))")
_FULL = re.compile(
    rf"(?:联系人|负责人|厂长|经理|老板|社长|法人|接待)[:：是叫]?(?P<name>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})(?=$|"
    rf"[,，。;；(（\s\d])"
)
_SURNAMED = re.compile(rf"姓(?P<name>[{_SURNAMES}])")
_PHONE = re.compile(
    r"(?<![\d.])(?:\+?86[-\s]?)?(1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)|(?<![\d.])(0\d{2,3}[-\s]\d{7,8})(?!\d)"
)
_NOT_NICK = frozenset(
    {
        "老高",
        "小包",
        "小方",
        "老龙",
        "小管",
        "小万",
        "小温",
        "小古",
        "小应",
        "小江",
        "老应",
        "小金",
        "小白",
        "小石",
        "小马",
        "小南",
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named, with the title said with the name; ``[start, end)`` in the folded note."""

    name: str
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number, digits only, at ``[start, end)`` in the folded note."""

    number: str
    start: int
    end: int


def find_people(reading: Reading) -> list[Person]:
    """The people of a note, each once, in order of appearance; whoever wrote a message counts, the broker does not."""
    folded = reading.folded
    found: dict[str, Person] = {}
    for _, who, at in reading.speakers:
        if who != "我" and (_TITLED.fullmatch(who) or _NICK.fullmatch(who)):
            titled = _TITLED.fullmatch(who)
            found.setdefault(who, Person(who, titled["title"] if titled else "", at, at + len(who)))
    for pattern in (_TITLED, _FULL, _NICK, _SURNAMED):
        for hit in pattern.finditer(folded):
            title = hit["title"] if pattern is _TITLED else ""
            start, end = hit.span("name")[0], hit.end() if pattern is _TITLED else hit.end("name")
            if not _is_part_of_word(folded, start, end, nick=pattern is _NICK):
                found.setdefault(folded[start:end], Person(folded[start:end], title, start, end))
    people = sorted(found.values(), key=lambda one: (one.start, -one.end))
    kept: list[Person] = []
    for one in people:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _is_part_of_word(folded: str, start: int, end: int, *, nick: bool) -> bool:
    """Tell whether the letters of a name belong to a word instead: 电池厂, 小程序."""
    before, after = folded[max(0, start - 1) : start], folded[end : end + 1]
    if before and rjieba.has_word(before + folded[start]):
        return True
    if nick and after and rjieba.has_word(folded[start:end] + after):
        return True
    return nick and folded[start:end] in _NOT_NICK and not re.match(r"(?:带|说|讲|问|[:：(（]|\d|$|\s)", folded[end:])


def find_phones(folded: str) -> list[Phone]:
    """The telephone numbers of a note, each once."""
    found: dict[str, Phone] = {}
    for hit in _PHONE.finditer(folded):
        number = re.sub(r"\D", "", hit[1] or hit[2])
        found.setdefault(number, Phone(number, hit.start(), hit.end()))
    return list(found.values())

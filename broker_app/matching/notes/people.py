"""People and telephone numbers named in a note."""

import re
from dataclasses import dataclass

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温"
    "施翁柯项章季倪缪包池厉南娄麻虞林卓阮童牟应应柳古欧阮解瞿游詹管苗竺俞葛盛戚邬"
)
_TITLES = (
    r"副?总(?:工程?师?|经理|监|裁)?|董事长|董(?:秘)?|工(?:程师)?(?!艺|厂|人|作|业|序|装|况|期|商)|经理|厂长|厂|"
    r"主任|书记|老师|教授|博士|博(?!览)|院长|所长|站长|科长|部长|局长|处长|师傅|师父|姐|哥|叔|老板|社长|会计|队长|"
    r"组长|主管|班长|总工"
)
_TITLED = re.compile(rf"(?<![\u4e00-\u9fff])?(?P<name>[{_SURNAMES}])(?P<title>{_TITLES})")
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


def find_people(folded: str) -> list[Person]:
    """The people of a note, each once, in order of appearance."""
    found: dict[str, Person] = {}
    for pattern in (_TITLED, _FULL, _NICK, _SURNAMED):
        for hit in pattern.finditer(folded):
            title = (hit.groupdict().get("title") or "") if pattern is _TITLED else ""
            if (
                pattern is _NICK
                and hit["name"] in _NOT_NICK
                and not re.match(r"(?:带|说|讲|问|[:：(（]|\d|$|\s)", folded[hit.end() :])
            ):
                continue
            name = hit["name"] + title
            if pattern is _TITLED and hit.start() and re.match(r"[副代]", folded[hit.start() - 1]):
                continue
            found.setdefault(name, Person(name, title, hit.start(), hit.end()))
    people = sorted(found.values(), key=lambda one: one.start)
    return [
        one
        for one in people
        if not any(one is not other and other.start <= one.start and one.end < other.end for other in people)
    ]


def find_phones(folded: str) -> list[Phone]:
    """The telephone numbers of a note, each once."""
    found: dict[str, Phone] = {}
    for hit in _PHONE.finditer(folded):
        number = re.sub(r"\D", "", hit[1] or hit[2])
        found.setdefault(number, Phone(number, hit.start(), hit.end()))
    return list(found.values())

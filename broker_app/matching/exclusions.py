"""What an owner does *not* want: a filter and an explanation, never a term that attracts texts.

Only ingredients count. 不能含溴 excludes bromine; 不能烧坏 and 不要有气孔 name the very defect the searched
technology deals with and must stay ordinary terms.
"""

import re
from dataclasses import dataclass

from broker_app.matching.text import fold

# Elements and small molecules that are written with one character.
_ELEMENT = "铅镉汞铬溴卤氟氯磷砷锑镍铜铝锌锡银钴铍硼硫硅氰苯醛酚酮氨碱酸盐油胶铁锰钒钯铂铑钨钼钛锂水"
# How the names of substances end.
_TAIL = (
    "剂|料|素|胶|油|粉|盐|酸|碱|醇|醛|酮|酯|醚|烃|苯|胺|氰|物|金属|元素|农药|药|稀土|"
    "塑料|橡胶|溶剂|助剂|甲醛|玻纤|石棉|皮革|木材|糖|淀粉"
)
_PLAIN = r"[^，。；、,;!?！？\s（）()：:的而但并也又还要都就和及与或]"
_SUBSTANCE = rf"(?P<what>[{_ELEMENT}]|[二三四五六]价[{_ELEMENT}]|{_PLAIN}{{0,10}}?(?:{_TAIL}))"
_END = r"(?=[，。；、,;!?！？\s（）()：:的而但并也又还要都就和及与或]|$)"
_QUALIFIED = r"(?:有毒的|有害的|任何|一点|昂贵的|贵重的?|稀有的?|进口的?)?"
# What is done with an ingredient may follow its name: 不用氰化物电镀 excludes the cyanide.
_DONE_WITH = r"(?=电镀|镀|处理|清洗|工艺|配方|体系|阻燃|增塑|发泡|脱模|钝化|固化|染色|鞣制|硫化)"
_NOT = r"(?:不(?:能|得|许|可|可以|应|要|准|允许|想)?|别)再?"
# 不要漏油, 避免积水: the substance is no ingredient, its going astray is the defect to be searched for.
_NO_DEFECT = r"(?![漏渗滴积进溢跑冒出掉脱结沾粘起冻反返串滑断打冲含])"
# "Must not contain" is said of ingredients only, "must not use" of people and machines too: there the object decides.
_CONTAIN = re.compile(
    rf"(?:{_NOT}|避免|禁止?)(?:含有?|添加|掺入?|加入){_QUALIFIED}(?P<what>{_PLAIN}{{1,12}}?)(?:{_END}|{_DONE_WITH})"
)
_USE = re.compile(
    rf"(?:{_NOT}(?:使用|采用|用|加|有)|避免使?用|禁止?使?用|(?:不要|避免|杜绝|去掉){_NO_DEFECT}){_QUALIFIED}{_SUBSTANCE}"
    rf"(?:{_END}|{_DONE_WITH})"
)
_FREE_OF = re.compile(
    rf"(?:无|零|免)(?P<what>(?:[{_ELEMENT}]素?|甲醛|溶剂|稀土|重金属|石棉|抗生素|添加剂|防腐剂)(?![压缝损]))"
)
_ALSO = re.compile(rf"\s*[、和及与或]\s*{_SUBSTANCE}{_END}")

_DENIED_BEFORE = re.compile(
    r"(?:无|不|非|未|免|零|没有|避免|杜绝|禁止|禁用|替代|取代|代替|去除|脱除|除去|除|脱|减少|降低|防止|消除|回收|处理|吸附|"
    r"检测|测定|少|低)[^，。；,;]{0,6}$"
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One thing the owner does not want, in the owner's words, with its place in the folded question."""

    words: str
    what: str
    start: int
    end: int


def find_exclusions(folded: str) -> tuple[Exclusion, ...]:
    """Return the unwanted ingredients named in a folded question, each once, in order."""
    found: dict[str, Exclusion] = {}
    for pattern in (_CONTAIN, _USE, _FREE_OF):
        for match in pattern.finditer(folded):
            _remember(found, folded, match.start(), match)
            place = match.end()
            while also := _ALSO.match(folded, place):
                _remember(found, folded, also.start("what"), also)
                place = also.end()
    return tuple(sorted(found.values(), key=lambda exclusion: exclusion.start))


def is_violated(exclusion: Exclusion, text: str) -> bool:
    """Tell whether ``text`` names the unwanted thing without denying, removing or replacing it."""
    folded = fold(text)
    what = re.escape(exclusion.what)
    if len(exclusion.what) == 1:
        # One character alone is too weak a sign (水 stands in 废水): ask for a sign of an ingredient.
        what = rf"(?:含|加|用|添|掺|氧化|[二三四五六八九十]){what}|{what}(?:系|基|盐|离子|合金|元素|粉|化物)"
    return any(not _is_denied_at(folded, hit.start()) for hit in re.finditer(what, folded))


def is_denied(exclusion: Exclusion, text: str) -> bool:
    """Tell whether ``text`` says that it is free of the unwanted thing or replaces it."""
    folded = fold(text)
    return any(_is_denied_at(folded, hit.start()) for hit in re.finditer(re.escape(exclusion.what), folded))


def _is_denied_at(folded: str, at: int) -> bool:
    return _DENIED_BEFORE.search(folded[max(0, at - 10) : at]) is not None


def _remember(found: dict[str, Exclusion], folded: str, start: int, match: re.Match[str]) -> None:
    what = match["what"].strip()
    if what and what not in found:
        found[what] = Exclusion(folded[start : match.end()].strip(), what, match.start("what"), match.end("what"))

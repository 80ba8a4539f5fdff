"""Pinyin of names, so that `wzdq` and `wenzhou` find 温州电气.

pypinyin reads 曾 as ``ceng`` and 乐清 as ``leqing``; a broker types what people say. Places of the region
have one right reading; a name that begins like a surname (单, 解, 曾) is found by both.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType

_LONGEST = 80  # characters of a name that are read
_PHRASES = 20_000  # readings remembered
_HAN = re.compile(r"[\u3400-\u9fff]")
_USUAL = re.compile(r"[ -~\u4e00-\u9fff]*\Z")  # where it is plain which characters are Chinese
_RUNS = re.compile(r"[ -~]+|[\u4e00-\u9fff]+")

_PLACES = {
    "乐清": ("yue", "qing"),
    "丽水": ("li", "shui"),
    "台州": ("tai", "zhou"),
    "天台": ("tian", "tai"),
    "洞头": ("dong", "tou"),
    "瓯海": ("ou", "hai"),
    "莘塍": ("shen", "cheng"),
    "鄞州": ("yin", "zhou"),
    "嵊州": ("sheng", "zhou"),
    "嵊泗": ("sheng", "si"),
    "衢州": ("qu", "zhou"),
    "开化": ("kai", "hua"),
    "乐成": ("yue", "cheng"),
    "大荆": ("da", "jing"),
    "龙港": ("long", "gang"),
}

_ANY_PLACE = re.compile(f"({'|'.join(_PLACES)})")

_SURNAMES = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "朴": "piao",
    "任": "ren",
    "华": "hua",
    "宁": "ning",
    "尉": "wei",
    "召": "shao",
    "种": "chong",
    "乐": "yue",
    "缪": "miao",
    "翟": "zhai",
    "覃": "qin",
    "冼": "xian",
    "员": "yun",
    "秘": "bi",
    "折": "she",
    "黑": "he",
    "盛": "sheng",
    "燕": "yan",
    "纪": "ji",
    "令狐": "ling hu",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
}


@cache
def _pypinyin() -> ModuleType:
    return import_module("pypinyin")  # its tables take a tenth of a second to load


@cache
def _cutters() -> tuple[Callable[[str], Iterable[str]], Callable[[str], Iterable[str]]]:
    """How pypinyin itself parts Chinese from the rest, and Chinese into phrases."""
    return import_module("pypinyin.seg.simpleseg").simple_seg, import_module("pypinyin.seg.mmseg").seg.cut


@lru_cache(_PHRASES)
def _phrase(phrase: str) -> tuple[str, ...]:
    return tuple(_pypinyin().lazy_pinyin(phrase, errors=_letters))


def search_keys(name: str) -> str:
    """Initials and full pinyin of ``name``, parted by blanks: ``"wzdq wenzhoudianqi"``, all readings of it."""
    readings = [_spoken(syllables) for syllables in _readings("".join(name[:_LONGEST].split()))]
    return " ".join(dict.fromkeys(key for reading in readings for key in reading if key))


def _spoken(syllables: tuple[str, ...]) -> tuple[str, str]:
    return "".join(each[:1] for each in syllables), "".join(syllables)


def _readings(name: str) -> list[tuple[str, ...]]:
    """The usual reading of ``name``, and the one where it begins with a surname."""
    readings = [_syllables(name)]
    for length in (2, 1):
        surname = _SURNAMES.get(name[:length])
        if surname is not None and name[:2] not in _PLACES:
            readings.append((*surname.split(), *_syllables(name[length:])))
            break
    return readings


def _syllables(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for piece in _pieces(name):
        found += _PLACES.get(piece) or _read(piece)
    return tuple(found)


def _read(piece: str) -> list[str]:
    """What ``lazy_pinyin`` says of ``piece``, phrase by phrase: most have been read before, and that takes a tenth."""
    part, cut = _cutters()
    found: list[str] = []
    for run in _RUNS.findall(piece) if _USUAL.match(piece) else part(piece):
        for phrase in cut(run) if _HAN.match(run) else (run,):
            found += _phrase(phrase)
    return found


def _pieces(name: str) -> list[str]:
    """``name`` cut at the places whose reading is known."""
    return [piece for piece in _ANY_PLACE.split(name) if piece]


def _letters(other: str) -> list[str]:
    return [other.lower()] if other.isalnum() else []

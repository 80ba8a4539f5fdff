"""What two spellings of a firm's name share, and how alike two names are."""

import re
from functools import lru_cache

from broker_app.matching.text import fold

_FORMS = (
    "股份有限公司", "有限责任公司", "有限公司", "股份公司", "分公司", "总公司", "公司", "集团", "总厂", "厂",
)  # fmt: skip
_PLACES = re.compile(
    r"(浙江|温州|杭州|宁波|台州|丽水|金华|乐清|瑞安|永嘉|平阳|苍南|龙港|文成|泰顺|洞头)(?:省|市|县|区)"
)
_OTHER = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")


def core_name(name: str) -> str:
    """A firm's name without blanks and legal form: what two spellings of it share."""
    plain = "".join(name.split()).replace("（", "(").replace("）", ")")
    for form in ("股份有限公司", "有限责任公司", "有限公司", "集团", "厂"):
        plain = plain.removesuffix(form)
    return plain


def firm_key(name: str) -> str:
    """The name as it is compared: folded, without marks, legal form, and 省/市/县/区 after a place of the region.

    ``乐清市样例电气（集团）有限公司`` and ``乐清样例电气集团`` have one key. "" for a name of legal form alone.
    """
    plain = _PLACES.sub(r"\1", _OTHER.sub("", fold(name)))
    while True:
        form = next((one for one in _FORMS if plain.endswith(one)), "")
        if not form:
            return plain
        plain = plain.removesuffix(form)


@lru_cache(maxsize=200_000)
def name_parts(key: str) -> frozenset[str]:
    """The pairs of characters of a key; a key of one character is its own part."""
    return frozenset(key[at : at + 2] for at in range(len(key) - 1)) or frozenset((key,) if key else ())


def likeness(one: str, two: str) -> float:
    """How alike two keys are, 0 to 1: shared pairs of characters against all of both (Dice)."""
    parts, others = name_parts(one), name_parts(two)
    if not parts or not others:
        return 0.0
    return 2 * len(parts & others) / (len(parts) + len(others))

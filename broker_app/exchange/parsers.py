"""From a cell to a value: text, lists, whole numbers and the few fields with a shape of their own.

Every parser takes the raw value and the heading of its column, returns a value or None for "nothing said",
and raises InvalidInputError(heading, reason) with a reason that names the column. Reasons quote the cell,
so they belong on the screen and in the error rows, never in a log.
"""

import re
import unicodedata
from typing import Any

import orjson

from broker_app.errors import InvalidInputError
from broker_app.i18n import _

LINE_LENGTH = 300
TEXT_LENGTH = 20_000

_SAID_NOTHING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "未定", "待定", "未说明", "不详", "n/a", "null"}
)
# Characters that show nothing or turn the reading direction; half surrogates cannot be stored at all.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LIST_SIGNS = re.compile(r"[;；、,，\n]+")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_PHONE = re.compile(r"[0-9+\-() ./;,#转分机]{3,60}")
_HAN_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}


def refused(column: str, reason: str, value: object) -> InvalidInputError:
    """Return the error for a cell; ``reason`` may use {column} and {value}."""
    shown = str(value)
    shown = shown if len(shown) <= 40 else shown[:40] + "…"
    return InvalidInputError(column, reason.replace("{column}", column).replace("{value}", clean(shown)))


def clean(text: str) -> str:
    """Return ``text`` without hidden characters, with plain line ends and no blanks around it."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def compact(text: str) -> str:
    """Return ``text`` for comparing figures and codes: compatibility forms folded, no blanks."""
    return "".join(unicodedata.normalize("NFKC", clean(text)).split())


def parse_text(value: Any, column: str) -> str | None:
    """Several lines of text, at most 20,000 characters; an object of single values becomes "name：value；…"."""
    if isinstance(value, dict):
        value = [f"{name}：{_as_text(part, column)}" for name, part in value.items()]
    text = _as_text(value, column)
    if len(text) > TEXT_LENGTH:
        raise _too_long(column, len(text), TEXT_LENGTH)
    return text or None


def parse_line(value: Any, column: str) -> str | None:
    """One line of text, at most 300 characters; line breaks become blanks."""
    text = " ".join(_as_text(value, column).split())
    if len(text) > LINE_LENGTH:
        raise _too_long(column, len(text), LINE_LENGTH)
    return text or None


def parse_list(value: Any, column: str) -> tuple[str, ...] | None:
    """A list, or text with ; 、 , or line breaks between the parts; each part once, in order."""
    value = from_json_text(value)
    if isinstance(value, list | tuple):
        parts = [parse_line(part, column) or "" for part in value]
    else:
        parts = _split(_as_text(value, column))
    kept = dict.fromkeys(part for part in parts if not says_nothing(part))
    return tuple(kept) or None


def parse_industry(value: Any, column: str) -> tuple[str, ...] | None:
    """Codes or names of industries; here a stroke separates too (新能源/环保)."""
    if isinstance(value, str):
        value = value.replace("／", "/").replace("/", "；")
    return parse_list(value, column)


def parse_trl(value: Any, column: str) -> int | None:
    """Technology readiness 1 to 9: 7, TRL7, 7级, 七级."""
    text = compact(_as_text(value, column)).casefold()
    if says_nothing(text):
        return None
    match = re.fullmatch(r"(?:trl)?[-:：]?第?([1-9一二三四五六七八九])(?:\.0)?级?", text)
    if not match:
        raise refused(column, _("“{column}”里的“{value}”不是 1 到 9 的等级"), value)
    digit = match[1]
    return _HAN_DIGITS.get(digit) or int(digit)


def parse_credit_code(value: Any, column: str) -> str | None:
    """统一社会信用代码: 18 signs of the alphabet of GB 32100-2015; the check digit is judged by the service."""
    text = compact(_as_text(value, column)).upper()
    if says_nothing(text):
        return None
    if not _CREDIT_CODE.fullmatch(text):
        raise refused(column, _("“{column}”里的“{value}”不是 18 位统一社会信用代码"), value)
    return text


def parse_phone(value: Any, column: str) -> str | None:
    """A phone number, or several, as typed."""
    text = unicodedata.normalize("NFKC", " ".join(_as_text(value, column).split())).replace("、", ";")
    if says_nothing(text):
        return None
    if not _PHONE.fullmatch(text) or sum(char.isdigit() for char in text) < 3:
        raise refused(column, _("“{column}”里的“{value}”不像电话号码"), value)
    return text


def parse_email(value: Any, column: str) -> str | None:
    """A mail address."""
    text = compact(_as_text(value, column))
    if says_nothing(text):
        return None
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", text):
        raise refused(column, _("“{column}”里的“{value}”不像邮箱地址"), value)
    return text


def says_nothing(text: str) -> bool:
    """Tell whether a cell holds one of the signs people put for "nothing"."""
    return text.strip().casefold() in _SAID_NOTHING


def from_json_text(value: Any) -> Any:
    """Return what JSON text holds (our own error rows write lists so), any other value unchanged."""
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _as_text(value: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float):
        return clean(str(value))
    if isinstance(value, list | tuple) and all(isinstance(part, str | int | float) for part in value):
        return clean("；".join(map(str, value)))
    raise refused(column, _("“{column}”应当是文字，这里是一组数据"), value)


def _split(text: str) -> list[str]:
    parts = [" ".join(part.split()) for part in _LIST_SIGNS.split(text)]
    words = text.split()
    if len(parts) == 1 and len(words) > 1 and all(_HAN.search(word) for word in words):
        return words
    return parts


def _too_long(column: str, length: int, limit: int) -> InvalidInputError:
    reason = _("“{column}”有 {length} 个字，最多 {limit} 个字")
    return refused(column, reason.replace("{length}", str(length)).replace("{limit}", str(limit)), "")

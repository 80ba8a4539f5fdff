"""Language of every text a person reads on the screen and at the command line.

Chinese is the source language: a text stands in the code as a broker reads it, and ``broker.po`` gives its
English. Papers and what is kept in a record stay Chinese whatever the screen shows (:func:`in_chinese`).
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path

CHINESE, ENGLISH, SYSTEM = "zh_CN", "en", "system"
LANGUAGES = (SYSTEM, CHINESE, ENGLISH)
"""What can be chosen: the language of the computer, or one of the two."""

_ENTRY = r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) +(".*"(?:\n".*")*)'
_PRIMARY_CHINESE = 0x04  # the low ten bits of a Windows language identifier

_texts: Mapping[str, tuple[str, ...]] = {}
_chinese_only: ContextVar[bool] = ContextVar("chinese_only", default=False)


def use_language(language: str, catalogues: Path) -> None:
    """Speak ``language`` (one of LANGUAGES) from now on; ``catalogues`` is the folder ``i18n`` of the resources.

    Texts made before keep the language they were made in, so the program calls it once, before the window.
    A catalogue that is missing or cannot be read leaves the program in Chinese.
    """
    global _texts
    spoken = language_of_computer() if language == SYSTEM else language
    _texts = {} if spoken == CHINESE else _read_or_empty(catalogues / spoken / "LC_MESSAGES" / "broker.po")


def language_of_computer(environment: Mapping[str, str] = os.environ) -> str:
    """The one of the two languages that fits this computer; Chinese unless it clearly asks for another one."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only there

        primary = ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF
        return CHINESE if primary == _PRIMARY_CHINESE else ENGLISH
    named = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, named), "").partition(".")[0]
    return CHINESE if locale in ("", "C", "POSIX") or locale.lower().startswith("zh") else ENGLISH


def read_catalogue(path: Path) -> dict[str, tuple[str, ...]]:
    """The translations of a .po file: each source text with its translation, or with its singular and plural.

    A text with a context is found by :func:`key_of`.

    Raises:
        OSError, ValueError: the file cannot be read or a text in it is not closed.
    """
    found: dict[str, tuple[str, ...]] = {}
    source, context, forms = "", "", list[str]()
    for match in re.finditer(_ENTRY, path.read_text("utf-8"), re.MULTILINE):
        keyword, text = match[1], "".join(json.loads(line, strict=False) for line in match[2].split("\n"))
        if keyword == "msgctxt":
            context = text
        elif keyword == "msgid":
            found[source] = tuple(forms)
            source, context, forms = key_of(text, context), "", []
        elif keyword != "msgid_plural":
            forms.append(text)
    found[source] = tuple(forms)
    found.pop("", None)
    return {one: texts for one, texts in found.items() if all(texts)}


@contextmanager
def in_chinese() -> Iterator[None]:
    """Everything said inside is Chinese: the words of a paper, and words that are kept in a record.

    As a decorator it covers a whole function. It holds for the thread it is used in.
    """
    mark = _chinese_only.set(True)
    try:
        yield
    finally:
        _chinese_only.reset(mark)


def speaks_english() -> bool:
    """Whether texts come out in English here and now."""
    return bool(_texts) and not _chinese_only.get()


def either(chinese: str, english: str) -> str:
    """The one of two names that fits the language in use."""
    return english if english and speaks_english() else chinese


def _(message: str, context: str = "") -> str:
    """Return ``message`` in the language in use.

    ``context`` tells apart what Chinese says in one word and English in two: 企业 is "Firms" over a list and, with
    the context "one", "Firm" over a name.
    """
    forms = _forms(key_of(message, context))
    return forms[-1] if forms else message


def key_of(message: str, context: str = "") -> str:
    """How a text with a context is looked up."""
    return f"{context}\x04{message}" if context else message


def counted(one: str, many: str, count: int) -> str:
    """Return the form of a message that fits ``count`` things, with ``{n}`` filled in."""
    forms = _forms(one) or (one, many)
    return (forms[0] if count == 1 else forms[-1]).format(n=count)


def listed(words: Iterable[str]) -> str:
    """Several words in a row: 甲、乙、丙, in English "a, b, c"."""
    return _("、").join(words)


def first_sentence(words: str) -> tuple[str, str]:
    """The first sentence of a message with its full stop, and the rest; a lone sentence is told without one."""
    stop = "。" if "。" in words else ". "
    first, _found, rest = words.partition(stop)
    return (f"{first}{stop.strip()}", rest.strip()) if rest else (first.removesuffix("."), "")


def month_name(day: date) -> str:
    """11月, in English "Nov"."""
    return (
        _("1月"), _("2月"), _("3月"), _("4月"), _("5月"), _("6月"),
        _("7月"), _("8月"), _("9月"), _("10月"), _("11月"), _("12月"),
    )[day.month - 1]  # fmt: skip


def weekday_name(day: date) -> str:
    """周二, in English "Tue"."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[day.weekday()]


def day_name(day: date) -> str:
    """11月24日, in English "24 Nov"."""
    return _("{month}{day}日").format(month=month_name(day), day=day.day)


def full_day_name(day: date) -> str:
    """2026年11月24日, in English "24 Nov 2026"."""
    return _("{year}年{month}{day}日").format(year=day.year, month=month_name(day), day=day.day)


def month_of_year(day: date) -> str:
    """2026年11月, in English "Nov 2026"."""
    return _("{year}年{month}").format(year=day.year, month=month_name(day))


def _forms(message: str) -> tuple[str, ...]:
    return () if _chinese_only.get() else _texts.get(message, ())


def _read_or_empty(path: Path) -> dict[str, tuple[str, ...]]:
    try:
        return read_catalogue(path)
    except (OSError, ValueError):
        return {}

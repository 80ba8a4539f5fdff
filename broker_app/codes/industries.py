"""The industries of Wenzhou (5 + 5 + N) and Hangzhou's five, with words, GB/T 4754 and IPC for matching.

The names are public, the words and class prefixes are our own starting dictionary and no official table.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from broker_app.codes.code_file import CodeRow, read_code_file, refuse_duplicates
from broker_app.i18n import _, either


@dataclass(frozen=True)
class Industry:
    """An industry. ``group``: "traditional", "emerging", "future", "local" or "hangzhou".

    ``gb4754`` and ``ipc`` are prefixes of classes; ``aliases`` is what people write for the industry.
    """

    code: str
    chinese: str
    english: str
    group: str
    keywords: tuple[str, ...]
    gb4754: tuple[str, ...]
    ipc: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    verified: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        """What the industry is called in the language in use."""
        return either(self.chinese, self.english)


_KEYS = ("code", "name", "en", "group", "keywords", "gb4754", "ipc", "aliases", "verified", "note")
_PARTS = re.compile(r"[/、,;|+&\s()·\\]+")


@cache
def industries() -> tuple[Industry, ...]:
    """All industries in the order of the file, read once.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    return load_industries()


def load_industries(folder: Path | None = None) -> tuple[Industry, ...]:
    """Read and check industries.toml; :func:`industries` keeps what this returns.

    Raises:
        CodeListError: the file is missing or damaged, a code stands twice, a name is missing.
    """
    rows = read_code_file("industries", folder).rows("industry", _KEYS)
    refuse_duplicates(rows)
    return tuple(_industry(row) for row in rows)


def industry(code: str) -> Industry | None:
    """The industry with ``code``, None when there is none.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    return _by_code().get(code)


def industry_label(code: str) -> str:
    """The name of an industry, "" for "", otherwise 未知行业 with the code.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    if not code:
        return ""
    found = industry(code)
    return found.name if found else _("未知行业（{code}）").format(code=code)


def find_industries(text: str) -> tuple[str, ...]:
    """The codes meant by codes, names, or names run together ("电气/新能源", "鞋服"), in the order written.

    Nothing is guessed from free text: a part counts when it is a code or contains a name or alias.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    found: dict[str, None] = {}
    for part in _PARTS.split(unicodedata.normalize("NFKC", text)):
        if part.upper() in _by_code():
            found[part.upper()] = None
        else:
            found.update(dict.fromkeys(_named_in(part)))
    return tuple(found)


def _named_in(part: str) -> tuple[str, ...]:
    """Codes of the names inside one part; at every place the longest name wins."""
    names, codes, at = _by_name(), list[str](), 0
    longest = max(map(len, names))
    while at < len(part):
        here = next((part[at : at + n] for n in range(longest, 0, -1) if part[at : at + n].casefold() in names), "")
        codes.extend(names.get(here.casefold(), ()))
        at += len(here) or 1
    return tuple(codes)


def _industry(row: CodeRow) -> Industry:
    return Industry(
        row.text("code"),
        row.text("name"),
        row.text_or_empty("en"),
        row.text("group"),
        row.texts("keywords"),
        row.texts("gb4754"),
        row.texts("ipc"),
        row.texts("aliases"),
        row.flag("verified", otherwise=False),
        row.text_or_empty("note"),
    )


@cache
def _by_code() -> Mapping[str, Industry]:
    return {one.code: one for one in industries()}


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """Name or alias to codes. A name of Wenzhou's list is not also read as one of Hangzhou's."""
    found: dict[str, tuple[str, ...]] = {}
    for one in industries():
        for name in (one.chinese, *one.aliases):
            before = found.get(name.casefold(), ())
            if not (before and one.group == "hangzhou") and one.code not in before:
                found[name.casefold()] = (*before, one.code)
    return found

"""GB/T 4754-2017: the section and division of a class of two to four digits.

Only sections and divisions ship; a finer class is kept as typed and shown by its division.
"""

import re

from broker_app.codes.lists import CodeList, entry, label
from broker_app.i18n import _

_CLASS = re.compile(r"^([A-T])?(\d{2})?(\d{0,2})$")


def gb4754_label(code: str) -> str:
    """ "C 制造业 / 38 电气机械和器材制造业" for "3823", "C38" or "38"; "C 制造业" for "C"; "" for "".

    Raises:
        CodeListError: a list of GB/T 4754 is missing or damaged.
    """
    typed = code.strip().upper()
    parts = _CLASS.match(typed)
    if not typed:
        return ""
    if parts is None:
        return _unknown(code)
    section, digits = parts[1] or "", parts[2] or ""
    if not digits:
        return _section(section)
    division = entry(CodeList.GB4754_DIVISION, digits)
    if division is None or section not in ("", division.group):
        return _unknown(code)
    return f"{_section(division.group)} / {division.code} {division.label}"


def _section(letter: str) -> str:
    return f"{letter} {label(CodeList.GB4754_SECTION, letter)}"


def _unknown(code: str) -> str:
    return _("未知行业代码（{code}）").format(code=code)

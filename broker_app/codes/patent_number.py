"""Numbers of Chinese patents and applications: the check digit of the 12-digit form.

待核实: the weights are standing knowledge and have not been read in the standard (ZC 0006-2003), so a
failed check is something to look at and no reason to refuse a number.
"""

import re
import unicodedata
from dataclasses import dataclass

from broker_app.i18n import _

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_NUMBER = re.compile(r"^(?:ZL|CN)?(\d{12})\.?([\dX])?$")
_PUBLICATION = re.compile(r"^CN\d{7,9}[A-Z]\d?$")


@dataclass(frozen=True)
class PatentNumberCheck:
    """What the check found. ``normalized`` is "ZL201510123456.7" for a patent, without ZL for an application."""

    normalized: str
    valid: bool
    problem: str


def check_patent_number(text: str) -> PatentNumberCheck:
    """Check ZL + 12 digits + . + check character (weights 2..9, 2..5; sum modulo 11; 10 is X). 待核实"""
    written = "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("。", ".").replace("-", "")
    parts = _NUMBER.match(written)
    if parts is None:
        return PatentNumberCheck(written, False, _shape_problem(written))
    if parts[2] is None:
        return PatentNumberCheck(written, False, _("少了小数点后面的一位校验位。"))
    mark = "ZL" if written.startswith("ZL") else ""
    number = f"{mark}{parts[1]}.{parts[2]}"
    if parts[2] != patent_check_character(parts[1]):
        return PatentNumberCheck(number, False, _("专利号的校验位对不上，请对照证书核对。"))
    return PatentNumberCheck(number, True, "")


def patent_check_character(twelve_digits: str) -> str:
    """The check character of a 12-digit application number. 待核实"""
    total = sum(int(one) * weight for one, weight in zip(twelve_digits, _WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def _shape_problem(written: str) -> str:
    if not written:
        return _("还没有填专利号。")
    if _PUBLICATION.match(written):
        return _("这是公开（公告）号，请填专利号或申请号，例如 ZL201510123456.0 这样的写法。")
    return _("专利号是 ZL 加 12 位数字、小数点和一位校验位。")

"""统一社会信用代码: the check of GB 32100-2015, and proposals for a code that was misread.

Positions 3 to 8 name the district of first registration. A firm may have moved since, so nothing here
and nothing that uses this may set a county from them.
"""

import unicodedata
from dataclasses import dataclass

from broker_app.i18n import _

LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_NEVER_USED = "IOSVZ"
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_DISTRICT = range(2, 8)
# GB 11714: the last of the nine characters of the subject code checks the eight before it.
_SUBJECT = slice(8, 17)
_SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# The letters the standard leaves out, and what is printed where one is read.
_MEANT = str.maketrans("IOSVZ", "105U2")
# Characters taken for each other on a stamped, copied or dictated code.
_LOOK_ALIKE = ("0DQ", "1L7", "2Z", "5S6", "8B3", "6G", "UVY", "XYK", "MN", "EF", "PR", "CG", "9GQ", "4A")
_MOST_REPAIRS = 3


@dataclass(frozen=True)
class CreditCodeCheck:
    """What the check found.

    ``problem`` is a sentence, "" when valid. ``inner_warning`` never makes a code invalid. ``repairs`` are
    at most three codes that would pass; they are proposals and are never put in place of what was typed.
    """

    normalized: str
    valid: bool
    problem: str
    inner_warning: str
    repairs: tuple[str, ...]


def check_credit_code(text: str) -> CreditCodeCheck:
    """Check a code as typed: full-width, lower case, spaces and dashes do not matter."""
    code = normalized_credit_code(text)
    problem = _problem(code)
    if problem:
        return CreditCodeCheck(code, False, problem, "", _repairs(code))
    return CreditCodeCheck(code, True, "", _inner_warning(code), ())


def normalized_credit_code(text: str) -> str:
    """The code in half-width capitals without blanks, dashes and invisible characters; not checked."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in folded if unicodedata.category(one)[0] not in "ZC" and not _is_dash(one))


def check_character(first_seventeen: str) -> str:
    """The 18th character for the 17 before it (each of the 31 characters of the standard)."""
    total = sum(_VALUES[one] * weight for one, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def _is_dash(one: str) -> bool:
    return unicodedata.category(one) == "Pd" or one in "_·.−"


def _problem(code: str) -> str:
    strange = next((one for one in code if not (one.isascii() and one.isalnum())), "")
    if not code:
        return _("还没有填统一社会信用代码。")
    if strange:
        return _("统一社会信用代码只有数字和大写字母，这里有「{character}」。").format(character=strange)
    if len(code) != LENGTH:
        return _wrong_length(code)
    for place, one in enumerate(code, 1):
        if one in _NEVER_USED:
            return _("第 {place} 位是「{letter}」，统一社会信用代码里不用字母 I、O、S、V、Z。").format(
                place=place, letter=one
            )
    return "" if _passes(code) else _("统一社会信用代码的校验位对不上，有一位写错了，请对照营业执照核对。")


def _wrong_length(code: str) -> str:
    if len(code) == 15 and code.isdigit():
        return _("15 位的是旧营业执照注册号，请填 18 位的统一社会信用代码。")
    return _("统一社会信用代码是 18 位，这里有 {n} 位。").format(n=len(code))


def _passes(code: str) -> bool:
    return all(one in _VALUES for one in code) and code[-1] == check_character(code[:-1])


def _subject_passes(code: str) -> bool:
    """GB 11714 on positions 9 to 17; letters count 10 to 35 there."""
    subject = code[_SUBJECT]
    total = sum(int(one, 36) * weight for one, weight in zip(subject[:8], _SUBJECT_WEIGHTS, strict=True))
    return subject[8] == "0123456789X"[-total % 11]


def _inner_warning(code: str) -> str:
    if _subject_passes(code):
        return ""
    return _("第 9—17 位的组织机构代码自带的校验对不上，个别老代码会这样；请对照营业执照再看一眼。")


def _repairs(code: str) -> tuple[str, ...]:
    """Codes that pass and differ from ``code`` by letters that cannot be, or else by one character."""
    if len(code) != LENGTH or not all(one.isascii() and one.isalnum() for one in code):
        return ()
    wrong = _impossible_places(code)
    if len(wrong) > 1:
        meant = code.translate(_MEANT)
        return (meant,) if _passes(meant) else ()
    places = wrong or range(LENGTH)
    candidates = [candidate for place in places if (candidate := _with_place_solved(code, place))]
    return tuple(_readings(code, candidates) if wrong else _plausible(code, candidates))[:_MOST_REPAIRS]


def _impossible_places(code: str) -> list[int]:
    """Places of letters the standard does not use, or of any letter in the district, which has digits only."""
    return [place for place, one in enumerate(code) if one in _NEVER_USED or (place in _DISTRICT and not one.isdigit())]


def _with_place_solved(code: str, place: int) -> str:
    """The one code that passes and differs at ``place`` only (31 is prime, so there is exactly one)."""
    tried = (code[:place] + letter + code[place + 1 :] for letter in _ALPHABET)
    return next((candidate for candidate in tried if candidate != code and _passes(candidate)), "")


def _readings(code: str, candidates: list[str]) -> list[str]:
    """Candidates for one letter that cannot be: its usual reading, or one that fits the subject code."""
    likely = [one for one in candidates if one == code.translate(_MEANT) or _subject_passes(one)]
    return [one for one in likely if not _impossible_places(one)]


def _plausible(code: str, candidates: list[str]) -> list[str]:
    """Candidates worth proposing, best first.

    When the subject code fails its own check too, the wrong character is in it, and a candidate that
    passes both checks is nearly certain. Otherwise only a character that looks alike is proposed.
    """
    ranked = []
    for place, candidate in enumerate(candidates):
        alike = any(code[place] in pair and candidate[place] in pair for pair in _LOOK_ALIKE)
        both = _subject_passes(candidate)
        solves_subject = both and not _subject_passes(code)
        if (solves_subject or (alike and both)) and not _impossible_places(candidate):
            ranked.append((not (alike and both), place, candidate))
    return [candidate for *_order, candidate in sorted(ranked)]

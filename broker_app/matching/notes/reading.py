"""A raw note made readable for rules: one folded character per written one, with the layout understood.

Everything here keeps offsets: character *i* of the folded text is character *i* of the note, so that whatever a
rule finds can be shown in the note that was typed.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

HAN = "\u3007\u3400-\u9fff\uf900-\ufaff"
GLUE = "\x01"  # a line break that only the width of the paper made
_DIGIT_LIKE = re.compile(r"(?<![a-z0-9.])(?=[0-9oli.]*\d)[0-9oli](?:[0-9oli.]*[0-9oli])(?![a-z0-9])")
_MISREAD = str.maketrans({"o": "0", "l": "1", "i": "1"})
_CLOCK = r"(?:凌晨|早上|上午|中午|下午|傍晚|晚上)?\s?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_DAY = r"(?:\d{4}[-/年.])?\d{1,2}[-/月.]\d{1,2}日?|昨天|前天|今天|星期[一二三四五六日天]|周[一二三四五六日]"
_HEADER = re.compile(
    rf"^[ \t]*[\[【(]?(?P<who>[^\s\[\]【】\d:：,，。]{{1,8}}(?: [^\s\[\]【】\d:：,，。]{{1,6}})?)[\]】)]?[ \t]*"
    rf"(?:(?:{_DAY})[ \t]*)?{_CLOCK}[ \t]*[:：]?[ \t]*",
    re.MULTILINE,
)
_STAND_IN = re.compile(
    r"语音转文字[:：]|[\[【]文件[\]】][ \t]*\S{1,40}\.[a-z]{2,5}|"
    r"[\[【](?:图片|照片|语音|视频|文件|表情|链接|位置|动画表情|捂脸|ok|"
    r"撤回)[^\]】\n]{0,20}[\]】](?:[ \t]*\d{1,3}[\"″'秒])?"
)
_FIRST_ITEM = re.compile(rf"^[li](?=[.、][{HAN}])|(?:(?<=需求)|(?<=问题)|(?<=难题))[li](?=[:：])", re.MULTILINE)
_EMOTE = re.compile(rf"\[[{HAN}a-z]{{1,4}}\]")
_ENDS = "。！？!?；;：:"
_JOINS = "，,、（(-—+/和与及的"
_BULLET_AHEAD = re.compile(r"\s*(?:[①-⑳]|[(（]?\d{1,2}[.、)）]|\d\s|[一二三四五六七八九十][、.)]|[-•·*]\s?|[\[【])")
_SENTENCE_MARK = re.compile(r"[，。；！？,;!?]")
_LABEL = re.compile(rf"[{HAN}]{{2,6}}[:：]")
_PAGE = (20, 60)  # widths between which a page is narrow
_NARROWEST, _WIDEST = 12, 90  # width of a line, a Han character counting two, that a scanner or narrow window breaks


@dataclass(frozen=True, slots=True)
class Reading:
    """A note with its folded text of the same length and who speaks from which place on (chat only:
    the place of the message, the name, the place of the name)."""

    note: str
    folded: str
    speakers: tuple[tuple[int, str, int], ...]

    def speaker_at(self, place: int) -> str:
        """Who wrote the message that ``place`` stands in, "" outside chats."""
        said = ""
        for start, who, _ in self.speakers:
            if start > place:
                break
            said = who
        return said


def read_note(note: str) -> Reading:
    """Fold ``note`` character by character, repair digits a scanner misread, find chat headers and false line ends."""
    folded = "".join(map(_folded, note))
    folded = _FIRST_ITEM.sub("1", _DIGIT_LIKE.sub(_digits, folded))
    folded = _STAND_IN.sub(lambda found: " " * len(found.group()), folded)
    speakers: list[tuple[int, str, int]] = []

    def blank(found: re.Match[str]) -> str:
        speakers.append((found.end(), found["who"], found.start("who")))
        # The header becomes a line end, so that two messages never run together.
        return "\n" + " " * (len(found.group()) - 1)

    headers = list(_HEADER.finditer(folded))
    if len(headers) > 1:
        folded = _HEADER.sub(blank, folded)
        folded = _EMOTE.sub(lambda found: " " * len(found.group()), folded)
    return Reading(note, _join_lines(folded), tuple(speakers))


def _folded(character: str) -> str:
    if character in "\n\r\u2028\u2029\x0b\x0c":
        return "\n"
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zs"):
        return " "
    form = unicodedata.normalize("NFKC", character)
    form = (form if len(form) == 1 and not ("①" <= character <= "⑳") else character).lower()
    return form if len(form) == 1 else character


def _digits(found: re.Match[str]) -> str:
    run = found.group()
    last = run[-1]
    # 5l is five litres; 1o is ten.
    return run[:-1].translate(_MISREAD) + (last if last in "li" else last.translate(_MISREAD))


def _join_lines(folded: str) -> str:
    """Turn line breaks that only the width of the paper made into :data:`GLUE`."""
    lines = folded.split("\n")
    filled = [_width(line) for line in lines if line.strip()]
    widest = max(filled, default=0)
    full = sum(width >= widest - 5 for width in filled[:-1])
    wrapped = len(filled) > 2 and _NARROWEST <= widest <= _WIDEST and full >= 0.6 * (len(filled) - 1)
    edge = _edge(lines)
    joined = [lines[0]]
    for before, after in pairwise(lines):
        soft = _is_soft(before, after, widest if wrapped else 0) or (
            edge and _width(before) >= edge and _breaks_off(before, after)
        )
        joined += [GLUE if soft else "\n", after]
    return "".join(joined)


def _edge(lines: list[str]) -> int:
    """The width from which lines of a narrow page were broken off in the middle of a sentence, 0 without such a page.

    Items and short last lines may be of any width; it is the lines without an end mark that are all alike.
    """
    broken = [_width(before) for before, after in pairwise(lines) if _breaks_off(before, after)]
    alike = len(broken) > 1 and min(broken) >= _PAGE[0] and max(broken) <= _PAGE[1] and max(broken) - min(broken) <= 8
    return min(broken) if alike else 0


def _breaks_off(before: str, after: str) -> bool:
    left, right = before.strip(), after.strip()
    return bool(
        left
        and right
        and left[-1] not in _ENDS
        and not _BULLET_AHEAD.match(after)
        and _LABEL.match(right) is None
        and (left[-1].isdigit() or left[-1] in _JOINS or _SENTENCE_MARK.search(right))
    )


def _is_soft(before: str, after: str, widest: int) -> bool:
    left, right = before.rstrip(), after.lstrip()
    if not left or not right or left[-1] in _ENDS or _BULLET_AHEAD.match(after):
        return False
    if right[0] in "，,、。；;)）%":
        return True
    if widest:
        return _width(before) >= widest - 8
    return left[-1] in _JOINS


def _width(line: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in line.strip())

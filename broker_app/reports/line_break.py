"""Where a line of Chinese may end, and where it does.

Rules: GB/T 15834—2011 5.1 for punctuation at the ends of a line, house rules for figures, units, codes and paths.
All widths are in points; positions are indices into the characters of one paragraph.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import accumulate, pairwise

NO_START = frozenset("，。、；：？！）》〉】〕〗」』”’…—·～%％‰℃°′″㎡㎥,.:;!?)]}　 ×＞>、．")
NO_END = frozenset("（《〈【〔〖「『“‘([{￥¥$№#§@<≤≥±≈＜／/■□")
CLOSING = frozenset("，。、；：？！）》〉】〕〗」』”’．")
OPENING = frozenset("（《〈【〔〖「『“‘")
STOPS = frozenset("，。、；：．")
PAIRS = frozenset("…—！？")
PUNCTUATION = NO_START | OPENING
BLANKS = frozenset(" 　")

_LONG = 16  # characters: from here a word may break after its signs
_ENDLESS = 21  # from here anywhere; patent numbers, credit codes and document numbers stay whole
_LONG_BREAKS = frozenset("/-_.?&=@:;\\")
_RANGE = frozenset("—～~–")
_NARROW = 20  # em: below this width the blank of a standard number may break
_UNIT = 4  # letters: a longer word after a number is no unit
_WIDE = 16  # em: text is justified with more room from here
_MIX = 0.125  # em between Latin and Chinese


class Break(IntEnum):
    """How freely a line may end before a character."""

    NEVER = 0
    ANYWHERE = 1  # inside a long string, when nothing else helps
    EMERGENCY = 2  # after a sign of a long string
    STANDARD = 3  # the blank in GB/T 10963.1-2020, freely only in narrow columns
    SOFT = 4  # between a number and its measure word
    FREE = 5


@dataclass(frozen=True)
class Line:
    """Characters ``start`` to ``stop``; ``width`` is natural, ``gap`` points go behind each place in ``stretch``."""

    start: int
    stop: int
    width: float
    gap: float
    trim: float  # taken off before the first character: the blank half of an opening bracket
    squeeze: bool = False  # the gap is negative and only behind commas and stops


@dataclass
class Measured:
    """One paragraph with its widths and its breaks."""

    text: str
    em: float  # points
    widths: Sequence[float]  # of each character alone
    advances: list[float] = field(init=False)  # with shared blanks and Latin-Chinese space
    breaks: list[Break] = field(init=False)
    positions: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.breaks = break_classes(self.text)
        self.advances = _advances(self.text, self.widths, self.em)
        self.positions = list(accumulate(self.advances, initial=0.0))

    def end_width(self, index: int) -> float:
        """Width of a character at the end of a line: a full-width stop or bracket counts half."""
        width = self.widths[index]
        return width - self.em / 2 if self.text[index] in CLOSING and width > 0.9 * self.em else width

    def width(self, start: int, stop: int) -> float:
        """Natural width of a line, blanks at its end left out."""
        stop = self.trimmed(start, stop)
        if stop <= start:
            return 0.0
        return self.positions[stop - 1] - self.positions[start] + self.end_width(stop - 1) - self.trim(start)

    def trimmed(self, start: int, stop: int) -> int:
        """End of a line without the blanks at its end."""
        while stop > start and self.text[stop - 1] in BLANKS:
            stop -= 1
        return stop

    def trim(self, start: int) -> float:
        """The blank half of an opening bracket at the start of a line other than the first."""
        if start and self.text[start] in OPENING and self.widths[start] > 0.9 * self.em:
            return self.em / 2
        return 0.0


def is_word(character: str) -> bool:
    """Latin, Greek and Cyrillic letters, digits and the signs written among them."""
    code = ord(character)
    return 0x21 <= code <= 0x7E or (0xA1 <= code < 0x2000 and character not in "·×±°§¥")


def break_classes(text: str) -> list[Break]:
    """For each character, whether a line may end before it."""
    breaks = [Break.NEVER] * len(text)
    for index in range(1, len(text)):
        breaks[index] = _between(text, index)
    _open_long_words(text, breaks)
    _close_options(text, breaks)
    return breaks


def break_lines(paragraph: Measured, width: float, indent: float = 0.0, *, justify: bool = True) -> list[Line]:
    """Break one paragraph into lines of ``width`` points, the first shorter by ``indent``."""
    lines: list[Line] = []
    start, count = 0, len(paragraph.text)
    while start < count:
        room = width - (0.0 if lines else indent)
        stop, squeezed = _line_end(paragraph, start, room)
        lines.append(_set_line(paragraph, start, stop, room, justify=justify, squeezed=squeezed))
        start = stop
        while start < count and paragraph.text[start] == " ":
            start += 1
    return lines or [Line(0, 0, 0.0, 0.0, 0.0)]


def stretches(paragraph: Measured, index: int) -> bool:
    """Whether a gap may go between a character and the one after it."""
    before, after = paragraph.text[index], paragraph.text[index + 1]
    if is_word(before) and is_word(after):
        return False
    if before == after and before in PAIRS:
        return False
    if after in "%‰℃°′″" or before in "°≤≥<±":
        return False
    return not (before == " " and paragraph.breaks[index + 1] is Break.NEVER and is_word(after))


def _advances(text: str, widths: Sequence[float], em: float) -> list[float]:
    advances = list(widths)
    for index, (before, after) in enumerate(pairwise(text)):
        if widths[index] > 0.9 * em and _share(before, after):
            advances[index] -= em / 2
        elif _mixes(before, after):
            advances[index] += _MIX * em
    return advances


def _share(before: str, after: str) -> bool:
    """Whether two marks of punctuation share half an em of blank."""
    if before in CLOSING:
        return after in CLOSING or after in OPENING
    return before in OPENING and after in OPENING


def _mixes(before: str, after: str) -> bool:
    return (before.isalnum() and before.isascii() and _is_han(after)) or (
        after.isalnum() and after.isascii() and _is_han(before)
    )


def _is_han(character: str) -> bool:
    code = ord(character)
    return 0x3400 <= code <= 0x9FFF or code >= 0x20000 or character == "〇"


def _between(text: str, index: int) -> Break:
    before, after = text[index - 1], text[index]
    if after in NO_START or (before == after and before in PAIRS):
        return Break.NEVER
    if before in BLANKS:
        return _after_blank(text, index)
    if before in _RANGE or before == "×":
        return Break.SOFT if after.isdigit() or is_word(after) or after in "-±" else Break.FREE
    if before in NO_END or (before == "第" and after.isdigit()):
        return Break.NEVER
    if is_word(before) and is_word(after):
        return Break.NEVER
    if before in "°×" and is_word(after):
        return Break.NEVER
    return _by_number(before, after)


def _by_number(before: str, after: str) -> Break:
    if before.isdigit() and _is_han(after):
        return Break.SOFT
    if after == "-" and _is_han(before):
        return Break.SOFT
    return Break.FREE


def _after_blank(text: str, index: int) -> Break:
    """A blank keeps a number with its unit, and softly a standard's letters with its number."""
    previous = index - 2
    while previous >= 0 and text[previous] in BLANKS:
        previous -= 1
    if previous < 0 or text[index - 1] == "　":
        return Break.FREE
    last, after = text[previous], text[index]
    if last in NO_END:
        return Break.NEVER
    if last.isdigit() and after.isalpha() and is_word(after):
        return Break.NEVER if _is_unit(text, index) else Break.FREE
    if last.isascii() and last.isalpha() and after.isdigit():
        return Break.STANDARD
    if last.isdigit() and _is_han(after):
        return Break.SOFT
    return Break.FREE


def _is_unit(text: str, index: int) -> bool:
    stop = index
    while stop < len(text) and stop <= index + _UNIT and text[stop].isalpha() and is_word(text[stop]):
        stop += 1
    return stop - index <= _UNIT


def _open_long_words(text: str, breaks: list[Break]) -> None:
    """Paths, addresses and hashes of sixteen characters or more may break after their signs, at worst anywhere."""
    start = 0
    while start < len(text):
        stop = start
        while stop < len(text) and is_word(text[stop]):
            stop += 1
        if stop - start >= _LONG:
            for index in range(start + 1, stop):
                after_sign = text[index - 1] in _LONG_BREAKS and text[index] not in NO_START
                inside = text[index - 1] == "." and text[index].isdigit()
                good = after_sign and not inside and text[index] not in _LONG_BREAKS
                if good:
                    breaks[index] = Break.EMERGENCY
                elif stop - start >= _ENDLESS and text[index] not in NO_START:
                    breaks[index] = Break.ANYWHERE
        start = max(stop, start + 1)


def _close_options(text: str, breaks: list[Break]) -> None:
    """An option □xxx never breaks inside."""
    inside = False
    for index, character in enumerate(text):
        if inside and character not in BLANKS:
            breaks[index] = Break.NEVER
        elif inside:
            inside = False
        if character in "□■":
            inside = True


def _line_end(paragraph: Measured, start: int, room: float) -> tuple[int, bool]:
    """Where the line ends, and whether its commas are squeezed to get there."""
    count = len(paragraph.text)
    if paragraph.width(start, count) <= room + 1e-6:
        return count, False
    # A stop at the end counts half, so the line may reach a little further than the plain widths say.
    limit = paragraph.positions[start] + room + paragraph.trim(start) + paragraph.em
    furthest = min(count, bisect_right(paragraph.positions, limit))
    best = _best_break(paragraph, start, furthest, room)
    pushed = _push_in(paragraph, start, best, room)
    if pushed and not _leaves_one(paragraph, pushed):
        return pushed, True
    return _with_company(paragraph, start, best, room), False


def _best_break(paragraph: Measured, start: int, furthest: int, room: float) -> int:
    """The last break the line has room for; the dearer kinds only when the cheaper ones leave too much room."""
    last: dict[Break, int] = {}
    fits = start + 1
    for stop in range(furthest, start, -1):
        kind = paragraph.breaks[stop] if stop < len(paragraph.text) else Break.FREE
        if kind in last:
            continue
        if paragraph.width(start, stop) > room + 1e-6:
            continue
        fits = max(fits, stop)
        if kind is not Break.NEVER:
            last[kind] = stop
        if kind is Break.FREE:
            break
    return _choose(paragraph, start, room, last, fits)


def _choose(paragraph: Measured, start: int, room: float, last: dict[Break, int], fits: int) -> int:
    best = last.get(Break.FREE, 0)
    for kind, allowed in (
        (Break.SOFT, 0.1 * room),
        (Break.STANDARD, (0.1 if room < _NARROW * paragraph.em else 0.3) * room),
        (Break.EMERGENCY, min(3 * paragraph.em, 0.08 * room)),
        (Break.ANYWHERE, 0.3 * room),
    ):
        stop = last.get(kind, 0)
        if stop > best and (not best or room - paragraph.width(start, best) > allowed):
            best = stop
    return best or fits


def _push_in(paragraph: Measured, start: int, best: int, room: float) -> int:
    """The next legal break at most two characters on, if the commas and stops of the line can give the room."""
    count = len(paragraph.text)
    if best >= count or (paragraph.width(start, best + 1) > room + paragraph.em and best + 1 < count):
        return 0
    for stop in range(best + 1, min(best + 3, count) + 1):
        if stop < count and paragraph.breaks[stop] is not Break.FREE:
            continue
        over = paragraph.width(start, stop) - room
        if over <= 1e-6:
            return 0
        if stop == best + 1 and paragraph.text[best] not in PUNCTUATION:
            return 0
        return stop if over <= _gives(paragraph, start, stop) else 0
    return 0


def _gives(paragraph: Measured, start: int, stop: int) -> float:
    """How much the commas and stops inside a line can give, a quarter of an em each."""
    return sum(
        paragraph.em / 4 for index in range(start, paragraph.trimmed(start, stop) - 1) if squeezable(paragraph, index)
    )


def squeezable(paragraph: Measured, index: int) -> bool:
    """Whether a comma or stop still has its blank half."""
    return paragraph.text[index] in STOPS and paragraph.advances[index] > 0.9 * paragraph.em


def _with_company(paragraph: Measured, start: int, best: int, room: float) -> int:
    """Let a character come down when the last line would hold only one besides punctuation."""
    if not _leaves_one(paragraph, best):
        return best
    for stop in range(best - 1, max(start, best - 6), -1):
        if paragraph.breaks[stop] >= Break.SOFT and _solid(paragraph, stop) >= 2:
            return stop if paragraph.width(start, stop) >= 0.8 * room else best
    return best


def _leaves_one(paragraph: Measured, stop: int) -> bool:
    """Whether the rest after a break is one character and some punctuation."""
    return stop < len(paragraph.text) <= stop + 6 and _solid(paragraph, stop) < 2


def _solid(paragraph: Measured, start: int) -> int:
    return sum(character not in PUNCTUATION for character in paragraph.text[start:])


def _set_line(paragraph: Measured, start: int, stop: int, room: float, *, justify: bool, squeezed: bool) -> Line:
    end = paragraph.trimmed(start, stop)
    width = paragraph.width(start, stop)
    trim = paragraph.trim(start)
    slack = room - width
    if squeezed and slack < 0:
        places = sum(squeezable(paragraph, index) for index in range(start, end - 1))
        return Line(start, end, width, slack / places, trim, squeeze=True)
    gap = 0.0
    if justify and stop < len(paragraph.text) and slack > 0:
        places = sum(stretches(paragraph, index) for index in range(start, end - 1))
        limit = (0.25 if room >= _WIDE * paragraph.em else 0.16) * paragraph.em
        gap = slack / places if places and slack / places <= limit else 0.0
    return Line(start, end, width, gap, trim)

"""The faces of the papers: loaded once, looked up character by character.

reportlab prints a blank where a face has no glyph. Here every character is looked up in the face's own table
first, then in the faces that stand in for it; what no face has is printed as 〓, the compositor's mark for a
missing sort.
"""

import threading
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfmetrics, ttfonts

from broker_app.paths import resources

MISSING_SORT = "〓"

_BLOCK = 100  # a ToUnicode block may hold at most a hundred lines


class Face(Enum):
    """A face and the file it lies in."""

    SANS = "NotoSansSC-Regular"
    SANS_BOLD = "NotoSansSC-SemiBold"
    SERIF = "NotoSerifSC-Regular"
    SERIF_BOLD = "NotoSerifSC-Bold"


_STAND_INS = {
    Face.SANS: (Face.SERIF,),
    Face.SANS_BOLD: (Face.SANS, Face.SERIF),
    Face.SERIF: (Face.SANS,),
    Face.SERIF_BOLD: (Face.SANS_BOLD, Face.SERIF),
}
_lock = threading.Lock()


@dataclass(frozen=True)
class Glyph:
    """How one character is printed: the face that has it, what is printed, its width in em."""

    face: Face
    printed: str
    width: float


@dataclass
class _Loaded:
    widths: dict[int, float]
    glyphs: dict[int, int]
    known: dict[str, Glyph] = field(default_factory=dict)


def glyph(face: Face, character: str) -> Glyph:
    """The glyph of a character in a face or in the face that stands in for it; 〓 when none has it."""
    known = _loaded(face).known
    found = known.get(character)
    if found is None:
        found = known[character] = _look_up(face, character)
    return found


def is_missing(character: str) -> bool:
    """Whether no face has this character. Private-use code points count as missing: nobody knows what they mean."""
    if 0xE000 <= ord(character) <= 0xF8FF or ord(character) >= 0xF0000:
        return True
    return all(not _has(face, character) for face in (Face.SERIF, Face.SANS))


def register(face: Face) -> str:
    """Load a face once and return the name the canvas knows it by."""
    _loaded(face)
    return face.value


def _look_up(face: Face, character: str) -> Glyph:
    private = 0xE000 <= ord(character) <= 0xF8FF
    for candidate in (face, *_STAND_INS[face]):
        if not private and _has(candidate, character):
            return Glyph(candidate, character, _loaded(candidate).widths[ord(character)])
    return Glyph(face, MISSING_SORT, 1.0)


def _has(face: Face, character: str) -> bool:
    return _loaded(face).glyphs.get(ord(character), 0) > 0


def _loaded(face: Face) -> _Loaded:
    with _lock:
        return _load(face)


@cache
def _load(face: Face) -> _Loaded:
    font: Any = ttfonts.TTFont(face.value, str(resources() / "fonts" / f"{face.value}.ttf"))
    pdfmetrics.registerFont(font)
    widths = {code: width / 1000 for code, width in font.face.charWidths.items()}
    return _Loaded(widths, font.face.charToGlyph)


def _to_unicode(font_name: str, subset: list[int]) -> str:
    """The table readers copy text by. reportlab writes code points beyond U+FFFF as they are; UTF-16BE is asked for."""
    rows = [f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for index, code in enumerate(subset)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo",
        f"<< /Registry ({font_name})",
        f"/Ordering ({font_name})",
        "/Supplement 0",
        ">> def",
        f"/CMapName /{font_name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        f"<00> <{len(subset) - 1:02X}>",
        "endcodespacerange",
    ]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


ttfonts.makeToUnicodeCMap = _to_unicode

"""The one door through which user text comes onto a paper.

Nothing is escaped, because nothing on a paper is markup. What has no printed form is taken out, what has
several forms gets one.
"""

import re
import unicodedata

# C0 and C1 controls, soft hyphen, zero-width and bidirectional marks, BOM, variation selectors, lone surrogates,
# noncharacters, tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff"
    "\ufdd0-\ufdef\U000e0000-\U000e0fff]"
)
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_BLANK = re.compile("[\xa0\u2000-\u200a\u202f\u205f]")
_APOSTROPHE = re.compile("(?<=[A-Za-z])’(?=[A-Za-z])")


def clean(text: str) -> str:
    """Text as it is printed: NFC, LF between lines, U+3000 for a tab, nothing invisible."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    text = _BLANK.sub(" ", text.replace("\t", "\u3000"))
    # A curly quote is one em wide in the Chinese faces, also in it’s.
    return _APOSTROPHE.sub("'", text)

"""Text that a spreadsheet program would run as a formula, made harmless and back again.

The rule is reliability.md T8: an apostrophe goes before a cell whose first visible character starts a
formula. A cell that already carries apostrophes there gets one more, so that taking one away restores
exactly what the person typed.
"""

import re

_RISKY = re.compile(r"'*[^\S\t\r]*[\u200b\ufeff]*[=+\-@\t\r＝＋－＠]")


def guard(text: str) -> str:
    """Return ``text`` as it may stand in a csv cell."""
    return "'" + text if _RISKY.match(text) else text


def unguard(text: str) -> str:
    """Return what :func:`guard` was given; any other text comes back as it is."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text

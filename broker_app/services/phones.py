"""Phone numbers are personal data: papers and lists show them masked (domain.md, codes and checks)."""

import re

_DIGITS = re.compile(r"\d")
_SEVERAL = re.compile(r"[/、,，;；]")


def masked_phone(phone: str) -> str:
    """``138****0000``; a short or foreign number keeps its first two and last two digits, of several the first."""
    digits = "".join(_DIGITS.findall(_SEVERAL.split(phone.strip())[0]))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if not digits:
        return ""
    if len(digits) == 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"{digits[:2]}****{digits[-2:]}" if len(digits) > 4 else "****"

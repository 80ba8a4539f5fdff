"""Phone numbers are personal data: papers and lists show them masked (domain.md, codes and checks)."""

import re

_DIGITS = re.compile(r"\d")
_SEVERAL = re.compile(r"[/、,，;；]")


def full_phones(phone: str) -> tuple[str, ...]:
    """The numbers in a field as digits, without 86 before a mobile number; what is too short to be one is left out."""
    found = []
    for part in _SEVERAL.split(phone):
        digits = "".join(_DIGITS.findall(part))
        digits = digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
        if len(digits) >= 7:
            found.append(digits)
    return tuple(found)


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

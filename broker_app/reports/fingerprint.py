"""The fingerprint of a paper: of what it says, not of the file it lies in."""

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from broker_app.services.sheets import SIGNED_LATER


def fingerprint(sheet: Any) -> str:
    """SHA-256 of a sheet as canonical JSON, 64 upper-case hex digits; the same before and after a signature.

    Raises TypeError when ``sheet`` is not a dataclass.
    """
    if not is_dataclass(sheet) or isinstance(sheet, type):
        raise TypeError(type(sheet).__name__)
    later = {one.name for one in fields(sheet) if one.metadata.get(SIGNED_LATER)}
    said = {name: value for name, value in asdict(sheet).items() if name not in later}
    content = {"sheet": type(sheet).__name__, "fields": said}
    canonical = json.dumps(content, default=_plain, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest().upper()


def in_fours(digits: str) -> str:
    """Hex digits as a person reads them: in groups of four."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)

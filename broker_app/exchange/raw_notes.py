"""Raw visit notes of a file, for ``broker need split``: ``{"visits": [{"visit_id", "visit_date", "raw_note"}]}``.

A list, one object, or one object a line are read too; other fields of a visit are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from broker_app.codes.industries import find_industries
from broker_app.errors import ImportFileError
from broker_app.i18n import _
from broker_app.services.numbers import today


@dataclass(frozen=True)
class RawNote:
    """A note with the day its dates count from and the industries of the firm, as codes."""

    visit_id: str
    visit_on: date
    text: str
    industries: tuple[str, ...] = ()


def read_raw_notes(path: Path) -> list[RawNote]:
    """The notes of a file in its order; a visit without a day counts from today.

    Raises:
        ImportFileError: the file cannot be read, is not JSON, or a visit has no note or an impossible day.
    """
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError:
        raise ImportFileError(_("读不了文件 {name}。").format(name=path.name)) from None
    return [_note(entry, ordinal) for ordinal, entry in enumerate(_entries(content), 1)]


def _entries(content: bytes) -> Iterator[Any]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield from _lines(content)
        return
    if isinstance(parsed, dict) and isinstance(parsed.get("visits"), list):
        yield from parsed["visits"]
    elif isinstance(parsed, list):
        yield from parsed
    else:
        yield parsed


def _lines(content: bytes) -> Iterator[Any]:
    for ordinal, line in enumerate(content.splitlines(), 1):
        if line.strip():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise ImportFileError(_("第 {line} 行不是 JSON。").format(line=ordinal)) from error


def _note(entry: Any, ordinal: int) -> RawNote:
    known = isinstance(entry, dict) and bool(entry.get("visit_id") or entry.get("id"))
    # A visit that is only planned has no note yet.
    text = (entry.get("raw_note") or entry.get("note") or ("" if known else None)) if isinstance(entry, dict) else None
    if not isinstance(text, str):
        raise ImportFileError(_("第 {n} 次走访没有原始纪要（raw_note）。").format(n=ordinal))
    firm = entry.get("enterprise")
    industry = firm.get("industry", "") if isinstance(firm, dict) else ""
    names = [industry] if isinstance(industry, str) else [name for name in industry if isinstance(name, str)]
    return RawNote(
        str(entry.get("visit_id") or entry.get("id") or ordinal),
        _day(entry.get("visit_date"), ordinal),
        text,
        tuple(dict.fromkeys(code for name in names for code in find_industries(name))),
    )


def _day(value: Any, ordinal: int) -> date:
    if value is None:
        return today()
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise ImportFileError(
            _("第 {n} 次走访的日期“{value}”不对，要写成 2026-11-24。").format(n=ordinal, value=value)
        ) from None

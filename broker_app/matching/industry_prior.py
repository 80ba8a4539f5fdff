"""Which discipline tends to serve which industry: a soft hint for ranking, never a filter.

Industries come as codes (``T1``), as names of the 5+5+N list or as free text (``电气/新能源``); achievements
often carry only a discipline. ``resources/terms/industry_fields.toml`` ties the two together.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from broker_app.matching.text import fold
from broker_app.paths import resources


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry of the table: how people write it and the disciplines that serve it (both folded)."""

    key: str
    codes: frozenset[str]
    names: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sector:
    """What is known of a text's trade: keys of industries it names and the discipline it comes from."""

    keys: frozenset[str]
    field: str


@cache
def industries() -> tuple[Industry, ...]:
    """Return the table of industries, read once."""
    with (resources() / "terms" / "industry_fields.toml").open("rb") as file:
        rows = tomllib.load(file)["industry"]
    return tuple(
        Industry(
            row["key"],
            frozenset(fold(code) for code in row.get("codes", ())),
            tuple(fold(name) for name in row["names"]),
            tuple(fold(field) for field in row["fields"]),
        )
        for row in rows
    )


@cache
def sector_of(written: tuple[str, ...], field: str) -> Sector:
    """Return the sector of a record: ``written`` are its industries as codes, names or free text."""
    return Sector(frozenset(_keys(written)), fold(field))


def agree(asked: Sector, offered: Sector) -> bool:
    """Tell whether two sectors meet: a common industry, or a discipline that serves the other's industry."""
    if asked.keys & offered.keys:
        return True
    return _serves(offered.field, asked.keys) or _serves(asked.field, offered.keys)


def _keys(written: Iterable[str]) -> Iterable[str]:
    for piece in map(fold, written):
        for industry in industries():
            if piece.strip() in industry.codes or any(name in piece for name in industry.names):
                yield industry.key


def _serves(field: str, keys: frozenset[str]) -> bool:
    if not field or not keys:
        return False
    return any(part in field for industry in industries() if industry.key in keys for part in industry.fields)

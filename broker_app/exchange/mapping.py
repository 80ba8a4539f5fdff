"""Which column of a file goes into which field: guessed from headings, kept in a file, checked."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from broker_app.errors import ImportFileError
from broker_app.exchange.fields import KINDS, Field, Kind, fields_of
from broker_app.i18n import _

_IN_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_LONG_ENOUGH = 3  # a known heading inside a longer one counts from so many characters on
_SPARE = 5  # and when at most so many others stand beside it


@dataclass(frozen=True)
class Mapping:
    """Pairs of column and field for one kind of record; a column goes to one field and a field has one column."""

    kind: Kind
    pairs: tuple[tuple[str, str], ...]

    def field_of(self, column: str) -> str | None:
        """Return the field ``column`` goes to, None when it is not imported."""
        return dict(self.pairs).get(column)

    def ignored(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the columns of a file that are not imported, to be listed."""
        taken = dict(self.pairs)
        return tuple(column for column in columns if column not in taken)

    def missing(self, columns: Iterable[str]) -> tuple[Field, ...]:
        """Return the required fields that get nothing from a file with these ``columns``."""
        present = set(columns)
        filled = {field for column, field in self.pairs if column in present}
        return tuple(field for field in fields_of(self.kind) if field.required and field.name not in filled)

    def with_pair(self, column: str, field: str | None) -> "Mapping":
        """Return the mapping with ``column`` sent to ``field``; None takes the column out."""
        pairs = [pair for pair in self.pairs if pair[0] != column and pair[1] != field]
        return checked_mapping(self.kind, [*pairs, (column, field)] if field else pairs)

    def to_json(self) -> str:
        """Return the text of a mapping file."""
        content = {"kind": self.kind, "columns": dict(self.pairs)}
        return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()

    @staticmethod
    def from_json(text: str | bytes) -> "Mapping":
        """Read a mapping file; raises ImportFileError when it is not one."""
        try:
            content = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ImportFileError(_("对照表第 {line} 行不合 JSON 格式。").format(line=error.lineno)) from error
        return _from_content(content)


def checked_mapping(kind: str, pairs: Iterable[tuple[str, str]]) -> Mapping:
    """Return the mapping of ``pairs``; raises ImportFileError for an unknown kind or field or a double use."""
    known_kind = next((known for known in KINDS if known == kind), None)
    if known_kind is None:
        raise ImportFileError(_("对照表里的记录种类“{kind}”不认识。").format(kind=kind))
    kept = tuple(pairs)
    names = {field.name for field in fields_of(known_kind)}
    for column, field in kept:
        if field not in names:
            raise ImportFileError(_("对照表里“{column}”对应的“{field}”不认识。").format(column=column, field=field))
    for position in (0, 1):
        used = [pair[position] for pair in kept]
        twice = next((name for name in used if used.count(name) > 1), None)
        if twice is not None:
            raise ImportFileError(_("对照表里“{name}”用了两次。").format(name=twice))
    return Mapping(known_kind, kept)


def guess_mapping(kind: Kind, columns: Iterable[str]) -> Mapping:
    """Return the likeliest mapping: known headings first, then headings that contain a known one."""
    free = {column: normal_heading(column) for column in columns}
    found: dict[str, str] = {}
    fields = fields_of(kind)
    for matches in (_same, _inside):
        for field in fields:
            if field.name not in found and (column := _best(field, free, matches)) is not None:
                found[field.name] = column
                del free[column]
    return Mapping(kind, tuple((found[field.name], field.name) for field in fields if field.name in found))


def columns_signature(columns: Iterable[str]) -> str:
    """Return a short key under which a mapping is remembered for files with these headings, in any order."""
    joined = "\n".join(sorted(normal_heading(column) for column in columns))
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:16]


def normal_heading(heading: str) -> str:
    """Return ``heading`` without brackets, signs, blanks and case: "*成果名称（必填）" and "成果名称" are one."""
    folded = unicodedata.normalize("NFKC", heading)
    bare = _IN_BRACKETS.sub("", folded)
    return _NOT_A_LETTER.sub("", bare if bare.strip(" *") else folded).casefold()


def _same(heading: str, known: str) -> bool:
    return heading == known


def _inside(heading: str, known: str) -> bool:
    return len(known) >= _LONG_ENOUGH and known in heading and len(heading) - len(known) <= _SPARE


def _best(field: Field, free: dict[str, str], matches: Callable[[str, str], bool]) -> str | None:
    for known in map(normal_heading, field.headings):
        for column, heading in free.items():
            if heading and matches(heading, known):
                return column
    return None


def _from_content(content: Any) -> Mapping:
    if not isinstance(content, dict) or not isinstance(content.get("columns"), dict):
        raise ImportFileError(_('对照表应当写成 {"kind": …, "columns": {列名: 字段}}。'))
    pairs = [(str(column), str(field)) for column, field in content["columns"].items() if field]
    return checked_mapping(str(content.get("kind", "")), pairs)

"""jsonl, one record a line, and json, one array or an object that holds one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import orjson

from broker_app.errors import ImportFileError
from broker_app.exchange.encodings import TextEncoding, open_text, unreadable
from broker_app.exchange.rows import BadRow, RowItem, SourceRow, bad_row
from broker_app.i18n import _

_LINE = 4 << 20  # characters of the longest line taken
# A json document, unlike jsonl, has to be held whole: bytes, and opening brackets, each a dict or a list.
_DOCUMENT = 16 << 20
_BRACKETS = 500_000


def is_json_lines(path: Path, encoding: TextEncoding) -> bool:
    """Tell jsonl from one json document: the first line is a whole object, and more lines follow.

    A single line is jsonl unless the suffix says .json.
    """
    with open_text(path, encoding) as stream:
        filled = (line.strip() for line in iter(lambda: stream.readline(_LINE), "") if line.strip())
        first, second = next(filled, ""), next(filled, "")
    try:
        whole = isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        # A broken first line must not turn a long jsonl into "one broken document".
        return path.suffix.casefold() != ".json" and second.startswith("{")
    return whole and (bool(second) or path.suffix.casefold() != ".json")


def read_json_lines(path: Path, encoding: TextEncoding) -> Iterator[RowItem]:
    """Yield one item per line that is not blank."""
    with open_text(path, encoding) as stream:
        for number, line in _numbered(stream):
            if len(line) >= _LINE:
                yield bad_row(number, line, _("这一行太长，读不了"))
            elif line and not line.isspace():
                yield unreadable(number, line) or _record(number, line)


def read_document(path: Path, encoding: TextEncoding) -> Iterator[RowItem]:
    """Yield the records of a json array, or of the longest array inside a json object; line = position.

    Raises ImportFileError when the document is too large, malformed or holds no records.
    """
    for position, item in enumerate(_items(_load(path, encoding), path), start=1):
        if isinstance(item, dict):
            yield SourceRow(position, item)
        else:
            yield bad_row(position, str(item), _("这一条不是一个对象，没有栏目名"))


def _numbered(stream: TextIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := stream.readline(_LINE):
        number += 1
        yield number, line
        while len(line) == _LINE and not line.endswith("\n"):
            line = stream.readline(_LINE)


def _record(number: int, line: str) -> SourceRow | BadRow:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return bad_row(number, line, _("第 {column} 个字符处不合 JSON 格式").format(column=error.colno))
    if not isinstance(value, dict):
        return bad_row(number, line, _("这一行不是一个对象，没有栏目名"))
    return SourceRow(number, value)


def _load(path: Path, encoding: TextEncoding) -> Any:
    with open_text(path, encoding) as stream:
        text = stream.read(_DOCUMENT + 1)
    if len(text) > _DOCUMENT or text.count("{") + text.count("[") > _BRACKETS:
        raise ImportFileError(
            _("“{name}”太大，json 一次读不下。请改存为 jsonl（一行一条）再导入。").format(name=path.name)
        )
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ImportFileError(
            _("“{name}”第 {line} 行第 {column} 个字符处不合 JSON 格式，什么都没有导入。").format(
                name=path.name, line=error.lineno, column=error.colno
            )
        ) from error


def _items(document: Any, path: Path) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        if {"title", "name"} & document.keys():
            return [document]
        lists = [value for key, value in document.items() if isinstance(value, list) and not key.startswith("_")]
        if lists:
            return max(lists, key=len)
    raise ImportFileError(_("“{name}”里没有找到记录：应当是一个数组，或者里面有一个数组。").format(name=path.name))


def union_of_columns(rows: Iterator[RowItem]) -> tuple[str, ...]:
    """Return every key that occurs, in order of first appearance."""
    seen: dict[str, None] = {}
    for row in rows:
        if isinstance(row, SourceRow):
            seen.update(dict.fromkeys(row.values))
    return tuple(seen)

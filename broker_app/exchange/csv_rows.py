"""csv as people really send it: comma, semicolon or tab, quotes over several lines, any line ending."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from broker_app.exchange.encodings import TextEncoding, open_text, unreadable
from broker_app.exchange.formula_guard import unguard
from broker_app.exchange.rows import RowItem, bad_row
from broker_app.exchange.table import Grid, GridItem
from broker_app.i18n import _

_DELIMITERS = (",", ";", "\t", "|")
_UNDIVIDED = "\x1f"  # for a file of one column, whose commas are part of the text
_RECORD_LINES = 200  # an unclosed quote may swallow at most so many lines
_LINE = 1 << 20


def csv_columns(path: Path, encoding: TextEncoding, delimiter: str) -> tuple[str, ...]:
    """Return the headings, empty when every row is blank."""
    with open_text(path, encoding, newline="") as stream:
        return Grid(_records(stream, delimiter)).columns


def read_csv(path: Path, encoding: TextEncoding, delimiter: str) -> Iterator[RowItem]:
    """Yield the rows below the headings; ``delimiter`` is "" for a file of one column."""
    with open_text(path, encoding, newline="") as stream:
        yield from Grid(_records(stream, delimiter)).rows()


def sniff_delimiter(path: Path, encoding: TextEncoding) -> str:
    """Return the sign that splits the first rows most evenly, "" when nothing does."""
    with open_text(path, encoding, newline="") as stream:
        first = stream.readline(_LINE)
        if _says_delimiter(first):
            return first.strip().strip('"')[-1]
        head = [first, *islice(iter(lambda: stream.readline(_LINE), ""), 20)]
    scores = {sign: _evenness(head, sign) for sign in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda sign: scores[sign])
    return best if scores[best] > (0, 0) else ""


def _evenness(head: list[str], delimiter: str) -> tuple[int, int]:
    """Return how many rows have the commonest number of cells, and that number; (0, 0) when it is one."""
    try:
        rows = [row for row in csv.reader(head, delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error:
        return 0, 0
    if not rows:
        return 0, 0
    cells, count = Counter(map(len, rows)).most_common(1)[0]
    divides = cells > 1 and (len(rows[0]) == cells or cells > 2)
    if not divides and len(rows[0]) > 1:
        cells, count, divides = len(rows[0]), 1, True
    return (count, cells) if divides else (0, 0)


def _says_delimiter(line: str) -> bool:
    """Excel's own hint in the first line: ``sep=;``."""
    text = line.strip("\r\n").strip('"')
    return len(text) == 5 and text.casefold().startswith("sep=")


def _records(stream: TextIO, delimiter: str) -> Iterator[GridItem]:
    lines = _Lines(stream)
    sign = delimiter or _UNDIVIDED
    reader = csv.reader(lines, delimiter=sign, strict=True)
    while True:
        lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield bad_row(lines.start, lines.taken[0], _refusal(lines.taken))
            # Only the first line is given up: the rows an open quote has swallowed are read again.
            lines.give_back()
            reader = csv.reader(lines, delimiter=sign, strict=True)
            continue
        if lines.start == 1 and _says_delimiter(lines.taken[0]):
            continue
        yield unreadable(lines.start, "".join(cells)) or (lines.start, [unguard(cell) for cell in cells])


def _refusal(taken: list[str]) -> str:
    if sum(map(len, taken)) > csv.field_size_limit() and '"' not in taken[0]:
        return _("这一行太长，读不了")
    return _("引号没有成对，或引号后面还有字")


class _Lines:
    """The lines of a stream, with the lines of the current record kept so that they can be given back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._next_line = 1
        self.start = 1
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _RECORD_LINES:
            raise csv.Error
        line = self._waiting.pop() if self._waiting else self._stream.readline(_LINE)
        if not line:
            raise StopIteration
        self._next_line += 1
        self.taken.append(line)
        return line

    def begin_record(self) -> None:
        self.start = self._next_line
        self.taken = []

    def give_back(self) -> None:
        self._waiting.extend(reversed(self.taken[1:]))
        self._next_line = self.start + 1

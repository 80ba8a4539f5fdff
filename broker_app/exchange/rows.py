"""What a file to import is made of, whatever its format: rows that could be read and rows that could not."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

Format = Literal["jsonl", "json", "csv", "xlsx"]

SHORTENED = 500  # characters of a bad row that are kept
SAMPLE_ROWS = 20


class SourceRow(NamedTuple):
    """One row: its line in the file (first line = 1; in .json the position) and column -> value.

    Values of csv are text; of xlsx text, numbers, booleans and ISO dates as text; of jsonl anything
    JSON knows, lists and objects included.
    """

    line: int
    values: dict[str, Any]


class BadRow(NamedTuple):
    """A row that cannot be taken apart: where it starts, its shortened text and the reason for people."""

    line: int
    raw: str
    reason: str


RowItem = SourceRow | BadRow


def bad_row(line: int, raw: str, reason: str) -> BadRow:
    """Return a :class:`BadRow` whose text is short and can be written to any file."""
    readable = raw.encode("utf-8", "replace").decode("utf-8")
    shown = readable if len(readable) <= SHORTENED else readable[:SHORTENED] + "…"
    return BadRow(line, shown.strip(), reason)


@dataclass(frozen=True)
class Source:
    """A file that can be imported, looked through once from beginning to end.

    ``row_count`` counts what :meth:`rows` yields, bad rows (``bad_count`` of them) included. ``encoding``
    is the name people are shown, empty for xlsx; ``delimiter`` is set for csv, ``sheet`` for xlsx.
    """

    path: Path
    format: Format
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    sample: tuple[SourceRow, ...]
    row_count: int
    bad_count: int
    _read: Callable[[], Generator[RowItem, None, None]] = field(repr=False, compare=False)

    def rows(self) -> Generator[RowItem, None, None]:
        """Read the file again, row by row; closing the iterator releases the file and ends the child process.

        Raises ImportFileError when the file has gone or changed so that it cannot be read any more.
        """
        return self._read()

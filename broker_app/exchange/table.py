"""From a grid of cells to rows with column names: what csv and xlsx have in common."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from broker_app.exchange.rows import BadRow, RowItem, SourceRow, bad_row
from broker_app.i18n import _

GridItem = tuple[int, Sequence[Any]] | BadRow

_LOOK_AHEAD = 10


def heading_row(rows: Sequence[Sequence[Any]]) -> int | None:
    """Return the index of the row of headings among the first rows, None when all are blank.

    Offices like to put a title line above the table: a row with one filled cell, followed soon by a row
    with three or more, is such a title.
    """
    filled = [sum(not _blank(cell) for cell in row) for row in rows]
    first = next((index for index, count in enumerate(filled) if count), None)
    if first is None or filled[first] > 1:
        return first
    return next((index for index, count in enumerate(filled) if index > first and count >= 3), first)


def column_names(headings: Sequence[Any]) -> tuple[str, ...]:
    """Name every column once: blank headings by position, repeated ones by their turn."""
    names: list[str] = []
    for position, heading in enumerate(headings, start=1):
        name = " ".join(str(heading).split()) or _("第 {n} 列").format(n=position)
        turn = 2
        unique = name
        while unique in names:
            unique = _("{name}（{turn}）").format(name=name, turn=turn)
            turn += 1
        names.append(unique)
    return tuple(names)


class Grid:
    """Reads the headings of a grid on construction, then yields its rows."""

    def __init__(self, items: Iterator[GridItem]) -> None:
        head = list(islice(items, _LOOK_AHEAD))
        good = [item for item in head if not isinstance(item, BadRow)]
        index = heading_row([cells for _line, cells in good])
        self.columns: tuple[str, ...] = () if index is None else column_names(_trimmed(good[index][1]))
        start = good[index][0] if index is not None else 0
        self._items = chain((item for item in head if item[0] > start), items)

    def rows(self) -> Iterator[RowItem]:
        """Yield the rows below the headings; blank rows are left out."""
        for item in self._items:
            if isinstance(item, BadRow):
                yield item
            elif not all(map(_blank, item[1])):
                yield self._row(*item)

    def _row(self, line: int, cells: Sequence[Any]) -> RowItem:
        width = len(self.columns)
        surplus = len(_trimmed(cells)) - width
        if surplus > 0:
            reason = _("比表头多出 {n} 格（可能少了引号或多了分隔符）").format(n=surplus)
            return bad_row(line, " | ".join(map(str, cells)), reason)
        padded = [*cells[:width], *[""] * (width - len(cells))]
        return SourceRow(line, dict(zip(self.columns, padded, strict=True)))


def _trimmed(cells: Sequence[Any]) -> Sequence[Any]:
    end = len(cells)
    while end and _blank(cells[end - 1]):
        end -= 1
    return cells[:end]


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())

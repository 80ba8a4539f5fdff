"""A long list of which only a window is in memory: the order is known as ids, rows are read where one looks."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QObject

from broker_app.ui.shell.paged_model import ROOT, Column, Index, PagedModel

RowT = TypeVar("RowT")
Order = Sequence[str]

_PIECE = 40  # rows read at once while scrolling: two windows full, a few milliseconds
_PIECES_KEPT = 60


class WindowedModel(PagedModel[RowT]):
    """The first page is read at once; if there is more, ``ask_order`` reads the ids of all rows off the UI thread.

    ``ask_order(tell)`` calls ``tell(order)`` when it has them; ``rows_of`` reads the rows of some ids, in their order.
    Memory holds the ids and some two thousand rows, however long the list.
    """

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        fetch: Callable[[int, int], Sequence[RowT]],
        ask_order: Callable[[Callable[[Order], None]], None],
        rows_of: Callable[[Order], Sequence[RowT]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, fetch, parent)
        self._ask_order, self._rows_of = ask_order, rows_of
        self._order: Order = ()
        self._pages: OrderedDict[int, Sequence[RowT]] = OrderedDict()
        self._asked = 0

    def row(self, number: int) -> RowT:
        """The row of a line, read if it is not in memory."""
        if number < len(self._rows):
            return self._rows[number]
        page, within = divmod(number, _PIECE)
        return self._page(page)[within]

    def find(self, wanted: Callable[[RowT], bool]) -> int:
        """The number of the first row in memory for which ``wanted`` holds, or -1."""
        at = super().find(wanted)
        if at >= 0:
            return at
        for page, rows in sorted(self._pages.items()):
            for within, row in enumerate(rows):
                if wanted(row):
                    return page * _PIECE + within
        return -1

    def reload(self, first: Sequence[RowT] | None = None) -> None:
        """Show the first page, read if it is not given; the rest follows, and where one looks stays until it has."""
        self.beginResetModel()
        self._rows = list(self._fetch(0, self.PAGE_SIZE) if first is None else first)
        self._pages.clear()
        self._asked += 1
        if len(self._rows) < self.PAGE_SIZE:
            self._order = ()
        self.endResetModel()
        if len(self._rows) == self.PAGE_SIZE:
            asked = self._asked
            self._ask_order(lambda order: self._take_order(order, asked))

    def restart(self, first: Sequence[RowT] | None = None) -> None:
        """Show the first page after the search has changed; the old order says nothing any more."""
        self._order = ()
        super().restart(first)

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many rows there are, as far as is known."""
        return 0 if parent.isValid() else max(len(self._rows), len(self._order))

    def canFetchMore(self, parent: Index) -> bool:
        """Never: the order brings all rows at once."""
        return False

    def _take_order(self, order: Order, asked: int) -> None:
        if asked != self._asked or list(order) == list(self._order):
            return
        before, after = self.rowCount(), max(len(self._rows), len(order))
        self._pages.clear()
        if not self._order and after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self._order = order
            self.endInsertRows()
        elif after != before:
            self.beginResetModel()
            self._order = order
            self.endResetModel()
        else:
            self._order = order
            self.dataChanged.emit(self.index(0, 0), self.index(after - 1, len(self.columns) - 1))

    def _page(self, number: int) -> Sequence[RowT]:
        found = self._pages.get(number)
        if found is None:
            first = number * _PIECE
            found = self._rows_of(self._order[first : first + _PIECE])
            self._pages[number] = found
            if len(self._pages) > _PIECES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return found

"""Grids: rows of cells with spans, repeated heads, rows that break with （续）, captions and vertical group labels.

A grid cut at a page foot closes its frame there and opens a new one on the next page; there are no open edges.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from broker_app.reports.flow import MM, Block, Canvas
from broker_app.reports.text import Text

THIN, MEDIUM, FRAME = 0.5, 0.75, 1.2  # rule weights in points

_PAD_X, _PAD_Y = 2 * MM, 1.5 * MM
_TALL = 60 * MM  # from here the content of a row stands at its top, but for the label
_WHOLE = 6  # lines: a shorter row does not break
_HAIR = 1e-4


@dataclass(frozen=True)
class Cell:
    """A cell over ``span`` columns. ``again`` is its content on the next page when its row breaks: a label repeats."""

    block: Block
    span: int = 1
    again: Block | None = None
    pad: float = _PAD_X
    middle: bool = True


@dataclass(frozen=True)
class Row:
    """A row: its cells, its least height in points, whether it stays with the next one, the rule above it."""

    cells: tuple[Cell, ...]
    least: float = 7 * MM
    keep: bool = False
    rule: float = THIN
    group: str = ""
    joined: bool = False  # no rule above the first cell: its label serves several rows
    broken: bool = False  # the rest of a row that began on the page before


@dataclass(frozen=True)
class Grid(Block):
    """A table. ``columns`` and ``group_width`` in points; the first ``head`` rows repeat on every page."""

    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    head: int = 0
    caption: Block | None = None
    caption_again: Block | None = None
    group_width: float = 0.0
    group_label: Callable[[str, float], Block] | None = None
    space_after: float = 0.0
    keep: bool = False
    glued: bool = False
    bookmark: tuple[int, str] | None = None
    _heights: dict[int, float] = field(default_factory=dict, repr=False, compare=False)

    def height(self, width: float) -> float:
        return self._caption_height() + sum(self._row_heights()) + FRAME

    def least(self, width: float) -> float:
        """Caption, head and enough rows that the table is not begun for one of them."""
        heights = self._row_heights()
        first = self.head
        stop = self._kept_end(max(first, min(first + 2, len(self.rows) - 1)) if self.head else first)
        if stop < len(self.rows) and self.head and sum(heights[first:]) <= _TALL:
            stop = len(self.rows)
        opening = self._caption_height() + sum(heights[:first]) + FRAME
        body = sum(heights[first:stop])
        if self._breaks(self.rows[first]):
            body = min(body, self._least_part(self.rows[first]))
        return opening + body

    def cut(self, width: float, room: float) -> tuple[Block, Block] | None:
        room -= self._caption_height() + FRAME
        heights = self._row_heights()
        used, at = 0.0, 0
        while at < len(self.rows) and used + heights[at] <= room + _HAIR:
            used += heights[at]
            at += 1
        pair = self._cut_row(self.rows[at], room - used) if self.head <= at < len(self.rows) else None
        if pair is None:
            at = self._unkept(at)
        if at <= self.head and pair is None:
            return None
        upper, lower = ((pair[0],), (pair[1],)) if pair else ((), ())
        rest = self.rows[at + len(upper) :]
        return self._upper((*self.rows[:at], *upper)), self._lower((*lower, *rest))

    def _unkept(self, at: int) -> int:
        """Go back to a row that lets the next one go; rows that are kept past a whole page part all the same."""
        back = at
        while back > self.head and self.rows[back - 1].keep:
            back -= 1
        return back if back > self.head else at

    def cut_end(self, width: float) -> tuple[Block, Block] | None:
        at = len(self.rows) - 1
        while at > self.head and self.rows[at - 1].keep:
            at -= 1
        if at <= self.head:
            return None
        return self._upper(self.rows[:at]), self._lower(self.rows[at:])

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        if self.caption:
            self.caption.draw(canvas, x, top, width)
            top -= self._caption_height()
        top -= FRAME / 2
        heights = self._row_heights()
        left, right = x + self.group_width, x + self.group_width + sum(self.columns)
        edges = [top]
        for index, (row, height) in enumerate(zip(self.rows, heights, strict=True)):
            served = sum(heights[index : self._joined_end(index)])
            _draw_row(canvas, self._spans(row, left), edges[-1], height, served)
            edges.append(edges[-1] - height)
        self._draw_rules(canvas, left, right, edges)
        self._draw_groups(canvas, x, edges)
        canvas.setLineWidth(FRAME)
        canvas.rect(x, edges[-1], right - x, top - edges[-1])

    def _caption_height(self) -> float:
        if self.caption is None:
            return 0.0
        return self.caption.height(self.group_width + sum(self.columns)) + self.caption.space_after

    def _upper(self, rows: Sequence[Row]) -> "Grid":
        return replace(self, rows=tuple(rows), space_after=0.0, _heights={})

    def _lower(self, rows: Sequence[Row]) -> "Grid":
        head = self.rows[: self.head]
        first, *others = rows
        return replace(
            self,
            rows=(*head, _with_own_label(first), *others),
            caption=self.caption_again,
            bookmark=None,
            glued=False,
            _heights={},
        )

    def _joined_end(self, index: int) -> int:
        """One past the last row that the label of a row serves."""
        stop = index + 1
        while stop < len(self.rows) and self.rows[stop].joined:
            stop += 1
        return stop

    def _kept_end(self, first: int) -> int:
        stop = first + 1
        while stop < len(self.rows) and self.rows[stop - 1].keep:
            stop += 1
        return min(stop, len(self.rows))

    def _row_heights(self) -> list[float]:
        heights = [self._row_height(index) for index in range(len(self.rows))]
        for first, stop, name in self._groups():
            label = self._group_block(name)
            short = label.height(self.group_width) + 2 * MM - sum(heights[first:stop]) if label else 0.0
            if short > 0:
                heights[stop - 1] += short
        return heights

    def _row_height(self, index: int) -> float:
        if index not in self._heights:
            self._heights[index] = self._natural_height(self.rows[index])
        return self._heights[index]

    def _natural_height(self, row: Row) -> float:
        spans = self._spans(row, 0.0)
        inner = (cell.block.height(width - 2 * cell.pad) for cell, _left, width in spans)
        return max(row.least, max(inner, default=0.0) + 2 * _PAD_Y)

    def _spans(self, row: Row, left: float) -> Iterator[tuple[Cell, float, float]]:
        """Each cell with its left edge and its width."""
        column = 0
        for cell in row.cells:
            width = sum(self.columns[column : column + cell.span])
            yield cell, left, width
            left += width
            column += cell.span

    def _breaks(self, row: Row) -> bool:
        return any(
            isinstance(cell.block, Text)
            and cell.again is None
            and len(cell.block.lines(width - 2 * cell.pad)) >= _WHOLE
            for cell, _left, width in self._spans(row, 0.0)
        )

    def _least_part(self, row: Row) -> float:
        texts = [
            cell.block.least(width - 2 * cell.pad)
            for cell, _left, width in self._spans(row, 0.0)
            if isinstance(cell.block, Text)
        ]
        return max(row.least, max(texts, default=0.0) + 2 * _PAD_Y)

    def _cut_row(self, row: Row, room: float) -> tuple[Row, Row] | None:
        inner = room - 2 * _PAD_Y
        if inner <= 0 or not self._breaks(row):
            return None
        upper, lower, moved = [], [], False
        for cell, _left, width in self._spans(row, 0.0):
            pair = _cut_cell(cell, width - 2 * cell.pad, inner)
            if pair is None:
                return None
            moved = moved or (cell.again is None and not _is_empty(pair[1].block))
            upper.append(pair[0])
            lower.append(pair[1])
        if not moved:
            return None
        return (
            replace(row, cells=tuple(upper), keep=False),
            replace(row, cells=tuple(lower), least=7 * MM, broken=True),
        )

    def _draw_rules(self, canvas: Canvas, left: float, right: float, edges: Sequence[float]) -> None:
        for index, row in enumerate(self.rows):
            if index:
                before = self.rows[index - 1]
                heavy = index == self.head or row.group != before.group
                start = left + self.columns[0] * row.cells[0].span if row.joined else left
                canvas.setLineWidth(MEDIUM if heavy else row.rule)
                canvas.line(start, edges[index], right, edges[index])
            canvas.setLineWidth(THIN)
            for _cell, cell_left, _width in list(self._spans(row, left))[1:]:
                canvas.line(cell_left, edges[index], cell_left, edges[index + 1])

    def _groups(self) -> Iterator[tuple[int, int, str]]:
        """Runs of rows under one vertical label: first, one past the last, label."""
        if not self.group_width:
            return
        starts = [i for i, row in enumerate(self.rows) if i == 0 or row.group != self.rows[i - 1].group]
        for first, stop in pairwise([*starts, len(self.rows)]):
            yield first, stop, self.rows[first].group

    def _group_block(self, name: str) -> Block | None:
        return self.group_label(name, self.group_width) if self.group_label and name else None

    def _draw_groups(self, canvas: Canvas, x: float, edges: Sequence[float]) -> None:
        for first, stop, name in self._groups():
            if first:
                canvas.setLineWidth(MEDIUM)
                canvas.line(x, edges[first], x + self.group_width, edges[first])
            canvas.setLineWidth(THIN)
            canvas.line(x + self.group_width, edges[first], x + self.group_width, edges[stop])
            label = self._group_block(name)
            if label:
                spare = edges[first] - edges[stop] - label.height(self.group_width)
                label.draw(canvas, x, edges[first] - spare / 2, self.group_width)


def _draw_row(
    canvas: Canvas, spans: Iterator[tuple[Cell, float, float]], top: float, height: float, served: float
) -> None:
    """Draw the cells of a row; a label stands in the middle of all the ``served`` points its rows take."""
    for order, (cell, left, width) in enumerate(spans):
        inner = width - 2 * cell.pad
        is_label = cell.again is not None
        spare = (served if is_label and not order else height) - cell.block.height(inner)
        middle = cell.middle and (height <= _TALL or is_label)
        cell.block.draw(canvas, left + cell.pad, top - (spare / 2 if middle else _PAD_Y), inner)


def _with_own_label(row: Row) -> Row:
    """The first row on a page says itself what the label on the page before said."""
    label, *others = row.cells
    if not row.joined:
        return row
    again = replace(label, block=label.again) if label.again else label
    return replace(row, cells=(again, *others), joined=False)


def _cut_cell(cell: Cell, width: float, room: float) -> tuple[Cell, Cell] | None:
    """A cell's part above the break and below it; None when it has content and none of it fits."""
    if cell.again is not None:
        return cell, replace(cell, block=cell.again)
    if cell.block.height(width) <= room + _HAIR:
        return cell, replace(cell, block=Empty())
    pair = cell.block.cut_lines(width, room, whole=1) if isinstance(cell.block, Text) else None
    return (replace(cell, block=pair[0]), replace(cell, block=pair[1])) if pair else None


class Empty(Block):
    """Nothing: a cell somebody writes into, or the rest of a short cell below a break."""

    def height(self, width: float) -> float:
        return 0.0

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        return


def _is_empty(block: Block) -> bool:
    return isinstance(block, Empty)

"""However the pages fall, nothing is lost and nothing printed twice."""

from hypothesis import given, settings
from hypothesis import strategies as st

from broker_app.reports.flow import Block, Placed, flow
from broker_app.reports.fonts import Face
from broker_app.reports.grid import Cell, Grid, Row
from broker_app.reports.text import Style, Text

SERIF = Style(Face.SERIF, 10, 16)
WIDTH = 400.0

cells = st.lists(st.text("乐清低压电器，。", min_size=1, max_size=400), min_size=2, max_size=2)
grids = st.lists(st.tuples(cells, st.booleans()), min_size=1, max_size=12)


def said(blocks: list[Block], width: float, column: int) -> str:
    """The text of one column over all pages."""
    texts = [
        row.cells[column].block
        for block in blocks
        if isinstance(block, Grid)
        for row in block.rows[block.head :]
        if len(row.cells) > column
    ]
    return "".join(
        laid.paragraph.measured.text[laid.line.start : laid.line.stop]
        for text in texts
        if isinstance(text, Text)
        for laid in text.lines(width)
    )


def grid(rows: list[tuple[list[str], bool]], *, head: int) -> Grid:
    body = [
        Row((Cell(Text(left, SERIF), pad=0), Cell(Text(right, SERIF), pad=0)), keep=keep)
        for (left, right), keep in rows
    ]
    heads = [Row((Cell(Text("头", SERIF), pad=0), Cell(Text("头", SERIF), pad=0)))] * head
    return Grid((WIDTH / 2, WIDTH / 2), (*heads, *body), head=head, caption=Text("标题", SERIF))


@settings(max_examples=150, deadline=None)
@given(grids, st.integers(150, 700), st.integers(0, 1))
def test_tables_come_back_whole(rows: list[tuple[list[str], bool]], height: int, head: int) -> None:
    pages = flow([grid(rows, head=head)], WIDTH, float(height))
    blocks = [one.block for page in pages for one in page]
    for column in (0, 1):
        assert said(blocks, WIDTH / 2, column) == "".join(row[0][column] for row in rows)
    assert all(one.rows[0].cells for one in blocks if isinstance(one, Grid))
    for page in pages:
        assert all(_inside(one, height) for one in page)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("瓯江两岸，", min_size=1, max_size=900), min_size=1, max_size=6), st.integers(100, 600))
def test_running_text_comes_back_whole(paragraphs: list[str], height: int) -> None:
    pages = flow([Text(one, SERIF, space_after=5, keep=len(one) % 3 == 0) for one in paragraphs], WIDTH, float(height))
    blocks = [one.block for page in pages for one in page]
    lines = [laid for block in blocks if isinstance(block, Text) for laid in block.lines(WIDTH)]
    printed = "".join(laid.paragraph.measured.text[laid.line.start : laid.line.stop] for laid in lines)
    assert printed == "".join(paragraphs)
    assert all(page for page in pages)


def test_a_signature_takes_the_last_row_along() -> None:
    rows = [(["一行", "一行"], False)] * 9
    table, signature = grid(rows, head=1), Text("签字", SERIF, glued=True)
    height = table.height(WIDTH) + 5
    first, second = flow([table, signature], WIDTH, height)
    tail, signed = second[0].block, second[1].block
    assert isinstance(tail, Grid)
    assert len(tail.rows) == 2  # the head and the last row
    assert signed is signature
    assert isinstance(first[0].block, Grid)
    assert len(first[0].block.rows) == 9


def _inside(one: Placed, height: int) -> bool:
    """Rows of under six lines never break, so a page lower than such a row lets it stick out; no other does."""
    block = one.block
    short = isinstance(block, Grid) and len(block.rows) - block.head == 1
    return short or one.below + block.height(WIDTH) <= height + 0.01

"""Pages: two families of geometry, what stands around the type area, and the file itself.

The flow knows all pages before the first is drawn, so "page x of y" needs no second pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas as PdfCanvas

from broker_app.reports.clean import clean
from broker_app.reports.fingerprint import in_fours
from broker_app.reports.flow import MM, Block, Canvas, Placed, flow
from broker_app.reports.fonts import Face, register
from broker_app.reports.grid import THIN
from broker_app.reports.text import Align, Style, Text

rl_config.useA85 = 0  # streams as bytes, not as text that is a quarter longer

_PAGE_WIDTH, _PAGE_HEIGHT = 210 * MM, 297 * MM
_FOOT = 12 * MM  # baseline of the footer above the edge
_HEAD_RULE = 5 * MM  # the rule of the running head above the type area
_GW_NUMBER = 7 * MM  # GB/T 9704—2012 7.5: the page number under the type area
_SHORT = 16  # hex digits of the fingerprint in the footer


class Family(Enum):
    """Page geometry in mm: binding side, outer side, top, bottom of the type area."""

    FORM = (25, 17, 24, 22)
    LETTER = (28, 26, 37, 35)  # GB/T 9704—2012

    @property
    def width(self) -> float:
        """Width of the type area in points."""
        return _PAGE_WIDTH - (self.value[0] + self.value[1]) * MM

    @property
    def height(self) -> float:
        """Height of the type area in points."""
        return _PAGE_HEIGHT - (self.value[2] + self.value[3]) * MM


@dataclass(frozen=True)
class Paper:
    """A paper ready to be set."""

    family: Family
    title: str
    number: str
    fingerprint: str
    author: str
    frozen_at: datetime  # aware
    blocks: Sequence[Block]
    duplex: bool = True  # the binding side changes on even pages


def render(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes."""
    return render_counted(paper)[0]


def render_counted(paper: Paper) -> tuple[bytes, int]:
    """The paper as PDF, and how many pages it has."""
    book = PaperBook(f"{paper.title} {paper.number}".strip(), paper.title)
    pages = book.add(paper)
    return book.content(), pages


class PaperBook:
    """Papers one after the other in one file: faces are embedded once, each paper counts its own pages.

    On paper printed on both sides each begins on a front side. The file bears the moment of its latest paper, so the
    same papers give the same bytes.
    """

    def __init__(self, title: str, subject: str) -> None:
        self._buffer = BytesIO()
        self._canvas = _open(self._buffer, title, subject)
        self._sides = 0
        self._moment: datetime | None = None

    def add(self, paper: Paper) -> int:
        """Set a paper; returns how many pages it has."""
        if self._moment is None:
            self._canvas.setAuthor(clean(paper.author))
        self._moment = max(paper.frozen_at, self._moment or paper.frozen_at)
        if paper.duplex and self._sides % 2:
            self._canvas.showPage()
            self._sides += 1
        pages = flow(paper.blocks, paper.family.width, paper.family.height)
        for number, placed in enumerate(pages, 1):
            _draw_page(self._canvas, paper, placed, number, len(pages), before=self._sides)
            self._canvas.showPage()
        self._sides += len(pages)
        return len(pages)

    def content(self) -> bytes:
        """The file; nothing can be added afterwards. There must be a paper in it."""
        if self._moment is not None:
            _stamp(self._canvas, self._moment)
        self._canvas.save()
        return self._buffer.getvalue()


def _open(buffer: BytesIO, title: str, subject: str) -> Canvas:
    canvas: Canvas = PdfCanvas(
        buffer,
        pagesize=(_PAGE_WIDTH, _PAGE_HEIGHT),
        invariant=1,
        pageCompression=1,
        pdfVersion=(1, 5),
        initialFontName=register(Face.SANS),
        initialFontSize=9,
        lang="zh-CN",
    )
    canvas.setTitle(clean(title))
    canvas.setSubject(clean(subject))
    canvas.setCreator("Broker")
    canvas.setProducer("Broker")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setLineJoin(0)
    return canvas


def _stamp(canvas: Canvas, moment: datetime) -> None:
    """The file's own date: when the data last changed, not when it was printed."""
    stamp = canvas._doc._timeStamp
    offset = moment.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    stamp.t = moment.timestamp()
    stamp.YMDhms = moment.timetuple()[:6]
    stamp.dhh, stamp.dmm = divmod(minutes, 60)


def _draw_page(
    canvas: Canvas, paper: Paper, placed: Sequence[Placed], number: int, total: int, *, before: int = 0
) -> None:
    binding, outer, top, _bottom = (side * MM for side in paper.family.value)
    mirrored = paper.duplex and number % 2 == 0
    left = outer if mirrored else binding
    upper, width = _PAGE_HEIGHT - top, paper.family.width
    canvas.setLineJoin(0)
    if paper.family is Family.FORM and number > 1:
        _running_head(canvas, paper, left, upper + _HEAD_RULE, mirrored=mirrored)
    for count, one in enumerate(placed):
        if one.block.bookmark:
            _bookmark(canvas, one.block.bookmark, f"b{before + number}-{count}", upper - one.below)
        one.block.draw(canvas, left, upper - one.below, width)
    _foot(canvas, paper, left, number, total, mirrored=mirrored)


def _bookmark(canvas: Canvas, bookmark: tuple[int, str], key: str, top: float) -> None:
    level, words = bookmark
    canvas.bookmarkHorizontal(key, 0, top)
    canvas.addOutlineEntry(clean(words), key, level)


def _running_head(canvas: Canvas, paper: Paper, left: float, rule: float, *, mirrored: bool) -> None:
    width = paper.family.width
    ends = (paper.number, paper.title) if mirrored else (paper.title, paper.number)
    _line(canvas, ends[0], Align.LEFT, left, rule + 1.2 * MM, width)
    _line(canvas, ends[1], Align.RIGHT, left, rule + 1.2 * MM, width)
    canvas.setLineWidth(THIN)
    canvas.line(left, rule, left + width, rule)


def _foot(canvas: Canvas, paper: Paper, left: float, number: int, total: int, *, mirrored: bool) -> None:
    width = paper.family.width
    binding_side = Align.RIGHT if mirrored else Align.LEFT
    outer_side = Align.LEFT if mirrored else Align.RIGHT
    short = f"指纹 {in_fours(paper.fingerprint[:_SHORT])}"
    if paper.family is Family.FORM:
        _line(canvas, short, binding_side, left, _FOOT, width)
        counted = f"第 {number} 页　共 {total} 页"
        _line(canvas, counted, outer_side, left, _FOOT, width)
        return
    size = 14.0
    baseline = paper.family.value[3] * MM - _GW_NUMBER
    _line(canvas, short, binding_side, left, baseline - 4 * MM, width)
    style = Style(Face.SERIF, size, size, outer_side)
    inset = size  # one character in
    Text(f"— {number} —", style).draw(canvas, left + inset, baseline + 0.88 * size, width - 2 * inset)


def _line(canvas: Canvas, words: str, align: Align, left: float, baseline: float, width: float) -> None:
    size = 9.0
    Text(words.replace("\n", " "), Style(Face.SANS, size, size, align)).draw(
        canvas, left, baseline + 0.88 * size, width
    )

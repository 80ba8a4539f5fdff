"""Running text: plain runs of characters, broken, justified, drawn. Nothing is parsed, so nothing can be injected."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from broker_app.reports.clean import clean
from broker_app.reports.flow import Block, Canvas
from broker_app.reports.fonts import Face, Glyph, glyph, register
from broker_app.reports.line_break import Line, Measured, break_lines, is_word, squeezable, stretches

_ASCENT = 0.88  # of the em box of the Noto faces
_DASH_SCALE = 124.5  # per cent: two dashes of —— then meet
_DASH_SHIFT = -0.0535  # em
_JUSTIFIED = 16  # em: narrower text looks worse justified than flush left
_SMALLEST = 0.7  # of the size of a number
_VISIBLE = 0.09  # em: from here readers take a gap for a blank
_BEFORE, _AFTER, _WHOLE = 3, 2, 6  # lines before and after a break; a text shorter than this does not break


class Align(Enum):
    """How lines stand between the edges."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    JUSTIFY = "justify"


@dataclass(frozen=True)
class Style:
    """Face, size and leading in points, first-line indent in em."""

    face: Face
    size: float
    leading: float
    align: Align = Align.LEFT
    indent: float = 0.0


Run = tuple[str, Face]


@dataclass(frozen=True)
class _Paragraph:
    measured: Measured
    glyphs: Sequence[Glyph]
    style: Style
    dashes: frozenset[int]  # positions of dashes that stand beside another


@dataclass(frozen=True)
class _Laid:
    """One line ready to be drawn; ``indent`` in points."""

    paragraph: _Paragraph
    line: Line
    indent: float


class Text(Block):
    """Paragraphs in one style. A line feed in the text begins a new paragraph."""

    def __init__(
        self,
        content: str | Sequence[Run],
        style: Style,
        *,
        space_after: float = 0.0,
        keep: bool = False,
        glued: bool = False,
        bookmark: tuple[int, str] | None = None,
    ) -> None:
        runs = [(content, style.face)] if isinstance(content, str) else content
        self.style = style
        self.space_after, self.keep, self.glued, self.bookmark = space_after, keep, glued, bookmark
        self._paragraphs = [_measure(one, style) for one in _paragraphs(runs)]
        self._laid: dict[float, list[_Laid]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be seen."""
        return not any(one.measured.text.strip() for one in self._paragraphs)

    def lines(self, width: float) -> list[_Laid]:
        """The lines at this width."""
        laid = self._laid.get(width)
        if laid is None:
            laid = self._laid[width] = [line for one in self._paragraphs for line in _lay(one, width)]
        return laid

    def natural_width(self) -> float:
        """Width of the widest paragraph on one line."""
        return max(one.measured.width(0, len(one.measured.text)) for one in self._paragraphs)

    def height(self, width: float) -> float:
        return len(self.lines(width)) * self.style.leading

    def least(self, width: float) -> float:
        count = len(self.lines(width))
        return (count if count < _WHOLE else _BEFORE) * self.style.leading

    def cut(self, width: float, room: float) -> tuple[Block, Block] | None:
        return self.cut_lines(width, room, whole=_WHOLE)

    def cut_lines(self, width: float, room: float, *, whole: int) -> "tuple[Text, Text] | None":
        """Cut at a line: at least three lines before and two after, and none if there are fewer than ``whole``."""
        lines = self.lines(width)
        fitting = int((room + 1e-6) // self.style.leading)
        at = min(fitting, len(lines) - _AFTER)
        if len(lines) < whole or at < min(_BEFORE, len(lines) - _AFTER) or at < 1:
            return None
        return self._part(width, lines[:at], 0.0), self._part(width, lines[at:], self.space_after)

    def cut_end(self, width: float) -> tuple[Block, Block] | None:
        lines = self.lines(width)
        if len(lines) < _BEFORE + _AFTER:
            return None
        return self._part(width, lines[:-_AFTER], 0.0), self._part(width, lines[-_AFTER:], self.space_after)

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        leading, size = self.style.leading, self.style.size
        baseline = top - (leading - size) / 2 - _ASCENT * size
        for laid in self.lines(width):
            draw_line(canvas, laid, x, baseline, width)
            baseline -= leading

    def _part(self, width: float, lines: list[_Laid], space_after: float) -> "Text":
        part = Text("", self.style, space_after=space_after)
        part._laid = {width: lines}
        part._paragraphs = [laid.paragraph for laid in lines[:1]]
        return part


class OneLine(Text):
    """A number that does not wrap: smaller type where the column is too narrow, down to 70 per cent, then it breaks."""

    def __init__(self, words: str, style: Style) -> None:
        super().__init__(words, style)
        self._words = words

    def lines(self, width: float) -> list[_Laid]:
        factor = width / max(self.natural_width() + 0.01, 1.0)
        if not _SMALLEST <= factor < 1:
            return super().lines(width)
        if width not in self._laid:
            self._laid[width] = Text(self._words, replace(self.style, size=self.style.size * factor)).lines(width)
        return self._laid[width]


def draw_line(canvas: Canvas, laid: _Laid, x: float, baseline: float, width: float) -> None:
    """Draw one line; a line whose gaps could be taken for blanks carries its true text along."""
    line, paragraph = laid.line, laid.paragraph
    text = paragraph.measured.text[line.start : line.stop]
    if not text:
        return
    places = _places(laid, x + _offset(laid, width))
    # pdfium drops characters beyond U+FFFF from such a true text, so these lines do without one.
    beyond = max(text) > "\uffff"
    wrapped = not beyond and (line.gap > _VISIBLE * paragraph.style.size or _needs_true_text(paragraph, line))
    if wrapped:
        canvas._code.append(_true_text(text))
    drawn = canvas.beginText()
    _draw_runs(drawn, laid, places, baseline, singly=beyond)
    canvas.drawText(drawn)
    if wrapped:
        canvas._code.append("EMC")


def _true_text(text: str) -> str:
    """The operator that opens a span which reads as ``text``, whatever is drawn in it."""
    return f"/Span <</ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>>> BDC"


def _paragraphs(runs: Iterable[Run]) -> list[list[Run]]:
    paragraphs: list[list[Run]] = [[]]
    for text, face in runs:
        first, *others = clean(text).split("\n")
        paragraphs[-1].append((first, face))
        paragraphs += [[(other, face)] for other in others]
    return paragraphs


def _measure(runs: Sequence[Run], style: Style) -> _Paragraph:
    text = "".join(run for run, _face in runs)
    glyphs = [glyph(face, character) for run, face in runs for character in run]
    widths = [one.width * style.size for one in glyphs]
    dashes = _joined_dashes(text)
    for index in dashes:
        widths[index] = style.size
    return _Paragraph(Measured(text, style.size, widths), glyphs, style, dashes)


def _joined_dashes(text: str) -> frozenset[int]:
    return frozenset(index for pair in re.finditer("——+", text) for index in range(*pair.span()))


def _lay(paragraph: _Paragraph, width: float) -> Iterable[_Laid]:
    style = paragraph.style
    indent = style.indent * style.size
    justify = style.align is Align.JUSTIFY and width >= _JUSTIFIED * style.size
    for count, line in enumerate(break_lines(paragraph.measured, width, indent, justify=justify)):
        yield _Laid(paragraph, line, 0.0 if count else indent)


def _offset(laid: _Laid, width: float) -> float:
    align = laid.paragraph.style.align
    if align is Align.CENTRE:
        return (width - _full_width(laid)) / 2
    if align is Align.RIGHT:
        return width - _full_width(laid)
    return laid.indent - laid.line.trim


def _full_width(laid: _Laid) -> float:
    """Width of the line with its blanks: a date stands two em from the right edge because of them."""
    measured, line = laid.paragraph.measured, laid.line
    stop = line.stop
    while stop < len(measured.text) and measured.text[stop] == "　":
        stop += 1
    return measured.positions[stop] - measured.positions[line.start] if stop > line.stop else line.width


def _places(laid: _Laid, x: float) -> list[float]:
    """Where each character of the line begins."""
    measured, line = laid.paragraph.measured, laid.line
    positions, places, extra = measured.positions, [], 0.0
    origin = x - positions[line.start]
    last = line.stop - 1
    for index in range(line.start, line.stop):
        places.append(origin + positions[index] + extra)
        if line.gap and index < last:
            moves = squeezable(measured, index) if line.squeeze else stretches(measured, index)
            extra += line.gap if moves else 0.0
    return places


def _needs_true_text(paragraph: _Paragraph, line: Line) -> bool:
    """Latin beside Chinese, joined dashes, a missing sort: what is drawn reads otherwise than it is written."""
    text = paragraph.measured.text
    for index in range(line.start, line.stop):
        if paragraph.glyphs[index].printed != text[index]:
            return True
        if index + 1 < line.stop and is_word(text[index]) != is_word(text[index + 1]):
            return True
    return False


def _draw_runs(drawn: Canvas, laid: _Laid, places: Sequence[float], baseline: float, *, singly: bool) -> None:
    """Draw runs of one face; ``singly``: each missing sort carries its own true character."""
    line, paragraph = laid.line, laid.paragraph
    size = paragraph.style.size
    alone = {index - line.start for index in paragraph.dashes if line.start <= index < line.stop}
    dashes = frozenset(alone)
    glyphs = paragraph.glyphs[line.start : line.stop]
    text = paragraph.measured.text[line.start : line.stop]
    if singly:
        alone |= {index for index, one in enumerate(glyphs) if one.printed != text[index]}
    start = 0
    while start < len(glyphs):
        stop, space = (start + 1, 0.0) if start in alone else _run_end(glyphs, places, size, start, alone)
        drawn.setFont(register(glyphs[start].face), size)
        drawn.setCharSpace(space)
        if start in dashes:
            _draw_dash(drawn, glyphs[start].printed, places[start] + _DASH_SHIFT * size, baseline)
        elif start in alone:
            drawn.setTextOrigin(places[start], baseline)
            drawn._code.append(_true_text(text[start]))
            drawn.textOut(glyphs[start].printed)
            drawn._code.append("EMC")
        else:
            drawn.setTextOrigin(places[start], baseline)
            drawn.textOut("".join(one.printed for one in glyphs[start:stop]))
        start = stop


def _draw_dash(drawn: Canvas, printed: str, x: float, baseline: float) -> None:
    drawn.setTextOrigin(x, baseline)
    drawn.setHorizScale(_DASH_SCALE)
    drawn.textOut(printed)
    drawn.setHorizScale(100)


def _run_end(
    glyphs: Sequence[Glyph], places: Sequence[float], size: float, start: int, alone: set[int]
) -> tuple[int, float]:
    """How far one face goes with equal gaps, and the gap."""
    stop, space = start + 1, 0.0
    while stop < len(glyphs) and stop not in alone and glyphs[stop].face is glyphs[start].face:
        step = places[stop] - places[stop - 1] - glyphs[stop - 1].width * size
        if stop == start + 1:
            space = step
        elif abs(step - space) > 1e-3:
            break
        stop += 1
    return stop, (space if stop > start + 1 else 0.0)

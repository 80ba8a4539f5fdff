"""The parts papers are made of: styles, cells, title, options, signature boxes, QR code with fingerprint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import segno

from broker_app.codes.lists import CodeList, entries
from broker_app.reports.fingerprint import in_fours
from broker_app.reports.flow import MM, Block, Canvas
from broker_app.reports.fonts import Face
from broker_app.reports.grid import FRAME, THIN, Cell, Empty, Grid, Row
from broker_app.reports.missing import missing
from broker_app.reports.text import Align, OneLine, Style, Text
from broker_app.services.sheets import MetricLine, PersonLine, RoleLine, SignatureMark

UNIT = 7 * MM  # twenty-four of them make a form
NOTHING = "—"  # an empty field of a record: nobody can add to it later

TITLE = Style(Face.SERIF_BOLD, 18, 26, Align.CENTRE)
NUMBER = Style(Face.SANS, 10.5, 16.5, Align.RIGHT)
HEADING = Style(Face.SANS_BOLD, 12, 20)
LABEL = Style(Face.SANS, 10.5, 16.5, Align.CENTRE)
HEAD = Style(Face.SANS, 10, 14, Align.CENTRE)
VALUE = Style(Face.SERIF, 10.5, 16.5)
FREE = Style(Face.SERIF, 10.5, 16.5, Align.JUSTIFY, indent=2)
FIGURE = Style(Face.SANS, 10.5, 16.5)
SMALL = Style(Face.SERIF, 9.5, 14)
SMALL_FREE = Style(Face.SERIF, 9.5, 14, Align.JUSTIFY)
SMALL_FIGURE = Style(Face.SANS, 9.5, 14, Align.CENTRE)
NOTE = Style(Face.SERIF, 9, 14, Align.JUSTIFY)
FURNITURE = Style(Face.SANS, 9, 13.5)

_LABEL_LINE = 6  # characters
_ROLE_TITLES = {
    "home_unit": "派出单位",
    "term": "聘期",
    "team": "所属分队",
    "team_field": "产业领域",
    "solved": "解决问题",
    "track_until": "跟踪到",
    "commissioner_kind": "特派员类型",
    "service_mode": "服务模式",
    "tech_vp_duty": "履行职责",
    "light_team_service": "服务类型",
    "commissioner_service": "服务内容",
}
_SHORT_OPTIONS = 24  # characters with their boxes: more do not fit beside another fact
_NARROW_PAD = 1.1 * MM
_SIGN_HEIGHT = 38 * MM
_SIGN_LINE = 0.3
_SIGN_LINE_ABOVE, _SIGN_HEAD = 14 * MM, 8 * MM  # of a signature box: the line above its foot, the room of its role
_TALLEST_SIGNATURE = 24 * MM
_POINTS_A_PIXEL = 0.75  # of the pad, at 96 px an inch
_INK = 1.2
_SEAL_HEIGHT = 28 * MM
_QR_SIDE = 22 * MM
_QR_GAP = 5 * MM


def title_block(title: str, number: str, state: str = "") -> list[Block]:
    """Title, number and state; they stay with what follows."""
    blocks: list[Block] = [Text(title, TITLE, space_after=1 * MM, keep=True, bookmark=(0, title))]
    facts = [
        f"编号：{number}" if number else "",
        f"状态：{state}" if state else "",
    ]
    if any(facts):
        words = "　".join(fact for fact in facts if fact)
        blocks.append(Text(words, NUMBER, space_after=1 * MM, keep=True))
    return blocks


def heading(words: str, *, bookmark: str = "") -> Text:
    """A heading of the first level, also the caption of a grid."""
    return Text(words, HEADING, space_after=1 * MM, keep=True, bookmark=(1, bookmark) if bookmark else None)


def label(words: str, span: int = 1) -> Cell:
    """A label cell; its words repeat with （续） when its row breaks."""
    broken = _in_balance(words)
    again = Text(f"{broken}\n（续）", LABEL)
    return Cell(Text(broken, LABEL), span, again=again, pad=_NARROW_PAD)


def group_label(words: str, width: float) -> Block:
    """A vertical label, one character a line, for a column ``width`` points wide."""
    return Text("\n".join(words), replace(LABEL, leading=LABEL.size * 1.2))


def head(words: str, span: int = 1) -> Cell:
    """A cell of a table head."""
    return Cell(Text(words, HEAD), span, pad=_NARROW_PAD)


def table(
    caption: str, name: str, heads: Sequence[str], columns: Sequence[float], rows: Sequence[Sequence[Cell]]
) -> list[Block]:
    """A table under its caption, columns in mm; nothing when it has no rows."""
    if not rows:
        return []
    return [
        Grid(
            tuple(width * MM for width in columns),
            (Row(tuple(map(head, heads)), least=8 * MM), *(Row(tuple(cells)) for cells in rows)),
            head=1,
            caption=heading(caption),
            caption_again=heading(f"{name}（续）"),
            space_after=4 * MM,
            bookmark=(1, name),
        )
    ]


def value(words: str, span: int = 1, style: Style = VALUE) -> Cell:
    """A value; an empty one prints —."""
    return Cell(Text((words.strip() and words) or NOTHING, style), span)


def serial(words: str) -> Cell:
    """The serial number of a row; a broken row repeats it with 续."""
    return Cell(Text(words, SMALL_FIGURE), again=Text(f"{words}/续", SMALL_FIGURE), pad=_NARROW_PAD)


def small(words: str, span: int = 1, style: Style = SMALL) -> Cell:
    """A value in a table."""
    return Cell(Text((words.strip() and words) or NOTHING, style), span)


def word(words: str) -> Cell:
    """A short word in a narrow column."""
    return Cell(Text(words or NOTHING, replace(SMALL, align=Align.CENTRE)), pad=_NARROW_PAD)


def figure(words: str) -> Cell:
    """A number, code or date in a narrow column: on one line, if need be in smaller type."""
    if "\n" in words:
        return Cell(Text(words, SMALL_FIGURE), pad=_NARROW_PAD)
    return Cell(OneLine(words or NOTHING, SMALL_FIGURE), pad=_NARROW_PAD)


def blank(words: str) -> Cell:
    """Nothing, where the serial number above serves this row too; a broken row repeats it with 续."""
    return Cell(Empty(), again=serial(words).again, pad=_NARROW_PAD)


def options(choices: Sequence[str], chosen: Sequence[str]) -> str:
    """All options with ■ before the chosen ones; a chosen word that is no option comes last."""
    others = [one for one in chosen if one not in choices]
    marked = [("■" if one in chosen else "□") + one for one in (*choices, *others)]
    return "　".join(marked)


def role_rows(lines: Sequence[RoleLine]) -> list[Row]:
    """What a role is asked for in a form of 4 + 8 + 4 + 8 units: short facts in pairs, boxes to tick in full width."""
    rows: list[Row] = []
    waiting: list[RoleLine] = []
    for one in lines:
        choices = _choices(one)
        if len("".join(choices)) + 2 * len(choices) > _SHORT_OPTIONS:
            rows += _fact_pairs(waiting)
            waiting = []
            rows.append(Row((label(_ROLE_TITLES.get(one.name, NOTHING)), value(_fact_words(one), 3))))
        else:
            waiting.append(one)
    return rows + _fact_pairs(waiting)


def _fact_pairs(lines: Sequence[RoleLine]) -> list[Row]:
    rows = []
    for at in range(0, len(lines), 2):
        pair = [(label(_ROLE_TITLES.get(one.name, NOTHING)), _fact_words(one)) for one in lines[at : at + 2]]
        cells = [cell for words, said in pair for cell in (words, value(said, 1 if len(pair) == 2 else 3))]
        rows.append(Row(tuple(cells)))
    return rows


def _fact_words(one: RoleLine) -> str:
    choices, said = _choices(one), one.words.split("、")
    return options(choices, [words for words in choices if words in said]) if choices else one.words


def _choices(one: RoleLine) -> list[str]:
    return [row.chinese for row in entries(one.code_list)] if one.code_list in set(CodeList) else []


def span_of_time(start: datetime, end: datetime | None) -> str:
    """2026-11-03 09:30—11:40; the second day is named when it is another one."""
    began = f"{start:%Y-%m-%d %H:%M}"
    if end is None:
        return began
    return f"{began}—{end:%H:%M}" if end.date() == start.date() else f"{began}—{end:%Y-%m-%d %H:%M}"


def person(one: PersonLine) -> str:
    """``陈喆　技术部工程师　138****0000``."""
    return "　".join(part for part in (one.name, one.position, one.phone_masked) if part)


def metric_figures(metric: MetricLine) -> tuple[str, str]:
    """What a figure is and what is wanted, each with its unit."""
    unit = f" {metric.unit}" if metric.unit else ""
    return (f"{metric.now}{unit}" if metric.now else ""), (f"{metric.target}{unit}" if metric.target else "")


def chinese_date(day: date | None) -> str:
    """2026年11月3日; blanks to write in when there is no day."""
    if day is None:
        return "年　　月　　日"
    return f"{day.year}年{day.month}月{day.day}日"


def note(words: str) -> Text:
    """A note under the tables; it stays with the signatures and is never the first on a page."""
    return Text(words, NOTE, space_after=3 * MM, keep=True, glued=True)


def withheld_note(count: int) -> list[Block]:
    """How much was left out, never what; nothing when nothing was."""
    if not count:
        return []
    return [note(f"注：另有 {count} 处标为“不得外传”的内容，未印入本件。")]


def chinese_number(number: int) -> str:
    """一 to 九十九; figures beyond."""
    digits = "零一二三四五六七八九"
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return ten + (digits[ones] if ones else "")


def missing_note(sheet: Any) -> list[Block]:
    """The note that tells what each 〓 stands for; nothing when all characters print."""
    gaps = dict.fromkeys(one.code_point for one in missing(sheet))
    if not gaps:
        return []
    words = "注：〓＝{codes}，字库里没有这些字，请手写补正。".format(codes="、".join(gaps))
    return [note(words)]


@dataclass(frozen=True)
class Signer:
    """One signature box: the part somebody signs in, the name if it is known, and the signature if there is one."""

    role: str
    name: str = ""
    mark: SignatureMark | None = None


class Frame(Block):
    """A thin frame around a text, or around room to write in."""

    def __init__(self, text: Text | None, *, least: float = 0.0, keep: bool = False, space_after: float = 0.0) -> None:
        self.text, self._least, self.keep, self.space_after = text, least, keep, space_after

    def height(self, width: float) -> float:
        inner = self.text.height(width - 4 * MM) + 6 * MM if self.text else 0.0
        return max(self._least, inner)

    def least(self, width: float) -> float:
        return self.text.least(width - 4 * MM) + 6 * MM if self.text else self._least

    def cut(self, width: float, room: float) -> tuple[Block, Block] | None:
        pair = self.text.cut_lines(width - 4 * MM, room - 6 * MM, whole=6) if self.text else None
        return (Frame(pair[0]), Frame(pair[1], keep=self.keep, space_after=self.space_after)) if pair else None

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        canvas.setLineWidth(THIN)
        canvas.rect(x, top - self.height(width), width, self.height(width))
        if self.text:
            self.text.draw(canvas, x + 2 * MM, top - 3 * MM, width - 4 * MM)


class SealBox(Block):
    """A cell of a form for a seal or an opinion: its words at the top, the date at the foot."""

    def __init__(self, words: str) -> None:
        self._words = Text(words, replace(LABEL, size=10, align=Align.LEFT))
        self._day = Text(chinese_date(None), Style(Face.SERIF, 10.5, 15, Align.RIGHT))

    def height(self, width: float) -> float:
        return _SEAL_HEIGHT

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        self._words.draw(canvas, x, top, width)
        self._day.draw(canvas, x, top - _SEAL_HEIGHT + 15, width)


class SignatureBoxes(Block):
    """Equal boxes side by side. They are glued: a signature never stands alone on a page."""

    glued = True

    def __init__(
        self,
        signers: Sequence[Signer],
        *,
        height: float = _SIGN_HEIGHT,
        keep: bool = True,
        space_after: float = 5 * MM,
    ) -> None:
        self.signers, self._height = tuple(signers), height
        self.keep, self.space_after = keep, space_after

    def height(self, width: float) -> float:
        return self._height

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        each = width / len(self.signers)
        for count, signer in enumerate(self.signers):
            left = x + count * each
            if count:
                canvas.setLineWidth(THIN)
                canvas.line(left, top, left, top - self._height)
            _draw_signer(canvas, signer, left + 2 * MM, top, each - 4 * MM, self._height)
        canvas.setLineWidth(FRAME)
        canvas.rect(x, top - self._height, width, self._height)


def _draw_signer(canvas: Canvas, signer: Signer, left: float, top: float, width: float, height: float) -> None:
    foot = top - height
    line, room = foot + _SIGN_LINE_ABOVE, height - _SIGN_LINE_ABOVE - _SIGN_HEAD
    mark = signer.mark if signer.mark and signer.mark.strokes else None
    if mark:
        _draw_strokes(canvas, mark.strokes, left, line, width, min(room, _TALLEST_SIGNATURE))
    elif signer.mark:
        Text(signer.mark.instead, NOTE).draw(canvas, left, top - _SIGN_HEAD, width)
    Text(signer.role, replace(LABEL, size=10, align=Align.LEFT)).draw(canvas, left, top - 1.5 * MM, width)
    canvas.setLineWidth(_SIGN_LINE)
    canvas.line(left, line, left + width, line)
    style = Style(Face.SANS, 10, 15)
    known = mark.signer if mark else signer.name
    name = Text([("姓名（正楷）", Face.SANS), (f"　{known}" if known else "", Face.SERIF)], style)
    if name.natural_width() > width:  # whoever signs writes it
        name = Text("姓名（正楷）", style)
    name.draw(canvas, left, foot + 13 * MM, width)
    day = Text(chinese_date(mark.day if mark else None), Style(Face.SERIF, 10.5, 15, Align.RIGHT))
    day.draw(canvas, left, foot + 7 * MM, width)


def _draw_strokes(
    canvas: Canvas,
    strokes: Sequence[Sequence[tuple[float, float]]],
    left: float,
    foot: float,
    width: float,
    height: float,
) -> None:
    """A signature in the middle of a room above ``foot``, never larger than it was drawn."""
    across, down = zip(*(point for stroke in strokes for point in stroke), strict=True)
    wide, tall = max(across) - min(across), max(down) - min(down)
    scale = min(width / max(wide, 1.0), height / max(tall, 1.0), _POINTS_A_PIXEL)
    start = left + (width - wide * scale) / 2
    canvas.saveState()
    canvas.setLineWidth(_INK)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for stroke in strokes:
        path = canvas.beginPath()
        for number, (x, y) in enumerate((*stroke, stroke[-1])):  # the last one twice: a dot is a line too
            place = (start + (x - min(across)) * scale, foot + (max(down) - y) * scale)
            (path.lineTo if number else path.moveTo)(*place)
        canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


class Proof(Block):
    """QR code and fingerprint, once, at the end of a paper."""

    glued = True

    def __init__(self, kind: str, number: str, revision: int, digits: str) -> None:
        self.number, self.revision, self.digits = number, revision, digits
        self.payload = f"TB1|{kind}|{number}|{revision}|{digits}"

    def height(self, width: float) -> float:
        return _QR_SIDE

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        _draw_code(canvas, self.payload, x, top)
        half = len(self.digits) // 2
        lines = [
            f"编号　{self.number or NOTHING}　　版次　{self.revision}",
            "内容指纹（SHA-256）",
            in_fours(self.digits[:half]),
            in_fours(self.digits[half:]),
            "指纹由本件数据算出，供与存档核对；不是电子签名，不是上链存证。",
        ]
        gap = _QR_SIDE + _QR_GAP
        Text("\n".join(lines), replace(FURNITURE, leading=_QR_SIDE / len(lines))).draw(
            canvas, x + gap, top, width - gap
        )


def _draw_code(canvas: Canvas, payload: str, x: float, top: float) -> None:
    code = segno.make(payload, error="m", micro=False, boost_error=False)
    module = _QR_SIDE / len(code.matrix)
    for row, cells in enumerate(code.matrix):
        for start, stop in _runs(cells):
            canvas.rect(x + start * module, top - (row + 1) * module, (stop - start) * module, module, stroke=0, fill=1)


def _runs(cells: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Dark modules side by side: first, one past the last."""
    start = -1
    for index, dark in enumerate((*cells, 0)):
        if dark and start < 0:
            start = index
        elif not dark and start >= 0:
            yield start, index
            start = -1


def _in_balance(words: str) -> str:
    """A label of more than six characters on two lines: before （, else in halves."""
    if len(words) <= _LABEL_LINE or "\n" in words:
        return words
    at = words.find("（")
    if at <= 0:
        at = (len(words) + 1) // 2
    return f"{words[:at]}\n{words[at:]}"

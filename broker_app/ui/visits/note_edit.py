"""The note of a visit: plain text with spans painted under it, which move along while one types."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from broker_app.ui.shell.ime import ImeAwareTextEdit, utf16_length
from broker_app.ui.shell.theme import theme

LINE_HEIGHT = 32
_TAG_ROOM = 8  # so that the tag above a span in the first line is not cut off

SPAN_TOKENS = {
    "need": ("tint", "accent", Qt.PenStyle.SolidLine),
    "referral": ("vio_tint", "vio", Qt.PenStyle.DashLine),
    "follow_up": ("warn_tint", "warn", Qt.PenStyle.DotLine),
    "confidential": ("bad_tint", "bad", Qt.PenStyle.SolidLine),
    "proposed": ("bad_tint", "bad", Qt.PenStyle.DotLine),  # words that may have to stay inside, not marked yet
}
"""Tint, underline and line style of each kind of span."""


@dataclass(frozen=True)
class NoteSpan:
    """A marked piece of the note. ``owner`` is whatever the mark belongs to; ``tag`` is shown above its first span."""

    kind: str
    start: int
    length: int
    tag: str = ""
    owner: object = None


@dataclass
class _Placed:
    span: NoteSpan
    cursor: QTextCursor


class NoteEdit(ImeAwareTextEdit):
    """Marks are no part of the text: no undo step, no changed text, nothing to copy along."""

    span_clicked = Signal(object)
    """The owner of the span that was clicked."""

    def __init__(self, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(placeholder=placeholder, parent=parent)
        self._placed: list[_Placed] = []
        self._strong: object = None
        self.setFrameShape(self.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self._dress()
        theme().changed.connect(self._dress)

    def show_note(self, text: str) -> None:
        """Show another note, without marks and without an undo step back to the old one."""
        self._placed = []
        document = self.document()
        document.setUndoRedoEnabled(False)
        self.blockSignals(True)
        self.setPlainText(text)
        self._set_line_height()
        self.blockSignals(False)
        document.setUndoRedoEnabled(True)
        self.viewport().update()

    def show_spans(self, spans: Sequence[NoteSpan]) -> None:
        """Show these marks (positions as Python counts); they follow the text from now on."""
        text = self.toPlainText()
        self._placed = []
        for span in spans:
            cursor = QTextCursor(self.document())
            cursor.setPosition(utf16_length(text[: span.start]))
            cursor.setPosition(utf16_length(text[: span.start + span.length]), QTextCursor.MoveMode.KeepAnchor)
            self._placed.append(_Placed(span, cursor))
        self.viewport().update()

    def spans(self) -> tuple[NoteSpan, ...]:
        """The marks where they stand now; a mark whose text was deleted is gone."""
        units = self.toPlainText().encode("utf-16-le", "surrogatepass")
        found = []
        for placed in self._placed:
            start = len(units[: 2 * placed.cursor.selectionStart()].decode("utf-16-le", "ignore"))
            end = len(units[: 2 * placed.cursor.selectionEnd()].decode("utf-16-le", "ignore"))
            if end > start:
                span = placed.span
                found.append(NoteSpan(span.kind, start, end - start, span.tag, span.owner))
        return tuple(found)

    def strengthen(self, owner: object) -> None:
        """Paint the spans of ``owner`` stronger (None: of nobody) and scroll to the first of them."""
        self._strong = owner
        first = next((one for one in self._placed if owner is not None and one.span.owner == owner), None)
        if first is not None:
            box = self.cursorRect(first.cursor)
            if not self.viewport().rect().contains(box):
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() + box.center().y() - self.viewport().height() // 3)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the marks, then the text over them."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tagged: set[object] = set()
        for placed in self._placed:
            boxes = self._boxes(placed.cursor)
            self._paint_span(painter, placed.span, boxes)
            key = (placed.span.kind, placed.span.tag)
            if boxes and placed.span.tag and key not in tagged:
                tagged.add(key)
                self._paint_tag(painter, placed.span, boxes[0])
        painter.end()
        super().paintEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A final note takes no words any more, but photos can still be pasted beside it."""
        if self.isReadOnly() and event.matches(QKeySequence.StandardKey.Paste):
            self.file_pasted.emit(QGuiApplication.clipboard().mimeData())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a mark tells whose it is."""
        super().mouseReleaseEvent(event)
        if self.textCursor().hasSelection():
            return
        at = self.cursorForPosition(event.position().toPoint()).position()
        for placed in self._placed:
            if placed.cursor.selectionStart() <= at <= placed.cursor.selectionEnd():
                self.span_clicked.emit(placed.span.owner)
                return

    def _dress(self) -> None:
        self.setFont(theme().font("read"))
        self.document().setDefaultFont(theme().font("read"))
        self._set_line_height()

    def _set_line_height(self) -> None:
        height = max(LINE_HEIGHT * theme().scale.factor, theme().scale.metrics("read").height() + 8)
        form = QTextBlockFormat()
        form.setLineHeight(height, int(QTextBlockFormat.LineHeightTypes.FixedHeight.value))
        form.setBottomMargin(6)
        undo = self.document().isUndoRedoEnabled()
        self.document().setUndoRedoEnabled(False)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setBlockFormat(form)
        frame = self.document().rootFrame().frameFormat()
        frame.setTopMargin(_TAG_ROOM)
        self.document().rootFrame().setFrameFormat(frame)
        self.document().setUndoRedoEnabled(undo)

    def _boxes(self, cursor: QTextCursor) -> list[QRectF]:
        boxes: list[QRectF] = []
        block = self.document().findBlock(cursor.selectionStart())
        while block.isValid() and block.position() < cursor.selectionEnd():
            boxes += self._boxes_in(block, cursor.selectionStart(), cursor.selectionEnd())
            block = block.next()
        return boxes

    def _boxes_in(self, block: QTextBlock, start: int, end: int) -> list[QRectF]:
        layout = block.layout()
        first = _shown_at(layout, max(0, start - block.position()))
        last = _shown_at(layout, min(block.length() - 1, end - block.position()))
        corner = self.document().documentLayout().blockBoundingRect(block).topLeft()
        corner -= QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        font_height = theme().scale.metrics("read").height()
        boxes = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            begin, stop = max(first, line.textStart()), min(last, line.textStart() + line.textLength())
            if begin < stop:
                x1, x2 = _x(line, begin), _x(line, stop)
                baseline = corner.y() + line.y() + line.ascent()
                top = baseline - font_height * 0.80
                boxes.append(QRectF(corner.x() + x1, top, x2 - x1, font_height + 1))
        return boxes

    def _paint_span(self, painter: QPainter, span: NoteSpan, boxes: Sequence[QRectF]) -> None:
        strong = self._strong is not None and span.owner == self._strong
        for box in boxes:
            paint_mark(painter, span.kind, box, strong=strong)

    def _paint_tag(self, painter: QPainter, span: NoteSpan, box: QRectF) -> None:
        plate = QRectF(max(0.0, box.left() - 5), max(0.0, box.top() - 9), 17, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(SPAN_TOKENS[span.kind][1]))
        painter.drawRoundedRect(plate, 7, 7)
        font = theme().font("tiny", strong=True)
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(theme().color("on_accent"))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), span.tag)


def paint_mark(painter: QPainter, kind: str, box: QRectF, *, strong: bool = False) -> None:
    """Paint a mark of one of ``SPAN_TOKENS``: tint, hatching of what is confidential, and a line below."""
    tint, colour, style = SPAN_TOKENS[kind]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("tint2" if strong and kind == "need" else tint))
    painter.drawRoundedRect(box, 3, 3)
    if kind == "confidential":
        hatch = theme().color(colour)
        hatch.setAlpha(60)
        painter.setBrush(QBrush(hatch, Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QPen(theme().color(colour), 2, style, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(box.left(), box.bottom()), QPointF(box.right(), box.bottom()))


def _shown_at(layout: Any, position: int) -> int:
    """Where a position is shown while an input method has put letters of its own before it."""
    preedit = layout.preeditAreaText()
    return position + len(preedit) if preedit and position >= layout.preeditAreaPosition() else position


def _x(line: Any, position: int) -> float:
    found = line.cursorToX(position)
    return float(found[0] if isinstance(found, tuple | list) else found)

"""One result painted as a card: tick, title, score with its parts, facts, reasons, evidence, what is missing."""

from dataclasses import dataclass
from itertools import accumulate

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from broker_app.i18n import _
from broker_app.ui.matches.marked_text import MarkedText, joined_marks
from broker_app.ui.matches.result_model import LINE_ROLE, Index, ResultLine
from broker_app.ui.matches.result_words import Chip, missing_words, place_words
from broker_app.ui.matches.score import FULL_SCORE, SHARE_TOKENS, Shares, score_words
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import (
    chip_height,
    chip_width,
    elided,
    paint_chip,
    paint_facts,
    paint_text,
    text_width,
)
from broker_app.ui.shell.theme import theme

CARD_GAP = 12
TICK_ZONE = 46
"""Width at the left of a card in which a click ticks it."""

_PAD = 16
_LEFT = 50
_BOX = 20
_RULE = 12
_BAR_HEIGHT = 8
_WIDE_BAR, _NARROW_BAR = 150, 92
_NARROW = 640
_CHIP_SPACE = 6


@dataclass(frozen=True)
class _PlacedChip:
    chip: Chip
    x: float
    y: float


class _Sheet:
    """Where everything of a card stands; painting and measuring use the same figures."""

    def __init__(self, line: ResultLine, width: float) -> None:
        scale = theme().scale
        self.inner = max(120.0, width - _LEFT - _PAD)
        self.bar = _NARROW_BAR if width < _NARROW else _WIDE_BAR
        self.score = text_width(score_words(1000), scale.font("section")) + 12
        room = self.inner - self.bar - self.score - 20
        result = line.found.result
        self.title = MarkedText(result.title, scale.font("section"), room, scale.line("section"), max_lines=2)
        self.facts_top = 11 + self.title.height
        below = self.facts_top + (scale.line("meta") if line.found.facts or line.recorded else 0) + 4
        self.chips, below = _placed(line.chips, self.inner, below)
        quote = result.quote
        self.quote_top = below + 2
        self.quote: MarkedText | None = None
        if quote is not None and quote.text.strip():
            self.quote = MarkedText(
                quote.text,
                scale.font("body"),
                self.inner - _RULE,
                scale.line("body") + 2,
                max_lines=2,
                marks=joined_marks(quote.marks),
            )
            below = self.quote_top + self.quote.height + 4
        self.missing_top = below
        self.place = text_width(place_words(line.found), scale.font("meta")) + 16 if self.quote else 0.0
        self.label = text_width(_("未命中"), scale.font("body", strong=True))
        self.missing_left = icons.META + 6 + self.label + 9
        self.missing = MarkedText(
            missing_words(line.found),
            scale.font("body"),
            self.inner - self.missing_left - self.place,
            scale.line("body"),
            max_lines=3,
        )
        self.height = self.missing_top + max(self.missing.height, scale.line("body")) + 9


class ResultDelegate(QStyledItemDelegate):
    """Paints the cards of a list of results."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The card at the width of the view, with the gap below it."""
        width = self._view.viewport().width()
        return QSize(40, self.height_of(index.data(LINE_ROLE), width))

    def height_of(self, line: ResultLine, width: int) -> int:
        """Height in px of a card with the gap below it."""
        return round(_Sheet(line, width).height) + CARD_GAP

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one card."""
        line: ResultLine = index.data(LINE_ROLE)
        card = QRectF(option.rect).adjusted(0, 0, 0, -CARD_GAP)
        sheet = _Sheet(line, card.width())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        _paint_ground(
            painter,
            card,
            selected=bool(state & QStyle.StateFlag.State_Selected),
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
        )
        painter.setClipRect(card)
        checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        first = card.top() + 10 + theme().line("section") / 2
        paint_tick(painter, card.left() + 18, first - _BOX / 2, on=checked, enabled=not line.recorded)
        left = card.left() + _LEFT
        sheet.title.paint(painter, left, card.top() + 10, theme().color("text"))
        _paint_score(painter, card, sheet, line.shares, first)
        self._paint_facts(painter, card, sheet, line)
        for placed in sheet.chips:
            paint_chip(
                painter, left + placed.x, card.top() + placed.y, placed.chip.words, placed.chip.tone, placed.chip.icon
            )
        if sheet.quote is not None:
            top = card.top() + sheet.quote_top
            painter.fillRect(QRectF(left, top, 2, sheet.quote.height), theme().color("line2"))
            sheet.quote.paint(painter, left + _RULE, top, theme().color("text2"), theme().color("mark"))
        self._paint_missing(painter, card, sheet, line)
        painter.restore()

    def _paint_facts(self, painter: QPainter, card: QRectF, sheet: _Sheet, line: ResultLine) -> None:
        box = QRectF(card.left() + _LEFT, card.top() + sheet.facts_top, sheet.inner, theme().line("meta"))
        if line.recorded:
            words = _("已记对接 {number}").format(number=line.recorded)
            width = text_width(words, theme().font("meta"))
            icons.paint_icon(
                painter, box.right() - width - 22, box.center().y() - 8, "handshake", icons.META, "ok_text"
            )
            paint_text(painter, box, words, "meta", "ok_text", right=True)
            box.setRight(box.right() - width - 32)
        paint_facts(painter, box, line.found.facts)

    def _paint_missing(self, painter: QPainter, card: QRectF, sheet: _Sheet, line: ResultLine) -> None:
        height = theme().line("body")
        box = QRectF(card.left() + _LEFT, card.top() + sheet.missing_top, sheet.inner, height)
        icons.paint_icon(painter, box.left(), box.center().y() - 8, "minus-circle", icons.META, "text2")
        label = box.adjusted(icons.META + 6, 0, 0, 0)
        paint_text(painter, label, _("未命中"), "body", "text2", strong=True)
        sheet.missing.paint(painter, box.left() + sheet.missing_left, box.top(), theme().color("text2"))
        if sheet.quote is not None:
            paint_text(painter, box, place_words(line.found), "meta", "text3", right=True)


def paint_tick(painter: QPainter, x: float, y: float, *, on: bool, enabled: bool = True) -> None:
    """A box of 20 px, ticked or not; a disabled one is grey."""
    box = QRectF(round(x), round(y), _BOX, _BOX)
    painter.save()
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent" if enabled else "off"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(QPen(theme().color("on_accent"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tick = QPainterPath()
        tick.moveTo(box.left() + 5, box.top() + 10.5)
        tick.lineTo(box.left() + 8.6, box.top() + 14)
        tick.lineTo(box.left() + 15, box.top() + 6.8)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(tick)
    else:
        painter.setPen(QPen(theme().color("edge"), 1.2))
        painter.setBrush(theme().color("surface"))
        painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), 5, 5)
    painter.restore()


def _paint_ground(painter: QPainter, card: QRectF, *, selected: bool, hovered: bool) -> None:
    width = 2.0 if selected else 1.0
    edge = "accent" if selected else ("line2" if hovered else "line")
    painter.setPen(QPen(theme().color(edge), width))
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(card.adjusted(width / 2, width / 2, -width / 2, -width / 2), 8, 8)


def _paint_score(painter: QPainter, card: QRectF, sheet: _Sheet, shares: Shares, middle: float) -> None:
    right = card.right() - _PAD
    track = QRectF(right - sheet.bar, middle - _BAR_HEIGHT / 2 + 1, sheet.bar, _BAR_HEIGHT)
    words = QRectF(track.left() - sheet.score - 60, middle - 15, sheet.score + 48, 30)
    paint_text(painter, words, score_words(shares.total), "section", "text", right=True)
    paint_bar(painter, track, shares)


def paint_bar(painter: QPainter, track: QRectF, shares: Shares) -> None:
    """The score as a bar of its parts; 10 分 fill ``track``."""
    painter.save()
    shape = QPainterPath()
    shape.addRoundedRect(track, track.height() / 2, track.height() / 2)
    painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
    painter.fillRect(track, theme().color("pressed"))
    ends = list(accumulate(shares))
    for token, share, end in zip(SHARE_TOKENS, shares, ends, strict=True):
        if share > 0:
            begin = track.left() + track.width() * (end - share) / FULL_SCORE
            stop = track.left() + track.width() * min(end, FULL_SCORE) / FULL_SCORE
            painter.fillRect(
                QRectF(begin, track.top(), max(1.0, stop - begin - 1), track.height()), theme().color(token)
            )
    painter.restore()


def _placed(chips: tuple[Chip, ...], room: float, top: float) -> tuple[tuple[_PlacedChip, ...], float]:
    """Chips side by side, in as many rows as they need, and where the next thing may stand."""
    font = theme().font("meta")
    placed: list[_PlacedChip] = []
    x = 0.0
    for chip in chips:
        words, tone, icon = chip.words, chip.tone, chip.icon
        if chip_width(words, icon) > room:
            words = elided(words, font, room - (chip_width("", icon) + 2))
        width = chip_width(words, icon)
        if x and x + width > room:
            x, top = 0.0, top + chip_height() + 4
        placed.append(_PlacedChip(Chip(words, tone, icon), x, top))
        x += width + _CHIP_SPACE
    return tuple(placed), top + (chip_height() + 6 if chips else 0)

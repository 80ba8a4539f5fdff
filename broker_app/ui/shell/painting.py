"""Small shapes that delegates and painted widgets share."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QPen

from broker_app.ui.shell import icons
from broker_app.ui.shell.theme import theme

CHIP_HEIGHT = 22
_CHIP_SIDE = 8
_DOT = 3
_DOT_SIDE = 7

TONES = {
    "accent": ("tint", "accent_text"),
    "ok": ("ok_tint", "ok_text"),
    "warn": ("warn_tint", "warn_text"),
    "bad": ("bad_tint", "bad_text"),
    "vio": ("vio_tint", "vio_text"),
    "plain": ("", "text2"),
}
"""Background and text token of each tone of a chip; a plain chip has an outline instead of a background."""


def elided(text: str, font: QFont, width: float) -> str:
    """``text`` cut with an ellipsis to ``width`` px."""
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(width)))


def plain_tip(text: str) -> str:
    """``text`` for a tooltip: Qt would take tags in it for formatting and load what they name."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if "<" in text else text


def text_width(text: str, font: QFont) -> float:
    """Width of ``text`` in px."""
    return QFontMetricsF(font).horizontalAdvance(text)


def paint_text(
    painter: QPainter,
    box: QRectF,
    text: str,
    step: str,
    colour: str,
    *,
    strong: bool | None = None,
    right: bool = False,
) -> float:
    """One line of ``text``, elided to ``box`` and centred in its height; returns the width painted."""
    font = theme().font(step, strong)
    painter.setFont(font)
    painter.setPen(theme().color(colour))
    shown = elided(text, font, box.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return text_width(shown, font)


def paint_facts(
    painter: QPainter, box: QRectF, facts: Sequence[str], step: str = "meta", colour: str = "text3"
) -> None:
    """Facts in one line, parted by a small dot with equal space on both sides."""
    font = theme().font(step)
    painter.setFont(font)
    x = box.left()
    for number, fact in enumerate(facts):
        left = box.right() - x
        if left < 20:
            return
        if number:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(colour))
            painter.drawEllipse(QPointF(x + _DOT_SIDE + _DOT / 2, box.center().y() + 1), _DOT / 2, _DOT / 2)
            x += 2 * _DOT_SIDE + _DOT
        painter.setPen(theme().color(colour))
        shown = elided(fact, font, box.right() - x)
        painter.drawText(
            QRectF(x, box.top(), box.right() - x, box.height()),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            shown,
        )
        x += text_width(shown, font)


def chip_width(words: str, icon: str = "") -> float:
    """Width of a chip in px."""
    return text_width(words, theme().font("meta")) + 2 * _CHIP_SIDE + (icons.META + 4 if icon else 0)


def chip_height() -> int:
    """Height of a chip in px at the chosen text size."""
    return theme().scale.height(CHIP_HEIGHT, "meta", 1)


def paint_chip(painter: QPainter, x: float, y: float, words: str, tone: str = "plain", icon: str = "") -> float:
    """A chip with its top left corner at ``x``, ``y``; returns its width."""
    background, colour = TONES[tone]
    width, height = chip_width(words, icon), chip_height()
    box = QRectF(x, y, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if background:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(background))
        painter.drawRoundedRect(box, 4, 4)
    else:
        painter.setPen(QPen(theme().color("line2"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    left = x + _CHIP_SIDE
    if icon:
        icons.paint_icon(painter, left, y + (height - icons.META) / 2, icon, icons.META, colour)
        left += icons.META + 4
    paint_text(painter, QRectF(left, y - 0.5, box.right() - left, height), words, "meta", colour)
    painter.restore()
    return width


def paint_status(painter: QPainter, box: QRectF, words: str, icon: str, tone: str, step: str = "body") -> float:
    """Icon and word of a state, centred in the height of ``box``; returns the width painted."""
    left = box.left()
    if icon:
        icons.paint_icon(painter, left, box.center().y() - icons.META / 2, icon, icons.META, tone)
        left += icons.META + 6
    painted = paint_text(painter, QRectF(left, box.top(), box.right() - left, box.height()), words, step, tone)
    return left + painted - box.left()


def paint_row_ground(painter: QPainter, box: QRectF, *, selected: bool, hovered: bool, radius: float = 6) -> None:
    """Ground of a list row: tint with the accent pill when selected, grey when the pointer is over it."""
    if not (selected or hovered):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("tint" if selected else "hover"))
    painter.drawRoundedRect(box, radius, radius)
    if selected:
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(QRectF(box.left(), box.top() + 8, 3, box.height() - 16), 1.5, 1.5)
    painter.restore()

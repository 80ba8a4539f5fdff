"""A match painted as a card of the board."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import MatchState
from broker_app.services.match_board import MatchCard
from broker_app.ui.matches.board_words import amount_words, next_step, waited
from broker_app.ui.matches.marked_text import MarkedText
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import paint_facts, paint_text, text_width
from broker_app.ui.shell.theme import theme

_PAD = 12
_ICON = icons.META + 4
_CONSENT_STATES = frozenset({MatchState.PROPOSED, MatchState.ACCEPTED_BY_ENTERPRISE, MatchState.ACCEPTED_BY_OWNER})


def card_height(card: MatchCard, width: int) -> int:
    """Height in px of a card at ``width``."""
    lines = 3 + _consent_lines(card, width)
    return round(10 + _title(card, width).height + lines * theme().line("meta") + 2 + 13 + 10)


def paint_card(painter: QPainter, box: QRectF, card: MatchCard, *, selected: bool, hovered: bool) -> None:
    """Paint a card: need, achievement, firm and amount, a line, the next step, the consents."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 2.0 if selected else 1.0
    edge = "accent" if selected else ("line2" if hovered else "line")
    painter.setPen(QPen(theme().color(edge), width))
    painter.setBrush(theme().color("surface"))
    painter.drawRoundedRect(box.adjusted(width / 2, width / 2, -width / 2, -width / 2), 8, 8)
    painter.setClipRect(box)
    line = theme().line("meta")
    inner = box.adjusted(_PAD, 10, -_PAD, 0)
    title = _title(card, round(box.width()))
    title.paint(painter, inner.left(), inner.top(), theme().color("text"))
    row = QRectF(inner.left(), inner.top() + title.height + 2, inner.width(), line)
    icons.paint_icon(painter, row.left(), row.center().y() - 8, "flask", icons.META, "text2")
    paint_facts(painter, row.adjusted(_ICON, 0, 0, 0), _filled(card.achievement, card.owner), "meta", "text2")
    row.translate(0, line)
    icons.paint_icon(painter, row.left(), row.center().y() - 8, "buildings", icons.META, "text2")
    amount = amount_words(card.amount) if card.amount else ""
    taken = text_width(amount, theme().font("meta", strong=True)) + 8 if amount else 0
    paint_text(painter, row.adjusted(_ICON, 0, -taken, 0), card.enterprise or "—", "meta", "text2")
    if amount:
        paint_text(painter, row, amount, "meta", "text", strong=True, right=True)
    row.translate(0, line)
    painter.fillRect(QRectF(inner.left(), round(row.top() + 6), inner.width(), 1), theme().color("line"))
    row.translate(0, 13)
    _paint_next(painter, row, card)
    if _consent_lines(card, round(box.width())):
        _paint_consents(painter, row.translated(0, line), card, box.width())
    painter.restore()


def _title(card: MatchCard, width: int) -> MarkedText:
    scale = theme().scale
    return MarkedText(card.need, scale.font("body", strong=True), width - 2 * _PAD, scale.line("body"), max_lines=2)


def _paint_next(painter: QPainter, row: QRectF, card: MatchCard) -> None:
    now = utc_now()
    step = next_step(card, now)
    icons.paint_icon(painter, row.left(), row.center().y() - 8, step.icon, icons.META, step.tone)
    days = waited(card, now)
    taken = text_width(days, theme().font("meta")) + 8
    exceptional = step.tone != "text2"
    paint_text(painter, row.adjusted(_ICON, 0, -taken, 0), step.words, "meta", step.tone, strong=exceptional)
    paint_text(painter, row, days, "meta", step.tone if exceptional else "text3", right=True)


def _consent_lines(card: MatchCard, width: int) -> int:
    if card.state not in _CONSENT_STATES:
        return 0
    return 1 if width - 2 * _PAD >= _consent_width() else 2


def _consent_width() -> float:
    font = theme().font("meta")
    return 2 * _ICON + text_width(_("企业同意"), font) + text_width(_("成果方同意"), font) + 10


def _paint_consents(painter: QPainter, row: QRectF, card: MatchCard, width: float) -> None:
    firm = _("企业同意") if card.enterprise_agreed else _("企业未回")
    owner = _("成果方同意") if card.owner_agreed else _("成果方未回")
    used = _paint_consent(painter, row, firm, agreed=card.enterprise_agreed)
    if width - 2 * _PAD >= _consent_width():
        _paint_consent(painter, row.adjusted(used + 10, 0, 0, 0), owner, agreed=card.owner_agreed)
    else:
        _paint_consent(painter, row.translated(0, row.height()), owner, agreed=card.owner_agreed)


def _paint_consent(painter: QPainter, row: QRectF, words: str, *, agreed: bool) -> float:
    name, tone = ("check-circle", "ok_text") if agreed else ("circle-dashed", "text3")
    icons.paint_icon(painter, row.left(), row.center().y() - 8, name, icons.META, tone, filled=agreed)
    return _ICON + paint_text(painter, row.adjusted(_ICON, 0, 0, 0), words, "meta", "text2")


def _filled(*words: str) -> tuple[str, ...]:
    return tuple(word for word in words if word)

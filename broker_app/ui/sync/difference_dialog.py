"""两处被改过: what it was, what each side made of it, and a choice. Nothing is lost before somebody chooses."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.services.sync_state import Difference, Side
from broker_app.sync.decisions import Choice, decide
from broker_app.ui.enterprises.merge_dialog import open_merge
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.sync.words import when_words

_DOT = 9.0


@dataclass(frozen=True)
class Offer:
    """One thing that can be chosen: its name, how it reads, who and when."""

    choice: Choice
    label: str
    words: str
    aside: str


class ChoiceRow(QWidget):
    """A line to choose: a ring, a name, the value, and at the right whose it is."""

    chosen = Signal(object)

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer
        self._on = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 13, 16, 13)
        row.setSpacing(14)
        label = Words(offer.label, "body", "text", strong=not offer.words)
        label.setMinimumWidth(_label_width())
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Paragraph(offer.words, "body", "text", strong=True, max_lines=6), 1)
        row.addWidget(Words(offer.aside, "meta", "text2"), 0, Qt.AlignmentFlag.AlignTop)
        self._name()

    @property
    def is_chosen(self) -> bool:
        """Whether the ring is filled."""
        return self._on

    def set_chosen(self, on: bool) -> None:
        """Fill or empty the ring."""
        self._on = on
        self._name()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses."""
        self.chosen.emit(self.offer.choice)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar chooses; arrows go to the next line."""
        if event.key() == Qt.Key.Key_Space:
            self.chosen.emit(self.offer.choice)
        elif event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, border and ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self._on else 1.0
        painter.setPen(QPen(theme().color("accent" if self._on else "line2"), width))
        painter.setBrush(theme().color("tint" if self._on else "raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        ring = QRectF(14, 13 + (theme().line("body") - 2 * _DOT) / 2, 2 * _DOT, 2 * _DOT)
        painter.setPen(QPen(theme().color("accent" if self._on else "edge"), 1.5))
        painter.setBrush(theme().color("accent") if self._on else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(ring)
        if self._on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("on_accent"))
            painter.drawEllipse(ring.adjusted(5.5, 5.5, -5.5, -5.5))

    def _name(self) -> None:
        state = _("已选") if self._on else _("没选")
        self.setAccessibleName(
            _("，").join(part for part in (self.offer.label, self.offer.words, self.offer.aside) if part)
        )
        self.setAccessibleDescription(state)


class DifferenceDialog(Dialog):
    """One difference; ``number`` of ``total`` says how many are left."""

    def __init__(self, host: QWidget, desk: Desk, difference: Difference, number: int, total: int) -> None:
        super().__init__(host, _title(difference), primary=_("确定"))
        self._host, self._desk = host, desk
        self.difference = difference
        where = _("{title} · 第 {number} 处，共 {total} 处").format(title=difference.title, number=number, total=total)
        self.content.addWidget(Paragraph(where, "body", "text2"))
        if difference.base:
            self.content.addWidget(_before(difference.base))
        self.rows = [ChoiceRow(offer) for offer in _offers(difference)]
        for row in self.rows:
            row.chosen.connect(self.choose)
            self.content.addWidget(row)
        if difference.kind == "duplicate" and difference.record_kind == "enterprise" and difference.twin is not None:
            self.merge_button = Button(_("是一家，合并…"), icon="git-merge", on_click=self._merge)
            self.content.addLayout(row_of(self.merge_button, None))
        self.foot.insertWidget(0, IconLabel("shield-check", "ok_text"))
        self.foot.insertWidget(1, Words(_("没选之前谁的都不会丢"), "meta", "text2"))
        self.choice: Choice | None = None
        self.primary_button.setEnabled(False)
        if difference.keeps_both:
            self.choose(Choice.BOTH)

    def choose(self, choice: Choice) -> None:
        """Fill the ring of ``choice``."""
        self.choice = choice
        self.primary_button.setEnabled(True)
        for row in self.rows:
            row.set_chosen(row.offer.choice is choice)

    def _merge(self) -> None:
        """Look at both firms side by side; once they are merged there is nothing left to decide here."""
        difference, desk, host = self.difference, self._desk, self._host
        self.dismiss()
        if difference.twin is not None:
            close = partial(decide, conflict=difference.id, choice=Choice.ONE)
            open_merge(host, desk, difference.record, difference.twin, lambda: desk.tasks.write(desk, close))

    def accept(self) -> None:
        """Carry the choice out; it goes up with the next exchange."""
        if self.choice is None:
            return
        choice, conflict = self.choice, self.difference.id
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(self, lambda session: decide(session, conflict, choice), self._on_done, self._on_refused)

    def _on_done(self, _none: None) -> None:
        self.close_with(True)

    def _on_refused(self, error: BrokerError) -> None:
        self.close_with(False)
        self._desk.complain(error)


def _label_width() -> int:
    """Room for the longest of the usual names, so that the values stand under each other."""
    return theme().scale.metrics("body", True).horizontalAdvance(_("服务器上的")) + 4


def _title(difference: Difference) -> str:
    if difference.kind == "delete":
        return _("一边删了，一边改了")
    if difference.kind == "duplicate":
        return _("像是录了两次")
    return _("{field}在两处被改过").format(field=difference.field)


def _offers(difference: Difference) -> list[Offer]:
    mine, theirs = difference.mine, difference.theirs
    if difference.kind == "duplicate":
        twins = _("「{one}」和「{two}」").format(one=mine.words, two=theirs.words)
        return [Offer(Choice.BOTH, _("是两家，都留"), "", twins)]
    if difference.kind == "delete":
        return [
            Offer(Choice.THEIRS, _("留着"), "", _aside(theirs)),
            Offer(Choice.MINE, _("删掉"), "", _aside(mine)),
        ]
    offers = [
        Offer(
            Choice.MINE, _("我改的") if mine.is_here else _("{who}改的").format(who=mine.who), mine.words, _aside(mine)
        ),
        Offer(Choice.THEIRS, _("服务器上的"), theirs.words, _aside(theirs)),
    ]
    if difference.keeps_both:
        first = mine.words if len(mine.words) <= 8 else f"{mine.words[:8]}…"
        offers.append(Offer(Choice.BOTH, _("两个都留"), "", _("「{first}」在前，另一个跟在后面").format(first=first)))
    return offers


def _aside(side: Side) -> str:
    parts = [when_words(side.at) if side.at else "", _("这台电脑") if side.is_here else side.who]
    return " · ".join(part for part in parts if part)


def _before(base: str) -> Panel:
    panel = Panel("sunken")
    row = QHBoxLayout(panel)
    row.setContentsMargins(44, 9, 16, 9)
    row.setSpacing(14)
    label = Words(_("原来"), "body", "text2")
    label.setMinimumWidth(_label_width())
    row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Paragraph(base, "body", "text2", max_lines=6), 1)
    return panel

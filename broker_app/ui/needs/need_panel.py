"""Right of the form: where the need stands and its next steps, the words it came from, its matches, its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import NeedState
from broker_app.services.matches import MatchRow
from broker_app.services.needs import NeedDetail
from broker_app.services.typed_dates import moment_text
from broker_app.services.visits import Move
from broker_app.ui.needs.need_status import need_status, need_tone
from broker_app.ui.needs.need_steps import forward_steps, side_steps, step_words
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.text_blocks import ChipLabel, Facts, Paragraph, Words
from broker_app.ui.shell.wrapping_row import WrappingRow

_SHOWN_MATCHES = 6


@dataclass(frozen=True)
class NeedView:
    """Everything of a need the page shows; ``raw_words`` are quoted from the note of its visit."""

    need: NeedDetail
    raw_words: tuple[str, ...]
    matches: tuple[MatchRow, ...]


class NeedPanel(QWidget):
    """Three cards; hidden parts take no room."""

    step_wanted = Signal(str)
    visit_wanted = Signal(object)
    match_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._state = Card()
        self.chip = ChipLabel()
        self._number = Words("", "meta", "text3")
        self._state.column.addWidget(WrappingRow(self.chip, self._number))
        self._facts = Facts()
        self._state.column.addWidget(self._facts)
        self._steps = QVBoxLayout()
        self._steps.setSpacing(6)
        self._state.column.addSpacing(4)
        self._state.column.addLayout(self._steps)
        column.addWidget(self._state)
        self._origin, self._quotes = _card_with_list(_("原话"))
        column.addWidget(self._origin)
        self._matched, self._matches = _card_with_list(_("对接"))
        column.addWidget(self._matched)
        self._past, self._history = _card_with_list(_("来龙去脉"))
        column.addWidget(self._past)
        column.addStretch(1)

    @property
    def step_buttons(self) -> tuple[Button, ...]:
        """The buttons of the steps that may follow."""
        return tuple(one for one in self._state.findChildren(Button) if not one.isHidden())

    def put_below_state(self, widget: QWidget) -> None:
        """Give ``widget`` the place under where the need stands."""
        self._column.insertWidget(1, widget)

    def show_new(self) -> None:
        """A need without a row yet."""
        self.chip.set_chip(_("新需求"), "plain", "plus")
        self._number.setText("")
        self._facts.set_facts([_("写了就存，不用按保存")])
        clear_layout(self._steps)
        for card in (self._origin, self._matched, self._past):
            card.hide()

    def show_need(self, view: NeedView) -> None:
        """Show where a need stands."""
        need = view.need
        status = need_status(need.state, need.state_label)
        self.chip.set_chip(status.words, need_tone(need.state), status.icon)
        self._number.setText(need.number)
        verifier = _("核实人 {name}").format(name=need.verifier) if need.verifier else ""
        self._facts.set_facts([_("记录人 {name}").format(name=need.author), verifier])
        self._show_steps(need)
        self._show_origin(view)
        self._show_matches(view.matches)
        self._show_history(need.moves)

    def _show_steps(self, need: NeedDetail) -> None:
        clear_layout(self._steps)
        for step in forward_steps(need.state, need.next_states):
            words, icon = step_words(need.state, step)
            button = Button(words, icon=icon, on_click=partial(self.step_wanted.emit, step))
            button.setProperty("step", step)
            self._steps.addWidget(button)
        row = WrappingRow(spacing=2)
        for step in side_steps(need.next_states):
            words, icon = step_words(need.state, step)
            button = Button(words, "quiet", icon=icon, small=True, on_click=partial(self.step_wanted.emit, step))
            button.setProperty("step", step)
            row.add(button)
        self._steps.addWidget(row)
        if not need.next_states:
            merged = need.state == NeedState.MERGED
            words = _("往后在共性需求那一条上办。") if merged else _("已经办完，没有下一步。")
            self._steps.addWidget(Paragraph(words, "meta", "text3"))

    def _show_origin(self, view: NeedView) -> None:
        clear_layout(self._quotes)
        visit_id = view.need.draft.visit_id
        self._origin.setVisible(visit_id is not None)
        if visit_id is None:
            return
        for words in view.raw_words:
            self._quotes.addWidget(Paragraph(_("「{words}」").format(words=words), "body", "text2", max_lines=8))
        if not view.raw_words:
            self._quotes.addWidget(Paragraph(_("这次走访里没有标出是哪几句。"), "meta", "text3"))
        number = view.need.visit_number
        words = _("看走访 {number}").format(number=number) if number else _("看这次走访")
        link = Button(words, "quiet", icon="map-pin", small=True, on_click=lambda: self.visit_wanted.emit(visit_id))
        self._quotes.addLayout(row_of(link, None))

    def _show_matches(self, matches: Sequence[MatchRow]) -> None:
        clear_layout(self._matches)
        self._matched.setVisible(bool(matches))
        for row in matches[:_SHOWN_MATCHES]:
            self._matches.addWidget(Paragraph(row.achievement, "body", "text", max_lines=2))
            look = Button(
                row.state_label, "quiet", icon="handshake", small=True, on_click=partial(self.match_wanted.emit, row.id)
            )
            look.setAccessibleName(_("看对接：{title}，{state}").format(title=row.achievement, state=row.state_label))
            self._matches.addWidget(WrappingRow(look, Words(row.number, "meta", "text3")))
        if len(matches) > _SHOWN_MATCHES:
            rest = len(matches) - _SHOWN_MATCHES
            self._matches.addWidget(Words(counted("还有 {n} 项", "还有 {n} 项", rest), "meta", "text3"))

    def _show_history(self, moves: Sequence[Move]) -> None:
        clear_layout(self._history)
        self._past.setVisible(bool(moves))
        for move in reversed(moves):
            step = _("{before} → {after}").format(before=move.from_label, after=move.to_label)
            self._history.addWidget(Paragraph(step, "body", "text"))
            self._history.addWidget(Facts([moment_text(move.at, utc_now()), move.who]))
            if move.why:
                self._history.addWidget(Paragraph(move.why, "meta", "text2"))


def _card_with_list(title: str) -> tuple[Card, QVBoxLayout]:
    card = Card()
    card.column.addWidget(Words(title, "body", "text", strong=True))
    inside = QVBoxLayout()
    inside.setSpacing(3)
    card.column.addLayout(inside)
    card.hide()
    return card, inside

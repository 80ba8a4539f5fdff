"""对接: the board of matches by stage, or all of them as a list."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, counted
from broker_app.rules.calendar import china_date
from broker_app.rules.states import MatchState, state_label
from broker_app.services.match_board import MatchBoard, MatchCard, match_board
from broker_app.services.matches import MatchDetail, MatchRow, get_match, list_matches, move_match
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.step_back import Step
from broker_app.services.typed_dates import date_text
from broker_app.ui.matches.board_column import BoardColumn
from broker_app.ui.matches.board_words import match_status, stages, sum_words
from broker_app.ui.matches.match_dialog import ConsentDialog, DeclineDialog, MatchDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Facts, IconLabel, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.shell.way_back import stepping, tell_step

_PAUSE_MS = 150
_FORWARD = {
    MatchState.SUGGESTED: MatchState.PROPOSED,
    MatchState.SCREENED: MatchState.PROPOSED,
    MatchState.INTRODUCED: MatchState.MET,
    MatchState.MET: MatchState.AGREED,
}


class MatchesPage(Page):
    """``open_at`` takes a match's id: its card is chosen and its details are shown."""

    name = "matches"
    title = _("对接")
    icon = "handshake"
    reads = frozenset({"Match", "Need", "Achievement", "Enterprise"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._chosen: UUID | None = None
        self._cards: tuple[MatchCard, ...] = ()
        self.board_button, self.list_button = Button(_("看板"), "segment"), Button(_("列表"), "segment")
        group = QButtonGroup(self)
        for button in (self.board_button, self.list_button):
            button.setCheckable(True)
            group.addButton(button)
        self.board_button.setChecked(True)
        segments = _Track(self.board_button, self.list_button)
        self.new_button = Button(_("新对接"), "primary", icon="plus", on_click=lambda: desk.go("recommend"))
        self._segments = segments
        self.header.add_actions(segments, self.new_button)
        self._stack = QStackedWidget()
        for make in (self._make_board, self._make_list, self._make_empty):
            self._stack.addWidget(make())
        self.body.addWidget(self._stack)
        group.buttonClicked.connect(lambda _button: self._on_view_chosen())
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.state.currentIndexChanged.connect(lambda _index: self._search_again())

    # Opening

    def open_at(self, what: object) -> None:
        """Show a match, or the board as it was left."""
        if isinstance(what, UUID):
            self._chosen = what
            self.refresh()
            self.show_details(what)

    def refresh(self) -> None:
        """Read board and list again; the chosen card stays chosen."""
        self.desk.tasks.read(self, match_board, self._show)

    # What a person can do

    def show_details(self, match_id: UUID) -> None:
        """Open the details of a match."""
        self.desk.tasks.read(self, lambda session: get_match(session, match_id), self._open_details)

    def step(self, side: int) -> None:
        """Ctrl+→ takes the next step of the chosen card; Ctrl+← asks to go back, which the rules may refuse."""
        card = self.chosen_card
        if card is None:
            return
        here = self._column_of(card)
        if side > 0:
            self._forward(card)
        elif here > 0:
            self._move(card.id, (stages()[here - 1].enter_by,))

    @property
    def chosen_card(self) -> MatchCard | None:
        """The card chosen on the board."""
        return next((card for card in self._cards if card.id == self._chosen), None)

    @property
    def columns(self) -> tuple[BoardColumn, ...]:
        """The columns from left to right."""
        return self._columns

    # Layout

    def _make_board(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 8)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._columns = tuple(BoardColumn(stage) for stage in stages())
        for number, one in enumerate(self._columns):
            row.addWidget(one, 1)
            view = one.view
            view.opened.connect(self.show_details)
            view.step_wanted.connect(self.step)
            view.side_wanted.connect(partial(self._go_beside, number))
            view.dropped.connect(partial(self._drop, number))
            view.selectionModel().selectionChanged.connect(partial(self._on_selected, one))
            view.entered.connect(partial(self._on_selected, one))
        column.addLayout(row, 1)
        self.foot = Facts()
        self._foot_count = Words("", "body", strong=True)
        hint = Words(_("拖动卡片换阶段；键盘用 Ctrl+← →"), "meta", "text3")
        foot = row_of(IconLabel("archive"), self._foot_count, self.foot, None, hint, spacing=10)
        column.addLayout(foot)
        return holder

    def _make_list(self) -> QWidget:
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        self.search = ImeAwareLineEdit(placeholder=_("需求、成果、企业、编号、拼音首字母"))
        self.search.setAccessibleName(_("在对接里找"))
        self.search.setClearButtonEnabled(True)
        choices = [(str(state), state_label("match", state)) for state in MatchState]
        self.state = Combo(choices, empty=_("状态：全部"))
        self.state.setAccessibleName(_("只看一种状态"))
        row = row_of(self.search, self.state, None)
        row.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)
        for number, share in enumerate((5, 2, 2)):
            row.setStretch(number, share)
        column.addLayout(row)
        self.model = PagedModel[MatchRow](_list_columns(), self._fetch, self)
        self.table = Table[MatchRow](self.model)
        self.table.setAccessibleName(_("对接列表"))
        self.table.opened.connect(lambda row: self.show_details(row.id))
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到。换个词，或看全部状态。"), "body", "text3")
        self._nothing.setContentsMargins(24, 12, 0, 0)
        column.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _make_empty(self) -> EmptyState:
        start = Button(_("去找成果"), "primary", icon="intersect", on_click=lambda: self.desk.go("recommend"))
        return EmptyState(_("还没有对接"), _("给需求找成果，勾上合适的，按 Ctrl+Enter 就记下来了。"), (start,))

    # Showing

    def _show(self, board: MatchBoard) -> None:
        self._cards = board.cards
        known = bool(board.cards or board.declined)
        facts = [counted("{n} 个在走", "{n} 个在走", len(board.cards))] if known else []
        if total := sum_words(list(board.cards)):
            facts.append(_("意向 {amount}元").format(amount=total))
        self.header.facts.set_facts(facts)
        chosen = self._chosen
        keyboard = any(one.view.hasFocus() for one in self._columns)
        for one in self._columns:
            one.show_cards([card for card in board.cards if card.state in one.stage.states])
        self._chosen = chosen
        for one in self._columns:
            if one.choose(chosen) and keyboard:
                one.view.setFocus()
        count = board.declined_count
        self._foot_count.setText(counted("已放弃 {n}", "已放弃 {n}", count))
        self.foot.set_facts([_("{reason} {n}").format(reason=reason, n=number) for reason, number in board.declined])
        self.new_button.setVisible(known)
        self._segments.setVisible(known)
        if known:
            self._show_view()
        else:
            self._stack.setCurrentIndex(2)

    def _show_view(self) -> None:
        as_list = self.list_button.isChecked()
        if as_list:
            self._search_again()
        self._stack.setCurrentIndex(1 if as_list else 0)

    def _on_view_chosen(self) -> None:
        self._show_view()
        target = self.table if self.list_button.isChecked() else self._columns[0].view
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_found(self) -> None:
        found = self.model.rowCount() > 0
        self.table.setVisible(found)
        self._nothing.setVisible(not found)

    def _search_again(self) -> None:
        self._pause.stop()
        self.model.restart()
        self._show_found()

    def _fetch(self, offset: int, limit: int) -> Sequence[MatchRow]:
        query, state = self.search.text().strip(), self.state.code

        def work(session: Session) -> Sequence[MatchRow]:
            return list_matches(session, query, state=state, offset=offset, limit=limit)

        return self.desk.tasks.fetch(work)

    def _on_selected(self, column: BoardColumn, *_ranges: object) -> None:
        card = column.view.chosen
        if card is None:
            return
        self._chosen = card.id
        for one in self._columns:
            if one is not column:
                one.view.clearSelection()

    def _go_beside(self, number: int, side: int) -> None:
        at = number + side
        while 0 <= at < len(self._columns):
            if self._columns[at].model.cards:
                self._columns[at].view.setFocus()
                return
            at += side

    # Moving

    def _column_of(self, card: MatchCard) -> int:
        return next(number for number, stage in enumerate(stages()) if card.state in stage.states)

    def _forward(self, card: MatchCard) -> None:
        state = MatchState(card.state)
        waiting = state in (
            MatchState.PROPOSED,
            MatchState.ACCEPTED_BY_ENTERPRISE,
            MatchState.ACCEPTED_BY_OWNER,
        )
        if waiting and not (card.enterprise_agreed and card.owner_agreed):
            self._ask_consent(card)
        elif waiting:
            self._move(card.id, (MatchState.INTRODUCED,))
        elif state in _FORWARD:
            self._move(card.id, (_FORWARD[state],))
        else:
            self.desk.toast(_("已经谈成，没有下一步"), icon="info")

    def _drop(self, number: int, match_id: UUID) -> None:
        card = next((one for one in self._cards if one.id == match_id), None)
        if card is None or card.state in stages()[number].states:
            return
        self._chosen = match_id
        if stages()[number].enter_by == MatchState.ACCEPTED_BY_ENTERPRISE and card.state == MatchState.PROPOSED:
            self._ask_consent(card)
        else:
            self._move(match_id, (stages()[number].enter_by,))

    def _ask_consent(self, card: MatchCard) -> None:
        dialog = ConsentDialog(self, card.need, firm_agreed=card.enterprise_agreed, owner_agreed=card.owner_agreed)
        dialog.given.connect(partial(self._move, card.id))
        dialog.open()

    def _move(self, match_id: UUID, wanted: Sequence[str]) -> None:
        def work(session: Session) -> None:
            for state in wanted:
                move_match(session, match_id, state)

        def done(step: Step) -> None:
            for banner in self.banners:
                banner.close_banner()
            tell_step(self, self.desk, step, _("已改为「{state}」").format(state=state_label("match", wanted[-1])))

        self.desk.tasks.write(self, stepping("match", match_id, work), done, self._on_refused)

    def _on_refused(self, error: BrokerError) -> None:
        self.desk.complain(error)

    # Details

    def _open_details(self, detail: MatchDetail) -> None:
        dialog = MatchDialog(self, self.desk, detail)
        dialog.decline_wanted.connect(partial(self._decline, detail.row.need))
        dialog.open()

    def _decline(self, need: str, match_id: UUID) -> None:
        dialog = DeclineDialog(self, self.desk, match_id, need)
        dialog.declined.connect(lambda step: tell_step(self, self.desk, step, _("已放弃，原因记下了"), icon="archive"))
        dialog.open()


class _Track(QWidget):
    """The ground of buttons of which one is pressed."""

    def __init__(self, *buttons: Button) -> None:
        super().__init__()
        self.setLayout(row_of(*buttons, spacing=0))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("line"), 1))
        painter.setBrush(theme().color("nav"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def _list_columns() -> tuple[Column[MatchRow], ...]:
    return (
        Column(_("需求", "one"), lambda row: row.need, strong=True),
        Column(_("成果", "one"), lambda row: row.achievement),
        Column(_("企业", "one"), lambda row: row.enterprise or "—", 210),
        Column(_("分"), lambda row: row.score, 56, numeric=True),
        Column(
            _("状态"), lambda row: row.state_label, 130, status=lambda row: match_status(row.state, row.state_label)
        ),
        Column(_("记下"), lambda row: date_text(china_date(row.created_at), today()), 136),
    )

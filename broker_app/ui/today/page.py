"""今日: today's visits, what waits for the broker, dates ahead, the month so far."""

from uuid import UUID

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from broker_app.i18n import _, counted, day_name, weekday_name
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.start_watch import Greeting, greet
from broker_app.services.today import Deadline, PlannedStop, TodayBoard, ToDo, today_board
from broker_app.services.typed_dates import date_text, moment_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import Paragraph
from broker_app.ui.shell.theme import theme
from broker_app.ui.today.rows import DeadlineRow, MonthRow, RecentRow, StopRow, ToDoRow
from broker_app.ui.visits.recovery import FoundDrafts

_LEFT_SHARE, _RIGHT_SHARE = 13, 10
_TWO_COLUMNS = 720  # px of page at standard size: narrower, the columns stand one under the other
_SHOWN_TO_DOS = 6
_NAMED_TASKS = 3


class TodayPage(Page):
    """What now."""

    name = "today"
    title = _("今日")
    icon = "sun"
    reads = frozenset({"Visit", "Need", "Match", "FollowUp", "Enterprise", "StateMove", "Attachment"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._all_to_dos = False
        self._next_stop: UUID | None = None
        self.proposals_button = Button(_("走访建议"), icon="calendar-check", on_click=lambda: desk.go("proposals"))
        self.plan_button = Button(_("安排走访"), icon="calendar-plus", on_click=lambda: desk.go("visits", "plan"))
        self.new_button = Button(_("新走访"), "primary", icon="plus", on_click=lambda: desk.go("visits", "new"))
        self.new_button.setToolTip("Ctrl+N")
        self.header.add_actions(self.proposals_button, self.plan_button, self.new_button)
        area, whole = scroll_column(margins=(24, 0, 20, 14))
        self.body.addWidget(area)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(12)
        whole.addLayout(self._columns)
        whole.addStretch(1)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for column, share in ((self._left, _LEFT_SHARE), (self._right, _RIGHT_SHARE)):
            column.setSpacing(12)
            self._columns.addLayout(column, share)
        theme().changed.connect(self._place_columns)
        if desk.cut_short_since is not None:
            self.found_drafts = FoundDrafts(self, desk.cut_short_since)
        desk.tasks.write(self, greet, self._greet, asked_for=False)

    def _place_columns(self) -> None:
        """One column under the other where large words leave no room side by side."""
        beside = self.width() >= _TWO_COLUMNS * theme().scale.factor
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(direction)

    def _greet(self, greeting: Greeting) -> None:
        """Say once what fell due while the program was closed, and that the clock has been set back."""
        if greeting.clock_back is not None and greeting.last_seen is not None:
            days = counted("电脑的时间往回走了 {n} 天。", "电脑的时间往回走了 {n} 天。", greeting.clock_back.days)
            detail = _("上次在用是 {when}。记录都在，没有受影响；请先把电脑的日期调对，再记走访。").format(
                when=moment_text(greeting.last_seen, utc_now())
            )
            self.show_banner(Banner("warn", days, detail))
        if greeting.missed:
            what = counted(
                "没打开的这几天，有 {n} 件跟进到期。", "没打开的这几天，有 {n} 件跟进到期。", len(greeting.missed)
            )
            named = _("、").join(one.text for one in greeting.missed[:_NAMED_TASKS])
            look = Button(_("看日历"), small=True, on_click=lambda: self.desk.go("calendar", greeting.missed[0].due))
            self.show_banner(Banner("warn", what, named, actions=(look,)))

    def _show_all_to_dos(self) -> None:
        self._all_to_dos = True
        self.refresh()

    def take_enter(self) -> None:
        """Open the next visit of the day."""
        if self._next_stop is not None:
            self._open_visit(self._next_stop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room for both."""
        super().resizeEvent(event)
        self._place_columns()

    def refresh(self) -> None:
        """Read the board again."""
        self.desk.tasks.read(self, today_board, self._show)

    def _show(self, board: TodayBoard) -> None:
        open_stops = [stop for stop in (*board.stops, *board.coming) if stop.stage != "done"]
        following = [stop for stop in open_stops if stop.stage == "next"] or open_stops
        self._next_stop = following[0].visit_id if following else None
        today = utc_now().astimezone(CHINA_TIME).date()
        weekday = date_text(board.day, today)
        self.header.facts.set_facts([_day_words(board), "" if weekday == _("今天") else weekday])
        for column in (self._left, self._right):
            clear_layout(column)
        self._left.addWidget(self._stops_card(board))
        self._left.addWidget(self._deadlines_card(board.deadlines))
        self._left.addStretch(1)
        self._right.addWidget(self._to_do_card(board.to_do))
        self._right.addWidget(self._month_card(board))
        self._right.addWidget(self._recent_card(board.recent))
        self._right.addStretch(1)

    def _stops_card(self, board: TodayBoard) -> Card:
        card = Card()
        if board.stops:
            card.add_heading(_("今天的走访"), str(len(board.stops)), self._calendar_button())
            self._add_stops(card, board.stops)
            return card
        card.add_heading(_("今天没有安排"), "", self._calendar_button())
        card.column.addWidget(Paragraph(_("按 Ctrl+N 记一次走访，或者先安排下一站。"), "body", "text2"))
        if board.coming:
            card.column.addSpacing(4)
            card.add_heading(_("接下来"), str(len(board.coming)))
            self._add_stops(card, board.coming, with_day=True)
        return card

    def _calendar_button(self) -> Button:
        return Button(_("日历"), "quiet", small=True, on_click=lambda: self.desk.go("calendar"))

    def _add_stops(self, card: Card, stops: tuple[PlannedStop, ...], *, with_day: bool = False) -> None:
        for number, stop in enumerate(stops):
            row = StopRow(stop, last=number == len(stops) - 1, with_day=with_day)
            row.opened.connect(self._open_visit)
            row.page_wanted.connect(lambda firm_id: self.desk.go("papers", ("firm_page", firm_id)))
            card.column.addWidget(row)

    def _to_do_card(self, to_do: tuple[ToDo, ...]) -> Card:
        card = Card()
        card.add_heading(_("需要我处理"), str(len(to_do)) if to_do else "")
        for one in to_do if self._all_to_dos else to_do[:_SHOWN_TO_DOS]:
            row = ToDoRow(one)
            row.opened.connect(self.desk.go)
            card.column.addWidget(row)
        hidden = len(to_do) - _SHOWN_TO_DOS
        if hidden > 0 and not self._all_to_dos:
            words = counted("还有 {n} 件", "还有 {n} 件", hidden)
            card.column.addLayout(row_of(Button(words, "quiet", small=True, on_click=self._show_all_to_dos), None))
        if not to_do:
            card.column.addWidget(Paragraph(_("没有等你处理的事。"), "body", "text2"))
        return card

    def _deadlines_card(self, deadlines: tuple[Deadline, ...]) -> Card:
        card = Card()
        card.add_heading(_("期限", "many"), str(len(deadlines)) if deadlines else "")
        for one in deadlines:
            row = DeadlineRow(one)
            row.opened.connect(self.desk.go)
            card.column.addWidget(row)
        if not deadlines:
            card.column.addWidget(Paragraph(_("需求的期限和后续任务的日子，会排在这里。"), "body", "text2"))
        return card

    def _month_card(self, board: TodayBoard) -> Card:
        card = Card()
        card.add_heading(_("本月"))
        card.column.addWidget(MonthRow(board.month))
        return card

    def _recent_card(self, recent: tuple[PlannedStop, ...]) -> Card:
        card = Card()
        all_visits = Button(_("全部"), "quiet", small=True, on_click=lambda: self.desk.go("visits"))
        card.add_heading(_("刚记的走访"), "", all_visits)
        for stop in recent:
            row = RecentRow(stop)
            row.opened.connect(self._open_visit)
            card.column.addWidget(row)
        if not recent:
            card.column.addWidget(Paragraph(_("记完的走访会出现在这里。"), "body", "text2"))
        return card

    def _open_visit(self, visit_id: UUID) -> None:
        self.desk.go("visits", visit_id)


def _day_words(board: TodayBoard) -> str:
    return f"{day_name(board.day)} {weekday_name(board.day)}"

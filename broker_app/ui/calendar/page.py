"""日历: visits and tasks of a week or a month; moved by hand, handed to other calendars and taken from them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QWidget

from broker_app.errors import BrokerError, ImportFileError, InvalidInputError
from broker_app.i18n import _, counted, day_name, full_day_name, month_of_year
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.calendar_import import (
    MOST_BYTES,
    CalendarFile,
    TakenEvents,
    days_of,
    read_calendar,
    take_back_events,
    take_events,
)
from broker_app.services.calendar_plan import (
    WeekVisit,
    list_visits_between,
    monday_of,
    move_planned,
    plan_as_ics,
)
from broker_app.services.follow_ups import FollowUpRow, follow_ups_between, move_follow_up
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text, moment_text
from broker_app.ui.calendar.grid import WeekGrid
from broker_app.ui.calendar.month import MonthGrid
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.page import Page, scroll_column

_WEEK = timedelta(days=7)

Shown = tuple[Sequence[WeekVisit], Sequence[FollowUpRow]]


class CalendarPage(Page):
    """Shows the week or month it was left at; opened at a day, the week of that day."""

    name = "calendar"
    title = _("日历")
    icon = "calendar-blank"
    reads = frozenset({"Visit", "Enterprise", "FollowUp"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.monday = monday_of(china_date(utc_now()))
        self.month = china_date(utc_now()).replace(day=1)
        self.before_button = tool_button("caret-left", _("往前"), lambda: self.turn(-1))
        self.today_button = Button(_("本周"), on_click=self.show_today)
        self.after_button = tool_button("caret-right", _("往后"), lambda: self.turn(1))
        self.import_button = Button(_("导入"), icon="download-simple", on_click=self.import_file)
        self.import_button.setToolTip(_("从别的日历导出的 .ics 里拿日程来，排成走访"))
        self.export_button = Button(_("导出 .ics"), icon="export", on_click=self.export)
        self.plan_button = Button(
            _("安排走访"), "primary", icon="calendar-plus", on_click=lambda: desk.go("visits", "plan")
        )
        self.header.add_actions(
            self._make_views(),
            self.before_button,
            self.today_button,
            self.after_button,
            self.import_button,
            self.export_button,
            self.plan_button,
        )
        self._stack = QStackedWidget()
        self.grid, self.month_grid = WeekGrid(), MonthGrid()
        for grid in (self.grid, self.month_grid):
            area, column = scroll_column(margins=(16, 0, 12, 8), spacing=0)
            column.addWidget(grid, 1)
            if grid is self.grid:
                column.addStretch(1)
            self._stack.addWidget(area)
        self.body.addWidget(self._stack)
        self.grid.opened.connect(lambda visit_id: desk.go("visits", visit_id))
        self.grid.moved.connect(self.move_visit)
        self.grid.task_moved.connect(self.move_task)
        self.grid.task_opened.connect(self._open_entry)
        self.month_grid.opened.connect(self._open_entry)
        self.month_grid.moved.connect(self._move_entry)
        self.month_grid.day_wanted.connect(self.show_week_of)

    @property
    def shows_month(self) -> bool:
        """Whether the month is shown, not the week."""
        return self._stack.currentIndex() == 1

    def open_at(self, what: object) -> None:
        """Show the week of a day."""
        if isinstance(what, date):
            self.show_week_of(what)

    def refresh(self) -> None:
        """Read the days shown again."""
        first, last = self._days()

        def work(session: Session) -> Shown:
            return list_visits_between(session, first, last), follow_ups_between(session, first, last)

        self.desk.tasks.read(self, work, lambda found: self._show(*found) if (first, last) == self._days() else None)

    def turn(self, steps: int) -> None:
        """Show another week, or another month."""
        if self.shows_month:
            at = self.month.year * 12 + self.month.month - 1 + steps
            self.month = date(at // 12, at % 12 + 1, 1)
            self.refresh()
        else:
            self.show_week_of(self.monday + steps * _WEEK)

    def show_today(self) -> None:
        """Show this week, or this month."""
        day = china_date(utc_now())
        self.monday, self.month = monday_of(day), day.replace(day=1)
        self.refresh()

    def show_week_of(self, day: date) -> None:
        """Show the week of a day."""
        self.monday, self.month = monday_of(day), day.replace(day=1)
        self._show_view(0)

    def show_month(self) -> None:
        """Show the month the week lies in."""
        self._show_view(1)

    def move_visit(self, visit: WeekVisit, moment: datetime) -> None:
        """Move a planned visit, with 撤销."""
        tasks = self.desk.tasks

        def done(before: datetime) -> None:
            def back() -> None:
                tasks.write(self, lambda session: move_planned(session, visit.id, before))

            words = _("{name} 挪到 {when}").format(name=visit.enterprise, when=moment_text(moment, utc_now()))
            self.desk.toast(words, icon="calendar-check", undo=back)

        tasks.write(self, lambda session: move_planned(session, visit.id, moment), done, self._refused)

    def move_task(self, task: FollowUpRow, day: date) -> None:
        """Let a task be due on another day, with 撤销."""
        tasks = self.desk.tasks

        def done(before: date | None) -> None:
            def back() -> None:
                if before is not None:
                    tasks.write(self, lambda session: move_follow_up(session, task.id, before))

            words = _("{name} 改到 {when}").format(name=task.text, when=date_text(day, china_date(utc_now())))
            self.desk.toast(words, icon="calendar-check", undo=back)

        tasks.write(self, lambda session: move_follow_up(session, task.id, day), done, self._refused)

    def export(self) -> None:
        """Ask where the plan of the days shown goes."""
        dialog = QFileDialog(self.window(), _("导出 .ics"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.selectFile(_("走访安排 {day}.ics").format(day=self._days()[0].isoformat()))
        dialog.fileSelected.connect(lambda file: self.export_to(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, target: Path) -> None:
        """Write the plan of the days shown."""
        first, last = self._days()

        def write(content: bytes) -> None:
            self.desk.tasks.run(self, lambda: _write(target, content), done, self.desk.complain)

        def done(_none: None) -> None:
            self.desk.toast(_("已导出「{name}」，别的日历可以打开它").format(name=target.name), icon="export")

        self.desk.tasks.read(self, lambda session: plan_as_ics(session, first, last), write, self.desk.complain)

    def import_file(self) -> None:
        """Ask for a calendar file."""
        dialog = QFileDialog(self.window(), _("导入 .ics"), "", _("日历文件 (*.ics)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda file: self.import_from(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_from(self, source: Path) -> None:
        """Plan a visit for every event ahead in a calendar file, with 撤销."""
        tasks = self.desk.tasks

        def take(file: CalendarFile) -> None:
            tasks.write(
                self,
                lambda session: take_events(session, file),
                lambda taken: self._show_taken(taken, file),
                self.desk.complain,
            )

        tasks.run(self, lambda: read_calendar(_read(source)), take, self.desk.complain)

    def _make_views(self) -> QWidget:
        self.week_button = Button(_("周"), "segment", on_click=lambda: self._show_view(0))
        self.month_button = Button(_("月"), "segment", on_click=self.show_month)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for button, name in ((self.week_button, _("看一周")), (self.month_button, _("看一个月"))):
            button.setCheckable(True)
            button.setAccessibleName(name)
            row.addWidget(button)
        self.week_button.setChecked(True)
        return holder

    def _show_view(self, view: int) -> None:
        self._stack.setCurrentIndex(view)
        self.week_button.setChecked(view == 0)
        self.month_button.setChecked(view == 1)
        self.today_button.setText(_("本月") if view else _("本周"))
        self.refresh()

    def _days(self) -> tuple[date, date]:
        if not self.shows_month:
            return self.monday, self.monday + timedelta(days=6)
        first = monday_of(self.month)
        return first, first + timedelta(days=41)

    def _open_entry(self, entry: WeekVisit | FollowUpRow) -> None:
        visit_id = entry.id if isinstance(entry, WeekVisit) else entry.visit_id
        if visit_id is not None:
            self.desk.go("visits", visit_id)
        else:
            self.desk.toast(_("这件跟进不属于哪次走访"), icon="info")

    def _move_entry(self, entry: WeekVisit | FollowUpRow, day: date) -> None:
        if isinstance(entry, FollowUpRow):
            self.move_task(entry, day)
        else:
            self.move_visit(entry, datetime.combine(day, entry.start.timetz()))

    def _refused(self, error: BrokerError) -> None:
        self.refresh()
        self.desk.complain(error)

    def _show_taken(self, taken: TakenEvents, file: CalendarFile) -> None:
        parts = (
            (len(taken.added), counted("排进 {n} 次走访", "排进 {n} 次走访", len(taken.added))),
            (len(taken.moved), counted("{n} 次改了时间", "{n} 次改了时间", len(taken.moved))),
            (taken.known, counted("{n} 次早就有了", "{n} 次早就有了", taken.known)),
            (
                taken.out_of_range,
                counted("{n} 个过去了或太远，没有排", "{n} 个过去了或太远，没有排", taken.out_of_range),
            ),
            (taken.unreadable, counted("{n} 个看不懂，没有排", "{n} 个看不懂，没有排", taken.unreadable)),
            (
                taken.repeating,
                counted("{n} 个是重复日程，只排了第一次", "{n} 个是重复日程，只排了第一次", taken.repeating),
            ),
        )
        words = _("，").join(sentence for n, sentence in parts if n)
        back: Callable[[], object] | None = None
        if taken.added or taken.moved:

            def take_back() -> None:
                self.desk.tasks.write(self, lambda session: take_back_events(session, taken))

            back = take_back
            first = next((day for day in days_of(file) if day >= china_date(utc_now())), None)
            if first is not None:
                self.show_week_of(first)
        if taken.unreadable or taken.out_of_range or taken.repeating:
            self.show_banner(Banner("accent", _("导入日历"), words))
        self.desk.toast(words or _("没有新的日程"), icon="calendar-check", undo=back)

    def _show(self, visits: Sequence[WeekVisit], tasks: Sequence[FollowUpRow]) -> None:
        planned = sum(one.movable for one in visits)
        first, last = self._days()
        span = (
            month_of_year(self.month)
            if self.shows_month
            else _("{first}—{last}").format(first=full_day_name(first), last=day_name(last))
        )
        self.header.facts.set_facts(
            [
                span,
                counted("{n} 次走访", "{n} 次走访", len(visits)) if visits else _("没有走访"),
                counted("{n} 次还没去", "{n} 次还没去", planned) if planned else "",
                counted("{n} 件跟进", "{n} 件跟进", len(tasks)) if tasks else "",
            ]
        )
        self.export_button.setEnabled(planned > 0)
        if self.shows_month:
            self.month_grid.show_month(self.month, visits, tasks)
        else:
            self.grid.show_week(self.monday, visits, tasks)


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise InvalidInputError("file", _("这个位置写不了，没有导出。请换一个位置再试。")) from error


def _read(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        raise ImportFileError(_("打不开「{name}」，什么都没有导入。").format(name=source.name)) from None

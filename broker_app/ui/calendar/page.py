"""日历: the week's visits; planned ones are moved by hand and handed to other calendars."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, counted, day_name, full_day_name
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.calendar_plan import (
    WeekVisit,
    list_visits_between,
    monday_of,
    move_planned,
    plan_as_ics,
)
from broker_app.services.typed_dates import moment_text
from broker_app.ui.calendar.grid import WeekGrid
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import Page, scroll_column

_WEEK = timedelta(days=7)


class CalendarPage(Page):
    """Shows the week it was left at; opened at a day, the week of that day."""

    name = "calendar"
    title = _("日历")
    icon = "calendar-blank"
    reads = frozenset({"Visit", "Enterprise"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.monday = monday_of(china_date(utc_now()))
        self.before_button = tool_button("caret-left", _("上一周"), lambda: self.turn(-1))
        self.today_button = Button(_("本周"), on_click=self.show_today)
        self.after_button = tool_button("caret-right", _("下一周"), lambda: self.turn(1))
        self.export_button = Button(_("导出 .ics"), icon="export", on_click=self.export)
        self.plan_button = Button(
            _("安排走访"), "primary", icon="calendar-plus", on_click=lambda: desk.go("visits", "plan")
        )
        self.header.add_actions(
            self.before_button, self.today_button, self.after_button, self.export_button, self.plan_button
        )
        area, column = scroll_column(margins=(16, 0, 12, 8), spacing=0)
        self.grid = WeekGrid()
        column.addWidget(self.grid)
        column.addStretch(1)
        self.body.addWidget(area)
        self.grid.opened.connect(lambda visit_id: desk.go("visits", visit_id))
        self.grid.moved.connect(self.move_visit)

    def open_at(self, what: object) -> None:
        """Show the week of a day."""
        if isinstance(what, date):
            self._show_week_of(what)

    def refresh(self) -> None:
        """Read the week again."""
        monday = self.monday
        self.desk.tasks.read(
            self,
            lambda session: list_visits_between(session, monday, monday + timedelta(days=6)),
            lambda visits: self._show(visits) if monday == self.monday else None,
        )

    def turn(self, weeks: int) -> None:
        """Show another week."""
        self._show_week_of(self.monday + weeks * _WEEK)

    def show_today(self) -> None:
        """Show this week."""
        self._show_week_of(china_date(utc_now()))

    def move_visit(self, visit: WeekVisit, moment: datetime) -> None:
        """Move a planned visit, with 撤销."""
        tasks = self.desk.tasks

        def done(before: datetime) -> None:
            def back() -> None:
                tasks.write(self, lambda session: move_planned(session, visit.id, before))

            words = _("{name} 挪到 {when}").format(name=visit.enterprise, when=moment_text(moment, utc_now()))
            self.desk.toast(words, icon="calendar-check", undo=back)

        def refused(error: BrokerError) -> None:
            self.refresh()
            self.desk.complain(error)

        tasks.write(self, lambda session: move_planned(session, visit.id, moment), done, refused)

    def export(self) -> None:
        """Ask where the plan of this week goes."""
        dialog = QFileDialog(self.window(), _("导出 .ics"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("ics")
        dialog.selectFile(_("走访安排 {day}.ics").format(day=self.monday.isoformat()))
        dialog.fileSelected.connect(lambda file: self.export_to(Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, target: Path) -> None:
        """Write the plan of this week."""
        monday = self.monday

        def write(content: bytes) -> None:
            self.desk.tasks.run(self, lambda: _write(target, content), done, self.desk.complain)

        def done(_none: None) -> None:
            self.desk.toast(_("已导出「{name}」，别的日历可以打开它").format(name=target.name), icon="export")

        self.desk.tasks.read(
            self, lambda session: plan_as_ics(session, monday, monday + timedelta(days=6)), write, self.desk.complain
        )

    def _show_week_of(self, day: date) -> None:
        self.monday = monday_of(day)
        self.refresh()

    def _show(self, visits: Sequence[WeekVisit]) -> None:
        sunday = self.monday + timedelta(days=6)
        planned = sum(one.movable for one in visits)
        self.header.facts.set_facts(
            [
                _("{first}—{last}").format(first=full_day_name(self.monday), last=day_name(sunday)),
                counted("{n} 次走访", "{n} 次走访", len(visits)) if visits else _("没有走访"),
                counted("{n} 次还没去", "{n} 次还没去", planned) if planned else "",
            ]
        )
        self.export_button.setEnabled(planned > 0)
        self.grid.show_week(self.monday, visits)


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        raise InvalidInputError("file", _("这个位置写不了，没有导出。请换一个位置再试。")) from error

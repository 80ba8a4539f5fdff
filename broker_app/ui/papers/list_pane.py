"""What can be printed now: of visits, matches, needs, firms and weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList, label
from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.services.enterprises import list_enterprises
from broker_app.services.matches import list_matches
from broker_app.services.needs import list_needs
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import moment_text
from broker_app.services.visits import list_visits
from broker_app.services.work_figures import Period, period_days, period_word
from broker_app.services.work_papers import assessed_roles
from broker_app.ui.papers.kinds import paper_kinds
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table

_UNWRITTEN = ("planned", "cancelled")


@dataclass(frozen=True)
class PaperRow:
    """One paper that can be printed."""

    kind: str
    what: object
    title: str
    about: str
    number: str
    when: str


class PaperListPane(Panel):
    """A table of papers, newest record first; Enter opens the preview."""

    wanted = Signal(str, object)
    batch_wanted = Signal(object)
    """The rows (a list of :class:`PaperRow`) to be made in one go."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._desk = desk
        self.search = ImeAwareLineEdit(placeholder=_("企业、需求、编号、拼音首字母"))
        self.search.setAccessibleName(_("在文书里找"))
        self.kind = Combo([(one.name, one.title) for one in paper_kinds().values()])
        self.kind.setAccessibleName(_("哪一种文书"))
        self.model = PagedModel[PaperRow](_columns(), self._fetch, self)
        self.table = Table[PaperRow](self.model)
        self.table.setAccessibleName(_("可以打印的文书"))
        self.table.opened.connect(lambda row: self.wanted.emit(row.kind, row.what))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 10, 0, 0)
        whole.setSpacing(8)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.all_button = Button(_("全选"), "quiet", small=True, on_click=self.table.selectAll)
        self.all_button.setToolTip("Ctrl+A")
        self.batch_button = Button("", icon="files", small=True, on_click=self._want_batch)
        self.table.selectionModel().selectionChanged.connect(lambda _new, _old: self._show_chosen())
        self.model.modelReset.connect(self._show_chosen)
        line = row_of(self.kind, self.search, None, self.all_button, self.batch_button)
        line.setContentsMargins(24, 0, 20, 0)
        line.setStretch(0, 2)
        line.setStretch(1, 5)
        line.setStretch(2, 4)
        whole.addLayout(line)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(
            EmptyState(_("还没有可打印的文书"), _("记完一次走访，走访记录表就在这里；记下对接，就能打印推介函。"))
        )
        whole.addWidget(self._stack, 1)
        self._show_chosen()
        self.kind.currentIndexChanged.connect(lambda _index: self.reload())
        self.search.committed.connect(lambda _text: self.reload())

    def reload(self) -> None:
        """Read the list again."""
        self.model.restart()
        empty = self.model.rowCount() == 0 and not self.search.text().strip()
        self._stack.setCurrentIndex(1 if empty else 0)

    @property
    def chosen_rows(self) -> list[PaperRow]:
        """The rows selected now, in the order of the list."""
        indexes = self.table.selectionModel().selectedRows()
        return [self.model.row(at) for at in sorted(index.row() for index in indexes)]

    def _want_batch(self) -> None:
        self.batch_wanted.emit(self.chosen_rows)

    def _show_chosen(self) -> None:
        chosen = len(self.table.selectionModel().selectedRows())
        self.batch_button.setEnabled(chosen > 1)
        self.batch_button.setText(counted("成批做 {n} 份", "成批做 {n} 份", chosen) if chosen > 1 else _("成批做"))
        self.batch_button.setToolTip(_("按住 Ctrl 或 Shift 选几份，一起打印或存成一个 PDF"))

    def _fetch(self, offset: int, limit: int) -> Sequence[PaperRow]:
        query, kind, days = self.search.text().strip(), self.kind.code, self._desk.settings.vp_days_a_month
        if kind == "assessment":
            return [] if offset else self._desk.tasks.fetch(lambda session: _assessments(session, days))
        read = _READERS[kind]
        return self._desk.tasks.fetch(lambda session: read(session, query, offset, limit))


def _records(session: Session, query: str, offset: int, limit: int) -> list[PaperRow]:
    rows = list_visits(session, query, offset=offset, limit=limit)
    return [
        PaperRow(
            "visit_record", row.id, _("走访记录表"), row.enterprise, row.number, moment_text(row.started_at, utc_now())
        )
        for row in rows
        if row.state not in _UNWRITTEN and row.enterprise
    ]


def _slips(session: Session, query: str, offset: int, limit: int) -> list[PaperRow]:
    rows = list_visits(session, query, offset=offset, limit=limit)
    return [
        PaperRow("slip", row.id, _("现场确认单"), row.enterprise, row.number, moment_text(row.started_at, utc_now()))
        for row in rows
        if row.state not in _UNWRITTEN and row.enterprise
    ]


def _need_forms(session: Session, query: str, offset: int, limit: int) -> list[PaperRow]:
    return [
        PaperRow(
            "need_form",
            row.id,
            _("需求征集表"),
            _("　").join(filter(None, (row.enterprise, row.title))),
            row.number,
            "",
        )
        for row in list_needs(session, query, offset=offset, limit=limit)
    ]


def _firm_pages(session: Session, query: str, offset: int, limit: int) -> list[PaperRow]:
    return [
        PaperRow(
            "firm_page",
            row.id,
            _("企业一页纸"),
            row.name,
            "",
            moment_text(row.last_visit, utc_now()) if row.last_visit else "",
        )
        for row in list_enterprises(session, query, offset=offset, limit=limit)
    ]


def _plans(_session: Session, _query: str, offset: int, _limit: int) -> list[PaperRow]:
    """This week, the next and the two before; nothing to search and nothing further on."""
    if offset:
        return []
    monday = today() - timedelta(days=today().weekday())
    weeks = ((7, _("下周")), (0, _("本周")), (-7, _("上周")), (-14, _("上上周")))
    spans = [(monday + timedelta(days=days), monday + timedelta(days=days + 6), name) for days, name in weeks]
    return [
        PaperRow(
            "visit_plan",
            (first, last),
            _("走访计划表"),
            name,
            "",
            _("{first} 至 {last}").format(first=first, last=last),
        )
        for first, last, name in spans
    ]


def _logs(_session: Session, _query: str, offset: int, _limit: int) -> list[PaperRow]:
    """A log of each usual period."""
    if offset:
        return []
    return [_of_period("work_log", _("工作日志"), period_word(one), days, days) for one, days in _usual_periods()]


def _assessments(session: Session, days_a_month: int) -> list[PaperRow]:
    """An assessment of each usual period and role in which something was done; a month is too short for one."""
    return [
        _of_period(
            "assessment",
            _("考核表"),
            _("　").join((period_word(one), label(CodeList.VISITOR_ROLE, role))),
            days,
            (role, *days, days_a_month),
        )
        for one, days in _usual_periods()
        if one not in (Period.MONTH, Period.LAST_MONTH)
        for role in assessed_roles(session, *days)
    ]


def _figures(_session: Session, _query: str, offset: int, _limit: int) -> list[PaperRow]:
    """One's own figures of each usual period."""
    if offset:
        return []
    return [
        _of_period("figures", _("工作统计表"), period_word(one), days, (*days, True)) for one, days in _usual_periods()
    ]


def _usual_periods() -> list[tuple[Period, tuple[date, date]]]:
    return [(one, period_days(one, today())) for one in Period]


def _of_period(kind: str, title: str, about: str, days: tuple[date, date], what: object) -> PaperRow:
    first, last = days
    return PaperRow(kind, what, title, about, "", _("{first} 至 {last}").format(first=first, last=last))


def _letters(session: Session, query: str, offset: int, limit: int) -> list[PaperRow]:
    found: dict[UUID, list[UUID]] = {}
    rows = list_matches(session, query, offset=offset, limit=limit)
    for row in rows:
        if row.state != "declined":
            found.setdefault(row.need_id, []).append(row.id)
    first = {row.need_id: row for row in reversed(rows)}
    return [
        PaperRow(
            "intro_letter",
            tuple(match_ids),
            _("推介函"),
            _("　").join(filter(None, (first[need_id].enterprise, first[need_id].need))),
            first[need_id].number,
            moment_text(first[need_id].created_at, utc_now()),
        )
        for need_id, match_ids in found.items()
    ]


_READERS = {
    "visit_record": _records,
    "intro_letter": _letters,
    "slip": _slips,
    "need_form": _need_forms,
    "firm_page": _firm_pages,
    "visit_plan": _plans,
    "work_log": _logs,
    "figures": _figures,
}


def _columns() -> tuple[Column[PaperRow], ...]:
    return (
        Column(_("关于"), lambda row: row.about, strong=True),
        Column(_("文书", "one"), lambda row: row.title, 130),
        Column(_("编号"), lambda row: row.number, 240),
        Column(_("日期"), lambda row: row.when, 180),
    )

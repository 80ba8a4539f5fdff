"""需求: the ledger of needs with search and a filter by state."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.rules.states import NeedState, state_label
from broker_app.services.needs import NeedRow, count_needs, delete_need, list_needs, restore_need
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.needs.need_status import need_status
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Words

_PAUSE_MS = 150
_CLOSED = frozenset({NeedState.SOLVED, NeedState.MERGED, NeedState.WITHDRAWN, NeedState.NOT_TECHNICAL})


class NeedsPage(Page):
    """Every need of this profile, newest first."""

    name = "needs"
    title = _("需求")
    icon = "clipboard-text"
    reads = frozenset({"Need", "Enterprise"})
    ground = "surface"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.import_button = Button(_("导入需求"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新需求"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        self.search = ImeAwareLineEdit(placeholder=_("需求、企业、编号、拼音首字母"))
        self.search.setAccessibleName(_("在需求里找"))
        self.search.setClearButtonEnabled(True)
        self.state = Combo((), empty=_("状态：全部"))
        self.state.setAccessibleName(_("只看一种状态"))
        self.model = PagedModel[NeedRow](_columns(), self._fetch, self)
        self.table = Table[NeedRow](self.model)
        self.table.setAccessibleName(_("需求列表"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_list())
        self._stack.addWidget(self._make_empty())
        self.body.addWidget(self._stack)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.state.currentIndexChanged.connect(lambda _index: self._search_again())
        self.table.opened.connect(lambda row: desk.go("need", row.id))
        self.table.chosen.connect(self._show_selection)
        self.table.removal_asked.connect(self._remove)
        self._show_selection(None)

    def open_at(self, what: object) -> None:
        """Begin a need with "new"."""
        if what == "new":
            self.add()

    def refresh(self) -> None:
        """Read the list and the counts again."""
        counts = self.desk.tasks.fetch(count_needs)
        total = sum(counts.values())
        still_open = sum(count for state, count in counts.items() if state not in _CLOSED)
        self.header.facts.set_facts(
            [counted("{n} 条", "{n} 条", total), counted("{n} 条还没办完", "{n} 条还没办完", still_open)]
            if total
            else []
        )
        self.state.set_choices(
            [
                (str(state), _("{state} {n}").format(state=state_label("need", state), n=counts[state]))
                for state in NeedState
                if counts.get(state)
            ]
        )
        self._stack.setCurrentIndex(0 if total else 1)
        self.new_button.setVisible(bool(total))
        self.import_button.setVisible(bool(total))
        kept = self.table.chosen_row
        self.model.reload()
        if kept is not None and (at := self.model.find(lambda row: row.id == kept.id)) >= 0:
            self.table.selectRow(at)
        self._show_found()

    def add(self) -> None:
        """Begin a new need."""
        self.desk.go("need", "new")

    def _make_list(self) -> QWidget:
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(24, 2, 20, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 5)
        row.addWidget(self.state, 2)
        row.addStretch(2)
        self._match = Button(_("找成果"), icon="intersect", small=True, on_click=self._find_achievements)
        self._trash = Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self._remove_chosen)
        for widget in (self._match, self._trash):
            row.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到。换个词，或看全部状态。"), "body", "text3")
        self._nothing.setContentsMargins(24, 12, 0, 0)
        column.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _make_empty(self) -> QWidget:
        new = Button(_("新需求"), "primary", icon="plus", on_click=self.add)
        load = Button(_("导入需求"), icon="download-simple", on_click=self._import)
        holder = Panel("surface")
        QVBoxLayout(holder).addWidget(
            EmptyState(_("还没有需求"), _("在走访纪要里选中一句话，按 Ctrl+D，原话就成了一条需求。"), (new, load))
        )
        return holder

    def _import(self) -> None:
        self.desk.go("import", "needs")

    def _fetch(self, offset: int, limit: int) -> Sequence[NeedRow]:
        query, state = self.search.text().strip(), self.state.code

        def work(session: Session) -> Sequence[NeedRow]:
            return list_needs(session, query, state=state, offset=offset, limit=limit)

        return self.desk.tasks.fetch(work)

    def _show_found(self) -> None:
        found = self.model.rowCount() > 0
        self.table.setVisible(found)
        self._nothing.setVisible(not found)

    def _search_again(self) -> None:
        self._pause.stop()
        self.model.restart()
        self._show_found()
        self._show_selection(None)

    def _show_selection(self, row: NeedRow | None) -> None:
        for widget in (self._match, self._trash):
            widget.setVisible(row is not None)

    def _find_achievements(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self.desk.go("recommend", row.id)

    def _remove_chosen(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self._remove(row)

    def _remove(self, row: NeedRow) -> None:
        remove_need(self, self.desk, row.id, row.title)


def remove_need(owner: QWidget, desk: Desk, need_id: UUID, title: str) -> None:
    """Move a need to the trash, with 撤销."""
    tasks = desk.tasks

    def done(_none: object) -> None:
        desk.toast(
            _("已移到回收站：{name}").format(name=title),
            icon="trash",
            undo=lambda: tasks.write(owner, lambda session: restore_need(session, need_id)),
        )

    tasks.write(owner, lambda session: delete_need(session, need_id), done)


def _columns() -> tuple[Column[NeedRow], ...]:
    return (
        Column(_("需求"), lambda row: row.title, strong=True),
        Column(_("企业"), lambda row: row.enterprise or "—", 230),
        Column(_("行业"), lambda row: row.industry or "—", 120),
        Column(_("预算"), lambda row: row.budget or "—", 130, numeric=True),
        Column(_("期限"), lambda row: date_text(row.deadline, today()) if row.deadline else "—", 140),
        Column(_("状态"), lambda row: row.state_label, 140, status=lambda row: need_status(row.state, row.state_label)),
    )

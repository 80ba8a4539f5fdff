"""成果: the pool of achievements with search."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.services.achievements import (
    AchievementRow,
    count_achievements,
    delete_achievement,
    list_achievements,
    restore_achievement,
)
from broker_app.services.sessions import Session
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.paged_model import Column, PagedModel, Status
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Words

_PAUSE_MS = 150


class AchievementsPage(Page):
    """Every achievement of this profile."""

    name = "achievements"
    title = _("成果")
    icon = "flask"
    reads = frozenset({"Achievement"})
    ground = "surface"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.import_button = Button(_("导入成果"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新成果"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        self.search = ImeAwareLineEdit(placeholder=_("成果名、单位、领域、摘要里的词、拼音首字母"))
        self.search.setAccessibleName(_("在成果里找"))
        self.search.setClearButtonEnabled(True)
        self.model = PagedModel[AchievementRow](_columns(), self._fetch, self)
        self.table = Table[AchievementRow](self.model)
        self.table.setAccessibleName(_("成果列表"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_list())
        self._stack.addWidget(self._make_empty())
        self.body.addWidget(self._stack)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.table.opened.connect(lambda row: desk.go("achievement", row.id))
        self.table.chosen.connect(self._show_selection)
        self.table.removal_asked.connect(self._remove)
        self._show_selection(None)

    def open_at(self, what: object) -> None:
        """Begin an achievement with "new"."""
        if what == "new":
            self.add()

    def refresh(self) -> None:
        """Read the list and the size of the pool again."""
        total = self.desk.tasks.fetch(count_achievements)
        self.header.facts.set_facts([counted("本机 {n} 项", "本机 {n} 项", total)] if total else [])
        self._stack.setCurrentIndex(0 if total else 1)
        self.new_button.setVisible(bool(total))
        self.import_button.setVisible(bool(total))
        kept = self.table.chosen_row
        self.model.reload()
        if kept is not None and (at := self.model.find(lambda row: row.id == kept.id)) >= 0:
            self.table.selectRow(at)
        self._show_found()

    def add(self) -> None:
        """Begin a new achievement."""
        self.desk.go("achievement", "new")

    def _make_list(self) -> QWidget:
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(24, 2, 20, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 5)
        row.addStretch(3)
        self._match = Button(_("找需求"), icon="intersect", small=True, on_click=self._find_needs)
        self._trash = Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self._remove_chosen)
        for widget in (self._match, self._trash):
            row.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到。换个词试试。"), "body", "text3")
        self._nothing.setContentsMargins(24, 12, 0, 0)
        column.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _make_empty(self) -> QWidget:
        load = Button(_("导入成果"), "primary", icon="download-simple", on_click=self._import)
        new = Button(_("新成果"), icon="plus", on_click=self.add)
        sentence = _("院校、科技局给的成果表直接导入，不连网也能给需求找。")
        holder = Panel("surface")
        QVBoxLayout(holder).addWidget(EmptyState(_("还没有成果"), sentence, (load, new)))
        return holder

    def _import(self) -> None:
        self.desk.go("import", "achievements")

    def _fetch(self, offset: int, limit: int) -> Sequence[AchievementRow]:
        query = self.search.text().strip()

        def work(session: Session) -> Sequence[AchievementRow]:
            return list_achievements(session, query, offset=offset, limit=limit)

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

    def _show_selection(self, row: AchievementRow | None) -> None:
        for widget in (self._match, self._trash):
            widget.setVisible(row is not None)

    def _find_needs(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self.desk.go("recommend", ("achievement", row.id))

    def _remove_chosen(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self._remove(row)

    def _remove(self, row: AchievementRow) -> None:
        remove_achievement(self, self.desk, row.id, row.title)


def remove_achievement(owner: QWidget, desk: Desk, achievement_id: UUID, title: str) -> None:
    """Move an achievement to the trash, with 撤销."""
    tasks = desk.tasks

    def done(_none: object) -> None:
        desk.toast(
            _("已移到回收站：{name}").format(name=title),
            icon="trash",
            undo=lambda: tasks.write(owner, lambda session: restore_achievement(session, achievement_id)),
        )

    tasks.write(owner, lambda session: delete_achievement(session, achievement_id), done)


def _columns() -> tuple[Column[AchievementRow], ...]:
    return (
        Column(_("成果"), lambda row: row.title, strong=True),
        Column(_("单位"), lambda row: row.owner or "—", 200),
        Column(_("领域"), lambda row: row.field or "—", 150),
        Column(_("成熟度"), lambda row: _("TRL {n}").format(n=row.trl) if row.trl else "—", 84, numeric=True),
        Column(_("权利"), lambda row: _("{n} 件").format(n=row.ip_count) if row.ip_count else "—", 76, numeric=True),
        Column(_("拟价"), lambda row: row.price, 110, numeric=True),
        Column(
            _("先用后转"),
            lambda row: _("可以") if row.use_then_pay else "—",
            100,
            status=lambda row: Status(_("可以"), "check-circle", "ok_text") if row.use_then_pay else Status("—"),
        ),
    )

"""企业: the list of firms with search and filters."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.enterprises import EnterpriseRow, delete_enterprise, list_enterprises, restore_enterprise
from broker_app.services.import_batches import record_counts
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.choices import county_choices, industry_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Words

_PAUSE_MS = 150


class EnterprisesPage(Page):
    """Every firm of this profile."""

    name = "enterprises"
    title = _("企业")
    icon = "buildings"
    reads = frozenset({"Enterprise", "Visit", "Need"})
    ground = "surface"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.import_button = Button(
            _("导入名单"), icon="download-simple", on_click=lambda: desk.go("import", "enterprises")
        )
        self.new_button = Button(_("新企业"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        self.search = ImeAwareLineEdit(placeholder=_("企业名、信用代码、拼音首字母"))
        self.search.setAccessibleName(_("在企业里找"))
        self.search.setClearButtonEnabled(True)
        self.county = Combo(county_choices(), empty=_("县：全部"))
        self.industry = Combo(industry_choices(), empty=_("行业：全部"))
        self.county.setAccessibleName(_("只看一个县"))
        self.industry.setAccessibleName(_("只看一个行业"))
        self.model = PagedModel[EnterpriseRow](_columns(), self._fetch, self)
        self.table = Table[EnterpriseRow](self.model)
        self.table.setAccessibleName(_("企业列表"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_list())
        self._stack.addWidget(self._make_empty())
        self.body.addWidget(self._stack)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.county.currentIndexChanged.connect(lambda _index: self._search_again())
        self.industry.currentIndexChanged.connect(lambda _index: self._search_again())
        self.table.opened.connect(self._open)
        self.table.chosen.connect(self._show_selection)
        self.table.removal_asked.connect(self._remove)
        self._show_selection(None)

    def refresh(self) -> None:
        """Read the list and the count again."""
        count = self.desk.tasks.fetch(record_counts)["enterprises"]
        self.header.facts.set_facts([counted("{n} 家", "{n} 家", count)])
        self._stack.setCurrentIndex(0 if count else 1)
        self.model.reload()
        self._nothing.setVisible(self.model.rowCount() == 0)

    def open_at(self, what: object) -> None:
        """Open the form of a new firm with "new"."""
        if what == "new":
            self.add()

    def add(self) -> None:
        """Open an empty form."""
        dialog = EnterpriseDialog(self, self.desk)
        dialog.saved.connect(lambda enterprise_id: self.desk.go("enterprise", enterprise_id))
        dialog.open()

    def _make_list(self) -> QWidget:
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(24, 2, 20, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 5)
        row.addWidget(self.county, 2)
        row.addWidget(self.industry, 2)
        row.addStretch(2)
        self._chosen = Words("", "meta", "text2")
        self._visit = Button(_("记走访"), small=True, on_click=self._log_visit)
        self._trash = Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self._remove_chosen)
        for widget in (self._chosen, self._visit, self._trash):
            row.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到。换个词，或放宽县和行业。"), "body", "text3")
        self._nothing.setContentsMargins(24, 0, 0, 24)
        column.addWidget(self._nothing)
        return holder

    def _make_empty(self) -> EmptyState:
        new = Button(_("新企业"), icon="plus", on_click=self.add)
        load = Button(_("导入名单"), icon="download-simple", on_click=lambda: self.desk.go("import", "enterprises"))
        return EmptyState(_("还没有企业"), _("导入县里的企业名单，或在走访时打企业名，按回车就新建。"), (load, new))

    def _fetch(self, offset: int, limit: int) -> Sequence[EnterpriseRow]:
        query, county, industry = self.search.text().strip(), self.county.code, self.industry.code

        def work(session: Session) -> Sequence[EnterpriseRow]:
            return list_enterprises(session, query, county=county, industry=industry, offset=offset, limit=limit)

        return self.desk.tasks.fetch(work)

    def _search_again(self) -> None:
        self.model.restart()
        self._nothing.setVisible(self.model.rowCount() == 0)
        self._show_selection(None)

    def _open(self, row: EnterpriseRow) -> None:
        self.desk.go("enterprise", row.id)

    def _show_selection(self, row: EnterpriseRow | None) -> None:
        self._chosen.setText(_("已选 1 家") if row else "")
        for widget in (self._chosen, self._visit, self._trash):
            widget.setVisible(row is not None)

    def _log_visit(self) -> None:
        row = self.table.chosen_row
        if row is not None:
            self.desk.go("visits", ("new", row.id))

    def _remove_chosen(self) -> None:
        row = self.table.chosen_row
        if row is not None:
            self._remove(row)

    def _remove(self, row: EnterpriseRow) -> None:
        remove_enterprise(self, self.desk, row.id, row.name)


def remove_enterprise(owner: QWidget, desk: Desk, enterprise_id: UUID, name: str) -> None:
    """Move a firm to the trash, with 撤销."""
    tasks = desk.tasks

    def undo() -> None:
        tasks.write(owner, lambda session: restore_enterprise(session, enterprise_id))

    def done(_none: object) -> None:
        desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=undo)

    tasks.write(owner, lambda session: delete_enterprise(session, enterprise_id), done)


def _columns() -> tuple[Column[EnterpriseRow], ...]:
    return (
        Column(_("企业"), lambda row: row.name, strong=True),
        Column(_("县（市、区）"), lambda row: row.county, 130),
        Column(_("行业"), lambda row: row.industries, 190),
        Column(_("走访"), lambda row: str(row.visits), 80, numeric=True),
        Column(_("需求"), lambda row: str(row.needs), 80, numeric=True),
        Column(_("上次走访"), _last_visit, 150),
        Column(_("规模"), lambda row: row.size or "—", 100),
    )


def _last_visit(row: EnterpriseRow) -> str:
    return date_text(china_date(row.last_visit), china_date(utc_now())) if row.last_visit else "—"

"""Which need to search for: the newest first, found by a few letters."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.needs import NeedRow, list_needs
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.needs.need_status import need_status
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Words

_PAUSE_MS = 150


class NeedChooser(Panel):
    """Needs to choose from."""

    chosen = Signal(object)
    """The id of the need to search for."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._desk = desk
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        self.search = ImeAwareLineEdit(placeholder=_("需求名、企业名、拼音首字母"))
        self.search.setAccessibleName(_("在需求里找"))
        self.search.setClearButtonEnabled(True)
        hint = Words(_("给哪一条需求找成果？选一行按回车。"), "body", "text2")
        row = row_of(self.search, hint, None, spacing=16)
        row.setContentsMargins(24, 0, 20, 0)
        row.setStretch(0, 2)
        row.setStretch(2, 1)
        column.addLayout(row)
        self.model = PagedModel[NeedRow](_columns(), self._fetch, self)
        self.table = Table[NeedRow](self.model)
        self.table.setAccessibleName(_("选一条需求"))
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到，换个词试试。"), "body", "text3")
        self._nothing.setContentsMargins(24, 12, 0, 0)
        column.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self._take_first)
        self.table.opened.connect(lambda row: self.chosen.emit(row.id))

    @property
    def is_empty(self) -> bool:
        """Whether there is no need at all."""
        return not self.search.text().strip() and self.model.rowCount() == 0

    def reload(self) -> None:
        """Read the needs again."""
        self.model.reload()
        self._show_found()
        if self.model.rowCount() and self.table.chosen_row is None:
            self.table.selectRow(0)

    def _fetch(self, offset: int, limit: int) -> Sequence[NeedRow]:
        query = self.search.text().strip()

        def work(session: Session) -> Sequence[NeedRow]:
            return list_needs(session, query, offset=offset, limit=limit)

        return self._desk.tasks.fetch(work)

    def _show_found(self) -> None:
        found = self.model.rowCount() > 0
        self.table.setVisible(found)
        self._nothing.setVisible(not found)

    def _search_again(self) -> None:
        self.model.restart()
        self._show_found()
        if self.model.rowCount():
            self.table.selectRow(0)

    def _take_first(self) -> None:
        self._pause.stop()
        self._search_again()
        if self.model.rowCount():
            self.chosen.emit(self.model.row(0).id)


def _columns() -> tuple[Column[NeedRow], ...]:
    return (
        Column(_("需求", "one"), lambda row: row.title, strong=True),
        Column(_("企业", "one"), lambda row: row.enterprise, 240),
        Column(_("期限"), lambda row: date_text(row.deadline, today()) if row.deadline else "—", 150),
        Column(_("状态"), lambda row: row.state_label, 160, status=lambda row: need_status(row.state, row.state_label)),
    )

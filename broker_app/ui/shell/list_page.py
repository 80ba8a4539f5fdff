"""What the list of every noun shares: search while typing, filters, one table, what can be done with the chosen row."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.services.sessions import Session
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Words

_PAUSE_MS = 150


class ListedRow(Protocol):
    """A line of a list; its id finds it again after the list was read anew."""

    @property
    def id(self) -> UUID:
        """The record of the line."""


RowT = TypeVar("RowT", bound=ListedRow)


class ListPage(Page, Generic[RowT]):
    """Subclasses say what is read and what can be done; :meth:`furnish` puts the parts in place."""

    ground = "surface"

    @abstractmethod
    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[RowT]:
        """One page of the list for the words of the search."""

    @abstractmethod
    def read_total(self, session: Session) -> int:
        """How many records there are without search and filters."""

    @abstractmethod
    def show_total(self, total: int) -> None:
        """Show the count in the header, and the choices of filters that depend on it."""

    @abstractmethod
    def open_row(self, row: RowT) -> None:
        """Open a line."""

    @abstractmethod
    def remove(self, row: RowT) -> None:
        """Move a line to the trash, with 撤销."""

    def furnish(
        self,
        columns: Sequence[Column[RowT]],
        *,
        placeholder: str,
        says: str,
        filters: Sequence[Combo] = (),
        acts: Sequence[QWidget] = (),
        nothing: str,
        empty: EmptyState,
    ) -> None:
        """``acts`` show while a line is chosen; ``nothing`` is said when a search finds none."""
        self.search = ImeAwareLineEdit(placeholder=placeholder)
        self.search.setAccessibleName(says)
        self.search.setClearButtonEnabled(True)
        self.model = self.make_model(columns)
        self.table = Table[RowT](self.model)
        self.table.setAccessibleName(says)
        self._filters, self._acts = tuple(filters), tuple(acts)
        self._nothing = Words(nothing, "body", "text3")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_list())
        self._stack.addWidget(empty)
        self.body.addWidget(self._stack)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search_typed)
        self.search.committed.connect(lambda _text: self._pause.start())
        for combo in self._filters:
            combo.currentIndexChanged.connect(lambda _index: self.search_again())
        self.table.opened.connect(self.open_row)
        self.table.removal_asked.connect(self.remove)
        self.table.chosen.connect(self._show_acts)
        self._show_acts(None)

    def make_model(self, columns: Sequence[Column[RowT]]) -> PagedModel[RowT]:
        """The model of the table; a list that may be very long gives one that keeps only a window of it."""
        return PagedModel[RowT](columns, self._fetch, self)

    @property
    def chosen_row(self) -> RowT | None:
        """The line chosen in the table."""
        return self.table.chosen_row

    @property
    def finds_nothing(self) -> bool:
        """Whether the page says that nothing was found."""
        return self._nothing.isVisible()

    def refresh(self) -> None:
        """Read the list and the count again; the chosen line stays chosen."""
        total = self.desk.tasks.fetch(self.read_total)
        self.show_total(total)
        self._stack.setCurrentIndex(0 if total else 1)
        for button in self.header.findChildren(Button):
            if button is not self.header.back:
                button.setVisible(bool(total))  # an empty page offers them in its middle
        kept = self.chosen_row
        self.model.reload()
        if kept is not None and (at := self.model.find(lambda row: row.id == kept.id)) >= 0:
            self.table.selectRow(at)
        self._show_found()

    def search_typed(self) -> None:
        """Find the words typed; a list that takes long to search reads its first page off the UI thread."""
        self.search_again()

    def search_again(self) -> None:
        """Read the first page for the present words and filters."""
        self._pause.stop()
        self.show_first()

    def show_first(self, first: Sequence[RowT] | None = None) -> None:
        """Show the first page, which is read if it is not given."""
        self.model.restart(first)
        self._show_found()
        self._show_acts(None)

    def remove_chosen(self) -> None:
        """Move the chosen line to the trash."""
        if (row := self.chosen_row) is not None:
            self.remove(row)

    def _fetch(self, offset: int, limit: int) -> Sequence[RowT]:
        query = self.search.text().strip()
        return self.desk.tasks.fetch(lambda session: self.fetch(session, query, offset, limit))

    def _make_list(self) -> QWidget:
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(24, 2, 20, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 5)
        for combo in self._filters:
            row.addWidget(combo, 2)
        row.addStretch(2)
        for act in self._acts:
            row.addWidget(act)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self._nothing.setContentsMargins(24, 12, 0, 0)
        column.addWidget(self._nothing, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _show_found(self) -> None:
        found = self.model.rowCount() > 0
        self.table.setVisible(found)
        self._nothing.setVisible(not found)

    def _show_acts(self, row: RowT | None) -> None:
        for act in self._acts:
            act.setVisible(row is not None)

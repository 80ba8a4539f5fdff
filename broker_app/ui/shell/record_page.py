"""What the page of one record has: a form that keeps itself, a side with what is known, Ctrl+M and the trash."""

from abc import abstractmethod
from uuid import UUID

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, NotFoundError
from broker_app.i18n import _
from broker_app.services.sessions import Session
from broker_app.ui.shell.autosave import Autosave, Save
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.record_form import RecordForm
from broker_app.ui.shell.theme import theme

_WIDE, _NARROW = 316, 264
_NARROW_BELOW = 960


class RecordPage(Page):
    """Subclasses show the record (``open_at``, ``refresh``) and fill the side; ``place`` names the list it is in."""

    def __init__(self, desk: Desk, form: RecordForm, match_words: str, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._is_filled = False
        self._opened = 0  # counts what was opened, so that a late answer finds its record gone
        self.delete_button = tool_button("trash", _("移到回收站"), self.remove)
        self.match_button = Button(match_words, "primary", icon="intersect", on_click=self.find_matches)
        self.match_button.setToolTip("Ctrl+M")
        self.header.add_actions(self.delete_button, self.match_button)
        self._form = form
        self.autosave = Autosave(desk.tasks, self._save, self)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN_LEFT, 0, 0, 0)
        row.setSpacing(12)
        area, column = scroll_column(margins=(0, 0, 0, 20))
        column.addWidget(form)
        row.addWidget(area, 1)
        self._side, self._side_column = scroll_column(margins=(0, 0, MARGIN_RIGHT - 4, 20))
        row.addWidget(self._side)
        self.body.addLayout(row)
        form.changed.connect(self.autosave.touch)
        self.autosave.saved.connect(lambda _id: self.refresh())
        self.autosave.refused.connect(self._on_refused)

    @abstractmethod
    def _save(self) -> Save:
        """The work that writes down what is typed now."""

    @abstractmethod
    def _show_matches(self, record_id: UUID | None) -> None:
        """Go to the results for this record; None while nothing of it is written."""

    @abstractmethod
    def _delete(self, session: Session, record_id: UUID) -> None:
        """Move the record to the trash."""

    @abstractmethod
    def _restore(self, session: Session, record_id: UUID) -> None:
        """Take the record out of the trash."""

    def leave(self) -> None:
        """Keep what is being typed."""
        self.autosave.flush()

    def find_matches(self) -> None:
        """Ctrl+M: keep what is typed, then search for the other side of this record."""
        self.autosave.flush()
        self.autosave.save_now(lambda: self._show_matches(self.autosave.record_id))

    def remove(self) -> None:
        """Move the record to the trash, with 撤销."""
        record_id, tasks, desk = self.autosave.record_id, self.desk.tasks, self.desk
        if record_id is None:
            self._begin(None)
            desk.go(self.place)
            return
        name = self._form.name.text().strip()

        def undo() -> None:
            tasks.write(
                self, lambda session: self._restore(session, record_id), lambda _none: desk.go(self.name, record_id)
            )

        def done(_none: object) -> None:
            self._begin(None)
            desk.go(self.place)
            desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=undo)

        tasks.write(self, lambda session: self._delete(session, record_id), done)

    def event(self, event: QEvent) -> bool:
        """Ctrl+M belongs to the record shown, whatever else the window uses it for."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_match_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+M finds matches."""
        if _is_match_key(event):
            self.find_matches()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the form more room."""
        super().resizeEvent(event)
        factor = max(1.0, theme().scale.factor) ** 0.6
        self._side.setFixedWidth(round((_NARROW if self.width() < _NARROW_BELOW else _WIDE) * factor))

    def _fill_side(self, *widgets: QWidget) -> QVBoxLayout:
        for widget in widgets:
            self._side_column.addWidget(widget)
        return self._side_column

    def _begin(self, record_id: UUID | None) -> None:
        """Turn to another record, or to a new one: what was typed is kept, what was shown is forgotten."""
        self.autosave.flush()
        self.autosave.begin(record_id)
        self._opened += 1
        self._is_filled = False
        for banner in self.banners:
            banner.close_banner()

    def _may_fill(self, stored: object) -> bool:
        """Whether what was read may go into the form: it is new here, or nobody types and nothing stands here only."""
        if not self.autosave.idle:
            return False
        if not self._is_filled:
            return True
        focus = self.window().focusWidget()
        is_typing = focus is not None and self._form.isAncestorOf(focus)
        return not is_typing and not self._form.has_leftovers and stored != self._form.draft

    def _on_refused(self, error: BrokerError) -> None:
        if not self._form.show_refusal(error):
            self.desk.complain(error)

    def _on_gone(self, opened: int, error: BrokerError) -> None:
        if opened != self._opened:  # it was left meanwhile
            return
        if isinstance(error, NotFoundError):
            self._begin(None)
            self.desk.go(self.place)
        self.desk.complain(error)


def _is_match_key(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_M and event.modifiers() == Qt.KeyboardModifier.ControlModifier

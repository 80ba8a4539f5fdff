"""走访: the list at the left, the editor at the right; in a narrow window one after the other."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from broker_app.i18n import _
from broker_app.services.enterprises import get_enterprise
from broker_app.services.sessions import Session
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.commands import Command
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.keys import VISIT_KEYS
from broker_app.ui.visits.list_pane import NARROW, WIDE, VisitListPane

_ONE_PANE_BELOW = 900


class VisitsPage(Page):
    """Open it at a visit's id, at "new", at "plan", or at ("new", firm id)."""

    name = "visits"
    title = _("走访")
    icon = "map-pin"
    reads = frozenset({"Visit", "Need", "Enterprise", "StateMove", "ReferralRequest", "FollowUp", "Attachment"})
    ground = "surface"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.header.hide()
        self._one_pane = False
        self.list = VisitListPane(desk)
        self.editor = VisitEditor(desk)
        new = Button(_("新走访"), "primary", icon="plus", on_click=self.start_new)
        plan = Button(_("安排走访"), icon="calendar-plus", on_click=self.plan)
        self._empty = EmptyState(
            _("还没有走访"), _("到了厂里按 Ctrl+N，打几个拼音首字母选企业，光标就在纪要里。"), (new, plan)
        )
        self.right = QStackedWidget()
        self.right.addWidget(self.editor)
        self.right.addWidget(self._empty)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.right, 1)
        self.body.addLayout(row)
        self.list.chosen.connect(self.show_visit)
        self.list.new_wanted.connect(self.start_new)
        self.list.plan_wanted.connect(self.plan)
        self.editor.changed.connect(self._on_changed)
        self.editor.removed.connect(self._on_removed)
        self.editor.head.back.clicked.connect(self._back_to_list)
        self._add_commands()

    def open_at(self, what: object) -> None:
        """Show a visit, begin one, or stay where we were."""
        match what:
            case UUID():
                self.show_visit(what)
            case "new":
                self.start_new()
            case "plan":
                self.plan()
            case ("new", UUID() as enterprise_id):
                self.desk.tasks.read(self, lambda session: _firm(session, enterprise_id), self._start_with)
            case _ if self.editor.visit_id is None and self.editor.is_untouched:
                self.list.reload(None)
                first = self.list.first_visit()
                if first is not None:
                    self.show_visit(first)
                else:
                    self.right.setCurrentWidget(self._empty)
                self._show_panes(editor=False)

    def refresh(self) -> None:
        """Read list and cards again; the note that is being typed stays."""
        self.list.reload(self.editor.visit_id)
        self.editor.refresh()

    def leave(self) -> None:
        """Keep what is being typed."""
        self.editor.flush()

    def start_new(self) -> None:
        """Ctrl+N: begin a visit."""
        self._begin(planned=False)

    def plan(self) -> None:
        """Begin a visit that is still ahead."""
        self._begin(planned=True)

    def show_visit(self, visit_id: UUID) -> None:
        """Show a visit in the editor."""
        self.right.setCurrentWidget(self.editor)
        if visit_id != self.editor.visit_id:
            self.editor.open_visit(visit_id)
        self.list.mark(visit_id)
        self._show_panes(editor=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter finishes."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.editor.head.finish_button.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Below 900 px there is room for one pane only."""
        super().resizeEvent(event)
        factor = max(1.0, theme().scale.factor)
        self._one_pane = self.width() < _ONE_PANE_BELOW * factor
        wide = self.window().width() >= 1320 * factor
        if self._one_pane:
            self.list.setMinimumWidth(0)
            self.list.setMaximumWidth(16_777_215)
        else:
            self.list.setFixedWidth(round((WIDE if wide else NARROW) * factor**0.6))
        self.editor.head.back.setVisible(self._one_pane)
        self._show_panes(editor=self.editor.visit_id is not None or self.editor.isVisible())

    def _add_commands(self) -> None:
        editor, group = self.editor, _("走访")
        acts: dict[str, Callable[[], object]] = {
            "visit.need": editor.take_selection_as_need,
            "visit.match": editor.find_achievements,
            "visit.print": editor.print_record,
            "visit.sign": editor.belongings.signature.sign,
            "visit.template": editor.templates.offer,
            "visit.templates": editor.templates.manage,
            "visit.photo": editor.belongings.strip.choose_files,
            "visit.secret": editor.toggle_confidential,
        }
        for key in VISIT_KEYS:
            run = self._if_here(acts[key.name])
            self.desk.commands.add(Command(key.name, key.title, run, key.keys, key.icon, group))

    def _if_here(self, act: Callable[[], object]) -> Callable[[], object]:
        return lambda: act() if self.isVisible() else None

    def _begin(self, *, planned: bool) -> None:
        self.right.setCurrentWidget(self.editor)
        self.list.mark(None)
        self._show_panes(editor=True)
        self.editor.start_new(planned=planned)

    def _start_with(self, firm: tuple[UUID, str]) -> None:
        self.right.setCurrentWidget(self.editor)
        self.list.mark(None)
        self._show_panes(editor=True)
        self.editor.start_new(firm)

    def _show_panes(self, *, editor: bool) -> None:
        self.list.setVisible(not (self._one_pane and editor))
        self.right.setVisible(not (self._one_pane and not editor))

    def _back_to_list(self) -> None:
        self.editor.flush()
        self._show_panes(editor=False)
        self.list.view.setFocus()

    def _on_changed(self, visit_id: UUID) -> None:
        self.list.reload(visit_id)

    def _on_removed(self, _visit_id: UUID) -> None:
        self.list.reload(None)
        first = self.list.first_visit()
        if first is not None:
            self.show_visit(first)
        else:
            self.right.setCurrentWidget(self._empty)


def _firm(session: Session, enterprise_id: UUID) -> tuple[UUID, str]:
    return enterprise_id, get_enterprise(session, enterprise_id).draft.name

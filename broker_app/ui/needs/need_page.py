"""One need: its form keeps itself, its steps and its past stand at the right."""

from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from broker_app.errors import BrokerError, NotFoundError
from broker_app.i18n import _
from broker_app.rules.states import NeedState
from broker_app.services.enterprises import EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.matches import list_matches
from broker_app.services.needs import NeedDraft, delete_need, get_need, move_need, restore_need, save_need
from broker_app.services.sessions import Session
from broker_app.services.visits import get_visit
from broker_app.ui.needs.form import NeedForm
from broker_app.ui.needs.merge_side import MergeSide
from broker_app.ui.needs.need_panel import NeedPanel, NeedView
from broker_app.ui.needs.need_steps import StepDialog, asks_first, step_words
from broker_app.ui.shell.autosave import Autosave, Save
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.theme import theme

_WIDE, _NARROW = 316, 264
_NARROW_BELOW = 960
_EDITABLE = frozenset({NeedState.RAW, NeedState.REFINED, NeedState.VERIFIED, NeedState.MATCHING, NeedState.DEFERRED})


class NeedPage(Page):
    """``open_at`` takes a need's id, "new" or ``("new", enterprise id)``."""

    name = "need"
    title = _("需求")
    icon = "clipboard-text"
    place = "needs"
    reads = frozenset({"Need", "Match", "Enterprise", "Visit"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._view: NeedView | None = None
        self._filled = False
        self._opened = 0  # counts what was opened, so that a late answer finds its need gone
        self.delete_button = tool_button("trash", _("移到回收站"), self.remove)
        self.match_button = Button(_("找成果"), "primary", icon="intersect", on_click=self.find_achievements)
        self.match_button.setToolTip("Ctrl+M")
        self.header.add_actions(self.delete_button, self.match_button)
        self.form = NeedForm(desk)
        self.panel = NeedPanel()
        self.autosave = Autosave(desk.tasks, self._save, self)
        self.merging = MergeSide(desk, self.autosave.save_now)
        self.panel.put_below_state(self.merging)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN_LEFT, 0, 0, 0)
        row.setSpacing(12)
        area, column = scroll_column(margins=(0, 0, 0, 20))
        column.addWidget(self.form)
        row.addWidget(area, 1)
        self._side, column = scroll_column(margins=(0, 0, MARGIN_RIGHT - 4, 20))
        column.addWidget(self.panel)
        row.addWidget(self._side)
        self.body.addLayout(row)
        self.form.changed.connect(self.autosave.touch)
        self.form.new_firm_wanted.connect(self._add_firm)
        self.autosave.saved.connect(lambda _id: self.refresh())
        self.autosave.refused.connect(self._on_refused)
        self.panel.step_wanted.connect(self.take_step)
        self.panel.visit_wanted.connect(lambda visit_id: desk.go("visits", visit_id))
        self.panel.match_wanted.connect(lambda match_id: desk.go("matches", match_id))

    # Opening

    def open_at(self, what: object) -> None:
        """Show a need or begin one."""
        match what:
            case UUID():
                if what != self.autosave.record_id:
                    self._begin(what)
                    self.refresh()
            case ("new", UUID() as enterprise_id):
                self._start_new(enterprise_id)
            case "new":
                self._start_new(None)
            case _:
                self.desk.go("needs")

    def refresh(self) -> None:
        """Read state, matches and history again; what is being typed stays."""
        need_id, opened = self.autosave.record_id, self._opened
        if need_id is not None:
            self.desk.tasks.read(
                self,
                lambda session: read_need(session, need_id),
                partial(self._show, opened),
                partial(self._on_gone, opened),
            )
            self.merging.read(need_id)

    def leave(self) -> None:
        """Keep what is being typed."""
        self.autosave.flush()

    # What a person can do

    def find_achievements(self) -> None:
        """Ctrl+M: search achievements for this need."""
        self.autosave.flush()
        self.autosave.save_now(self._go_to_results)

    def take_step(self, wanted: str) -> None:
        """Take a step; one that needs a reason or a day asks first."""
        self.autosave.flush()
        if asks_first(wanted) and self._view is not None:
            dialog = StepDialog(self, wanted, step_words(self._view.need.state, wanted)[0])
            dialog.given.connect(partial(self._move, wanted))
            dialog.open()
        else:
            self._move(wanted)

    def remove(self) -> None:
        """Move the need to the trash, with 撤销."""
        need_id = self.autosave.record_id
        if need_id is None:
            self._begin(None)
            self.desk.go("needs")
            return
        tasks, desk = self.desk.tasks, self.desk
        name = self.form.name.text().strip()

        def undo() -> None:
            tasks.write(self, lambda session: restore_need(session, need_id), lambda _none: desk.go("need", need_id))

        def done(_none: object) -> None:
            self._begin(None)
            desk.go("needs")
            desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=undo)

        tasks.write(self, lambda session: delete_need(session, need_id), done)

    def event(self, event: QEvent) -> bool:
        """Ctrl+M belongs to the need shown, whatever else the window uses it for."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_match_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+M finds achievements."""
        if _is_match_key(event):
            self.find_achievements()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the form more room."""
        super().resizeEvent(event)
        factor = max(1.0, theme().scale.factor) ** 0.6
        self._side.setFixedWidth(round((_NARROW if self.width() < _NARROW_BELOW else _WIDE) * factor))

    # Inside

    def _begin(self, need_id: UUID | None) -> None:
        self.autosave.flush()
        self.autosave.begin(need_id)
        self._opened += 1
        self._view, self._filled = None, False
        self.merging.forget()
        for banner in self.banners:
            banner.close_banner()

    def _start_new(self, enterprise_id: UUID | None) -> None:
        self._begin(None)
        self.header.title.set_text(_("新需求"))
        self.header.facts.set_facts([])
        firm = ""
        if enterprise_id is not None:
            firm = self.desk.tasks.fetch(lambda session: get_enterprise(session, enterprise_id)).draft.name
        self.form.fill(NeedDraft("", enterprise_id=enterprise_id), firm)
        self._filled = True
        self.form.set_editable(True)
        self.panel.show_new()
        self.form.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, opened: int, view: NeedView) -> None:
        if opened != self._opened:
            return
        first, self._view = self._view is None, view
        draft = view.need.draft
        if first or self.autosave.idle:
            self.header.title.set_text(draft.title)
            self.header.facts.set_facts([view.need.enterprise])
        if self.autosave.idle and (not self._filled or self._may_fill(view)):
            self.form.fill(draft, view.need.enterprise)
            self._filled = True
        editable = view.need.state in _EDITABLE
        self.form.set_editable(editable)
        self.panel.show_need(view)
        if editable:
            self._take_away_lock()
        elif first:
            merged = view.need.state == NeedState.MERGED
            why = _("已并入共性需求，往后在那一条上改。") if merged else _("需求{state}。")
            self.show_banner(Banner("accent", _("内容不能再改"), why.format(state=view.need.state_label)))

    def _take_away_lock(self) -> None:
        for banner in self.banners:
            if banner.what == _("内容不能再改"):
                banner.close_banner()

    def _may_fill(self, view: NeedView) -> bool:
        """Whether what arrived from elsewhere may be shown: nobody is typing, and nothing stands here only."""
        focus = self.window().focusWidget()
        typing = focus is not None and self.form.isAncestorOf(focus)
        return not typing and not self.form.has_leftovers and view.need.draft != self.form.draft

    def _save(self) -> Save:
        draft = self.form.typed()

        def save(session: Session, need_id: UUID | None) -> UUID:
            return save_need(session, draft, need_id)

        return save

    def _move(self, wanted: str, why: str = "", until: date | None = None) -> None:
        need_id = self.autosave.record_id
        if need_id is None:
            return

        def go() -> None:
            self.desk.tasks.write(
                self, lambda session: move_need(session, need_id, wanted, why, until=until), self._on_moved
            )

        self.autosave.save_now(go)

    def _on_moved(self, _none: object) -> None:
        for banner in self.banners:
            banner.close_banner()
        self.refresh()

    def _go_to_results(self) -> None:
        need_id = self.autosave.record_id
        if need_id is None:
            self.desk.toast(_("先写几个字，再找成果"), icon="info")
        else:
            self.desk.go("recommend", need_id)

    def _add_firm(self, name: str) -> None:
        draft = EnterpriseDraft(name=name, county=self.desk.profile.county)

        def done(enterprise_id: UUID) -> None:
            self.form.take_firm(enterprise_id, name)
            self.desk.toast(_("已新建企业「{name}」，回头再补资料").format(name=name), icon="buildings")

        self.desk.tasks.write(self, lambda session: save_enterprise(session, draft), done)

    def _on_refused(self, error: BrokerError) -> None:
        if not self.form.show_refusal(error):
            self.desk.complain(error)

    def _on_gone(self, opened: int, error: BrokerError) -> None:
        if opened != self._opened:  # it was left meanwhile
            return
        if isinstance(error, NotFoundError):
            self._begin(None)
            self.desk.go("needs")
        self.desk.complain(error)


def read_need(session: Session, need_id: UUID) -> NeedView:
    """A need with the words it came from and its matches; raises NotFoundError."""
    need = get_need(session, need_id)
    words: list[str] = []
    if need.draft.visit_id is not None and need.visit_number:
        try:
            note = get_visit(session, need.draft.visit_id).draft.note
        except NotFoundError:  # the visit is in the trash; the need stands on its own
            note = ""
        words = [note[one.start : one.start + one.length].strip() for one in need.draft.spans]
    matches = list_matches(session, need_id=need_id, limit=50)
    return NeedView(need, tuple(one for one in words if one), tuple(matches))


def _is_match_key(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_M and event.modifiers() == Qt.KeyboardModifier.ControlModifier

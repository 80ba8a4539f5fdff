"""One need: its form keeps itself, its steps and its past stand at the right."""

from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from broker_app.errors import NotFoundError
from broker_app.i18n import _
from broker_app.rules.states import NeedState, state_label
from broker_app.services.enterprises import EnterpriseDraft, get_enterprise, save_enterprise
from broker_app.services.matches import list_matches
from broker_app.services.needs import NeedDraft, delete_need, get_need, move_need, restore_need, save_need
from broker_app.services.sessions import Session
from broker_app.services.step_back import Step
from broker_app.services.visits import get_visit
from broker_app.ui.needs.form import NeedForm
from broker_app.ui.needs.merge_side import MergeSide
from broker_app.ui.needs.need_panel import NeedPanel, NeedView
from broker_app.ui.needs.need_steps import StepDialog, asks_first, step_words
from broker_app.ui.needs.publish_side import PublishSide
from broker_app.ui.shell.autosave import Save
from broker_app.ui.shell.buttons import tool_button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.record_page import RecordPage
from broker_app.ui.shell.way_back import stepping, tell_step
from broker_app.ui.sync.hand_over_dialog import ask_handover
from broker_app.ui.sync.history_dialog import HistoryDialog

_EDITABLE = frozenset({NeedState.RAW, NeedState.REFINED, NeedState.VERIFIED, NeedState.MATCHING, NeedState.DEFERRED})


class NeedPage(RecordPage):
    """``open_at`` takes a need's id, "new" or ``("new", enterprise id)``."""

    name = "need"
    title = _("需求")
    icon = "clipboard-text"
    place = "needs"
    reads = frozenset({"Need", "Match", "Enterprise", "Visit", "PublishedNeed", "OutboxOperation", "ServerRecord"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.form = NeedForm(desk)
        super().__init__(desk, self.form, _("找成果"), parent)
        self._view: NeedView | None = None
        self.panel = NeedPanel()
        self.more_button = tool_button("dots-three", _("更多"), self._show_more)
        self.header.add_actions(self.more_button, self.delete_button, self.match_button)
        self.merging = MergeSide(desk, self.autosave.save_now)
        self.publishing = PublishSide(desk)
        self.panel.put_below_state(self.merging)
        self.panel.put_below_state(self.publishing)
        self._fill_side(self.panel)
        self.form.new_firm_wanted.connect(self._add_firm)
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
            self.publishing.read(need_id)

    # What a person can do

    def take_step(self, wanted: str) -> None:
        """Take a step; one that needs a reason or a day asks first."""
        self.autosave.flush()
        if wanted == NeedState.PUBLISHED:
            self.autosave.save_now(self.publishing.publish)
        elif asks_first(wanted) and self._view is not None:
            dialog = StepDialog(self, wanted, step_words(self._view.need.state, wanted)[0])
            dialog.given.connect(partial(self._move, wanted))
            dialog.open()
        else:
            self._move(wanted)

    # Inside

    def _begin(self, record_id: UUID | None) -> None:
        super()._begin(record_id)
        self._view = None
        self.merging.forget()
        self.publishing.forget()

    def _start_new(self, enterprise_id: UUID | None) -> None:
        self._begin(None)
        self.header.title.set_text(_("新需求"))
        self.header.facts.set_facts([])
        firm = ""
        if enterprise_id is not None:
            firm = self.desk.tasks.fetch(lambda session: get_enterprise(session, enterprise_id)).draft.name
        self.form.fill(NeedDraft("", enterprise_id=enterprise_id), firm)
        self._is_filled = True
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
        if self._may_fill(draft):
            self.form.fill(draft, view.need.enterprise)
            self._is_filled = True
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
                self,
                stepping("need", need_id, lambda session: move_need(session, need_id, wanted, why, until=until)),
                self._on_moved,
            )

        self.autosave.save_now(go)

    def _on_moved(self, step: Step) -> None:
        for banner in self.banners:
            banner.close_banner()
        self.refresh()
        state = step.changes["state"][1]
        tell_step(self, self.desk, step, _("已改为「{state}」").format(state=state_label("need", state)))

    def _show_matches(self, record_id: UUID | None) -> None:
        if record_id is None:
            self.desk.toast(_("先写几个字，再找成果"), icon="info")
        else:
            self.desk.go("recommend", record_id)

    def _delete(self, session: Session, record_id: UUID) -> None:
        delete_need(session, record_id)

    def _restore(self, session: Session, record_id: UUID) -> None:
        restore_need(session, record_id)

    def _show_more(self) -> None:
        menu = QMenu(self)
        for words, act in ((_("移交…"), self.hand_over), (_("改动经过"), self.show_past)):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def hand_over(self) -> None:
        """Ask to which team the need goes."""
        if (need_id := self.autosave.record_id) is not None:
            self.autosave.save_now(partial(ask_handover, self, self.desk, "need", need_id))

    def show_past(self) -> None:
        """Show who changed what and when."""
        if (need_id := self.autosave.record_id) is not None:
            HistoryDialog(self, self.desk, "need", need_id, self.form.name.text().strip()).open()

    def _add_firm(self, name: str) -> None:
        draft = EnterpriseDraft(name=name, county=self.desk.profile.county)

        def done(enterprise_id: UUID) -> None:
            self.form.take_firm(enterprise_id, name)
            self.desk.toast(_("已新建企业「{name}」，回头再补资料").format(name=name), icon="buildings")

        self.desk.tasks.write(self, lambda session: save_enterprise(session, draft), done)


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

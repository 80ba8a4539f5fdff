"""The visit editor: who, when, the note, and what came out of it. It keeps what is typed by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, first_sentence
from broker_app.matching.notes import NoteProposals
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import VisitState
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.needs import NeedDetail
from broker_app.services.role_facts import has_no_facts, usual_facts
from broker_app.services.visits import (
    PersonMet,
    Span,
    VisitDetail,
    VisitDraft,
)
from broker_app.ui.shell.cards import clear_layout
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import commit_composition
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.belongings import Belongings
from broker_app.ui.visits.circumstances import CircumstancesDialog, circumstances_words
from broker_app.ui.visits.finding_actions import FindingActions, ProposalActions
from broker_app.ui.visits.findings import (
    NumberedProposal,
    VisitContents,
    findings_of,
    moved_spans,
    numbered,
    read_visit,
    spans_in,
)
from broker_app.ui.visits.head import VisitHead
from broker_app.ui.visits.keeper import Sitting, Typed, VisitKeeper
from broker_app.ui.visits.note_column import NoteColumn
from broker_app.ui.visits.people_words import typed_people
from broker_app.ui.visits.side_panel import NARROW, WIDE, SidePanel
from broker_app.ui.visits.steps import EDITABLE, VisitSteps
from broker_app.ui.visits.templates import NoteTemplates

_ROOM_FOR_WIDE_PANEL = 860


class VisitEditor(QWidget):
    """Shows one visit. What is typed is written to the store within a second after the last key."""

    changed = Signal(object)
    """The id of a visit that was written."""

    removed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._detail: VisitDetail | None = None
        self._draft = VisitDraft(started_at=utc_now())
        self._needs: tuple[NeedDetail, ...] = ()
        self._proposals = NoteProposals()
        self._loading = False
        self.keeper = VisitKeeper(desk.tasks, self._gather, self)
        self._actions = FindingActions(desk, self, self)
        self._proposal_actions = ProposalActions(desk, self, self._actions, self)
        self._lay_out()
        self._listen()

    # What is shown

    @property
    def visit_id(self) -> UUID | None:
        """The visit shown; None while a new one has no row yet."""
        return self.keeper.sitting.visit_id

    @property
    def detail(self) -> VisitDetail | None:
        """The visit as it was read last; None for a new one."""
        return self._detail

    @property
    def is_untouched(self) -> bool:
        """Whether this is a new visit in which nothing was written."""
        return self.visit_id is None and not self.keeper.dirty

    @property
    def state(self) -> VisitState:
        """The state of the visit shown."""
        return VisitState(self._detail.state) if self._detail else VisitState.DRAFT

    def open_visit(self, visit_id: UUID) -> None:
        """Show a visit of the store."""
        commit_composition()
        sitting = Sitting(visit_id)
        self.keeper.begin(sitting)
        self._detail = None
        self._read(lambda found: self._show(found) if sitting is self.keeper.sitting else None)

    def start_new(self, enterprise: tuple[UUID, str] | None = None, *, planned: bool = False) -> None:
        """Begin a visit: with its firm known the cursor stands in the note, else in the field of the firm."""
        commit_composition()
        self.keeper.begin(Sitting(planned=planned))
        self._detail, self._needs, self._proposals = None, (), NoteProposals()
        start = utc_now().replace(second=0, microsecond=0)
        if planned:
            start = (start + timedelta(days=1)).replace(hour=1, minute=30)  # half past nine in China
        self._draft = VisitDraft(started_at=start, role=self._desk.profile.role)
        self._fill()
        if enterprise is not None:
            self.take_firm(*enterprise)
        else:
            self.head.picker.setFocus()

    def refresh(self) -> None:
        """Read cards and state again; what is being typed stays as it is."""
        if self.visit_id is not None:
            sitting = self.keeper.sitting
            self._read(lambda found: self._show_again(found) if sitting is self.keeper.sitting else None)

    # Keeping what is typed

    def flush(self) -> None:
        """Hand what is typed to the store at once."""
        commit_composition()
        self.keeper.save()

    def save_then(self, then: Callable[[UUID], object]) -> None:
        """Write the visit (a new one gets its row), then go on with its id."""
        commit_composition()
        self.keeper.dirty = self.keeper.dirty or self.visit_id is None
        self.keeper.save_then(then)

    def current_draft(self) -> VisitDraft:
        """The visit as it is typed now."""
        return self._typed()

    def replace_draft(self, draft: VisitDraft) -> None:
        """Show and keep a visit whose requests, tasks or circumstances were changed."""
        self._draft = draft
        self._show_cards()
        self._show_state()
        self.keeper.dirty = True
        self.keeper.save_then(lambda _visit_id: self.refresh())

    def mark_confidential(self, spans: Sequence[Span]) -> None:
        """Mark words of the note 不得外传."""
        self.column.add_confidential(spans)
        self.keeper.touch()
        self._desk.toast(_("已标为不得外传"), icon="lock-simple")
        self.keeper.save_then(lambda _visit_id: self.refresh())

    def add_person(self, person: PersonMet) -> None:
        """Add somebody to the people met."""
        self.head.add_person(person)
        self.keeper.save_then(lambda _visit_id: self.refresh())

    # Steps

    def take_step(self) -> None:
        """The primary button: finish an open visit, else take the next step."""
        self.steps.take()

    def finish(self) -> None:
        """完成: the note becomes final; what is missing is shown beside its field."""
        self.steps.finish()

    def take_selection_as_need(self) -> None:
        """Ctrl+D: the selected words, or the sentence of the cursor, become a need; the raw text stays."""
        if picked := self._selected_words():
            self._actions.add_need(*picked)

    def take_selection_as_referral(self) -> None:
        """The selected words become a request that is not technical."""
        if picked := self._selected_words():
            self._actions.add_referral(picked[0])

    def take_selection_as_follow_up(self) -> None:
        """The selected words become a task."""
        if picked := self._selected_words():
            self._actions.add_follow_up(picked[0])

    def toggle_confidential(self) -> None:
        """Mark the selected words 不得外传, or take the mark away."""
        start, length = self.note.selected_range()
        if not length:
            self._desk.toast(_("先在纪要里选一段"), icon="info")
            return
        self.column.toggle_confidential(start, length)
        self.keeper.touch()
        self._show_count()

    def find_achievements(self) -> None:
        """Ctrl+M: search achievements for the chosen need, or for the first one."""
        chosen = next((card.finding.owner for card in self.side.cards if card.selected), None)
        need_id = chosen if isinstance(chosen, UUID) else (self._needs[0].id if self._needs else None)
        if need_id is None:
            self._desk.toast(_("这次走访还没有需求"), icon="info")
        else:
            self._match_need(need_id)

    def print_record(self) -> None:
        """Ctrl+P: preview of 走访记录表."""
        if self._draft.enterprise_id is None:
            self._desk.toast(_("先选企业，再打印"), icon="info")
        else:
            self.save_then(lambda visit_id: self._desk.go("papers", ("visit_record", visit_id)))

    def correct(self) -> None:
        """Write a correction beside a note that is final."""
        self.steps.correct()

    def remove(self) -> None:
        """Move the visit to the trash, with 撤销."""
        self.steps.remove()

    # Layout

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.head = VisitHead(self._desk)
        self.steps = VisitSteps(self._desk, self, self.head, self.keeper, self)
        whole.addWidget(self.head)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(24, 0, 20, 0)
        whole.addLayout(self._banners)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.column, self.side = NoteColumn(), SidePanel()
        self.note = self.column.note
        self.belongings = Belongings(self._desk, self.column, self.save_then)
        self.templates = NoteTemplates(self._desk, self.note, lambda: (self._typed(), self.head.title.text))
        middle.addWidget(self.column, 1)
        middle.addWidget(self.side)
        whole.addLayout(middle, 1)
        QWidget.setTabOrder(self.note, self.side.next_step)

    def _listen(self) -> None:
        self.head.typed.connect(self.keeper.touch)
        self.head.connect_actions(step=self.take_step, preview=self.print_record, more=self.steps.show_more)
        self.head.picker.picked.connect(self.take_firm)
        self.head.picker.new_wanted.connect(self._make_firm)
        self.note.committed.connect(lambda _text: None if self._loading else self.keeper.touch())
        self.note.span_clicked.connect(self._choose_card)
        self.column.need_button.clicked.connect(lambda: self.take_selection_as_need())
        self.column.circumstances_button.clicked.connect(lambda: self._edit_circumstances())
        self.column.set_actions(
            (
                (_("转成需求\tCtrl+D"), self.take_selection_as_need),
                (_("记为非技术诉求"), self.take_selection_as_referral),
                (_("记为跟进"), self.take_selection_as_follow_up),
                (_("标为不得外传，或取消"), self.toggle_confidential),
            )
        )
        self.side.chosen.connect(self.note.strengthen)
        self.side.match_wanted.connect(self._match_need)
        self.side.edit_wanted.connect(self._actions.edit)
        self.side.removal_wanted.connect(self._actions.remove)
        self.side.next_step_given.connect(self._actions.add_next_step)
        self.side.accepted.connect(self._proposal_actions.accept)
        self.side.proposal_edit_wanted.connect(self._proposal_actions.edit)
        self.side.ignored.connect(self._proposal_actions.ignore)
        self.side.all_accepted.connect(lambda: self._proposal_actions.accept_all(self._proposals))
        self.keeper.saved.connect(self._on_saved)
        self.keeper.refused.connect(self.show_refusal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the note more room."""
        super().resizeEvent(event)
        width = NARROW if self.width() < _ROOM_FOR_WIDE_PANEL else WIDE
        self.side.setFixedWidth(round(width * max(1.0, theme().scale.factor ** 0.6)))

    # Showing

    def _read(self, on_done: Callable[[VisitContents], None]) -> None:
        visit_id = self.visit_id
        if visit_id is not None:
            self._desk.tasks.read(self, lambda session: read_visit(session, visit_id), on_done)

    def _show(self, found: VisitContents) -> None:
        self._detail, self._needs, self._proposals = found.detail, found.needs, found.proposals
        self._draft = self._detail.draft
        self._fill()

    def _show_again(self, found: VisitContents) -> None:
        if self.keeper.dirty:
            return  # it is read again when what is typed has landed
        self._detail, self._needs, self._proposals = found.detail, found.needs, found.proposals
        self._draft = self._detail.draft
        self._follow_store()
        self._show_state()
        self._show_cards()
        self._remember_shown()

    def _follow_store(self) -> None:
        """Show what was changed elsewhere, but never in a field somebody is in."""
        focus = QApplication.focusWidget()
        self._loading = True
        if focus is None or not self.head.isAncestorOf(focus):
            self.head.fill(self._draft, self._detail.enterprise if self._detail else "")
        if not self.note.hasFocus() and not self.note.composing and self.note.toPlainText() != self._draft.note:
            self.note.show_note(self._draft.note)
        self._loading = False

    def _remember_shown(self) -> None:
        """What stands in the fields now was not typed; only what differs from it later is written."""
        draft = self._draft
        self.keeper.sitting.shown = self._typed() if self.visit_id is not None else None
        self._draft = draft

    def _fill(self) -> None:
        self._loading = True
        self.head.fill(self._draft, self._detail.enterprise if self._detail else "")
        self.note.show_note(self._draft.note)
        self._loading = False
        clear_layout(self._banners)
        if self._detail and self._detail.is_late:
            self._banners.addWidget(Banner("warn", _("补记"), self._draft.late_reason))
        self._show_state()
        self._show_cards()
        self._remember_shown()

    def _show_state(self) -> None:
        editable = self.state in EDITABLE
        self.head.show_state(self.state, editable=editable, step=self.steps.step_words())
        self.head.print_button.setEnabled(self._draft.enterprise_id is not None)
        detail = self._detail
        self.column.show_final(bool(detail and detail.note_is_final), detail.corrections if detail else ())
        self.column.show_circumstances(circumstances_words(self._draft), editable=editable)
        self.belongings.show_visit(self.visit_id, editable=editable)

    def _show_cards(self) -> None:
        findings = findings_of(self._draft, self._needs)
        self.note.show_spans(spans_in(self.note.toPlainText(), self._draft, findings, self._open_proposals()))
        self._show_count()

    def _show_count(self) -> None:
        findings, secrets = findings_of(self._draft, self._needs), len(self.column.confidential())
        self.side.show_cards(findings, self._open_proposals(), secrets, editable=self.state in EDITABLE)

    def _open_proposals(self) -> tuple[NumberedProposal, ...]:
        if self.state not in EDITABLE:
            return ()
        return numbered(
            self._proposals, len(self._needs) + len(self._draft.referrals) + len(self._draft.follow_ups) + 1
        )

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is missing: beside its field, or in a banner."""
        field = error.field if isinstance(error, InvalidInputError) else ""
        if field == "role":
            self.head.role_field.show_error(error.message)
        elif field in ("started_at", "ended_at"):
            self.head.when_field.show_error(error.message)
        else:
            clear_layout(self._banners)
            what, detail = first_sentence(error.message)
            self._banners.addWidget(Banner("bad", what, detail, code=error.code))
            if field == "enterprise":
                self.head.picker.setFocus()
            elif field == "note":
                self.note.setFocus()

    # Typing

    def _gather(self) -> Typed:
        return Typed(self._typed(), moved_spans(self._needs, self.note.spans()))

    def _typed(self) -> VisitDraft:
        head = self.head
        moments = head.when.moments
        head.when_field.show_hint("" if moments else _("看不懂这个时间，先按原来的存了"))
        start, end = moments or (self._draft.started_at, self._draft.ended_at)
        self._draft = replace(
            self._draft,
            started_at=start,
            ended_at=end if end is None or end >= start else None,
            role=head.role.code,
            met=typed_people(head.met.text()),
            companions=head.companions.items,
            note=self.note.toPlainText(),
            confidential=self.column.confidential(),
        )
        return self._draft

    def _on_saved(self, sitting: Sitting, is_new: bool) -> None:
        self.changed.emit(sitting.visit_id)
        if sitting is self.keeper.sitting:
            self.refresh()

    def _selected_words(self) -> tuple[str, Span] | None:
        picked = self.column.selected_words()
        if picked is None:
            self._desk.toast(_("先在纪要里选一段"), icon="info")
        return picked

    def take_firm(self, enterprise_id: UUID, name: str) -> None:
        """Set the firm of the visit and go on in the note."""
        self._draft = replace(self._draft, enterprise_id=enterprise_id)
        self.head.show_firm(name)
        self.head.print_button.setEnabled(True)
        clear_layout(self._banners)
        self.keeper.touch()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_firm(self, name: str) -> None:
        draft = EnterpriseDraft(name=name, county=self._desk.profile.county)

        def done(enterprise_id: UUID) -> None:
            self.take_firm(enterprise_id, name)
            self._desk.toast(_("已新建企业「{name}」，回头再补资料").format(name=name), icon="buildings")

        self._desk.tasks.write(self, lambda session: save_enterprise(session, draft), done, self.show_refusal)

    def _choose_card(self, owner: object) -> None:
        self.side.choose(owner)
        self.note.strengthen(owner)

    def _match_need(self, owner: object) -> None:
        if isinstance(owner, UUID):
            self.save_then(lambda _visit_id: self._desk.go("recommend", owner))

    def _edit_circumstances(self) -> None:
        draft, editable = self._typed(), self.state in EDITABLE
        if editable and has_no_facts(draft.role, draft.facts):
            usual = self._desk.tasks.fetch(lambda session: usual_facts(session, draft.role, draft.enterprise_id))
            training = (draft.facts.training_heads, draft.facts.training_minutes)
            draft = replace(draft, facts=replace(usual, training_heads=training[0], training_minutes=training[1]))
        dialog = CircumstancesDialog(self, draft, editable=editable)
        dialog.given.connect(self.replace_draft)
        dialog.open()

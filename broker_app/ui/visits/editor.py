"""The visit editor: who, when, the note, and what came out of it. It keeps what is typed by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.rules.states import VisitState, state_label
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.needs import NeedDetail, NeedDraft, delete_need, get_need, list_needs, restore_need, save_need
from broker_app.services.sessions import Session
from broker_app.services.visits import (
    FollowUpDraft,
    ReferralDraft,
    Span,
    VisitDetail,
    VisitDraft,
    correct_note,
    delete_visit,
    get_visit,
    move_visit,
    record_visit,
    restore_visit,
    save_visit,
    spans_of,
)
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Panel, clear_layout, row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo, Field, ListLine
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.circumstances import CircumstancesDialog, circumstances_words
from broker_app.ui.visits.list_model import visit_status
from broker_app.ui.visits.note_edit import NoteEdit, NoteSpan
from broker_app.ui.visits.people_words import people_text, typed_people
from broker_app.ui.visits.revision_dialogs import CorrectionDialog, HistoryDialog, ReasonDialog
from broker_app.ui.visits.side_panel import NARROW, WIDE, Finding, SidePanel
from broker_app.ui.visits.task_dialogs import FollowUpDialog, ReferralDialog
from broker_app.ui.visits.time_line import VisitTimeLine

SAVE_AFTER_MS = 800
SAVE_AT_LEAST_EVERY_MS = 3000
_TITLE_LENGTH = 24
_OPEN = (VisitState.DRAFT, VisitState.PLANNED, VisitState.IN_PROGRESS)
_EDITABLE = (*_OPEN, VisitState.RECORDED, VisitState.RETURNED)
_NEXT_WORDS = {
    VisitState.CONFIRMED: (_("企业已确认"), "check-circle"),
    VisitState.SUBMITTED: (_("提交"), "paper-plane-tilt"),
    VisitState.RECORDED: (_("改好了"), "check"),
}


class VisitEditor(QWidget):
    """Shows one visit. What is typed is written to the store within a second after the last key."""

    changed = Signal(object)
    """The id of a visit that was written."""

    removed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._visit_id: UUID | None = None
        self._detail: VisitDetail | None = None
        self._draft = VisitDraft(started_at=utc_now())
        self._needs: tuple[NeedDetail, ...] = ()
        self._shown = 0  # counts what was opened, so that a late outcome finds its visit gone
        self._planned = False
        self._loading = False
        self._dirty = False
        self._saving = False
        self._after_save: list[Callable[[], None]] = []
        self._soon, self._latest = QTimer(self), QTimer(self)
        for timer, pause in ((self._soon, SAVE_AFTER_MS), (self._latest, SAVE_AT_LEAST_EVERY_MS)):
            timer.setSingleShot(True)
            timer.setInterval(pause)
            timer.timeout.connect(self.save_now)
        self._lay_out()
        self._listen()

    # What is shown

    @property
    def visit_id(self) -> UUID | None:
        """The visit shown; None while a new one has no row yet."""
        return self._visit_id

    @property
    def is_untouched(self) -> bool:
        """Whether this is a new visit in which nothing was written."""
        return self._visit_id is None and not self._dirty

    def open_visit(self, visit_id: UUID) -> None:
        """Show a visit of the store."""
        self.flush()
        self._shown += 1
        self._desk.tasks.read(self, lambda session: _read(session, visit_id), self._show)

    def start_new(self, enterprise: tuple[UUID, str] | None = None, *, planned: bool = False) -> None:
        """Begin a visit: with its firm known the cursor stands in the note, else in the field of the firm."""
        self.flush()
        self._shown += 1
        self._visit_id, self._detail, self._needs = None, None, ()
        start = utc_now().replace(second=0, microsecond=0)
        if planned:
            start = (start + timedelta(days=1)).replace(hour=1, minute=30)  # half past nine in China
        self._draft = VisitDraft(started_at=start, role=self._desk.profile.role)
        self._planned = planned
        self._fill()
        if enterprise is not None:
            self._take_firm(*enterprise)
        else:
            self.picker.setFocus()

    def refresh(self) -> None:
        """Read the cards again; what is being typed stays as it is."""
        if self._visit_id is not None and not self._dirty and not self._saving:
            visit_id = self._visit_id
            self._desk.tasks.read(self, lambda session: _read(session, visit_id), self._show_if_same)

    # Keeping what is typed

    def flush(self) -> None:
        """Hand what is typed to the store at once."""
        commit_composition()
        self.save_now()

    def save_now(self, then: Callable[[], None] | None = None) -> None:
        """Write the visit if something changed; ``then`` runs when it has landed."""
        if then is not None:
            self._after_save.append(then)
        if self._saving:
            return
        if not self._dirty:
            self._run_after_save()
            return
        self._soon.stop()
        self._latest.stop()
        draft = self._typed()
        spans = self._need_spans()
        visit_id, planned = self._visit_id, self._visit_id is None and self._planned
        shown = self._shown
        self._dirty, self._saving = False, True

        def work(session: Session) -> UUID:
            saved = save_visit(session, draft, visit_id)
            if planned:
                move_visit(session, saved, VisitState.PLANNED)
            for need_id, moved in spans.items():
                save_need(session, replace(get_need(session, need_id).draft, spans=moved), need_id)
            return saved

        self._desk.tasks.write(self, work, lambda saved: self._on_saved(saved, shown), self._on_save_refused)

    # Steps

    def finish(self) -> None:
        """完成: the note becomes final; what is missing is shown beside its field."""
        commit_composition()
        self.save_now(self._record)

    def take_selection_as_need(self) -> None:
        """Ctrl+D: the selected words, or the line of the cursor, become a need; the raw text stays."""
        picked = self._selected_words()
        if picked is None:
            self._desk.toast(_("先在纪要里选一段"), icon="info")
            return
        text, span = picked

        def add() -> None:
            draft = NeedDraft(
                title=_title_of(text),
                text=text,
                visit_id=self._visit_id,
                enterprise_id=self._draft.enterprise_id,
                spans=(span,),
            )
            self._desk.tasks.write(self, lambda session: save_need(session, draft), self._on_need_added)

        self._dirty = self._dirty or self._visit_id is None
        self.save_now(add)

    def take_selection_as_referral(self) -> None:
        """The selected words become a request that is not technical."""
        if picked := self._selected_words():
            self._edit_referral(ReferralDraft(picked[0]), None)

    def take_selection_as_follow_up(self) -> None:
        """The selected words become a task."""
        if picked := self._selected_words():
            self._edit_follow_up(FollowUpDraft(picked[0], who=self._desk.profile.name), None)

    def toggle_confidential(self) -> None:
        """Mark the selected words 不得外传, or take the mark away."""
        start, length = self.note.selected_range()
        if not length:
            self._desk.toast(_("先在纪要里选一段"), icon="info")
            return
        spans = self.note.spans()
        touched = [one for one in spans if one.kind == "confidential" and _overlap(one, start, length)]
        kept = [one for one in spans if one not in touched]
        if not touched:
            kept.append(NoteSpan("confidential", start, length, owner="confidential"))
        self.note.show_spans(kept)
        self._touch()
        self._show_cards()

    def find_achievements(self) -> None:
        """Ctrl+M: search achievements for the chosen need, or for the first one."""
        chosen = next((card.finding.owner for card in self.side.cards if card.selected), None)
        need_id = chosen if isinstance(chosen, UUID) else (self._needs[0].id if self._needs else None)
        if need_id is None:
            self._desk.toast(_("这次走访还没有需求"), icon="info")
        else:
            self.save_now(lambda: self._desk.go("recommend", need_id))

    def print_record(self) -> None:
        """Ctrl+P: preview of 走访记录表."""
        self.save_now(self._preview)

    def remove(self) -> None:
        """Move the visit to the trash, with 撤销."""
        visit_id = self._visit_id
        if visit_id is None:
            return
        name = self._detail.enterprise if self._detail else ""
        tasks = self._desk.tasks

        def done(_nothing: object) -> None:
            self.removed.emit(visit_id)
            self._desk.toast(
                _("已移到回收站：{name}").format(name=name or _("走访")),
                icon="trash",
                undo=lambda: tasks.write(self, lambda session: restore_visit(session, visit_id)),
            )

        self._dirty = False
        tasks.write(self, lambda session: delete_visit(session, visit_id), done)

    # Layout

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._make_head())
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(24, 0, 20, 0)
        whole.addLayout(self._banners)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._make_note_column(), 1)
        self.side = SidePanel()
        self.side.setFixedWidth(WIDE)
        middle.addWidget(self.side)
        whole.addLayout(middle, 1)

    def _make_head(self) -> Panel:
        head = Panel("surface", lines=("bottom",))
        column = QVBoxLayout(head)
        column.setContentsMargins(24, 0, 20, 12)
        column.setSpacing(2)
        self.back = tool_button("arrow-left", _("回到走访列表"))
        self.back.hide()
        self.title = ElidedWords("", "title", "text")
        self.picker = EnterprisePicker(self._desk)
        self._firm = QStackedWidget()
        self._firm.addWidget(self.title)
        self._firm.addWidget(self.picker)
        self._firm.setMinimumHeight(theme().scale.height(36, "title", 4))
        self.chip = ChipLabel()
        self.print_button = tool_button("printer", _("预览和打印 Ctrl+P"), self.print_record)
        self.more_button = tool_button("dots-three", _("更多"), self._show_more)
        self.finish_button = Button(_("完成"), "primary", icon="check", on_click=self._take_step)
        self.finish_button.setToolTip("Ctrl+Enter")
        line = row_of(self.back, self._firm, self.chip, self.print_button, self.more_button, self.finish_button)
        line.setStretch(1, 1)
        line.setContentsMargins(0, 12, 0, 2)
        column.addLayout(line)
        self.when = VisitTimeLine()
        self.role = Combo(list_choices(CodeList.VISITOR_ROLE), empty="—")
        self.met = ImeAwareLineEdit(placeholder=_("如 赵工 生产部 138 0013 8000"))
        self.companions = ListLine(placeholder=_("如 李教授、周博士"))
        self.when_field = Field(_("时间"), self.when, required=True)
        self.role_field = Field(_("身份"), self.role, required=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        fields = (
            (self.when_field, 6),
            (self.role_field, 4),
            (Field(_("接待人"), self.met), 7),
            (Field(_("同行"), self.companions), 4),
        )
        for number, (field, share) in enumerate(fields):
            grid.addWidget(field, 0, number, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(number, share)
        column.addLayout(grid)
        return head

    def _make_note_column(self) -> Panel:
        panel = Panel("surface")
        column = QVBoxLayout(panel)
        column.setContentsMargins(24, 12, 20, 10)
        column.setSpacing(6)
        self.note_help = Words(_("原文不会被改动"), "meta", "text3")
        self.need_button = Button(
            _("选中转需求"), "quiet", icon="plus", small=True, on_click=self.take_selection_as_need
        )
        self.need_button.setToolTip("Ctrl+D")
        keys = ChipLabel("Ctrl D", "plain")
        column.addLayout(row_of(Words(_("纪要"), "section"), self.note_help, None, self.need_button, keys, spacing=8))
        self.note = NoteEdit(placeholder=_("看到什么、对方原话怎么说，照记就行。数字和日期写上更好找成果。"))
        self.note.setAccessibleName(_("纪要"))
        self.note.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        column.addSpacing(4)
        column.addWidget(self.note, 1)
        self._corrections = Paragraph("", "body", "text2")
        column.addWidget(self._corrections)
        column.addWidget(_Legend())
        self.circumstances_button = Button(_("填写"), small=True, on_click=self._edit_circumstances)
        self.circumstances_button.setAccessibleName(_("填写走访情况"))
        self._circumstances = ElidedWords("", "meta", "text3")
        box = Panel("sunken")
        box.setLayout(
            row_of(
                IconLabel("list-checks"),
                Words(_("走访情况"), "body", strong=True),
                self._circumstances,
                self.circumstances_button,
                spacing=10,
            )
        )
        layout = box.layout()
        if layout is not None:
            layout.setContentsMargins(12, 8, 10, 8)
        if isinstance(layout, QHBoxLayout):
            layout.setStretch(2, 1)
        column.addWidget(box)
        return panel

    def _listen(self) -> None:
        self.picker.picked.connect(self._on_firm_picked)
        self.picker.new_wanted.connect(self._on_new_firm)
        self.note.committed.connect(lambda _text: self._touch())
        self.note.customContextMenuRequested.connect(self._show_note_menu)
        self.note.span_clicked.connect(self._choose_card)
        for field in (self.when, self.met, self.companions):
            field.committed.connect(lambda _text: self._touch())
        self.role.currentIndexChanged.connect(lambda _index: self._touch())
        self.side.chosen.connect(self.note.strengthen)
        self.side.match_wanted.connect(self._match_need)
        self.side.edit_wanted.connect(self._edit_finding)
        self.side.removal_wanted.connect(self._remove_finding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the note more room."""
        super().resizeEvent(event)
        self.side.setFixedWidth(round((NARROW if self.width() < 860 else WIDE) * max(1.0, theme().scale.factor ** 0.6)))

    # Showing

    def _show(self, found: tuple[VisitDetail, tuple[NeedDetail, ...]]) -> None:
        self._detail, self._needs = found
        self._visit_id, self._draft, self._planned = self._detail.id, self._detail.draft, False
        self._dirty = False
        self._fill()

    def _show_if_same(self, found: tuple[VisitDetail, tuple[NeedDetail, ...]]) -> None:
        if found[0].id != self._visit_id or self._dirty or self._saving:
            return
        self._detail, self._needs = found
        self._draft = self._detail.draft
        self._show_state()
        self._show_spans()
        self._show_cards()

    def _fill(self) -> None:
        self._loading = True
        draft = self._draft
        self.title.set_text(self._detail.enterprise if self._detail else "")
        self.picker.show_name("")
        self._firm.setCurrentWidget(self.title if draft.enterprise_id else self.picker)
        self.when.set_moments(draft.started_at, draft.ended_at)
        self.role.set_code(draft.role)
        self.met.set_text(people_text(draft.met))
        self.companions.set_items(draft.companions)
        self.note.show_note(draft.note)
        self._loading = False
        for field in (self.when_field, self.role_field):
            field.show_error("")
        self._clear_banners()
        self._show_state()
        self._show_spans()
        self._show_cards()

    def _show_state(self) -> None:
        detail = self._detail
        state = VisitState(detail.state) if detail else VisitState.DRAFT
        status = visit_status(state, state_label("visit", state))
        tones = {"accent_text": "accent", "ok_text": "ok", "bad_text": "bad"}
        self.chip.set_chip(status.words, tones.get(status.tone, "plain"), status.icon)
        final, editable = bool(detail and detail.note_is_final), state in _EDITABLE
        self.note.setReadOnly(final)
        self.note_help.setText(_("已定稿，原文不再改动") if final else _("原文不会被改动"))
        for field in (self.when, self.met, self.companions):
            field.setReadOnly(not editable)
        self.role.setEnabled(editable)
        step = self._next_step(state)
        self.finish_button.setVisible(step is not None)
        if step is not None:
            words, icon = (_("完成"), "check") if state in _OPEN else _NEXT_WORDS[step]
            self.finish_button.setText(words)
            self.finish_button.set_icon(icon)
        self.print_button.setEnabled(self._draft.enterprise_id is not None)
        self.circumstances_button.setText(_("改") if editable else _("看"))
        self._circumstances.set_text(circumstances_words(self._draft))
        corrections = detail.corrections if detail else ()
        lines = [
            _("更正 {n}（{reason}）：{text}").format(n=c.ordinal, reason=c.reason, text=c.text) for c in corrections
        ]
        self._corrections.set_text("\n".join(lines))
        self._corrections.setVisible(bool(lines))
        if detail and detail.is_late and not self._banners.count():
            self._banners.addWidget(Banner("warn", _("补记"), self._draft.late_reason))

    def _show_spans(self) -> None:
        note = self.note.toPlainText()
        spans: list[NoteSpan] = []
        for finding in self._findings():
            if finding.need is not None:
                places = finding.need.draft.spans
                words = {"kind": "need"}
            elif finding.referral is not None:
                places, words = spans_of(note, [finding.referral.text]), {"kind": "referral"}
            elif finding.follow_up is not None:
                places, words = spans_of(note, [finding.follow_up.text]), {"kind": "follow_up"}
            else:
                continue
            spans += [NoteSpan(words["kind"], one.start, one.length, finding.tag, finding.owner) for one in places]
        spans += [
            NoteSpan("confidential", one.start, one.length, owner="confidential") for one in self._draft.confidential
        ]
        self.note.show_spans([one for one in spans if one.start + one.length <= len(note)])

    def _show_cards(self) -> None:
        confidential = sum(one.kind == "confidential" for one in self.note.spans())
        state = self._detail.state if self._detail else VisitState.DRAFT
        self.side.show_findings(self._findings(), confidential, editable=state in _EDITABLE)

    def _findings(self) -> tuple[Finding, ...]:
        found = [Finding("need", "", need.id, need=need) for need in self._needs]
        found += [Finding("referral", "", ("referral", n), referral=one) for n, one in enumerate(self._draft.referrals)]
        found += [
            Finding("follow_up", "", ("follow_up", n), follow_up=one) for n, one in enumerate(self._draft.follow_ups)
        ]
        return tuple(replace(one, tag=str(number)) for number, one in enumerate(found, start=1))

    # Typing

    def _touch(self) -> None:
        if self._loading:
            return
        self._dirty = True
        self._soon.start()
        if not self._latest.isActive():
            self._latest.start()

    def _typed(self) -> VisitDraft:
        moments = self.when.moments
        self.when_field.show_error("" if moments else _("看不懂这个时间，先按原来的存了"))
        start, end = moments or (self._draft.started_at, self._draft.ended_at)
        confidential = tuple(Span(one.start, one.length) for one in self.note.spans() if one.kind == "confidential")
        self._draft = replace(
            self._draft,
            started_at=start,
            ended_at=end if end is None or end >= start else None,
            role=self.role.code,
            met=typed_people(self.met.text()),
            companions=self.companions.items,
            note=self.note.toPlainText(),
            confidential=confidential,
        )
        return self._draft

    def _need_spans(self) -> dict[UUID, tuple[Span, ...]]:
        moved: dict[UUID, tuple[Span, ...]] = {}
        now = self.note.spans()
        for need in self._needs:
            spans = tuple(Span(one.start, one.length) for one in now if one.owner == need.id)
            if spans != need.draft.spans and need.state in ("raw", "refined"):
                moved[need.id] = spans
        return moved

    def _on_saved(self, visit_id: UUID, shown: int) -> None:
        self._saving = False
        if shown != self._shown:  # another visit is in the editor by now
            self.changed.emit(visit_id)
            self._run_after_save()
            return
        first = self._visit_id is None
        self._visit_id = visit_id
        if first:
            self._desk.tasks.read(self, lambda session: _read(session, visit_id), self._keep_detail)
        self.changed.emit(visit_id)
        if self._dirty:
            self._soon.start()
        self._run_after_save()

    def _keep_detail(self, found: tuple[VisitDetail, tuple[NeedDetail, ...]]) -> None:
        if found[0].id == self._visit_id and self._detail is None:
            self._detail, self._needs = found
            # Rows made of the drafts have ids now; without them the next save would make them anew.
            self._draft = replace(self._draft, referrals=found[0].draft.referrals, follow_ups=found[0].draft.follow_ups)
            self._show_state()
            self._show_cards()

    def _on_save_refused(self, error: BrokerError) -> None:
        self._saving = False
        self._after_save.clear()
        self._show_refusal(error)

    def _run_after_save(self) -> None:
        waiting, self._after_save = self._after_save, []
        for each in waiting:
            each()

    def _show_refusal(self, error: BrokerError) -> None:
        field = error.field if isinstance(error, InvalidInputError) else ""
        if field == "role":
            self.role_field.show_error(error.message)
        elif field in ("started_at", "ended_at"):
            self.when_field.show_error(error.message)
        else:
            self._clear_banners()
            what, _stop, detail = error.message.partition("。")
            self._banners.addWidget(Banner("bad", f"{what}。", detail, code=error.code))
            if field == "enterprise":
                self.picker.setFocus()
            elif field == "note":
                self.note.setFocus()

    def _clear_banners(self) -> None:
        clear_layout(self._banners)

    # Firm

    def _on_firm_picked(self, enterprise_id: UUID, name: str) -> None:
        self._take_firm(enterprise_id, name)

    def _on_new_firm(self, name: str) -> None:
        draft = EnterpriseDraft(name=name, county=self._desk.profile.county)

        def done(enterprise_id: UUID) -> None:
            self._take_firm(enterprise_id, name)
            self._desk.toast(_("已新建企业「{name}」，回头再补资料").format(name=name), icon="buildings")

        self._desk.tasks.write(self, lambda session: save_enterprise(session, draft), done, self._show_refusal)

    def _take_firm(self, enterprise_id: UUID, name: str) -> None:
        self._draft = replace(self._draft, enterprise_id=enterprise_id)
        self.title.set_text(name)
        self._firm.setCurrentWidget(self.title)
        self.print_button.setEnabled(True)
        self._touch()
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    # Steps of the state machine

    def _next_step(self, state: VisitState) -> VisitState | None:
        if state in _OPEN:
            return VisitState.RECORDED
        steps = self._detail.next_states if self._detail else ()
        return next(
            (step for step in (VisitState.CONFIRMED, VisitState.SUBMITTED, VisitState.RECORDED) if step in steps), None
        )

    def _take_step(self) -> None:
        state = VisitState(self._detail.state) if self._detail else VisitState.DRAFT
        step = self._next_step(state)
        if state in _OPEN:
            self.finish()
        elif step is not None:
            self.save_now(lambda: self._move(step))

    def _record(self) -> None:
        visit_id = self._visit_id
        if visit_id is None:
            self._show_refusal(InvalidInputError("enterprise", _("请选企业。草稿已经存好。")))
            return

        def done(_nothing: object) -> None:
            self.open_visit(visit_id)
            self._desk.toast(_("走访已记完，原始纪要定稿"), icon="check-circle")

        self._desk.tasks.write(self, lambda session: record_visit(session, visit_id), done, self._show_refusal)

    def _move(self, state: VisitState, why: str = "") -> None:
        visit_id = self._visit_id
        if visit_id is None:
            return

        def done(_nothing: object) -> None:
            self.open_visit(visit_id)
            self._desk.toast(_("走访已改为「{state}」").format(state=state_label("visit", state)))

        self._desk.tasks.write(
            self, lambda session: move_visit(session, visit_id, state, why), done, self._show_refusal
        )

    def _preview(self) -> None:
        if self._visit_id is not None:
            self._desk.go("papers", ("visit_record", self._visit_id))

    # Menus

    def _show_more(self) -> None:
        menu = QMenu(self)
        detail = self._detail
        entries: list[tuple[str, Callable[[], object], bool]] = [
            (_("换一家企业"), self._change_firm, detail is None or detail.state in _EDITABLE),
            (_("更正纪要"), self._correct, bool(detail and detail.note_is_final)),
            (_("来龙去脉"), self._show_history, detail is not None),
        ]
        steps = detail.next_states if detail else ()
        for step in steps:
            words = _("改为「{state}」").format(state=state_label("visit", step))
            entries.append((words, partial(self._ask_reason_and_move, VisitState(step)), True))
        entries.append((_("移到回收站"), self.remove, detail is not None))
        for words, act, enabled in entries:
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, act=act: act())
            action.setEnabled(enabled)
            menu.addAction(action)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _show_note_menu(self, at: QPoint) -> None:
        menu = self.note.createStandardContextMenu()
        menu.addSeparator()
        for words, act in (
            (_("转成需求\tCtrl+D"), self.take_selection_as_need),
            (_("记为非技术诉求"), self.take_selection_as_referral),
            (_("记为跟进"), self.take_selection_as_follow_up),
            (_("标为不得外传，或取消"), self.toggle_confidential),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, act=act: act())
            action.setEnabled(self.note.textCursor().hasSelection())
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.note.mapToGlobal(at))

    def _change_firm(self) -> None:
        self._firm.setCurrentWidget(self.picker)
        self.picker.show_name("")
        self.picker.setFocus()

    def _ask_reason_and_move(self, state: VisitState) -> None:
        if state in (VisitState.CANCELLED, VisitState.RETURNED):
            dialog = ReasonDialog(self, state_label("visit", state))
            dialog.given.connect(lambda why: self._move(state, why))
            dialog.open()
        elif state == VisitState.RECORDED:
            self._take_step()
        else:
            self.save_now(lambda: self._move(state))

    def _correct(self) -> None:
        visit_id = self._visit_id
        if visit_id is None:
            return
        dialog = CorrectionDialog(self, self._draft.note)

        def done(_ordinal: int) -> None:
            dialog.close_with(True)
            self.open_visit(visit_id)

        def write(text: str, reason: str) -> None:
            self._desk.tasks.write(
                self,
                lambda session: correct_note(session, visit_id, text, reason),
                done,
                dialog.show_refusal,
            )

        dialog.given.connect(write)
        dialog.open()

    def _show_history(self) -> None:
        if self._detail is not None:
            HistoryDialog(self, self._detail).open()

    # Cards

    def _on_need_added(self, need_id: UUID) -> None:
        tasks = self._desk.tasks
        self.refresh()
        self._desk.toast(
            _("记下一条需求"),
            icon="clipboard-text",
            undo=lambda: tasks.write(self, lambda session: delete_need(session, need_id), lambda _none: self.refresh()),
        )

    def _choose_card(self, owner: object) -> None:
        for card in self.side.cards:
            card.set_selected(card.finding.owner == owner)
        self.note.strengthen(owner)

    def _match_need(self, owner: object) -> None:
        if isinstance(owner, UUID):
            self.save_now(lambda: self._desk.go("recommend", owner))

    def _edit_finding(self, owner: object) -> None:
        match owner:
            case UUID():
                self.save_now(lambda: self._desk.go("need", owner))
            case ("referral", int(number)):
                self._edit_referral(self._draft.referrals[number], number)
            case ("follow_up", int(number)):
                self._edit_follow_up(self._draft.follow_ups[number], number)

    def _remove_finding(self, owner: object) -> None:
        match owner:
            case UUID():
                self._remove_need(owner)
            case ("referral", int(number)):
                self._with_list("referrals", number, None)
            case ("follow_up", int(number)):
                self._with_list("follow_ups", number, None)

    def _remove_need(self, need_id: UUID) -> None:
        tasks = self._desk.tasks

        def restore() -> None:
            tasks.write(self, lambda session: restore_need(session, need_id), lambda _none: self.refresh())

        def done(_none: object) -> None:
            self.refresh()
            self._desk.toast(_("需求已移到回收站"), icon="trash", undo=restore)

        tasks.write(self, lambda session: delete_need(session, need_id), done)

    def _edit_referral(self, draft: ReferralDraft, number: int | None) -> None:
        dialog = ReferralDialog(self, draft)
        dialog.given.connect(lambda changed: self._with_list("referrals", number, changed))
        dialog.open()

    def _edit_follow_up(self, draft: FollowUpDraft, number: int | None) -> None:
        dialog = FollowUpDialog(self, draft)
        dialog.given.connect(lambda changed: self._with_list("follow_ups", number, changed))
        dialog.open()

    def _with_list(self, name: str, number: int | None, changed: object) -> None:
        before = self._draft
        rows = list(getattr(before, name))
        if number is None:
            rows.append(changed)
        elif changed is None:
            del rows[number]
        else:
            rows[number] = changed
        self._draft = _with_rows(self._typed(), name, rows)
        self._write_lists()
        if changed is None:
            self._desk.toast(_("已去掉"), icon="trash", undo=lambda: self._put_back(name, getattr(before, name)))

    def _put_back(self, name: str, rows: Sequence[Any]) -> None:
        # The old rows were marked as removed; new rows with the same words take their place.
        self._draft = _with_rows(self._draft, name, [replace(row, id=None) for row in rows])
        self._write_lists()

    def _write_lists(self) -> None:
        self._dirty = True
        self._show_spans()
        self._show_cards()
        self.save_now(self._read_lists)

    def _read_lists(self) -> None:
        visit_id = self._visit_id
        if visit_id is not None:
            self._desk.tasks.read(self, lambda session: get_visit(session, visit_id), self._take_lists)

    def _take_lists(self, detail: VisitDetail) -> None:
        if detail.id == self._visit_id:
            self._detail = detail
            self._draft = replace(self._draft, referrals=detail.draft.referrals, follow_ups=detail.draft.follow_ups)
            self._show_state()

    def _edit_circumstances(self) -> None:
        state = self._detail.state if self._detail else VisitState.DRAFT
        dialog = CircumstancesDialog(self, self._typed(), editable=state in _EDITABLE)

        def take(draft: VisitDraft) -> None:
            self._draft = draft
            self._circumstances.set_text(circumstances_words(draft))
            self._dirty = True
            self.save_now()

        dialog.given.connect(take)
        dialog.open()

    def _selected_words(self) -> tuple[str, Span] | None:
        start, length = self.note.selected_range()
        note = self.note.toPlainText()
        if not length:  # the sentence the cursor stands in
            start, length = _sentence_at(note, start)
        text = note[start : start + length]
        left = len(text) - len(text.lstrip())
        words = text.strip()
        return (words, Span(start + left, len(words))) if words else None


class _Legend(QWidget):
    """What the colours under the note mean."""

    def __init__(self) -> None:
        super().__init__()
        kinds = ((_("技术需求"), "accent"), (_("非技术诉求"), "vio"), (_("跟进"), "warn"), (_("不得外传"), "bad"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 2)
        row.setSpacing(6)
        for words, colour in kinds:
            row.addWidget(IconLabel("minus", f"{colour}_text"))
            row.addWidget(Words(words, "tiny", "text2"))
            row.addSpacing(10)
        row.addStretch(1)


def _read(session: Session, visit_id: UUID) -> tuple[VisitDetail, tuple[NeedDetail, ...]]:
    rows = list_needs(session, visit_id=visit_id, limit=200)
    needs = [get_need(session, row.id) for row in rows]
    needs.sort(key=lambda need: (need.draft.spans[0].start if need.draft.spans else 10**9, need.created_at))
    return get_visit(session, visit_id), tuple(needs)


def _with_rows(draft: VisitDraft, name: str, rows: Sequence[Any]) -> VisitDraft:
    changes: dict[str, Any] = {name: tuple(rows)}
    return replace(draft, **changes)


def _overlap(span: NoteSpan, start: int, length: int) -> bool:
    return span.start < start + length and start < span.start + span.length


def _title_of(text: str) -> str:
    first = text.split("\n")[0].strip("，。；：、 　")
    for mark in "。；！？":
        first = first.split(mark)[0]
    return first[:_TITLE_LENGTH] or text[:_TITLE_LENGTH]


def _sentence_at(note: str, position: int) -> tuple[int, int]:
    ends = "。！？\n；"
    start = max((note.rfind(mark, 0, position) for mark in ends), default=-1) + 1
    stops = [at for at in (note.find(mark, position) for mark in ends) if at >= 0]
    end = min(stops, default=len(note))
    return start, end - start

"""The steps of a visit: finish it, hand it on, correct its note, put it into the trash."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.rules.states import VisitState, state_label
from broker_app.services.step_back import Step
from broker_app.services.visits import (
    VisitDetail,
    VisitDraft,
    correct_note,
    delete_visit,
    move_visit,
    record_visit,
    restore_visit,
)
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.way_back import stepping, tell_step
from broker_app.ui.visits.head import VisitHead
from broker_app.ui.visits.keeper import VisitKeeper
from broker_app.ui.visits.revision_dialogs import CorrectionDialog, HistoryDialog, ReasonDialog

OPEN = (VisitState.DRAFT, VisitState.PLANNED, VisitState.IN_PROGRESS)
EDITABLE = (*OPEN, VisitState.RECORDED, VisitState.RETURNED)
_STEPS = {
    VisitState.CONFIRMED: (_("企业已确认"), "check-circle"),
    VisitState.SUBMITTED: (_("提交"), "paper-plane-tilt"),
    VisitState.RECORDED: (_("改好了"), "check"),
}


class SteppedEditor(Protocol):
    """What the steps need of the editor they belong to."""

    removed: Any

    @property
    def visit_id(self) -> UUID | None:
        """The visit shown."""

    @property
    def state(self) -> VisitState:
        """Its state."""

    @property
    def detail(self) -> VisitDetail | None:
        """The visit as it was read last."""

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was written yet."""

    def current_draft(self) -> VisitDraft:
        """The visit as it is typed now."""

    def save_then(self, then: Callable[[UUID], object]) -> None:
        """Write the visit, then go on with its id."""

    def open_visit(self, visit_id: UUID) -> None:
        """Show a visit."""

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is missing, beside its field."""


class VisitSteps(QObject):
    """Acts on the visit of one editor; every step is one transaction."""

    def __init__(self, desk: Desk, editor: SteppedEditor, head: VisitHead, keeper: VisitKeeper, host: QWidget) -> None:
        super().__init__(host)
        self._desk, self._editor, self._head, self._keeper, self._host = desk, editor, head, keeper, host

    def next_step(self) -> VisitState | None:
        """The step of the primary button; None when there is none."""
        if self._editor.state in OPEN:
            return VisitState.RECORDED
        detail = self._editor.detail
        steps = detail.next_states if detail else ()
        return next((step for step in _STEPS if step in steps), None)

    def step_words(self) -> tuple[str, str] | None:
        """Words and icon of that step."""
        if self._editor.state in OPEN:
            return _("完成"), "check"
        step = self.next_step()
        return _STEPS[step] if step else None

    def take(self) -> None:
        """The primary button: finish an open visit, else take the next step."""
        step = self.next_step()
        if self._editor.state in OPEN:
            self.finish()
        elif step is not None:
            self._editor.save_then(lambda _visit_id: self._move(step))

    def finish(self) -> None:
        """完成: the note becomes final; what is missing is shown beside its field."""
        if self._editor.is_untouched:
            self._editor.show_refusal(InvalidInputError("enterprise", _("请选企业。")))
        else:
            self._editor.save_then(self._record)

    def correct(self) -> None:
        """Write a correction beside a note that is final."""
        visit_id = self._editor.visit_id
        if visit_id is None:
            return
        dialog = CorrectionDialog(self._host, self._editor.current_draft().note)

        def done(_ordinal: int) -> None:
            dialog.close_with(True)
            self._editor.open_visit(visit_id)

        def write(text: str, reason: str) -> None:
            tasks = self._desk.tasks
            tasks.write(self, lambda session: correct_note(session, visit_id, text, reason), done, dialog.show_refusal)

        dialog.given.connect(write)
        dialog.open()

    def remove(self) -> None:
        """Move the visit to the trash, with 撤销."""
        visit_id, detail = self._editor.visit_id, self._editor.detail
        if visit_id is None:
            return
        name = detail.enterprise if detail else ""
        tasks = self._desk.tasks

        def restore() -> None:
            tasks.write(self, lambda session: restore_visit(session, visit_id))

        def done(_nothing: object) -> None:
            self._editor.removed.emit(visit_id)
            words = _("已移到回收站：{name}").format(name=name or _("走访", "one"))
            self._desk.toast(words, icon="trash", undo=restore)

        self._keeper.drop()
        tasks.write(self, lambda session: delete_visit(session, visit_id), done, self._editor.show_refusal)

    def show_more(self) -> None:
        """The menu under 更多."""
        menu = QMenu(self._host)
        detail = self._editor.detail
        entries: list[tuple[str, Callable[[], object], bool]] = [
            (_("换一家企业"), self._head.ask_firm, self._editor.state in EDITABLE),
            (_("更正纪要"), self.correct, bool(detail and detail.note_is_final)),
            (_("来龙去脉"), self._show_history, detail is not None),
        ]
        for step in detail.next_states if detail else ():
            words = _("改为「{state}」").format(state=state_label("visit", step))
            entries.append((words, partial(self._ask_and_move, VisitState(step)), True))
        entries.append((_("移到回收站"), self.remove, detail is not None))
        for words, act, enabled in entries:
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, act=act: act())
            action.setEnabled(enabled)
            menu.addAction(action)
        button = self._head.more_button
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _record(self, visit_id: UUID) -> None:
        def done(_nothing: object) -> None:
            self._editor.open_visit(visit_id)
            self._desk.toast(_("走访已记完，原始纪要定稿"), icon="check-circle")

        tasks = self._desk.tasks
        tasks.write(self, lambda session: record_visit(session, visit_id), done, self._editor.show_refusal)

    def _move(self, state: VisitState, why: str = "") -> None:
        visit_id = self._editor.visit_id
        if visit_id is None:
            return

        def reopen() -> None:
            self._editor.open_visit(visit_id)

        def done(step: Step) -> None:
            reopen()
            words = _("走访已改为「{state}」").format(state=state_label("visit", state))
            tell_step(self, self._desk, step, words, on_back=reopen)

        move = stepping("visit", visit_id, lambda session: move_visit(session, visit_id, state, why))
        self._desk.tasks.write(self, move, done, self._editor.show_refusal)

    def _ask_and_move(self, state: VisitState) -> None:
        if state in (VisitState.CANCELLED, VisitState.RETURNED):
            dialog = ReasonDialog(self._host, state_label("visit", state))
            dialog.given.connect(lambda why: self._move(state, why))
            dialog.open()
        elif state == VisitState.RECORDED:
            self.take()
        else:
            self._editor.save_then(lambda _visit_id: self._move(state))

    def _show_history(self) -> None:
        detail = self._editor.detail
        if detail is not None:
            HistoryDialog(self._host, detail).open()

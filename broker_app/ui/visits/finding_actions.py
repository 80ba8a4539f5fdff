"""What a person does with the cards of a visit: add, change, take away, take back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.services.needs import NeedDraft, delete_need, restore_need, save_need
from broker_app.services.visits import FollowUpDraft, ReferralDraft, Span, VisitDraft
from broker_app.ui.shell.desk import Desk
from broker_app.ui.visits.task_dialogs import FollowUpDialog, ReferralDialog

_TITLE_LENGTH = 24


class Editor(Protocol):
    """What the actions need of the editor they belong to."""

    def current_draft(self) -> VisitDraft:
        """The visit as it is typed now."""

    def replace_draft(self, draft: VisitDraft) -> None:
        """Show and keep a changed visit."""

    def save_then(self, then: Callable[[UUID], object]) -> None:
        """Write the visit, then go on with its id."""

    def refresh(self) -> None:
        """Read the cards again."""


class FindingActions(QObject):
    """Every act can be taken back from the toast it leaves."""

    def __init__(self, desk: Desk, editor: Editor, host: QWidget) -> None:
        super().__init__(host)
        self._desk, self._editor, self._host = desk, editor, host

    def add_need(self, text: str, span: Span) -> None:
        """Make a need of some words of the note."""

        def add(visit_id: UUID) -> None:
            draft = NeedDraft(
                title=need_title(text),
                text=text,
                visit_id=visit_id,
                enterprise_id=self._editor.current_draft().enterprise_id,
                spans=(span,),
            )
            self._desk.tasks.write(self._host, lambda session: save_need(session, draft), self._on_need_added)

        self._editor.save_then(add)

    def add_referral(self, text: str) -> None:
        """Make a request that is not technical of some words."""
        self._ask_referral(ReferralDraft(text), None)

    def add_follow_up(self, text: str) -> None:
        """Make a task of some words."""
        self._ask_follow_up(FollowUpDraft(text, who=self._desk.profile.name), None)

    def edit(self, owner: object) -> None:
        """Open what a card belongs to."""
        draft = self._editor.current_draft()
        match owner:
            case UUID():
                self._editor.save_then(lambda _visit_id: self._desk.go("need", owner))
            case ("referral", int(number)):
                self._ask_referral(draft.referrals[number], number)
            case ("follow_up", int(number)):
                self._ask_follow_up(draft.follow_ups[number], number)

    def remove(self, owner: object) -> None:
        """Take away what a card belongs to."""
        match owner:
            case UUID():
                self._remove_need(owner)
            case ("referral", int(number)):
                self._with_row("referrals", number, None)
            case ("follow_up", int(number)):
                self._with_row("follow_ups", number, None)

    def _on_need_added(self, need_id: UUID) -> None:
        self._editor.refresh()
        self._desk.toast(_("记下一条需求"), icon="clipboard-text", undo=lambda: self._delete(need_id))

    def _remove_need(self, need_id: UUID) -> None:
        def restore() -> None:
            self._desk.tasks.write(self._host, lambda session: restore_need(session, need_id), self._refresh)

        self._delete(need_id)
        self._desk.toast(_("需求已移到回收站"), icon="trash", undo=restore)

    def _delete(self, need_id: UUID) -> None:
        self._desk.tasks.write(self._host, lambda session: delete_need(session, need_id), self._refresh)

    def _refresh(self, _none: object) -> None:
        self._editor.refresh()

    def _ask_referral(self, draft: ReferralDraft, number: int | None) -> None:
        dialog = ReferralDialog(self._host, draft)
        dialog.given.connect(lambda changed: self._with_row("referrals", number, changed))
        dialog.open()

    def _ask_follow_up(self, draft: FollowUpDraft, number: int | None) -> None:
        dialog = FollowUpDialog(self._host, draft)
        dialog.given.connect(lambda changed: self._with_row("follow_ups", number, changed))
        dialog.open()

    def _with_row(self, name: str, number: int | None, changed: object) -> None:
        before = self._editor.current_draft()
        rows = list(getattr(before, name))
        if number is None:
            rows.append(changed)
        elif changed is None:
            del rows[number]
        else:
            rows[number] = changed
        self._editor.replace_draft(_with_rows(before, name, rows))
        if changed is None:
            self._desk.toast(_("已去掉"), icon="trash", undo=lambda: self._put_back(name, getattr(before, name)))

    def _put_back(self, name: str, rows: Sequence[Any]) -> None:
        # The old rows were marked as removed; new rows with the same words take their place.
        now = self._editor.current_draft()
        self._editor.replace_draft(_with_rows(now, name, [replace(row, id=None) for row in rows]))


def need_title(text: str) -> str:
    """A first title for a need made of ``text``: its first sentence, cut to 24 characters."""
    first = text.split("\n")[0].strip("，。；：、 　")
    for mark in "。；！？":
        first = first.split(mark)[0]
    return first[:_TITLE_LENGTH] or text[:_TITLE_LENGTH]


def _with_rows(draft: VisitDraft, name: str, rows: Sequence[Any]) -> VisitDraft:
    changes: dict[str, Any] = {name: tuple(rows)}
    return replace(draft, **changes)

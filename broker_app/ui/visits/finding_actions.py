"""What a person does with the cards of a visit: add, change, take away, take back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from broker_app.codes.lists import CodeList, entry
from broker_app.i18n import _
from broker_app.matching.notes import (
    ConfidentialProposal,
    FollowUpProposal,
    NeedProposal,
    NoteProposals,
    PersonProposal,
    ReferralProposal,
)
from broker_app.services.needs import NeedDraft, delete_need, restore_need, save_need
from broker_app.services.note_proposals import Accepted, Proposal, accept_need, drop, restore, take_back
from broker_app.services.numbers import today
from broker_app.services.typed_dates import leading_day
from broker_app.services.visits import FollowUpDraft, PersonMet, ReferralDraft, Span, VisitDraft
from broker_app.ui.shell.desk import Desk
from broker_app.ui.visits.task_dialogs import FollowUpDialog, ReferralDialog

_TITLE_LENGTH = 24
_LONGEST = 2000  # characters of a request or task


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


class ProposalEditor(Editor, Protocol):
    """What acts on proposals need besides."""

    def mark_confidential(self, spans: Sequence[Span]) -> None:
        """Mark words of the note 不得外传."""

    def add_person(self, person: PersonMet) -> None:
        """Add somebody to the people met."""


class ProposalActions(QObject):
    """What a person makes of a proposal: accept, change first, or set aside. Each can be taken back."""

    def __init__(self, desk: Desk, editor: "ProposalEditor", findings: "FindingActions", host: QWidget) -> None:
        super().__init__(host)
        self._desk, self._editor, self._findings, self._host = desk, editor, findings, host

    def accept(self, proposal: Proposal) -> None:
        """Write a proposal down as it stands."""
        match proposal:
            case NeedProposal():
                self._accept_need(proposal, lambda _need_id: None)
            case ReferralProposal():
                self._findings.put_row("referrals", _referral_of(proposal))
            case FollowUpProposal():
                self._findings.put_row("follow_ups", self._follow_up_of(proposal))
            case ConfidentialProposal():
                self._editor.mark_confidential([Span(one.start, one.length) for one in proposal.spans])
            case PersonProposal():
                self._editor.add_person(PersonMet(proposal.name, "", proposal.phone))

    def accept_all(self, proposals: NoteProposals) -> None:
        """Write down every confidence, need, request and task; people are left to the person."""
        found: tuple[Proposal, ...] = (
            *proposals.confidential,
            *proposals.referrals,
            *proposals.follow_ups,
            *proposals.needs,
        )
        for one in found:
            self.accept(one)

    def edit(self, proposal: Proposal) -> None:
        """Change a proposal before it is written down; a need is written and opened."""
        match proposal:
            case NeedProposal():
                self._accept_need(proposal, lambda need_id: self._desk.go("need", need_id))
            case ReferralProposal():
                self._findings.ask_referral(_referral_of(proposal), None)
            case FollowUpProposal():
                self._findings.ask_follow_up(self._follow_up_of(proposal), None)

    def ignore(self, proposal: Proposal) -> None:
        """Set a proposal aside; the same words are not proposed again for this visit."""
        tasks = self._desk.tasks

        def on(visit_id: UUID) -> None:
            def undo() -> None:
                tasks.write(self._host, lambda session: restore(session, visit_id, proposal), self._refresh)

            def done(_none: object) -> None:
                self._editor.refresh()
                self._desk.toast(_("不再提这一条"), icon="minus-circle", undo=undo)

            tasks.write(self._host, lambda session: drop(session, visit_id, proposal), done)

        self._editor.save_then(on)

    def _accept_need(self, proposal: NeedProposal, then: Callable[[UUID], object]) -> None:
        tasks = self._desk.tasks

        def on(visit_id: UUID) -> None:
            def done(accepted: Accepted) -> None:
                def undo() -> None:
                    tasks.write(self._host, lambda session: take_back(session, accepted), self._refresh)

                self._editor.refresh()
                self._desk.toast(_("记下一条需求"), icon="clipboard-text", undo=undo)
                if accepted.record_id is not None:
                    then(accepted.record_id)

            tasks.write(self._host, lambda session: accept_need(session, visit_id, proposal), done)

        self._editor.save_then(on)

    def _follow_up_of(self, proposal: FollowUpProposal) -> FollowUpDraft:
        return FollowUpDraft(_flat(proposal.text), self._desk.profile.name, proposal.due)

    def _refresh(self, _none: object) -> None:
        self._editor.refresh()


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

    def put_row(self, name: str, row: ReferralDraft | FollowUpDraft) -> None:
        """Add a request ("referrals") or a task ("follow_ups"), with 撤销."""
        before = getattr(self._editor.current_draft(), name)
        self._with_row(name, None, row)
        words = _("记下一条诉求") if name == "referrals" else _("记下一件跟进")
        self._desk.toast(words, icon="check-circle", undo=lambda: self._put_back(name, before))

    def add_referral(self, text: str) -> None:
        """Make a request that is not technical of some words."""
        self.ask_referral(ReferralDraft(text), None)

    def add_follow_up(self, text: str) -> None:
        """Make a task of some words."""
        self.ask_follow_up(FollowUpDraft(text, who=self._desk.profile.name), None)

    def add_next_step(self, typed: str) -> None:
        """Make a task of a line like 周三 寄料样; a day alone means to call again."""
        due, words = leading_day(typed, today())
        task = FollowUpDraft(words or _("再联系企业"), who=self._desk.profile.name, due=due)
        self._with_row("follow_ups", None, task)

    def edit(self, owner: object) -> None:
        """Open what a card belongs to."""
        draft = self._editor.current_draft()
        match owner:
            case UUID():
                self._editor.save_then(lambda _visit_id: self._desk.go("need", owner))
            case ("referral", int(number)):
                self.ask_referral(draft.referrals[number], number)
            case ("follow_up", int(number)):
                self.ask_follow_up(draft.follow_ups[number], number)

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

    def ask_referral(self, draft: ReferralDraft, number: int | None) -> None:
        """Open the form of a request; ``number`` is its place in the draft, None for a new one."""
        dialog = ReferralDialog(self._host, draft)
        dialog.given.connect(lambda changed: self._with_row("referrals", number, changed))
        dialog.open()

    def ask_follow_up(self, draft: FollowUpDraft, number: int | None) -> None:
        """Open the form of a task; ``number`` is its place in the draft, None for a new one."""
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


def _referral_of(proposal: ReferralProposal) -> ReferralDraft:
    known = entry(CodeList.REFERRAL_KIND, proposal.kind) if proposal.kind else None
    refer_to = proposal.refer_to or (known.refer_to if known else "")
    return ReferralDraft(_flat(proposal.text), proposal.kind, refer_to, proposal.due)


def _flat(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def need_title(text: str) -> str:
    """A first title for a need made of ``text``: its first sentence, cut to 24 characters."""
    first = text.split("\n")[0].strip("，。；：、 　")
    for mark in "。；！？":
        first = first.split(mark)[0]
    return first[:_TITLE_LENGTH] or text[:_TITLE_LENGTH]


def _with_rows(draft: VisitDraft, name: str, rows: Sequence[Any]) -> VisitDraft:
    changes: dict[str, Any] = {name: tuple(rows)}
    return replace(draft, **changes)

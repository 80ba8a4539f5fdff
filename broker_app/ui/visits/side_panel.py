"""Beside the note: what came out of it, what the program proposes, and how much must not leave."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, clear_layout, row_of
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import scroll_column
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.visits.cards import FindingCard, ProposalCard, VisitCard
from broker_app.ui.visits.findings import Finding, NumberedProposal

WIDE, NARROW = 316, 300


class SidePanel(Panel):
    """All cards of a visit."""

    chosen = Signal(object)
    match_wanted = Signal(object)
    edit_wanted = Signal(object)
    removal_wanted = Signal(object)
    accepted = Signal(object)
    proposal_edit_wanted = Signal(object)
    ignored = Signal(object)
    all_accepted = Signal()
    next_step_given = Signal(str)
    """What was typed into 下一步."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", lines=("left",), parent=parent)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(0)
        self._title = Words("", "section")
        self._count = Words("", "section", "text3", strong=False)
        self.accept_all_button = Button(_("全部采用"), "quiet", small=True, on_click=self.all_accepted.emit)
        head = row_of(self._title, self._count, None, self.accept_all_button)
        head.setContentsMargins(13, 10, 8, 4)
        whole.addLayout(head)
        area, self._cards = scroll_column(margins=(13, 2, 14, 8), spacing=8)
        whole.addWidget(area, 1)
        self.next_step = ImeAwareLineEdit(placeholder=_("下一步，如 周三 寄料样"))
        self.next_step.setAccessibleName(_("下一步"))
        self.next_step.setToolTip(_("写上哪天、做什么，按 Enter 记为跟进"))
        self.next_step.returnPressed.connect(self._give_next_step)
        line = row_of(self.next_step)
        line.setContentsMargins(13, 6, 14, 12)
        whole.addLayout(line)
        self._foot = QWidget()
        self._foot_words = Words("", "meta", "bad_text")
        foot = row_of(IconLabel("lock-simple", "bad_text"), self._foot_words, None, spacing=8)
        foot.setContentsMargins(16, 0, 14, 12)
        self._foot.setLayout(foot)
        whole.addWidget(self._foot)

    @property
    def cards(self) -> tuple[FindingCard, ...]:
        """The cards of what came out of the visit, in order."""
        return tuple(one for one in self._all() if isinstance(one, FindingCard))

    @property
    def proposals(self) -> tuple[ProposalCard, ...]:
        """The cards of what is proposed, in order."""
        return tuple(one for one in self._all() if isinstance(one, ProposalCard))

    def show_cards(
        self,
        findings: Sequence[Finding],
        proposals: Sequence[NumberedProposal],
        confidential: int,
        *,
        editable: bool,
    ) -> None:
        """Show a card for each finding and each proposal, and how many remarks must not leave."""
        selected = next((card.owner for card in self._all() if card.selected), None)
        clear_layout(self._cards)
        for finding in findings:
            self._add(self._finding_card(finding, editable), selected)
        if findings and proposals:
            self._cards.addWidget(Words(_("还认出这些，要不要记下"), "meta", "text2"))
        for one in proposals:
            self._add(self._proposal_card(one), selected)
        if not findings and not proposals:
            words = _("写了纪要，这里会列出认出的需求、诉求和跟进；也可以选一段按 Ctrl+D，右键还能标为不得外传。")
            self._cards.addWidget(Paragraph(words, "meta", "text3"))
        self._cards.addStretch(1)
        self._title.setText(_("从纪要里认出") if proposals or not findings else _("这次走访的"))
        self._count.setText(str(len(findings) + len(proposals)) if findings or proposals else "")
        self.accept_all_button.setVisible(len(proposals) > 1)
        self._foot_words.setText(
            counted("{n} 处不得外传：不打印、不上公开库", "{n} 处不得外传：不打印、不上公开库", confidential)
        )
        self._foot.setVisible(bool(confidential))
        self.next_step.setEnabled(editable)

    def choose(self, owner: object) -> None:
        """Mark the card of ``owner``."""
        for card in self._all():
            card.set_selected(card.owner == owner)

    def _give_next_step(self) -> None:
        if words := self.next_step.text().strip():
            self.next_step.clear()
            self.next_step_given.emit(words)

    def _finding_card(self, finding: Finding, editable: bool) -> FindingCard:
        card = FindingCard(finding, editable=editable)
        card.match_wanted.connect(self.match_wanted)
        card.edit_wanted.connect(self.edit_wanted)
        card.removal_wanted.connect(self.removal_wanted)
        return card

    def _proposal_card(self, one: NumberedProposal) -> ProposalCard:
        card = ProposalCard(one.kind, one.tag, one.proposal)
        card.accepted.connect(self.accepted)
        card.edit_wanted.connect(self.proposal_edit_wanted)
        card.ignored.connect(self.ignored)
        return card

    def _add(self, card: VisitCard, selected: object) -> None:
        card.chosen.connect(self._on_chosen)
        card.set_selected(selected is not None and card.owner == selected)
        self._cards.addWidget(card)

    def _all(self) -> list[VisitCard]:
        items = (self._cards.itemAt(number) for number in range(self._cards.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one for one in widgets if isinstance(one, VisitCard)]

    def _on_chosen(self, owner: object) -> None:
        self.choose(owner)
        self.chosen.emit(owner)

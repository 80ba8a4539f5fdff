"""The cards beside the note: what came out of a visit, and what the program proposes."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList, label
from broker_app.i18n import _
from broker_app.matching.notes import (
    ConfidentialProposal,
    FollowUpProposal,
    NeedProposal,
    PersonProposal,
    ReferralProposal,
)
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import NeedState
from broker_app.services.money import budget_label, fen
from broker_app.services.needs import NeedDetail
from broker_app.services.note_proposals import Proposal
from broker_app.services.typed_dates import date_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.text_blocks import IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.shell.wrapping_row import WrappingRow
from broker_app.ui.visits.findings import Finding

Lines = Sequence[tuple[str, str]]
_COLOURS = {"need": "accent", "referral": "vio", "follow_up": "warn", "confidential": "bad", "person": "soft_e"}
_VERBS = {
    NeedProposal: _("采用"),
    ReferralProposal: _("转交"),
    FollowUpProposal: _("记为跟进"),
    ConfidentialProposal: _("不得外传"),
    PersonProposal: _("记为接待人"),
}
_METRICS_SHOWN = 3
_KEY = 4  # characters of a metric's name that fit beside its value


class _Tag(QWidget):
    """The number of a card in the colour of its spans."""

    def __init__(self, tag: str, colour: str) -> None:
        super().__init__()
        self._tag, self._colour = tag, colour
        self.setFixedSize(QSize(20, 22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plate."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(self._colour))
        plate = self.rect().adjusted(0, 3, 0, -3)
        painter.drawRoundedRect(plate, 8, 8)
        painter.setFont(theme().font("tiny", strong=True))
        painter.setPen(theme().color("on_accent"))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), self._tag)


class VisitCard(Card):
    """Number, title, facts, what is missing, and buttons. ``owner`` says whose spans belong to it."""

    chosen = Signal(object)

    def __init__(self, owner: object, kind: str, tag: str, title: str, lines: Lines, missing: Sequence[str]) -> None:
        super().__init__(pad=12)
        self.owner = owner
        self.column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(_Tag(tag, _COLOURS[kind]), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(Paragraph(title, "body", "text", strong=True, max_lines=2), 1)
        self.column.addLayout(head)
        body = QVBoxLayout()
        body.setContentsMargins(28, 0, 0, 0)
        body.setSpacing(4)
        if any(value for _key, value in lines):
            values = KeyValues(34, gap=0)
            values.show_lines(lines)
            body.addWidget(values)
        for words in missing:
            body.addLayout(
                row_of(IconLabel("warning-circle", "warn_text"), Words(words, "meta", "warn_text"), None, spacing=5)
            )
        self._buttons = WrappingRow(spacing=4)
        body.addWidget(self._buttons)
        self.column.addLayout(body)
        self.setAccessibleName(title)

    def add_buttons(self, *buttons: Button) -> None:
        """Put buttons under the facts."""
        for button in buttons:
            self._buttons.add(button)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choosing a card strengthens its spans."""
        self.chosen.emit(self.owner)


class FindingCard(VisitCard):
    """A need, request or task of the visit."""

    match_wanted = Signal(object)
    edit_wanted = Signal(object)
    removal_wanted = Signal(object)

    def __init__(self, finding: Finding, *, editable: bool) -> None:
        title, lines, missing = _finding_content(finding)
        super().__init__(finding.owner, finding.kind, finding.tag, title, lines, missing)
        self.finding = finding
        buttons = []
        if finding.kind == "need":
            find = Button(_("找成果"), small=True, on_click=lambda: self.match_wanted.emit(finding.owner))
            find.setToolTip("Ctrl+M")
            buttons.append(find)
        if editable or finding.kind == "need":
            edit = Button(_("改"), "quiet", small=True, on_click=lambda: self.edit_wanted.emit(finding.owner))
            buttons.append(edit)
        if editable:
            remove = Button(_("去掉"), "quiet", small=True, on_click=lambda: self.removal_wanted.emit(finding.owner))
            buttons.append(remove)
        self.add_buttons(*buttons)


class ProposalCard(VisitCard):
    """Something the program read in the note; nothing is written down before a person accepts it."""

    accepted = Signal(object)
    edit_wanted = Signal(object)
    ignored = Signal(object)

    def __init__(self, kind: str, tag: str, proposal: Proposal) -> None:
        title, lines, missing = _proposal_content(proposal)
        super().__init__(proposal.id, kind, tag, title, lines, missing)
        self.proposal = proposal
        self.accept_button = Button(_VERBS[type(proposal)], small=True, on_click=lambda: self.accepted.emit(proposal))
        buttons = [self.accept_button]
        if isinstance(proposal, NeedProposal | ReferralProposal | FollowUpProposal):
            buttons.append(Button(_("改"), "quiet", small=True, on_click=lambda: self.edit_wanted.emit(proposal)))
        self.ignore_button = Button(_("忽略"), "quiet", small=True, on_click=lambda: self.ignored.emit(proposal))
        self.add_buttons(*buttons, self.ignore_button)


def _finding_content(finding: Finding) -> tuple[str, Lines, Sequence[str]]:
    today = china_date(utc_now())
    if finding.need is not None:
        return _need_content(finding.need)
    if finding.referral is not None:
        one = finding.referral
        kind = label(CodeList.REFERRAL_KIND, one.kind) if one.kind else _("非技术诉求")
        due = date_text(one.due, today) if one.due else ""
        return one.text, ((_("类别"), kind), (_("转给"), one.refer_to), (_("期限"), due)), ()
    if finding.follow_up is not None:
        task = finding.follow_up
        due = date_text(task.due, today) if task.due else ""
        missing = () if task.due else (_("没写哪天办"),)
        return task.text, ((_("谁"), task.who), (_("哪天"), due), (_("办好"), _("是") if task.done else "")), missing
    return "", (), ()


def _need_content(need: NeedDetail) -> tuple[str, Lines, Sequence[str]]:
    draft = need.draft
    lines = [_metric_line(one.name, one.now, one.target, one.unit) for one in draft.metrics[:_METRICS_SHOWN]]
    deadline = date_text(draft.deadline, china_date(utc_now())) if draft.deadline else ""
    lines += [(_("预算"), need.budget), (_("期限"), deadline)]
    if need.state != NeedState.RAW:
        lines.append((_("状态"), need.state_label))
    missing = []
    if not draft.metrics and not draft.no_metric_reason:
        missing.append(_("没有数值，当面补上"))
    if not need.budget:
        missing.append(_("没问预算"))
    return draft.title, lines, missing[:1]


def _proposal_content(proposal: Proposal) -> tuple[str, Lines, Sequence[str]]:
    today = china_date(utc_now())
    match proposal:
        case NeedProposal():
            lines = [_metric_line(one.name, one.now, one.target, one.unit) for one in proposal.metrics[:_METRICS_SHOWN]]
            budget = budget_label(fen(proposal.budget_low), fen(proposal.budget_high))
            deadline = date_text(proposal.deadline, today) if proposal.deadline else ""
            return proposal.title, [*lines, (_("预算"), budget), (_("期限"), deadline)], proposal.missing[:2]
        case ReferralProposal():
            kind = label(CodeList.REFERRAL_KIND, proposal.kind) if proposal.kind else _("非技术诉求")
            return proposal.title, ((_("类别"), kind), (_("转给"), proposal.refer_to)), ()
        case FollowUpProposal():
            due = date_text(proposal.due, today) if proposal.due else ""
            words = (
                _("{words} → {day}").format(words=proposal.due_words, day=due) if proposal.due_words and due else due
            )
            return proposal.title, ((_("哪天"), words),), () if due else (_("没写哪天办"),)
        case ConfidentialProposal():
            return proposal.text, ((_("原话"), proposal.remark),), ()
        case PersonProposal():
            return proposal.name, ((_("电话"), proposal.phone),), ()


def _metric_line(name: str, now: str, target: str, unit: str) -> tuple[str, str]:
    return name[:_KEY], f"{now} → {target}{unit}" if now and target else f"{target or now}{unit}"

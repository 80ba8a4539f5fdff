"""Beside the note: the needs that came out of it, requests that are not technical, tasks, and what is still missing."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList, label
from broker_app.i18n import _, counted
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import NeedState
from broker_app.services.needs import NeedDetail
from broker_app.services.typed_dates import date_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Panel, clear_layout, row_of
from broker_app.ui.shell.page import scroll_column
from broker_app.ui.shell.text_blocks import IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.findings import Finding

WIDE, NARROW = 316, 300


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


class FindingCard(Card):
    """A need, request or task with what a person can do about it."""

    chosen = Signal(object)
    match_wanted = Signal(object)
    edit_wanted = Signal(object)
    removal_wanted = Signal(object)

    def __init__(self, finding: Finding, *, editable: bool) -> None:
        super().__init__(pad=12)
        self.finding = finding
        self.column.setSpacing(4)
        title, lines, missing = _content(finding)
        head = QHBoxLayout()
        head.setSpacing(8)
        colours = {"need": "accent", "referral": "vio", "follow_up": "warn"}
        head.addWidget(_Tag(finding.tag, colours[finding.kind]), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(_TitleWords(title), 1)
        self.column.addLayout(head)
        body = QVBoxLayout()
        body.setContentsMargins(28, 0, 0, 0)
        body.setSpacing(4)
        values = KeyValues(34, gap=0)
        values.show_lines(lines)
        if lines:
            body.addWidget(values)
        for words in missing:
            body.addLayout(_warning(words))
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        if finding.kind == "need":
            find = Button(_("找成果"), small=True, on_click=lambda: self.match_wanted.emit(finding.owner))
            find.setToolTip("Ctrl+M")
            buttons.addWidget(find)
            buttons.addSpacing(4)
        if editable or finding.kind == "need":
            buttons.addWidget(
                Button(_("改"), "quiet", small=True, on_click=lambda: self.edit_wanted.emit(finding.owner))
            )
        if editable:
            buttons.addWidget(
                Button(_("去掉"), "quiet", small=True, on_click=lambda: self.removal_wanted.emit(finding.owner))
            )
        buttons.addStretch(1)
        body.addLayout(buttons)
        self.column.addLayout(body)
        self.setAccessibleName(title)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choosing a card strengthens its spans."""
        self.chosen.emit(self.finding.owner)


class _TitleWords(Paragraph):
    """A heading that may take two lines."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "body", "text", strong=True, max_lines=2)


class SidePanel(Panel):
    """All cards of a visit."""

    chosen = Signal(object)
    match_wanted = Signal(object)
    edit_wanted = Signal(object)
    removal_wanted = Signal(object)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sunken", lines=("left",), parent=parent)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 0)
        whole.setSpacing(0)
        self._title = Words(_("从纪要里认出"), "section")
        self._count = Words("", "section", "text3", strong=False)
        head = row_of(self._title, self._count, None)
        head.setContentsMargins(13, 14, 14, 8)
        whole.addLayout(head)
        area, self._cards = scroll_column(margins=(13, 2, 14, 8), spacing=8)
        whole.addWidget(area, 1)
        self._foot = QWidget()
        self._foot_words = Words("", "meta", "bad_text")
        lock = IconLabel("lock-simple", "bad_text")
        foot = row_of(lock, self._foot_words, None, spacing=8)
        foot.setContentsMargins(16, 6, 14, 12)
        self._foot.setLayout(foot)
        whole.addWidget(self._foot)

    @property
    def cards(self) -> tuple[FindingCard, ...]:
        """The cards shown, in order."""
        items = (self._cards.itemAt(number) for number in range(self._cards.count()))
        widgets = (item.widget() for item in items if item is not None)
        return tuple(one for one in widgets if isinstance(one, FindingCard))

    def show_findings(self, findings: Sequence[Finding], confidential: int, *, editable: bool) -> None:
        """Show a card for each finding, and how many remarks must not leave."""
        clear_layout(self._cards)
        for finding in findings:
            card = FindingCard(finding, editable=editable)
            card.chosen.connect(self._on_chosen)
            card.match_wanted.connect(self.match_wanted)
            card.edit_wanted.connect(self.edit_wanted)
            card.removal_wanted.connect(self.removal_wanted)
            self._cards.addWidget(card)
        if not findings:
            words = _("在纪要里选一段，按 Ctrl+D 就是一条需求；右键还能记成诉求、跟进，或标为不得外传。")
            self._cards.addWidget(Paragraph(words, "meta", "text3"))
        self._cards.addStretch(1)
        self._count.setText(str(len(findings)) if findings else "")
        words = counted("{n} 处不得外传：不打印、不上公开库", "{n} 处不得外传：不打印、不上公开库", confidential)
        self._foot_words.setText(words)
        self._foot.setVisible(bool(confidential))

    def _on_chosen(self, owner: object) -> None:
        for card in self.cards:
            card.set_selected(card.finding.owner == owner)
        self.chosen.emit(owner)


def _content(finding: Finding) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
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


def _need_content(need: NeedDetail) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    draft = need.draft
    lines = [
        (one.name[:4], f"{one.now} → {one.target}{one.unit}" if one.now else f"{one.target}{one.unit}")
        for one in draft.metrics[:3]
    ]
    deadline = date_text(draft.deadline, china_date(utc_now())) if draft.deadline else ""
    lines += [(_("预算"), need.budget), (_("期限"), deadline)]
    if need.state != NeedState.RAW:
        lines.append((_("状态"), need.state_label))
    missing = []
    if not draft.metrics and not draft.no_metric_reason:
        missing.append(_("没有数值，当面补上"))
    if not need.budget:
        missing.append(_("没问预算"))
    return draft.title, tuple(lines), tuple(missing[:1])


def _warning(words: str) -> QHBoxLayout:
    return row_of(IconLabel("warning-circle", "warn_text"), Words(words, "meta", "warn_text"), None, spacing=5)

"""合并企业: two records of one firm side by side, which value each field keeps, what moves, and what comes of it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, counted
from broker_app.services.enterprise_merge import (
    PICKED,
    UNDO_DAYS,
    FirmSide,
    MergeQuestion,
    fact_words,
    merge_enterprises,
    merge_question,
    merged_draft,
    undo_merge,
)
from broker_app.services.enterprises import JOINED, EnterpriseDraft
from broker_app.services.field_words import field_word
from broker_app.ui.needs.wording_choice import Wording, WordingChoice
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Tick
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.text_blocks import Facts, IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme

_WIDTH = 900


class MergeFirmsDialog(Dialog):
    """Nothing is written before 合并成一家."""

    merged = Signal(object, object)
    """The id of the firm that stays, and of the one that went into it."""

    def __init__(self, host: QWidget, desk: Desk, question: MergeQuestion) -> None:
        super().__init__(
            host, _("合并企业"), primary=_("合并成一家"), icon="git-merge", dismiss=_("先不合并"), width=_WIDTH
        )
        self._desk = desk
        self.question = question
        self.from_other: set[str] = set()
        self.choices: dict[str, WordingChoice] = {}
        self._problem = Paragraph("", "body", "bad_text")
        self._problem.hide()
        self.content.addWidget(self._problem)
        self._inside = QVBoxLayout()
        self._inside.setSpacing(12)
        self.content.addLayout(self._inside)
        self.keep_words = Tick(_("没选上的写法记进简介，免得丢了"))
        self.keep_words.setChecked(True)
        self.keep_words.toggled.connect(lambda _on: self._show_draft())
        self.content.addWidget(self.keep_words)
        card = Card(ground="sunken")
        card.add_heading(_("合并以后"))
        self._lines = KeyValues(round(110 * max(1.0, theme().scale.factor)))
        card.column.addWidget(self._lines)
        self.content.addWidget(card)
        self.content.addStretch(1)
        self.foot.insertWidget(0, IconLabel("shield-check", "ok_text"))
        self.foot.insertWidget(1, Words(_("{days} 天内可以撤销").format(days=UNDO_DAYS), "meta", "text2"))
        self._lay_out()

    @property
    def draft(self) -> EnterpriseDraft:
        """What the merged firm will say."""
        return merged_draft(self.question, tuple(self.from_other), keep_words=self.keep_words.isChecked())

    @property
    def problem(self) -> str:
        """What the store refused, or ""."""
        return self._problem.text if not self._problem.isHidden() else ""

    def swap(self) -> None:
        """Keep the other record instead; whatever was chosen stays chosen."""
        chosen = {name for name in self.question.differing if name not in self.from_other}
        self.question = MergeQuestion(self.question.other, self.question.keep)
        self.from_other = chosen
        self._lay_out()

    def accept(self) -> None:
        """Merge, tell, and offer 撤销."""
        keep, other, draft = self.question.keep.id, self.question.other.id, self.draft
        self.primary_button.setEnabled(False)
        self._problem.hide()
        self._desk.tasks.write(
            self,
            lambda session: merge_enterprises(session, keep, other, draft),
            lambda _none: self._on_merged(draft.name),
            self._on_refused,
        )

    def _on_merged(self, name: str) -> None:
        keep, other, tasks, host = self.question.keep.id, self.question.other.id, self._desk.tasks, self._desk

        def undo() -> None:
            tasks.write(host, lambda session: undo_merge(session, other))

        self.close_with(True)
        self.merged.emit(keep, other)
        host.toast(_("已合并成一家：{name}").format(name=name), icon="git-merge", undo=undo)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        self._problem.set_text(error.message)
        self._problem.show()

    def _lay_out(self) -> None:
        clear_layout(self._inside)
        question = self.question
        if question.two_codes:
            words = _("两条的信用代码不同，按规定是两家企业。确认其中一个写错了再合并。")
            self._inside.addWidget(Banner("warn", _("先核对信用代码"), words))
        self._inside.addLayout(self._heads())
        self.choices = {}
        for name in question.differing:
            sides = ((question.keep, False), (question.other, True))
            wordings = [Wording(one.draft.name, fact_words(name, one.draft), {"other": taken}) for one, taken in sides]
            choice = WordingChoice(field_word("enterprise", name), wordings, 2)
            choice.chosen.connect(lambda wording, name=name: self._choose(name, wording.changes))
            self.choices[name] = choice
            self._inside.addWidget(choice)
        if not question.differing:
            self._inside.addWidget(Paragraph(_("两条写的没有不同，直接合并就行。"), "body", "text2"))
        self.keep_words.setVisible(bool(question.differing))
        self._show_draft()

    def _heads(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for number, (side, title) in enumerate(
            ((self.question.keep, _("留下这一条")), (self.question.other, _("并进去，放进回收站")))
        ):
            grid.setColumnStretch(number, 1)
            grid.addWidget(Words(title, "meta", "text3"), 0, number)
            name = Paragraph(side.draft.name, "section", "text", strong=True, max_lines=3)
            grid.addWidget(name, 1, number, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Facts(child_words(side.counts) or [_("还没有来往")]), 2, number)
        swap = Button(_("对调：留另一条"), "quiet", icon="arrows-left-right", small=True, on_click=self.swap)
        grid.addLayout(row_of(swap, None), 3, 0, 1, 2)
        return grid

    def _choose(self, name: str, changes: Mapping[str, object]) -> None:
        if changes["other"]:
            self.from_other.add(name)
        else:
            self.from_other.discard(name)
        self._show_draft()

    def _show_draft(self) -> None:
        for name, choice in self.choices.items():
            choice.show_choice({"other": name in self.from_other})
        draft = self.draft
        both: dict[str, int] = {}
        for side in (self.question.keep, self.question.other):
            for kind, count in side.counts.items():
                both[kind] = both.get(kind, 0) + count
        lines = [(field_word("enterprise", name), fact_words(name, draft)) for name in (*PICKED, *JOINED, "profile")]
        self._lines.show_lines([*lines, (_("名下"), _("，").join(child_words(both)))])


def open_merge(
    host: QWidget, desk: Desk, keep: UUID, other: UUID, on_merged: Callable[[], object] = lambda: None
) -> None:
    """Read both records and open the wizard over ``host``; the one with more behind it is proposed to stay."""

    def show(question: MergeQuestion) -> None:
        if _weight(question.other) > _weight(question.keep):
            question = MergeQuestion(question.other, question.keep)
        dialog = MergeFirmsDialog(host, desk, question)
        dialog.merged.connect(lambda _keep, _other: on_merged())
        dialog.open()

    desk.tasks.read(desk, lambda session: merge_question(session, keep, other), show)


def child_words(counts: Mapping[str, int]) -> list[str]:
    """How much hangs on a firm, in words; what there is none of is left out."""
    words = (
        ("visit", counted("{n} 次走访", "{n} 次走访", counts.get("visit", 0))),
        ("need", counted("{n} 条需求", "{n} 条需求", counts.get("need", 0))),
        ("contact", counted("{n} 位联系人", "{n} 位联系人", counts.get("contact", 0))),
        ("referral_request", counted("{n} 条诉求", "{n} 条诉求", counts.get("referral_request", 0))),
        ("follow_up", counted("{n} 件后续任务", "{n} 件后续任务", counts.get("follow_up", 0))),
        ("attachment", counted("{n} 个附件", "{n} 个附件", counts.get("attachment", 0))),
    )
    return [said for kind, said in words if counts.get(kind)]


def _weight(side: FirmSide) -> tuple[bool, int]:
    return bool(side.draft.credit_code), sum(side.counts.values())

"""Small forms for a request that is not technical, and for a task."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.codes.lists import CodeList, entry
from broker_app.i18n import _
from broker_app.services.numbers import today
from broker_app.services.visits import FollowUpDraft, ReferralDraft
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, Tick, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit, commit_composition


class ReferralDialog(Dialog):
    """What a firm asks for besides technology, and who shall answer."""

    given = Signal(object)

    def __init__(self, host: QWidget, draft: ReferralDraft) -> None:
        super().__init__(host, _("非技术诉求"), primary=_("记下"), icon="check")
        self._draft = draft
        self.text = _area(draft.text)
        self.kind = Combo(list_choices(CodeList.REFERRAL_KIND), empty=_("还没定"))
        self.kind.set_code(draft.kind)
        self.refer_to = ImeAwareLineEdit(draft.refer_to, placeholder=_("如 经信局 企业服务科"))
        self.due = DateLine(today=today)
        self.due.set_day(draft.due)
        self.text_field = Field(_("诉求"), self.text, required=True)
        self.due_field = Field(_("哪天前答复"), self.due)
        self.content.addWidget(self.text_field)
        self.content.addLayout(row_of(Field(_("类别"), self.kind), Field(_("转给谁"), self.refer_to), self.due_field))
        self.kind.currentIndexChanged.connect(self._propose_destination)

    def accept(self) -> None:
        """Give the draft back, if it says what is asked for."""
        commit_composition()
        if not self.text.toPlainText().strip():
            self.text_field.show_error(_("请写诉求的内容。"))
            return
        if self.due.unreadable:
            self.due_field.show_error(_("看不懂这个日子"))
            return
        self.given.emit(
            replace(
                self._draft,
                text=self.text.toPlainText().strip(),
                kind=self.kind.code,
                refer_to=self.refer_to.text().strip(),
                due=self.due.day,
            )
        )
        self.close_with(True)

    def _propose_destination(self) -> None:
        found = entry(CodeList.REFERRAL_KIND, self.kind.code) if self.kind.code else None
        if found and not self.refer_to.text().strip():
            self.refer_to.set_text(found.refer_to)


class FollowUpDialog(Dialog):
    """Who does what by when."""

    given = Signal(object)

    def __init__(self, host: QWidget, draft: FollowUpDraft) -> None:
        super().__init__(host, _("跟进"), primary=_("记下"), icon="check")
        self._draft = draft
        self.text = _area(draft.text)
        self.who = ImeAwareLineEdit(draft.who, placeholder=_("如 张老师"))
        self.due = DateLine(today=today)
        self.due.set_day(draft.due)
        self.done_tick = Tick(_("已经办好"))
        self.done_tick.setChecked(draft.done)
        self.text_field = Field(_("要做什么"), self.text, required=True)
        self.due_field = Field(_("哪天"), self.due)
        self.content.addWidget(self.text_field)
        self.content.addLayout(row_of(Field(_("谁"), self.who), self.due_field))
        self.content.addWidget(self.done_tick)

    def accept(self) -> None:
        """Give the draft back, if it says what to do."""
        commit_composition()
        if not self.text.toPlainText().strip():
            self.text_field.show_error(_("请写要跟进什么。"))
            return
        if self.due.unreadable:
            self.due_field.show_error(_("看不懂这个日子"))
            return
        self.given.emit(
            replace(
                self._draft,
                text=self.text.toPlainText().strip(),
                who=self.who.text().strip(),
                due=self.due.day,
                done=self.done_tick.isChecked(),
            )
        )
        self.close_with(True)


def _area(text: str) -> ImeAwareTextEdit:
    area = text_area(lines=3)
    area.setPlainText(text)
    return area

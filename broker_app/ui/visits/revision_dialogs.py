"""Corrections beside a note that is final, reasons for a step, and the history of a visit."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.typed_dates import moment_text
from broker_app.services.visits import VisitDetail
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Facts, Paragraph, Words


class CorrectionDialog(Dialog):
    """更正: the note stays as it is, this text stands beside it."""

    given = Signal(str, str)

    def __init__(self, host: QWidget, note: str) -> None:
        super().__init__(host, _("更正纪要"), primary=_("写下更正"), icon="check")
        self.content.addWidget(Paragraph(_("原文会一直保留，更正写在旁边，打印时一起印出。"), "body", "text2"))
        self.content.addWidget(Paragraph(note, "meta", "text3", max_lines=4))
        self.text, self.reason = text_area(lines=4), ImeAwareLineEdit(placeholder=_("如 数字听错了"))
        self.text_field = Field(_("更正为"), self.text, required=True)
        self.reason_field = Field(_("为什么"), self.reason, required=True)
        self.content.addWidget(self.text_field)
        self.content.addWidget(self.reason_field)

    def accept(self) -> None:
        """Hand both texts on; the dialog is closed when they have been written."""
        commit_composition()
        self.text_field.show_error("")
        self.reason_field.show_error("")
        self.given.emit(self.text.toPlainText(), self.reason.text())

    def show_refusal(self, error: BrokerError) -> None:
        """Show what is missing beside its field."""
        field = error.field if isinstance(error, InvalidInputError) else ""
        (self.reason_field if field == "reason" else self.text_field).show_error(error.message)


class ReasonDialog(Dialog):
    """Why a step is taken."""

    given = Signal(str)

    def __init__(self, host: QWidget, step: str) -> None:
        super().__init__(host, _("改为「{state}」").format(state=step), primary=_("确定"), icon="check")
        self.reason = ImeAwareLineEdit(placeholder=_("如 企业临时停产"))
        self.reason_field = Field(_("原因"), self.reason, required=True)
        self.content.addWidget(self.reason_field)

    def accept(self) -> None:
        """Hand the reason on."""
        commit_composition()
        if not self.reason.text().strip():
            self.reason_field.show_error(_("请写原因"))
            return
        self.given.emit(self.reason.text().strip())
        self.close_with(True)


class HistoryDialog(Dialog):
    """Every step a visit took."""

    def __init__(self, host: QWidget, visit: VisitDetail) -> None:
        super().__init__(host, _("来龙去脉"), dismiss=_("知道了"))
        self.content.addWidget(Facts([visit.number, _("记录人 {name}").format(name=visit.author)]))
        for move in visit.moves:
            words = _("{before} → {after}").format(before=move.from_label, after=move.to_label)
            self.content.addWidget(Words(words, "body", strong=True))
            self.content.addWidget(Facts([moment_text(move.at, utc_now()), move.who, move.why]))
        if not visit.moves:
            self.content.addWidget(Paragraph(_("还是草稿，没有经过任何一步。"), "body", "text2"))

"""发布需求: exactly what everybody will read, what stays inside, and whom they ask."""

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, counted, listed
from broker_app.services.publishing import Office, PublicPreview, publish_need
from broker_app.ui.shell.cards import Card
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.record_form import field_row
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph, Words

_WIDTH = 680


class PublishDialog(Dialog):
    """Shows the public text and asks whom to name; nothing goes before 公开 is pressed."""

    published = Signal()

    def __init__(self, host: QWidget, desk: Desk, need_id: UUID, preview: PublicPreview) -> None:
        super().__init__(
            host, _("公开这条需求"), primary=_("公开"), icon="megaphone", dismiss=_("先不公开"), width=_WIDTH
        )
        self._desk, self._need_id = desk, need_id
        self.preview = preview
        self.faults = [Paragraph(words, "body", "bad_text", strong=True) for words in preview.faults]
        for fault in self.faults:
            self.content.addWidget(fault)
        self.content.addWidget(Paragraph(_("所有登录这个服务器的人都会看到下面这些，一字不多："), "body", "text2"))
        public = Card(ground="sunken")
        self.lines = KeyValues()
        self.lines.show_lines(preview.lines)
        public.column.addWidget(self.lines)
        self.content.addWidget(public)
        if preview.cut:
            words = "有 {n} 处企业名称、人名或不得外传的话，已换成［略］。"
            cut = counted(words, words, preview.cut)
            self.content.addWidget(Paragraph(cut, "body", "warn_text"))
        for words in preview.reminders:
            asked = _("企业要求「{words}」不得外传，请自己再看一遍上面有没有。").format(words=words)
            self.content.addWidget(Paragraph(asked, "body", "warn_text"))
        inside = _("只留在团队里：{words}").format(words=listed(preview.stays_inside))
        self.content.addWidget(Paragraph(inside, "meta", "text2"))
        self.content.addWidget(Words(_("有兴趣的人找谁"), "body", "text", strong=True))
        self.unit, self.person, self.phone = ImeAwareLineEdit(), ImeAwareLineEdit(), ImeAwareLineEdit()
        for line, words in zip((self.unit, self.person, self.phone), _said(preview.office), strict=True):
            line.setText(words)
        self.unit_field = Field(_("联系单位"), self.unit, required=True, help_text=_("写科技局或你的机构，不写企业"))
        self.name_field = Field(_("联系人"), self.person)
        self.phone_field = Field(_("办公电话"), self.phone, required=True)
        self.content.addWidget(self.unit_field)
        self.content.addLayout(field_row((self.name_field, 1), (self.phone_field, 1)))
        self.primary_button.setEnabled(not preview.faults)

    def accept(self) -> None:
        """Publish what is shown; if the need says something else by now, nothing goes."""
        commit_composition()
        for field in (self.unit_field, self.name_field, self.phone_field):
            field.show_error("")
        office = Office(self.unit.text(), self.person.text(), self.phone.text())
        need_id, shown = self._need_id, self.preview.text
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(
            self,
            lambda session: publish_need(session, need_id, office, expected=shown),
            self._on_done,
            self._on_refused,
        )

    def _on_done(self, _record: object) -> None:
        self.published.emit()
        self.close_with(True)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        fields = {"unit": self.unit_field, "name": self.name_field, "phone": self.phone_field}
        if isinstance(error, InvalidInputError) and error.field in fields:
            fields[error.field].show_error(error.message)
        else:
            self.close_with(False)
            self._desk.complain(error)


def _said(office: Office) -> tuple[str, str, str]:
    return office.unit, office.name, office.phone

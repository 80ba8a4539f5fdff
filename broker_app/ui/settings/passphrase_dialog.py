"""Changing the passphrase of this computer."""

from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.services.upkeep import set_passphrase
from broker_app.ui.gate.window import PassphraseLine
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field


class PassphraseDialog(Dialog):
    """The old one once, the new one twice."""

    def __init__(self, host: QWidget, desk: Desk) -> None:
        super().__init__(host, _("换口令"), primary=_("换掉"), icon="key", dismiss=_("不换了"))
        self._desk = desk
        self.old, self.first, self.second = PassphraseLine(), PassphraseLine(), PassphraseLine()
        self.old_field = Field(_("现在的口令"), self.old)
        self.first_field = Field(_("新口令"), self.first, help_text=_("至少 10 个字母数字，或 5 个汉字"))
        self.second_field = Field(_("再输一次"), self.second)
        for field in (self.old_field, self.first_field, self.second_field):
            self.content.addWidget(field)

    def accept(self) -> None:
        """Change it off the UI thread; what is refused stays open."""
        for field in (self.old_field, self.first_field, self.second_field):
            field.show_error("")
        if self.first.text() != self.second.text():
            self.second_field.show_error(_("两次输得不一样"))
            return
        sessions, old, new = self._desk.tasks.sessions, self.old.text(), self.first.text()
        self.primary_button.setEnabled(False)
        self._desk.tasks.run(self, lambda: set_passphrase(sessions, old, new), self._on_done, self._on_refused)

    def _on_done(self, _none: None) -> None:
        self.close_with(True)
        self._desk.toast(_("口令已换，下次用新的"), icon="key")

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        (self.first_field if isinstance(error, InvalidInputError) else self.old_field).show_error(error.message)

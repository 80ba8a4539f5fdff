"""不收: what somebody asked for stays undone, and they read why."""

from uuid import UUID

from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.sync.decisions import decline
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition


class DeclineDialog(Dialog):
    """Asks for one sentence."""

    def __init__(self, host: QWidget, desk: Desk, conflict: UUID, title: str) -> None:
        super().__init__(host, _("不收「{title}」").format(title=title), primary=_("不收"), dismiss=_("再想想"))
        self._desk, self._conflict = desk, conflict
        self.why = ImeAwareLineEdit(placeholder=_("如 主要问题写得太简单，看不出要什么"))
        self.field = Field(_("为什么"), self.why, required=True, help_text=_("对方会看到这句话，改好后可以再送"))
        self.content.addWidget(self.field)

    def accept(self) -> None:
        """Send the answer with the next exchange."""
        commit_composition()
        why, conflict = self.why.text(), self._conflict
        self._desk.tasks.write(
            self, lambda session: decline(session, conflict, why), lambda _none: self.close_with(True), self._on_refused
        )

    def _on_refused(self, error: BrokerError) -> None:
        if isinstance(error, InvalidInputError):
            self.field.show_error(error.message)
        else:
            self.close_with(False)
            self._desk.complain(error)

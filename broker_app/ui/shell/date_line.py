"""The field for a day as people type it. It stands alone because the entrance has no use for what reads dates."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.services.typed_dates import date_text, typed_date
from broker_app.ui.shell.ime import ImeAwareLineEdit


class DateLine(ImeAwareLineEdit):
    """A day as people type it (11.22, 明天, 下周三); shown in full when the field is left."""

    def __init__(self, *, today: Callable[[], date], placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", placeholder=placeholder or _("如 11.22、下周三"), parent=parent)
        self._today = today
        self.editingFinished.connect(self._show_in_full)

    @property
    def day(self) -> date | None:
        """The day typed, or None if there is none or it cannot be read."""
        return typed_date(self.text(), self._today())

    @property
    def unreadable(self) -> bool:
        """Whether something was typed that is no day."""
        return bool(self.text().strip()) and self.day is None

    def set_day(self, day: date | None) -> None:
        """Show ``day``."""
        self.set_text(date_text(day, self._today()) if day else "")

    def _show_in_full(self) -> None:
        if self.day is not None:
            self.set_day(self.day)

"""What every page is given: work off the UI thread, the person, and the ways to move about and to speak up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from broker_app.errors import BrokerError
from broker_app.services.profile import Profile, read_profile
from broker_app.settings import Settings, write_settings
from broker_app.ui.shell.commands import CommandBook
from broker_app.ui.shell.tasks import TaskRunner


class Desk(QObject):
    """Handed to each page; it knows no page and no window, they listen to it."""

    place_wanted = Signal(str, object)
    """Name of a page and what to open there (a record id, a draft, or None)."""

    step_back_wanted = Signal()

    toast_wanted = Signal(str, str, object)
    """Words, icon, and what takes the act back (or None)."""

    complaint = Signal(object, object)
    """A :class:`BrokerError` to show on the page, and buttons that help (a tuple)."""

    settings_changed = Signal(object)
    profile_changed = Signal(object)
    lock_wanted = Signal()

    def __init__(
        self, tasks: TaskRunner, settings: Settings, settings_file: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self.settings = settings
        self.commands = CommandBook(self)
        self.profile: Profile = tasks.fetch(read_profile)
        self._settings_file = settings_file
        self.cut_short_since: datetime | None = None
        """Since when the last sitting lay open if it did not end as it should; set where the window is built."""
        tasks.failed.connect(self.complain)
        tasks.data_changed.connect(self._read_profile_again)

    @property
    def profile_folder(self) -> Path:
        """The folder of the profile in use."""
        return self._settings_file.parent

    def go(self, page: str, what: object = None) -> None:
        """Show another page, opened at ``what``."""
        self.place_wanted.emit(page, what)

    def go_back(self) -> None:
        """Show the page before this one."""
        self.step_back_wanted.emit()

    def toast(self, words: str, *, icon: str = "check-circle", undo: Callable[[], object] | None = None) -> None:
        """Say what was just done; ``undo`` is offered for ten seconds and by Ctrl+Z."""
        self.toast_wanted.emit(words, icon, undo)

    def complain(self, error: BrokerError, *actions: Any) -> None:
        """Show what went wrong on the page, with buttons that help."""
        self.complaint.emit(error, actions)

    def change_settings(self, **changes: Any) -> None:
        """Choose something; it is written at once and holds from now on."""
        self.settings = replace(self.settings, **changes)
        write_settings(self._settings_file, self.settings)
        self.settings_changed.emit(self.settings)

    def _read_profile_again(self, models: frozenset[str]) -> None:
        if "ProfileValue" in models:
            self.profile = self.tasks.fetch(read_profile)
            self.profile_changed.emit(self.profile)

"""Everything that can be done, once: menus, shortcuts, the palette and the key sheet read this book."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class Command:
    """Something a person can ask for. ``keys`` is a shortcut as Qt writes it ("Ctrl+N"), or ""."""

    name: str
    title: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = "command"
    group: str = ""


class CommandBook(QObject):
    """All commands that can be given now."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands: dict[str, Command] = {}

    def add(self, command: Command) -> None:
        """Add a command, or replace the one of the same name."""
        self._commands[command.name] = command
        self.changed.emit()

    def all(self) -> Sequence[Command]:
        """Every command in the order added."""
        return tuple(self._commands.values())

    def find(self, name: str) -> Command | None:
        """The command of that name, if there is one."""
        return self._commands.get(name)

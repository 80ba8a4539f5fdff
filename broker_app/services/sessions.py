"""Sessions as callers above the services name them, so that a window need not know the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy.orm import Session

__all__ = ["Session", "Sessions"]


class Sessions(Protocol):
    """A source of sessions: the open store."""

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one moment of the store and writes nothing."""

    def write(self) -> AbstractContextManager[Session]:
        """A session in one transaction, committed at its end or taken back whole."""

    def on_change(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call ``listener`` with the class names of what each commit has touched, in the writing thread."""

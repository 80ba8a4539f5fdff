"""Keeping what is typed in a form: written within a second after the last key, and at least every three seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from broker_app.errors import BrokerError
from broker_app.services.sessions import Session
from broker_app.ui.shell.ime import commit_composition
from broker_app.ui.shell.tasks import TaskRunner

SAVE_AFTER_MS = 800
SAVE_AT_LEAST_EVERY_MS = 2000

Save = Callable[[Session, UUID | None], UUID]
"""Writes what is typed to the record of that id (None: a new one) and returns its id."""


@dataclass
class _Place:
    """Where a record is written. A new one gets its id from its first write, on the writer's thread."""

    record_id: UUID | None
    landed: bool


class Autosave(QObject):
    """Asks ``typed`` for what stands in the form and hands it to the store."""

    saved = Signal(object)
    """The id of the record shown, when what was typed has landed."""

    refused = Signal(object)
    """The :class:`BrokerError` with which the store refused it; nothing was changed."""

    def __init__(self, tasks: TaskRunner, typed: Callable[[], Save], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._typed = tasks, typed
        self._place = _Place(None, False)
        self._dirty = False
        self._under_way = 0
        self._waiting: list[Callable[[], object]] = []
        self._soon, self._latest = QTimer(self), QTimer(self)
        for timer, pause in ((self._soon, SAVE_AFTER_MS), (self._latest, SAVE_AT_LEAST_EVERY_MS)):
            timer.setSingleShot(True)
            timer.setInterval(pause)
            timer.timeout.connect(self.save_now)

    @property
    def record_id(self) -> UUID | None:
        """The record shown, None while a new one has not landed."""
        return self._place.record_id if self._place.landed else None

    @property
    def idle(self) -> bool:
        """Whether everything typed has landed."""
        return not self._dirty and not self._under_way

    def begin(self, record_id: UUID | None) -> None:
        """Another record is shown; hand on what is typed in the last one with :meth:`flush` before."""
        self._place = _Place(record_id, record_id is not None)
        self._dirty = False
        self._waiting.clear()
        self._soon.stop()
        self._latest.stop()

    def touch(self) -> None:
        """Something was typed."""
        self._dirty = True
        self._soon.start()
        if not self._latest.isActive():
            self._latest.start()

    def flush(self) -> None:
        """Hand what is typed to the store at once."""
        commit_composition()
        self.save_now()

    def save_now(self, then: Callable[[], object] | None = None) -> None:
        """Write if something was typed; ``then`` runs when everything has landed, not after a refusal."""
        if then is not None:
            self._waiting.append(then)
        if self._dirty:
            self._soon.stop()
            self._latest.stop()
            self._dirty = False
            self._under_way += 1
            place, save = self._place, self._typed()

            def work(session: Session) -> UUID:
                # Writes keep their order, so the second one of a new record finds the id of the first.
                place.record_id = save(session, place.record_id)
                return place.record_id

            self._tasks.write(self, work, partial(self._on_saved, place), partial(self._on_refused, place))
        elif not self._under_way:
            self._go_on()

    def _on_saved(self, place: _Place, record_id: UUID) -> None:
        place.landed = True
        self._under_way -= 1
        if place is not self._place:
            return
        self.saved.emit(record_id)
        if not self._under_way and not self._dirty:
            self._go_on()

    def _on_refused(self, place: _Place, error: BrokerError) -> None:
        self._under_way -= 1
        if not place.landed:
            place.record_id = None
        if place is not self._place:  # the form shows another record by now
            self._tasks.failed.emit(error)
            return
        self._dirty = True  # it stands in the form only; the next key or leaving the page tries again
        self._waiting.clear()
        self.refused.emit(error)

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each()

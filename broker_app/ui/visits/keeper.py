"""Keeps what is typed in a visit: within a second after the last key, at least every two seconds while typing on.

Writes share one thread and land in the order they were asked for. A new visit has no id before its first write has
landed; later writes find the id in the :class:`Sitting` they share, so nothing is written twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from broker_app.errors import BrokerError
from broker_app.rules.states import VisitState
from broker_app.services.needs import get_need, save_need
from broker_app.services.sessions import Session
from broker_app.services.visits import Span, VisitDraft, get_visit, move_visit, save_visit
from broker_app.ui.shell.tasks import TaskRunner

SAVE_AFTER_MS = 800
SAVE_AT_LEAST_EVERY_MS = 2000


@dataclass
class Sitting:
    """One visit while it is in the editor. ``visit_id`` is None until its first write has landed.

    ``row_id`` belongs to the writing thread: the row its first write made, which may not have landed yet. ``shown``
    is what stood in the fields when they were filled or written last: what differs from it was typed.
    """

    visit_id: UUID | None = None
    planned: bool = False
    row_id: UUID | None = None
    shown: VisitDraft | None = None


@dataclass(frozen=True)
class Typed:
    """What the editor holds now: the visit, and where the spans of its needs have moved to."""

    draft: VisitDraft
    moved_spans: dict[UUID, tuple[Span, ...]]


class VisitKeeper(QObject):
    """Decides when to write; ``gather`` asks the editor what is typed."""

    saved = Signal(object, bool)
    """The sitting that was written, and whether that made its row."""

    refused = Signal(object)

    def __init__(self, tasks: TaskRunner, gather: Callable[[], Typed], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._gather = tasks, gather
        self.sitting = Sitting()
        self.dirty = False
        self._soon, self._latest = QTimer(self), QTimer(self)
        for timer, pause in ((self._soon, SAVE_AFTER_MS), (self._latest, SAVE_AT_LEAST_EVERY_MS)):
            timer.setSingleShot(True)
            timer.setInterval(pause)
            timer.timeout.connect(self.save)

    def begin(self, sitting: Sitting) -> None:
        """Go on with another visit; what was typed in the one before is on its way to the store."""
        self.save()
        self.sitting = sitting
        self.dirty = False

    def touch(self) -> None:
        """Something was typed."""
        self.dirty = True
        self._soon.start()
        if not self._latest.isActive():
            self._latest.start()

    def drop(self) -> None:
        """Forget what is typed: the visit is being removed."""
        self._soon.stop()
        self._latest.stop()
        self.dirty = False

    def save(self) -> None:
        """Write now if something changed."""
        self._write(None)

    def save_then(self, then: Callable[[UUID], object]) -> None:
        """Write now; ``then`` gets the visit's id when it has landed. A visit nobody typed in has none."""
        if self.dirty or self.sitting.visit_id is None:
            self._write(then)
        else:
            then(self.sitting.visit_id)

    def _write(self, then: Callable[[UUID], object] | None) -> None:
        self._soon.stop()
        self._latest.stop()
        if not self.dirty:
            return
        sitting, typed = self.sitting, self._gather()
        self.dirty = False

        def work(session: Session) -> bool:
            known = sitting.row_id or sitting.visit_id
            is_new = known is None
            saved = save_visit(session, _merged(session, known, sitting.shown, typed.draft), known)
            if is_new and sitting.planned:
                move_visit(session, saved, VisitState.PLANNED)
            for need_id, spans in typed.moved_spans.items():
                save_need(session, replace(get_need(session, need_id).draft, spans=spans), need_id)
            sitting.row_id = saved  # the next write of this sitting waits in the same thread
            return is_new

        def done(is_new: bool) -> None:
            sitting.visit_id = sitting.row_id
            sitting.shown = typed.draft
            self.saved.emit(sitting, is_new)
            if then is not None and sitting.visit_id is not None:
                then(sitting.visit_id)

        def refused(error: BrokerError) -> None:
            sitting.row_id = sitting.visit_id
            if sitting is self.sitting:
                self.dirty = True  # it is tried again with the next key
            self.refused.emit(error)

        self._tasks.write(self, work, done, refused)


def _merged(session: Session, visit_id: UUID | None, shown: VisitDraft | None, typed: VisitDraft) -> VisitDraft:
    """What was typed here, over what the store has now: the calendar or another computer may have changed the rest."""
    if visit_id is None or shown is None:
        return typed
    changed = {
        field.name: getattr(typed, field.name)
        for field in fields(typed)
        if getattr(typed, field.name) != getattr(shown, field.name)
    }
    return replace(get_visit(session, visit_id).draft, **changed)

"""The one bridge between threads and the window.

Writes share one thread, so they land in the order they were asked for; long reads and other work have their own.
The outcome is delivered on the UI thread, and only while the widget that asked still lives.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from broker_app.errors import BrokerError
from broker_app.services.sessions import Session, Sessions

T = TypeVar("T")


def ignore(_outcome: object) -> None:
    """For work whose outcome nobody waits for."""


class TaskRunner(QObject):
    """Runs work off the UI thread and hands its outcome back to it."""

    data_changed = Signal(frozenset)
    """Class names of the records a commit has touched ("Visit", "Need" ...)."""

    saved = Signal()
    """A write that somebody asked for has landed in the store."""

    failed = Signal(object)
    """A :class:`BrokerError` nobody else took care of."""

    crashed = Signal(object)
    """An exception that is a fault of the program."""

    _outcome_ready = Signal(object)

    def __init__(self, sessions: Sessions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sessions = sessions
        self._writer = ThreadPoolExecutor(1, "writer")
        self._worker = ThreadPoolExecutor(2, "worker")
        self._finished = False
        self._open = 0  # asked for, outcome not handed to the event loop yet
        self._all_done = Condition()
        self._outcome_ready.connect(self._deliver)
        sessions.on_change(self._tell_change)

    def fetch(self, work: Callable[[Session], T]) -> T:
        """A short read on the UI thread: one page of a list, one record."""
        with self.sessions.read() as session:
            return work(session)

    def read(
        self,
        owner: QObject,
        work: Callable[[Session], T],
        on_done: Callable[[T], object],
        on_error: Callable[[BrokerError], object] | None = None,
    ) -> None:
        """Run ``work`` in a reading session of its own thread."""

        def in_session() -> T:
            with self.sessions.read() as session:
                return work(session)

        self._submit(self._worker, owner, in_session, on_done, on_error)

    def write(
        self,
        owner: QObject,
        work: Callable[[Session], T],
        on_done: Callable[[T], object] = ignore,
        on_error: Callable[[BrokerError], object] | None = None,
        *,
        asked_for: bool = True,
    ) -> None:
        """Run ``work`` in one transaction; it is taken back whole if it raises.

        What the program writes for itself is not ``asked_for``: nobody is told that something was saved.
        """

        def in_transaction() -> T:
            with self.sessions.write() as session:
                return work(session)

        def done(outcome: T) -> None:
            if asked_for:
                self.saved.emit()
            on_done(outcome)

        self._submit(self._writer, owner, in_transaction, done, on_error)

    def run(
        self,
        owner: QObject,
        work: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[BrokerError], object] | None = None,
    ) -> None:
        """Run ``work`` that needs no session: setting a paper, reading a file."""
        self._submit(self._worker, owner, work, on_done, on_error)

    @property
    def is_finishing(self) -> bool:
        """Whether the window is closing; long work asks between its steps and stops."""
        return self._finished

    @property
    def is_busy(self) -> bool:
        """Whether something that was asked for is still being done."""
        with self._all_done:
            return self._open > 0

    def finish(self) -> None:
        """Wait for everything that was asked for; what is asked afterwards is not done: the window is closing."""
        self._finished = True
        self._writer.shutdown(wait=True)
        self._worker.shutdown(wait=True, cancel_futures=True)

    def wait_for_all(self) -> None:
        """Wait until everything asked for so far is done (its outcomes still have to be delivered)."""
        with self._all_done:
            self._all_done.wait_for(lambda: self._open == 0)

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        owner: QObject,
        work: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[BrokerError], object] | None,
    ) -> None:
        def hand_over(future: Future[T]) -> None:
            if future.cancelled() or not isValid(owner):
                return  # its page was closed meanwhile
            error = future.exception()
            if error is None:
                on_done(future.result())
            elif not isinstance(error, BrokerError):
                self.crashed.emit(error)
            elif on_error is not None:
                on_error(error)
            else:
                self.failed.emit(error)

        def ready(future: Future[T]) -> None:
            if isValid(self):  # not after the window has gone
                self._outcome_ready.emit(lambda: hand_over(future))
            with self._all_done:
                self._open -= 1
                self._all_done.notify_all()

        if self._finished:
            return
        with self._all_done:
            self._open += 1
        pool.submit(work).add_done_callback(ready)

    @Slot(object)
    def _deliver(self, outcome: Callable[[], Any]) -> None:
        outcome()

    def _tell_change(self, models: frozenset[str]) -> None:
        if isValid(self):
            self.data_changed.emit(models)

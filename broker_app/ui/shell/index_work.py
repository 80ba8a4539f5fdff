"""Tending the index of texts behind the window: one line of the status bar, stopped and resumed with a click."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.services.indexing import UNINDEXED, tend_index
from broker_app.ui.shell.status_bar import StatusBar
from broker_app.ui.shell.tasks import TaskRunner

_FIRST_PAGE_MS = 3000
"""The first page is read before the index is looked at."""


class IndexWork(QObject):
    """Checks the index once per sitting and after a first download, mends or renews it if need be, and tells how far.

    It stops between two short steps when the window closes or somebody clicks the line; where it stood is in the
    store, so the next click or the next sitting goes on there.
    """

    _progressed = Signal(int, int)

    def __init__(self, tasks: TaskRunner, status: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._status = status
        self._percent = 0
        self._is_stopped = False
        self._is_running = False
        self._progressed.connect(self._show_progress)
        status.index_clicked.connect(self.toggle)
        tasks.data_changed.connect(self._hear)

    def begin_later(self) -> None:
        """Begin when the first page has had its time."""
        QTimer.singleShot(_FIRST_PAGE_MS, self, self.begin)

    @Slot()
    def begin(self) -> None:
        """Begin, or go on where it stood."""
        if not self._is_running:
            self._is_stopped, self._is_running = False, True
            work = partial(tend_index, self._tasks.sessions, self._progressed.emit, self._should_stop)
            self._tasks.run(self, work, self._end, self._fail)

    @Slot(frozenset)
    def _hear(self, changed: frozenset[str]) -> None:
        if UNINDEXED in changed:  # a first download has come in past the index
            self.begin()

    @Slot()
    def toggle(self) -> None:
        """Stop after the step at hand, or go on."""
        if self._is_running:
            self._is_stopped = True
        else:
            self._show_progress(self._percent, 100)
            self.begin()

    def _should_stop(self) -> bool:
        return self._is_stopped or self._tasks.is_finishing

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self._percent = 100 * done // max(total, 1)
        self._status.show_index(
            _("正在更新搜索索引 {percent} %").format(percent=self._percent),
            _("不影响使用，也不改资料。点一下先停，下次接着更新。"),
        )

    def _end(self, is_done: object) -> None:
        self._is_running = False
        if is_done:
            self._status.show_index("", "")
        else:
            self._status.show_index(
                _("搜索索引更新停在 {percent} %").format(percent=self._percent),
                _("搜索照常能用，只是可能找不全。点一下接着更新。"),
            )

    def _fail(self, error: BrokerError) -> None:
        """Say it in the line and go on working: what could not be written is tried again at the next sitting."""
        self._is_running = False
        self._status.show_index(_("搜索索引没能更新"), error.message)

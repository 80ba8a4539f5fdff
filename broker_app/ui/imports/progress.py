"""Progress of long work, told from its thread and shown in the window, with a way to stop it."""

from time import monotonic

from PySide6.QtCore import QObject, Signal

_TELL_EVERY_S = 0.1


class ImportProgress(QObject):
    """What :func:`run_import` reports to; ``told`` arrives on the UI thread."""

    told = Signal(int, int, float)
    """Rows done, rows in all, seconds since the beginning."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop = False
        self._began = monotonic()
        self._last = 0.0

    def stop(self) -> None:
        """Ask the work to stop after the piece it is at."""
        self._stop = True

    def progress(self, done: int, total: int) -> bool:
        """``done`` of ``total`` rows are through; returns False to stop."""
        now = monotonic()
        if now - self._last > _TELL_EVERY_S or done == total:
            self._last = now
            self.told.emit(done, total, now - self._began)
        return not self._stop


def time_left_words(done: int, total: int, seconds: float) -> int:
    """Seconds still to go at the present pace; 0 while nobody can know."""
    return round(seconds / done * (total - done)) if done and seconds > 1 else 0

"""When a visit was: one line of text for its beginning and its end."""

import re
from datetime import datetime

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.typed_dates import moment_text, typed_moment
from broker_app.ui.shell.ime import ImeAwareLineEdit

_DASH = re.compile(r"\s*(?:—+|–|--?|~|～|至|到)\s*(?=\D*\d{1,2}\s*[:：点时])")


class VisitTimeLine(ImeAwareLineEdit):
    """``今天 13:30 — 15:10``, 昨天下午3点, 11.22 9:30; shown in full when the field is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", placeholder=_("如 今天 13:30 — 15:10"), parent=parent)
        self._start = utc_now()
        self._end: datetime | None = None
        self.editingFinished.connect(self._show_in_full)

    @property
    def moments(self) -> tuple[datetime, datetime | None] | None:
        """Beginning and end as typed, or None if no beginning can be read."""
        if self.text() == _text(self._start, self._end):
            return self._start, self._end
        first, _dash, second = _split(self.text())
        start = typed_moment(first, utc_now())
        if start is None:
            return None
        end = typed_moment(second, start) if second else None
        return start, end

    def set_moments(self, start: datetime, end: datetime | None) -> None:
        """Show these moments (aware)."""
        self._start, self._end = start.astimezone(CHINA_TIME), end.astimezone(CHINA_TIME) if end else None
        self.set_text(_text(self._start, self._end))

    def _show_in_full(self) -> None:
        if self.moments is not None:
            self.set_moments(*self.moments)


def _text(start: datetime, end: datetime | None) -> str:
    words = moment_text(start, utc_now())
    return f"{words}—{end.astimezone(CHINA_TIME):%H:%M}" if end else words


def _split(text: str) -> tuple[str, str, str]:
    found = None
    for found in _DASH.finditer(text):
        if any(mark in text[: found.start()] for mark in ":：点时"):
            break
    else:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]

"""What belongs to a visit besides its words: photos and files, whether the firm agreed to them, its signature."""

from collections.abc import Callable, Sequence
from uuid import UUID

from PySide6.QtCore import QObject

from broker_app.services.attachments import AttachmentRow
from broker_app.ui.attachments.sources import mime_sources
from broker_app.ui.attachments.strip import AttachmentStrip
from broker_app.ui.shell.desk import Desk
from broker_app.ui.signature.box import SignatureBox
from broker_app.ui.visits.note_column import NoteColumn


class Belongings(QObject):
    """Puts them under the note and keeps them in step with the visit shown."""

    def __init__(self, desk: Desk, column: NoteColumn, save_then: Callable[[Callable[[UUID], object]], object]) -> None:
        super().__init__(column)
        self._column = column
        self.strip = AttachmentStrip(desk, "visit", save_then)
        column.add_foot(self.strip, stretch=1)
        self.signature = SignatureBox(desk, save_then)
        column.add_foot(self.signature)
        self.strip.shown.connect(self._on_shown)
        column.note.file_pasted.connect(lambda data: self.strip.take(mime_sources(data)))
        column.consent.toggled.connect(self.strip.set_consent)
        column.keep_details.toggled.connect(self.strip.set_keep_details)

    def show_visit(self, visit_id: UUID | None, *, editable: bool) -> None:
        """Follow the visit that is shown."""
        if self.strip.record is not None and visit_id != self.strip.record:
            self._column.keep_details.setChecked(False)  # each visit is asked anew
        self.strip.show_record(visit_id, editable=editable)
        self._column.keep_details.setVisible(editable)
        self.signature.show_visit(visit_id, editable=editable)
        self._column.consent.setEnabled(editable)

    def _on_shown(self, rows: Sequence[AttachmentRow]) -> None:
        asked = [one for one in rows if one.kind in ("photo", "recording")]
        tick = self._column.consent
        tick.setVisible(bool(asked))
        tick.blockSignals(True)
        tick.setChecked(any(one.consent for one in asked))
        tick.blockSignals(False)

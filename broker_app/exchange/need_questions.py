"""A file of needs that are only asked, not stored: ``broker match --needs FILE.jsonl``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broker_app.errors import ImportFileError
from broker_app.exchange.mapping import guess_mapping
from broker_app.exchange.record_drafts import need_draft
from broker_app.exchange.records import NeedRecord, RecordReader, RefusedRow
from broker_app.exchange.source import open_source
from broker_app.i18n import _
from broker_app.services.needs import NeedDraft


@dataclass(frozen=True)
class NeedQuestion:
    """A need of a file under the id it has there."""

    need_id: str
    query: NeedDraft


def read_need_questions(path: Path) -> Iterator[NeedQuestion]:
    """The needs of ``path`` in the shape of an import of needs.

    Raises:
        ImportFileError: the file cannot be read, or a line is no need; the sentence names the line.
    """
    source = open_source(path)
    reader = RecordReader(guess_mapping("needs", source.columns), source.columns)
    for item in source.rows():
        record = reader.read(item)
        if isinstance(record, RefusedRow):
            raise ImportFileError(_("第 {line} 行：{why}").format(line=record.line, why=_("；").join(record.reasons)))
        if isinstance(record, NeedRecord):
            yield NeedQuestion(record.source_id or str(record.line), need_draft(record))

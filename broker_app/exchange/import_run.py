"""Importing a file: rows become records in small transactions, so that typing goes on meanwhile.

A full disk, a cancel or a crash leaves what has landed as a batch that can be undone; importing the same
file again adds only what is missing.
"""

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple, Protocol
from uuid import UUID

from broker_app.errors import InvalidInputError
from broker_app.exchange.mapping import Mapping
from broker_app.exchange.record_drafts import achievement_draft, enterprise_draft, need_draft
from broker_app.exchange.records import (
    AchievementRecord,
    EnterpriseRecord,
    NeedRecord,
    Record,
    RecordReader,
    RefusedRow,
)
from broker_app.exchange.rows import RowItem, Source, SourceRow
from broker_app.services.enterprises import checked_credit_code
from broker_app.services.firm_names import core_name
from broker_app.services.import_batches import (
    KEY_LENGTH,
    Known,
    add_achievement,
    add_enterprise,
    add_need,
    begin_batch,
    count_in_batch,
    firm_named,
    known_records,
    name_key,
    remember_mapping,
)
from broker_app.services.sessions import Session, Sessions

ROWS_A_TRANSACTION = 200
"""A writer that waits behind an import waits for one such piece, a fraction of a second."""

_KEPT_ROWS = 10_000  # of refused and of duplicate rows, so that a bad file cannot fill the memory


class ImportWatcher(Protocol):
    """Hears of progress and says whether to go on."""

    def progress(self, done: int, total: int) -> bool:
        """``done`` of ``total`` rows are through; return False to stop."""


class _Row(NamedTuple):
    item: RowItem
    record: Record | RefusedRow


@dataclass(frozen=True)
class DuplicateRow:
    """A row that is already here, and why that is thought."""

    line: int
    name: str
    why: str


@dataclass
class ImportReport:
    """What became of a file. ``added`` counts what would be added when ``dry_run``."""

    dry_run: bool
    added: int = 0
    duplicates: int = 0
    refused: int = 0
    duplicate_rows: list[DuplicateRow] = field(default_factory=list)
    refused_rows: list[RefusedRow] = field(default_factory=list)
    batch_id: UUID | None = None
    stopped: bool = False


def run_import(
    store: Sessions, source: Source, mapping: Mapping, *, dry_run: bool = False, watcher: ImportWatcher | None = None
) -> ImportReport:
    """Import ``source`` into ``store``; with ``dry_run`` only say what would happen.

    Raises:
        ImportFileError: the mapping lacks a required field, or the file went away.
        DiskFullError: no room; the rows counted in the batch have landed.
    """
    report = ImportReport(dry_run)
    reader = RecordReader(mapping, source.columns)
    rows = source.rows()
    with store.read() as session:
        known = known_records(session, mapping.kind)
    if not dry_run:
        with store.write() as session:
            report.batch_id = begin_batch(session, mapping.kind, source.path.name)
            remember_mapping(session, mapping.kind, source.columns, dict(mapping.pairs))
    done = 0
    for piece in iter(lambda: list(islice(rows, ROWS_A_TRANSACTION)), []):
        _import_piece(store, [_Row(item, reader.read(item)) for item in piece], known, report)
        done += len(piece)
        if watcher is not None and not watcher.progress(done, source.row_count):
            report.stopped = done < source.row_count
            rows.close()  # frees the file and ends the reading process
            break
    return report


def _import_piece(store: Sessions, piece: list[_Row], known: Known, report: ImportReport) -> None:
    before = (report.added, report.duplicates, report.refused)
    if report.dry_run:
        with store.read() as session:
            for row in piece:
                _take(session, row, known, report)
        return
    with store.write() as session:
        for row in piece:
            _take(session, row, known, report)
        added, duplicates, refused = before
        count_in_batch(
            session,
            _batch(report),
            added=report.added - added,
            duplicates=report.duplicates - duplicates,
            refused=report.refused - refused,
        )


def _take(session: Session, taken: _Row, known: Known, report: ImportReport) -> None:
    row = taken.record
    if isinstance(row, RefusedRow):
        _refuse(report, row)
        return
    keys = _keys(row)
    if why := known.why_duplicate(*keys):
        report.duplicates += 1
        if len(report.duplicate_rows) < _KEPT_ROWS:
            report.duplicate_rows.append(DuplicateRow(row.line, _name(row), why))
        return
    try:
        _check_or_add(session, row, report)
    except InvalidInputError as error:
        values = taken.item.values if isinstance(taken.item, SourceRow) else {}
        _refuse(report, RefusedRow(row.line, (error.message,), values))
        return
    known.add(*keys)
    report.added += 1


def _check_or_add(session: Session, row: Record, report: ImportReport) -> None:
    if report.dry_run:
        if isinstance(row, EnterpriseRecord):
            checked_credit_code(row.uscc)
        return
    match row:
        case AchievementRecord():
            add_achievement(session, _batch(report), achievement_draft(row))
        case EnterpriseRecord():
            with session.begin_nested():  # a refused row must not leave half of itself behind
                add_enterprise(session, _batch(report), enterprise_draft(row))
        case NeedRecord():
            firm = firm_named(session, row.enterprise, row.uscc)
            with session.begin_nested():
                add_need(session, _batch(report), replace(need_draft(row), enterprise_id=firm))


def _keys(row: Record) -> tuple[str, str, str]:
    match row:
        case AchievementRecord():
            return row.source_id, name_key(row.title, row.owner, row.abstract[:KEY_LENGTH]), ""
        case EnterpriseRecord():
            return row.source_id, name_key(core_name(row.name)), row.uscc
        case NeedRecord():
            return row.source_id, name_key(row.title, row.enterprise), ""


def _name(row: Record) -> str:
    return row.name if isinstance(row, EnterpriseRecord) else row.title


def _refuse(report: ImportReport, row: RefusedRow) -> None:
    report.refused += 1
    if len(report.refused_rows) < _KEPT_ROWS:
        report.refused_rows.append(row)


def _batch(report: ImportReport) -> UUID:
    if report.batch_id is None:
        raise RuntimeError("rows are added to a batch only")
    return report.batch_id

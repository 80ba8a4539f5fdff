"""Entries of the term table in a spreadsheet: one's own written out, and a colleague's taken in."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from broker_app.codes.industries import find_industries
from broker_app.errors import BrokerError, ImportFileError
from broker_app.exchange.formula_guard import guard
from broker_app.exchange.rows import BadRow
from broker_app.exchange.source import open_source
from broker_app.i18n import _
from broker_app.services.term_book import TermChange, keep_term, take_back, turn_term
from broker_app.services.terms import TermDraft, TermRow

MOST_ROWS = 200
"""Each entry is held against all others for circles, so a longer file would keep the store busy for long."""

_SEPARATORS = str.maketrans("，,；;\n", "、、、、、")  # no slash: PC/ABS is one word
_MOST_SHOWN = 200


@dataclass(frozen=True)
class RefusedLine:
    """A line of the file that was not taken in, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class TermsTaken:
    """What an import did; ``changes`` in order, to be taken back from the last to the first."""

    changes: tuple[TermChange, ...]
    refused: tuple[RefusedLine, ...]
    added: int


def write_terms(path: Path, rows: Sequence[TermRow]) -> int:
    """Write ``rows`` as csv that Excel reads and :func:`take_terms` takes in again; return how many.

    The file appears whole or not at all, and no cell can run as a formula.

    Raises:
        ImportFileError: the file cannot be written there.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(_headings())
            writer.writerows([guard(cell) for cell in _cells(row)] for row in rows)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ImportFileError(
            _("没能存成“{name}”。资料没有受影响，请换一个文件夹或清出空间再存。").format(name=path.name)
        ) from error
    return len(rows)


def take_terms(session: Session, path: Path) -> TermsTaken:
    """Add the entries of a csv, tsv or xlsx file as one's own; a line that makes no sense is left out and named.

    Raises:
        ImportFileError: the file cannot be read, lacks the two columns that matter, or is too long.
    """
    source = open_source(path)
    lay, technical, *_others = _headings()
    if not {lay, technical} <= set(source.columns):
        raise ImportFileError(
            _("“{name}”里没有“{lay}”和“{technical}”两列，不知道哪列是哪列。").format(
                name=path.name, lay=lay, technical=technical
            )
        )
    if source.row_count > MOST_ROWS:
        raise ImportFileError(
            _("“{name}”有 {n} 行，一次最多 {most} 行。请分成几个文件。").format(
                name=path.name, n=source.row_count, most=MOST_ROWS
            )
        )
    changes: list[TermChange] = []
    refused: list[RefusedLine] = []
    added = 0
    for item in source.rows():
        if isinstance(item, BadRow):
            refused.append(RefusedLine(item.line, item.reason))
            continue
        try:
            with session.begin_nested():  # a refused line must not leave half of itself behind
                taken = list(_take(session, item.values))
        except BrokerError as error:
            refused.append(RefusedLine(item.line, error.message))
            continue
        changes += taken
        added += 1
    return TermsTaken(tuple(changes), tuple(refused[:_MOST_SHOWN]), added)


def give_back(session: Session, taken: TermsTaken) -> None:
    """Take an import back, the last line first; raises NotFoundError if one of its entries has gone meanwhile."""
    for change in reversed(taken.changes):
        take_back(session, change)


def _headings() -> tuple[str, ...]:
    return (_("企业怎么说"), _("专业上叫什么"), _("权重"), _("行业"), _("备注"), _("在用"))


def _cells(row: TermRow) -> tuple[str, ...]:
    draft = row.draft
    trades = "、".join(row.industry_labels) if draft.industries else ""
    used = _("是") if row.enabled else _("否")
    return (draft.lay, "、".join(draft.technical), f"{draft.weight.normalize():f}", trades, draft.note, used)


def _take(session: Session, values: Mapping[str, Any]) -> Iterator[TermChange]:
    lay, technical, weight, trades, note, used = (str(values.get(name) or "").strip() for name in _headings())
    draft = TermDraft(
        lay,
        tuple(word.strip() for word in technical.translate(_SEPARATORS).split("、") if word.strip()),
        _weight(weight),
        tuple(code for name in trades.translate(_SEPARATORS).split("、") for code in _codes(name.strip())),
        note,
    )
    kept = keep_term(session, draft)
    yield kept
    if used == _("否"):
        yield turn_term(session, kept.id, enabled=False)


def _weight(text: str) -> Decimal:
    try:
        return Decimal(text) if text else TermDraft("", ()).weight
    except InvalidOperation as error:
        raise ImportFileError(_("权重“{text}”不是数").format(text=text[:20])) from error


def _codes(name: str) -> tuple[str, ...]:
    if not name:
        return ()
    found = find_industries(name)
    if not found:
        raise ImportFileError(_("没有这个行业：{name}").format(name=name[:20]))
    return found[:1]

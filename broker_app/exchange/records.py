"""From mapped rows to records, typed and frozen. Pure: what is already on this computer is not looked at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from broker_app.errors import ImportFileError, InvalidInputError
from broker_app.exchange.amounts import NOTHING_ASKED, NOTHING_OFFERED, Budget, Price
from broker_app.exchange.fields import Field, Kind, fields_of
from broker_app.exchange.mapping import Mapping
from broker_app.exchange.particulars import IpRight, Metric, Person
from broker_app.exchange.rows import BadRow, RowItem, Source, SourceRow
from broker_app.i18n import _, listed


@dataclass(frozen=True)
class AchievementRecord:
    """An achievement as a file tells it; "" and () where it says nothing."""

    line: int
    title: str
    source_id: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    field: str = ""
    industry: tuple[str, ...] = ()  # codes or names
    owner: str = ""
    owner_kind: str = ""
    completers: tuple[Person, ...] = ()
    trl: int | None = None
    stage: str = ""
    ip: tuple[IpRight, ...] = ()
    modes: tuple[str, ...] = ()
    price_wan: Price = NOTHING_ASKED
    contact: str = ""
    phone: str = ""
    flags: tuple[str, ...] = ()
    level: str = ""
    metrics: str = ""
    finished_on: date | None = None


@dataclass(frozen=True)
class EnterpriseRecord:
    """An enterprise as a file tells it; ``county`` is a code or a name."""

    line: int
    name: str
    source_id: str = ""
    uscc: str = ""
    county: str = ""
    address: str = ""
    industry: tuple[str, ...] = ()
    gb4754: str = ""
    size: str = ""
    legal_person: str = ""
    founded_on: date | None = None
    website: str = ""
    email: str = ""
    profile: str = ""
    tags: tuple[str, ...] = ()
    contact: str = ""
    position: str = ""
    phone: str = ""


@dataclass(frozen=True)
class NeedRecord:
    """A need as a file tells it; ``enterprise`` is a name to be looked up."""

    line: int
    title: str
    source_id: str = ""
    description: str = ""
    enterprise: str = ""
    uscc: str = ""
    industry: tuple[str, ...] = ()
    kind: str = ""
    keywords: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    budget_wan: Budget = NOTHING_OFFERED
    deadline: date | None = None
    mode: str = ""
    confidential: tuple[str, ...] = ()


Record = AchievementRecord | EnterpriseRecord | NeedRecord


@dataclass(frozen=True)
class RefusedRow:
    """A row that becomes no record: where it stands, why, and what it held (or its raw text)."""

    line: int
    reasons: tuple[str, ...]
    values: dict[str, Any]
    raw: str = ""


class RecordReader:
    """Turns the rows of one file into records by one mapping.

    Raises ImportFileError at once when a required field has no column.
    """

    def __init__(self, mapping: Mapping, columns: tuple[str, ...]) -> None:
        missing = mapping.missing(columns)
        if missing:
            labels = listed(field.label for field in missing)
            raise ImportFileError(_("还没有指定哪一列是{labels}，不能导入。").format(labels=labels))
        by_name = {field.name: field for field in fields_of(mapping.kind)}
        self._plan = tuple((column, by_name[name]) for column, name in mapping.pairs)
        self._make = _MAKERS[mapping.kind]

    def read(self, item: RowItem) -> Record | RefusedRow:
        """Return the record of a row, or the row refused with every reason found."""
        if isinstance(item, BadRow):
            return RefusedRow(item.line, (item.reason,), {}, item.raw)
        values: dict[str, Any] = {}
        reasons: list[str] = []
        for column, field in self._plan:
            try:
                value = _value(item, column, field)
            except InvalidInputError as error:
                reasons.append(error.message)
                continue
            if value is not None:
                values[field.name] = value
        if reasons:
            return RefusedRow(item.line, tuple(reasons), item.values)
        return self._make(line=item.line, **values)


def read_records(source: Source, mapping: Mapping) -> Iterator[Record | RefusedRow]:
    """Yield a record or a refused row for every row of ``source``, one at a time."""
    reader = RecordReader(mapping, source.columns)
    for item in source.rows():
        yield reader.read(item)


def _value(row: SourceRow, column: str, field: Field) -> Any:
    value = field.parse(row.values.get(column), column)
    if value is None and field.required:
        raise InvalidInputError(column, _("“{column}”是空的").format(column=column))
    return value


_MAKERS: dict[Kind, Callable[..., Record]] = {
    "achievements": AchievementRecord,
    "enterprises": EnterpriseRecord,
    "needs": NeedRecord,
}

"""Rows and what stands for them on the wire: a body is ``{field: wire value}`` without nulls.

What a body says and this program has no column for is kept in ``extra``, so that a newer program finds it
again; what a column cannot hold goes there too, and never stops the rest.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Column, Date, Integer, Table, Uuid, inspect
from sqlalchemy.dialects import sqlite

from broker_app.db.models import Base, Synced
from broker_app.db.models.base import ENVELOPE
from broker_app.db.outbox import synced_fields, table_name, wire_value
from broker_app.db.types import JsonValue, UtcDateTime
from broker_app.services.firm_names import firm_key
from broker_app.services.pinyin import search_keys

Body = dict[str, Any]
Row = dict[str, Any]

_LARGEST = 2**63 - 1  # of an integer in the file
_NAMED = {"enterprise": "name", "need": "title", "published_need": "title", "achievement": "title"}
_LISTS = ("achievement.completers", "achievement.ip", "enterprise.tiers", "match.reasons", "need.spans", "need.metrics",
          "published_need.metrics", "visit.met", "visit.confidential")  # lists of objects, else of texts  # fmt: skip


@cache
def models() -> Mapping[str, type[Synced]]:
    """The class of each kind of record that has a table here."""
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Synced)]
    return {table_name(model): model for model in sorted(found, key=lambda model: model.__name__)}


def table_of(kind: str) -> Table:
    """The table of ``kind``."""
    table = inspect(models()[kind]).local_table
    if not isinstance(table, Table):
        raise TypeError(f"{kind} has no table of its own")
    return table


def row_values(kind: str, body: Mapping[str, Any]) -> Row:
    """The columns of the row of ``kind`` that ``body`` stands for: every field that travels, extra and pinyin."""
    values: Row = {}
    extra = {name: value for name, value in body.items() if name not in _columns(kind) and value is not None}
    for name, (read, default) in _columns(kind).items():
        value = body.get(name)
        if value is None:
            values[name] = default()
            continue
        try:
            values[name] = read(value)
        except (TypeError, ValueError, OverflowError):
            values[name] = default()
            extra[name] = value
    values["extra"] = extra
    if kind in _NAMED:
        values["pinyin"] = search_keys(values[_NAMED[kind]])
    if kind == "enterprise":
        values["name_key"] = firm_key(values["name"])
    return values


def new_rows(kind: str, rows: Iterable[Row]) -> tuple[str, list[tuple[Any, ...]]]:
    """The ``INSERT`` of whole rows of ``kind`` and the values as the driver takes them; for tens of thousands.

    What ``rows`` leave out is what a new row of the table has there.
    """
    plan = _plan(kind)
    names = ", ".join(f'"{name}"' for name, _absent, _bound in plan)
    statement = f'INSERT INTO "{kind}" ({names}) VALUES ({", ".join("?" * len(plan))})'  # noqa: S608 - our own names
    values = [tuple([bound(row[name] if name in row else absent()) for name, absent, bound in plan]) for row in rows]
    return statement, values


@cache
def _plan(kind: str) -> tuple[tuple[str, Callable[[], Any], Callable[[Any], Any]], ...]:
    """Each column of ``kind``, what it holds by default, and how a value of it is given to the driver."""
    dialect = sqlite.dialect()
    plan = []
    for column in table_of(kind).columns:
        bound = column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
        plan.append((column.name, _absent(column), _json_bound if isinstance(column.type, JsonValue) else bound))
    return tuple(plan)


def _json_bound(value: Any) -> str | None:
    """As the column itself would write it; most lists are empty."""
    if not value:
        return None if value is None else "[]" if type(value) is list else "{}"
    return json.dumps(value)


def _as_it_is(value: Any) -> Any:
    return value


def body_of(kind: str, row: Mapping[str, Any]) -> Body:
    """The body that the columns of ``row`` say, with what is kept in ``extra``."""
    body = {name: value for name in _columns(kind) if (value := wire_value(row[name])) is not None}
    return {**body, **(row["extra"] or {})}


@cache
def _columns(kind: str) -> Mapping[str, tuple[Callable[[Any], Any], Callable[[], Any]]]:
    """How each field of ``kind`` is read from the wire, and what an absent one is."""
    model = models()[kind]
    columns = inspect(model).columns
    found = {}
    for name in synced_fields(model):
        column = columns[name]
        found[name] = (_reader(kind, name, column.type), _absent(column))
    return found


def _reader(kind: str, name: str, column: Any) -> Callable[[Any], Any]:
    match column:
        case Boolean():
            return _boolean
        case Integer():
            return _integer
        case Uuid():
            return lambda value: UUID(_text(value))
        case UtcDateTime():
            return _moment
        case Date():
            return lambda value: date.fromisoformat(_text(value))
        case JsonValue():
            return _object if f"{kind}.{name}" == "match.evidence" else _list_reader(f"{kind}.{name}" in _LISTS)
        case _:
            return _text


def _absent(column: Column[Any]) -> Callable[[], Any]:
    """What a column holds of which the wire says nothing: its own default, else nothing of its type."""
    default: Any = column.default
    if default is not None and default.is_callable:
        return lambda: default.arg(None)
    if default is not None and default.is_scalar:
        return lambda: default.arg
    if column.nullable:
        return lambda: None
    match column.type:
        case Boolean():
            return bool
        case Integer():
            return int
        case Uuid():
            return lambda: UUID(int=0)
        case UtcDateTime():
            return lambda: datetime(1970, 1, 1, tzinfo=UTC)
        case _:
            return str


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or abs(value) > _LARGEST:
        raise ValueError("no integer that fits")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _moment(value: Any) -> datetime:
    read = datetime.fromisoformat(_text(value))
    if read.tzinfo is None:
        raise ValueError("a moment without a zone")
    return read.astimezone(UTC)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    return value


def _list_reader(of_objects: bool) -> Callable[[Any], list[Any]]:
    wanted: type = dict if of_objects else str

    def read(value: Any) -> list[Any]:
        if not isinstance(value, list) or not all(isinstance(element, wanted) for element in value):
            raise TypeError("no such list")
        return value

    return read


def sendable(changes: Iterable[tuple[str, Any]]) -> Body:
    """The changes of an operation that may travel: ``deleted_at`` is told in another way."""
    return {name: change for name, change in changes if name != "deleted_at" and name not in ENVELOPE}


def json_size(value: Any) -> int:
    """The bytes of ``value`` as JSON, near enough to fill a request."""
    try:
        return len(orjson.dumps(value))
    except TypeError:  # a broken pair of characters, or a number beyond 64 bits
        return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))

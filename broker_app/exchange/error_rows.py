"""The rows that were not imported, as a csv a person can mend in a spreadsheet and import again."""

import csv
import errno
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import orjson

from broker_app.errors import DiskFullError, ImportFileError
from broker_app.exchange.formula_guard import guard
from broker_app.exchange.records import RefusedRow
from broker_app.i18n import _

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_SEPARATORS = frozenset(";；、,，\n")


def write_error_rows(path: Path, columns: Sequence[str], refused: Iterable[RefusedRow]) -> int:
    """Write ``refused`` with the headings of their file, the reason, the line and the raw text; return how many.

    The file is UTF-8 with a byte order mark, so that Excel reads it, and no cell can run as a formula. It
    appears whole or not at all. Raises DiskFullError, or ImportFileError when it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as stream:
            count = _write(stream, columns, refused)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _not_written(path, error) from error
    return count


def own_columns() -> tuple[str, str, str]:
    """Return the headings this module adds; an import ignores them."""
    return (_("未导入的原因"), _("原来的行号"), _("原文"))


def cell_text(value: Any) -> str:
    """Return a value as a cell from which the parsers read the same value again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if _is_plain_list(value):
        return "；".join(value)
    if isinstance(value, list | tuple | dict):
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    return str(value)


def _is_plain_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(part, str) and not _SEPARATORS & set(part) and part[:1] not in {"[", "{"} for part in value
    )


def _write(stream: TextIO, columns: Sequence[str], refused: Iterable[RefusedRow]) -> int:
    kept = [column for column in columns if column not in own_columns()]
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(map(guard, [*kept, *own_columns()]))
    count = 0
    for row in refused:
        cells = [cell_text(row.values.get(column)) for column in kept]
        writer.writerow(map(guard, [*cells, "；".join(row.reasons), str(row.line), row.raw]))
        count += 1
    return count


def _not_written(path: Path, error: OSError) -> DiskFullError | ImportFileError:
    if error.errno in _FULL:
        return DiskFullError(_("磁盘满了，没能存下未导入的行。已经导入的不受影响。请清出空间后再存一次。"))
    return ImportFileError(
        _("没能把未导入的行存成“{name}”。已经导入的不受影响。请换一个文件夹再存一次。").format(name=path.name)
    )

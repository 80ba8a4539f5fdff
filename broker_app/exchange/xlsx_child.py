"""The child process that takes a workbook apart. It never trusts the file and may die of it.

Started by ``workbook.py`` with the workbook as standard input and the limits as one JSON argument; answers
with JSON lines: ``{"sheets": [...], "sheet": name}``, then ``[line, cells]`` for each row that is not blank,
then ``{"end": true}``; or ``{"error": word, "found": number}``. Dates become ISO text, whole numbers integers.

It imports nothing of the program, so that it can run as a plain file in a bare interpreter.

Memory and processor time are limited by the system on Linux and macOS. Windows has no such call: there
only the sizes in the zip directory, the row and column limits and the parent's clock hold.
"""

import json
import os
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

if sys.platform != "win32":
    import resource

CELL_CHARACTERS = 32_767  # the most Excel itself keeps in a cell
_SMALL = 1 << 20  # bytes unpacked: below this a high ratio does no harm
_EXACT = 1 << 53


class LimitError(Exception):
    """The workbook breaks a limit: the word for it and what was found."""

    def __init__(self, word: str, found: int = 0) -> None:
        super().__init__(word)
        self.word = word
        self.found = found


def main(arguments: list[str]) -> int:
    """Answer on standard output for the workbook on standard input; returns the exit code."""
    limits = json.loads(arguments[0])
    _limit_process(limits["memory"], limits["seconds"])
    with os.fdopen(1, "wb", closefd=False) as answers, os.fdopen(0, "rb", closefd=False) as workbook:
        for answer in _answers(workbook, limits):
            answers.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
            answers.write(b"\n")
    return 0


def _answers(workbook: BinaryIO, limits: dict[str, Any]) -> Iterator[Any]:
    try:
        _check_directory(workbook, limits["unpacked"], limits["ratio"])
        workbook.seek(0)
        yield from _read(CalamineWorkbook.from_filelike(workbook), limits)
    except LimitError as limit:
        yield {"error": limit.word, "found": limit.found}
    except PasswordError:
        yield {"error": "password"}
    except WorksheetNotFound:
        yield {"error": "sheet"}
    except MemoryError:
        yield {"error": "memory"}
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        yield {"error": "damaged"}
    else:
        yield {"end": True}


def _limit_process(memory: int, seconds: int) -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _check_directory(workbook: BinaryIO, unpacked: int, ratio: int) -> None:
    """Judge by the zip directory before anything is unpacked, then see that the contents agree with it."""
    with zipfile.ZipFile(workbook) as archive:
        entries = archive.infolist()
        total = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        if total > unpacked:
            raise LimitError("unpacked", total)
        if total > _SMALL and total > ratio * packed:
            raise LimitError("ratio", total // max(packed, 1))
        if any(entry.flag_bits & 1 for entry in entries):
            raise LimitError("password")
        if "xl/workbook.xml" not in archive.namelist():
            raise LimitError("not_xlsx")
        if archive.testzip() is not None:
            raise LimitError("damaged")


def _read(workbook: CalamineWorkbook, limits: dict[str, Any]) -> Iterator[Any]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    name = limits["sheet"] or (names or [sheet.name for sheet in sheets] or [""])[0]
    sheet = workbook.get_sheet_by_name(name)
    _check_extent(sheet, limits)
    yield {"sheets": names, "sheet": name}
    yield from _rows(sheet)


def _check_extent(sheet: CalamineSheet, limits: dict[str, Any]) -> None:
    last_row, last_column = sheet.end or (0, 0)
    if last_row > limits["rows"]:  # counted from 0, so that the headings are free
        raise LimitError("rows", last_row + 1)
    if last_column >= limits["columns"]:
        raise LimitError("columns", last_column + 1)


def _rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    # iter_rows drops blank columns on the left, which is welcome, but keeps blank rows above.
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        plain = [_plain(cell) for cell in cells]
        if any(cell != "" for cell in plain):
            if any(isinstance(cell, str) and len(cell) > CELL_CHARACTERS for cell in plain):
                raise LimitError("cell", line)
            yield [line, plain]


def _plain(cell: Any) -> str | int | float | bool:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell if isinstance(cell, str | int | float | bool) else str(cell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Files to import, made on the spot."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

WorkbookMaker = Callable[..., Path]


@pytest.fixture
def workbook(tmp_path: Path) -> WorkbookMaker:
    """Return a function that writes rows into a workbook: ``workbook([["a"], [1]], name="x.xlsx")``."""

    def write(*sheets: Sequence[Sequence[Any]], name: str = "book.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "remove_timezone": True}) as book:
            for rows in sheets:
                sheet = book.add_worksheet()
                for index, row in enumerate(rows):
                    sheet.write_row(index, 0, row)
        return path

    return write


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a text file: ``text_file("a,b\\n", encoding="gb18030")``."""

    def write(text: str | bytes, name: str = "list.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write

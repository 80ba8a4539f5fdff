"""xlsx through the limited child process, hostile workbooks included."""

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from broker_app.errors import ImportFileError
from broker_app.exchange import workbook as reader
from broker_app.exchange.rows import SourceRow
from broker_app.exchange.source import open_source
from broker_app.exchange.workbook import Limits

WorkbookMaker = Callable[..., Path]
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="the system limits memory and time on POSIX only")


def test_values_keep_their_kind(workbook: WorkbookMaker) -> None:
    path = workbook(
        [
            ["名称", "成立", "电话", "比例", "上市", "时刻"],
            ["甲厂", date(2001, 2, 3), 13800138000, 0.25, True, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)],
        ]
    )
    source = open_source(path)
    assert source.format == "xlsx"
    assert source.encoding == ""
    [row] = source.rows()
    assert isinstance(row, SourceRow)
    assert list(row.values.values())[:5] == ["甲厂", "2001-02-03", 13800138000, 0.25, True]
    assert str(row.values["时刻"]).startswith("2026-01-02")


def test_sheet_choice_blank_rows_and_title(workbook: WorkbookMaker) -> None:
    second: list[list[Any]] = [["企业名单"], [], ["名称", "地址", "电话"], ["甲厂", "柳市", 1], [], ["乙厂"]]
    path = workbook([["a"], ["x"]], second)
    assert open_source(path).sheet == "Sheet1"
    source = open_source(path, sheet="Sheet2")
    assert source.sheets == ("Sheet1", "Sheet2")
    assert [row.line for row in source.rows()] == [4, 6]
    assert source.columns == ("名称", "地址", "电话")
    with pytest.raises(ImportFileError, match="没有这张工作表"):
        open_source(path, sheet="别的")


def test_empty_sheet_and_headings_only(workbook: WorkbookMaker) -> None:
    with pytest.raises(ImportFileError, match="工作表“Sheet1”是空的"):
        open_source(workbook([]))
    source = open_source(workbook([["名称"]], name="head.xlsx"))
    assert (source.columns, source.row_count) == (("名称",), 0)


def test_hidden_sheets_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    with xlsxwriter.Workbook(path) as book:
        secret, shown = book.add_worksheet("底稿"), book.add_worksheet("名单")
        shown.activate()
        shown.set_first_sheet()
        secret.hide()
        secret.write(0, 0, "x")
        shown.write_column(0, 0, ["名称", "甲厂"])
    source = open_source(path)
    assert (source.sheet, source.sheets) == ("名单", ("名单",))


def test_suffix_does_not_matter(workbook: WorkbookMaker) -> None:
    assert open_source(workbook([["名称"], ["甲"]], name="名单.csv")).format == "xlsx"


def test_too_many_rows(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], *[["甲"]] * 11])
    assert open_source(path, limits=Limits(rows=11)).row_count == 11
    with pytest.raises(ImportFileError, match="写到了第 12 行，一次最多导入 10 行"):
        open_source(path, limits=Limits(rows=10))


def test_too_many_columns(workbook: WorkbookMaker) -> None:
    with pytest.raises(ImportFileError, match="写到了第 600 列，最多 512 列"):
        open_source(workbook([["列"] * 600, ["x"]]))


@needs_posix
def test_four_kilobytes_with_a_far_cell(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write("A1", "名称")
        sheet.write("XFD1048576", "x")
    assert path.stat().st_size < 8192
    with pytest.raises(ImportFileError, match="超过 512 MB 内存的上限"):
        open_source(path)


def test_bomb_is_judged_by_the_zip_directory(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], ["甲"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(70 << 20))
    with pytest.raises(ImportFileError, match="展开后有 70 MB，超过 64 MB"):
        open_source(path)


def test_ratio_above_the_limit(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], ["甲"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(20 << 20))
    with pytest.raises(ImportFileError, match="倍，超过 100 倍的上限"):
        open_source(path)


@needs_posix
def test_cells_far_apart_within_the_limits_meet_the_memory_limit(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "名称")
        sheet.write(49_999, 511, "x")
    with pytest.raises(ImportFileError, match="超过 512 MB 内存的上限"):
        open_source(path)


def test_truncated_workbook(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], *[[f"甲厂{n}"] for n in range(500)]])
    whole = path.read_bytes()
    for keep in (len(whole) // 2, len(whole) - 10, 30):
        path.write_bytes(whole[:keep])
        with pytest.raises(ImportFileError, match="已损坏或没有下载完整"):
            open_source(path)


def test_damaged_contents(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], *[[f"甲厂{n}"] for n in range(500)]])
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    middle = info.header_offset + 80 + info.compress_size // 2
    content[middle : middle + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match="已损坏或没有下载完整"):
        open_source(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "是旧版 xls 格式"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le"), "有打开密码"),
        (b"<html><table></table></html>", "不是真正的 xlsx 表格"),
    ],
)
def test_other_things_called_xlsx(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=sentence):
        open_source(path)


def test_other_zip_is_not_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(ImportFileError, match="不是 xlsx 表格"):
        open_source(path)


def test_entity_bomb_in_the_sheet_is_survived(workbook: WorkbookMaker, tmp_path: Path) -> None:
    path = workbook([["名称"], ["甲"]])
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY e0 "lol">{entities}]><worksheet><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&e11;</t></is></c></row></sheetData></worksheet>'
    )
    hostile = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    with pytest.raises(ImportFileError):
        open_source(hostile)


def test_child_that_does_not_answer_is_ended(workbook: WorkbookMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(reader, "child_command", lambda: sleeper)
    with pytest.raises(ImportFileError, match="读了 1 秒还没有读完"):
        open_source(workbook([["名称"], ["甲"]]), limits=Limits(seconds=1))


@needs_posix
def test_processor_time_is_limited(workbook: WorkbookMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    monkeypatch.setattr(reader, "child_command", lambda: [sys.executable, "-c", program])
    with pytest.raises(ImportFileError, match="还没有读完"):
        open_source(workbook([["名称"], ["甲"]]), limits=Limits(seconds=20))


def test_slow_reader_is_not_punished(workbook: WorkbookMaker) -> None:
    path = workbook([["名称"], *[[f"甲厂{n}" * 50] for n in range(3000)]])
    source = open_source(path)
    rows = open_source(path, limits=Limits(seconds=1)).rows()
    next(rows)
    time.sleep(1.5)
    assert sum(1 for _ in rows) == source.row_count - 1


def test_closing_the_rows_ends_the_child(workbook: WorkbookMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            children.append(self)

    source = open_source(workbook([["名称"], *[[f"甲厂{n}" * 50] for n in range(3000)]]))
    monkeypatch.setattr(subprocess, "Popen", Watched)
    rows = source.rows()
    next(rows)
    (child,) = children
    assert child.poll() is None
    rows.close()
    assert child.poll() is not None


def test_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert reader.child_command() == [sys.executable, "--read-workbook"]

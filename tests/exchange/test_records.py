"""From file to typed records, and refused rows out to a csv, mended and back in."""

import csv
import errno
import json
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_app.errors import DiskFullError, ImportFileError
from broker_app.exchange.amounts import Budget, Price
from broker_app.exchange.error_rows import cell_text, own_columns, write_error_rows
from broker_app.exchange.formula_guard import guard, unguard
from broker_app.exchange.mapping import Mapping, guess_mapping
from broker_app.exchange.parsers import parse_list
from broker_app.exchange.particulars import IpRight, Metric
from broker_app.exchange.records import (
    AchievementRecord,
    EnterpriseRecord,
    NeedRecord,
    Record,
    RefusedRow,
    read_records,
)
from broker_app.exchange.source import open_source

unhurried = settings(deadline=None)  # two shared cores: an example may take long for no reason
TextFile = Callable[..., Path]
WorkbookMaker = Callable[..., Path]
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples" / "achievements.json"
PAYLOADS = [
    "=1+1",
    "+86 138",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "－5",
    "'=1",
    "''-5",
    "\ufeff=1",
    "=cmd|' /C calc'!A0",
]


def read(path: Path, kind: Any) -> tuple[list[Record], list[RefusedRow]]:
    source = open_source(path)
    rows = list(read_records(source, guess_mapping(kind, source.columns)))
    return [row for row in rows if not isinstance(row, RefusedRow)], [
        row for row in rows if isinstance(row, RefusedRow)
    ]


def test_enterprises_from_a_workbook(workbook: WorkbookMaker) -> None:
    head = ["企业名称", "统一社会信用代码", "所在县区", "行业", "成立日期", "联系人", "手机", "备注"]
    path = workbook(
        [head, ["乐清样例电气", "91330382XYXY00013Y", 330382, "电气", date(2001, 2, 3), "陈工", 13800138000, "x"]]
    )
    [record], refused = read(path, "enterprises")
    assert not refused
    assert record == EnterpriseRecord(
        line=2,
        name="乐清样例电气",
        uscc="91330382XYXY00013Y",
        county="330382",
        industry=("电气",),
        founded_on=date(2001, 2, 3),
        contact="陈工",
        phone="13800138000",
    )


def test_needs_from_json_lines(text_file: TextFile) -> None:
    need = {
        "id": "N1",
        "title": "断路器校验线",
        "industry": "电气/新能源",
        "budget_wan": [180, 200],
        "deadline": "2027-06",
        "metrics": {"合格率": "91%→≥98%"},
        "confidential": ["合格率"],
    }
    [record], _refused = read(text_file(json.dumps(need), name="n.jsonl"), "needs")
    assert record == NeedRecord(
        line=1,
        source_id="N1",
        title="断路器校验线",
        industry=("电气", "新能源"),
        budget_wan=Budget(Decimal(180), Decimal(200)),
        deadline=date(2027, 6, 30),
        metrics=(Metric("合格率", "91%", "≥98%"),),
        confidential=("合格率",),
    )


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not on this machine")
def test_the_sample_achievements() -> None:
    records, refused = read(SAMPLES, "achievements")
    assert not refused
    assert len(records) == 14
    first = records[0]
    assert isinstance(first, AchievementRecord)
    assert (first.source_id, first.trl, first.price_wan) == ("A01", 7, Price(Decimal(60)))
    assert first.ip == (IpRight("发明专利"),)
    assert first.modes == ("许可", "委托开发")
    assert first.flags == ("成果池",)


def test_every_reason_of_a_row_is_given(text_file: TextFile) -> None:
    path = text_file("需求名称,预算,期限\n,很多,下辈子\n降噪,50,2027\n")
    records, [refused] = read(path, "needs")
    assert len(records) == 1
    assert refused.line == 2
    assert [reason[:8] for reason in refused.reasons] == ["“需求名称”是空", "“预算”里的“很", "“期限”里的“下"]


def test_required_field_without_a_column_is_told_at_once(text_file: TextFile) -> None:
    source = open_source(text_file("甲,乙\n1,2\n"))
    with pytest.raises(ImportFileError, match="还没有指定哪一列是需求名称"):
        next(read_records(source, Mapping("needs", ())))


def test_mended_rows_import_again(text_file: TextFile, tmp_path: Path) -> None:
    rows = [
        {
            "title": "=降噪",
            "keywords": ["泵、阀", "管"],
            "budget_wan": "很多",
            "deadline": "2027-06-30",
            "description": "-5℃，\n两行",
        },
        {"title": "密封", "metrics": [{"name": "泄漏", "target": "A级"}], "budget_wan": "很多", "uscc": None},
    ]
    path = text_file("\n".join(map(json.dumps, rows)) + "\n{坏行\n", name="needs.jsonl")
    source = open_source(path)
    _records, refused = read(path, "needs")
    errors = tmp_path / "errors.csv"
    assert write_error_rows(errors, source.columns, refused) == 3

    content = errors.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    errors.write_bytes(content.replace("很多".encode(), b"50"))
    mended, still = read(errors, "needs")
    assert [row.reasons for row in still] == [("“title”是空的",)]
    assert mended[0] == NeedRecord(
        line=2,
        title="=降噪",
        keywords=("泵、阀", "管"),
        budget_wan=Budget(Decimal(50), Decimal(50)),
        deadline=date(2027, 6, 30),
        description="-5℃，\n两行",
    )
    assert isinstance(mended[1], NeedRecord)
    assert mended[1].metrics == (Metric("泄漏", target="A级"),)
    again = open_source(errors)
    assert guess_mapping("needs", again.columns).ignored(again.columns) == own_columns()


def test_error_rows_say_why_and_where(text_file: TextFile, tmp_path: Path) -> None:
    path = text_file('企业名称,邮箱\n甲厂,没有\n"乙厂"x,a@b.cn\n')
    _records, refused = read(path, "enterprises")
    write_error_rows(tmp_path / "e.csv", ("企业名称", "邮箱"), refused)
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as stream:
        head, first, second = list(csv.reader(stream))
    assert head == ["企业名称", "邮箱", "未导入的原因", "原来的行号", "原文"]
    assert first == ["甲厂", "没有", "“邮箱”里的“没有”不像邮箱地址", "2", ""]
    assert second == ["", "", "引号没有成对，或引号后面还有字", "3", '"乙厂"x,a@b.cn']


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_the_error_rows_starts_a_formula(tmp_path: Path, payload: str) -> None:
    row = RefusedRow(2, ("原因",), {"名称": payload, "电话": "+8613800138000"})
    write_error_rows(tmp_path / "e.csv", ("名称", "电话"), [row])
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = list(csv.reader(stream))[1]
    assert all(cell.lstrip(" \ufeff")[:1] not in {*"=+-@\t\r＝＋－＠"} for cell in cells if cell)
    [back] = open_source(tmp_path / "e.csv").sample
    assert back.values["名称"] == payload
    assert back.values["电话"] == "+8613800138000"


@unhurried
@given(st.text() | st.sampled_from(PAYLOADS).flatmap(lambda start: st.text().map(lambda rest: start + rest)))
def test_guard_is_undone_exactly(text: str) -> None:
    assert unguard(guard(text)) == text


@unhurried
@given(st.lists(st.text(alphabet="泵阀a1;；、,，[{ \n=-", min_size=1, max_size=6), max_size=4))
def test_lists_survive_the_cell(parts: list[str]) -> None:
    assert parse_list(cell_text(parts), "关键词") == parse_list(parts, "关键词")


def test_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="磁盘满了"):
        write_error_rows(tmp_path / "e.csv", ("名称",), [])
    assert not list(tmp_path.iterdir())


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="请换一个文件夹"):
        write_error_rows(tmp_path / "没有" / "e.csv", ("名称",), [])

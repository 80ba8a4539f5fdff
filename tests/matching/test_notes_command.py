"""``broker need split`` on a file: no profile, one line a visit, and a page for people."""

import json
from pathlib import Path

import pytest

from broker_app.cli.program import main

NOTE = "焊缝气孔多，想改工艺，预算30万以内，明年6月底前。老板问高企复审怎么弄。良率91%这个别往外说。下周三带老师来看。"


def split(tmp_path: Path, content: str, *options: str) -> int:
    file = tmp_path / "visits.json"
    file.write_text(content, "utf-8")
    return main(["--profile", str(tmp_path / "none"), "need", "split", "--notes", str(file), *options])


def test_one_line_a_visit_in_the_order_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    visits = [
        {"visit_id": f"V{n}", "visit_date": "2026-11-24", "raw_note": note} for n, note in enumerate([NOTE, "没谈。"])
    ]
    assert split(tmp_path, json.dumps({"visits": visits}), "--format", "jsonl") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["visit_id"] == "V0"
    need = first["needs"][0]
    assert need["budget_wan"] == [0, 30]
    assert need["deadline"] == "2027-06-30"
    assert need["text"] == "\n".join(NOTE[start : start + length] for start, length in need["spans"])
    assert first["non_technical"] == ["老板问高企复审怎么弄"]
    assert first["follow_ups"] == [{"text": "下周三带老师来看", "due": "2026-12-02"}]
    assert any("良率91%" in text for text in first["confidential"])
    assert (second["visit_id"], second["needs"], second["non_technical"]) == ("V1", [], [])
    assert not (tmp_path / "none").exists()


def test_a_page_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert split(tmp_path, json.dumps({"visit_date": "2026-11-24", "raw_note": NOTE})) == 0
    page = capsys.readouterr().out
    for words in ("不超过 30 万元", "2027-06-30", "高企与项目申报", "下周三 → 2026-12-02", "不得外传"):
        assert words in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{no json", "第 1 行不是 JSON"),
        ('{"visits": [{"visit_date": "2026-11-24"}]}', "没有原始纪要"),
        ('[{"raw_note": "想要", "visit_date": "24.11."}]', "日期"),
        ("[1]", "没有原始纪要"),
    ],
)
def test_a_wrong_file_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    assert split(tmp_path, content) == 1
    assert words in capsys.readouterr().err

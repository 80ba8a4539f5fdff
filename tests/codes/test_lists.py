"""The lists behind the choices on forms."""

import tomllib
from pathlib import Path

import pytest

from broker_app.codes.code_file import CodeListError, codes_folder
from broker_app.codes.gb4754 import gb4754_label
from broker_app.codes.lists import CodeList, entries, entry, find, label, list_source, load_entries
from broker_app.errors import BrokerError

HEAD = 'title = "试"\nsource = "试"\ndate = "2026-01"\n'
ROW = '[[entry]]\ncode = "a"\nlabel = "甲"\n'


def damaged(folder: Path, text: str) -> str:
    """The message of the error that a file with ``text`` raises."""
    (folder / "urgency.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CodeListError) as refused:
        load_entries(CodeList.URGENCY, folder)
    return refused.value.message


@pytest.mark.parametrize("name", list(CodeList))
def test_every_list_loads_and_names_its_source(name: CodeList) -> None:
    rows, source = entries(name), list_source(name)
    assert rows
    assert all(find(name, one.label) == one.code for one in rows)
    assert all(label(name, one.code) == one.label for one in rows)
    assert source.as_of >= "2017"
    assert all(one.verified for one in rows) or "待核实" in source.note


def test_every_file_in_the_folder_is_one_we_read() -> None:
    known = {f"{name}.toml" for name in CodeList} | {"counties.toml", "industries.toml"}
    assert {path.name for path in codes_folder().iterdir()} == known


def test_counts_given_by_the_standards() -> None:
    assert len(entries(CodeList.GB4754_SECTION)) == 20
    assert [one.code for one in entries(CodeList.GB4754_DIVISION)] == [f"{n:02d}" for n in range(1, 98)]
    assert [one.code for one in entries(CodeList.TRL)] == [str(n) for n in range(1, 10)]
    assert len(entries(CodeList.DECLINE_REASON)) == 8
    assert len(entries(CodeList.INSTITUTION_KIND)) == 9
    assert sum(one.verified for one in entries(CodeList.INSTITUTION_KIND)) == 5
    assert len(entries(CodeList.CONTRACT_KIND)) == 5


def test_unconfirmed_names_are_marked() -> None:
    assert not any(one.verified for one in entries(CodeList.TRL))
    assert not any(one.verified for one in entries(CodeList.FOUR_LISTS))


def test_every_referral_has_a_destination() -> None:
    assert all(one.refer_to for one in entries(CodeList.REFERRAL_KIND))


def test_talent_money_and_policy_are_no_technical_needs() -> None:
    apart = {one.code for one in entries(CodeList.NEED_KIND) if one.group == "non_technical"}
    assert apart == {"talent", "financing", "policy"}


def test_a_removed_code_still_prints() -> None:
    assert label(CodeList.VISITOR_ROLE, "night_watch") == "night_watch（已停用）"
    assert label(CodeList.VISITOR_ROLE, "") == ""
    assert entry(CodeList.VISITOR_ROLE, "night_watch") is None


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        (CodeList.NEED_KIND, "工艺改进/装备", "process"),
        (CodeList.NEED_KIND, "从没听过、检测", "testing"),
        (CodeList.NEED_KIND, "  检验检测 ", "testing"),
        (CodeList.VISITOR_ROLE, "技术经理人", "broker"),
        (CodeList.IP_KIND, "软著", "software_copyright"),
        (CodeList.TRL, "ＴＲＬ７", "7"),
        (CodeList.CONTRACT_KIND, "KF", "development"),
        (CodeList.NEED_KIND, "从没听过", None),
        (CodeList.NEED_KIND, "", None),
    ],
)
def test_what_people_write_finds_the_code(name: CodeList, written: str, code: str | None) -> None:
    assert find(name, written) == code


def test_a_bad_row_is_refused_by_file_and_row(tmp_path: Path) -> None:
    assert "urgency.toml" in damaged(tmp_path, HEAD + ROW + ROW)
    assert "第 2 条：「a」重复" in damaged(tmp_path, HEAD + ROW + ROW)
    assert "第 1 条：缺少「label」" in damaged(tmp_path, HEAD + '[[entry]]\ncode = "a"\n')
    assert "第 1 条：缺少「code」" in damaged(tmp_path, HEAD + '[[entry]]\nlabel = "甲"\n')
    assert "不认识的项目：lable" in damaged(tmp_path, HEAD + ROW + 'lable = "乙"\n')
    assert "「verified」" in damaged(tmp_path, HEAD + ROW + 'verified = "yes"\n')
    assert "「synonyms」" in damaged(tmp_path, HEAD + ROW + "synonyms = [1]\n")


def test_one_name_for_two_rows_is_refused(tmp_path: Path) -> None:
    second = '[[entry]]\ncode = "b"\nlabel = "乙"\nsynonyms = ["甲"]\n'
    assert "第 2 条：「甲」重复" in damaged(tmp_path, HEAD + ROW + second)


def test_a_damaged_or_missing_file_is_told_and_stops_nothing_else(tmp_path: Path) -> None:
    assert "读不出来" in damaged(tmp_path, "[[entry")
    assert "没有一行" in damaged(tmp_path, HEAD)
    assert "文件开头：缺少「source」" in damaged(tmp_path, 'title = "试"\ndate = "2026"\n' + ROW)
    assert "日期" in damaged(tmp_path, HEAD.replace("2026-01", "去年") + ROW)
    (tmp_path / "urgency.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BrokerError, match="读不出来"):
        load_entries(CodeList.URGENCY, tmp_path)
    with pytest.raises(BrokerError, match=r"opinion\.toml.*文件不见了.*记录没有受影响"):
        load_entries(CodeList.OPINION, tmp_path)
    assert label(CodeList.OPINION, "satisfied") == "满意"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("3823", "C 制造业 / 38 电气机械和器材制造业"),
        ("C3823", "C 制造业 / 38 电气机械和器材制造业"),
        ("38", "C 制造业 / 38 电气机械和器材制造业"),
        ("c", "C 制造业"),
        ("0111", "A 农、林、牧、渔业 / 01 农业"),
        ("", ""),
        ("9900", "未知行业代码（9900）"),
        ("A38", "未知行业代码（A38）"),
        ("电气", "未知行业代码（电气）"),
    ],
)
def test_gb4754_label(code: str, shown: str) -> None:
    assert gb4754_label(code) == shown


@pytest.mark.parametrize("file", sorted(codes_folder().glob("*.toml")), ids=lambda file: file.stem)
def test_every_name_has_its_english(file: Path) -> None:
    tables = tomllib.loads(file.read_text("utf-8"))
    rows = [row for rows in tables.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    assert rows
    bare = [row["code"] for row in rows if not row.get("en", "").strip() or not row["en"].isascii()]
    assert bare == []

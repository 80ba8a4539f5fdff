"""Counties, and industries, which are read the same way."""

import json
from datetime import date
from pathlib import Path

import pytest

from broker_app.codes.code_file import CodeListError
from broker_app.codes.counties import (
    cities,
    counties,
    county,
    county_label,
    divisions,
    find_county,
    in_mountain26,
    load_divisions,
)
from broker_app.codes.industries import find_industries, industries, industry, industry_label, load_industries

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
HEAD = 'title = "试"\nsource = "试"\ndate = "2026"\n'


def sample(name: str) -> dict[str, object]:
    """A sample file kept beside the repository."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the samples beside the repository are not here")
    read: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return read


def test_zhejiang_has_11_cities_and_90_counties() -> None:
    assert (len(cities()), len(counties())) == (11, 90)


@pytest.mark.parametrize("city", ["3303", "330300", "温州市", "温州"])
def test_wenzhou_has_exactly_12(city: str) -> None:
    names = "鹿城区 龙湾区 瓯海区 洞头区 永嘉县 平阳县 苍南县 文成县 泰顺县 瑞安市 乐清市 龙港市"
    assert " ".join(one.name for one in counties(city)) == names
    assert counties("上海") == ()


def test_26_mountain_counties_five_of_them_in_wenzhou() -> None:
    assert sum(one.mountain26 for one in counties()) == 26
    assert {one.name for one in counties("温州") if one.mountain26} == {
        "永嘉县",
        "平阳县",
        "苍南县",
        "文成县",
        "泰顺县",
    }
    assert in_mountain26("330324", date(2026, 11, 4))
    assert not in_mountain26("330324", date(2014, 12, 31))
    assert not in_mountain26("330382", date(2026, 11, 4))
    assert "待核实" in divisions().mountain26.source


def test_dongtou_is_an_island_and_longgang_left_cangnan() -> None:
    assert [one.name for one in counties("温州") if one.island] == ["洞头区"]
    longgang = county("330383")
    assert longgang is not None
    assert "330327" in longgang.note
    assert "2019" in longgang.note


def test_counties_agree_with_the_samples() -> None:
    rows = sample("counties.json")["mountain26"]
    assert isinstance(rows, list)
    for row in rows:
        found = county(row["code"])
        assert found is not None
        assert (found.name, found.city, found.mountain26) == (row["name"], row["city"], True)


@pytest.mark.parametrize(
    ("code", "shown"),
    [("330382", "温州市乐清市"), ("330300", "温州市"), ("3303", "温州市"), ("", ""), ("330399", "未知地区（330399）")],
)
def test_county_label(code: str, shown: str) -> None:
    assert county_label(code) == shown


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("330382", "330382"),
        ("乐清", "330382"),
        ("乐清市", "330382"),
        ("温州市乐清市", "330382"),
        ("浙江省 温州市 乐清市", "330382"),
        ("温州乐清", "330382"),
        ("３３０３８２", "330382"),
        ("景宁", "331127"),
        ("玉环县", "331083"),
        ("洞头县", "330305"),
    ],
)
def test_find_county(written: str, code: str) -> None:
    found = find_county(written)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("written", ["", "温州市", "市", "火星", "宁波市乐清市"])
def test_no_county_is_guessed(written: str) -> None:
    assert find_county(written) is None


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ('[[county]]\ncode = "990101"\nname = "甲县"\n', "第 1 条：「990101」不是六位"),
        ('[[county]]\ncode = "330101"\n', "第 1 条：缺少「name」"),
        ('[[county]]\ncode = "330101"\nname = "甲县"\n' * 2, "第 2 条：「330101」重复"),
    ],
)
def test_a_bad_county_is_refused(tmp_path: Path, rows: str, told: str) -> None:
    city = '[[city]]\ncode = "3301"\nname = "甲市"\n'
    mountain = '[mountain26]\nsource = "试"\nvalid_from = 2015-01-01\ncodes = []\n'
    (tmp_path / "counties.toml").write_text(HEAD + mountain + city + rows, encoding="utf-8")
    with pytest.raises(CodeListError, match=told):
        load_divisions(tmp_path)


def test_mountain_membership_must_name_counties_that_exist_and_a_day(tmp_path: Path) -> None:
    rest = '[[city]]\ncode = "3301"\nname = "甲市"\n[[county]]\ncode = "330101"\nname = "甲县"\n'
    file = tmp_path / "counties.toml"
    file.write_text(
        HEAD + '[mountain26]\nsource = "试"\nvalid_from = 2015-01-01\ncodes = ["1"]\n' + rest, encoding="utf-8"
    )
    with pytest.raises(CodeListError, match="不认识的代码：1"):
        load_divisions(tmp_path)
    file.write_text(HEAD + '[mountain26]\nsource = "试"\ncodes = []\n' + rest, encoding="utf-8")
    with pytest.raises(CodeListError, match="valid_from"):
        load_divisions(tmp_path)


def test_five_and_five_and_more() -> None:
    groups = [one.group for one in industries()]
    assert (groups.count("traditional"), groups.count("emerging"), groups.count("hangzhou")) == (5, 5, 5)
    electrical = industry("T1")
    assert electrical is not None
    assert electrical.verified
    assert "断路器" in electrical.keywords
    assert electrical.gb4754 == ("38",)
    assert "H01H" in electrical.ipc
    assert not any(one.verified for one in industries() if one.group in ("future", "local"))


def test_industry_label() -> None:
    assert [industry_label(code) for code in ("T5", "", "X9")] == ["泵阀", "", "未知行业（X9）"]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("电气/新能源", ("T1", "E4")),
        ("智能装备/软件", ("E2", "E1")),
        ("汽摩配", ("T4",)),
        ("汽车零部件（汽摩配）", ("T4",)),
        ("鞋服", ("T2", "T3")),
        ("服装鞋业", ("T3", "T2")),
        ("t1、E5", ("T1", "E5")),
        ("新能源汽车零部件", ("T4", "E4")),
        ("新材料", ("E5",)),
        ("智能物联", ("E1",)),
        ("H1", ("H1",)),
        ("N", ("N",)),
        ("AI", ("N1",)),
        ("断了又断", ()),
        ("", ()),
    ],
)
def test_find_industries(written: str, codes: tuple[str, ...]) -> None:
    assert find_industries(written) == codes


def test_a_bad_industry_is_refused(tmp_path: Path) -> None:
    row = '[[industry]]\ncode = "T1"\nname = "电气"\ngroup = "traditional"\n'
    (tmp_path / "industries.toml").write_text(HEAD + row + row, encoding="utf-8")
    with pytest.raises(CodeListError, match=r"industries\.toml.*第 2 条：「T1」重复"):
        load_industries(tmp_path)

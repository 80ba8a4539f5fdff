from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from broker_app.matching import MatchQuery, match, terms
from broker_app.matching.question import read_question
from broker_app.matching.terms import (
    ShippedTerms,
    TermEntry,
    TermFault,
    TermTable,
    circles,
    lay_over,
    read_terms,
    shipped_table,
    shipped_terms,
    thin,
)
from broker_app.matching.text import fold
from tests.matching.pools import record_id

ELECTRICAL, FOOTWEAR = frozenset({"electrical"}), frozenset({"footwear"})


def _entry(lay: str, *technical: str, industries: tuple[str, ...] = ()) -> TermEntry:
    return TermEntry(f"x:{lay}", lay, technical or ("术语",), 1.5, industries)


def _found(lay: str, said: str) -> bool:
    return bool(TermTable([_entry(lay)]).find(fold(said)))


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        ("发黄", "放半年会发黄"),
        ("发黄", "发了黄"),
        ("漏油", "老是漏油"),
        ("漏油", "漏得油到处都是"),
        ("容易裂", "天一冷就很容易裂"),
        ("抖得厉害", "高速走的时候抖得很厉害"),
        ("触头烧蚀", "触头很快就烧蚀"),
        ("换款…慢", "换款调夹具太慢"),
        ("MES", "想换一套MES系统"),
        ("PC/ABS壳", "ＰＣ／ＡＢＳ壳"),
    ],
)
def test_a_phrase_is_found_in_what_people_make_of_it(lay: str, said: str) -> None:
    assert _found(lay, said)


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        ("换款…慢", "换款。做得慢"),
        ("换款…慢", "换款要调夹具还要换胶还要等师傅来才行慢"),
        ("触头烧蚀", "触头，烧蚀"),
        ("漏油", "漏水"),
        ("MES", "MESH网络"),
        ("机场", "发电机场景"),
        ("", "什么都没有"),
    ],
)
def test_what_only_looks_like_it_is_not_found(lay: str, said: str) -> None:
    assert not _found(lay, said)


def test_an_entry_of_another_trade_counts_less_and_one_character_only_in_its_own() -> None:
    table = TermTable([_entry("开胶", industries=("T2",)), _entry("跳", industries=("T1",))])
    own, other, open_ = (
        table.find(fold("老是开胶"), trades)[0].weight for trades in (FOOTWEAR, ELECTRICAL, frozenset())
    )
    assert own == open_ == 1.5
    assert 0 < other < own
    assert table.find(fold("老 跳 闸"), ELECTRICAL)
    assert not table.find(fold("老 跳 闸"), FOOTWEAR)


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=6), max_size=20))
def test_any_text_and_any_entries_give_places_inside_the_text(said: str, lays: list[str]) -> None:
    folded = fold(said)
    for hit in TermTable(map(_entry, lays)).find(folded):
        assert 0 <= hit.start < hit.end <= len(folded)
        assert folded[hit.start] == thin(fold(hit.entry.lay).strip()).text[:1] or hit.entry.lay


def test_bad_lines_are_reported_and_left_out() -> None:
    text = (
        "# industry: T1 T2\n"
        "发黄\t黄变、耐候\t1.5\t\n"
        "三列也行\t术语\t1\n"
        "\n"
        "只有两列\t术语\n"
        "\t术语\t1.5\t\n"
        "空的\t、\t1.5\t\n"
        "自己\t自己\t1.5\t\n"
        "太重了\t术语\t9\t\n"
        "不是数\t术语\t很大\t\n"
        "非数\t术语\tnan\t\n"
    )
    items = list(read_terms(text, "electrical.tsv"))
    entries = [item for item in items if isinstance(item, TermEntry)]
    assert [(one.id, one.technical, one.industries) for one in entries] == [
        ("electrical:发黄", ("黄变", "耐候"), ("T1", "T2")),
        ("electrical:三列也行", ("术语",), ("T1", "T2")),
    ]
    faults = [(item.line, item.kind) for item in items if isinstance(item, TermFault)]
    assert faults == [
        (5, "columns"),
        (6, "lay"),
        (7, "technical"),
        (8, "itself"),
        (9, "weight"),
        (10, "weight"),
        (11, "weight"),
    ]


def test_a_circle_is_found_reported_and_opened(tmp_path: Path) -> None:
    (tmp_path / "general.tsv").write_text("# industry: *\n甲\t乙、丁\t1.5\t\n乙\t丙\t1.5\t\n丙\t甲\t1.5\t\n", "utf-8")
    shipped = shipped_terms(tmp_path)
    assert [fault.kind for fault in shipped.faults] == ["circle"]
    assert circles(shipped.entries) == []
    assert "甲" in [entry.lay for entry in shipped.entries]


def test_a_file_in_another_encoding_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes("发黄\t黄变\t1.5\t".encode("gb18030"))
    (tmp_path / "b.tsv").write_text("漏油\t泄漏\t1.5\t\n", "utf-8")
    shipped = shipped_terms(tmp_path)
    assert [(fault.file, fault.kind) for fault in shipped.faults] == [("a.tsv", "encoding")]
    assert [entry.lay for entry in shipped.entries] == ["漏油"]


def test_the_shipped_table_is_sound() -> None:
    shipped = shipped_terms()
    assert len(TermTable(shipped.entries).entries) > 1000
    assert shipped.faults == ()
    assert {code for entry in shipped.entries for code in entry.industries if code != "*" and not entry.trades} == set()


def test_no_shipped_entry_leads_to_a_bare_method_that_every_field_uses() -> None:
    learning = {"深度学习", "卷积神经网络", "机器学习", "神经网络", "特征提取", "目标检测"}
    bare = learning | {"数值模拟", "有限元", "有限元分析", "仿真", "物联网"}
    assert [entry.id for entry in shipped_terms().entries if bare & set(entry.technical)] == []


def test_one_concept_counts_by_its_best_name(filled: Connection) -> None:
    said = MatchQuery("壳子天冷就发脆")
    one = TermTable([_entry("发脆", "缺口冲击")])
    many = TermTable([_entry("发脆", "缺口冲击", "增韧", "核壳粒子", "硅橡胶", "合金")])
    few, lots = (match(filled, said, table=table) for table in (one, many))
    for answer in (few, lots):
        assert [*answer.results, *answer.weak_results][0].id == record_id(2)
    reasons = {reason.term: reason for reason in (*lots.results, *lots.weak_results)[0].reasons}
    assert reasons["缺口冲击"].via == "terms"
    assert reasons["缺口冲击"].expansion is not None
    assert reasons["缺口冲击"].expansion.lay == "发脆"
    assert reasons["缺口冲击"].expansion.entry_id == "x:发脆"


def test_what_the_owner_does_not_want_is_never_translated(filled: Connection) -> None:
    table = TermTable([_entry("含溴", "十溴二苯乙烷")])
    answer = match(filled, MatchQuery("阻燃外壳料不能含溴"), table=table)
    assert not [term for term in answer.terms if term.expansion]


def test_a_table_read_line_by_line_finds_what_the_whole_table_finds() -> None:
    entries = shipped_terms().entries
    whole, by_line = TermTable(entries), shipped_table()
    for start in range(0, len(entries), 60):
        said = fold("，".join(entry.lay.replace("…", "得") for entry in entries[start : start + 60 : 3]))
        assert by_line.find(said) == whole.find(said)
    assert by_line.entries == whole.entries


def test_entries_laid_over_a_table_are_found_as_if_they_had_been_in_it() -> None:
    first, second, third = shipped_terms().entries[:3]
    changed, added = replace(first, technical=("样例术语",)), TermEntry("own", "老是样例响", ("样例异响",))
    laid = lay_over(shipped_table(), {first.id: changed, second.id: None, "own": added})
    entries = {entry.id: entry for entry in shipped_terms().entries} | {first.id: changed, "own": added}
    del entries[second.id]
    whole = TermTable(entries.values())
    said = fold("，".join(entry.lay for entry in (first, second, third, added)))
    assert laid.find(said) == whole.find(said)
    assert {"own", first.id} <= {hit.entry.id for hit in laid.find(said)}
    assert laid.entries == whole.entries


def test_a_question_reads_only_the_entries_it_comes_near(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> ShippedTerms:
        raise AssertionError("every entry was read for one question")

    monkeypatch.setattr(terms, "shipped_terms", refuse)
    assert read_question(MatchQuery("注塑件一摔就裂"), (), shipped_table()).concepts

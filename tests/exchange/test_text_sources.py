"""csv and json files as they arrive: encodings, separators, quotes, damage."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from broker_app.errors import ImportFileError
from broker_app.exchange.rows import BadRow, Source, SourceRow
from broker_app.exchange.source import open_source

TextFile = Callable[..., Path]
POOL = Path(__file__).parents[3] / "shared" / "data" / "matching" / "achievements_17540.jsonl"


def good(source: Source) -> list[SourceRow]:
    return [row for row in source.rows() if isinstance(row, SourceRow)]


def bad(source: Source) -> list[BadRow]:
    return [row for row in source.rows() if isinstance(row, BadRow)]


@pytest.mark.parametrize(
    ("codec", "shown"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8（带 BOM）"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
def test_encoding_is_found_and_shown(text_file: TextFile, codec: str, shown: str) -> None:
    source = open_source(text_file("企业名称,地址\n乐清市样例电气,柳市镇\n", encoding=codec))
    assert source.encoding == shown
    assert source.columns == ("企业名称", "地址")
    assert good(source) == [SourceRow(2, {"企业名称": "乐清市样例电气", "地址": "柳市镇"})]


def test_rare_characters_survive_gb18030(text_file: TextFile) -> None:
    rare = "𬭚㼆䶮𠮷龘"
    source = open_source(text_file(f"企业名称\n温州{rare}阀门\n", encoding="gb18030"))
    assert source.encoding == "GB18030"
    assert good(source)[0].values["企业名称"] == f"温州{rare}阀门"


def test_one_damaged_byte_in_utf8_is_named_by_line_not_read_as_gb18030(text_file: TextFile) -> None:
    lines = [f"温州样例阀门{n},永嘉县瓯北街道".encode() for n in range(40)]
    lines[16] = lines[16][:4] + b"\xff" + lines[16][5:]
    path = text_file("企业名称,地址\n".encode() + b"\n".join(lines))
    with pytest.raises(ImportFileError, match="第 18 行有损坏的字，按 UTF-8"):
        open_source(path)


def test_chosen_encoding_skips_only_the_damaged_lines(text_file: TextFile) -> None:
    path = text_file("名称\n甲厂\n".encode() + b"\xe4\xff\n" + "乙厂\n".encode())
    source = open_source(path, encoding="UTF-8")
    assert [row.values["名称"] for row in good(source)] == ["甲厂", "乙厂"]
    assert [(row.line, row.reason) for row in bad(source)] == [(3, "有认不出的字（文件编码不对或文件损坏）")]


def test_damaged_gb18030_is_named_by_line(text_file: TextFile) -> None:
    path = text_file("名称\n甲厂\n".encode("gb18030") + b"\x80\xff\xff\n")
    with pytest.raises(ImportFileError, match="第 3 行有损坏的字，按 GB18030"):
        open_source(path)


def test_unknown_encoding_name_is_refused(text_file: TextFile) -> None:
    with pytest.raises(ImportFileError, match="没有叫“火星文”的文件编码"):
        open_source(text_file("名称\n甲\n"), encoding="火星文")


@pytest.mark.parametrize("content", ["", "\n\n  \n", "\ufeff"])
def test_empty_file_says_so(text_file: TextFile, content: str) -> None:
    with pytest.raises(ImportFileError, match=r"“list\.csv”是空的"):
        open_source(text_file(content))


def test_header_only_has_columns_and_no_rows(text_file: TextFile) -> None:
    source = open_source(text_file("企业名称,地址\n"))
    assert (source.columns, source.row_count, source.sample) == (("企业名称", "地址"), 0, ())


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_separator_is_found(text_file: TextFile, sign: str) -> None:
    source = open_source(text_file(f"名称{sign}地址\n甲厂{sign}柳市\n乙厂{sign}瓯北\n"))
    assert source.delimiter == sign
    assert good(source)[1].values == {"名称": "乙厂", "地址": "瓯北"}


def test_excel_hint_line_gives_the_separator(text_file: TextFile) -> None:
    source = open_source(text_file("sep=;\r\n名称;简介\r\n甲厂;阀,泵,管\r\n"))
    assert good(source)[0].values == {"名称": "甲厂", "简介": "阀,泵,管"}


def test_one_column_keeps_commas(text_file: TextFile) -> None:
    source = open_source(text_file("名称\n甲厂\n乙厂, 分厂\n"))
    assert source.delimiter == ""
    assert [row.values["名称"] for row in good(source)] == ["甲厂", "乙厂, 分厂"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quotes_commas_and_line_breaks_inside_a_cell(text_file: TextFile, end: str) -> None:
    text = end.join(["名称,简介", '"甲""厂""","一,二' + end + '三"', '乙厂,5" 管', ""])
    source = open_source(text_file(text))
    rows = good(source)
    assert rows[0].values == {"名称": '甲"厂"', "简介": f"一,二{end}三"}
    assert rows[1] == SourceRow(4, {"名称": "乙厂", "简介": '5" 管'})


def test_unclosed_quote_costs_one_row_only(text_file: TextFile) -> None:
    source = open_source(text_file('名称,地址\n甲厂,"柳市\n乙厂,瓯北\n丙厂,塘下\n'))
    assert [row.values["名称"] for row in good(source)] == ["乙厂", "丙厂"]
    assert [(row.line, row.raw) for row in bad(source)] == [(2, '甲厂,"柳市')]


def test_surplus_cells_are_reported_short_rows_filled(text_file: TextFile) -> None:
    source = open_source(text_file("名称,地址\n甲厂,柳市,多,余\n乙厂\n"))
    assert bad(source)[0].reason == "比表头多出 2 格（可能少了引号或多了分隔符）"
    assert good(source) == [SourceRow(3, {"名称": "乙厂", "地址": ""})]
    assert (source.row_count, source.bad_count) == (2, 1)


def test_repeated_and_blank_headings_get_names(text_file: TextFile) -> None:
    source = open_source(text_file("名称,名称,,电话\n甲,乙,丙,1\n"))
    assert source.columns == ("名称", "名称（2）", "第 3 列", "电话")
    assert good(source)[0].values["名称（2）"] == "乙"


def test_title_above_the_headings_is_passed_over(text_file: TextFile) -> None:
    source = open_source(text_file("附件1：企业需求汇总表,,\n企业名称,需求名称,预算\n甲厂,降噪,50\n"))
    assert source.columns == ("企业名称", "需求名称", "预算")
    assert good(source) == [SourceRow(3, {"企业名称": "甲厂", "需求名称": "降噪", "预算": "50"})]


def test_control_characters_do_not_stop_the_file(text_file: TextFile) -> None:
    rows = "".join(f"厂{n},柳市\n" for n in range(300))
    source = open_source(text_file("名称,地址\n甲\x00\x07厂,柳\x1b市\n" + rows))
    assert source.row_count == 301
    assert source.bad_count == 0


def test_picture_named_csv_is_refused(text_file: TextFile) -> None:
    with pytest.raises(ImportFileError, match="不是表格"):
        open_source(text_file(b"\x89PNG\r\n\x1a\n" + bytes(200)))


def test_binary_rubbish_is_refused(text_file: TextFile) -> None:
    with pytest.raises(ImportFileError, match="里面不是文字"):
        open_source(text_file(bytes(range(256)) + bytes(1000)))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"找不到“没有\.csv”"):
        open_source(tmp_path / "没有.csv")
    with pytest.raises(ImportFileError):
        open_source(tmp_path)


def test_json_lines_keep_lists_and_report_bad_lines(text_file: TextFile) -> None:
    text = '{"title": "甲", "keywords": ["泵", "阀"]}\n\n{"title": \n[1]\n"x"\n{"title": "\\ud800"}\n{"more": 1}\n'
    source = open_source(text_file(text, name="list.jsonl"))
    assert source.format == "jsonl"
    assert source.columns == ("title", "keywords", "more")
    assert good(source)[0] == SourceRow(1, {"title": "甲", "keywords": ["泵", "阀"]})
    assert [row.line for row in bad(source)] == [3, 4, 5, 6]
    assert (source.row_count, source.bad_count) == (6, 4)


def test_json_lines_in_gb18030(text_file: TextFile) -> None:
    source = open_source(text_file('{"title": "阀门"}\n{"title": "泵"}\n', name="a.jsonl", encoding="gb18030"))
    assert source.encoding == "GB18030"
    assert [row.values["title"] for row in good(source)] == ["阀门", "泵"]


@pytest.mark.parametrize(
    "document",
    [
        [{"title": "甲"}, {"title": "乙"}],
        {"_about": ["x", "y", "z"], "achievements": [{"title": "甲"}, {"title": "乙"}]},
    ],
)
def test_json_documents(text_file: TextFile, document: object) -> None:
    for indent in (None, 2):
        source = open_source(text_file(json.dumps(document, indent=indent), name="list.json"))
        assert source.format == "json"
        assert [row.values["title"] for row in good(source)] == ["甲", "乙"]


def test_single_line_of_json_lines_is_a_record(text_file: TextFile) -> None:
    source = open_source(text_file('{"title": "甲", "metrics": [{"name": "噪声"}]}', name="one.jsonl"))
    assert good(source)[0].values["title"] == "甲"


def test_broken_json_document_names_the_place(text_file: TextFile) -> None:
    with pytest.raises(ImportFileError, match="第 2 行第"):
        open_source(text_file('[{"title": "甲"},\n{"title" "乙"}]', name="list.json"))


def test_deep_nesting_is_only_a_bad_line(text_file: TextFile) -> None:
    deep = '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}"
    source = open_source(text_file(f'{{"a": 1}}\n{deep}\n', name="deep.jsonl"))
    assert [row.line for row in bad(source)] == [2]


def test_half_read_rows_release_the_file(text_file: TextFile, recwarn: pytest.WarningsRecorder) -> None:
    path = text_file("名称\n" + "厂\n" * 5000)
    rows = open_source(path).rows()
    next(rows)
    rows.close()
    path.unlink()
    assert not recwarn.list


def test_file_gone_between_opening_and_reading(text_file: TextFile) -> None:
    path = text_file("名称\n甲厂\n")
    source = open_source(path)
    path.unlink()
    with pytest.raises(ImportFileError, match="找不到"):
        list(source.rows())


@pytest.mark.skipif(not POOL.exists(), reason="the shared pool of achievements is not on this machine")
@pytest.mark.timeout(60)
def test_large_pool_is_read_in_pieces() -> None:
    tracemalloc.start()
    source = open_source(POOL)
    count = sum(1 for _ in source.rows())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == source.row_count == 17_540
    assert source.bad_count == 0
    assert peak < 20 << 20

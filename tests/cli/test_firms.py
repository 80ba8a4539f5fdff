"""``broker firms`` and ``broker figures``: a pair is found, merged, parted; figures on the screen and in a file."""

import json
from pathlib import Path

from pypdf import PdfReader

from tests.cli.conftest import VISIT, Broker


def test_a_pair_is_merged_and_parted(broker: Broker, tmp_path: Path) -> None:
    visit = tmp_path / "v.json"
    again = {**VISIT, "visit_id": "V9", "needs": [], "enterprise": {"name": "甲样例电气厂", "county": "330382"}}
    visit.write_text(json.dumps(again, ensure_ascii=False), "utf-8")
    broker.run("visit", "add", visit)
    (pair,) = broker.json("firms", "duplicates")
    one, two = (firm["id"] for firm in sorted(pair["firms"], key=lambda firm: not firm["credit_code"]))
    assert "名称相同" in broker.run("firms", "duplicates").out
    broker.run("firms", "merge", one, two, "--take", "名称", code=2)  # a field nobody knows is not passed over
    broker.run("firms", "merge", one, two, "--take", "name")
    (left,) = broker.json("enterprise", "list")
    assert (left["id"], left["name"], left["visits"]) == (one, "甲样例电气厂", 2)
    (row,) = broker.json("firms", "merges")
    assert row["id"] == two
    broker.run("firms", "part", two)
    assert len(broker.json("enterprise", "list")) == 2
    broker.run("firms", "part", two, code=1)


def test_figures(broker: Broker, tmp_path: Path) -> None:
    span = ("--from", "2026-11-01", "--to", "2026-11-30")
    figures = broker.json("figures", *span)
    assert (figures["whole"]["firms"], figures["whole"]["visits"]) == (1, 1)
    assert "走访次数（家次）：1" in broker.run("figures", *span).out
    broker.run("figures", *span, "--out", tmp_path / "统计.xlsx")
    assert (tmp_path / "统计.xlsx").stat().st_size > 1000
    broker.run("figures", *span, "--out", tmp_path / "统计.pdf")
    words = "".join(page.extract_text() for page in PdfReader(tmp_path / "统计.pdf").pages)
    assert "1 家，1 家次" in words
    assert "按走访身份" in words
    broker.run("figures", "--from", "2026-13-01", "--to", "x", code=1)
    broker.run("figures", "--from", "2026-11-02", "--to", "2026-11-01", code=1)
    broker.run("figures", *span, "--out", tmp_path / "没有的夹" / "a.csv", code=1)


def test_a_library_in_an_imported_list_is_counted(broker: Broker, tmp_path: Path) -> None:
    listed = tmp_path / "名单.csv"
    lines = [
        "企业名称,标签",
        *(f"第{number}样例厂,高价值专利企业库、高企、老客户" for number in range(3)),
        "末样例厂,老客户",
    ]
    listed.write_text("\n".join(lines), "utf-8")
    assert broker.json("import", "enterprises", listed)["added"] == 4
    assert broker.json("figures")["tiers"] == [["高新技术企业", 3], ["高价值专利企业库", 3]]
    (firm,) = broker.json("enterprise", "list", "--query", "第1样例厂")
    said = broker.json("enterprise", "show", firm["id"])["draft"]
    assert (said["tags"], [one["code"] for one in said["tiers"]]) == (["老客户"], ["hv_patent_ent", "hi_tech"])

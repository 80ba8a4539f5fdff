"""The papers of the field through the command, from the records a broker has."""

import io
from pathlib import Path

import pypdf
import pytest

from tests.cli.conftest import Broker


def text_of(path: Path) -> str:
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.mark.parametrize(
    ("command", "title", "said"),
    [
        (("slip", "V1"), "现场确认单", "我确认以上走访内容属实"),
        (("need", "N1"), "企业技术需求征集表", "降低断路器触点温升"),
        (("plan", "--from", "2026-11-23", "--to", "2026-11-27"), "走访计划表", "1家企业，1家次"),
        (("log", "--from", "2026-11-01", "--to", "2026-11-30"), "工作日志", "1家次，1家，1天"),
        (
            ("assessment", "--role", "科技副总", "--from", "2026-10-01", "--to", "2026-12-31"),
            "科技副总考核表",
            "科技主管部门意见",
        ),
    ],
)
def test_a_field_paper(broker: Broker, tmp_path: Path, command: tuple[str, ...], title: str, said: str) -> None:
    path = tmp_path / "paper.pdf"
    assert str(path) in broker.run("report", *command, "-o", path).out
    printed = text_of(path)
    assert title in printed
    assert said in printed
    assert "甲样例电气有限公司" in printed


def test_the_page_of_a_firm_is_found_by_its_id(broker: Broker, tmp_path: Path) -> None:
    (firm,) = (one for one in broker.json("enterprise", "list") if one["name"] == "甲样例电气有限公司")
    broker.run("report", "firm", firm["id"], "-o", tmp_path / "firm.pdf")
    assert "最近的走访（共1次）" in text_of(tmp_path / "firm.pdf")


def test_the_bag_is_one_file_or_a_folder(broker: Broker, tmp_path: Path) -> None:
    days = ("--from", "2026-11-23", "--to", "2026-11-27")
    assert "1 份" in broker.run("report", "bag", *days, "-o", tmp_path / "bag.pdf").out
    assert "走访计划表" in text_of(tmp_path / "bag.pdf")
    folder = tmp_path / "bag"
    folder.mkdir()
    broker.run("report", "bag", *days, "-o", folder)
    assert [path.name[:5] for path in folder.iterdir()] == ["走访计划表"]


def test_who_did_nothing_in_a_role_is_not_assessed(broker: Broker, tmp_path: Path) -> None:
    days = ("--from", "2026-10-01", "--to", "2026-12-31")
    for role in ("科技特派员", "技术经纪人", "厂长"):
        broker.run("report", "assessment", "--role", role, *days, "-o", tmp_path / "a.pdf", code=1)
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    "days", [("2026-11-27", "2026-11-23"), ("2026-01-01", "2026-12-31"), ("改天", "2026-11-23"), ("2026-11-23", "")]
)
def test_days_that_make_no_plan_are_refused(broker: Broker, tmp_path: Path, days: tuple[str, str]) -> None:
    first, last = days
    broker.run("report", "plan", "--from", first, "--to", last, "-o", tmp_path / "plan.pdf", code=1)
    assert not (tmp_path / "plan.pdf").exists()

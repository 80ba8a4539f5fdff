"""Importing a list through the window: columns, trial, import, refused rows, undo of the whole batch."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from broker_app.services.import_batches import record_counts
from broker_app.ui.imports.page import ImportPage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import Paragraph, Words

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> ImportPage:
    page = window.show_page("import", "enterprises")
    settled()
    assert isinstance(page, ImportPage)
    return page


@pytest.fixture
def firms(tmp_path: Path) -> Path:
    path = tmp_path / "名单.csv"
    rows = [
        "企业名称,统一社会信用代码,所在县",
        "样例一厂,,乐清市",
        "样例二厂,,瑞安市",
        "样例三厂,91330382MA00YL02XX,乐清市",
    ]
    path.write_bytes("\r\n".join(rows).encode("gb18030"))
    return path


def words(page: ImportPage) -> str:
    return " ".join(one.text() for one in page.findChildren(Words) if one.isVisible())


def paragraphs(page: ImportPage) -> str:
    return " ".join(one.text for one in page.findChildren(Paragraph) if one.isVisible())


def firms_known(window: MainWindow) -> int:
    return window.desk.tasks.fetch(record_counts)["enterprises"]


def test_a_chinese_csv_is_tried_imported_and_taken_back(
    page: ImportPage, window: MainWindow, firms: Path, settled: Settle
) -> None:
    before = firms_known(window)
    page.open_file(firms)
    settled()
    assert "GB18030" in page.header.facts.accessibleName()
    page.try_button.click()
    settled()
    settled()
    assert firms_known(window) == before
    assert "试的结果" in words(page)
    page.import_button.click()
    settled()
    settled()
    assert firms_known(window) == before + 2  # the third has a wrong code
    assert "没有再导入" not in paragraphs(page)
    page.try_button.click()
    settled()
    settled()
    assert "本机已有的企业也没有改" in paragraphs(page)
    assert window.toast is not None
    window.toast.undo_button.click()
    settled()
    settled()
    assert firms_known(window) == before


def test_a_required_column_must_be_chosen(page: ImportPage, tmp_path: Path, settled: Settle) -> None:
    path = tmp_path / "x.csv"
    path.write_text("甲,乙\n样例四厂,1\n", "utf-8")
    page.open_file(path)
    settled()
    assert not page.import_button.isEnabled()
    combo = next(one for one in page.findChildren(Combo) if one.isVisible() and "甲" in one.accessibleName())
    combo.set_code("name")
    settled()
    assert page.import_button.isEnabled()


def test_achievements_appear_in_the_pool(window: MainWindow, tmp_path: Path, settled: Settle) -> None:
    page = window.show_page("import", "achievements")
    settled()
    assert isinstance(page, ImportPage)
    path = tmp_path / "pool.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": f"N{n}", "title": f"样例新成果 {n}", "abstract": "摘要"}) for n in range(350)),
        "utf-8",
    )
    before = window.desk.tasks.fetch(record_counts)["achievements"]
    page.open_file(path)
    settled()
    page.import_button.click()
    settled()
    settled()
    assert window.desk.tasks.fetch(record_counts)["achievements"] == before + 350
    go = next(one for one in page.findChildren(Button) if one.text() == "去看" and one.isVisible())
    assert go.isEnabled()


def test_a_file_that_is_no_list_is_refused_with_a_sentence(page: ImportPage, tmp_path: Path, settled: Settle) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.open_file(path)
    settled()
    (banner,) = page.banners
    assert banner.what
    assert not page.import_button.isEnabled()

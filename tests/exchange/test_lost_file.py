"""The list of what is no longer the person's, as a spreadsheet opens it."""

import csv
from pathlib import Path

import pytest

from broker_app.errors import StoreError
from broker_app.exchange.lost_file import write_lost
from broker_app.services.lost_scopes import LostScope


def test_no_title_runs_as_a_formula(tmp_path: Path) -> None:
    titles = ("样例焊点空洞率偏高", "=1+1", "\u200b=1+1", "'@样例", "＋86")
    lost = LostScope("team:12", "团队 12", None, len(titles), tuple(("需求", title) for title in titles))
    with write_lost(lost, tmp_path / "文档").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["类别", "名称"], ["需求", titles[0]], *(["需求", f"'{title}"] for title in titles[1:])]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "文档").write_text("a file, no folder", "utf-8")
    with pytest.raises(StoreError, match="文档"):
        write_lost(LostScope("team:12", "团队 12", None, 0, ()), tmp_path / "文档")

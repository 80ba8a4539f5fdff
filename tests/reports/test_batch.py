"""Thirty papers in one go: one file or many, stopped half-way, with one that cannot be made."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from broker_app.errors import InvalidInputError, PaperError
from broker_app.reports.batch import Wanted, make_into, make_together
from broker_app.reports.confirmation_slip import compose_confirmation_slip
from broker_app.reports.firm_page import compose_firm_page
from broker_app.reports.visit_plan import compose_visit_plan
from tests.reports.papers import content
from tests.reports.reading import joined, pages_by_pdfium
from tests.reports.sheets import FIRM, PLAN, SLIP


def wanted(sheet: Any, compose: Callable[..., Any], about: str = "甲样例") -> Wanted:
    return Wanted("文书", about, partial(lambda one: one, sheet), compose)


def refused() -> Any:
    raise InvalidInputError("note", "先写纪要。")


def always(_done: int, _total: int) -> bool:
    return True


MANY = [
    wanted(PLAN, compose_visit_plan),
    wanted(FIRM, compose_firm_page),
    Wanted("文书", "没写完的", refused, compose_firm_page),
    wanted(SLIP, compose_confirmation_slip),
]


def test_one_file_holds_all_and_tells_what_could_not_be_made() -> None:
    batch = make_together(MANY, "一批", duplex=True, go_on=always)
    assert [one.pages for one in batch.outcomes] == [1, 2, 0, 1]
    assert (batch.done, batch.was_stopped, batch.outcomes[2].refusal) == (3, False, "先写纪要。")
    pages = pages_by_pdfium(batch.content)
    # each begins on a front side: the plan has one page, so an empty back follows it
    assert [bool(joined([page])) for page in pages] == [True, False, True, True, True]
    assert "第1页共2页" in joined([pages[2]])
    assert "第1页共1页" in joined([pages[4]])
    assert batch.content == make_together(MANY, "一批", duplex=True, go_on=always).content


def test_one_sided_papers_follow_without_empty_pages() -> None:
    assert len(pages_by_pdfium(make_together(MANY, "一批", duplex=False, go_on=always).content)) == 4


def test_stopping_keeps_what_is_made_and_names_what_is_not() -> None:
    batch = make_together(MANY, "一批", duplex=True, go_on=lambda done, _all: done < 1)
    assert batch.was_stopped
    assert [one.is_done for one in batch.outcomes] == [True, False, False, False]
    assert len(pages_by_pdfium(batch.content)) == 1
    assert make_together(MANY, "一批", duplex=True, go_on=lambda _done, _all: False).content == b""


def test_a_file_each_is_the_single_paper_and_overwrites_nothing(tmp_path: Path) -> None:
    first = make_into(MANY, tmp_path, duplex=True, go_on=always)
    again = make_into(MANY, tmp_path, duplex=True, go_on=always)
    assert (first.done, again.done, first.content) == (3, 3, b"")
    names = [one.file for one in (*first.outcomes, *again.outcomes) if one.file]
    assert len(set(names)) == len(list(tmp_path.iterdir())) == 6
    assert (tmp_path / first.outcomes[0].file).read_bytes() == content("plan")


def test_hostile_names_stay_in_the_folder(tmp_path: Path) -> None:
    batch = make_into(
        [wanted(PLAN, compose_visit_plan, '../..\\甲:样例*?"<>|\n' + "长" * 300)], tmp_path, duplex=True, go_on=always
    )
    (file,) = tmp_path.iterdir()
    assert file.name == batch.outcomes[0].file
    assert len(file.name) < 100


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(PaperError):
        make_into(MANY, tmp_path / "没有这个文件夹", duplex=True, go_on=always)

"""Many papers through the window: chosen in the list, made with progress, stopped, saved, printed."""

from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from PySide6.QtPrintSupport import QPrinter

from broker_app.services.numbers import today
from broker_app.ui.papers import batch_pane
from broker_app.ui.papers.batch_pane import BatchPane
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def pane(window: MainWindow, settled: Settle) -> BatchPane:
    """Three slips, chosen in the list."""
    page = window.show_page("papers")
    settled()
    assert isinstance(page, PapersPage)
    page.list.kind.set_code("slip")
    settled()
    assert not page.list.batch_button.isEnabled()
    for row in range(3):
        page.list.table.selectionModel().select(
            page.list.model.index(row, 0),
            page.list.table.selectionModel().SelectionFlag.Select | page.list.table.selectionModel().SelectionFlag.Rows,
        )
    assert "3" in page.list.batch_button.text()
    page.list.batch_button.click()
    settled()
    assert page.batch.isVisible()
    return page.batch


def test_chosen_papers_become_one_file(pane: BatchPane, settled: Settle, tmp_path: Path) -> None:
    pane.make_button.click()
    settled()
    settled()
    assert [pane.model.row(n).status.icon for n in range(pane.model.rowCount())] == ["check"] * 3
    pane.save(tmp_path / "一批.pdf")
    settled()
    assert (tmp_path / "一批.pdf").read_bytes() == pane.content
    assert len(pypdf.PdfReader(tmp_path / "一批.pdf").pages) >= 3
    assert pane.save_button.isVisible()


def test_a_stopped_batch_keeps_what_is_made(pane: BatchPane, settled: Settle) -> None:
    pane.make_button.click()
    assert pane.stop_button.isVisible()
    pane.stop_button.click()
    settled()
    settled()
    assert not pane.is_running
    assert any(pane.model.row(n).status.words == "没有做" for n in range(3))
    assert not pane.stop_button.isVisible()


def test_a_file_each_goes_into_a_folder(pane: BatchPane, settled: Settle, tmp_path: Path) -> None:
    folder = tmp_path / "文书"
    folder.mkdir()
    pane.make_into(folder)
    settled()
    settled()
    assert len(list(folder.glob("现场确认单-*.pdf"))) == 3


@pytest.mark.qt_log_ignore(r"QPainter::begin\(\): Returned false")
def test_a_printer_that_does_not_answer_gives_the_sentence(
    pane: BatchPane, window: MainWindow, settled: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_what: object) -> QPrinter:
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "没有这个文件夹" / "x.pdf"))  # the job is not taken
        return printer

    pane.printer.set_code("样例打印机")
    pane.make_button.click()
    settled()
    settled()
    monkeypatch.setattr(batch_pane, "make_printer", offline)
    pane.print_button.click()
    settled()
    settled()
    (banner,) = window.page.banners
    assert "打印机没有回应：请检查是否开机，或先存为 PDF" in f"{banner.what}{banner.detail}"
    assert pane.content
    assert not pane.is_running


def test_the_bag_holds_the_plan_and_a_page_for_each_firm(window: MainWindow, settled: Settle) -> None:
    day = today()
    page = window.show_page("papers", ("bag", (day, day.replace(year=day.year + 1))))
    settled()
    settled()
    assert isinstance(page, PapersPage)
    titles = [page.batch.model.row(n).title for n in range(page.batch.model.rowCount())]
    assert titles[0] == "走访计划表"
    assert len(titles) > 1
    assert set(titles[1:]) == {"企业一页纸"}

"""The preview shows the very bytes that are saved and printed."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PySide6.QtGui import QPageLayout, QPageSize
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from broker_app.services.attachments import vault_of
from broker_app.services.signatures import Drawing, Point, add_signature, seal_signature, signature_of, signing_text
from broker_app.services.visits import VisitRow, list_visits
from broker_app.ui.papers import printing
from broker_app.ui.papers.page import PapersPage
from broker_app.ui.papers.printing import make_printer, print_document
from broker_app.ui.shell.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def visit(window: MainWindow) -> VisitRow:
    rows = window.desk.tasks.fetch(lambda session: list_visits(session, limit=100))
    return next(row for row in rows if row.needs and row.state == "recorded")


@pytest.fixture
def page(window: MainWindow, visit: VisitRow, settled: Settle) -> PapersPage:
    page = window.show_page("papers", ("visit_record", visit.id))
    settled()
    settled()
    assert isinstance(page, PapersPage)
    return page


def test_what_is_shown_is_what_is_saved(page: PapersPage, visit: VisitRow, tmp_path: Path, settled: Settle) -> None:
    assert page.paper is not None
    assert page.document.status() == QPdfDocument.Status.Ready
    page.save(tmp_path / "记录表.pdf")
    settled()
    saved = (tmp_path / "记录表.pdf").read_bytes()
    assert saved == page.paper.content
    text = "".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(saved)).pages)
    assert visit.enterprise in "".join(text.split())
    assert len(pypdf.PdfReader(BytesIO(saved)).pages) == page.document.pageCount()


def test_what_is_shown_is_what_is_printed(page: PapersPage, tmp_path: Path) -> None:
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    printer.setResolution(100)
    printer.setFullPage(True)
    assert print_document(page.document, printer) == page.document.pageCount()
    printed = QPdfDocument()
    printed.load(str(tmp_path / "printed.pdf"))
    assert printed.pageCount() == page.document.pageCount()
    size = page.document.pagePointSize(0).toSize()
    one, other = page.document.render(0, size), printed.render(0, size)
    dark = sum(
        (one.pixelColor(x, y).lightness() < 128) != (other.pixelColor(x, y).lightness() < 128)
        for x in range(0, size.width(), 3)
        for y in range(0, size.height(), 3)
    )
    assert dark / (size.width() * size.height() / 9) < 0.03


def test_stopping_between_pages(page: PapersPage, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "half.pdf"))
    assert print_document(page.document, printer, lambda number, _all: number < 1) == 1


def test_a_place_that_cannot_be_written(page: PapersPage, tmp_path: Path, settled: Settle) -> None:
    page.save(tmp_path / "没有这个文件夹" / "x.pdf")
    settled()
    (banner,) = page.banners
    assert "记录没有受影响" in f"{banner.what}{banner.detail}"


def test_without_a_printer_saving_is_the_way(page: PapersPage) -> None:
    if page.printer.count():
        pytest.skip("this machine has a printer")
    assert not page.print_button.isVisible()
    assert page.save_button.property("kind") == "primary"


def test_the_list_opens_a_preview(window: MainWindow, settled: Settle) -> None:
    page = window.show_page("papers")
    settled()
    assert isinstance(page, PapersPage)
    assert page.list.model.rowCount() > 0
    page.list.table.opened.emit(page.list.model.row(0))
    settled()
    settled()
    assert page.paper is not None
    page.list.kind.set_code("intro_letter")
    page.list.reload()
    assert page.list.model.rowCount() > 0


@pytest.mark.parametrize("duplex", [True, False])
def test_the_printer_gets_the_paper_as_it_is_set(
    qapp: QApplication, duplex: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QPrinter.DuplexMode] = []

    class Printer(QPrinter):  # one that can print on both sides is not on every machine
        def setDuplex(self, mode: QPrinter.DuplexMode) -> None:  # noqa: N802 - Qt's name
            asked.append(mode)

    monkeypatch.setattr(printing, "QPrinter", Printer)
    printer = make_printer("", 3, duplex, "走访记录表")
    layout = printer.pageLayout()
    assert layout.pageSize().id() == QPageSize.PageSizeId.A4
    assert layout.mode() == QPageLayout.Mode.FullPageMode  # the paper brings its own margins
    assert layout.margins().isNull()
    assert (printer.copyCount(), printer.docName()) == (3, "走访记录表")
    assert asked == [QPrinter.DuplexMode.DuplexLongSide if duplex else QPrinter.DuplexMode.DuplexNone]


def test_the_signature_of_the_firm_is_on_the_record(
    window: MainWindow, page: PapersPage, visit: VisitRow, settled: Settle
) -> None:
    tasks = window.desk.tasks
    vault = vault_of(tasks.sessions)
    drawn = Drawing(((Point(10, 20, 0, 0.5), Point(60, 40, 16, 0.7)),), 600, 300, b"\x89PNG\r\n\x1a\n drawn")
    sealed = seal_signature(vault, tasks.fetch(lambda session: signing_text(session, visit.id)), "赵样例", drawn)
    tasks.write(page, lambda session: add_signature(session, visit.id, sealed))
    settled()
    settled()
    signature = tasks.fetch(lambda session: signature_of(session, visit.id))
    assert signature is not None
    assert page.paper is not None
    text = "".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(page.paper.content)).pages)
    assert f"核对码{signature.short}".replace(" ", "") in "".join(text.split())

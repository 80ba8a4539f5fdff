"""Printing the very bytes that are shown."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRect, QSize
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from broker_app.errors import PaperError
from broker_app.i18n import _

_DPI = 300
_POINTS_PER_INCH = 72


def printer_names() -> list[str]:
    """The printers of this computer, the default one first."""
    names = QPrinterInfo.availablePrinterNames()
    default = QPrinterInfo.defaultPrinterName()
    return sorted(names, key=lambda name: (name != default, name))


def make_printer(name: str, copies: int, duplex: bool, title: str) -> QPrinter:
    """A printer set to A4 without margins of its own: the paper brings its margins."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPrinterName(name)
    printer.setDocName(title)
    printer.setResolution(_DPI)
    printer.setFullPage(True)
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    printer.setCopyCount(copies)
    printer.setDuplex(QPrinter.DuplexMode.DuplexLongSide if duplex else QPrinter.DuplexMode.DuplexNone)
    return printer


def print_document(
    document: QPdfDocument, printer: QPrinter, go_on: Callable[[int, int], bool] = lambda _page, _pages: True
) -> int:
    """Print every page; ``go_on(page, pages)`` may stop between pages. Returns how many pages were handed over.

    Raises:
        PaperError: the printer does not take the job.
    """
    painter = QPainter()
    if not painter.begin(printer):
        raise PaperError(_("没能打印。记录没有受影响。打印机没有回应：请检查是否开机，或先存为 PDF。"))
    pages = document.pageCount()
    done = 0
    for page in range(pages):
        if not go_on(page, pages):
            break
        if page:
            printer.newPage()
        size = document.pagePointSize(page)
        pixels = QSize(
            round(size.width() / _POINTS_PER_INCH * printer.resolution()),
            round(size.height() / _POINTS_PER_INCH * printer.resolution()),
        )
        painter.drawImage(QRect(0, 0, pixels.width(), pixels.height()), document.render(page, pixels))
        done += 1
    painter.end()
    return done


def print_content(
    content: bytes, printer: QPrinter, go_on: Callable[[int, int], bool] = lambda _page, _pages: True
) -> int:
    """Print a PDF that no view shows, in whatever thread this runs; else like :func:`print_document`."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    try:
        document.load(buffer)
        return print_document(document, printer, go_on)
    finally:
        document.close()

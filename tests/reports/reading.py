"""Reads a paper back the way others will: two PDF readers and a QR reader."""

import io
from collections.abc import Sequence
from typing import Any

import pypdf
import pypdfium2
import zxingcpp


def pages_by_pdfium(content: bytes) -> list[str]:
    """The text of every page as pdfium reads it."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def pages_by_pypdf(content: bytes) -> list[str]:
    """The text of every page as pypdf reads it."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def joined(pages: Sequence[str]) -> str:
    """All text without any blank or line end: what is left must be what was written."""
    return "".join("".join(pages).split())


def qr_texts(content: bytes) -> list[str]:
    """What the QR codes say, read from pictures of the pages at 150 dpi."""
    document = pypdfium2.PdfDocument(content)
    try:
        pictures = [page.render(scale=150 / 72).to_pil() for page in document]
    finally:
        document.close()
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def fonts(content: bytes) -> list[tuple[str, bool]]:
    """Each font of the file and whether it is embedded."""
    found: dict[str, bool] = {}
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].get_object().values():
            name, descriptor = font.get_object()["/BaseFont"], font.get_object().get("/FontDescriptor")
            found[name] = bool(descriptor) and "/FontFile2" in descriptor.get_object()
    return sorted(found.items())

"""Where new attachments come from: files somebody chose or dropped, pictures somebody pasted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QUrl
from PySide6.QtGui import QImage

from broker_app.i18n import _
from broker_app.services.attachments import read_from_disk


@dataclass(frozen=True)
class Source:
    """A file to come: its name, and how to get its bytes (away from the UI thread)."""

    name: str
    read: Callable[[], bytes]


def file_sources(files: Sequence[str]) -> tuple[Source, ...]:
    """Sources of files on this computer."""
    return tuple(Source(Path(file).name, partial(read_from_disk, Path(file))) for file in files)


def mime_sources(data: QMimeData) -> tuple[Source, ...]:
    """Sources of what was pasted or dropped; an address on another computer is none."""
    if data.hasUrls():
        return file_sources([url.toLocalFile() for url in data.urls() if _is_here(url)])
    image = data.imageData() if data.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        return (Source(_("粘贴的图片.png"), partial(_png, image)),)
    return ()


def offers_files(data: QMimeData) -> bool:
    """Whether there is anything to attach in ``data``."""
    return data.hasImage() or any(_is_here(url) for url in data.urls())


def _is_here(url: QUrl) -> bool:
    # A share of another computer would tell it who we are as soon as it is asked for.
    return url.isLocalFile() and not url.host()


def _png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(held.data())

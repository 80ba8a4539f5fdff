"""Icons: Phosphor outlines tinted with a colour token and kept per name, size, colour and pixel ratio."""

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from broker_app.paths import resources
from broker_app.ui.shell.theme import theme

NAVIGATION = 20
BUTTON = 18
META = 16
BANNER = 22

_pixmaps: dict[tuple[str, int, str, float, bool, int], QPixmap] = {}
_listened: list[object] = []


def icon_file(name: str, filled: bool = False) -> Path:
    """The file of an icon; a filled form that does not exist falls back to the outline."""
    folder = resources() / "icons"
    solid = folder / "fill" / f"{name}.svg"
    return solid if filled and solid.is_file() else folder / "regular" / f"{name}.svg"


@cache
def _source(name: str, filled: bool) -> bytes:
    return icon_file(name, filled).read_bytes()


def pixmap(
    name: str, size: int, colour: str = "text2", *, filled: bool = False, ratio: float = 0.0, gap: int = 0
) -> QPixmap:
    """An icon of ``size`` px in the token ``colour``, with ``gap`` px of nothing at its right.

    ``ratio`` is the device pixel ratio of where it will be painted; 0 takes the sharpest screen's.
    """
    _clear_with_theme()
    scale = ratio or QGuiApplication.instance().devicePixelRatio()  # type: ignore[union-attr]
    key = (name, size, colour, scale, filled, gap)
    if key not in _pixmaps:
        _pixmaps[key] = _rendered(name, size, theme().color(colour), scale, filled, gap)
    return _pixmaps[key]


def paint_icon(
    painter: QPainter, x: float, y: float, name: str, size: int, colour: str = "text2", *, filled: bool = False
) -> None:
    """Paint an icon with its top left corner at ``x``, ``y``."""
    device = painter.device()
    ratio = device.devicePixelRatioF() if device is not None else 1.0
    painter.drawPixmap(round(x), round(y), pixmap(name, size, colour, filled=filled, ratio=ratio))


def icon(name: str, size: int = BUTTON, colour: str = "text2", *, filled: bool = False, gap: int = 0) -> QIcon:
    """An icon for buttons and menus; its disabled form takes the token ``off``."""
    found = QIcon()
    found.addPixmap(pixmap(name, size, colour, filled=filled, gap=gap), QIcon.Mode.Normal)
    found.addPixmap(pixmap(name, size, "off", filled=filled, gap=gap), QIcon.Mode.Disabled)
    return found


def _rendered(name: str, size: int, colour: QColor, ratio: float, filled: bool, gap: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_source(name, filled).replace(b"currentColor", colour.name().encode())))
    image = QPixmap(round((size + gap) * ratio), round(size * ratio))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


def _clear_with_theme() -> None:
    look = theme()
    if look not in _listened:
        _listened[:] = [look]
        look.changed.connect(_pixmaps.clear)

"""The tiles of the strip: a photo or file, the place where new ones are dropped, and how many more there are."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from broker_app.i18n import _
from broker_app.services.attachments import AttachmentRow
from broker_app.ui.attachments.sources import mime_sources, offers_files
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import elided
from broker_app.ui.shell.theme import theme

_WIDTH, _HEIGHT, _RADIUS = 72, 54, 6
_ADD_WIDTH, _ADD_SIDE = 118, 12
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def tile_size() -> QSize:
    """Size of a tile at the chosen text size."""
    factor = max(1.0, theme().scale.factor)
    return QSize(round(_WIDTH * factor), round(_HEIGHT * factor))


def narrow_size() -> QSize:
    """Size of a tile that shows no photo, where there is little room."""
    size = tile_size()
    return QSize(round(size.width() * 0.62), size.height())


class _Tile(QAbstractButton):
    """A plate that can be pressed by mouse and keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """One tile."""
        return tile_size()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def _plate(self, painter: QPainter, ground: str, border: str, *, dashed: bool = False) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme().color(ground))
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme().color(border), 1, style))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)


class AttachmentTile(_Tile):
    """A photo in small, or the icon and name of another file."""

    removal_wanted = Signal()
    menu_wanted = Signal(object)

    def __init__(self, row: AttachmentRow, preview: bytes, *, here: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row, self.here = row, here
        self._picture = QPixmap()
        if preview:
            self._picture.loadFromData(preview)
        where = "" if here else _("还在某台电脑上")
        self.setToolTip("\n".join(filter(None, (row.name, where))))
        self.setAccessibleName(" ".join(filter(None, (_("附件"), row.name, where))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes the attachment off."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of this attachment."""
        self.menu_wanted.emit(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo to the edges, or what kind of file it is."""
        painter = QPainter(self)
        if not self.here:
            self._plate(painter, "sunken", "line2", dashed=True)
            self._words(painter, QRectF(self.rect()), _("还在某台\n电脑上"))
        elif self._picture.isNull():
            self._plate(painter, "hover" if self.underMouse() else "sunken", "line")
            icon = "file-pdf" if self.row.mime == "application/pdf" else "file-text"
            name_height = theme().line("tiny")
            space = self.height() - name_height - 2
            icons.paint_icon(painter, (self.width() - icons.NAVIGATION) / 2, (space - 16) / 2, icon, icons.NAVIGATION)
            shown = elided(self.row.name, theme().font("tiny"), self.width() - 8)
            self._words(painter, QRectF(0, self.height() - name_height - 3, self.width(), name_height), shown)
        else:
            self._paint_picture(painter)

    def _words(self, painter: QPainter, box: QRectF, words: str) -> None:
        painter.setFont(theme().font("tiny"))
        painter.setPen(theme().color("text2"))
        painter.drawText(box, _CENTRE, words)

    def _paint_picture(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(edge)
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(self.width() * ratio), round(self.height() * ratio))
        filling = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        cut = self._picture.scaled(wanted, filling, Qt.TransformationMode.SmoothTransformation)
        left, top = (cut.width() - wanted.width()) / 2, (cut.height() - wanted.height()) / 2
        painter.drawPixmap(QRectF(self.rect()), cut, QRectF(left, top, wanted.width(), wanted.height()))
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("line2"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)


class AddTile(_Tile):
    """粘贴或拖入: press it to choose files, drop some on it, or paste while it has the keyboard."""

    offered = Signal(object)
    """A tuple of :class:`Source`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = 0
        self._over = False
        self._small = False
        self.setAcceptDrops(True)
        self.setAccessibleName(_("加照片或文件"))
        self.setToolTip(_("选照片或文件，也可以拖到这里，或按 Ctrl+V 粘贴"))

    def sizeHint(self) -> QSize:
        """Room for the words, or one tile where there is none."""
        size = tile_size()
        return narrow_size() if self._small else QSize(self.full_width(), size.height())

    def full_width(self) -> int:
        """Width with its words."""
        words = theme().scale.metrics("meta").horizontalAdvance(_("粘贴或拖入"))
        return max(_ADD_WIDTH, words + icons.META + 6 + 2 * _ADD_SIDE)

    def set_small(self, small: bool) -> None:
        """Give way to the photos: an icon without words."""
        if small != self._small:
            self._small = small
            self.updateGeometry()

    def show_busy(self, files: int) -> None:
        """Say how many files are being taken in."""
        self._busy = files
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V takes what lies on the clipboard."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.offered.emit(mime_sources(QGuiApplication.clipboard().mimeData()))
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show that what is held would be taken."""
        if offers_files(event.mimeData()):
            self._over = True
            self.update()
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing is held over it any more."""
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._over = False
        self.update()
        event.acceptProposedAction()
        self.offered.emit(mime_sources(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed plate with icon and words."""
        painter = QPainter(self)
        ground = "tint" if self._over else "hover" if self.underMouse() else "surface"
        self._plate(painter, ground, "accent" if self._over else "edge", dashed=True)
        words = _("正在加 {n} 份").format(n=self._busy) if self._busy else _("粘贴或拖入")
        font = theme().font("meta")
        metrics = theme().scale.metrics("meta")
        width = icons.META + (0 if self._small else 6 + metrics.horizontalAdvance(words))
        left = (self.width() - width) / 2
        icon = "hourglass" if self._busy else "plus" if self._small else "image"
        icons.paint_icon(painter, left, (self.height() - icons.META) / 2, icon, icons.META)
        if not self._small:
            painter.setFont(font)
            painter.setPen(theme().color("text2"))
            box = QRectF(left + icons.META + 6, 0, self.width(), self.height())
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)


class MoreTile(_Tile):
    """How many attachments there is no room for; pressing it shows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0

    def show_count(self, count: int) -> None:
        """Say how many are not shown."""
        self._count = count
        self.setAccessibleName(_("还有 {n} 份附件").format(n=count))
        self.update()

    def sizeHint(self) -> QSize:
        """Narrower than a photo."""
        return narrow_size()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the number."""
        painter = QPainter(self)
        self._plate(painter, "hover" if self.underMouse() else "sunken", "line")
        painter.setFont(theme().font("body", strong=True))
        painter.setPen(theme().color("text2"))
        painter.drawText(QRectF(self.rect()), _CENTRE, f"+{self._count}")

"""Looking at the photos of a record inside the window: nothing is written to the disk in clear for it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.services.attachments import AttachmentRow
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import ElidedWords, Facts
from broker_app.ui.shell.theme import theme

_WIDTH = 980


class Reader(Protocol):
    """Where the bytes of a file come from."""

    def has(self, sha256: str) -> bool:
        """Whether they are on this computer."""

    def read(self, sha256: str) -> bytes:
        """The bytes."""


class PhotoView(QWidget):
    """One photo as large as there is room, or words where there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("照片"))

    @property
    def words(self) -> str:
        """What is said in the place of a photo, "" while one is shown."""
        return self._words

    def show_photo(self, content: bytes, words: str = "") -> None:
        """Show a photo; ``words`` say why there is none."""
        self._picture = QPixmap()
        if content:
            self._picture.loadFromData(content)
        self._words = words
        self.update()

    def sizeHint(self) -> QSize:
        """Most of the window."""
        room = self.window().size()
        return QSize(min(_WIDTH - 48, room.width() - 160), max(240, room.height() - 250))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photo on a quiet ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme().color("sunken"))
        if self._picture.isNull():
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text2"))
            painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), self._words)
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        size = self._picture.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        width, height = size.width() / ratio, size.height() / ratio
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))


class PhotoDialog(Dialog):
    """The attachments of a record one after the other; arrow keys turn."""

    open_wanted = Signal(object)
    export_wanted = Signal(object)
    removal_wanted = Signal(object)

    def __init__(
        self, host: QWidget, desk: Desk, vault: Reader, rows: Sequence[AttachmentRow], at: int, *, editable: bool
    ) -> None:
        super().__init__(host, _("附件"), dismiss=_("关闭"), width=_WIDTH)
        self._desk, self._vault, self._rows, self._at = desk, vault, tuple(rows), at
        self.view = PhotoView()
        self.name = ElidedWords("", "body", "text", strong=True)
        self.facts = Facts()
        self.previous = tool_button("arrow-left", _("上一份"), lambda: self.turn(-1))
        self.following = tool_button("arrow-right", _("下一份"), lambda: self.turn(1))
        line = row_of(self.previous, self.following, self.name, self.facts, spacing=8)
        line.setStretch(2, 1)
        self.content.addLayout(line)
        self.content.addWidget(self.view, 1)
        self.open_button = Button(_("用别的程序打开"), on_click=lambda: self.open_wanted.emit(self.row))
        self.export_button = Button(
            _("另存为"), icon="download-simple", on_click=lambda: self.export_wanted.emit(self.row)
        )
        self.remove_button = Button(_("移除"), "danger", icon="trash", on_click=self._remove)
        self.remove_button.setVisible(editable)
        for number, button in enumerate((self.remove_button, self.export_button, self.open_button)):
            self.foot.insertWidget(number + 1, button)
        self._show()

    @property
    def row(self) -> AttachmentRow:
        """The attachment shown."""
        return self._rows[self._at]

    def turn(self, step: int) -> None:
        """Show the next attachment, or the one before."""
        self._at = max(0, min(len(self._rows) - 1, self._at + step))
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows turn, Esc closes."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.turn(-1 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        row = self.row
        here = self._vault.has(row.sha256)
        self.name.set_text(row.name)
        number = f"{self._at + 1} / {len(self._rows)}" if len(self._rows) > 1 else ""
        agreed = _("企业同意") if row.consent else ""
        self.facts.set_facts([number, size_words(row.size), row.author, agreed])
        self.previous.setEnabled(self._at > 0)
        self.following.setEnabled(self._at < len(self._rows) - 1)
        self.open_button.setVisible(here and not row.is_picture)
        self.export_button.setEnabled(here)
        if not here:
            self.view.show_photo(b"", _("还在某台电脑上，那台电脑联网上传以后就能看到"))
        elif not row.is_picture:
            self.view.show_photo(b"", _("这份附件要用别的程序打开"))
        else:
            self.view.show_photo(b"", _("正在打开"))
            self._desk.tasks.run(self, self._reading(row), lambda content: self._arrived(row, content), self._failed)

    def _reading(self, row: AttachmentRow) -> Callable[[], bytes]:
        return lambda: self._vault.read(row.sha256)

    def _arrived(self, row: AttachmentRow, content: bytes) -> None:
        if row is self.row:
            self.view.show_photo(content)

    def _failed(self, error: BrokerError) -> None:
        self.view.show_photo(b"", error.message)

    def _remove(self) -> None:
        self.removal_wanted.emit(self.row)
        self.close_with(False)


def size_words(size: int) -> str:
    """A size as people read it."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024**2:.1f} MB"

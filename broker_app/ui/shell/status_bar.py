"""The status bar answers two questions: is it safe here, and what is not uploaded yet."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from broker_app.i18n import _, counted
from broker_app.ui.shell import icons
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Hairline, Panel
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.theme import theme

HEIGHT = 32


class StatusBar(Panel):
    """Connection, safety, what waits, and when the last word was saved."""

    sync_wanted = Signal()
    index_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("nav", lines=("top",), parent=parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 16, 0)
        row.setSpacing(0)
        self.connection = Button("", "status", icon="wifi-slash", on_click=self.sync_wanted.emit)
        self.safety = Button(_("全部已安全存在本机"), "status", on_click=self.sync_wanted.emit)
        self.pending = Button("", "status", on_click=self.sync_wanted.emit)
        self.last_sync = Button("", "status", on_click=self.sync_wanted.emit)
        self.index = Button("", "status", on_click=self.index_clicked.emit)
        self._parts: list[tuple[Hairline | None, Button]] = []
        for number, part in enumerate((self.connection, self.safety, self.pending, self.last_sync, self.index)):
            line = None
            if number:
                line = Hairline(vertical=True, colour="line2")
                line.setFixedHeight(12)
                row.addWidget(line)
            row.addWidget(part)
            self._parts.append((line, part))
        row.addStretch(1)
        self._tick = QLabel()
        row.addWidget(self._tick)
        row.addSpacing(6)
        self.saved = Words("", "meta", "text2")
        row.addWidget(self.saved)
        self._take_size()
        theme().changed.connect(self._take_size)
        self.show_connection(connected=None)
        self.show_pending(0)
        self.show_last_sync("")

    def show_connection(self, *, connected: bool | None) -> None:
        """Connected, offline, or (None) no server chosen yet."""
        words = {True: _("已连网"), False: _("离线"), None: _("离线可用，还没登录服务器")}[connected]
        self.connection.setText(words)
        self.connection.set_icon("wifi-high" if connected else "wifi-slash")

    def show_pending(self, count: int) -> None:
        """How many changes the server has not received; the truth is the outbox."""
        self.pending.setText(counted("还有 {n} 条未上传", "还有 {n} 条未上传", count) if count else _("没有要上传的"))

    def show_last_sync(self, words: str) -> None:
        """When the last upload succeeded."""
        self.last_sync.setText(words)
        self._drop_parts()

    def show_index(self, words: str, explained: str) -> None:
        """How far the index of texts is; nothing when it is up to date."""
        self.index.setText(words)
        self.index.setToolTip(explained)
        self._drop_parts()

    def show_saved(self, at: datetime) -> None:
        """When the last word was saved on this computer (local time)."""
        self._tick.setPixmap(icons.pixmap("check", icons.META, "ok_text"))
        self.saved.setText(_("已存本机 {time}").format(time=f"{at:%H:%M:%S}"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop parts from the right where the window is narrow."""
        super().resizeEvent(event)
        self._drop_parts()

    def _drop_parts(self) -> None:
        left = self.width() - 220
        for line, part in self._parts:
            left -= part.sizeHint().width() + 1
            visible = left > 0 and bool(part.text())
            part.setVisible(visible)
            if line is not None:
                line.setVisible(visible)

    def _take_size(self) -> None:
        self.setFixedHeight(theme().scale.height(HEIGHT, "meta", 5))

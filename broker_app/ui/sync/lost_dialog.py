"""The list of what is no longer this person's, to look at and to take along as a table."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError
from broker_app.exchange.lost_file import write_lost
from broker_app.i18n import _, counted
from broker_app.services.lost_scopes import LostScope
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph

_SHOWN = 40


class LostDialog(Dialog):
    """What went, by kind and title."""

    def __init__(self, host: QWidget, desk: Desk, lost: LostScope) -> None:
        title = _("「{place}」不再归你").format(place=lost.words)
        super().__init__(host, title, primary=_("导出清单"), icon="export", dismiss=_("关上"))
        self._desk, self._lost = desk, lost
        words = _("记录都在服务器上，归那边的人管。清单只有名称，点「知道了」以后清单也不留。")
        self.content.addWidget(Paragraph(words, "body", "text2"))
        self.lines = KeyValues(72)
        self.lines.show_lines(lost.records[:_SHOWN])
        self.content.addWidget(self.lines)
        rest = len(lost.records) - _SHOWN
        if rest > 0:
            more = counted("还有 {n} 条，导出可以看全。", "还有 {n} 条，导出可以看全。", rest)
            self.content.addWidget(Paragraph(more, "meta", "text3"))
        self.told = Paragraph("", "body", "ok_text")
        self.content.addWidget(self.told)
        self.told.hide()

    def accept(self) -> None:
        """Write the list into the documents folder."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        lost = self._lost
        self._desk.tasks.run(self, lambda: write_lost(lost, folder), self._on_written, self._on_refused)

    def _on_written(self, file: Path) -> None:
        self.told.set_text(_("已导出：{file}").format(file=file))
        self.told.show()
        self._place()

    def _on_refused(self, error: BrokerError) -> None:
        self.close_with(False)
        self._desk.complain(error)

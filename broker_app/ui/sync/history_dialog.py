"""改动经过 of one record: first what this computer knows, then what the server tells of everybody."""

from importlib import import_module
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, first_sentence
from broker_app.services.record_history import HistoryEntry, history_lines, own_history, whole_history
from broker_app.ui.shell.cards import clear_layout
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import Facts, Paragraph
from broker_app.ui.sync.words import when_words

_MOST = 60


class HistoryDialog(Dialog):
    """Who changed what and when."""

    def __init__(self, host: QWidget, desk: Desk, kind: str, record: UUID, title: str) -> None:
        super().__init__(host, _("改动经过：{title}").format(title=title), dismiss=_("知道了"))
        self._desk, self._kind, self._record = desk, kind, record
        self._own: tuple[HistoryEntry, ...] = ()
        self.source = Paragraph(_("正在向服务器问别人的改动……"), "meta", "text3")
        self.content.addWidget(self.source)
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        self.content.addLayout(self._list)
        self._own = desk.tasks.fetch(lambda session: own_history(session, record))
        self._show(())
        sessions = desk.tasks.sessions
        desk.tasks.run(self, lambda: _told(sessions, kind, record), self._on_told, self._on_refused)

    def _on_told(self, told: tuple[HistoryEntry, ...]) -> None:
        words = (
            _("服务器上记着的和本机还没上传的都在这里。")
            if told
            else _("这里是本机记着的改动，登录并上传后能看到每个人的。")
        )
        self.source.set_text(words)
        self._show(told)

    def _on_refused(self, error: BrokerError) -> None:
        why = first_sentence(error.message)[0].rstrip("。.")
        words = _("问不到服务器（{why}），这里是本机记着的。").format(why=why)
        self.source.set_text(words)

    def _show(self, told: tuple[HistoryEntry, ...]) -> None:
        clear_layout(self._list)
        lines = history_lines(self._kind, whole_history(self._own, told))
        for line in lines[:_MOST]:
            block = QVBoxLayout()
            block.setSpacing(1)
            block.addWidget(Facts([when_words(line.at) if line.at else "", line.who, line.state]))
            for words in line.parts:
                block.addWidget(Paragraph(words, "body", "text", max_lines=3))
            self._list.addLayout(block)
        if not lines:
            self._list.addWidget(Paragraph(_("没有记着的改动。"), "body", "text2"))
        if self.isVisible():
            self._place()


def _told(sessions: Any, kind: str, record: UUID) -> Any:
    return import_module("broker_app.sync.rounds").told_history(sessions, kind, record)

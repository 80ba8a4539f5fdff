"""移交: to which team or county office a record goes, and what that means for whom."""

from uuid import UUID

from PySide6.QtWidgets import QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, counted
from broker_app.sync.handover import Handover, hand_over, handover_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog, tell
from broker_app.ui.shell.fields import Combo, Field
from broker_app.ui.shell.text_blocks import Paragraph


class HandOverDialog(Dialog):
    """Asks where to, and says who will see the record and who no longer."""

    def __init__(self, host: QWidget, desk: Desk, kind: str, record: UUID, offered: Handover) -> None:
        super().__init__(host, _("移交「{title}」").format(title=offered.title), primary=_("移交"), icon="arrow-right")
        self._desk, self._kind, self._record = desk, kind, record
        self.target = Combo(offered.targets)
        self.content.addWidget(Field(_("移交给"), self.target, help_text=_("只能移交给你自己也在里面的地方")))
        for words in _consequences(kind, offered):
            self.content.addWidget(Paragraph(words, "body", "text2"))

    def accept(self) -> None:
        """Hand it over; it goes up with the next exchange."""
        kind, record, target = self._kind, self._record, self.target.code
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(
            self, lambda session: hand_over(session, kind, record, target), self._on_done, self._on_refused
        )

    def _on_done(self, _count: int) -> None:
        self._desk.toast(_("已移交给{place}，会自动上传").format(place=self.target.currentText()), icon="arrow-right")
        self.close_with(True)

    def _on_refused(self, error: BrokerError) -> None:
        self.close_with(False)
        self._desk.complain(error)


def ask_handover(host: QWidget, desk: Desk, kind: str, record: UUID) -> None:
    """Open the dialog, or say why there is nowhere to hand a record over to."""

    def show(offered: Handover) -> None:
        if offered.targets:
            HandOverDialog(host, desk, kind, record, offered).open()
        else:
            words = _("你的账号只在一个团队（县区）里，没有可以移交的地方。要移交，请管理员先把你加进去。")
            tell(host, _("不能移交"), [words])

    desk.tasks.read(host, lambda session: handover_of(session, kind, record), show)


def _consequences(kind: str, offered: Handover) -> list[str]:
    along = counted("跟着走的有 {n} 条。", "跟着走的有 {n} 条。", offered.along) if offered.along else ""
    if kind == "need":
        return [
            _("现在归{place}。移交以后，那边的人都能看到这条需求，包括不得外传的内容。").format(place=offered.now_with),
            _("原来团队的人就看不到了；他们还没上传的改动不会丢，会跟过去。"),
            _("对接、附件和经过跟着走，走访记录留在原来的团队。") + along,
        ]
    return [
        _("现在归{place}。移交以后，那边的人能看到这家企业和联系人。").format(place=offered.now_with),
        _("原来县区的人就看不到了。走访和需求归团队，不跟着走。") + along,
    ]

"""Beside a need: whether everybody may read it, and what can be done about that."""

from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.services.needs import get_need
from broker_app.services.numbers import today
from broker_app.services.publishing import (
    Publication,
    PublicationState,
    PublicPreview,
    may_publish,
    preview_publication,
    publication_of,
    withdraw_publication,
)
from broker_app.services.sessions import Session
from broker_app.services.sync_state import account_of
from broker_app.services.typed_dates import date_text
from broker_app.ui.needs.publish_dialog import PublishDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import ask
from broker_app.ui.shell.text_blocks import ChipLabel, Paragraph


class PublishSide(QWidget):
    """One card; hidden while the need was never published and its step button offers that."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._need_id: UUID | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._card = Card()
        column.addWidget(self._card)
        self.chip = ChipLabel()
        self._card.column.addLayout(row_of(self.chip, None))
        self.words = Paragraph("", "body", "text2")
        self._card.column.addWidget(self.words)
        self.again_button = Button(_("更新公开的内容"), icon="megaphone", small=True, on_click=self.publish)
        self.withdraw_button = Button(_("撤回发布"), "quiet", icon="prohibit", small=True, on_click=self.withdraw)
        self._card.column.addLayout(row_of(self.again_button, self.withdraw_button, None, spacing=4))
        self.hide()

    def forget(self) -> None:
        """Another need is shown, or none yet."""
        self._need_id = None
        self.hide()

    def read(self, need_id: UUID) -> None:
        """Read again where the publication stands."""
        self._need_id = need_id
        self._desk.tasks.read(self, partial(_read, need_id=need_id), partial(self._show, need_id), self._on_gone)

    def publish(self) -> None:
        """Show what everybody would read, and ask."""
        need_id = self._need_id
        if need_id is not None:
            self._desk.tasks.read(
                self, lambda session: preview_publication(session, need_id), partial(self._ask, need_id)
            )

    def withdraw(self) -> None:
        """Take it off everybody's list."""
        need_id = self._need_id
        if need_id is None:
            return
        ask(
            self,
            _("撤回发布？"),
            _("公开的内容会从所有人的电脑上清空，只留编号。需求还在本团队，改好后可以再发布。"),
            _("撤回发布"),
            lambda: self._desk.tasks.write(
                self,
                lambda session: withdraw_publication(session, need_id, _("撤回发布")),
                lambda _none: self._desk.toast(_("已撤回发布，会自动上传"), icon="prohibit"),
            ),
        )

    def _ask(self, need_id: UUID, preview: PublicPreview) -> None:
        if need_id != self._need_id:
            return
        dialog = PublishDialog(self, self._desk, need_id, preview)
        dialog.published.connect(lambda: self._desk.toast(_("已公开，会自动上传"), icon="megaphone"))
        dialog.open()

    def _show(self, need_id: UUID, found: tuple[Publication | None, bool, bool]) -> None:
        if need_id != self._need_id:
            return
        publication, may, is_known = found
        self.setVisible(publication is not None)
        if publication is None:
            return
        words, tone, icon = _chip(publication)
        self.chip.set_chip(words, tone, icon)
        self.words.set_text(_sentence(publication, is_known=is_known))
        is_off = publication.withdrawn_on is not None
        self.again_button.setText(_("再发布") if is_off else _("更新公开的内容"))
        self.again_button.setVisible(may and (is_off or not publication.is_current or _is_refused(publication)))
        self.withdraw_button.setVisible(not is_off and not publication.change_waits)

    def _on_gone(self, _error: BrokerError) -> None:
        self.hide()  # the page itself says that the need is not here any more


def _read(session: Session, need_id: UUID) -> tuple[Publication | None, bool, bool]:
    state = get_need(session, need_id).state
    return publication_of(session, need_id), may_publish(state), account_of(session).is_known


def _is_refused(publication: Publication) -> bool:
    return publication.state is PublicationState.REFUSED


def _chip(publication: Publication) -> tuple[str, str, str]:
    return {
        PublicationState.WAITING: (_("等着上传"), "plain", "circle-dashed"),
        PublicationState.ASKED: (_("等成果管理员收下"), "accent", "hourglass"),
        PublicationState.REFUSED: (_("没有被收下"), "warn", "arrow-u-up-left"),
        PublicationState.PUBLIC: (_("已公开"), "ok", "megaphone"),
        PublicationState.WITHDRAWN: (_("已撤回发布"), "plain", "prohibit"),
    }[publication.state]


def _sentence(publication: Publication, *, is_known: bool) -> str:
    match publication.state:
        case PublicationState.WAITING:
            return _("下次上传就送出去。") if is_known else _("还没登录服务器，登录以后才送出去。")
        case PublicationState.ASKED:
            return _("你的账号不能直接写公开的资料，已送成果管理员，收下后大家就能看到。")
        case PublicationState.REFUSED:
            why = publication.answer or _("没有写原因")
            return _("成果管理员没有收：{why}。改好后可以再送。").format(why=why.rstrip("。."))
        case PublicationState.WITHDRAWN:
            return _("别人看不到内容了，只留编号。")
    if publication.change_waits:
        return _("改动已送成果管理员，他收下之前，别人看到的还是原来的。")
    if not publication.is_current:
        return _("需求后来改过，别人看到的还是原来的。")
    since = date_text(publication.published_on, today()) if publication.published_on else ""
    return _("{day}起大家都能看到，企业和联系人没有公开。").format(day=since)

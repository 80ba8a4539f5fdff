"""Signing in to a server: first whose server it is, shown large, then name and password."""

import platform
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from broker_app.errors import BrokerError, SignInError
from broker_app.i18n import _
from broker_app.services.sync_state import Account
from broker_app.ui.gate.activation_card import code_files
from broker_app.ui.gate.window import PassphraseLine
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words


class SignInDialog(Dialog):
    """Two steps in one card: find the server, then sign in. A profile that knows its server begins at the second."""

    def __init__(self, host: QWidget, desk: Desk, account: Account) -> None:
        super().__init__(host, _("登录服务器"), primary=_("下一步"), icon="")
        self._desk = desk
        self._address = account.url
        self._certificate = ""
        self.content.addWidget(
            Paragraph(_("登录以后，记录会自动上传，同事的也会下载下来。不登录也能一直用。"), "body", "text2")
        )
        self.url = ImeAwareLineEdit()
        self.url.setPlaceholderText("sync.example.cn")
        self.url.setText(account.url)
        self.url_field = Field(
            _("服务器地址或激活码"),
            self.url,
            help_text=_("管理员给的地址或激活码，粘贴进来就行。登录以后这份资料就归这个服务器，不能再换。"),
        )
        self.content.addWidget(self.url_field)
        self.file_button = Button(
            _("从文件或二维码图片读激活码"), "quiet", icon="scan", small=True, on_click=self._choose
        )
        self._file_row = QWidget()
        self._file_row.setLayout(row_of(self.file_button, None))
        self.content.addWidget(self._file_row)
        self._server = _ServerCard()
        self.content.addWidget(self._server)
        self.login, self.password, self.device = ImeAwareLineEdit(), PassphraseLine(), ImeAwareLineEdit()
        self.login.setText(account.login)
        self.device.setText(account.device or platform.node())
        self.login_field = Field(_("账号"), self.login)
        self.password_field = Field(_("服务器密码"), self.password, help_text=_("不是本机口令"))
        self.device_field = Field(_("这台电脑叫什么"), self.device, help_text=_("丢了电脑时，管理员凭名字停用它"))
        self._second = (self.login_field, self.password_field, self.device_field)
        for field in self._second:
            self.content.addWidget(field)
        if account.is_known:
            self._show_server(account.server, account.url)
        else:
            self._show_step(found=False)

    @property
    def server_words(self) -> str:
        """The organisation shown large, "" before it is found."""
        return self._server.name.text() if not self._server.isHidden() else ""

    def accept(self) -> None:
        """Find the server, or sign in."""
        for field in (self.url_field, *self._second):
            field.show_error("")
        self.primary_button.setEnabled(False)
        if self._server.isHidden():
            typed = self.url.text()
            self._desk.tasks.run(self, lambda: _activation_file().find_typed(typed), self._on_found, self._on_refused)
            return
        said = (self.login.text(), self.password.text(), self.device.text().strip())
        wanted = (self._address, *said, "", self._certificate)
        sessions = self._desk.tasks.sessions
        self._desk.tasks.run(
            self, lambda: _rounds().log_in(sessions, _rounds().LogIn(*wanted)), self._on_done, self._on_refused
        )

    def read_file(self, file: Path) -> None:
        """Read an activation code from a text file or a picture, and look for its server."""
        self.url_field.show_error("")
        self.primary_button.setEnabled(False)
        self._desk.tasks.run(self, lambda: _activation_file().find_in_file(file), self._on_found, self._on_refused)

    def _choose(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, _("选激活文件或二维码图片"), "", code_files())
        if name:
            self.read_file(Path(name))

    def _on_found(self, found: Any) -> None:
        self._certificate = found.certificate
        if found.login:
            self.login.setText(found.login)
        self._show_server(found.name, found.address)

    def _show_server(self, name: str, address: str) -> None:
        self._address = address
        self._server.show_server(name, address)
        self._show_step(found=True)
        (self.password if self.login.text() else self.login).setFocus()

    def _show_step(self, *, found: bool) -> None:
        self.url_field.setVisible(not found)
        self._file_row.setVisible(not found)
        self._server.setVisible(found)
        for field in self._second:
            field.setVisible(found)
        self.primary_button.setText(_("登录") if found else _("下一步"))
        self.primary_button.setEnabled(True)
        if self.isVisible():
            self._place()

    def _on_done(self, _sign_in: Any) -> None:
        self.close_with(True)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        if not self._server.isHidden():
            (self.password_field if isinstance(error, SignInError) else self.login_field).show_error(error.message)
        else:
            self.url_field.show_error(error.message)
        self._place()


class _ServerCard(Card):
    """Whose server it is, large, so that nobody signs in to another one by mistake."""

    def __init__(self) -> None:
        super().__init__(ground="sunken")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(IconLabel("shield-check", "ok_text", 20))
        self.name = Words("", "title", "text")
        row.addWidget(self.name, 1)
        self.column.addLayout(row)
        self.address = Words("", "meta", "text2")
        self.column.addWidget(self.address)

    def show_server(self, name: str, address: str) -> None:
        """Show the organisation and its address."""
        self.name.setText(name)
        self.address.setText(address)
        self.setAccessibleName(_("服务器 {name}，{address}").format(name=name, address=address))


def _activation_file() -> Any:
    return import_module("broker_app.sync.activation_file")  # reads pictures, and most sign-ins never need it


def _rounds() -> Any:
    return import_module("broker_app.sync.rounds")  # HTTP is slow to load; this runs off the UI thread

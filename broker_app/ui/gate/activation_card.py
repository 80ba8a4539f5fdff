"""The first run with an activation code: whose server it is, shown large, then account and name of the computer.

The passphrase of this computer comes after it, for which the ordinary first card is shown.
"""

import platform
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.ui.gate.window import GateCard, PassphraseLine
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import IconLabel, Words


class ActivationCard(GateCard):
    """Two steps in one card: find the server of a code, then sign in."""

    code_given = Signal(str)
    file_given = Signal(object)
    """The file a code is in."""

    sign_in_given = Signal(str, str, str)
    """Login, password, and what the computer is called."""

    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(_("用激活码登录"), _("激活码是管理员发的一行字、一个文件或一张二维码"))
        self.code = ImeAwareLineEdit(placeholder=_("kjzf1: 开头，粘贴进来"))
        self.code_field = Field(_("激活码或服务器地址"), self.code)
        self.column.addWidget(self.code_field)
        self.file_button = Button(_("从文件或二维码图片读"), "quiet", icon="scan", small=True, on_click=self._choose)
        self._file_row = QWidget()
        self._file_row.setLayout(row_of(self.file_button, None))
        self.column.addWidget(self._file_row)
        self.server = Words("", "title", "text")
        self.address = Words("", "meta", "text2")
        self._server_row = QWidget()
        self._server_row.setLayout(row_of(IconLabel("shield-check", "ok_text", 20), self.server, None, spacing=10))
        self.login, self.password, self.device = ImeAwareLineEdit(), PassphraseLine(), ImeAwareLineEdit()
        self.device.setText(platform.node())
        self.login_field = Field(_("账号"), self.login, required=True)
        self.password_field = Field(
            _("服务器密码"), self.password, required=True, help_text=_("不是本机口令，管理员给的")
        )
        self.device_field = Field(_("这台电脑叫什么"), self.device)
        self._second = (
            self._server_row,
            self.address,
            self.login_field,
            self.password_field,
            self.device_field,
        )
        for widget in self._second:
            self.column.addWidget(widget)
            widget.hide()
        self.column.addSpacing(8)
        self.button = Button(_("下一步"), "primary", icon="arrow-right", on_click=self._give)
        self.button.setProperty("big", "1")
        self.column.addWidget(self.button)
        back = Button(_("没有激活码，先不登录"), "quiet", small=True, on_click=self.back_wanted.emit)
        self.column.addSpacing(4)
        self.column.addLayout(row_of(None, back, None))
        self.code.returnPressed.connect(self._give)
        self.password.returnPressed.connect(self._give)

    @property
    def is_found(self) -> bool:
        """Whether the server has been found and is shown."""
        return not self._server_row.isHidden()

    def show_server(self, found: Any) -> None:
        """Show the organisation large, and ask for the account; ``found`` is ``sync.activation_file.FoundServer``."""
        self.button.setEnabled(True)
        self.server.setText(found.name)
        self.address.setText(found.address)
        self.login.setText(found.login or self.login.text())
        self.code_field.hide()
        self._file_row.hide()
        self.brand.hide()  # the small window has no room for both, and here somebody else's name counts
        self.sentence.setText(_("是你单位的服务器再登录，名字不对先问管理员"))
        for widget in self._second:
            widget.show()
        (self.password if self.login.text() else self.login).setFocus()

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is wrong beside its field."""
        self.button.setEnabled(True)
        (self.password_field if self.is_found else self.code_field).show_error(error.message)

    def _give(self) -> None:
        commit_composition()
        for field in (self.code_field, self.login_field, self.password_field):
            field.show_error("")
        if not self.button.isEnabled():
            return
        if not self.is_found:
            if self.code.text().strip():
                self.button.setEnabled(False)
                self.code_given.emit(self.code.text())
            else:
                self.code_field.show_error(_("请粘贴激活码"))
        elif not self.login.text().strip():
            self.login_field.show_error(_("请写账号"))
        elif not self.password.text():
            self.password_field.show_error(_("请输服务器密码"))
        else:
            self.button.setEnabled(False)
            self.sign_in_given.emit(self.login.text(), self.password.text(), self.device.text().strip())

    def _choose(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, _("选激活文件或二维码图片"), "", code_files())
        if name:
            self.button.setEnabled(False)
            self.file_given.emit(Path(name))


def code_files() -> str:
    """The kinds of files a code may be in, as the system's file dialog wants them."""
    return _("激活码") + " (*.txt *.png *.jpg *.jpeg *.bmp *.webp)"

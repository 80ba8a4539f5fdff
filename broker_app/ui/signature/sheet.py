"""The full-screen sheet a firm signs on: the text at the left, the white pad at the right."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.services.signatures import SigningText
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Panel, row_of
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.page import scroll_column
from broker_app.ui.shell.text_blocks import ElidedWords, Facts, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.signature.pad import SignaturePad

_TEXT_SHARE, _PAD_SHARE = 2, 3
_NOTICE = _("手写签名图像，不是《电子签名法》所称的可靠电子签名。")


class SignatureSheet(Panel):
    """Covers the window. ``given`` carries the name of whoever signed and a ``Drawing``."""

    given = Signal(str, object)
    left = Signal()

    def __init__(self, host: QWidget, text: SigningText) -> None:
        super().__init__("canvas", parent=host.window())
        self._focus_before = host.window().focusWidget()
        self.text = text
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 16, 20, 16)
        whole.setSpacing(12)
        head = row_of(ElidedWords(_("请企业签字"), "title"), Facts([text.enterprise], "body", "text2"), None)
        self.leave_button = Button(_("稍后再说"), on_click=self.leave)
        head.addWidget(self.leave_button)
        whole.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self._make_text(), _TEXT_SHARE)
        middle.addLayout(self._make_pad(), _PAD_SHARE)
        whole.addLayout(middle, 1)
        self.setAccessibleName(_("请企业签字"))
        self.window().installEventFilter(self)
        self._follow()
        self.hide()

    def open(self) -> None:
        """Show the sheet over the whole window."""
        self.setGeometry(self.window().rect())
        self.show()
        self.raise_()
        (self.done_button if self.signer.text() else self.signer).setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Nothing is signed."""
        self.close_sheet()
        self.left.emit()

    def close_sheet(self) -> None:
        """Take the sheet away and give the keyboard back."""
        self.hide()
        self.window().removeEventFilter(self)
        self.deleteLater()
        before = self._focus_before
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """完成: hand over what was drawn, and by whom."""
        commit_composition()
        if not self.pad.is_signed:
            return
        self.done_button.setEnabled(False)
        self.given.emit(self.signer.text().strip(), self.pad.drawing())

    def show_refusal(self, error: BrokerError) -> None:
        """Say why it could not be kept; the drawing stays."""
        self.done_button.setEnabled(True)
        self.signer_field.show_error(error.message)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if watched is self.window() and event.type() == QEvent.Type.Resize:
            self.setGeometry(self.window().rect())
        return False

    def event(self, event: QEvent) -> bool:
        """The commands of the page below do not run under the sheet."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter finishes, Esc leaves; nothing reaches the page below."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the sheet."""
        order = [self.signer, self.back_button, self.clear_button, self.done_button, self.leave_button]
        order = [one for one in order if one.isEnabled()]
        now = self.window().focusWidget()
        at = next((number for number, one in enumerate(order) if one is now), -1)
        following = order[(at + (1 if forward else -1)) % len(order)]
        following.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def _make_text(self) -> QWidget:
        card = Card()
        column = card.column
        column.addWidget(Words(_("签字的内容"), "section"))
        area, words = scroll_column(spacing=8)
        for line in self.text.text.split("\n"):
            words.addWidget(Paragraph(line, "body", "text"))
        words.addStretch(1)
        column.addWidget(area, 1)
        return card

    def _make_pad(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        name = self.text.people[0] if self.text.people else ""
        self.signer = ImeAwareLineEdit(name, placeholder=_("签字人的姓名"))
        self.signer_field = Field(_("签字人"), self.signer, required=True)
        self.signer.committed.connect(lambda _text: self._follow())
        column.addWidget(self.signer_field)
        sentence = ElidedWords(self.text.sentence, "section", "text")
        code = Words(_("核对码 {code}").format(code=self.text.short), "body", "text2")
        column.addLayout(row_of(sentence, None, code))
        self.pad = SignaturePad()
        self.pad.drawn.connect(self._follow)
        column.addWidget(self.pad, 1)
        column.addWidget(Paragraph(_NOTICE, "meta", "text2"))
        self.back_button = Button(_("撤一笔"), "quiet", on_click=self.pad.take_back)
        self.clear_button = Button(_("清除"), on_click=self.pad.clear)
        self.done_button = Button(_("完成"), "primary", icon="check", on_click=self.finish)
        column.addLayout(row_of(self.back_button, None, self.clear_button, self.done_button))
        return column

    def _follow(self) -> None:
        name = self.signer.text().strip()
        self.pad.set_hint(_("请{name}在线上签名").format(name=name) if name else _("请在线上签名"))
        self.done_button.setEnabled(self.pad.is_signed)
        for button in (self.back_button, self.clear_button):
            button.setEnabled(bool(self.pad.strokes))
        self.signer_field.setMaximumWidth(round(360 * max(1.0, theme().scale.factor)))

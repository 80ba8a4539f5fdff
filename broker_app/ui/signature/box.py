"""企业未签字 / 企业已签字: the box under a visit, and the way to the pad."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _
from broker_app.rules.calendar import utc_now
from broker_app.services.attachments import vault_of
from broker_app.services.sessions import Session
from broker_app.services.signatures import (
    Drawing,
    Signature,
    SigningText,
    add_signature,
    remove_signature,
    restore_signature,
    seal_signature,
    signature_of,
    signed_text,
    signing_text,
)
from broker_app.services.typed_dates import moment_text
from broker_app.ui.attachments.tiles import tile_size
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.signature.sheet import SignatureSheet

_WIDTH, _WITH_KEY = 204, 238

SaveThen = Callable[[Callable[[UUID], object]], object]


class SignatureBox(QFrame):
    """Follows one visit; ``save_then`` writes what is typed before somebody signs it."""

    def __init__(self, desk: Desk, save_then: SaveThen, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._save_then = desk, save_then
        self._vault = vault_of(desk.tasks.sessions)
        self._visit: UUID | None = None
        self._editable = True
        self.signature: Signature | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 10, 4)
        row.setSpacing(8)
        self._icon = IconLabel("pen-nib", "text2", 20)
        row.addWidget(self._icon)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title, self.detail = ElidedWords("", "body", strong=True), ElidedWords("", "meta", "text2")
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.detail)
        words.addStretch(1)
        row.addLayout(words, 1)
        self.button = Button(_("签字"), small=True, on_click=self._press)
        self.button.setToolTip("F8")
        row.addWidget(self.button)
        self._key = ChipLabel("F8")
        row.addWidget(self._key)
        desk.tasks.data_changed.connect(self._on_data_changed)
        self._show(None)

    def show_visit(self, visit_id: UUID | None, *, editable: bool) -> None:
        """Follow another visit; the same one again reads its signature anew."""
        self._editable = editable
        if visit_id != self._visit or visit_id is None:
            self._visit = visit_id
            self._show(None)
        self.reload()

    def reload(self) -> None:
        """Read the signature again."""
        visit_id = self._visit
        if visit_id is not None:
            self._desk.tasks.read(
                self,
                lambda session: signature_of(session, visit_id),
                lambda found: self._show(found) if visit_id == self._visit else None,
                lambda _error: None,  # a visit in the trash has no signature to show
            )

    def sign(self) -> None:
        """F8: keep what is typed, then put it before the firm."""
        if not self._editable:
            self._desk.toast(_("这次走访已经交出去了，不能再签"), icon="info")
            return
        self._save_then(self._ask_for)

    def look(self) -> None:
        """Show the signature, and the text it stands under."""
        signature = self.signature
        if signature is None:
            return

        def work() -> tuple[bytes, str]:
            return self._vault.read(signature.image_sha256), signed_text(self._vault, signature)

        def show(found: tuple[bytes, str]) -> None:
            dialog = SignatureDialog(self, signature, *found, editable=self._editable)
            dialog.finished.connect(lambda again: self.sign() if again else None)
            dialog.open()

        self._desk.tasks.run(self, work, show, self._desk.complain)

    def sizeHint(self) -> QSize:
        """The key is shown where there is room for it."""
        factor = max(1.0, theme().scale.factor)
        width = _WITH_KEY if self._has_room() else _WIDTH
        return QSize(round(width * factor**0.8), tile_size().height())

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the key only where there is room."""
        super().resizeEvent(event)
        self._key.setVisible(self._has_room())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet plate with a hairline; green when signed, amber when changed since."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = "sunken"
        if self.signature is not None:
            ground = "warn_tint" if self.signature.changed else "ok_tint"
        painter.setBrush(theme().color(ground))
        painter.setPen(QPen(theme().color("line"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _has_room(self) -> bool:
        return self.window().width() >= 1320 * max(1.0, theme().scale.factor)

    def _press(self) -> None:
        if self.signature is None:
            self.sign()
        else:
            self.look()

    def _ask_for(self, visit_id: UUID) -> None:
        self._desk.tasks.read(
            self,
            lambda session: signing_text(session, visit_id),
            lambda text: self._open_sheet(visit_id, text),
            self._desk.complain,
        )

    def _open_sheet(self, visit_id: UUID, text: SigningText) -> None:
        sheet = SignatureSheet(self, text)
        sheet.given.connect(lambda signer, drawing: self._keep(sheet, visit_id, text, signer, drawing))
        sheet.open()

    def _keep(self, sheet: SignatureSheet, visit_id: UUID, text: SigningText, signer: str, drawing: Drawing) -> None:
        before = self.signature.id if self.signature is not None else None
        vault, tasks = self._vault, self._desk.tasks

        def take_back(made: UUID) -> None:
            def work(session: Session) -> None:
                remove_signature(session, made)
                if before is not None:
                    restore_signature(session, before)

            tasks.write(self, work)

        def done(made: UUID) -> None:
            sheet.close_sheet()
            words = _("{name} 已签字，核对码 {code}").format(name=signer, code=text.short)
            self._desk.toast(words, icon="signature", undo=lambda: take_back(made))

        def refused(error: BrokerError) -> None:
            sheet.show_refusal(error)

        def write(session: Session) -> UUID:
            return add_signature(session, visit_id, seal_signature(vault, text, signer, drawing))

        tasks.write(self, write, done, refused)

    def _show(self, signature: Signature | None) -> None:
        self.signature = signature
        if signature is None:
            self.title.set_text(_("企业未签字"))
            self.detail.set_text(_("现场确认单"))
            self._icon.set_icon("pen-nib", "text2")
        else:
            when = moment_text(signature.signed_at, utc_now())
            self.title.set_text(_("签字后有改动") if signature.changed else _("企业已签字"))
            self.detail.set_text(f"{signature.signer} {when}")
            colour = "warn_text" if signature.changed else "ok_text"
            self._icon.set_icon("warning" if signature.changed else "signature", colour)
        self.button.setText(_("签字") if signature is None else _("看"))
        self.button.setAccessibleName(_("请企业签字") if signature is None else _("看签字"))
        self.button.setEnabled(signature is not None or self._editable)
        self.update()

    def _on_data_changed(self, models: frozenset[str]) -> None:
        if models & {"Attachment", "Visit", "FollowUp", "ReferralRequest", "NoteRevision", "Enterprise"}:
            self.reload()


class _Drawn(QWidget):
    """The picture of a signature on white."""

    def __init__(self, png: bytes) -> None:
        super().__init__()
        self._picture = QPixmap()
        self._picture.loadFromData(png)
        self.setMinimumHeight(150)
        self.setAccessibleName(_("手写签名图像"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(theme().color("edge"), 1))
        painter.setBrush(theme().color("pad"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._picture.isNull():
            return
        room = QSize(self.width() - 24, self.height() - 16)
        scale = min(room.width() / self._picture.width(), room.height() / self._picture.height(), 0.5)
        width, height = self._picture.width() * scale, self._picture.height() * scale
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))


class SignatureDialog(Dialog):
    """A signature with the exact text under which it stands; the primary button signs again."""

    def __init__(self, host: QWidget, signature: Signature, png: bytes, text: str, *, editable: bool) -> None:
        again = _("重签") if editable else ""
        super().__init__(host, _("企业签字"), primary=again, icon="pen-nib" if again else "", dismiss=_("关闭"))
        if signature.changed:
            words = _("签字以后走访又改过。下面是签字时的原文，一直保留；改过的内容请企业重签。")
            self.content.addWidget(Paragraph(words, "body", "warn_text"))
        self.content.addWidget(_Drawn(png))
        facts = KeyValues(72)
        facts.show_lines(
            (
                (_("签字人"), signature.signer),
                (_("时间"), moment_text(signature.signed_at, utc_now())),
                (_("核对码"), signature.short),
            )
        )
        self.content.addWidget(facts)
        self.content.addWidget(Words(_("签字时的原文"), "meta", "text2"))
        self.content.addWidget(Paragraph(text, "body", "text"))
        self.content.addWidget(Paragraph(_("手写签名图像，不是《电子签名法》所称的可靠电子签名。"), "meta", "text2"))

"""The entrance: unlock a profile, make one, or get in again by the recovery code.

This module and what it imports decide how soon the window is painted: nothing here needs the database.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from broker_app import __version__
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.ui.shell.brand import BrandMark
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Panel, row_of
from broker_app.ui.shell.fields import Field, Tick
from broker_app.ui.shell.focus_ring import FocusRing
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme

CARD_WIDTH = 440
_FREE_TRIES = 5
_FIRST_WAIT_S = 10


class Background(QObject):
    """One thread for opening the store; the outcome comes back on the UI thread."""

    _ready = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, "entrance")
        self._ready.connect(self._deliver)

    def run(
        self, work: Callable[[], Any], on_done: Callable[[Any], object], on_error: Callable[[BrokerError], object]
    ) -> None:
        """Run ``work``; a refusal goes to ``on_error``, a fault of the program is raised on the UI thread."""

        def hand_over(future: Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, BrokerError):
                on_error(error)
            elif error is not None:
                raise error
            else:
                on_done(future.result())

        def ready(future: Future[Any]) -> None:
            if isValid(self):
                self._ready.emit(lambda: hand_over(future))

        self._pool.submit(work).add_done_callback(ready)

    def finish(self) -> None:
        """Wait for what is running."""
        self._pool.shutdown(wait=True)

    @Slot(object)
    def _deliver(self, outcome: Callable[[], object]) -> None:
        outcome()


class PassphraseLine(QLineEdit):
    """A hidden line that notices when capital letters are locked on."""

    caps_seen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMinimumWidth(72)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A capital without Shift, or a small letter with it, gives the lock away."""
        letter = event.text()
        if len(letter) == 1 and letter.isascii() and letter.isalpha():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps_seen.emit(letter.isupper() != shift)
        super().keyPressEvent(event)


class GateCard(Card):
    """A card of 440 px, wider with larger letters, with the mark, a title and a sentence."""

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__(pad=40)
        self.setFixedWidth(round(CARD_WIDTH * max(1.0, theme().scale.factor)))
        self.column.setContentsMargins(40, 34, 40, 30)
        self.column.setSpacing(8)
        self.brand = BrandMark()
        self.column.addWidget(self.brand, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addSpacing(10)
        self.sentence = Words(sentence, "body", "text3")
        for words in (Words(title, "disp"), self.sentence):
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.column.addWidget(words)
        self.column.addSpacing(14)

    def sizeHint(self) -> QSize:
        """As wide as it is: what stands in it may wish for more."""
        return QSize(self.minimumWidth(), super().sizeHint().height())


class UnlockCard(GateCard):
    """The passphrase of this computer; after five wrong tries a wait that grows."""

    unlock_wanted = Signal(str, bool)
    recovery_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(_("科技走访"), _("这台电脑上的资料已加密"))
        self._wrong = 0
        self._seconds = 0
        self.passphrase = PassphraseLine()
        self.field = Field(_("口令"), self.passphrase)
        self.column.addWidget(self.field)
        self._caps = QWidget()
        self._caps.setLayout(
            row_of(
                IconLabel("arrow-fat-up", "warn_text"), Words(_("大写锁定开着"), "meta", "warn_text"), None, spacing=5
            )
        )
        self._caps.hide()
        self.column.addWidget(self._caps)
        self.remember = Tick(_("在这台电脑上记住，下次不用输"))
        self.column.addWidget(self.remember)
        self.column.addSpacing(4)
        self.button = Button(_("解锁"), "primary", icon="lock-simple-open", on_click=self._give)
        self.button.setProperty("big", "1")
        self.column.addWidget(self.button)
        forgot = Button(_("忘了口令，用恢复码"), "quiet", small=True, on_click=self.recovery_wanted.emit)
        self.column.addSpacing(6)
        self.column.addWidget(forgot, 0, Qt.AlignmentFlag.AlignHCenter)
        self.passphrase.returnPressed.connect(self._give)
        self.passphrase.caps_seen.connect(self._caps.setVisible)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tick)

    def show_working(self, working: bool) -> None:
        """While the key is derived nothing can be pressed twice."""
        self.button.setEnabled(not working and not self._seconds)
        self.button.setText(_("正在打开……") if working else _("解锁"))
        self.passphrase.setReadOnly(working)

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is wrong; wrong passphrases are counted."""
        self.show_working(False)
        message = error.message
        if error.code == "S-01":
            self._wrong += 1
            left = _FREE_TRIES - self._wrong
            if left > 0:
                message = _("口令不对，还可以试 {n} 次").format(n=left)
            else:
                self._seconds = _FIRST_WAIT_S * 2 ** min(-left, 6)
                self._clock.start()
                message = self._wait_words()
                self.button.setEnabled(False)
        self.field.show_error(message)
        self.passphrase.selectAll()

    def _give(self) -> None:
        if self.button.isEnabled() and self.passphrase.text():
            self.field.show_error("")
            self.show_working(True)
            self.unlock_wanted.emit(self.passphrase.text(), self.remember.isChecked())

    def _tick(self) -> None:
        self._seconds -= 1
        if self._seconds > 0:
            self.field.show_error(self._wait_words())
            return
        self._clock.stop()
        self.field.show_error("")
        self.show_working(False)

    def _wait_words(self) -> str:
        return _("口令错得多了，请等 {n} 秒再试").format(n=self._seconds)


class RecoveryCard(GateCard):
    """The printed code and a new passphrase."""

    recovery_given = Signal(str, str)
    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(_("用恢复码"), _("恢复码是建立资料时抄下或打印的那一行"))
        self.code = ImeAwareLineEdit(placeholder=_("照着纸上输，大小写和横线不要紧"))
        self.code_field = Field(_("恢复码"), self.code)
        self.first, self.second = PassphraseLine(), PassphraseLine()
        self.first_field = Field(_("新口令"), self.first, help_text=_("至少 10 个字母数字，或 5 个汉字"))
        self.second_field = Field(_("再输一次"), self.second)
        for field in (self.code_field, self.first_field, self.second_field):
            self.column.addWidget(field)
        self.button = Button(_("换成新口令"), "primary", icon="key", on_click=self._give)
        self.button.setProperty("big", "1")
        self.column.addSpacing(8)
        self.column.addWidget(self.button)
        back = Button(_("回去输口令"), "quiet", small=True, on_click=self.back_wanted.emit)
        self.column.addWidget(back, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is wrong beside its field."""
        self.button.setEnabled(True)
        field = error.field if isinstance(error, InvalidInputError) else ""
        (self.first_field if field == "passphrase" else self.code_field).show_error(error.message)

    def _give(self) -> None:
        for field in (self.code_field, self.first_field, self.second_field):
            field.show_error("")
        if not self.code.text().strip():
            self.code_field.show_error(_("请输恢复码"))
        elif self.first.text() != self.second.text():
            self.second_field.show_error(_("两次输得不一样"))
        else:
            self.button.setEnabled(False)
            self.recovery_given.emit(self.code.text(), self.first.text())


class FirstRunCard(GateCard):
    """Who works here, and the passphrase of this computer; or a look at made-up data first."""

    begin_wanted = Signal(object, str)
    """``{"name": …, "team_name": …}`` and the passphrase."""

    sample_wanted = Signal()
    activation_wanted = Signal()

    def __init__(self, name: str = "", team: str = "", server: str = "") -> None:
        signed_in = _("已登录「{server}」，再定一个本机口令").format(server=server)
        super().__init__(_("科技走访"), signed_in if server else _("第一次用，先定一个本机口令"))
        self.name = ImeAwareLineEdit(placeholder=_("如 张老师"))
        self.team = ImeAwareLineEdit(placeholder=_("如 乐清轻骑一队"))
        self.name.setText(name)
        self.team.setText(team)
        self.name_field = Field(_("姓名"), self.name, required=True)
        self.column.addLayout(row_of(self.name_field, Field(_("队伍或单位"), self.team), spacing=12))
        self.first, self.second = PassphraseLine(), PassphraseLine()
        self.first_field = Field(
            _("本机口令"), self.first, required=True, help_text=_("至少 10 个字母数字，或 5 个汉字；忘了只能靠恢复码")
        )
        self.second_field = Field(_("再输一次"), self.second, required=True)
        self.column.addWidget(self.first_field)
        self.column.addWidget(self.second_field)
        self.column.addSpacing(8)
        self.button = Button(_("开始使用"), "primary", icon="arrow-right", on_click=self._give)
        self.button.setProperty("big", "1")
        self.column.addWidget(self.button)
        self.sample_button = Button(_("先看示例"), "quiet", icon="eye", small=True, on_click=self._show_sample)
        wanted = self.activation_wanted.emit
        self.activation_button = Button(_("我有激活码"), "quiet", icon="key", small=True, on_click=wanted)
        self.column.addSpacing(4)
        self.column.addLayout(row_of(None, self.activation_button, self.sample_button, None, spacing=12))
        for button in (self.activation_button, self.sample_button):
            button.setVisible(not server)
        self.second.returnPressed.connect(self._give)

    def show_refusal(self, error: BrokerError) -> None:
        """Say what is wrong."""
        self.button.setEnabled(True)
        self.sample_button.setEnabled(True)
        self.first_field.show_error(error.message)

    def _give(self) -> None:
        for field in (self.name_field, self.first_field, self.second_field):
            field.show_error("")
        if not self.name.text().strip():
            self.name_field.show_error(_("请写姓名，文书上要印"))
        elif self.first.text() != self.second.text():
            self.second_field.show_error(_("两次输得不一样"))
        else:
            self.button.setEnabled(False)
            facts = {"name": self.name.text().strip(), "team_name": self.team.text().strip()}
            self.begin_wanted.emit(facts, self.first.text())

    def _show_sample(self) -> None:
        self.sample_button.setEnabled(False)
        self.sample_wanted.emit()


class RecoveryCodeCard(GateCard):
    """The recovery code, shown once."""

    noted = Signal()

    def __init__(self, code: str) -> None:
        super().__init__(_("抄下恢复码"), _("忘了口令只能靠它，这里只显示一次"))
        self.line = ImeAwareLineEdit(code)
        self.line.setReadOnly(True)
        self.line.setAccessibleName(_("恢复码"))
        self.column.addWidget(self.line)
        self.column.addWidget(
            Paragraph(
                _("抄在纸上，和身份证放在一起，不要存在这台电脑里。资料丢了它打不开别人的电脑。"), "meta", "text3"
            )
        )
        self.tick = Tick(_("我已经抄好了"))
        self.column.addWidget(self.tick)
        self.button = Button(_("进入"), "primary", icon="arrow-right", on_click=self.noted.emit)
        self.button.setProperty("big", "1")
        self.button.setEnabled(False)
        self.tick.toggled.connect(self.button.setEnabled)
        self.column.addWidget(self.button)


class GateWindow(Panel):
    """One card in the middle of a calm desk; it scrolls where the window is too low for it."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__("canvas")
        self.setWindowTitle(_("科技走访"))
        self.setMinimumSize(1024, 640)
        self.background = Background(self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        area, desk = QScrollArea(), QWidget()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(desk)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch(5)
        self.stack = QStackedWidget()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.stack)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(20)
        promise = Words(_("记录加密存在这台电脑上，断网也能解锁"), "meta", "text3")
        column.addLayout(row_of(None, IconLabel("shield-check", "text3"), promise, None, spacing=6))
        column.addStretch(6)
        area.setWidget(desk)
        desk.setAutoFillBackground(False)
        whole.addWidget(area)
        whole.addLayout(row_of(Words(_("版本 {n}").format(n=__version__), "meta", "text3"), None))
        self.ring = FocusRing(self)

    def show_card(self, card: Card) -> None:
        """Show one card; the one before is gone."""
        before = self.stack.currentWidget()
        self.stack.addWidget(card)
        self.stack.setCurrentWidget(card)
        if before is not None:
            self.stack.removeWidget(before)
            before.deleteLater()
        first = next((one for one in card.findChildren(QLineEdit) if not one.isReadOnly()), None)
        if first is not None:
            first.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the entrance ends the program."""
        self.closed.emit()
        event.accept()

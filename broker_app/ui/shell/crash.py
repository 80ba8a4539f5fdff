"""What a person sees when the program itself is at fault: their work is safe, and a code for whoever helps."""

import hashlib
import logging
import platform
import traceback
from types import TracebackType

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from broker_app import __version__
from broker_app.i18n import _
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import Paragraph, Words

_log = logging.getLogger("broker.crash")


def fault_code(error: BaseException) -> str:
    """A short code that is the same wherever the same line fails."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "|".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
    return hashlib.sha256(f"{type(error).__name__}|{place}".encode()).hexdigest()[:6].upper()


def diagnosis(error: BaseException) -> str:
    """Versions and the places in our code; never a word of a record."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_own_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    head = f"broker {__version__} · {platform.system()} {platform.release()} · Python {platform.python_version()}"
    return "\n".join([head, f"{type(error).__name__} {fault_code(error)}", *places])


def _own_path(name: str) -> str:
    """The file inside the program, so that no folder of a person is named."""
    return name.rpartition("broker_app")[2] or name.rpartition("/")[2]


def report_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None, window: QWidget | None
) -> None:
    """Write the places of a fault into the log and tell the person, if there is a window to tell them in."""
    _log.error("%s", diagnosis(error.with_traceback(trace)))
    if window is not None and window.isVisible():
        CrashDialog(window, error).open()


class CrashDialog(Dialog):
    """First line: the records are safe."""

    def __init__(self, host: QWidget, error: BaseException) -> None:
        super().__init__(host, _("刚才那一步没有做成"), dismiss=_("继续用"))
        self._text = diagnosis(error)
        words = _("记录没有受影响，写的内容都已存好。程序自己出了错，不是你的操作不对。")
        self.content.addWidget(Paragraph(words, "body", "text"))
        more = _("要是同一步总不成，把诊断码发给帮你维护的人；里面没有任何记录的内容。")
        self.content.addWidget(Paragraph(more, "body", "text2"))
        self.content.addWidget(Words(_("代码 {code}").format(code=fault_code(error)), "meta", "text3"))
        self.copy_button = Button(_("复制诊断码"), icon="copy", on_click=self._copy)
        self.foot.insertWidget(1, self.copy_button)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText(_("已复制"))

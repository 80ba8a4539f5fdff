"""The steps of a need as buttons, and the questions a step may ask first."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.rules.calendar import MATCH_REVIEW_AFTER
from broker_app.rules.states import NeedState
from broker_app.services.numbers import today
from broker_app.services.public_record import PUBLIC_STATES
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph

_WITH_REASON = frozenset({NeedState.DEFERRED, NeedState.WITHDRAWN, NeedState.NOT_TECHNICAL})
_WITH_DAY = frozenset({NeedState.DEFERRED, NeedState.NO_MATCH})
_SIDE = _WITH_REASON | {NeedState.NO_MATCH}
_NOT_BY_HAND = frozenset({NeedState.MERGED})
"""Needs are merged where the common need is made; a bare step would leave nothing to be merged into."""


def forward_steps(now: str, next_states: Sequence[str]) -> tuple[str, ...]:
    """Steps that lead on, in their order; 撤回发布 has its button where it says who can read the need."""
    back = {NeedState.VERIFIED} if now in PUBLIC_STATES else frozenset()
    return tuple(one for one in next_states if one not in _SIDE | _NOT_BY_HAND | back)


def side_steps(next_states: Sequence[str]) -> tuple[str, ...]:
    """Steps that lead off the road."""
    return tuple(one for one in next_states if one in _SIDE)


def step_words(now: str, wanted: str) -> tuple[str, str]:
    """What the button of a step says, and its icon."""
    if wanted == NeedState.REFINED:
        back = {NeedState.VERIFIED: _("退回再改"), NeedState.DEFERRED: _("重新启用")}
        return back.get(NeedState(now), _("凝练好了")), "note"
    again = {NeedState.NO_MATCH: _("再找找看"), NeedState.NEGOTIATING: _("退回对接")}
    return {
        NeedState.VERIFIED: (_("核实"), "check-circle"),
        NeedState.PUBLISHED: (_("发布"), "megaphone"),
        NeedState.LISTED_ON_BILL: (_("列入榜单"), "flag"),
        NeedState.MATCHING: (again.get(NeedState(now), _("开始对接")), "intersect"),
        NeedState.NEGOTIATING: (_("开始洽谈"), "handshake"),
        NeedState.CONTRACTED: (_("签约了"), "signature"),
        NeedState.SOLVED: (_("解决了"), "seal-check"),
        NeedState.NO_MATCH: (_("暂时没有合适的"), "question"),
        NeedState.DEFERRED: (_("暂缓", "act"), "pause-circle"),
        NeedState.WITHDRAWN: (_("撤回"), "prohibit"),
        NeedState.NOT_TECHNICAL: (_("不是技术需求"), "arrow-right"),
    }[NeedState(wanted)]


def asks_first(wanted: str) -> bool:
    """Whether a step asks for a reason or a day."""
    return wanted in _WITH_REASON or wanted in _WITH_DAY


class StepDialog(Dialog):
    """Why a step is taken, and when the need is looked at again."""

    given = Signal(str, object)
    """The reason, and the day or None."""

    def __init__(self, host: QWidget, wanted: str, words: str) -> None:
        super().__init__(host, words, primary=_("就这样"), icon="check", dismiss=_("不改了"))
        self._needs_reason = wanted in _WITH_REASON
        self.reason = ImeAwareLineEdit(placeholder=_example(wanted))
        self.reason_field = Field(_("原因"), self.reason, required=self._needs_reason)
        self.content.addWidget(self.reason_field)
        self.until = DateLine(today=today)
        self.until_field = Field(_("到哪天再看"), self.until)
        self._with_day = wanted in _WITH_DAY
        if self._with_day:
            self.until.set_day(today() + MATCH_REVIEW_AFTER)
            self.content.addWidget(self.until_field)
        else:
            self.content.addWidget(Paragraph(_("记录和原话都留着，以后还查得到。"), "meta", "text3"))
            self.until_field.setParent(self)
            self.until_field.hide()

    def accept(self) -> None:
        """Hand reason and day on."""
        commit_composition()
        if self._needs_reason and not self.reason.text().strip():
            self.reason_field.show_error(_("请写原因"))
        elif self._with_day and self.until.unreadable:
            self.until_field.show_error(_("看不懂这个日子"))
        else:
            day: date | None = self.until.day if self._with_day else None
            self.given.emit(self.reason.text().strip(), day)
            self.close_with(True)


def _example(wanted: str) -> str:
    examples = {
        NeedState.DEFERRED: _("如 企业说年后再上"),
        NeedState.WITHDRAWN: _("如 企业自己解决了"),
        NeedState.NOT_TECHNICAL: _("如 其实是缺流动资金，已转给县里"),
    }
    return examples.get(NeedState(wanted), _("如 找遍了都不成熟"))

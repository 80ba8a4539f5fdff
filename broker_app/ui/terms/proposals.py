"""What recorded matches suggest for the term table, one at a time."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted, listed
from broker_app.services.terms import TermProposal
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.terms.marked_line import MarkedLine


class ProposalCard(Card):
    """One proposal with 采用 and 忽略; the arrows lead through the others."""

    adopted = Signal(object)
    edit_wanted = Signal(object)
    ignored = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(pad=12, parent=parent)
        self._proposals: tuple[TermProposal, ...] = ()
        self._at = 0
        self.before = tool_button("caret-left", _("上一条建议"), lambda: self._step(-1))
        self.after = tool_button("caret-right", _("下一条建议"), lambda: self._step(1))
        self.place = Words("", "meta", "text3")
        self.adopt = Button(_("采用"), small=True, icon="check", on_click=lambda: self._tell(self.adopted))
        self.edit = Button(_("改一改再采用"), small=True, on_click=lambda: self._tell(self.edit_wanted))
        self.ignore = Button(_("忽略"), "quiet", small=True, on_click=lambda: self._tell(self.ignored))
        heading = Words(_("从对接里看出来的"), "body", "text", strong=True)
        self.column.addLayout(
            row_of(heading, self.place, self.before, self.after, None, self.ignore, self.edit, self.adopt)
        )
        self.what = MarkedLine(ground="tint", colour="text")
        self.column.addWidget(self.what)
        self.why = ElidedWords("", "meta", "text3")
        self.column.addWidget(self.why)

    @property
    def shown(self) -> TermProposal | None:
        """The proposal on the card."""
        return self._proposals[self._at] if self._proposals else None

    def show_proposals(self, proposals: Sequence[TermProposal]) -> None:
        """Show the first of ``proposals`` not yet passed over; without any the card is gone."""
        self._proposals = tuple(proposals)
        self._at = min(self._at, max(0, len(self._proposals) - 1))
        self.setVisible(bool(self._proposals))
        self._show()

    def _step(self, by: int) -> None:
        self._at = (self._at + by) % len(self._proposals)
        self._show()

    def _tell(self, signal: SignalInstance) -> None:
        if self.shown is not None:
            signal.emit(self.shown)

    def _show(self) -> None:
        one = self.shown
        if one is None:
            return
        self.place.setText(_("{at} / {all}").format(at=self._at + 1, all=len(self._proposals)))
        for arrow in (self.before, self.after):
            arrow.setVisible(len(self._proposals) > 1)
        technical = listed(one.technical)
        if one.kind == "add":
            words, count = (
                _("企业说「{lay}」，谈得下去的成果里叫：").format(lay=one.lay),
                counted("{n} 次对接", "{n} 次对接", one.matches),
            )
        else:
            words, count = (
                _("停用「{lay}」：靠它找到的成果企业不要。它对照：").format(lay=one.lay),
                counted("{n} 次放弃", "{n} 次放弃", one.matches),
            )
        self.what.show_text(words + technical, [(len(words), len(words + technical))])
        self.why.set_text(_("根据 {count}：{needs}").format(count=count, needs=_("；").join(one.needs)))
        self.edit.setVisible(one.kind == "add")

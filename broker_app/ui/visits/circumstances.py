"""走访情况: place, purposes, what was seen, the firm's opinion, what the role is asked for, why an entry came late."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.codes.lists import CodeList, label
from broker_app.errors import InvalidInputError
from broker_app.i18n import _, listed
from broker_app.services.role_facts import role_form, service_labels, training_words
from broker_app.services.visits import VisitDraft
from broker_app.ui.shell.cards import Hairline, row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, Tick, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.shell.wrapping_row import WrappingRow
from broker_app.ui.visits.role_fields import RoleFields

_COLUMNS = 4  # at most


def circumstances_words(draft: VisitDraft) -> str:
    """What is filled in, in one line; what could be, if nothing is."""
    parts = [
        listed(label(CodeList.VISIT_PURPOSE, code) for code in draft.purposes),
        draft.place,
        _("现场：{words}").format(words=draft.findings.split("\n")[0]) if draft.findings else "",
        _("企业意见 {opinion}").format(opinion=label(CodeList.OPINION, draft.opinion)) if draft.opinion else "",
        listed(service_labels(draft.role, draft.facts)),
        _("培训 {words}").format(words=words) if (words := training_words(draft.facts)) else "",
    ]
    return _("；").join(part for part in parts if part) or _("目的、地点、现场发现、企业意见、本角色要填的")


class CircumstancesDialog(Dialog):
    """A form over the editor; ``given`` carries the draft with the changes."""

    given = Signal(object)

    def __init__(self, host: QWidget, draft: VisitDraft, *, editable: bool) -> None:
        super().__init__(
            host,
            _("走访情况"),
            primary=_("好了") if editable else "",
            icon="check",
            dismiss="" if editable else _("知道了"),
        )
        self._draft = draft
        self.content.addWidget(Words(_("走访目的"), "meta", "text2"))
        ticks = WrappingRow(columns=_COLUMNS)
        self.purposes: dict[str, Tick] = {}
        known = list_choices(CodeList.VISIT_PURPOSE)
        gone = [(code, label(CodeList.VISIT_PURPOSE, code)) for code in draft.purposes if code not in dict(known)]
        for code, words in [*known, *gone]:
            tick = Tick(words)
            tick.setChecked(code in draft.purposes)
            tick.setEnabled(editable)
            self.purposes[code] = tick
            ticks.add(tick)
        self.content.addWidget(ticks)
        self.place = ImeAwareLineEdit(draft.place, placeholder=_("如 乐清市柳市镇 二车间"))
        self.opinion = Combo(list_choices(CodeList.OPINION), empty=_("没有表态"))
        self.opinion.set_code(draft.opinion)
        self.content.addLayout(row_of(Field(_("地点"), self.place), Field(_("企业意见"), self.opinion)))
        self.findings = text_area(_("看到的设备、产线、检测条件，写给没去过的人看"), lines=3)
        self.findings.setMaximumHeight(self.findings.minimumHeight() + 2 * theme().line("body"))
        self.findings.setPlainText(draft.findings)
        self.content.addWidget(Field(_("现场发现"), self.findings))
        self.role_fields = RoleFields(draft.role, draft.facts, editable=editable)
        self.content.addWidget(Hairline())
        heading = label(CodeList.VISITOR_ROLE, draft.role) if role_form(draft.role) else _("培训")
        self.content.addWidget(Words(heading, "section"))
        self.content.addWidget(self.role_fields)
        self.content.addWidget(Hairline())
        self.late_reason = ImeAwareLineEdit(draft.late_reason, placeholder=_("隔天才记的，写一句为什么"))
        self.content.addWidget(Field(_("补记原因"), self.late_reason, help_text=_("走访结束 24 小时以后才记的算补记")))
        for field in (self.place, self.findings, self.late_reason):
            field.setReadOnly(not editable)
        self.opinion.setEnabled(editable)

    def accept(self) -> None:
        """Give the draft back with what was filled in."""
        commit_composition()
        try:
            facts = self.role_fields.facts
        except InvalidInputError as refusal:
            self.role_fields.show_refusal(refusal)
            return
        self.given.emit(
            replace(
                self._draft,
                purposes=tuple(code for code, tick in self.purposes.items() if tick.isChecked()),
                place=self.place.text().strip(),
                opinion=self.opinion.code,
                findings=self.findings.toPlainText().strip(),
                late_reason=self.late_reason.text().strip(),
                facts=facts,
            )
        )
        self.close_with(True)

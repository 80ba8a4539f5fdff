"""The form of an entry of the term table."""

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _
from broker_app.services.term_book import TermChange, keep_term
from broker_app.services.terms import TermDraft, TermRow
from broker_app.ui.enterprises.industry_ticks import IndustryTicks
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field, ListLine
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.terms.acts import tell_change

_WIDTH = 720


class TermDialog(Dialog):
    """Add an entry (``row`` None, perhaps begun as ``draft``) or change one."""

    saved = Signal(str)
    """The id the entry is listed under."""

    def __init__(self, host: QWidget, desk: Desk, row: TermRow | None = None, draft: TermDraft | None = None) -> None:
        title = _("改这条对照") if row else _("加一条对照")
        super().__init__(host, title, primary=_("存好"), icon="check", dismiss=_("不改了"), width=_WIDTH)
        self._desk, self._host, self._row = desk, host, row
        begun = row.draft if row else draft or TermDraft("", ())
        if row is not None and row.origin != "user":
            words = _("这条随程序来。改动盖在它上面，随时可以点「恢复原样」改回来。")
            self.content.addWidget(Paragraph(words, "body", "text2"))
        self.lay = ImeAwareLineEdit(begun.lay, placeholder=_("厂里的原话，如 一摔就裂"))
        self.technical = ListLine(placeholder=_("如 缺口冲击强度、低温韧性"))
        self.technical.set_items(begun.technical)
        self.weight = ImeAwareLineEdit(f"{begun.weight.normalize():f}")
        self.note = ImeAwareLineEdit(begun.note, placeholder=_("如 指塑料外壳"))
        self.industries = IndustryTicks()
        self.industries.set_codes(begun.industries)
        self.fields = {
            "lay": Field(_("企业怎么说"), self.lay, required=True, help_text=_("中间隔着别的字时写省略号，如 冬天…裂")),
            "technical": Field(
                _("专业上叫什么"), self.technical, required=True, help_text=_("几个词用顿号隔开，最要紧的写前面")
            ),
            "weight": Field(_("权重"), self.weight, help_text=_("0.5 到 2，越大越看重；一般写 1.5")),
            "note": Field(_("备注"), self.note),
        }
        for name in ("lay", "technical"):
            self.content.addWidget(self.fields[name])
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.fields["weight"], 2, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.fields["note"], 3, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(line)
        self.content.addWidget(Words(_("用在哪些行业（一个都不勾就是各行业都用）"), "meta", "text2"))
        self.content.addWidget(self.industries)
        self.content.addStretch(1)

    def accept(self) -> None:
        """Write the entry; what is refused stays open with the reason beside its field."""
        commit_composition()
        for field in self.fields.values():
            field.show_error("")
        weight = _weight(self.weight.text())
        if weight is None:
            self.fields["weight"].show_error(_("请写 0.5 到 2 之间的数，如 1.5"))
            return
        draft = TermDraft(
            self.lay.text().strip(), self.technical.items, weight, self.industries.codes, self.note.text().strip()
        )
        term_id = self._row.id if self._row else ""
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(
            self, lambda session: keep_term(session, draft, term_id), self._on_saved, self._on_refused
        )

    def _on_saved(self, change: TermChange) -> None:
        lay = self.lay.text().strip()
        if self._row is not None:
            words = _("已改好：{lay}")
        else:
            words = _("已加进术语对照：{lay}") if change.before is None else _("已补进原来那条对照：{lay}")
        tell_change(self._host, self._desk, change, words.format(lay=lay))
        self.close_with(True)
        self.saved.emit(change.id)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        name = error.field if isinstance(error, InvalidInputError) else "lay"
        self.fields.get(name, self.fields["lay"]).show_error(error.message)


def _weight(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip().replace("，", ".").replace(",", "."))
    except InvalidOperation:
        return None

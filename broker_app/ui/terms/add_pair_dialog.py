"""加一对说法: what an owner calls it and what it is called in papers, kept for good in the term table."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.codes.industries import industry, industry_label
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, listed
from broker_app.matching import Expansion
from broker_app.matching.text import fold
from broker_app.services.term_book import TermChange, keep_term
from broker_app.services.terms import TermDraft
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, ListLine
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph
from broker_app.ui.terms.acts import tell_change

_HERE = "here"


class AddPairDialog(Dialog):
    """Written and saved from where a broker notices that a word is missing.

    ``said`` is the text of the need asked for now: lay words it does not hold are saved all the same, with a hint that
    they change nothing this time. ``industries`` are the codes of that need; ``primary`` names the button (存好再找);
    ``can_try`` offers to search with the pair once without keeping it.
    """

    saved = Signal(str)
    """The id of the entry; it is in the store already, so asking again ranks with it."""

    tried = Signal(object)
    """A tuple of :class:`Expansion` s to search with this once; nothing is kept."""

    def __init__(
        self,
        host: QWidget,
        desk: Desk,
        *,
        lay: str = "",
        technical: Sequence[str] = (),
        industries: Sequence[str] = (),
        said: str = "",
        primary: str = "",
        can_try: bool = False,
    ) -> None:
        super().__init__(host, _("加一对说法"), primary=primary or _("存好"), icon="check", dismiss=_("不加了"))
        self._desk, self._host = desk, host
        self._industries = tuple(code for code in industries if industry(code) is not None)
        self._said = fold(said)
        self.content.addWidget(
            Paragraph(
                _("厂里的叫法和论文、专利里的叫法常常不一样。存下这一对，以后需求里说到前者，就连后者一起找。"),
                "body",
                "text2",
            )
        )
        self.lay = ImeAwareLineEdit(lay, placeholder=_("需求里的原话，如 一摔就裂"))
        self.technical = ListLine(placeholder=_("如 缺口冲击强度、低温韧性"))
        self.technical.set_items(technical)
        self.scope = Combo(self._scopes())
        self.scope.set_code(_HERE if self._industries else "")
        self.lay_field = Field(_("企业怎么说"), self.lay, required=True, help_text=_("照企业的原话写，短一点"))
        self.technical_field = Field(
            _("专业上叫什么"), self.technical, required=True, help_text=_("几个词用顿号隔开，最要紧的写前面")
        )
        self.scope_field = Field(_("用在哪些行业"), self.scope)
        self._fields = {"lay": self.lay_field, "technical": self.technical_field}
        for field in (self.lay_field, self.technical_field, self.scope_field):
            self.content.addWidget(field)
        self.try_button = Button(_("只试这一次"), "quiet", on_click=self.try_once)
        self.try_button.setVisible(can_try)
        self.foot.insertWidget(0, self.try_button)
        self.lay.committed.connect(self._show_hint)

    def accept(self) -> None:
        """Save the pair; what is refused stays open with the reason beside its field."""
        commit_composition()
        for field in self._fields.values():
            field.show_error("")
        industries = self._industries if self.scope.code == _HERE else ()
        draft = TermDraft(self.lay.text().strip(), self.technical.items, industries=industries)
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(self, lambda session: keep_term(session, draft), self._on_saved, self._on_refused)

    def try_once(self) -> None:
        """Hand the pair on without keeping it."""
        commit_composition()
        for field in self._fields.values():
            field.show_error("")
        lay = self.lay.text().strip()
        if not lay:
            self.lay_field.show_error(_("请写企业的说法"))
        elif self._is_missing(lay):
            self.lay_field.show_error(_("这里没有说到「{words}」，试不出什么").format(words=lay))
        elif not self.technical.items:
            self.technical_field.show_error(_("请写专业上的叫法"))
        else:
            self.close_with(True)
            self.tried.emit(tuple(Expansion(lay, one) for one in self.technical.items))

    def _scopes(self) -> list[tuple[str, str]]:
        own = [(_HERE, _("只用于{trades}").format(trades=listed(map(industry_label, self._industries))))]
        return [*(own if self._industries else []), ("", _("各行业都用"))]

    def _show_hint(self, text: str) -> None:
        hint = _("这里没有说到「{words}」：会存下来，但这一次用不上").format(words=text.strip())
        self.lay_field.show_hint(hint if self._is_missing(text) else "")

    def _is_missing(self, text: str) -> bool:
        lay = fold(text).strip()
        return bool(self._said and lay) and lay not in self._said

    def _on_saved(self, change: TermChange) -> None:
        words = _("已加进术语对照：{lay}") if change.before is None else _("已补进原来那条对照：{lay}")
        tell_change(self._host, self._desk, change, words.format(lay=self.lay.text().strip()))
        self.close_with(True)
        self.saved.emit(change.id)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        name = error.field if isinstance(error, InvalidInputError) else "lay"
        self._fields.get(name, self.lay_field).show_error(error.message)

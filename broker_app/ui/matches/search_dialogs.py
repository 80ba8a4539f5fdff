"""Other words for one search."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _
from broker_app.services.needs import NeedDraft
from broker_app.ui.enterprises.industry_ticks import IndustryTicks
from broker_app.ui.matches.search_words import SearchWords, whole_text
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field, ListLine, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph, Words


class ConditionsDialog(Dialog):
    """改条件: the need is asked with other words this once."""

    chosen = Signal(object)
    """The :class:`SearchWords` to search by."""

    def __init__(self, host: QWidget, need: NeedDraft, words: SearchWords) -> None:
        super().__init__(
            host, _("改条件"), primary=_("这样找"), icon="magnifying-glass", dismiss=_("不改了"), width=700
        )
        self._need, self._words = need, words
        self.content.addWidget(Paragraph(_("只管这一次怎么找，需求本身不会改。"), "body", "text2"))
        asked = _without_unwanted(need, words)
        self.name = ImeAwareLineEdit(asked.title)
        self.text = text_area(lines=4)
        self.text.setMaximumHeight(self.text.minimumHeight())
        self.text.set_text(whole_text(asked))
        self.keywords = ListLine(placeholder=_("如 阻燃、低温、PC/ABS"))
        self.keywords.set_items(asked.keywords)
        self.unwanted = ListLine(placeholder=_("如 溴系阻燃剂"))
        self.unwanted.set_items(words.unwanted)
        self.industries = IndustryTicks()
        self.industries.set_codes(asked.industries)
        self.name_field = Field(_("要找什么"), self.name, help_text=_("这一行的字分量最重"))
        self.text_field = Field(_("说清楚一点"), self.text)
        for field in (
            self.name_field,
            self.text_field,
            Field(_("关键词"), self.keywords),
            Field(_("不要含有"), self.unwanted, help_text=_("含有的成果会标红，并排到后面")),
        ):
            self.content.addWidget(field)
        self.content.addWidget(Words(_("行业（一个都不勾就不看行业）"), "meta", "text2"))
        self.content.addWidget(self.industries)

    def accept(self) -> None:
        """Hand the words on."""
        commit_composition()
        title, text = self.name.text().strip(), self.text.toPlainText().strip()
        if not title and not text and not self.keywords.items:
            self.name_field.show_error(_("写几个字才好找"))
            return
        need = self._need
        self.chosen.emit(
            SearchWords(
                title=None if title == need.title.strip() else title,
                text=None if text == whole_text(need).strip() else text,
                keywords=None if self.keywords.items == need.keywords else self.keywords.items,
                industries=None if set(self.industries.codes) == set(need.industries) else self.industries.codes,
                unwanted=self.unwanted.items,
                pairs=self._words.pairs,
            )
        )
        self.close_with(True)


def _without_unwanted(need: NeedDraft, words: SearchWords) -> NeedDraft:
    return SearchWords(words.title, words.text, words.keywords, words.industries).applied_to(need)

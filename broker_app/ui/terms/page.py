"""术语对照: what owners say and what it is called in papers; to search, to change, to try."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.i18n import _, counted, listed
from broker_app.matching.terms import ANY_TRADE
from broker_app.services.term_book import (
    TermBook,
    TermKind,
    kind_of,
    prepare_pinyin,
    read_book,
)
from broker_app.services.term_proposals import (
    adopt_proposal,
    ignore_proposal,
    open_proposals,
    recall_proposal,
)
from broker_app.services.terms import TermDraft, TermProposal, TermRow
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.choices import industry_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page
from broker_app.ui.shell.paged_model import Column, PagedModel, Status
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.tasks import ignore
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.terms import acts, files
from broker_app.ui.terms.add_pair_dialog import AddPairDialog
from broker_app.ui.terms.form import TermDialog
from broker_app.ui.terms.proposals import ProposalCard
from broker_app.ui.terms.try_out import TryOut

_PAUSE_MS = 150
_COMBO_CHARACTERS = 8  # Latin ones: 来源：全部


class TermsPage(Page):
    """Every entry of the term table, shipped and one's own."""

    name = "terms"
    title = _("术语对照")
    icon = "book-open"
    reads = frozenset({"Term", "Match", "ProfileValue"})
    ground = "surface"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._proposals: tuple[TermProposal, ...] = ()
        self._book = TermBook(())
        self._found: Sequence[TermRow] | None = None
        self.judge_button = Button(_("匹配得怎样"), icon="chart-bar", on_click=lambda: desk.go("evaluation", "terms"))
        self.new_button = Button(_("加一条"), "primary", icon="plus", on_click=self.add)
        self.load_button = Button(_("导入"), icon="download-simple", on_click=self._load)
        self.keep_button = Button(_("存成表格"), icon="export", on_click=self._keep)
        self.header.add_actions(self.load_button, self.keep_button, self.judge_button, self.new_button)
        self.try_out = TryOut(desk)
        self.proposals = ProposalCard()
        self.search = ImeAwareLineEdit(placeholder=_("说法、术语、备注、拼音"))
        self.search.setAccessibleName(_("在术语对照里找"))
        self.search.setClearButtonEnabled(True)
        self.industry = Combo([(ANY_TRADE, _("各行业都用的")), *industry_choices()], empty=_("行业：全部"))
        self.industry.setAccessibleName(_("只看一个行业"))
        self.kind = Combo(_kinds(), empty=_("来源：全部"))
        self.kind.setAccessibleName(_("只看一种来源"))
        self.model = PagedModel[TermRow](_columns(), self._fetch, self)
        self.table = Table[TermRow](self.model, margin=MARGIN_LEFT)
        self.table.setAccessibleName(_("术语对照表"))
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._listen()
        self._show_selection(None)

    def refresh(self) -> None:
        """Read the list, the counts and what matches propose again."""
        chosen = self.table.chosen_row
        first_time = not self._book.rows
        self._book = book = self.desk.tasks.fetch(read_book)
        self._found = None
        self.model.reload()
        self._nothing.setVisible(self.model.rowCount() == 0)
        if chosen is not None:
            self._choose(chosen.id)
        self.try_out.try_again()
        self._show_counts()
        self.desk.tasks.read(self, lambda session: tuple(open_proposals(session)), self._take_proposals)
        if first_time:
            self.desk.tasks.run(self, lambda: prepare_pinyin(book), ignore)

    def open_at(self, what: object) -> None:
        """Open the form of a new entry with "new", or look for a lay phrase."""
        if what == "new":
            self.add()
        elif isinstance(what, str):
            self.look_for(what)

    def look_for(self, lay: str) -> None:
        """Show the entries of a lay phrase."""
        self.industry.set_code("")
        self.kind.set_code("")
        self.search.set_text(lay)
        self._search_again()
        self._choose_row(0)

    def add(self, draft: TermDraft | None = None) -> None:
        """Open an empty form, or one begun as ``draft``."""
        dialog = TermDialog(self, self.desk, draft=draft)
        dialog.saved.connect(self._show_entry)
        dialog.open()

    def change(self, row: TermRow) -> None:
        """Open the form of an entry."""
        TermDialog(self, self.desk, row).open()

    def _lay_out(self) -> None:
        self.body.addWidget(self.try_out)
        holder = Panel("surface")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        above = QHBoxLayout()
        above.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)
        above.addWidget(self.proposals)
        column.addLayout(above)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 4)
        row.addWidget(self.industry, 2)
        row.addWidget(self.kind, 2)
        row.addStretch(1)
        for combo in (self.industry, self.kind):
            combo.setMinimumContentsLength(_COMBO_CHARACTERS)
        self._edit = Button(_("改"), icon="pencil-simple", small=True, on_click=self._change_chosen)
        self._switch = Button("", small=True, on_click=self._switch_chosen)
        self._remove = Button("", "danger", small=True, on_click=self._remove_chosen)
        for widget in (self._edit, self._switch, self._remove):
            row.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self._nothing = Words(_("没有找到。换个词，或把行业和来源放宽。"), "body", "text3")
        self._nothing.setContentsMargins(MARGIN_LEFT, 0, 0, 24)
        self._nothing.hide()
        column.addWidget(self._nothing)
        self.body.addWidget(holder, 1)

    def _listen(self) -> None:
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        self.industry.currentIndexChanged.connect(lambda _index: self._search_again())
        self.kind.currentIndexChanged.connect(lambda _index: self._search_again())
        self.table.opened.connect(self.change)
        self.table.chosen.connect(self._show_selection)
        self.table.removal_asked.connect(self._remove_row)
        self.try_out.wanted.connect(self.look_for)
        self.try_out.add_wanted.connect(lambda text: AddPairDialog(self, self.desk, said=text).open())
        self.try_out.tried.connect(lambda _tried: self._show_proposals())
        self.proposals.adopted.connect(self._adopt)
        self.proposals.ignored.connect(self._ignore)
        self.proposals.edit_wanted.connect(lambda one: self.add(TermDraft(one.lay, one.technical)))

    def _fetch(self, offset: int, limit: int) -> Sequence[TermRow]:
        if self._found is None:
            query = self.search.text().strip()
            self._found = self._book.find(query, industry=self.industry.code, kind=_kind(self.kind.code))
        return self._found[offset : offset + limit]

    def _search_again(self) -> None:
        self._pause.stop()
        self._found = None
        self.model.restart()
        self._nothing.setVisible(self.model.rowCount() == 0)
        self._show_selection(None)

    def _show_counts(self) -> None:
        counts = self._book.counts()
        own = counts.user + counts.changed
        self.keep_button.setVisible(any(row.origin == "user" for row in self._book.rows))
        self.header.facts.set_facts(
            [
                _("在用 {n} 条").format(n=f"{counts.in_use:,}"),
                counted("自己的 {n} 条", "自己的 {n} 条", own) if own else "",
                counted("已停用 {n} 条", "已停用 {n} 条", counts.off) if counts.off else "",
            ]
        )

    def _take_proposals(self, proposals: tuple[TermProposal, ...]) -> None:
        self._proposals = proposals
        self._show_proposals()

    def _show_proposals(self) -> None:
        trying = bool(self.try_out.sentence.text().strip())
        self.proposals.show_proposals(() if trying else self._proposals)

    def _show_selection(self, row: TermRow | None) -> None:
        for widget in (self._edit, self._switch):
            widget.setVisible(row is not None)
        self._remove.setVisible(row is not None and row.origin != "shipped")
        if row is None:
            return
        self._switch.setText(_("停用") if row.enabled else _("重新启用"))
        self._remove.setText(_("移到回收站") if row.origin == "user" else _("恢复原样"))

    def _show_entry(self, term_id: str) -> None:
        """Show an entry that was just written, whatever is being looked for."""
        if not self._choose(term_id):
            for field in (self.industry, self.kind):
                field.set_code("")
            self.search.set_text("")
            self._search_again()
            self._choose(term_id)

    def _choose(self, term_id: str) -> bool:
        return self._choose_row(self.model.find(lambda row: row.id == term_id))

    def _choose_row(self, number: int) -> bool:
        if not 0 <= number < self.model.rowCount():
            return False
        self.table.selectRow(number)
        return True

    def _change_chosen(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self.change(row)

    def _switch_chosen(self) -> None:
        if (row := self.table.chosen_row) is not None:
            acts.switch(self, self.desk, row, enabled=not row.enabled)

    def _remove_chosen(self) -> None:
        if (row := self.table.chosen_row) is not None:
            self._remove_row(row)

    def _remove_row(self, row: TermRow) -> None:
        """Del on a shipped entry switches it off: it cannot be deleted."""
        if row.origin == "shipped":
            acts.switch(self, self.desk, row, enabled=False)
        else:
            acts.remove(self, self.desk, row)

    def _load(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("选要导入的术语对照"), "", _("表格 (*.xlsx *.csv *.tsv);;所有文件 (*)")
        )
        if name:
            files.load(self, self.desk, Path(name))

    def _keep(self) -> None:
        """Save one's own entries as a table."""
        proposed = _("自己加的术语对照") + ".csv"
        name, _filter = QFileDialog.getSaveFileName(self, _("存自己加的术语对照"), proposed, _("表格 (*.csv)"))
        if name:
            files.keep(self, self.desk, Path(name), [row for row in self._book.rows if row.origin == "user"])

    def _adopt(self, proposal: TermProposal) -> None:
        words = _("已加进术语对照：{lay}") if proposal.kind == "add" else _("已停用：{lay}。找成果时不再用它")
        self.desk.tasks.write(
            self,
            lambda session: adopt_proposal(session, proposal),
            lambda change: acts.tell_change(self, self.desk, change, words.format(lay=proposal.lay)),
        )

    def _ignore(self, proposal: TermProposal) -> None:
        tasks = self.desk.tasks

        def undo() -> None:
            tasks.write(self, lambda session: recall_proposal(session, proposal))

        tasks.write(
            self,
            lambda session: ignore_proposal(session, proposal),
            lambda _none: self.desk.toast(_("以后不再提这条建议"), undo=undo),
        )


def _kind(code: str) -> TermKind:
    kinds: tuple[TermKind, ...] = ("user", "changed", "shipped", "off")
    return next((kind for kind in kinds if kind == code), "")


def _kinds() -> list[tuple[str, str]]:
    return [
        ("user", _("自己加的")),
        ("changed", _("改过的")),
        ("shipped", _("随程序")),
        ("off", _("已停用")),
    ]


_LOOKS: dict[str, tuple[str, str]] = {
    "user": ("user", "accent_text"),
    "changed": ("pencil-simple", "accent_text"),
    "shipped": ("book-open", "text3"),
    "off": ("prohibit", "warn_text"),
}


def _status(row: TermRow) -> Status:
    kind = kind_of(row)
    icon, tone = _LOOKS[kind]
    return Status(dict(_kinds())[kind], icon, tone)


def _columns() -> tuple[Column[TermRow], ...]:
    return (
        Column(_("企业怎么说"), lambda row: row.draft.lay, 170, strong=True),
        Column(_("专业上叫什么"), lambda row: listed(row.draft.technical)),
        Column(_("权重"), lambda row: f"{row.draft.weight.normalize():f}", 76, numeric=True),
        Column(_("行业"), lambda row: listed(row.industry_labels), 130),
        Column(_("来源"), lambda row: _status(row).words, 100, status=_status),
        Column(_("备注"), lambda row: row.draft.note, 90),
    )

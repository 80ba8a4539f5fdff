"""统计: my work in a span of time, 家 and 家次 side by side, as figures, bars and a table; saved for a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.exchange.figures_file import cells, groups, headings, span_words, write_figures
from broker_app.i18n import _
from broker_app.services.numbers import today
from broker_app.services.work_figures import (
    Figures,
    FiguresRow,
    Period,
    WorkFigures,
    period_days,
    period_word,
    work_figures,
)
from broker_app.ui.evaluation.bars import BarRow, Bars
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import Paragraph, Words

_BAR_WORDS = 110


class FiguresPage(Page):
    """Counted anew whenever a record changes."""

    name = "figures"
    title = _("统计")
    icon = "chart-bar"
    reads = frozenset({"Visit", "Need", "Match", "Enterprise"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.figures: WorkFigures | None = None
        self.period = Combo([(one.value, period_word(one)) for one in Period])
        self.period.setAccessibleName(_("看哪一段时间"))
        self.whose = Combo([("mine", _("我记的")), ("all", _("本机全部"))])
        self.whose.setAccessibleName(_("看谁记的"))
        for combo in (self.period, self.whose):
            combo.setSizeAdjustPolicy(Combo.SizeAdjustPolicy.AdjustToContents)
            combo.currentIndexChanged.connect(lambda _index: self.refresh())
        self.export_button = Button(_("导出"), "primary", icon="export", on_click=self._export)
        self.print_button = Button(_("打印"), icon="printer", on_click=self._print)
        self.header.add_actions(self.period, self.whose, self.print_button, self.export_button)
        area, self._column = scroll_column(margins=(24, 0, 20, 14))
        self.body.addWidget(area)
        self._cards = QHBoxLayout()
        self._cards.setSpacing(12)
        self._column.addLayout(self._cards)
        self._tables = QVBoxLayout()
        self._tables.setSpacing(12)
        self._column.addLayout(self._tables)
        self._column.addStretch(1)

    def open_at(self, what: object) -> None:
        """Show the period of that name, or as it was left."""
        if isinstance(what, str) and what in set(Period):
            self.period.set_code(what)
        self.refresh()

    def refresh(self) -> None:
        """Count again."""
        first, last = period_days(Period(self.period.code), today())
        mine = self.whose.code == "mine"
        self.desk.tasks.read(self, lambda session: work_figures(session, first, last, mine=mine), self._show)

    def save(self, path: Path) -> None:
        """Write the figures shown to ``path``."""
        figures = self.figures
        if figures is not None:
            self.desk.tasks.run(self, lambda: write_figures(path, figures), lambda _none: self._say_saved(path))

    def _print(self) -> None:
        if self.figures is not None:
            self.desk.go("papers", ("figures", (self.figures.first, self.figures.last, self.figures.mine)))

    def _say_saved(self, path: Path) -> None:
        self.desk.toast(_("已导出：{name}").format(name=path.name), icon="export")

    def _export(self) -> None:
        if self.figures is None:
            return
        proposed = _("工作统计 {first}—{last}").format(first=self.figures.first, last=self.figures.last) + ".xlsx"
        name, _filter = QFileDialog.getSaveFileName(self, _("导出统计"), proposed, _("表格 (*.xlsx *.csv)"))
        if name:
            path = Path(name)
            self.save(path if path.suffix else path.with_suffix(".xlsx"))

    def _show(self, figures: WorkFigures) -> None:
        self.figures = figures
        self.header.facts.set_facts([span_words(figures)])
        clear_layout(self._cards)
        clear_layout(self._tables)
        for words, unit, count in zip(
            headings(), (_("家"), _("家次"), _("条"), _("次")), cells(figures.whole), strict=True
        ):
            self._cards.addWidget(_figure_card(words, unit, count), 1)
        if figures.whole == Figures():
            card = Card()
            words = _("这段时间还没有记完的走访、需求和对接。换一段时间看看，或先记一次走访。")
            card.column.addWidget(Paragraph(words, "body", "text2"))
            self._tables.addWidget(card)
        months = _with_work(figures.months)
        if len(months) > 1:
            self._tables.addWidget(_bars_card(months))
            self._tables.addWidget(_table_card(groups(figures)[0][0], months, figures.whole))
        for title, rows in groups(figures)[1:]:
            if rows:
                self._tables.addWidget(_table_card(title, rows, figures.whole))
        if figures.tiers:
            card = Card()
            card.add_heading(_("梯队和入库（本机企业）"))
            bars = Bars(_BAR_WORDS)
            bars.show_rows([BarRow(name, ((count, "accent"),), str(count)) for name, count in figures.tiers])
            card.column.addWidget(bars)
            self._tables.addWidget(card)


def _figure_card(words: str, unit: str, count: int) -> Card:
    card = Card()
    card.column.addWidget(Words(words, "body", "text2"))
    number = Words(f"{count:,}", "num")
    number.setAccessibleName(f"{words} {count}")
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(number)
    row.addWidget(Words(unit, "body", "text3"))
    row.addStretch(1)
    card.column.addLayout(row)
    return card


def _with_work(months: Sequence[FiguresRow]) -> Sequence[FiguresRow]:
    """``months`` without those before the first and after the last in which something was done."""
    busy = [number for number, row in enumerate(months) if row.figures != Figures()]
    return months[busy[0] : busy[-1] + 1] if busy else ()


def _bars_card(months: Sequence[FiguresRow]) -> Card:
    card = Card()
    card.add_heading(_("每月走访"))
    bars = Bars(_BAR_WORDS)
    bars.show_rows(
        [
            BarRow(
                row.words,
                ((row.figures.visits, "accent"),),
                _("{firms} 家，{visits} 家次").format(firms=row.figures.firms, visits=row.figures.visits),
            )
            for row in months
        ]
    )
    card.column.addWidget(bars)
    return card


def _table_card(title: str, rows: Sequence[FiguresRow], whole: Figures) -> Card:
    card = Card()
    card.add_heading(title)
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    for column, words in enumerate(headings(), start=1):
        grid.addWidget(_right(words, "meta", "text2"), 0, column)
    lines = [*((row.words, row.figures, False) for row in rows), (_("合计"), whole, True)]
    for number, (words, figures, is_sum) in enumerate(lines, start=1):
        grid.addWidget(Words(words, "body", "text", strong=is_sum), number, 0)
        for column, count in enumerate(cells(figures), start=1):
            cell = _right(f"{count:,}", "body", "text" if count else "text3", strong=is_sum)
            cell.setAccessibleName(f"{words} {headings()[column - 1]} {count}")
            grid.addWidget(cell, number, column)
    card.column.addLayout(grid)
    return card


def _right(words: str, step: str, colour: str, *, strong: bool = False) -> Words:
    made = Words(words, step, colour, strong=strong)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made

"""匹配得怎样: how what came of recorded matches agrees with the ranking."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QWidget

from broker_app.i18n import _
from broker_app.services.match_evaluation import MatchEvaluation, evaluate_matches
from broker_app.ui.evaluation.cards import (
    BarsCard,
    FigureCard,
    WeakNeedsCard,
    caution,
    decline_rows,
    figures,
    rank_rows,
    term_rows,
)
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme

_TWO_COLUMNS_FROM = 820
_GAP = 12


class EvaluationPage(Page):
    """For the curious: counted from this profile's own matches."""

    name = "evaluation"
    title = _("匹配得怎样")
    icon = "chart-bar"
    reads = frozenset({"Match", "Need", "Achievement", "Term"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._number = 0
        self.terms_button = Button(_("术语对照"), icon="book-open", on_click=lambda: desk.go("terms"))
        self.header.add_actions(self.terms_button)
        self.caution = Paragraph("", "body", "text")
        self.figures = (
            FigureCard(_("记下的对接")),
            FigureCard(_("有一方同意")),
            FigureCard(_("已放弃")),
            FigureCard(_("还没回音")),
        )
        self.ranks = BarsCard(
            _("选中的成果排第几"),
            _("按记下对接那一刻的名次；早先没记名次的，用现在的成果库重新找。"),
            words_width=130,
            legend=True,
        )
        self.declines = BarsCard(_("为什么放弃"), _("放弃对接时选的原因。"), words_width=110)
        self.helpful = BarsCard(
            _("带来同意的词"), _("当时给过分、同意多于放弃的词；有箭头的来自术语对照。"), words_width=180
        )
        self.misleading = BarsCard(
            _("带来放弃的词"), _("当时给过分、放弃多于同意的词。看看是不是该停用或改窄。"), words_width=180
        )
        self.weak_needs = WeakNeedsCard(lambda need: desk.go("recommend", need.id))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_waiting())
        self._stack.addWidget(self._make_empty())
        self._stack.addWidget(self._make_cards())
        self.body.addWidget(self._stack)

    def refresh(self) -> None:
        """Count again; what is shown stays until the new figures are there."""
        self._number += 1
        number = self._number
        self.desk.tasks.read(self, evaluate_matches, lambda found: self._take(number, found))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns of cards, or one where there is no room for two."""
        super().resizeEvent(event)
        self._place_cards()

    def _take(self, number: int, found: MatchEvaluation) -> None:
        if number != self._number:
            return  # asked again meanwhile
        tally = found.tally
        if not tally.recorded and not found.needs_asked:
            self._stack.setCurrentIndex(1)
            self.header.facts.set_facts(())
            return
        self._stack.setCurrentIndex(2)
        self.header.facts.set_facts(
            [_("只数本机记下的对接"), _("成果库 {n} 项").format(n=f"{found.pool_size:,}") if found.pool_size else ""]
        )
        words = caution(found)
        self.caution.set_text(words)
        self._caution_card.setVisible(bool(words))
        for card, parts in zip(self.figures, figures(tally), strict=True):
            card.show_count(parts, tally.recorded)
        look = self._look_at_entry
        none_yet = _("还没有记下的对接。")
        self.ranks.show_rows(rank_rows(found) if found.looked_at else [], none_yet)
        self.declines.show_rows(decline_rows(found), _("没有放弃的对接。"))
        self.helpful.show_rows(term_rows(found.helpful, look), _("还看不出来：要有企业或成果方同意的对接。"))
        self.misleading.show_rows(term_rows(found.misleading, look), _("没有。放弃的对接里没有哪个词特别多。"))
        self.weak_needs.show_needs(found.weak_needs, found.needs_asked)

    def _look_at_entry(self, lay: str) -> None:
        self.desk.go("terms", lay)

    def _make_waiting(self) -> QWidget:
        area, column = scroll_column(margins=(MARGIN_LEFT, 8, MARGIN_RIGHT, 16))
        column.addWidget(Words(_("正在数记下的对接……"), "body", "text3"))
        column.addStretch(1)
        return area

    def _make_empty(self) -> EmptyState:
        go = Button(_("去匹配"), icon="intersect", on_click=lambda: self.desk.go("recommend"))
        return EmptyState(
            _("还没有对接可以看"),
            _("在「匹配」里勾选成果、记下对接，再写明企业要不要。有了结果，这里就看得出排得准不准。"),
            (go,),
        )

    def _make_cards(self) -> QWidget:
        area, column = scroll_column(margins=(MARGIN_LEFT, 2, MARGIN_RIGHT, 16), spacing=_GAP)
        self._caution_card = Card(pad=12, ground="warn_tint")
        line = row_of(IconLabel("info", "warn_text"), self.caution)
        line.setStretch(1, 1)
        self._caution_card.column.addLayout(line)
        column.addWidget(self._caution_card)
        top = QHBoxLayout()
        top.setSpacing(_GAP)
        for card in self.figures:
            top.addWidget(card, 1)
        column.addLayout(top)
        self._grid = QGridLayout()
        self._grid.setSpacing(_GAP)
        column.addLayout(self._grid)
        column.addWidget(self.weak_needs)
        note = _(
            "这里数的是做过的决定，不是对将来的估计。名次是记下对接时的名次；早先没记的是现在重新找的，成果库和术语对照变了，它也会变；"
            "照着对接补过的对照，会让老的对接看上去更准。"
        )
        column.addWidget(Paragraph(note, "meta", "text3"))
        column.addStretch(1)
        self._columns = 0
        self._place_cards()
        return area

    def _place_cards(self) -> None:
        columns = 2 if self.width() >= _TWO_COLUMNS_FROM * theme().scale.factor else 1
        if columns == self._columns:
            return
        self._columns = columns
        cards: Sequence[QWidget] = (self.ranks, self.declines, self.helpful, self.misleading)
        for number, card in enumerate(cards):
            self._grid.removeWidget(card)
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

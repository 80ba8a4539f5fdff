"""The cards of the evaluation page."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.services.match_evaluation import (
    ENOUGH,
    MatchEvaluation,
    RankBand,
    Tally,
    TermOutcome,
    WeakNeed,
)
from broker_app.ui.evaluation.bars import Bar, BarRow, Bars
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.text_blocks import ElidedWords, IconLabel, Paragraph, Words

ACCEPTED, DECLINED, WAITING = "accent", "warn", "share4"
_MOST_NEEDS = 8


class FigureCard(Card):
    """One figure: what, how many, and out of how many as a bar."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.column.addWidget(Words(title, "body", "text2"))
        self.number = Words("", "num")
        self.column.addLayout(row_of(self.number, Words(_("项"), "body", "text3"), None))
        self._bar = QVBoxLayout()
        self.column.addLayout(self._bar)

    def show_count(self, parts: Sequence[tuple[int, str]], whole: int) -> None:
        """Show the sum of ``parts`` (amount, colour token) out of ``whole``."""
        self.number.setText(str(sum(amount for amount, _token in parts)))
        clear_layout(self._bar)
        self._bar.addWidget(Bar(parts, whole))


class OutcomeLegend(QWidget):
    """What the colours of the bars mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = row_of(spacing=7)
        for words, token in ((_("有一方同意"), ACCEPTED), (_("还没回音"), WAITING), (_("已放弃"), DECLINED)):
            swatch = Bar(((1, token),), 1)
            swatch.setFixedWidth(26)
            line.addWidget(swatch)
            line.addWidget(Words(words, "meta", "text2"))
            line.addSpacing(12)
        line.addStretch(1)
        self.setLayout(line)


class BarsCard(Card):
    """A heading, a sentence, bars."""

    def __init__(
        self, title: str, sentence: str, *, words_width: int, legend: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self.add_heading(title)
        self.column.addWidget(Paragraph(sentence, "meta", "text3"))
        if legend:
            self.column.addWidget(OutcomeLegend())
        self.bars = Bars(words_width)
        self.column.addWidget(self.bars)
        self.nothing = Paragraph("", "body", "text3")
        self.column.addWidget(self.nothing)
        self.column.addStretch(1)

    def show_rows(self, rows: Sequence[BarRow], nothing: str) -> None:
        """Show ``rows``, or the sentence ``nothing``."""
        self.bars.show_rows(rows)
        self.bars.setVisible(bool(rows))
        self.nothing.set_text("" if rows else nothing)
        self.nothing.setVisible(not rows)


class WeakNeedsCard(Card):
    """Open needs the pool cannot answer today."""

    def __init__(self, go: Callable[[WeakNeed], object], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._go = go
        _name, self.count = self.add_heading(_("证据不足的需求"), "0")
        self.says = Paragraph("", "meta", "text3")
        self.column.addWidget(self.says)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.addLayout(self._rows)

    def show_needs(self, needs: Sequence[WeakNeed], asked: int) -> None:
        """Show ``needs`` out of the ``asked`` ones."""
        self.count.setText(str(len(needs)))
        self.says.set_text(_says_of_needs(len(needs), asked))
        clear_layout(self._rows)
        for one in needs[:_MOST_NEEDS]:
            match = Button(_("换说法再找"), "quiet", small=True, on_click=partial(self._go, one))
            match.setAccessibleName(_("给「{need}」换说法再找").format(need=one.title))
            line = row_of(
                IconLabel("question", "text3"),
                ElidedWords(one.title),
                ElidedWords(one.enterprise, "meta", "text3"),
                None,
                match,
            )
            line.setContentsMargins(0, 3, 0, 3)
            self._rows.addLayout(line)
            self._rows.addWidget(Hairline())
        if len(needs) > _MOST_NEEDS:
            rest = len(needs) - _MOST_NEEDS
            self._rows.addWidget(Words(counted("还有 {n} 条", "还有 {n} 条", rest), "meta", "text3"))


def rank_rows(found: MatchEvaluation) -> list[BarRow]:
    """Choices by rank."""
    return [BarRow(_band_words(band), _parts(band), _outcome(band)) for band in found.ranks]


def decline_rows(found: MatchEvaluation) -> list[BarRow]:
    """Declined matches by reason."""
    return [
        BarRow(one.label, ((one.count, DECLINED),), counted("{n} 项", "{n} 项", one.count)) for one in found.declines
    ]


def term_rows(terms: Sequence[TermOutcome], look: Callable[[str], object]) -> list[BarRow]:
    """Terms and what came of the matches they had a share in; those of the term table lead to their entry."""
    return [
        BarRow(
            _("{term} ← {lay}").format(term=one.term, lay=one.lay) if one.lay else one.term,
            ((one.accepted, ACCEPTED), (one.declined, DECLINED)),
            _("同意 {yes}，放弃 {no}").format(yes=one.accepted, no=one.declined),
            (_("看对照"), _("看「{lay}」这条对照").format(lay=one.lay), partial(look, one.lay)) if one.lay else None,
        )
        for one in terms
    ]


def caution(found: MatchEvaluation) -> str:
    """What a reader has to know when there are too few decisions; "" when there are enough."""
    if found.is_enough:
        return ""
    if not found.tally.decided:
        return _("还没有一项对接有结果。企业要不要，在「对接」里写下来，这里才看得出名堂。")
    return _("有结果的对接才 {n} 项，不到 {enough} 项：下面的数字只能看个大概，多一项少一项就会变样。").format(
        n=found.tally.decided, enough=ENOUGH
    )


def _band_words(band: RankBand) -> str:
    if not band.first:
        return _("证据不足或没找到")
    if band.first == band.last:
        return _("第 {n} 名").format(n=band.first)
    return _("第 {first}–{last} 名").format(first=band.first, last=band.last)


def _parts(band: RankBand) -> tuple[tuple[int, str], ...]:
    waiting = band.chosen - band.accepted - band.declined
    return ((band.accepted, ACCEPTED), (waiting, WAITING), (band.declined, DECLINED))


def _outcome(band: RankBand) -> str:
    if not band.chosen:
        return _("0 项")
    return _("{n} 项，同意 {yes}，放弃 {no}").format(n=band.chosen, yes=band.accepted, no=band.declined)


def _says_of_needs(weak: int, asked: int) -> str:
    if not asked:
        return _("现在没有等着找成果的需求。")
    if not weak:
        return _("等着找成果的 {n} 条需求，每条都找得到可以推荐的成果。").format(n=asked)
    return _(
        "等着找成果的 {asked} 条需求里，这些只有零散的字对上。换个说法、补一对术语，或者成果库里真的没有。"
    ).format(asked=asked)


def figures(tally: Tally) -> tuple[tuple[tuple[int, str], ...], ...]:
    """The parts of the four figures, in the order of the page: all, agreed, declined, waiting."""
    accepted, declined, waiting = (tally.accepted, ACCEPTED), (tally.declined, DECLINED), (tally.waiting, WAITING)
    return ((accepted, waiting, declined), (accepted,), (declined,), (waiting,))

"""重复的企业: pairs that may be one firm, the surest first, found in the background; and merges that can be undone."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from broker_app.codes.counties import county_label
from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.services.duplicates import (
    DuplicatePair,
    FirmFacts,
    Scan,
    mark_distinct,
    scan_duplicates,
    unmark_distinct,
)
from broker_app.services.enterprise_merge import MergeRow, list_merges, undo_merge
from broker_app.services.typed_dates import moment_text
from broker_app.ui.enterprises.merge_dialog import open_merge
from broker_app.ui.imports.progress import ImportProgress
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, Facts, Paragraph, Words

_SHOWN = 60


class DuplicatesPage(Page):
    """Opening it looks for pairs at once; nothing is merged without the wizard."""

    name = "duplicates"
    title = _("重复的企业")
    icon = "copy"
    place = "enterprises"
    reads = frozenset({"Enterprise", "FirmAlias", "DistinctFirms"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.pairs: tuple[DuplicatePair, ...] = ()
        self._shown = _SHOWN
        self._progress: ImportProgress | None = None
        self.again_button = Button(_("再找一遍"), icon="arrows-clockwise", on_click=self.scan)
        self.header.add_actions(self.again_button)
        area, column = scroll_column(margins=(24, 0, 20, 14))
        self.body.addWidget(area)
        self._bar_card, self._pairs_card, self._past_card = Card(), Card(), Card()
        for card in (self._bar_card, self._pairs_card, self._past_card):
            column.addWidget(card)
        column.addStretch(1)
        self._make_bar()
        self._fresh = False

    @property
    def is_scanning(self) -> bool:
        """Whether a scan is under way."""
        return self._progress is not None

    def open_at(self, what: object) -> None:
        """Look for pairs; a scan that is under way goes on."""
        if not self.is_scanning:
            self.scan()

    def refresh(self) -> None:
        """Read the merges again; after a change of firms the pairs too, unless a scan is under way."""
        self.desk.tasks.read(self, list_merges, self._show_past)
        if self._fresh and not self.is_scanning:
            self.scan()

    def scan(self) -> None:
        """Compare all firms, off the UI thread."""
        if self.is_scanning:
            return
        progress = ImportProgress(self)
        progress.told.connect(self._on_told)
        self._progress = progress
        self._bar.setValue(0)
        self._doing.setText(_("正在比对企业……"))
        self._bar_card.show()
        self._stop_button.setEnabled(True)
        self.again_button.setEnabled(False)
        self.desk.tasks.read(
            self,
            lambda session: scan_duplicates(
                session, lambda done, total: progress.progress(done, total) and not self.desk.tasks.is_finishing
            ),
            self._on_scanned,
        )

    def stop(self) -> None:
        """Ask the scan to stop; what it has found so far is shown."""
        if self._progress is not None:
            self._progress.stop()
            self._doing.setText(_("正在停止……"))
            self._stop_button.setEnabled(False)

    def _make_bar(self) -> None:
        self._doing = Words("", "body", "text2")
        self._stop_button = Button(_("停下"), small=True, on_click=self.stop)
        self._bar_card.column.addLayout(row_of(self._doing, None, self._stop_button))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("比对到哪里了"))
        self._bar_card.column.addWidget(self._bar)
        self._bar_card.hide()
        self._past_card.hide()

    def _on_told(self, done: int, total: int, _seconds: float) -> None:
        self._bar.setMaximum(max(1, total))
        self._bar.setValue(done)
        if self._stop_button.isEnabled():
            self._doing.setText(_("已比对 {done:,} 家，共 {total:,} 家").format(done=done, total=total))

    def _on_scanned(self, scan: Scan) -> None:
        if self._progress is not None:
            self._progress.deleteLater()
        self._progress, self._fresh = None, True
        self._bar_card.hide()
        self.again_button.setEnabled(True)
        self.pairs, self._shown = scan.pairs, _SHOWN
        facts = [counted("比对了 {n} 家", "比对了 {n} 家", scan.firms)]
        self.header.facts.set_facts([*facts, _("中途停下，没比完")] if scan.stopped else facts)
        self._show_pairs()

    def _show_pairs(self) -> None:
        clear_layout(self._pairs_card.column)
        self._pairs_card.add_heading(_("可能是同一家"), str(len(self.pairs)) if self.pairs else "")
        for number, pair in enumerate(self.pairs[: self._shown]):
            if number:
                self._pairs_card.column.addWidget(Hairline())
            self._pairs_card.column.addWidget(PairRow(pair, self._merge, self._say_distinct, self._open))
        rest = len(self.pairs) - self._shown
        if rest > 0:
            words = counted("还有 {n} 对", "还有 {n} 对", rest)
            self._pairs_card.column.addLayout(row_of(Button(words, "quiet", small=True, on_click=self._more), None))
        if not self.pairs:
            words = _("没有发现重复。新企业录入时，同名或同信用代码的会当场提醒。")
            self._pairs_card.column.addWidget(Paragraph(words, "body", "text2"))

    def _more(self) -> None:
        self._shown += _SHOWN
        self._show_pairs()

    def _merge(self, pair: DuplicatePair) -> None:
        open_merge(self, self.desk, *pair.ids)

    def _open(self, firm_id: UUID) -> None:
        self.desk.go("enterprise", firm_id)

    def _say_distinct(self, pair: DuplicatePair) -> None:
        one, two = pair.ids
        tasks = self.desk.tasks

        def undo() -> None:
            tasks.write(self, lambda session: unmark_distinct(session, one, two))

        def done(_none: object) -> None:
            words = _("记下了：{one}和{two}不是同一家").format(one=pair.one.name, two=pair.two.name)
            self.desk.toast(words, icon="check-circle", undo=undo)

        tasks.write(self, lambda session: mark_distinct(session, one, two), done)

    def _show_past(self, merges: object) -> None:
        rows = [one for one in merges if isinstance(one, MergeRow)] if isinstance(merges, list) else []
        clear_layout(self._past_card.column)
        self._past_card.setVisible(bool(rows))
        self._past_card.add_heading(_("最近合并的"), str(len(rows)))
        for row in rows:
            left = counted("还能撤销 {n} 天", "还能撤销 {n} 天", row.days_left)
            undo = Button(_("撤销合并"), "quiet", small=True, on_click=partial(self._undo, row))
            words = _("{name} 并入 {into}").format(name=row.name, into=row.into)
            self._past_card.column.addLayout(
                row_of(ElidedWords(words), Facts([moment_text(row.merged_at, utc_now()), left]), undo, spacing=12)
            )

    def _undo(self, row: MergeRow) -> None:
        def done(_none: object) -> None:
            self.desk.toast(_("已拆回两家：{name}").format(name=row.name), icon="arrow-counter-clockwise")

        self.desk.tasks.write(self, lambda session: undo_merge(session, row.id), done)


class PairRow(QWidget):
    """Score and reasons, both firms, and what can be done about them."""

    def __init__(
        self,
        pair: DuplicatePair,
        on_merge: Callable[[DuplicatePair], None],
        on_distinct: Callable[[DuplicatePair], None],
        on_open: Callable[[UUID], None],
    ) -> None:
        super().__init__()
        self.pair = pair
        self.merge_button = Button(_("合并…"), small=True, on_click=partial(on_merge, pair))
        self.distinct_button = Button(_("不是重复"), "quiet", small=True, on_click=partial(on_distinct, pair))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.setSpacing(2)
        chips = [ChipLabel(word, "accent" if number == 0 else "plain") for number, word in enumerate(pair.why)]
        score = Words(_("{n} 分").format(n=pair.score), "body", "text2", strong=True)
        column.addLayout(row_of(score, *chips, None, self.distinct_button, self.merge_button))
        for firm in (pair.one, pair.two):
            name = Button(firm.name, "quiet", small=True, on_click=partial(on_open, firm.id))
            name.setToolTip(firm.name)
            column.addLayout(row_of(name, Facts(_firm_facts(firm)), None))
        self.setAccessibleName(
            _("{one}和{two}，{score} 分").format(one=pair.one.name, two=pair.two.name, score=pair.score)
        )


def _firm_facts(firm: FirmFacts) -> list[str]:
    return [county_label(firm.county), firm.credit_code]

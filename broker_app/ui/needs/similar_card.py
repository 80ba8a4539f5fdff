"""相似的需求: other needs that look like the same matter, each with what it rests on; some are ticked to be merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.i18n import _, counted, listed
from broker_app.rules.states import NeedState
from broker_app.services.needs_merge import SimilarNeedRow, merge_refusal, similar_to_need
from broker_app.services.sessions import Session
from broker_app.ui.needs.tab_order import tab_before
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.fields import Tick
from broker_app.ui.shell.text_blocks import Facts, Paragraph, Words

_SHOWN = 3
_MOST_WORDS = 4


@dataclass(frozen=True)
class SimilarView:
    """The needs like one, the most alike first; ``refusal`` says why that one cannot be merged itself, or ""."""

    refusal: str
    rows: tuple[SimilarNeedRow, ...]


def read_similar(session: Session, need_id: UUID) -> SimilarView:
    """What the card shows of a need; raises NotFoundError. Needs that went into a common one are left out."""
    rows = tuple(row for row in similar_to_need(session, need_id) if row.state != NeedState.MERGED)
    return SimilarView(merge_refusal(session, need_id), rows)


class SimilarCard(Card):
    """Nothing is shown where no need is alike. Ticks stay while the rows are read again."""

    open_wanted = Signal(object)
    merge_wanted = Signal(object)
    """The ids that are ticked, in their order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._view = SimilarView("", ())
        self._ticked: dict[UUID, bool] = {}
        self._all_shown = False
        self._ticks: dict[UUID, Tick] = {}
        self._count = Words("", "meta", "text3")
        self.column.addLayout(row_of(Words(_("相似的需求"), "body", "text", strong=True), self._count, None))
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.column.addLayout(self._list)
        self._problem = Paragraph("", "meta", "warn_text")
        self.column.addWidget(self._problem)
        self.merge_button = Button(_("并成共性需求"), icon="git-merge", on_click=self._ask_to_merge)
        self.merge_button.setToolTip(_("几家提的是同一件事，就并成一条，一起找成果；原来的几条都留着"))
        self.column.addLayout(row_of(self.merge_button, None))
        self.hide()

    @property
    def ticks(self) -> Sequence[Tick]:
        """The boxes shown, from the top; rows that cannot be merged have none."""
        return tuple(self._ticks.values())

    @property
    def problem(self) -> str:
        """What is said above the button, or ""."""
        return self._problem.text if not self._problem.isHidden() else ""

    def forget(self) -> None:
        """Another need is shown: ticks and rows are gone."""
        self._ticked.clear()
        self._all_shown = False
        self._view = SimilarView("", ())
        self.hide()

    def show_similar(self, view: SimilarView) -> None:
        """Show the rows; nothing moves if they stand there already."""
        if view == self._view:
            return
        self._view = view
        self._fill()

    def _fill(self) -> None:
        view = self._view
        self.setVisible(bool(view.rows))
        self._count.setText(str(len(view.rows)))
        clear_layout(self._list)
        self._ticks = {}
        shown = view.rows if self._all_shown else view.rows[:_SHOWN]
        for number, row in enumerate(shown):
            if number:
                self._list.addWidget(Hairline())
            self._list.addLayout(self._row(row))
        if rest := len(view.rows) - len(shown):
            more = Button(counted("还有 {n} 条", "还有 {n} 条", rest), "quiet", small=True, on_click=self._show_all)
            self._list.addLayout(row_of(more, None))
        tab_before(self.merge_button, self._list)
        self._say(view.refusal, "text3")
        self.merge_button.setVisible(not view.refusal and any(row.can_merge for row in view.rows))

    def _row(self, row: SimilarNeedRow) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        may_tick = row.can_merge and not self._view.refusal
        at = 1 if may_tick else 0
        if may_tick:
            tick = Tick("")
            tick.setAccessibleName(_("一起并：{title}").format(title=row.title))
            tick.setChecked(self._ticked.setdefault(row.id, row.is_same))
            tick.toggled.connect(partial(self._remember, row.id))
            self._ticks[row.id] = tick
            grid.addWidget(tick, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        lines = [Paragraph(row.title, "body", "text", max_lines=2), Facts([row.enterprise])]
        lines.append(Paragraph(why_words(row), "meta", "text2", max_lines=3))
        if row.why_not and not self._view.refusal:
            lines.append(Paragraph(row.why_not, "meta", "warn_text"))
        for number, line in enumerate(lines):
            grid.addWidget(line, number, at, 1, 2 - at)
        look = Button(_("打开"), "quiet", small=True, on_click=partial(self.open_wanted.emit, row.id))
        look.setAccessibleName(_("打开需求「{title}」").format(title=row.title))
        grid.addLayout(row_of(look, Facts([row.state_label]), None, spacing=4), len(lines), at, 1, 2 - at)
        return grid

    def _remember(self, need_id: UUID, on: bool) -> None:
        self._ticked[need_id] = on
        self._say("")

    def _show_all(self) -> None:
        self._all_shown = True
        self._fill()

    def _ask_to_merge(self) -> None:
        chosen = tuple(row.id for row in self._view.rows if row.can_merge and self._ticked.get(row.id, row.is_same))
        if chosen:
            self.merge_wanted.emit(chosen)
        else:
            self._say(_("先在上面勾上要一起并的需求。"))

    def _say(self, words: str, colour: str = "warn_text") -> None:
        self._problem.set_text(words, colour)
        self._problem.setVisible(bool(words))


def why_words(row: SimilarNeedRow) -> str:
    """How alike two needs are, in words, and what both say."""
    alike = _("像是同一件事") if row.is_same else _("有些相近")
    if not row.shared:
        return _("{alike}，用词差不多").format(alike=alike)
    words = listed(row.shared[:_MOST_WORDS])
    return _("{alike}，都说到{words}").format(alike=alike, words=words)

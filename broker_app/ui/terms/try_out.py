"""试一试: say a sentence as an owner would, and see which entries it sets off and what is searched for them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.i18n import _, counted, listed
from broker_app.services.term_book import MAX_TRIED, FiredTerm, try_sentence
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, scroll_column
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.terms.marked_line import MarkedLine, marked_list

_PAUSE_MS = 120
_MOST_SHOWN = 30
_LINES_SEEN = 5


class TryOut(Panel):
    """A field, and below it what the sentence sets off; empty it takes one line only."""

    wanted = Signal(str)
    """The lay phrase of an entry somebody wants to see."""

    add_wanted = Signal(str)
    """A sentence for which nothing fitting stands in the table."""

    tried = Signal(bool)
    """Whether something is being tried now."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("sunken", lines=("top", "bottom"), parent=parent)
        self._desk = desk
        self._fired: tuple[FiredTerm, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_LEFT, 8, MARGIN_RIGHT, 8)
        column.setSpacing(6)
        self.sentence = ImeAwareLineEdit(placeholder=_("打一句企业的原话，如 外壳料冬天一摔就裂"))
        self.sentence.setAccessibleName(_("试一试：企业的原话"))
        self.sentence.setClearButtonEnabled(True)
        self.sentence.setMaxLength(MAX_TRIED)
        self.verdict = Words("", "meta", "text2")
        label = Words(_("试一试"), "body", "text", strong=True)
        label.setBuddy(self.sentence)
        line = row_of(label, self.sentence, self.verdict)
        line.setStretch(1, 1)
        column.addLayout(line)
        self.marked = MarkedLine(colour="text")
        column.addWidget(self.marked)
        self._area, inside = scroll_column(spacing=0)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        inside.addLayout(self._grid)
        inside.addStretch(1)
        column.addWidget(self._area)
        self._add = Button(
            _("给这句话加一对"), "quiet", icon="plus", small=True, on_click=lambda: self.add_wanted.emit(self._text())
        )
        column.addLayout(row_of(self._add, None))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.try_again)
        self.sentence.committed.connect(lambda _text: self._pause.start())
        self._show()

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """``(lay phrase, technical terms)`` as listed."""
        return tuple((lay, listed(words)) for lay, words, _one in _grouped(self._fired))

    def try_again(self) -> None:
        """Try the sentence with the table as it is now."""
        text = self._text()
        self._fired = tuple(self._desk.tasks.fetch(lambda session: try_sentence(session, text))) if text else ()
        self._show()

    def _text(self) -> str:
        return self.sentence.text().strip()

    def _show(self) -> None:
        text, fired = self._text(), self._fired
        groups = _grouped(fired)
        used = [one for one in fired if not one.unwanted]
        self.marked.show_text(text, [(one.start, one.end) for one in used])
        clear_layout(self._grid)
        for number, (lay, words, one) in enumerate(groups[:_MOST_SHOWN]):
            look = Button(lay, "quiet", small=True, on_click=partial(self.wanted.emit, lay))
            look.setToolTip(_("在下面的表里看「{lay}」").format(lay=lay))
            self._grid.addWidget(look, number, 0, Qt.AlignmentFlag.AlignLeft)
            terms, marks = marked_list(words)
            self._grid.addWidget(MarkedLine(terms, marks, ground="tint"), number, 1, Qt.AlignmentFlag.AlignVCenter)
            remark = _("在「不要」里，不用") if one.unwanted else _("权重 {weight:g}").format(weight=one.weight)
            self._grid.addWidget(Words(remark, "meta", "text3"), number, 2)
        self.marked.setVisible(bool(fired))
        self._area.setVisible(bool(groups))
        row = theme().scale.height(32, "meta", 4)
        self._area.setFixedHeight(min(len(groups), _LINES_SEEN) * row + 2)
        self._add.setVisible(bool(text))
        self.verdict.setText(_verdict(text, len(groups)))
        self.verdict.setVisible(bool(text))
        self.tried.emit(bool(text))


def _grouped(fired: Sequence[FiredTerm]) -> list[tuple[str, tuple[str, ...], FiredTerm]]:
    """Entries of one lay phrase (several trades may have it) as one line."""
    groups: dict[str, tuple[dict[str, None], FiredTerm]] = {}
    for one in fired:
        words, _first = groups.setdefault(one.lay, ({}, one))
        words.update(dict.fromkeys(one.technical))
    return [(lay, tuple(words), first) for lay, (words, first) in groups.items()]


def _verdict(text: str, groups: int) -> str:
    if not text:
        return ""
    if not groups:
        return _("这句话里没有一处用到术语对照")
    return counted("用到 {n} 种说法", "用到 {n} 种说法", groups)

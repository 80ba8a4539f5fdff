"""比一比: a need and the ticked achievements side by side, element by element."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.comparison import ComparedAchievement, ComparedCell, Comparison
from broker_app.ui.shell.cards import Hairline, row_of
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.text_blocks import IconLabel, Paragraph, Words
from broker_app.ui.shell.theme import theme

_VERDICTS = {
    "met": ("check-circle", "ok_text"),
    "unmet": ("prohibit", "bad_text"),
    "unknown": ("minus-circle", "text3"),
}
_COLUMN = 220
_EDGES = 340
_SENTENCE_LINES = 3


class ComparisonDialog(Dialog):
    """The table; each verdict stands with the words it rests on."""

    def __init__(self, host: QWidget, found: Comparison) -> None:
        width = _EDGES + _COLUMN * len(found.achievements)
        super().__init__(host, _("比一比"), dismiss=_("看完了"), width=max(760, min(width, 1280)))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        names = 86 * max(1.0, theme().scale.factor)
        grid.setColumnMinimumWidth(0, round(names))
        grid.setColumnStretch(1, 3)
        for number in range(len(found.achievements)):
            grid.setColumnStretch(number + 2, 4)
        grid.addWidget(_head(found.need_title, _("需求", "one")), 0, 1, Qt.AlignmentFlag.AlignTop)
        for number, one in enumerate(found.achievements):
            grid.addWidget(_head(one.title, one.owner, *_count_words(one)), 0, number + 2, Qt.AlignmentFlag.AlignTop)
        for number, row in enumerate(found.rows):
            at = 2 * number + 1
            grid.addWidget(Hairline(), at, 0, 1, len(found.achievements) + 2)
            grid.addWidget(Paragraph(row.label, "body", "text", strong=True), at + 1, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Paragraph(row.need or "—", "body", "text2"), at + 1, 1, Qt.AlignmentFlag.AlignTop)
            for column, cell in enumerate(row.cells):
                grid.addWidget(_cell(cell, asked=bool(row.need)), at + 1, column + 2, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(grid)
        self.content.addWidget(
            Paragraph(_("「资料里没写」不等于做不到，问一下成果方再定。"), "meta", "text3"),
        )
        self.content.addStretch(1)


def _head(title: str, *below: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(Paragraph(title, "body", "text", strong=True, max_lines=3))
    for one in below:
        if one:
            column.addWidget(Paragraph(one, "meta", "text3"))
    return holder


def _count_words(one: ComparedAchievement) -> tuple[str, str]:
    counted = _("满足 {met}，不满足 {unmet}").format(met=one.met, unmet=one.unmet)
    return counted, _("没写 {unknown}").format(unknown=one.unknown)


def _cell(cell: ComparedCell, *, asked: bool) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    if asked:
        icon, tone = _VERDICTS[cell.verdict]
        verdict = row_of(IconLabel(icon, tone), Words(cell.verdict_label, "body", tone, strong=True), None, spacing=6)
        column.addLayout(verdict)
    if cell.words and cell.words != cell.sentence:
        column.addWidget(Paragraph(cell.words, "body", "text2", max_lines=_SENTENCE_LINES))
    if cell.sentence:
        quoted = _("「{sentence}」").format(sentence=cell.sentence)
        column.addWidget(Paragraph(quoted, "meta", "text3", max_lines=_SENTENCE_LINES))
    if not asked and not cell.words and not cell.sentence:
        column.addWidget(Words("—", "body", "text3"))
    return holder

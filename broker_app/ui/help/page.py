"""帮助 (F1): the keys, what to do first, and the manual; all of it offline and searchable."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.services.first_steps import FirstStep, first_steps
from broker_app.ui.help.keys import KeyLine, key_lines
from broker_app.ui.help.manual import Block, Chapter, read_manual
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, IconLabel, Paragraph
from broker_app.ui.shell.theme import theme

_TOPICS = 230
_STYLES = {
    "heading": ("section", "text", True),
    "words": ("body", "text", False),
    "item": ("body", "text", False),
    "row": ("body", "text2", False),
    "code": ("meta", "text2", False),
}
_KEYS, _STEPS = "keys", "steps"


class HelpPage(Page):
    """Open it at "keys", at "steps", or where it was left."""

    name = "help"
    title = _("帮助")
    icon = "question"
    reads = frozenset({"Visit", "Need", "Enterprise", "Achievement", "Match", "ProfileValue"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._chapters = read_manual()
        self._steps: Sequence[FirstStep] = ()
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 0, 0)
        row.setSpacing(16)
        left = QVBoxLayout()
        left.setContentsMargins(0, 2, 0, 14)
        left.setSpacing(10)
        self.search = ImeAwareLineEdit(placeholder=_("找一个词"))
        self.search.setAccessibleName(_("在帮助里找"))
        self.search.setClearButtonEnabled(True)
        self.topics = QListWidget()
        self.topics.setProperty("framed", "1")
        self.topics.setAccessibleName(_("帮助的章节"))
        self.topics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.topics.setTextElideMode(Qt.TextElideMode.ElideRight)
        for widget in (self.search, self.topics):
            widget.setFixedWidth(round(_TOPICS * max(1.0, theme().scale.factor) ** 0.7))
            left.addWidget(widget)
        row.addLayout(left)
        area, self._content = scroll_column(margins=(0, 2, 20, 14))
        row.addWidget(area, 1)
        self.body.addLayout(row)
        self._area = area
        self.search.committed.connect(lambda _text: self._list_topics())
        self.topics.currentRowChanged.connect(lambda _row: self._show_topic())
        self._list_topics()

    def open_at(self, what: object) -> None:
        """Show a topic by its name."""
        if isinstance(what, str):
            self.search.clear()
            self._choose(what)

    def refresh(self) -> None:
        """Read again what is done of the first steps."""
        self.desk.tasks.read(self, first_steps, self._take_steps)

    @property
    def text(self) -> str:
        """All that is shown at the right."""
        return "\n".join(one.text for one in self._area.findChildren(Paragraph))

    def _take_steps(self, steps: Sequence[FirstStep]) -> None:
        self._steps = steps
        if self._topic() == _STEPS:
            self._show_topic()

    def _topic(self) -> str:
        item = self.topics.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def _choose(self, topic: str) -> None:
        for number in range(self.topics.count()):
            if self.topics.item(number).data(Qt.ItemDataRole.UserRole) == topic:
                self.topics.setCurrentRow(number)
                return

    def _list_topics(self) -> None:
        words, before = self.search.text().split(), self._topic()
        self.topics.blockSignals(True)
        self.topics.clear()
        for topic, title in self._found(words):
            item = QListWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, topic)
            item.setToolTip(title.strip())
            item.setSizeHint(QSize(0, theme().scale.height(32, "body", 4)))
            self.topics.addItem(item)
        self.topics.blockSignals(False)
        self._choose(before)
        if self.topics.currentRow() < 0 and self.topics.count():
            self.topics.setCurrentRow(0)
        self._show_topic()

    def _found(self, words: Sequence[str]) -> list[tuple[str, str]]:
        found = []
        if not words or any(_fits(line, words) for line in key_lines(self.desk.commands)):
            found.append((_KEYS, _("按键")))
        if not words or any(word in _("上手清单") for word in words):
            found.append((_STEPS, _("上手清单")))
        chapters = ((str(number), one) for number, one in enumerate(self._chapters))
        return found + [(number, one.title) for number, one in chapters if one.holds(words)]

    def _show_topic(self) -> None:
        clear_layout(self._content)
        words, topic = self.search.text().split(), self._topic()
        if topic == _KEYS:
            self._show_keys(words)
        elif topic == _STEPS:
            self._show_steps()
        elif topic:
            self._show_chapter(self._chapters[int(topic)], words)
        else:
            self._content.addWidget(Paragraph(_("帮助里没有这个词。换个说法试试。"), "body", "text2"))
        self._content.addStretch(1)
        self._area.verticalScrollBar().setValue(0)

    def _show_keys(self, words: Sequence[str]) -> None:
        groups: dict[str, list[KeyLine]] = {}
        for line in key_lines(self.desk.commands):
            if _fits(line, words):
                groups.setdefault(line.group, []).append(line)
        for group, lines in groups.items():
            card = Card()
            card.add_heading(group)
            for line in lines:
                keys = [ChipLabel(key) for key in line.keys]
                row = row_of(ElidedWords(line.title, "body", "text"), None, *keys, spacing=6)
                row.setStretch(0, 1)
                card.column.addLayout(row)
            self._content.addWidget(card)

    def _show_steps(self) -> None:
        card = Card()
        done = sum(one.done for one in self._steps)
        words = counted("做好 {n} 件", "做好 {n} 件", done)
        card.add_heading(_("上手清单"), f"{words} / {len(self._steps)}")
        for step in self._steps:
            icon = IconLabel("check-circle" if step.done else "circle-dashed", "ok_text" if step.done else "text3", 20)
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(Paragraph(step.words, "body", "text", strong=True))
            column.addWidget(Paragraph(step.why, "meta", "text2"))
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            row.addLayout(column, 1)
            if step.done:
                row.addWidget(ChipLabel(_("做好了"), "ok", "check"))
            else:
                go = Button(_("去做"), small=True, on_click=partial(self.desk.go, step.page, step.what))
                go.setAccessibleName(_("去做：{what}").format(what=step.words))
                row.addWidget(go)
            card.column.addLayout(row)
            card.column.addSpacing(6)
        self._content.addWidget(card)

    def _show_chapter(self, chapter: Chapter, words: Sequence[str]) -> None:
        card = Card()
        card.column.setSpacing(8)
        card.add_heading(chapter.title.strip())
        for block in chapter.blocks:
            card.column.addWidget(_block_words(block, words))
        self._content.addWidget(card)


def _block_words(block: Block, words: Sequence[str]) -> Paragraph:
    step, colour, strong = _STYLES[block.kind]
    text = f"— {block.text}" if block.kind == "item" else block.text
    hit = any(word.casefold() in block.text.casefold() for word in words)
    return Paragraph(text, step, "accent_text" if hit else colour, strong=strong)


def _fits(line: KeyLine, words: Sequence[str]) -> bool:
    said = f"{line.title} {' '.join(line.keys)} {line.group}".casefold()
    return all(word.casefold() in said for word in words)

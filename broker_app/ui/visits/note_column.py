"""The middle of the visit editor: the note with its marks, corrections, and how the visit went."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.visits import Correction, Span
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.fields import Tick
from broker_app.ui.shell.painting import plain_tip
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, IconLabel, Paragraph, Words
from broker_app.ui.visits.note_edit import NoteEdit, NoteSpan, paint_mark

SentenceAction = tuple[str, Callable[[], object]]


class NoteColumn(Panel):
    """The note is the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._actions: tuple[SentenceAction, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 20, 10)
        column.setSpacing(6)
        self.help = ElidedWords(_("原文不会被改动"), "meta", "text3")
        self.need_button = Button(_("选中转需求"), "quiet", icon="plus", small=True)
        self.need_button.setToolTip("Ctrl+D")
        column.addLayout(
            row_of(Words(_("纪要"), "section"), self.help, None, self.need_button, ChipLabel("Ctrl D"), spacing=8)
        )
        self.note = NoteEdit(placeholder=_("看到什么、对方原话怎么说，照记就行。数字和日期写上更好找成果。"))
        self.note.setAccessibleName(_("纪要"))
        self.note.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.note.customContextMenuRequested.connect(self._show_menu)
        column.addWidget(self.note, 1)
        self._corrections = Paragraph("", "body", "text2")
        column.addWidget(self._corrections)
        column.addWidget(_Legend())
        self.circumstances_button = Button(_("填写"), "quiet", small=True)
        self.circumstances_button.setAccessibleName(_("填写走访情况"))
        self.circumstances = ElidedWords("", "meta", "text3")
        self.consent = Tick(_("企业同意拍照"))
        self.consent.hide()
        self.keep_details = Tick(_("留拍摄信息"))
        self.keep_details.setToolTip(plain_tip(_("勾上以后再加的照片，保留拍摄时间、地点和相机；不勾就去掉")))
        words = Words(_("走访情况"), "meta", "text2")
        line = row_of(
            IconLabel("list-checks"),
            words,
            self.circumstances,
            self.circumstances_button,
            self.keep_details,
            self.consent,
        )
        line.setStretch(2, 1)
        column.addLayout(line)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(12)
        column.addLayout(self._foot)

    def add_foot(self, widget: QWidget, *, stretch: int = 0) -> None:
        """Put what belongs to the visit besides words below the note."""
        self._foot.addWidget(widget, stretch)

    def set_actions(self, actions: tuple[SentenceAction, ...]) -> None:
        """What the context menu offers for selected words."""
        self._actions = actions

    def show_final(self, final: bool, corrections: tuple[Correction, ...]) -> None:
        """A final note is read-only; its corrections stand below it."""
        self.note.setReadOnly(final)
        self.help.set_text(_("已定稿，原文不再改动") if final else _("原文不会被改动"))
        words = _("更正 {n}（{reason}）：{text}")
        lines = [words.format(n=one.ordinal, reason=one.reason, text=one.text) for one in corrections]
        self._corrections.set_text("\n".join(lines))
        self._corrections.setVisible(bool(lines))

    def show_circumstances(self, words: str, *, editable: bool) -> None:
        """One line of how the visit went."""
        self.circumstances.set_text(words)
        self.circumstances_button.setText(_("改") if editable else _("看"))

    def confidential(self) -> tuple[Span, ...]:
        """Where 不得外传 is marked now."""
        return tuple(Span(one.start, one.length) for one in self.note.spans() if one.kind == "confidential")

    def add_confidential(self, spans: Sequence[Span]) -> None:
        """Mark these words 不得外传 besides those marked already."""
        new = [NoteSpan("confidential", one.start, one.length, owner="confidential") for one in spans]
        self.note.show_spans([*self.note.spans(), *new])

    def toggle_confidential(self, start: int, length: int) -> None:
        """Mark these words 不得外传; touching a mark takes it away."""
        spans = self.note.spans()
        touched = [one for one in spans if one.kind == "confidential" and _overlap(one, start, length)]
        kept = [one for one in spans if one not in touched]
        if not touched:
            kept.append(NoteSpan("confidential", start, length, owner="confidential"))
        self.note.show_spans(kept)

    def selected_words(self) -> tuple[str, Span] | None:
        """The selected words, else the sentence of the cursor, without blanks around; None if there are none."""
        start, length = self.note.selected_range()
        note = self.note.toPlainText()
        if not length:
            start, length = _sentence_at(note, start)
        text = note[start : start + length]
        words = text.strip()
        left = len(text) - len(text.lstrip())
        return (words, Span(start + left, len(words))) if words else None

    def _show_menu(self, at: QPoint) -> None:
        menu = self.note.createStandardContextMenu()
        menu.addSeparator()
        for words, act in self._actions:
            action = QAction(words, menu)
            action.triggered.connect(partial(_run, act))
            action.setEnabled(self.note.textCursor().hasSelection())
            menu.addAction(action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.note.mapToGlobal(at))


class _Legend(QWidget):
    """What the colours under the note mean."""

    def __init__(self) -> None:
        super().__init__()
        kinds = {
            "need": _("技术需求"),
            "referral": _("非技术诉求", "short"),
            "follow_up": _("跟进"),
            "confidential": _("不得外传"),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 2)
        row.setSpacing(6)
        for kind, words in kinds.items():
            row.addWidget(_Swatch(kind))
            row.addWidget(Words(words, "tiny", "text2"))
            row.addSpacing(10)
        row.addStretch(1)


class _Swatch(QWidget):
    """A mark without words in it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.setFixedSize(26, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it as the note does."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_mark(painter, self._kind, QRectF(0, 0, self.width(), self.height() - 1))


def _run(act: Callable[[], object], _checked: bool = False) -> None:
    act()


def _overlap(span: NoteSpan, start: int, length: int) -> bool:
    return span.start < start + length and start < span.start + span.length


def _sentence_at(note: str, position: int) -> tuple[int, int]:
    ends = "。！？\n；"
    start = max((note.rfind(mark, 0, position) for mark in ends), default=-1) + 1
    stops = [at for at in (note.find(mark, position) for mark in ends) if at >= 0]
    return start, min(stops, default=len(note)) - start

"""Ctrl+K: one field for every record and every command.

It is a child of the window, not a popup, because input methods fail in popup windows; it searches committed text
only. The field keeps the keyboard, arrows move in the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from broker_app.i18n import _
from broker_app.services.lookup import Hit, LookupBook, find_records
from broker_app.services.sessions import Session
from broker_app.ui.shell import icons
from broker_app.ui.shell.cards import Hairline, row_of
from broker_app.ui.shell.commands import Command
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.painting import paint_facts, paint_text
from broker_app.ui.shell.text_blocks import ChipLabel, IconLabel, Words
from broker_app.ui.shell.theme import theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1

_WIDTH, _HEIGHT, _TOP = 680, 520, 96
_ROW, _GROUP = 42, 32
_PAUSE_MS = 30
_READ_AHEAD_MS = 2000
_MOST_COMMANDS = 6
_ICONS = {"enterprise": "buildings", "need": "clipboard-text", "visits": "map-pin", "achievement": "flask"}


@dataclass(frozen=True)
class GroupLine:
    """The heading of a group."""

    title: str


Line = GroupLine | Hit | Command


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self.lines[index.row()], GroupLine):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _("，").join((line.title, *line.facts)) if isinstance(line, Hit) else line.title
        return None


class _LineDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        least = _GROUP if isinstance(index.data(LINE_ROLE), GroupLine) else _ROW
        return QSize(40, theme().scale.height(least, "body", 6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, box = index.data(LINE_ROLE), QRectF(option.rect)
        if isinstance(line, GroupLine):
            paint_text(painter, box.adjusted(22, 4, -20, 0), line.title, "meta", "text2")
        else:
            row = box.adjusted(8, 1, -8, -1)
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            if chosen or option.state & QStyle.StateFlag.State_MouseOver:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("tint" if chosen else "hover"))
                painter.drawRoundedRect(row, 6, 6)
            if chosen:
                painter.setBrush(theme().color("accent"))
                painter.drawRoundedRect(QRectF(row.left(), row.center().y() - 8, 3, 16), 1.5, 1.5)
            self._paint_line(painter, row, line, chosen)
        painter.restore()

    def _paint_line(self, painter: QPainter, row: QRectF, line: Hit | Command, chosen: bool) -> None:
        name = _ICONS.get(line.page, "file-text") if isinstance(line, Hit) else line.icon
        icons.paint_icon(painter, row.left() + 14, row.center().y() - 10, name, icons.NAVIGATION, "text2")
        words = row.adjusted(46, 0, -14, 0)
        hint = _("回车 打开") if chosen and isinstance(line, Hit) else ""
        if isinstance(line, Command):
            hint = line.keys.replace("+", " ")
        hint_width = theme().scale.metrics("meta").horizontalAdvance(hint) + 12 if hint else 0
        paint_text(painter, words, hint, "meta", "text3", right=True)
        room = words.adjusted(0, 0, -hint_width, 0)
        used = paint_text(painter, room, line.title, "body", "text", strong=isinstance(line, Hit)) + 14
        if isinstance(line, Hit):
            facts = [fact for fact in line.facts if fact]
            paint_facts(painter, room.adjusted(used, 0, 0, 0), facts)


class _Plate(QFrame):
    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised plate with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("line2" if theme().dark else "line"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)


class Palette(QWidget):
    """Opened over any page; closing gives the keyboard back to where it was."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._desk = desk
        self._before: QWidget | None = None
        self._book = LookupBook()
        self._reading = False
        self.plate = _Plate(self)
        column = QVBoxLayout(self.plate)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.field = _PaletteLine(self)
        self.field.setProperty("bare", "1")
        self.field.setFont(theme().font("section", strong=False))
        self.field.setPlaceholderText(_("企业、需求、成果、走访，或要做的事"))
        self.field.setAccessibleName(_("搜索和命令"))
        self._facts = Words("", "meta", "text3")
        head = row_of(IconLabel("magnifying-glass", "text2", icons.NAVIGATION), self.field, self._facts, spacing=12)
        head.setContentsMargins(22, 14, 22, 14)
        column.addLayout(head)
        column.addWidget(Hairline())
        self.view = QListView()
        self.model = _Lines(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(_LineDelegate(self.view))
        self.view.setUniformItemSizes(False)
        self.view.setMouseTracking(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(_("找到的"))
        self.view.clicked.connect(lambda index: self._take(index.row()))
        column.addSpacing(4)
        column.addWidget(self.view, 1)
        column.addWidget(Hairline())
        column.addLayout(_foot())
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self.field.committed.connect(lambda _text: self._pause.start())
        desk.tasks.data_changed.connect(self._book.forget)
        QTimer.singleShot(_READ_AHEAD_MS, self, self.read_book)
        self.hide()

    def open(self) -> None:
        """Show the palette empty, with the commands."""
        self._before = self.window().focusWidget()
        self.field.clear()
        self.setGeometry(self.window().rect())
        width, height = min(_WIDTH, self.width() - 48), min(_HEIGHT, self.height() - _TOP - 40)
        self.plate.setGeometry((self.width() - width) // 2, _TOP, width, height)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read_book()
        self.search()

    def read_book(self) -> None:
        """Read what can be found by letters, off the UI thread; what is being searched is searched again then."""
        if self._book.is_stale and not self._reading:
            self._reading = True
            self._desk.tasks.read(self, self._book.read, lambda _none: self._on_read())

    def close_palette(self) -> None:
        """Go away and give the keyboard back."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def search(self) -> None:
        """Find records and commands for the text committed so far; > finds commands only."""
        self._pause.stop()
        began = perf_counter()
        words = self.field.text().strip()
        commands_only = words.startswith(">")
        words = words.removeprefix(">").strip()
        hits = () if commands_only else self._find(words)
        lines: list[Line] = []
        groups = ((_("企业"), ("enterprise",)), (_("需求、成果"), ("need", "achievement")), (_("走访"), ("visits",)))
        for title, pages in groups:
            members = [hit for hit in hits if hit.page in pages]
            if members:
                lines += [GroupLine(title), *members]
        commands = self._commands(words)
        if commands:
            lines += [GroupLine(_("命令")), *commands]
        self.model.show(lines)
        seconds = perf_counter() - began
        self._facts.setText(_("{seconds:.2f} 秒").format(seconds=seconds) if words else "")
        if lines:
            self.view.setCurrentIndex(self.model.index(1))
        else:
            self._facts.setText(_("没有找到"))

    def _on_read(self) -> None:
        self._reading = False
        if self.isVisible() and self.field.text().strip():
            self.search()

    def choose_next(self, step: int) -> None:
        """Choose the next line that can be chosen."""
        rows = [row for row, line in enumerate(self.model.lines) if not isinstance(line, GroupLine)]
        if not rows:
            return
        now = self.view.currentIndex().row()
        at = rows.index(now) if now in rows else -1
        self.view.setCurrentIndex(self.model.index(rows[(at + step) % len(rows)]))

    def take_current(self) -> None:
        """Open the chosen record or run the chosen command."""
        if self._pause.isActive():
            self.search()
        self._take(self.view.currentIndex().row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the plate closes."""
        if not self.plate.geometry().contains(event.position().toPoint()):
            self.close_palette()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window."""
        QPainter(self).fillRect(self.rect(), theme().color("scrim"))

    def _find(self, words: str) -> tuple[Hit, ...]:
        def find(session: Session) -> tuple[Hit, ...]:
            if self._book.is_empty:  # asked for in the very first moment: better late than wrong
                self._book.read(session)
            return find_records(session, words, self._book)

        return self._desk.tasks.fetch(find)

    def _commands(self, words: str) -> list[Command]:
        folded = words.casefold()
        found = [one for one in self._desk.commands.all() if folded in one.title.casefold()]
        return found[: _MOST_COMMANDS if words else 12]

    def _take(self, row: int) -> None:
        if not 0 <= row < len(self.model.lines):
            return
        line = self.model.lines[row]
        if isinstance(line, GroupLine):
            return
        self.close_palette()
        if isinstance(line, Hit):
            self._desk.go(line.page, line.record_id)
        else:
            line.run()


class _PaletteLine(ImeAwareLineEdit):
    """The field keeps the keyboard; arrows, Enter and Esc act on the list."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Enter takes, Esc closes."""
        match event.key():
            case Qt.Key.Key_Down:
                self._palette.choose_next(1)
            case Qt.Key.Key_Up:
                self._palette.choose_next(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._palette.take_current()
            case Qt.Key.Key_Escape:
                self._palette.close_palette()
            case _:
                super().keyPressEvent(event)


def _foot() -> QHBoxLayout:
    foot = row_of(spacing=8)
    foot.setContentsMargins(20, 8, 22, 8)
    for keys, words in (("↑ ↓", _("选")), (_("回车"), _("打开")), ("Esc", _("关闭"))):
        foot.addWidget(ChipLabel(keys))
        foot.addWidget(Words(words, "meta", "text2"))
        foot.addSpacing(8)
    foot.addStretch(1)
    foot.addWidget(Words(_("只找命令：先按 >"), "meta", "text2"))
    return foot

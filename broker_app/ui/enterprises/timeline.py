"""The history of a firm: newest first, under months, a rail that never breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from broker_app.i18n import _, month_of_year
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.firm_history import TimelineEntry
from broker_app.services.typed_dates import date_text
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import paint_facts, paint_text
from broker_app.ui.shell.theme import theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1

_NODE = 28
_LEFT = 60
_ICONS = {
    "visit": ("map-pin", "accent", "tint"),
    "need": ("clipboard-text", "accent", "tint"),
    "match": ("handshake", "vio", "vio_tint"),
    "paper": ("file-text", "accent", "tint"),
    "merge": ("git-merge", "warn", "warn_tint"),
}


@dataclass(frozen=True)
class MonthLine:
    """The month of the entries below it."""

    title: str


Line = MonthLine | TimelineEntry


class TimelineModel(QAbstractListModel):
    """Entries of one firm with month lines between them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []

    def show_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show these entries, newest first."""
        self.beginResetModel()
        self._lines = []
        month = ""
        for entry in entries:
            day = china_date(entry.at)
            title = month_of_year(day)
            if title != month:
                self._lines.append(MonthLine(title))
                month = title
            self._lines.append(entry)
        self.endResetModel()

    def line(self, row: int) -> Line:
        """The line of a row."""
        return self._lines[row]

    def is_last(self, row: int) -> bool:
        """Whether no entry follows."""
        return row == len(self._lines) - 1

    def rowCount(self, parent: Index = ROOT) -> int:
        """Entries and month lines."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A month line cannot be chosen."""
        if index.isValid() and isinstance(self._lines[index.row()], MonthLine):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line, and its words for screen readers."""
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            if isinstance(line, MonthLine):
                return line.title
            return _("，").join(one for one in (_when(line), line.title, line.detail, line.who, line.state) if one)
        return None


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, view: "Timeline") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Title, at most one line of detail, who."""
        line = index.data(LINE_ROLE)
        if isinstance(line, MonthLine):
            return QSize(40, theme().line("meta") + 12)
        rows = theme().line("body") * (2 if line.detail else 1) + theme().line("meta")
        return QSize(40, rows + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, line = QRectF(option.rect), index.data(LINE_ROLE)
        if isinstance(line, MonthLine):
            paint_text(painter, box.adjusted(_LEFT, 6, 0, 0), line.title, "meta", "text2", strong=True)
        else:
            if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
                painter.setPen(Qt.PenStyle.NoPen)
                selected = bool(option.state & QStyle.StateFlag.State_Selected)
                painter.setBrush(theme().color("tint" if selected else "hover"))
                painter.drawRoundedRect(box.adjusted(_LEFT - 8, 2, -8, -2), 6, 6)
            self._paint_rail(painter, box, line, last=self._view.timeline.is_last(index.row()))
            self._paint_entry(painter, box.adjusted(_LEFT, 6, -20, -6), line)
        painter.restore()

    def _paint_rail(self, painter: QPainter, box: QRectF, entry: TimelineEntry, *, last: bool) -> None:
        icon, colour, tint = _ICONS[entry.kind]
        x, y = box.left() + 38, box.top() + 18
        if not last:
            rail = QRectF(x - 1, y + _NODE / 2 + 3, 2, box.bottom() - y - _NODE / 2 - 3)
            painter.fillRect(rail, theme().color("line2"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(tint))
        painter.drawEllipse(QRectF(x - _NODE / 2, y - _NODE / 2, _NODE, _NODE))
        icons.paint_icon(painter, x - icons.META / 2, y - icons.META / 2, icon, icons.META, f"{colour}_text")

    def _paint_entry(self, painter: QPainter, box: QRectF, entry: TimelineEntry) -> None:
        body, meta = theme().line("body"), theme().line("meta")
        when = _when(entry)
        room = theme().scale.metrics("meta").horizontalAdvance(when) + 12
        words = _words_of(entry.kind)
        title = _("{kind}：{title}").format(kind=words, title=entry.title) if words else entry.title
        paint_text(painter, QRectF(box.left(), box.top(), box.width() - room, body), title, "body", "text", strong=True)
        paint_text(painter, QRectF(box.right() - room, box.top(), room, body), when, "meta", "text3", right=True)
        top = box.top() + body
        if entry.detail:
            paint_text(painter, QRectF(box.left(), top, box.width(), body), entry.detail, "body", "text2")
            top += body
        facts = [one for one in (entry.who, entry.state) if one]
        paint_facts(painter, QRectF(box.left(), top, box.width(), meta), facts)


def _words_of(kind: str) -> str:
    words = {"visit": _("走访", "one"), "need": _("需求", "one"), "match": _("对接", "one"), "paper": _("文书", "one")}
    return words.get(kind, "")


class Timeline(QListView):
    """The list of the history."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = TimelineModel(self)
        self.setModel(self.timeline)
        self.setItemDelegate(_LineDelegate(self))
        self.setUniformItemSizes(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("来往记录"))
        theme().changed.connect(self.doItemsLayout)


def _when(entry: TimelineEntry) -> str:
    return date_text(china_date(entry.at), china_date(utc_now()))

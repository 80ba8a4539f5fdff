"""The left column: who works here, the search pill, the pages in groups, settings at the foot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from broker_app.i18n import _
from broker_app.ui.shell import icons
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.painting import paint_text, plain_tip, text_width
from broker_app.ui.shell.theme import theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()

FULL_WIDTH = 192
RAIL_WIDTH = 60
_ROW = 36
_GAP = 17
_PLACE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class Place:
    """A page as the navigation lists it. ``group`` numbers what stands together; ``foot`` places lie at the bottom."""

    name: str
    title: str
    icon: str
    group: int = 0
    foot: bool = False


class _PlaceModel(QAbstractListModel):
    def __init__(self, places: Sequence[Place], parent: QWidget) -> None:
        super().__init__(parent)
        self.places = tuple(places)
        self.counts: dict[str, tuple[int, str]] = {}

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.places[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return place.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return place.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            count = self.counts.get(place.name, (0, ""))[0]
            return _("{title}，{n} 条").format(title=place.title, n=count) if count else place.title
        return place if role == _PLACE else None

    def first_of_group(self, row: int) -> bool:
        return row > 0 and self.places[row].group != self.places[row - 1].group


class _PlaceDelegate(QStyledItemDelegate):
    def __init__(self, view: "_PlaceList") -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        gap = _GAP if self._view.place_model.first_of_group(index.row()) else 0
        return QSize(40, theme().scale.height(_ROW, "body", 7) + gap)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        place: Place = index.data(_PLACE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        if self._view.place_model.first_of_group(index.row()):
            line = QRectF(box.left() + 16, box.top() + _GAP / 2, box.width() - 32, 1)
            painter.fillRect(line, theme().color("line2"))
            box.setTop(box.top() + _GAP)
        row = box.adjusted(8, 1, -8, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("surface" if chosen else "hover"))
            painter.drawRoundedRect(row, 6, 6)
        if chosen:
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(QRectF(box.left() + 8, row.center().y() - 8, 3, 16), 1.5, 1.5)
        self._paint_place(painter, row, place, chosen)
        painter.restore()

    def _paint_place(self, painter: QPainter, row: QRectF, place: Place, chosen: bool) -> None:
        left = row.left() + 12
        colour = "accent_text" if chosen else "text2"
        top = row.center().y() - icons.NAVIGATION / 2
        icons.paint_icon(painter, left, top, place.icon, icons.NAVIGATION, colour, filled=chosen)
        count, tone = self._view.place_model.counts.get(place.name, (0, ""))
        if self._view.rail:
            if count:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("warn" if tone == "warn" else "accent"))
                painter.drawEllipse(QRectF(left + 16, top - 2, 7, 7))
            return
        words = row.adjusted(42, -0.5, -34, 0)
        paint_text(painter, words, place.title, "body", "text", strong=chosen)
        if count:
            self._paint_count(painter, row, str(min(count, 999)), tone)

    def _paint_count(self, painter: QPainter, row: QRectF, count: str, tone: str) -> None:
        font = theme().font("tiny", strong=True)
        width = max(18.0, text_width(count, font) + 10)
        badge = QRectF(row.right() - width - 10, row.center().y() - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("warn_tint" if tone == "warn" else "pressed"))
        painter.drawRoundedRect(badge, 9, 9)
        painter.setFont(font)
        painter.setPen(theme().color("warn_text" if tone == "warn" else "text2"))
        painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), count)


class _PlaceList(QListView):
    """The places of one block."""

    def __init__(self, places: Sequence[Place], parent: QWidget) -> None:
        super().__init__(parent)
        self.rail = False
        self.place_model = _PlaceModel(places, self)
        self.setModel(self.place_model)
        self.setItemDelegate(_PlaceDelegate(self))
        self.setUniformItemSizes(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme().changed.connect(self.doItemsLayout)

    def content_height(self) -> int:
        """Height of all rows in px."""
        rows = len(self.place_model.places)
        gaps = sum(self.place_model.first_of_group(row) for row in range(rows))
        return rows * theme().scale.height(_ROW, "body", 7) + gaps * _GAP


class _Person(QWidget):
    """Initial, name and team of whoever uses the profile."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._team, self.rail = "", "", False
        self.setMinimumHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_person(self, name: str, team: str) -> None:
        self._name, self._team = name, team
        self.setAccessibleName(_("，").join(filter(None, (name, team))))
        self.setToolTip(plain_tip(_("　").join(filter(None, (name, team)))))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the plate and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = QRectF(16 if not self.rail else 14, 16, 32, 32)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent"))
        painter.drawRoundedRect(plate, 6, 6)
        painter.setFont(theme().font("body", strong=True))
        painter.setPen(theme().color("on_accent"))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), self._name[:1] or _("科"))
        if self.rail:
            return
        words = QRectF(57, 12, self.width() - 65, 22)
        paint_text(painter, words, self._name or _("还没填姓名"), "body", "text", strong=True)
        paint_text(painter, words.translated(0, 19), self._team, "tiny", "text2")


class _SearchPill(Button):
    """Opens the palette; says its key at the right."""

    def __init__(self, on_click: Callable[[], object]) -> None:
        super().__init__(_("搜索、命令"), "pill", icon="magnifying-glass", on_click=on_click)
        self._keys = "Ctrl K"
        self.setToolTip("Ctrl+K")

    def set_rail(self, rail: bool) -> None:
        """Only the icon, for narrow windows."""
        self.setText("" if rail else _("搜索、命令"))
        self._keys = "" if rail else "Ctrl K"
        self.set_icon("magnifying-glass")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill and the key hint."""
        super().paintEvent(event)
        box = QRectF(self.rect()).adjusted(0, 0, -10, 0)
        paint_text(QPainter(self), box, self._keys, "tiny", "text3", right=True)


class Navigation(Panel):
    """The left column of the window."""

    chosen = Signal(str)
    search_wanted = Signal()

    def __init__(self, places: Sequence[Place], parent: QWidget | None = None) -> None:
        super().__init__("nav", parent=parent)
        self._rail = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        self.person = _Person(self)
        column.addWidget(self.person)
        self.search = _SearchPill(on_click=self.search_wanted.emit)
        self.search.setAccessibleName(_("搜索和命令，Ctrl+K"))
        self._search_row = QVBoxLayout()
        self._search_row.setContentsMargins(12, 0, 12, 8)
        self._search_row.addWidget(self.search)
        column.addLayout(self._search_row)
        self._main = _PlaceList([place for place in places if not place.foot], self)
        self._foot = _PlaceList([place for place in places if place.foot], self)
        self._lists = (self._main, self._foot)
        column.addWidget(self._main, 1)
        column.addWidget(self._foot)
        self._main.setAccessibleName(_("页面"))
        self._foot.setAccessibleName(_("同步与设置"))
        for view in self._lists:
            view.selectionModel().currentChanged.connect(self._on_current)
            view.clicked.connect(self._on_clicked)
        self._take_size()
        theme().changed.connect(self._take_size)

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place in order."""
        return self._main.place_model.places + self._foot.place_model.places

    def show_person(self, name: str, team: str) -> None:
        """Say who works here."""
        self.person.show_person(name, team)

    def show_count(self, name: str, count: int, tone: str = "") -> None:
        """Put a number behind a place; tone "warn" says a person is needed."""
        for view in self._lists:
            view.place_model.counts[name] = (count, tone)
            view.viewport().update()

    def show_place(self, name: str) -> None:
        """Mark the place of the page that is shown; a page without a place of its own marks none."""
        for view in self._lists:
            view.selectionModel().blockSignals(True)
            view.clearSelection()
            for row, place in enumerate(view.place_model.places):
                if place.name == name:
                    view.setCurrentIndex(view.place_model.index(row))
            view.selectionModel().blockSignals(False)
            view.viewport().update()

    def set_rail(self, rail: bool) -> None:
        """Show icons only, for narrow windows."""
        if rail == self._rail:
            return
        self._rail = self.person.rail = rail
        for view in self._lists:
            view.rail = rail
            view.viewport().update()
        self.search.set_rail(rail)
        self._search_row.setContentsMargins(*((10, 0, 10, 8) if rail else (12, 0, 12, 8)))
        self._take_size()

    def _take_size(self) -> None:
        self.setFixedWidth(RAIL_WIDTH if self._rail else round(FULL_WIDTH * max(1.0, theme().scale.factor ** 0.7)))
        self._foot.setFixedHeight(self._foot.content_height() + 2)
        self._main.setMinimumHeight(120)

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(current.data(_PLACE).name)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(_PLACE).name)

"""Choosing a firm by typing a few letters of its name, its pinyin initials or its credit code."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.duplicates import similar_enterprises
from broker_app.services.enterprises import EnterpriseRow, enterprise_rows, list_enterprises
from broker_app.services.sessions import Session
from broker_app.ui.shell import icons
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.painting import paint_text
from broker_app.ui.shell.theme import theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_MOST = 7
_ROW = 42
_PAUSE_MS = 80
_CODE_LENGTH = 18
_HIT = int(Qt.ItemDataRole.UserRole) + 1
_SAME = int(Qt.ItemDataRole.UserRole) + 2


class _HitModel(QAbstractListModel):
    """Firms found, and last the offer to make a new one of the words typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.hits: tuple[EnterpriseRow, ...] = ()
        self.same: frozenset[UUID] = frozenset()
        self.new_name = ""

    def show(self, hits: Sequence[EnterpriseRow], same: frozenset[UUID], new_name: str) -> None:
        self.beginResetModel()
        self.hits, self.same, self.new_name = tuple(hits), same, new_name
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.hits) + bool(self.new_name)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self.hits[index.row()] if index.row() < len(self.hits) else None
        if role == _HIT:
            return hit
        if role == _SAME:
            return hit is not None and bool(self.new_name) and hit.id in self.same
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if hit is not None and index.data(_SAME):
                return _("，").join((hit.name, hit.county, _("可能是同一家")))
            return _("，").join((hit.name, hit.county)) if hit else _("新建企业「{name}」").format(name=self.new_name)
        return None


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(40, theme().scale.height(_ROW, "body", 8))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(4, 1, -4, -1)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("tint"))
            painter.drawRoundedRect(box, 6, 6)
        hit = index.data(_HIT)
        name = "buildings" if isinstance(hit, EnterpriseRow) else "plus"
        icons.paint_icon(painter, box.left() + 10, box.center().y() - 9, name, icons.BUTTON, "text2")
        words = box.adjusted(38, 0, -10, 0)
        if isinstance(hit, EnterpriseRow):
            used = paint_text(painter, words, hit.name, "body", "text", strong=True) + 12
            if index.data(_SAME):
                same = _("可能是同一家")
                used += paint_text(painter, words.adjusted(used, 0, 0, 0), same, "meta", "warn_text") + 12
            paint_text(
                painter, words.adjusted(used, 0, 0, 0), _("　").join((hit.county, hit.industries)), "meta", "text3"
            )
        else:
            paint_text(painter, words, str(index.data()), "body", "accent_text")
        painter.restore()


def _found(session: Session, words: str) -> tuple[list[EnterpriseRow], frozenset[UUID]]:
    """Firms that contain the words, those first that are the same firm in another spelling; and which these are."""
    hits = list(list_enterprises(session, words, limit=_MOST))
    same = [one.id for one in similar_enterprises(session, words, words if len(words) == _CODE_LENGTH else "")]
    others = [firm for firm in same if firm not in {hit.id for hit in hits}]
    rows = [*enterprise_rows(session, others), *hits]
    rows.sort(key=lambda row: row.id not in same)
    return rows[:_MOST], frozenset(same)


class EnterprisePicker(ImeAwareLineEdit):
    """A field over a list of hits; Enter takes the first hit or makes a new firm of the words."""

    picked = Signal(object, str)
    """Id and name of the firm chosen."""

    new_wanted = Signal(str)
    """Name of a firm that is not known yet."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", placeholder=_("企业名、拼音首字母或信用代码"), parent=parent)
        self._desk = desk
        self.setAccessibleName(_("企业", "one"))
        self._model = _HitModel(self)
        self._panel: QWidget | None = None
        self._view: QListView | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._search)
        self._quiet = False
        self._searched, self._chosen = "", ""
        self.committed.connect(self._on_committed)

    def show_name(self, name: str) -> None:
        """Show the name of the firm chosen, without searching for it."""
        self._quiet = True
        self.set_text(name)
        self._quiet = False
        self._chosen = name.strip()
        self._hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move in the hits, Enter takes one, Esc closes them."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._model.rowCount():
            self._move(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and self.text().strip():
            self._take_by_enter()
        elif event.key() == Qt.Key.Key_Escape and self._is_open:
            self._hide()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the field closes the hits."""
        super().focusOutEvent(event)
        self._hide()

    def _on_committed(self, text: str) -> None:
        if not self._quiet and self.hasFocus():
            if text.strip():
                self._pause.start()
            else:
                self._pause.stop()
                self._hide()

    def _take_by_enter(self) -> None:
        words = self.text().strip()
        if words == self._chosen and not self._is_open:
            return  # it is chosen already, and its namesake in another county must not slip in
        if words != self._searched or not self._is_open:
            self._search()
        self._take(max(0, self._current_row()))

    def _search(self) -> None:
        self._pause.stop()
        words = self._searched = self.text().strip()
        hits, same = self._desk.tasks.fetch(lambda session: _found(session, words))
        known = any(hit.name == words for hit in hits)
        self._model.show(hits, same, "" if known or len(words) < 2 or words.isascii() else words)
        if self._model.rowCount():
            self._show()
        else:
            self._hide()

    def _show(self) -> None:
        if self._panel is None or self._view is None:
            self._panel, self._view = self._make_panel()
        corner = self.mapTo(self.window(), QPoint(0, self.height() + 4))
        rows = self._model.rowCount()
        width = max(self.width(), 460)
        width = min(width, self.window().width() - corner.x() - 12)
        height = rows * theme().scale.height(_ROW, "body", 8) + 12
        self._panel.setGeometry(corner.x(), corner.y(), width, height)
        self._panel.show()
        self._panel.raise_()
        self._view.setCurrentIndex(self._model.index(0))

    def _make_panel(self) -> tuple[QWidget, QListView]:
        panel = _HitPanel(self.window())
        view = QListView(panel)
        view.setModel(self._model)
        view.setItemDelegate(_HitDelegate(view))
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setMouseTracking(True)
        view.setAccessibleName(_("找到的企业"))
        view.pressed.connect(lambda index: self._take(index.row()))
        column = QVBoxLayout(panel)
        column.setContentsMargins(2, 6, 2, 6)
        column.addWidget(view)
        return panel, view

    @property
    def _is_open(self) -> bool:
        return self._panel is not None and self._panel.isVisible()

    def _hide(self) -> None:
        if self._panel is not None:
            self._panel.hide()

    def _current_row(self) -> int:
        return self._view.currentIndex().row() if self._view is not None else 0

    def _move(self, step: int) -> None:
        if not self._is_open or self._view is None:
            self._search()
            return
        row = (self._current_row() + step) % self._model.rowCount()
        self._view.setCurrentIndex(self._model.index(row))

    def _take(self, row: int) -> None:
        if row < len(self._model.hits):
            hit = self._model.hits[row]
            self.show_name(hit.name)
            self.picked.emit(hit.id, hit.name)
        elif len(self.text().strip()) >= 2:
            name = self.text().strip()
            self._hide()
            self.new_wanted.emit(name)


class _HitPanel(QWidget):
    """A raised plate; a child of the window, because input methods fail in popup windows."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: object) -> None:
        """Paint plate and border."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().color("line2"))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

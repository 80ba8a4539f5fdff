"""The left part of the page of visits: search, state, and the list."""

from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from broker_app.i18n import _, counted
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import VisitState, state_label
from broker_app.services.sessions import Session
from broker_app.services.visits import VisitRow, list_visits
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.painting import elided, paint_row_ground, paint_status, paint_text
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.list_model import LINE_ROLE, GroupLine, VisitListModel, short_time, visit_status

Index = QModelIndex | QPersistentModelIndex
WIDE, NARROW = 286, 264
_ROW = 74
_GROUP = 30
_SEARCH_PAUSE_MS = 150


class _LineDelegate(QStyledItemDelegate):
    """Name and time, one line of the note, one or two states."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """74 px a visit, 30 a group line, higher for larger text."""
        if isinstance(index.data(LINE_ROLE), GroupLine):
            return QSize(40, theme().scale.height(_GROUP, "meta", 5))
        lines = theme().line("body") + 2 * theme().line("tiny")
        return QSize(40, max(_ROW, lines + 14))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a line."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, box = index.data(LINE_ROLE), QRectF(option.rect)
        if isinstance(line, GroupLine):
            inner = box.adjusted(20, 4, -16, 0)
            paint_text(painter, inner, line.title, "meta", "text2", strong=True)
            paint_text(painter, inner, str(line.count), "meta", "text3", right=True)
        else:
            ground = box.adjusted(8, 1, -8, -1)
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
            paint_row_ground(painter, ground, selected=selected, hovered=hovered)
            self._paint_visit(painter, ground.adjusted(12, 0, -8, 0), line)
        painter.restore()

    def _paint_visit(self, painter: QPainter, box: QRectF, row: VisitRow) -> None:
        body, small = theme().line("body"), theme().line("tiny") + 1
        top = box.top() + (box.height() - body - 2 * small) / 2
        when = short_time(row, china_date(utc_now()))
        when_width = theme().scale.metrics("meta").horizontalAdvance(when) + 8
        name = QRectF(box.left(), top, box.width() - when_width, body)
        paint_text(painter, name, row.enterprise or _("还没选企业"), "body", "text", strong=True)
        paint_text(painter, QRectF(name.right(), top, when_width, body), when, "meta", "text3", right=True)
        note = QRectF(box.left(), top + body, box.width(), small)
        words = elided(row.first_line or _("还没写纪要"), theme().font("meta"), box.width())
        paint_text(painter, note, words, "meta", "text2")
        status = visit_status(row.state, row.state_label)
        line = QRectF(box.left(), note.bottom(), box.width(), small)
        used = paint_status(painter, line, status.words, status.icon, status.tone, "tiny")
        for words, icon in _marks(row):
            rest = QRectF(line.left() + used + 12, line.top(), line.width() - used - 12, small)
            if rest.width() > 28:
                used += 12 + paint_status(painter, rest, words, icon, "text3", "tiny")


def _marks(row: VisitRow) -> list[tuple[str, str]]:
    """What a visit has besides its state: words and icon, the most telling first."""
    marks = [
        (counted("需求 {n}", "需求 {n}", row.needs) if row.needs else "", "clipboard-text"),
        (_("已签字") if row.is_signed else "", "signature"),
        (counted("照片 {n}", "照片 {n}", row.photos) if row.photos else "", "camera"),
        (_("补记") if row.is_late else "", "clock-counter-clockwise"),
    ]
    return [(words, icon) for words, icon in marks if words]


class VisitListPane(Panel):
    """Search and list of visits; ``chosen`` tells which visit a person wants to see."""

    chosen = Signal(object)
    new_wanted = Signal()
    plan_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("surface", lines=("right",), parent=parent)
        self._desk = desk
        self._state = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        head = Panel("surface")
        head.setMinimumHeight(60)
        self.filter_button = tool_button("funnel", _("只看一种状态"), self._show_filter)
        self.plan_button = tool_button("calendar-plus", _("安排走访"), self.plan_wanted.emit)
        self.new_button = Button(_("新走访"), icon="plus", small=True, on_click=self.new_wanted.emit)
        self.new_button.setToolTip("Ctrl+N")
        title = Words(_("走访"), "title")
        head.setLayout(row_of(title, None, self.filter_button, self.plan_button, self.new_button, spacing=4))
        layout = head.layout()
        if layout is not None:
            layout.setContentsMargins(20, 0, 12, 0)
        column.addWidget(head)
        self.search = ImeAwareLineEdit(placeholder=_("企业、纪要、拼音首字母"))
        self.search.setAccessibleName(_("在走访里找"))
        self.search.setClearButtonEnabled(True)
        holder = QVBoxLayout()
        holder.setContentsMargins(14, 0, 14, 6)
        holder.addWidget(self.search)
        self._filter_line = Button("", "chip", icon="x", small=True, on_click=lambda: self._filter_by(""))
        self._filter_line.hide()
        holder.addWidget(self._filter_line)
        column.addLayout(holder)
        self.model = VisitListModel(self._fetch, self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_LineDelegate(self.view))
        self.view.setUniformItemSizes(False)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setAccessibleName(_("走访列表"))
        self.view.selectionModel().currentChanged.connect(self._on_current)
        column.addWidget(self.view, 1)
        self._nothing = Paragraph(_("没有找到。换个词，或打拼音首字母。"), "meta", "text3")
        self._nothing.setContentsMargins(20, 0, 20, 0)
        self._nothing.hide()
        column.addWidget(self._nothing)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._search_again)
        self.search.committed.connect(lambda _text: self._pause.start())
        theme().changed.connect(self.view.doItemsLayout)

    @property
    def is_filtered(self) -> bool:
        """Whether a search or a state hides visits."""
        return bool(self.search.text().strip() or self._state)

    def reload(self, shown: UUID | None) -> None:
        """Read the list again and keep ``shown`` marked."""
        at = self.view.verticalScrollBar().value()
        self.model.reload()
        self._nothing.setVisible(not self.model.visits and self.is_filtered)
        self.mark(shown)
        self.view.verticalScrollBar().setValue(at)

    def mark(self, visit_id: UUID | None) -> None:
        """Mark the visit that the editor shows, without opening it again."""
        row = self.model.row_of(visit_id) if visit_id else -1
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        if row >= 0:
            index = self.model.index(row)
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(index)
        else:
            selection.clear()
        selection.blockSignals(False)
        self.view.viewport().update()

    def first_visit(self) -> UUID | None:
        """The newest visit that is not ahead, or the first of the list."""
        rows = self.model.visits
        now = utc_now()
        past = next((row for row in rows if row.started_at <= now), None)
        return past.id if past else (rows[0].id if rows else None)

    def _fetch(self, offset: int, limit: int) -> list[VisitRow]:
        query, state = self.search.text().strip(), self._state

        def work(session: Session) -> list[VisitRow]:
            return list(list_visits(session, query, state=state, offset=offset, limit=limit))

        return self._desk.tasks.fetch(work)

    def _search_again(self) -> None:
        self.model.restart()
        self._nothing.setVisible(not self.model.visits)

    def _show_filter(self) -> None:
        menu = QMenu(self)
        for state in ("", *VisitState):
            action = QAction(state_label("visit", state) if state else _("全部"), menu)
            action.setCheckable(True)
            action.setChecked(state == self._state)
            action.triggered.connect(lambda _checked=False, state=state: self._filter_by(str(state)))
            menu.addAction(action)
        menu.popup(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))

    def _filter_by(self, state: str) -> None:
        self._state = state
        self._filter_line.setText(state_label("visit", state) if state else "")
        self._filter_line.setVisible(bool(state))
        self._search_again()

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(LINE_ROLE) if current.isValid() else None
        if isinstance(line, VisitRow):
            self.chosen.emit(line.id)

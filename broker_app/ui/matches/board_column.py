"""One column of the board: a head with count and sum, and the cards below it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from broker_app.rules.calendar import utc_now
from broker_app.services.match_board import MatchCard
from broker_app.ui.matches.board_words import Stage, spoken_card, sum_words
from broker_app.ui.matches.card_painting import card_height, paint_card
from broker_app.ui.matches.result_model import Index
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.shell.theme import theme

MIME = "application/x-broker-match"
CARD_ROLE = int(Qt.ItemDataRole.UserRole) + 1
GAP = 8


class _CardModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cards: tuple[MatchCard, ...] = ()
        self.now: datetime = utc_now()

    def show_cards(self, cards: Sequence[MatchCard]) -> None:
        self.beginResetModel()
        self.cards, self.now = tuple(cards), utc_now()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature; never changed)
        return 0 if parent.isValid() else len(self.cards)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self.cards[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return card.need
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken_card(card, self.now)
            case Qt.ItemDataRole.ToolTipRole:
                return f"{card.number}\n{card.need}\n{card.achievement}\n{card.enterprise}"
            case _:
                return card if role == CARD_ROLE else None

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        data.setData(MIME, str(self.cards[indexes[0].row()].id).encode())
        return data


class _CardDelegate(QStyledItemDelegate):
    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = self._view.viewport().width()
        return QSize(40, card_height(index.data(CARD_ROLE), width) + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state = option.state
        paint_card(
            painter,
            QRectF(option.rect).adjusted(0, 0, 0, -GAP),
            index.data(CARD_ROLE),
            selected=bool(state & QStyle.StateFlag.State_Selected),
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
        )


class _CardView(QListView):
    """Cards that can be dragged; keys that leave the column are told to the board."""

    step_wanted = Signal(int)
    """Ctrl+→ asks for the next step (1), Ctrl+← for the one before (-1)."""

    side_wanted = Signal(int)
    """→ and ← go to the column beside."""

    opened = Signal(object)
    entered = Signal()
    dropped = Signal(object)

    def __init__(self, model: _CardModel) -> None:
        super().__init__()
        self.cards = model
        self.setModel(model)
        self.setItemDelegate(_CardDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.cards.cards[index.row()].id))
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def chosen(self) -> MatchCard | None:
        """The selected card, or None."""
        rows = self.selectionModel().selectedRows()
        return self.cards.cards[rows[0].row()] if rows else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; arrows move in the column, to the side, or with Ctrl the card itself."""
        side = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        chosen = self.chosen
        if side and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step_wanted.emit(side)
        elif side:
            self.side_wanted.emit(side)
        elif chosen is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(chosen.id)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard finds a card at once."""
        super().focusInEvent(event)
        if self.chosen is None and self.cards.cards:
            self.setCurrentIndex(self.cards.index(max(0, self.currentIndex().row())))
        self.entered.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width makes other heights."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a card of the board."""
        _take_if_card(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Let a card be dropped anywhere in the column."""
        _take_if_card(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell the board; it moves the card by the rules or says why not."""
        if event.mimeData().hasFormat(MIME):
            event.setDropAction(Qt.DropAction.CopyAction)  # the list it came from removes nothing by itself
            event.accept()
            self.dropped.emit(UUID(bytes(event.mimeData().data(MIME).data()).decode()))


class BoardColumn(QFrame):
    """A stage with its cards."""

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(8)
        self._count = Words("", "body", "text3")
        self._sum = Words("", "meta", "text2")
        head = row_of(ElidedWords(stage.title, "body", strong=True), self._count, None, self._sum, spacing=8)
        head.setContentsMargins(6, 0, 6, 0)
        column.addLayout(head)
        self.model = _CardModel(self)
        self.view = _CardView(self.model)
        self.view.setAccessibleName(stage.title)
        column.addWidget(self.view, 1)
        self.setMinimumWidth(130)

    def show_cards(self, cards: Sequence[MatchCard]) -> None:
        """Show the cards of this stage; the scroll position stays."""
        at = self.view.verticalScrollBar().value()
        self.model.show_cards(cards)
        self._count.setText(str(len(cards)))
        self._sum.setText(sum_words(list(cards)))
        self.view.verticalScrollBar().setValue(at)

    def choose(self, match_id: UUID | None) -> bool:
        """Select a card; False if it is not in this column."""
        for row, card in enumerate(self.model.cards):
            if card.id == match_id:
                self.view.setCurrentIndex(self.model.index(row))
                self.view.scrollTo(self.model.index(row))
                return True
        self.view.clearSelection()
        return False

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing of the drag stays behind."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("nav"))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)


def _take_if_card(event: QDragMoveEvent) -> None:
    if event.mimeData().hasFormat(MIME):
        event.acceptProposedAction()
    else:
        event.ignore()

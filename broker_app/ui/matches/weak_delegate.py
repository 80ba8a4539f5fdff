"""A record that is not recommended, in one line: its title and why not."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from broker_app.i18n import _
from broker_app.ui.matches.result_delegate import paint_tick
from broker_app.ui.matches.result_model import LINE_ROLE, Index, ResultLine
from broker_app.ui.matches.result_words import weak_words
from broker_app.ui.shell import icons
from broker_app.ui.shell.painting import paint_text
from broker_app.ui.shell.theme import theme

_ROW = 32
_SIDE = 14


class WeakDelegate(QStyledItemDelegate):
    """Paints the lines under 证据不足: a question mark, or a tick once somebody chose one all the same."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line."""
        return QSize(40, self.height_of(index.data(LINE_ROLE), 0))

    def height_of(self, line: ResultLine, width: int) -> int:
        """Height in px of a line."""
        return theme().scale.height(_ROW, "body", 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        line: ResultLine = index.data(LINE_ROLE)
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected) and bool(state & QStyle.StateFlag.State_HasFocus)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("tint" if selected else "hover"))
            painter.drawRoundedRect(box.adjusted(5, 1, -5, -1), 6, 6)
        checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        if checked:
            paint_tick(painter, box.left() + _SIDE, box.center().y() - 10, on=True, enabled=not line.recorded)
        else:
            icons.paint_icon(painter, box.left() + _SIDE + 1, box.center().y() - 9, "question", icons.BUTTON, "text2")
        words = box.adjusted(_SIDE + 30, 0, -_SIDE, 0)
        # The reason is short and says more than the end of a long title.
        why = _("已记对接 {number}").format(number=line.recorded) if line.recorded else weak_words(line.found)
        title = QRectF(words.left(), words.top(), words.width() * 0.66, words.height())
        used = paint_text(painter, title, line.found.result.title, "body", "text2")
        rest = words.adjusted(used + 14, 0, 0, 0)
        paint_text(painter, rest, why, "meta", "ok_text" if line.recorded else "text3")
        painter.restore()

"""The lines of the cards on the page Today."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import CHINA_TIME, utc_now
from broker_app.services.today import Deadline, MonthFigures, PlannedStop, ToDo
from broker_app.services.typed_dates import date_text, moment_text
from broker_app.ui.shell import icons
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.painting import paint_text
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, Facts, IconLabel, Words
from broker_app.ui.shell.theme import theme

_URGENT_DAYS = 7
_BAR_DAYS = 60  # a date farther ahead shows an empty bar

_VERBS = {
    "draft": ("note-pencil", "accent", _("去写")),
    "returned": ("arrow-u-up-left", "bad", _("去改")),
    "follow_up": ("timer", "bad", _("去跟进")),
    "verify": ("check-circle", "accent", _("去核实")),
    "refine": ("clipboard-text", "accent", _("去凝练")),
    "differ": ("arrows-left-right", "warn", _("去确认")),
}


class _Rail(QWidget):
    """The node of a stop and the line to the next one: done is filled, next has a ring, later is grey."""

    def __init__(self, stage: str, *, last: bool) -> None:
        super().__init__()
        self._stage, self._last = stage, last
        self.setFixedWidth(24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint rail and node."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, node = self.width() / 2, 16.0
        if not self._last:
            painter.fillRect(QRectF(middle - 1, node + 10, 2, self.height() - node - 10), theme().color("line2"))
        if self._stage == "done":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawEllipse(QPointF(middle, node), 8, 8)
            painter.setPen(QPen(theme().color("on_accent"), 1.6))
            tick = (QPointF(-3.4, 0.2), QPointF(-1, 2.7), QPointF(3.6, -2.4))
            points = [QPointF(middle, node) + corner for corner in tick]
            painter.drawPolyline(points)
            return
        painter.setBrush(theme().color("surface"))
        following = self._stage == "next"
        painter.setPen(QPen(theme().color("accent" if following else "edge"), 2 if following else 1.5))
        radius = 7 if following else 6
        painter.drawEllipse(QPointF(middle, node), radius, radius)


class StopRow(QWidget):
    """One visit of the day."""

    opened = Signal(object)
    page_wanted = Signal(object)
    """The firm whose 企业一页纸 is wanted."""

    def __init__(self, stop: PlannedStop, *, last: bool, with_day: bool = False) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        local = stop.at.astimezone(CHINA_TIME)
        words = date_text(local.date(), utc_now().astimezone(CHINA_TIME).date()) if with_day else f"{local:%H:%M}"
        self.when = when = Words(
            words, "body", "text3" if stop.stage == "done" else "text", strong=stop.stage != "done"
        )
        when.setMinimumWidth(round((98 if with_day else 46) * max(1.0, theme().scale.factor)))
        row.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(_Rail(stop.stage, last=last))
        text = QVBoxLayout()
        text.setSpacing(1)
        text.setContentsMargins(0, 4, 0, 14 if not last else 2)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(ElidedWords(stop.enterprise, "body", "text", strong=True))
        if stop.stage == "next":
            head.addWidget(ChipLabel(_("下一站"), "accent"))
        head.addStretch(1)
        text.addLayout(head)
        text.addWidget(Facts(stop.facts))
        hints = QHBoxLayout()
        hints.setSpacing(14)
        if stop.stage == "done":
            hints.addWidget(_icon_words("check-circle", stop.state_label, "ok_text"))
        if stop.needs:
            words = counted("拆出 {n} 条需求", "拆出 {n} 条需求", stop.needs)
            hints.addWidget(_icon_words("clipboard-text", words, "text2"))
        if stop.is_signed:
            hints.addWidget(_icon_words("signature", _("企业已签字"), "text2"))
        if stop.hint and stop.stage != "done":
            hints.addWidget(_icon_words("clipboard-text", stop.hint, "text2"))
        hints.addStretch(1)
        text.addLayout(hints)
        row.addLayout(text, 1)
        verb, icon = (_("打开"), "") if stop.stage != "next" else (_("开始记"), "note-pencil")
        self.button = Button(verb, small=True, icon=icon, on_click=lambda: self.opened.emit(stop.visit_id))
        self.button.setAccessibleName(f"{verb} {stop.enterprise}")
        if stop.stage != "done" and stop.enterprise_id is not None:
            self.page_button = Button(
                _("一页纸"), "quiet", small=True, on_click=lambda: self.page_wanted.emit(stop.enterprise_id)
            )
            self.page_button.setAccessibleName(_("企业一页纸 {name}").format(name=stop.enterprise))
            row.addWidget(self.page_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        when.setContentsMargins(0, 4, 0, 0)


class ToDoRow(QWidget):
    """One line of what, one of why, one verb."""

    opened = Signal(str, object)

    def __init__(self, to_do: ToDo) -> None:
        super().__init__()
        icon, tone, verb = _VERBS[to_do.kind]
        if to_do.kind == "follow_up" and not to_do.overdue:
            tone = "warn"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 5, 0, 5)
        row.setSpacing(12)
        row.addWidget(_Plate(icon, tone))
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(ElidedWords(to_do.title, "body", "text", strong=True))
        text.addWidget(ElidedWords(to_do.why, "meta", "text3"))
        row.addLayout(text, 1)
        self.button = Button(verb, small=True, on_click=lambda: self.opened.emit(to_do.page, to_do.record_id))
        self.button.setMinimumWidth(68)
        self.button.setAccessibleName(_("{verb}：{title}").format(verb=verb, title=to_do.title))
        row.addWidget(self.button)


class DeadlineRow(QWidget):
    """Days left as the biggest figure, what it is about, and how near it is as a bar."""

    opened = Signal(str, object)

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline
        self.setMinimumHeight(theme().scale.height(50, "num", 6))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = _("还有 {n} 天：{title}").format(n=deadline.days_left, title=deadline.title)
        self.setAccessibleName(words)
        self.setToolTip(_("　").join((deadline.title, deadline.detail)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the record the date belongs to."""
        self.opened.emit(self._deadline.page, self._deadline.record_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._deadline.page, self._deadline.record_id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint figure, words and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        one, tone = self._deadline, "warn" if self._deadline.days_left <= _URGENT_DAYS else "accent"
        height = self.height()
        width = paint_text(painter, QRectF(0, 0, 70, height - 4), str(one.days_left), "num", f"{tone}_text")
        paint_text(painter, QRectF(width + 5, 4, 40, height - 4), counted("天", "天", one.days_left), "meta", "text3")
        left = 78 + 18 * (theme().scale.factor - 1)
        line = theme().line("body")
        day = date_text(one.day, utc_now().astimezone(CHINA_TIME).date())
        day_width = theme().scale.metrics("meta").horizontalAdvance(day) + 12
        room = self.width() - left - day_width
        used = paint_text(painter, QRectF(left, 4, room, line), one.title, "body", "text", strong=True) + 12
        paint_text(painter, QRectF(left + used, 4, room - used, line), one.detail, "meta", "text3")
        paint_text(painter, QRectF(self.width() - day_width, 4, day_width, line), day, "meta", "text3", right=True)
        bar = QRectF(left, line + 10, self.width() - left, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("pressed"))
        painter.drawRoundedRect(bar, 3, 3)
        near = max(0.04, 1 - one.days_left / _BAR_DAYS)
        painter.setBrush(theme().color(tone))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * near, bar.height()), 3, 3)


class MonthRow(QWidget):
    """The figures of the month; 家 and 家次 stand apart."""

    def __init__(self, month: MonthFigures) -> None:
        super().__init__()
        figures = (
            (month.visits, _("家次"), _("走访")),
            (month.enterprises, _("家"), _("企业")),
            (month.needs, _("条"), _("需求")),
            (month.matches, _("项"), _("对接")),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        for figure, unit, what in figures:
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addLayout(row_of(Words(str(figure), "num"), Words(unit, "meta", "text3"), None, spacing=5))
            column.addWidget(Words(what, "meta", "text2"))
            row.addLayout(column, 1)


class RecentRow(QWidget):
    """A visit that was written down."""

    opened = Signal(object)

    def __init__(self, stop: PlannedStop) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        name = Button(stop.enterprise, "quiet", small=True, on_click=lambda: self.opened.emit(stop.visit_id))
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        name.setStyleSheet("text-align: left;")
        row.addWidget(name, 1)
        row.addWidget(Words(stop.state_label, "meta", "text3"))
        row.addWidget(Words(moment_text(stop.at, utc_now()), "meta", "text3"))


class _Plate(QWidget):
    """An icon on a tinted square."""

    def __init__(self, icon: str, tone: str) -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setFixedSize(QSize(34, 34))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint square and icon."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("tint" if self._tone == "accent" else f"{self._tone}_tint"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        icons.paint_icon(painter, 8, 8, self._icon, icons.BUTTON, f"{self._tone}_text")


def _icon_words(icon: str, words: str, colour: str) -> QWidget:
    holder = QWidget()
    holder.setLayout(row_of(IconLabel(icon, colour), Words(words, "meta", colour), spacing=5))
    return holder

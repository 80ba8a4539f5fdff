"""The cards of counts and the lines of the sync centre."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.services.lost_scopes import LostScope
from broker_app.services.sync_state import Difference, HistoryRow, Returned, Side, Transfer
from broker_app.ui.shell import icons
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card
from broker_app.ui.shell.painting import TONES
from broker_app.ui.shell.text_blocks import ElidedWords, IconLabel, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.sync.words import history_words, size_words, when_words

PLATE = 34


class CountCard(Card):
    """One of the four counts: a figure, what it counts, and a line below."""

    def __init__(self, words: str, tone: str = "text") -> None:
        super().__init__()
        self._tone = tone
        line = QHBoxLayout()
        line.setSpacing(8)
        self.number = Words("0", "disp", "text")
        line.addWidget(self.number, 0, Qt.AlignmentFlag.AlignBottom)
        self.words = Words(words, "body", "text2")
        line.addWidget(self.words, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        self.column.setSpacing(2)
        self.column.addLayout(line)
        self.below = ElidedWords("", "meta", "text3")
        self.column.addWidget(self.below)

    def show_count(self, count: int, below: str) -> None:
        """Show a figure; the tone of the card only counts where something is there."""
        self.number.setText(f"{count:,}")
        self.number.set_colour(self._tone if count else "text")
        self.below.set_text(below)
        self.setAccessibleName(_("，").join((f"{count} {self.words.text()}", below)))


class Plate(QWidget):
    """An icon on a rounded ground of its tone."""

    def __init__(self, icon: str, tone: str) -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setFixedSize(PLATE, PLATE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and icon."""
        ground, colour = TONES[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(ground))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        size = icons.BUTTON
        icons.paint_icon(painter, (PLATE - size) / 2, (PLATE - size) / 2, self._icon, size, colour)


class PersonRow(QWidget):
    """One thing that needs a person: what, why, and a verb or two."""

    def __init__(self, icon: str, tone: str, title: str, why: str, *buttons: Button) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(12)
        row.addWidget(Plate(icon, tone))
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(ElidedWords(title, "body", "text", strong=True))
        text.addWidget(ElidedWords(why, "meta", "text3"))
        row.addLayout(text, 1)
        for button in buttons:
            button.setAccessibleName(_("{verb}：{title}").format(verb=button.text(), title=title))
            row.addWidget(button)


def difference_row(difference: Difference, on_open: Callable[[], object]) -> PersonRow:
    """A field that was changed in two places."""
    button = Button(_("去确认"), small=True, on_click=on_open)
    return PersonRow("arrows-left-right", "warn", difference_title(difference), difference_words(difference), button)


def difference_title(difference: Difference) -> str:
    """What it is about, in a line."""
    if difference.kind == "delete":
        return _("{title}：一边删了，一边改了").format(title=difference.title)
    if difference.kind == "duplicate":
        return _("{title}：像是录了两次").format(title=difference.title)
    return _("{title}：{field}在两处被改过").format(title=difference.title, field=difference.field)


def difference_words(difference: Difference) -> str:
    """Both sides in a line."""
    if difference.kind == "duplicate":
        return _("和「{twin}」的统一社会信用代码一样").format(twin=difference.theirs.words)
    if difference.kind == "delete":
        return _("先留着，等你决定")
    mine = _("{who}改成 {words}").format(who=side_owner(difference.mine), words=difference.mine.words)
    return _("{mine}，服务器上是 {theirs}").format(mine=mine, theirs=difference.theirs.words)


def side_owner(side: Side) -> str:
    """你 for this computer, else the name of the colleague."""
    return _("你") if side.is_here else side.who


def returned_row(
    returned: Returned,
    on_open: Callable[[], object] | None,
    on_act: Callable[[], object],
    on_decline: Callable[[], object],
) -> PersonRow:
    """Something that came back, or that somebody asks of whoever leads; ``on_open`` where it can be looked at."""
    if not returned.is_mine:
        verbs = [(_("收下"), on_act), (_("不收"), on_decline)]
    else:
        verbs = [(_("撤回") if returned.conflict is not None else _("再试"), on_act)]
    buttons = [Button(verb, small=True, on_click=act) for verb, act in verbs]
    if on_open is not None:
        buttons.insert(0, Button(_("去看"), small=True, on_click=on_open))
    why = _("{who}：{reason}").format(who=returned.who, reason=returned.reason) if returned.who else returned.reason
    icon, tone = ("arrow-u-up-left", "bad") if returned.is_mine else ("users", "warn")
    if returned.is_asked:
        icon, tone = "hourglass", "accent"
    return PersonRow(icon, tone, returned.title, why, *buttons)


def lost_row(lost: LostScope, on_look: Callable[[], object], on_seen: Callable[[], object]) -> PersonRow:
    """A place that is no longer this person's."""
    title = _("「{place}」不再归你").format(place=lost.words)
    when = when_words(lost.at) if lost.at else ""
    why = _("{when} · {n} 条已收走，没上传的改动没有丢").format(when=when, n=lost.count)
    look = Button(_("看清单"), small=True, on_click=on_look)
    return PersonRow("users", "warn", title, why, look, Button(_("知道了"), small=True, on_click=on_seen))


class FileRow(QWidget):
    """A file on its way: name, how much of it is over, and a bar that never stands alone."""

    def __init__(self, transfer: Transfer) -> None:
        super().__init__()
        self.transfer = transfer
        self._done = 0
        self.setMinimumHeight(theme().scale.height(42, "meta", 18))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 12)
        row.setSpacing(10)
        row.addWidget(IconLabel("circle-dashed" if transfer.is_upload else "download-simple", "text3", icons.BUTTON))
        row.addWidget(ElidedWords(transfer.name, "body", "text"), 1)
        self.state = Words("", "meta", "text3")
        row.addWidget(self.state)
        self.show_done(0)

    def show_done(self, done: int) -> None:
        """How many bytes are over."""
        self._done = min(done, self.transfer.size)
        total = size_words(self.transfer.size)
        if self._done:
            words = _("{done} / {total}").format(done=size_words(self._done), total=total)
        else:
            words = _("{total} · 排队中") if self.transfer.is_upload else _("{total} · 还在别的电脑上或等着下载")
            words = words.format(total=total)
        self.state.setText(words)
        self.setAccessibleName(f"{self.transfer.name} {words}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar along the foot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left = icons.BUTTON + 10
        bar = QRectF(left, self.height() - 8, self.width() - left, 4)
        painter.setBrush(theme().color("line"))
        painter.drawRoundedRect(bar, 2, 2)
        if self._done and self.transfer.size:
            bar.setWidth(bar.width() * self._done / self.transfer.size)
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(bar, 2, 2)


class HistoryLine(QWidget):
    """One exchange: how it ended, what it did, when."""

    def __init__(self, row: HistoryRow) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 5, 0, 5)
        line.setSpacing(10)
        icon, colour = {
            "done": ("check-circle", "ok_text"),
            "ask": ("warning-circle", "warn_text"),
        }.get(row.outcome, ("clock-countdown", "text3"))
        line.addWidget(IconLabel(icon, colour, icons.META))
        words = history_words(row)
        if row.outcome == "done" and row.seconds >= 1:
            words = _("{words} · {seconds} 秒").format(words=words, seconds=f"{row.seconds:.1f}")
        line.addWidget(ElidedWords(words, "body", "text"), 1)
        line.addWidget(Words(when_words(row.at), "meta", "text3"))

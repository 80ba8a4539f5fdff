"""What every page has: a header that never scrolls away, room for banners, and reading again when data changed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from broker_app.i18n import _
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Panel
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.text_blocks import ElidedWords, Facts
from broker_app.ui.shell.theme import theme

HEADER = 60
MARGIN_LEFT = 24
MARGIN_RIGHT = 20


class PageHeader(Panel):
    """Back arrow where there is a way back, title, grey facts, and at the right the actions, the primary last."""

    def __init__(
        self, title: str, *, ground: str = "canvas", line: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(ground, lines=("bottom",) if line else (), parent=parent)
        self.setMinimumHeight(theme().scale.height(HEADER, "title", 12))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)
        self._row.setSpacing(8)
        self.back = tool_button("arrow-left", _("回到上一页"))
        self.back.hide()
        self._row.addWidget(self.back)
        self.title = ElidedWords(title, "title", "text")
        self._row.addWidget(self.title)
        self._row.addSpacing(4)
        self.facts = Facts()
        self._row.addWidget(self.facts, 1)

    def add_actions(self, *widgets: QWidget) -> None:
        """Put buttons at the right, in this order."""
        for widget in widgets:
            self._row.addWidget(widget)


class Page(QWidget):
    """A page of the window. Subclasses set the four names below and fill ``body``."""

    name = ""
    title = ""
    icon = ""
    reads: frozenset[str] = frozenset()
    """Class names of the records this page shows: it reads again when one of them changes."""

    place = ""
    """The place of the navigation this page belongs to; "" for its own name."""

    ground = "canvas"
    header_line = False

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._stale = True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = PageHeader(self.title, ground=self.ground, line=self.header_line)
        self.header.back.clicked.connect(desk.go_back)
        column.addWidget(self.header)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)
        self._banners.setSpacing(8)
        column.addLayout(self._banners)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        column.addLayout(self.body, 1)
        desk.tasks.data_changed.connect(self._on_data_changed)

    @property
    def banners(self) -> tuple[Banner, ...]:
        """The banners shown now."""
        items = (self._banners.itemAt(number) for number in range(self._banners.count()))
        widgets = (item.widget() for item in items if item is not None)
        return tuple(one for one in widgets if isinstance(one, Banner) and not one.isHidden())

    def open_at(self, what: object) -> None:
        """Open the page at ``what`` (a record id, a draft), or as it was left if that is None."""

    def refresh(self) -> None:
        """Read everything shown again; called when the page appears and after changes of what it ``reads``."""

    def leave(self) -> None:
        """Keep what is being typed; called before another page is shown, the window locks or closes."""

    def take_enter(self) -> None:
        """Do the one obvious thing of this page; Enter does it where no field has the keyboard."""

    def show_banner(self, banner: Banner) -> None:
        """Put a banner under the header; one that says the same is replaced."""
        for one in self.banners:
            if one.what == banner.what:
                one.hide()
                one.deleteLater()
        self._banners.addWidget(banner)
        margins = self._banners.contentsMargins()
        self._banners.setContentsMargins(margins.left(), 0, margins.right(), 10)
        banner.closed.connect(self._close_gap)

    def showEvent(self, event: QShowEvent) -> None:
        """Read again if something changed while the page was hidden."""
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.refresh()

    def _on_data_changed(self, models: frozenset[str]) -> None:
        if not models & self.reads:
            return
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def _close_gap(self) -> None:
        if len(self.banners) <= 1:
            self._banners.setContentsMargins(MARGIN_LEFT, 0, MARGIN_RIGHT, 0)


def scroll_column(
    *, ground: str = "", margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 12
) -> tuple[QScrollArea, QVBoxLayout]:
    """A scroll area over one column; returns both. Every column of a page sits in one of its own."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inside: QWidget = Panel(ground) if ground else QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(*margins)
    column.setSpacing(spacing)
    area.setWidget(inside)
    if not ground:
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
    return area, column


def button_row(buttons: Sequence[Button]) -> QHBoxLayout:
    """Buttons side by side, pushed to the left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row

"""The main window: navigation, the page, the status bar, and what floats over them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, first_sentence
from broker_app.services.profile import Profile
from broker_app.services.recovery import end_sitting
from broker_app.services.store_status import store_status
from broker_app.services.today import open_counts
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.commands import Command
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.focus_ring import FocusRing
from broker_app.ui.shell.ime import commit_composition
from broker_app.ui.shell.navigation import Navigation, Place
from broker_app.ui.shell.notices import Banner, Toast
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.palette import Palette
from broker_app.ui.shell.status_bar import StatusBar
from broker_app.ui.shell.theme import theme

MIN_WIDTH, MIN_HEIGHT = 1024, 640
_RAIL_BELOW = 1200
_TOAST_ABOVE = 20
_HISTORY = 50
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class MainWindow(QWidget):
    """Pages are made when they are first shown; going elsewhere keeps what is being typed."""

    def __init__(self, desk: Desk, places: Sequence[Place], pages: dict[str, Callable[[Desk], Page]]) -> None:
        super().__init__()
        self.desk = desk
        self._makers = pages
        self._pages: dict[str, Page] = {}
        self._history: list[tuple[str, object]] = []
        self._forward: list[tuple[str, object]] = []
        self._here: tuple[str, object] = ("", None)
        self._toast: Toast | None = None
        self._shortcuts: list[QShortcut] = []
        self.setMinimumSize(MIN_WIDTH, MIN_HEIGHT)
        self.setWindowTitle(_("科技走访"))
        self._lay_out(places)
        self.ring = FocusRing(self)
        self.palette_view = Palette(self, desk)
        self._listen()
        self._add_commands(places)
        self._show_person(desk.profile)
        self._refresh_counts()

    @property
    def page(self) -> Page:
        """The page shown."""
        page = self.stack.currentWidget()
        if not isinstance(page, Page):
            raise LookupError("no page is shown yet")
        return page

    @property
    def toast(self) -> Toast | None:
        """The toast shown, if there is one."""
        return self._toast

    def show_page(self, name: str, what: object = None) -> Page:
        """Show a page and remember where we were."""
        if name != self._here[0] or what != self._here[1]:
            if self._here[0]:
                self._history = [*self._history, self._here][-_HISTORY:]
            self._forward.clear()
        return self._move_to(name, what)

    def step_back(self) -> None:
        """Show the page before this one."""
        if self._history:
            self._forward.append(self._here)
            self._move_to(*self._history.pop())

    def step_forward(self) -> None:
        """Undo a step back."""
        if self._forward:
            self._history.append(self._here)
            self._move_to(*self._forward.pop())

    def show_toast(self, words: str, icon: str, undo: Callable[[], object] | None) -> None:
        """Say what was done; a toast that is still there makes room."""
        if self._toast is not None and self._toast.isVisible():
            self._toast.leave()
        self._toast = Toast(words, icon=icon, undo=undo, parent=self)
        self._toast.destroyed.connect(partial(self._forget_toast, self._toast))
        self._toast.adjustSize()
        self._place_toast()
        self._toast.show()
        self._toast.raise_()
        self._toast.announce()

    def show_complaint(self, error: BrokerError, actions: Sequence[Button]) -> None:
        """Show an error on the page: what happened first, then details, and its code."""
        what, detail = first_sentence(error.message)
        banner = Banner("bad", what, detail, code=error.code, actions=tuple(actions))
        self.page.show_banner(banner)

    def withdraw_complaint(self, error: BrokerError) -> None:
        """Take an error off every page that still shows it: what it spoke of is over."""
        for page in self._pages.values():
            for banner in page.banners:
                if banner.what == first_sentence(error.message)[0]:
                    banner.close_banner()

    def keep_typing(self) -> None:
        """Turn what is being composed into text and let the page keep it."""
        commit_composition()
        if isinstance(self.stack.currentWidget(), Page):
            self.page.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing never asks: what is typed is kept."""
        self.keep_typing()
        self.desk.tasks.finish()
        end_sitting(self.desk.profile_folder)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter nobody took presses the button that shows the ring; without one the page does the obvious thing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~_KEYPAD:
            focus = self.focusWidget()
            if isinstance(focus, QAbstractButton) and focus is self.ring.target:
                focus.click()
            elif not isinstance(focus, QLineEdit | QTextEdit | QComboBox | QAbstractSpinBox):
                self.page.take_enter()
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window shows the navigation as a rail of icons."""
        super().resizeEvent(event)
        self.navigation.set_rail(self.width() < _RAIL_BELOW * max(1.0, theme().scale.factor))
        self._place_toast()

    def changeEvent(self, event: QEvent) -> None:
        """Keep what is typed when the window goes into the background."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow() and self._here[0]:
            self.page.leave()

    def _lay_out(self, places: Sequence[Place]) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.navigation = Navigation(places)
        self.stack = QStackedWidget()
        middle.addWidget(self.navigation)
        middle.addWidget(self.stack, 1)
        whole.addLayout(middle, 1)
        self.status = StatusBar()
        whole.addWidget(self.status)

    def _listen(self) -> None:
        desk = self.desk
        self.navigation.chosen.connect(self._on_place_chosen)
        self.navigation.search_wanted.connect(self.palette_view.open)
        desk.place_wanted.connect(self.show_page)
        desk.step_back_wanted.connect(self.step_back)
        desk.toast_wanted.connect(self.show_toast)
        desk.complaint.connect(self.show_complaint)
        desk.profile_changed.connect(self._show_person)
        desk.tasks.saved.connect(self._on_saved)
        desk.tasks.data_changed.connect(self._refresh_counts)
        desk.commands.changed.connect(self._bind_shortcuts)

    def _add_commands(self, places: Sequence[Place]) -> None:
        book, go = self.desk.commands, _("去")
        for number, place in enumerate(places, start=1):
            keys = f"Alt+{number}" if number <= 9 else ""
            title = _("去「{page}」").format(page=place.title)
            book.add(Command(f"go.{place.name}", title, partial(self.show_page, place.name), keys, place.icon, go))
        book.add(Command("search", _("搜索、命令"), self.palette_view.open, "Ctrl+K", "magnifying-glass"))
        book.add(
            Command("visit.new", _("新走访"), partial(self.show_page, "visits", "new"), "Ctrl+N", "plus", _("走访"))
        )
        book.add(Command("visit.plan", _("安排走访"), partial(self.show_page, "visits", "plan"), "", "calendar-plus"))
        for name, page, words, icon in (
            ("enterprise.new", "enterprises", _("新企业"), "buildings"),
            ("need.new", "needs", _("新需求"), "clipboard-text"),
            ("achievement.new", "achievements", _("新成果"), "flask"),
        ):
            book.add(Command(name, words, partial(self.show_page, page, "new"), "", icon))
        book.add(Command("term.new", _("加一条术语对照"), partial(self.show_page, "terms", "new"), "", "book-open"))
        book.add(Command("evaluation", _("匹配得怎样"), partial(self.show_page, "evaluation"), "", "chart-bar"))
        for kind, noun in (("achievements", _("成果")), ("enterprises", _("企业")), ("needs", _("需求"))):
            words = _("导入{noun}").format(noun=noun)
            book.add(Command(f"import.{kind}", words, partial(self.show_page, "import", kind), "", "download-simple"))
        duplicates = partial(self.show_page, "duplicates", "scan")
        book.add(Command("enterprise.duplicates", _("找重复的企业"), duplicates, "", "copy", _("企业")))
        book.add(Command("help", _("帮助"), partial(self.show_page, "help"), "F1", "question"))
        book.add(Command("help.keys", _("帮助：按键"), partial(self.show_page, "help", "keys"), "", "keyboard"))
        book.add(
            Command("help.steps", _("帮助：上手清单"), partial(self.show_page, "help", "steps"), "", "list-checks")
        )
        calendar = partial(self.show_page, "calendar")
        book.add(Command("go.calendar", _("去「日历」"), calendar, "", "calendar-blank", go))
        proposals = partial(self.show_page, "proposals")
        book.add(Command("go.proposals", _("去「走访建议」"), proposals, "", "calendar-check", go))
        book.add(Command("go.trash", _("去「回收站」"), partial(self.show_page, "trash"), "", "trash", go))
        book.add(Command("back", _("回到上一页"), self.step_back, "Alt+Left", "arrow-left", go))
        book.add(Command("forward", _("再往前一页"), self.step_forward, "Alt+Right", "arrow-right", go))
        book.add(Command("refresh", _("重新读取这一页"), lambda: self.page.refresh(), "F5", "arrows-clockwise"))
        book.add(Command("undo", _("撤销刚才的操作"), self._undo, "Ctrl+Z", "arrow-counter-clockwise"))
        book.add(Command("lock", _("锁住"), self.desk.lock_wanted.emit, "Ctrl+L", "lock-simple"))
        book.add(Command("saved", _("保存（一直在自动保存）"), self._say_saved, "Ctrl+S", "floppy-disk"))

    def _bind_shortcuts(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        for command in self.desk.commands.all():
            if command.keys:
                shortcut = QShortcut(QKeySequence(command.keys), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(command.run)
                self._shortcuts.append(shortcut)

    def _move_to(self, name: str, what: object) -> Page:
        if self._here[0] in self._pages:
            commit_composition()
            self._pages[self._here[0]].leave()
        if name not in self._pages:
            self._pages[name] = self._makers[name](self.desk)
            self.stack.addWidget(self._pages[name])
        page = self._pages[name]
        self._here = (name, what)
        self.navigation.show_place(page.place or name)
        page.header.back.setVisible(what is not None and bool(self._history))
        self.stack.setCurrentWidget(page)
        page.open_at(what)
        return page

    def _on_place_chosen(self, name: str) -> None:
        if name != self._here[0] or self._here[1] is not None:
            self.show_page(name)

    def _on_saved(self) -> None:
        self.status.show_saved(datetime.now().astimezone())

    def _refresh_counts(self, _models: frozenset[str] = frozenset()) -> None:
        self.desk.tasks.read(self, lambda session: (store_status(session), open_counts(session)), self._show_counts)

    def _show_counts(self, found: tuple[object, dict[str, int]]) -> None:
        status, counts = found
        self.status.show_pending(getattr(status, "pending", 0))
        self.navigation.show_count("today", counts["follow_ups"])
        self.navigation.show_count("matches", counts.get("matches", 0))

    def _show_person(self, profile: Profile) -> None:
        self.navigation.show_person(profile.name, profile.team_name or profile.organisation)
        mark = _("（样例）") if profile.is_sample else ""
        self.setWindowTitle(_("科技走访{mark}").format(mark=mark))

    def _undo(self) -> None:
        focus = self.focusWidget()
        if isinstance(focus, QLineEdit | QTextEdit):
            focus.undo()
        elif self._toast is not None and self._toast.can_undo:
            self._toast.take_back()

    def _say_saved(self) -> None:
        self.keep_typing()
        self.show_toast(_("一直在自动保存，不用按"), "check-circle", None)

    def _forget_toast(self, toast: Toast, _gone: object = None) -> None:
        if self._toast is toast:  # not the one that took its place meanwhile
            self._toast = None

    def _place_toast(self) -> None:
        if self._toast is None or not self.isVisible():
            return
        left = self.stack.x() + (self.stack.width() - self._toast.width()) // 2
        top = self.status.y() - self._toast.height() - _TOAST_ABOVE
        self._toast.move(QPoint(left, top))


def refusal_field(error: BrokerError) -> str:
    """The field a refusal speaks of, or "" for an error of another kind."""
    return error.field if isinstance(error, InvalidInputError) else ""

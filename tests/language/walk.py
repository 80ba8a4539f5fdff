"""Walks through the window in English and tells what is Chinese, what is cut, and where the pictures lie.

``python -m tests.language.walk FOLDER [sample|empty] [width height] [light|dark] [points]`` prints JSON. It is a
program of its own because a process speaks one language. Chinese that the records say is theirs, so a text counts as
Chinese of the program when it holds a run of Chinese that stands nowhere in the store.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from broker_app.app import build_window, make_application, settle
from broker_app.db.models import Achievement, Base, Enterprise, Need, Visit
from broker_app.db.session import Store
from broker_app.exchange.sample import create_sample
from broker_app.i18n import ENGLISH, read_catalogue, use_language
from broker_app.paths import ProfilePaths, resources
from broker_app.services.entrance import begin
from broker_app.services.note_proposals import propose
from broker_app.services.profile import Profile
from broker_app.services.visit_templates import SHIPPED
from broker_app.settings import Settings, write_settings
from broker_app.ui.gate.activation_card import ActivationCard
from broker_app.ui.gate.window import FirstRunCard, GateWindow, RecoveryCard, RecoveryCodeCard, UnlockCard
from broker_app.ui.pages import page_makers
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow

CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]+")
_MIXED = re.compile("[A-Za-z][\u3000-\u3002\uff01\uff0c\uff1a\uff1b]|[\u3000-\u3002\uff01\uff0c\uff1a\uff1b][A-Za-z]")
OWN_NAME = "简体中文"  # the choice of language is written in that language
_ROWS = 12  # of a list; the others are painted by the same code
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
_NOT_PRESSED = ("segment",)
_LEFT_ALONE = ("Lock", "Move to trash", "Undo import")  # what would take the records away from the pages that follow
_CATALOGUE = resources() / "i18n" / ENGLISH / "LC_MESSAGES" / "broker.po"


class Walk:
    """One window, what was read in it, and the texts of its records."""

    def __init__(self, app: QApplication, window: MainWindow, store: Store, folder: Path) -> None:
        self.app, self.window, self.folder = app, window, folder
        self._store = store
        self._records = plain(record_texts(store))
        self._painted: set[str] = set()
        self.chinese: dict[str, str] = {}
        self.clipped: set[str] = set()
        self.pictures: list[str] = []

    def listen_to_painter(self) -> None:
        """Hear every text that our own painting code puts on the screen."""
        paint = QPainter.drawText

        def heard(painter: QPainter, *arguments: Any) -> Any:
            self._painted.update(one for one in arguments if isinstance(one, str))
            return paint(painter, *arguments)

        QPainter.drawText = heard  # type: ignore[method-assign, assignment]

    def look(self, place: str, picture: bool = False, at: QWidget | None = None) -> None:
        """Read everything that shows now in the window, or in another one."""
        settle(self.app, self.window)
        self._painted.clear()
        shown = at or self.window
        grabbed = shown.grab()
        if picture:
            file = self.folder / f"{place.replace('/', '-')}.png"
            grabbed.save(str(file))
            self.pictures.append(str(file))
        for words in (*self._painted, *texts_of(shown)):
            if self._is_ours(words):
                self._records = plain(record_texts(self._store))  # something pressed may have written a record
                if self._is_ours(words):
                    self.chinese.setdefault(words, place)
        self.clipped |= {
            f"{place}: {one}" for one in cut_widgets(shown) if CHINESE.sub("", one) == one
        }  # what a record says may be longer than the room for it

    def _is_ours(self, words: str) -> bool:
        """Whether the program itself speaks Chinese in ``words``, or joins its English by Chinese marks."""
        if plain(words) in self._records:
            return False
        if any(plain(run) not in self._records for run in CHINESE.findall(words)):
            return True
        return any(
            plain(words[max(0, found.start() - 3) : found.end()]) not in self._records
            and plain(words[found.start() : found.end() + 3]) not in self._records
            for found in _MIXED.finditer(words)
        )

    def press_everything(self, place: str, show: Callable[[], object]) -> None:
        """Press one button of each name on the page that ``show`` opens, look, and go back to the page as it was."""
        show()
        settle(self.app, self.window)
        for name in list(self._buttons()):
            show()
            settle(self.app, self.window)
            button = self._buttons().get(name)
            if button is None or not button.isEnabled():
                continue
            button.click()
            settle(self.app, self.window)
            dialogs = [one for one in self.window.findChildren(Dialog) if one.isVisible()]
            slug = re.sub(r"\W+", "-", name)[:30]
            self.look(f"{place}/{slug}", picture=bool(dialogs))
            for dialog in reversed(dialogs):
                dialog.dismiss()

    def _buttons(self) -> dict[str, QAbstractButton]:
        """Buttons by what they say; those that say the name of a record all do the same."""
        found: dict[str, QAbstractButton] = {}
        for one in self.window.page.findChildren(QAbstractButton):
            name = one.text() or one.accessibleName()
            if one.isVisible() and one.property("kind") not in _NOT_PRESSED and name not in _LEFT_ALONE:
                found.setdefault(name if not CHINESE.search(name) else "a record", one)
        return found


def texts_of(widget: QWidget) -> Iterator[str]:
    """Every text that is shown, hinted or spoken by ``widget`` and what lies in it."""
    for one in (widget, *widget.findChildren(QWidget)):
        if not one.isVisible():
            continue
        yield from filter(None, (one.windowTitle(), one.toolTip(), one.accessibleName(), one.accessibleDescription()))
        if isinstance(one, QLineEdit):
            yield one.placeholderText()
        said = getattr(one, "text", None)
        if callable(said) and not isinstance(one, QAbstractItemView) and isinstance(words := said(), str):
            yield words
        if isinstance(one, QComboBox):
            yield from (one.itemText(number) for number in range(one.count()))
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            yield from _cells(one)


def cut_widgets(window: QWidget) -> Iterator[str]:
    """Buttons, ticks, chips and labels of one line that are narrower than their words; lines that are squashed; what
    runs out of a column that scrolls up and down only.
    """
    for one in window.findChildren(QWidget):
        if not one.isVisible():
            continue
        if isinstance(one, QLineEdit | QLabel) and one.height() < one.minimumSizeHint().height():
            yield f"{type(one).__name__} {one.accessibleName() or one.text()!r} is {one.height()} px high"
        if isinstance(one, QScrollArea) and one.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            inside, room = one.widget(), one.viewport().width()
            if inside is not None and inside.width() > room:
                yield f"a column has {room} px and wants {inside.width()} for {' / '.join(_widest(inside))}"
        if not isinstance(one, QLabel | QAbstractButton):
            continue
        if not one.text() or (isinstance(one, QLabel) and one.wordWrap()):
            continue
        wanted = one.sizeHint().width()
        if one.width() < wanted:
            yield f"{type(one).__name__} {one.text()!r} has {one.width()} px and wants {wanted}"


def _widest(widget: QWidget) -> Iterator[str]:
    """What in ``widget`` asks for most room, from the whole to its part."""
    inside = [one for one in widget.children() if isinstance(one, QWidget) and one.isVisible()]
    if inside:
        widest = max(inside, key=lambda one: one.minimumSizeHint().width())
        yield f"{type(widest).__name__} {widest.minimumSizeHint().width()}"
        yield from _widest(widest)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    model = view.model()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(QModelIndex()), _ROWS)):
            index = model.index(row, column, QModelIndex())
            for role in _ROLES:
                if isinstance(words := index.data(role), str):
                    yield words


def plain(words: str) -> str:
    """``words`` without blanks."""
    return re.sub(r"\s", "", words)


def record_texts(store: Store) -> str:
    """Every text of every record, and what is read out of them; the texts that ship as records: term table, note
    templates; what an English text quotes from the term table.
    """
    parts = [OWN_NAME, *("".join(forms) for forms in read_catalogue(_CATALOGUE).values())]
    parts += [f"{one.name}\n{one.text}" for one in SHIPPED]
    parts += [file.read_text("utf-8") for file in (resources() / "terms").glob("*.tsv")]
    with store.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                parts += [
                    json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
                    for value in row
                ]
        for visit in session.query(Visit).filter(Visit.note != ""):
            parts.append(repr(propose(session, visit.id)))
    return "\n".join(parts).replace("\\n", "\n").replace('\\"', '"')


def main(folder: Path, kind: str, width: int, height: int, look: Settings) -> None:
    """Walk, and print what was found."""
    paths = ProfilePaths(folder / "profile")
    use_language(ENGLISH, resources() / "i18n")
    if kind == "sample":
        store = create_sample(paths)
    else:
        store = begin(paths, "correct horse battery", Profile(name="Wang Kun", county="330382")).store
    write_settings(paths.settings, look)
    app = make_application(look)
    _answer_for_the_person()
    window = build_window(store)
    window.resize(width, height)
    window.show()
    walk = Walk(app, window, store, folder)
    walk.listen_to_painter()
    _walk_pages(walk, store)
    window.palette_view.open()
    walk.look("palette", picture=True)
    code = "abcd-efgh-ijkl-mnop"
    for card in (FirstRunCard(), UnlockCard(), RecoveryCard(), RecoveryCodeCard(code), ActivationCard()):
        gate = GateWindow()
        gate.resize(width, height)
        gate.show_card(card)
        gate.show()
        walk.look(f"gate/{type(card).__name__}", picture=True, at=gate)
        gate.background.finish()
        gate.close()
    window.close()
    store.close()
    app.clipboard().clear()  # what Python copied must not outlive Python
    found = {"chinese": walk.chinese, "clipped": sorted(walk.clipped), "pictures": walk.pictures}
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))


def _answer_for_the_person() -> None:
    """Dialogs of the system are closed at once, as if nothing was chosen."""
    nothing: dict[str, Any] = {
        "getOpenFileName": ("", ""),
        "getOpenFileNames": ([], ""),
        "getSaveFileName": ("", ""),
        "getExistingDirectory": "",
        "open": None,
    }
    for name, answer in nothing.items():
        setattr(QFileDialog, name, staticmethod(lambda *_a, answer=answer, **_k: answer))


def _walk_pages(walk: Walk, store: Store) -> None:
    with store.read() as session:
        first = {
            "enterprise": session.query(Enterprise.id).order_by(Enterprise.created_at).limit(1).scalar(),
            "need": session.query(Need.id).order_by(Need.created_at).limit(1).scalar(),
            "achievement": session.query(Achievement.id).order_by(Achievement.created_at).limit(1).scalar(),
            "visits": session.query(Visit.id).order_by(Visit.created_at).limit(1).scalar(),
        }
    first["recommend"] = first["need"]
    what: dict[str, object] = {**first, "import": "achievements"}
    absent = {name for name in ("enterprise", "need", "achievement", "public_need") if what.get(name) is None}
    pages = {name: partial(walk.window.show_page, name, what.get(name)) for name in page_makers() if name not in absent}
    for name, show in pages.items():
        show()
        walk.look(name, picture=True)
    for name, show in pages.items():
        walk.press_everything(name, show)


if __name__ == "__main__":
    _folder, *_rest = sys.argv[1:]
    _kind, _width, _height, _theme, _points = [*_rest, *("sample", "1280", "650", "light", "10.5")[len(_rest) :]]
    _look = Settings(language=ENGLISH, theme=_theme, font_points=float(_points))
    main(Path(_folder), _kind, int(_width), int(_height), _look)

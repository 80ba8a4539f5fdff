"""What holds on every page: it opens, keeps a small window small, has one filled button at most, names its widgets."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from broker_app.services.enterprises import list_enterprises
from broker_app.services.needs import list_needs
from broker_app.ui.pages import page_makers, places
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import theme

PAGES = tuple(page_makers())
SIZES = ((1024, 640), (1280, 650), (1366, 690))
HIT = 32


def show(window: MainWindow, name: str, settled: Callable[[], None]) -> None:
    fetch = window.desk.tasks.fetch
    what: object = None
    if name == "enterprise":
        what = fetch(lambda session: list_enterprises(session, limit=1))[0].id
    elif name in ("need", "recommend"):
        what = fetch(lambda session: list_needs(session, limit=1))[0].id
    elif name == "achievement":
        from broker_app.services.achievements import list_achievements  # noqa: PLC0415 - one page only

        what = fetch(lambda session: list_achievements(session, limit=1))[0].id
    elif name == "import":
        what = "achievements"
    window.show_page(name, what)
    settled()


def visible(window: MainWindow, kind: type[QWidget]) -> list[QWidget]:
    return [one for one in window.page.findChildren(kind) if one.isVisible()]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_small_windows(name: str, window: MainWindow, settled: Callable[[], None]) -> None:
    for width, height in SIZES:
        window.resize(width, height)
        show(window, name, settled)
        assert (window.width(), window.height()) == (width, height)
        right = window.mapToGlobal(window.rect().topRight()).x()
        for button in visible(window, Button):
            if button.property("kind") == "primary":
                assert button.mapToGlobal(button.rect().topRight()).x() <= right


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_filled_button_at_most(name: str, window: MainWindow, settled: Callable[[], None]) -> None:
    show(window, name, settled)
    filled = [one for one in visible(window, Button) if one.property("kind") == "primary"]
    assert len(filled) <= 1


@pytest.mark.parametrize("name", PAGES)
def test_everything_that_takes_the_keyboard_has_a_name(
    name: str, window: MainWindow, settled: Callable[[], None]
) -> None:
    show(window, name, settled)
    nameless = [
        f"{type(one).__name__} {one.objectName()}"
        for one in visible(window, QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not one.accessibleName()
        and not (isinstance(one, QAbstractButton) and one.text())
        and type(one).__name__ not in ("QScrollArea", "QAbstractScrollArea")
    ]
    assert nameless == []


@pytest.mark.parametrize("name", PAGES)
def test_everything_to_press_is_large_enough(name: str, window: MainWindow, settled: Callable[[], None]) -> None:
    show(window, name, settled)
    small = [
        f"{type(one).__name__} {one.accessibleName() or getattr(one, 'text', str)()} {one.height()}"
        for kind in (QAbstractButton, QComboBox, QLineEdit)
        for one in visible(window, kind)
        if one.height() < HIT and one.property("bare") != "1" and not isinstance(one.parent(), QAbstractSpinBox)
    ]
    assert small == []


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("points", [10.5, 14.0])
def test_every_page_can_be_painted_in_every_look(
    choice: str, points: float, window: MainWindow, settled: Callable[[], None]
) -> None:
    theme().set_choice(choice)
    theme().set_points(points)
    for name in PAGES:
        show(window, name, settled)
        image = window.grab().toImage()
        colours = {image.pixelColor(x, y).name() for x in range(220, 1300, 40) for y in range(80, 700, 40)}
        assert len(colours) > 2, f"{name} is empty"
    theme().set_choice("light")
    theme().set_points(10.5)


def test_every_place_of_the_navigation_is_reached_by_its_key(
    qtbot: QtBot, window: MainWindow, settled: Callable[[], None]
) -> None:
    for number, place in enumerate(places(), start=1):
        command = window.desk.commands.find(f"go.{place.name}")
        assert command is not None
        if number <= 9:
            assert command.keys == f"Alt+{number}"
        command.run()
        settled()
        assert window.page.name == place.name


@pytest.mark.parametrize("name", PAGES)
def test_nothing_flashes_up_as_a_window_of_its_own(
    name: str, window: MainWindow, qapp: QApplication, settled: Callable[[], None]
) -> None:
    seen: list[str] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                seen.append(type(watched).__name__)
            return False

    watcher = Watcher()
    qapp.installEventFilter(watcher)
    show(window, name, settled)
    qapp.removeEventFilter(watcher)
    assert seen == []

"""The pictures of README and manual, from the running program on made-up data: ``make pictures``.

Paints offscreen at 1366 x 768 in the light look, so that the pictures do not depend on who makes them.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["TZ"] = "CST-8"

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from broker_app.app import build_window, make_application, settle
from broker_app.exchange.sample import create_sample
from broker_app.paths import ProfilePaths
from broker_app.services.enterprises import list_enterprises
from broker_app.services.matches import list_matches
from broker_app.services.needs import list_needs
from broker_app.services.sessions import Session
from broker_app.services.visits import VisitRow, list_visits
from broker_app.settings import Settings
from broker_app.ui.gate.window import GateWindow, UnlockCard
from broker_app.ui.pages import page_makers
from broker_app.ui.shell.main_window import MainWindow

ENGLISH = """
from runpy import run_path
from broker_app.i18n import use_language
from broker_app.paths import resources
use_language("en", resources() / "i18n")
run_path({path!r})["save_english"]()
"""
PICTURES = Path(__file__).resolve().parents[1] / "pictures"
SIZE = QSize(1366, 768)


def main() -> None:
    """Write every picture and name it."""
    app = make_application(Settings(theme="light"))
    with tempfile.TemporaryDirectory() as folder, create_sample(ProfilePaths(Path(folder) / "profile")) as store:
        window = build_window(store)
        window.resize(SIZE)
        window.show()
        settle(app, window)
        for name, place in _places(window).items():
            window.show_page(*place)
            settle(app, window)
            _save(window, name)
        _save_palette(app, window)
        window.close()
    _save_entrance(app)
    # The texts of classes are read once, so another language is another process.
    subprocess.run([sys.executable, "-c", ENGLISH.format(path=__file__)], check=True)  # noqa: S603


def save_english() -> None:
    """Write the one picture of the English manual."""
    app = make_application(Settings(theme="light", language="en"))
    with tempfile.TemporaryDirectory() as folder, create_sample(ProfilePaths(Path(folder) / "profile")) as store:
        window = build_window(store)
        window.resize(SIZE)
        window.show()
        settle(app, window)
        _save(window, "today-en")
        window.close()


def _places(window: MainWindow) -> dict[str, tuple[str, object]]:
    """Which page each picture shows, and at what."""

    def visits(session: Session) -> list[VisitRow]:
        return [one for one in list_visits(session, limit=100) if one.needs > 1]

    visit = window.desk.tasks.fetch(visits)[0]
    match = window.desk.tasks.fetch(lambda session: list_matches(session, limit=1))[0]
    firm = window.desk.tasks.fetch(lambda session: list_enterprises(session, limit=3))[2]
    need = window.desk.tasks.fetch(lambda session: list_needs(session, limit=1))[0]
    places: dict[str, tuple[str, object]] = {
        "today": ("today", None),
        "visits": ("visits", visit.id),
        "enterprises": ("enterprises", None),
        "enterprise": ("enterprise", firm.id),
        "needs": ("needs", None),
        "need": ("need", need.id),
        "achievements": ("achievements", None),
        "matches": ("recommend", match.need_id),
        "board": ("matches", None),
        "paper": ("papers", ("visit_record", visit.id)),
        "import": ("import", "enterprises"),
        "terms": ("terms", None),
        "suggestions": ("proposals", None),
        "calendar": ("calendar", None),
        "figures": ("figures", None),
        "sync": ("sync", None),
        "settings": ("settings", None),
    }
    return {name: place for name, place in places.items() if place[0] in page_makers()}


def _save_palette(app: QApplication, window: MainWindow) -> None:
    window.show_page("visits")
    window.palette_view.open()
    window.palette_view.field.insert("yq")
    window.palette_view.search()
    settle(app, window)
    _save(window, "palette")
    window.palette_view.close_palette()


def _save_entrance(app: QApplication) -> None:
    gate = GateWindow()
    gate.resize(SIZE)
    gate.show_card(UnlockCard())
    gate.show()
    app.processEvents()
    _save(gate, "unlock")
    gate.background.finish()
    gate.close()


def _save(widget: QWidget, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    widget.grab().save(str(path))
    sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()

"""A day of two brokers: two windows, the server's own command as whoever runs it would use it, real HTTP between.

``BROKER_STORY=folder`` keeps a picture of every scene.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from broker_app.app import build_window, settle
from broker_app.db.session import Store
from broker_app.paths import ProfilePaths
from broker_app.services.enterprises import ContactDraft, EnterpriseDetail, get_enterprise, list_enterprises
from broker_app.services.profile import Profile, create_profile
from broker_app.services.visits import list_visits
from broker_app.ui.attachments.strip import AttachmentStrip
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.page import EnterprisesPage
from broker_app.ui.enterprises.profile_page import EnterpriseProfilePage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.sync.difference_dialog import DifferenceDialog
from broker_app.ui.sync.page import SyncPage
from broker_app.ui.sync.sign_in_dialog import SignInDialog
from broker_app.ui.visits.page import VisitsPage

COUNTY = "330381"
FIRM, LATE_FIRM = "华峰样例新材料有限公司", "恢复之前才记的样例厂"
PASSWORD = "a long enough password"
STORY = os.environ.get("BROKER_STORY")


@dataclass
class Central:
    """A server run by the command ``broker-server``."""

    home: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *words: str, typed: str = "") -> str:
        """Run a command of the server and return what it said."""
        command = [sys.executable, "-m", "broker_server", "--home", str(self.home), *words]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Serve until ``stop``."""
        command = [sys.executable, "-m", "broker_server", "--home", str(self.home), "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + 30
        while True:
            try:
                if httpx.get(f"{self.url}/livez", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                assert time.monotonic() < give_up, "the server does not start"
                time.sleep(0.05)

    def stop(self) -> None:
        """End it in an orderly way."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@dataclass
class Desk:
    """One broker before one window."""

    login: str
    window: MainWindow
    app: QApplication

    def settle(self) -> None:
        for _turn in range(3):
            settle(self.app, self.window)

    def look(self, scene: str) -> None:
        """Keep a picture of what is to be seen now."""
        if STORY:
            Path(STORY).mkdir(parents=True, exist_ok=True)
            self.window.grab().save(str(Path(STORY) / f"{scene}-{self.login}.png"))

    def press(self, text: str, inside: QWidget | None = None) -> None:
        """Press the one button of that name."""
        place = inside or self.window
        (button,) = [one for one in place.findChildren(Button) if one.isVisible() and one.text() == text]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def sync_page(self) -> SyncPage:
        page = self.window.show_page("sync")
        self.settle()
        assert isinstance(page, SyncPage)
        return page

    def sync(self) -> None:
        """Open the sync centre and press its button."""
        self.press("立即上传", self.sync_page())
        assert not self.window.page.banners, [banner.what for banner in self.window.page.banners]

    def sign_in(self, url: str) -> None:
        """Give address, account and password to the dialog."""
        page = self.sync_page()
        self.press("登录服务器", page.header)
        (dialog,) = [one for one in self.window.findChildren(SignInDialog) if one.isVisible()]
        if dialog.server_words == "":
            dialog.url.selectAll()
            dialog.url.insert(url)
            dialog.accept()
            self.settle()
        assert dialog.server_words == "样例市科技局"
        dialog.login.selectAll()
        dialog.login.insert(self.login)
        dialog.password.insert(PASSWORD)
        dialog.accept()
        self.settle()

    def words(self) -> str:
        """Everything a person can read."""
        shown = [one.text() for one in self.window.findChildren(Words) if one.isVisible()]
        shown += [one.text for one in self.window.findChildren(ElidedWords) if one.isVisible()]
        shown += [one.text() for one in (self.window.status.connection, self.window.status.pending)]
        return "\n".join(shown)

    def add_firm(self, name: str, *people: ContactDraft) -> None:
        """The form of a new firm."""
        page = self.window.show_page("enterprises")
        self.settle()
        assert isinstance(page, EnterprisesPage)
        page.new_button.click()
        (dialog,) = [one for one in self.window.findChildren(EnterpriseDialog) if one.isVisible()]
        dialog.name.insert(name)
        dialog.county.set_code(COUNTY)
        for person in people:
            dialog._add_person(ContactDraft(""))
            row = dialog._person_rows()[-1]
            row.name.insert(person.name)
            row.phone.insert(person.phone)
        dialog.primary_button.click()
        self.settle()

    def firm(self, name: str = FIRM) -> EnterpriseDetail:
        """What is kept here of a firm."""
        (row,) = self.window.desk.tasks.fetch(lambda session: list_enterprises(session, name))
        return self.window.desk.tasks.fetch(lambda session: get_enterprise(session, row.id))

    @contextmanager
    def editing(self) -> Iterator[EnterpriseDialog]:
        """Open the form of the firm, and save it."""
        (row,) = self.window.desk.tasks.fetch(lambda session: list_enterprises(session, FIRM))
        page = self.window.show_page("enterprise", row.id)
        self.settle()
        assert isinstance(page, EnterpriseProfilePage)
        self.press("改资料", page)
        (dialog,) = [one for one in self.window.findChildren(EnterpriseDialog) if one.isVisible()]
        yield dialog
        dialog.primary_button.click()
        self.settle()

    def change_phone(self, phone: str) -> None:
        """Type another phone into the first contact of the firm."""
        with self.editing() as dialog:
            row = dialog._person_rows()[0]
            row.phone.selectAll()
            row.phone.insert(phone)

    def visits_page(self) -> VisitsPage:
        page = self.window.show_page("visits")
        self.settle()
        assert isinstance(page, VisitsPage)
        return page

    def log_visit(self, photo: Path) -> None:
        """Ctrl+N, the firm, a note, a photo, done."""
        self.window.activateWindow()  # the keyboard is here now, not in the other window
        assert QTest.qWaitForWindowActive(self.window)
        page = self.window.show_page("visits", "new")
        self.settle()
        assert isinstance(page, VisitsPage)
        editor = page.editor
        editor.head.picker.insert(FIRM)
        QTest.keyClick(editor.head.picker, Qt.Key.Key_Return)
        self.settle()
        editor.note.insertPlainText("看了二车间，注塑件冬天开裂，想找低温不脆的阻燃料，预算五十万。")
        editor.flush()
        drop(editor.belongings.strip, photo)
        self.settle()
        QTest.keyClick(editor.note, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.settle()


def drop(strip: AttachmentStrip, file: Path) -> None:
    """Drag a file from a folder onto the strip."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    strip.dropEvent(QDropEvent(QPointF(5, 5), copy, data, button, Qt.KeyboardModifier.NoModifier))


@pytest.fixture
def central(tmp_path: Path) -> Iterator[Central]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    central = Central(tmp_path / "server", port)
    central.run("init", "--name", "样例市科技局")
    central.run("team", "add", "12", "轻骑一队")
    central.run("scope", "add", f"county:{COUNTY}", "样例县")
    for login, role in (("chen", "broker"), ("lin", "lead")):
        grants = ("--grant", f"team:12={role}", "--grant", f"county:{COUNTY}=broker")
        central.run("user", "add", login, "--name", f"{login} 样例", *grants, "--password-stdin", typed=f"{PASSWORD}\n")
    central.start()
    yield central
    central.stop()


def opened(store: Store, login: str, qtbot: QtBot, app: QApplication) -> Desk:
    window = build_window(store)
    qtbot.addWidget(window)
    window.resize(1280, 650)
    window.show()
    return Desk(login, window, app)


@pytest.fixture
def desks(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    install_theme(qapp, "light")
    made = [
        create_profile(
            ProfilePaths(tmp_path / login), bytes([number]) * 32, Profile(name=f"{login} 样例", county=COUNTY)
        )
        for number, login in enumerate(("chen", "lin"), start=1)
    ]
    chen, lin = (opened(store, login, qtbot, qapp) for store, login in zip(made, ("chen", "lin"), strict=True))
    yield chen, lin
    for desk, store in zip((chen, lin), made, strict=True):
        desk.window.close()
        store.close()


@pytest.mark.timeout(240)
def test_two_brokers_and_one_server(central: Central, desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    chen, lin = desks
    for desk in desks:
        desk.sign_in(central.url)
        assert "已连网" in desk.words()

    # Scene 1: what one typed is seen by the other, with its photo.
    photo = tmp_path / "车间.png"
    picture = QImage(640, 480, QImage.Format.Format_RGB32)
    picture.fill("teal")
    picture.save(str(photo))
    chen.add_firm(FIRM, ContactDraft("王样例", phone="0577-8896 1111"))
    chen.log_visit(photo)
    assert "还没上传" in chen.words() or "未上传" in chen.words()
    chen.look("1-written-offline")
    chen.sync()
    lin.sync()
    lin.look("1-arrived")
    page = lin.visits_page()
    (visit,) = lin.window.desk.tasks.fetch(list_visits)
    page.show_visit(visit.id)
    lin.settle()
    assert "低温不脆的阻燃料" in page.editor.note.toPlainText()
    (tile,) = page.editor.belongings.strip.tiles
    assert tile.row.name == "车间.png"
    assert tile.here
    lin.look("2-visit-with-photo")

    # Scene 2: different fields of one firm are put together.
    with chen.editing() as form:
        form.address.insert("样例路 1 号")
    with lin.editing() as form:
        form.website.insert("example.cn")
    for desk in (chen, lin, chen):
        desk.sync()
    for desk in desks:
        assert (desk.firm().draft.address, desk.firm().draft.website) == ("样例路 1 号", "example.cn")

    # Scene 3: both changed the same; nothing is lost, and one of them decides.
    lin.change_phone("139 5770 0000")
    lin.sync()
    chen.change_phone("138 0013 8000")
    chen.sync()
    assert "联系电话在两处被改过" in chen.words()
    chen.look("3-needs-you")
    chen.press("去确认", chen.sync_page())
    (dialog,) = [one for one in chen.window.findChildren(DifferenceDialog) if one.isVisible()]
    chen.look("3-difference")
    chen.press("确定", dialog)
    chen.sync()
    lin.sync()
    for desk in desks:
        phones = " ".join(f"{one.phone} {one.name}" for one in desk.firm().draft.contacts).replace(" ", "")
        assert {"13957700000", "13800138000"} <= set(re.findall(r"1\d{10}", phones)), desk.login
    assert "联系电话在两处被改过" not in chen.words()

    # Scene 4: the server is set back to yesterday; what it forgot comes again.
    said = central.run("backup", str(tmp_path / "backup"))
    backup = said[said.index(str(tmp_path)) : said.index("，")]
    chen.add_firm(LATE_FIRM)
    chen.sync()
    central.stop()
    central.run("restore", backup, "--replace")
    central.start()
    for desk in desks:
        desk.press("立即上传", desk.sync_page())
        assert "要重新登录" in desk.words()
        desk.look("4-server-restored")
        desk.sign_in(central.url)
        desk.sync()
    assert lin.firm(LATE_FIRM).draft.name == LATE_FIRM
    assert lin.firm().draft.website == "example.cn"

    # Scene 5: a lost laptop is shut out.
    listed = [line for line in central.run("device", "list", "--login", "lin").splitlines() if "已吊销" not in line]
    for line in listed:
        central.run("device", "revoke", line.split()[0])
    locked: list[bool] = []
    lin.window.desk.lock_wanted.connect(lambda: locked.append(True))
    lin.press("立即上传", lin.sync_page())
    lin.look("5-shut-out")
    assert locked == [True]
    chen.sync()

"""The sync centre through its widgets: two computers of one team, one server on loopback."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from broker_app.app import build_window, settle
from broker_app.db.models import Contact, Need
from broker_app.services.publishing import Office, publication_of, publish_need
from broker_app.sync.protocol import Activation
from broker_app.sync.session_store import read_sign_in, save_sign_in
from broker_app.ui.enterprises.profile_page import EnterpriseProfilePage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import ElidedWords, Paragraph, Words
from broker_app.ui.shell.theme import install_theme
from broker_app.ui.sync.decline_dialog import DeclineDialog
from broker_app.ui.sync.difference_dialog import ChoiceRow, DifferenceDialog
from broker_app.ui.sync.hand_over_dialog import HandOverDialog
from broker_app.ui.sync.history_dialog import HistoryDialog
from broker_app.ui.sync.lost_dialog import LostDialog
from broker_app.ui.sync.page import SyncPage
from broker_app.ui.sync.sign_in_dialog import SignInDialog
from broker_server.activation import write_activation
from tests.server_under_test import PASSWORD, ServerUnderTest, running_server
from tests.sync.computers import COUNTY, Computer, ContactDraft, new_computer

FIRM = "华峰样例新材料有限公司"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerUnderTest]:
    with running_server(tmp_path / "server") as running:
        running.add_scope("team:12")
        running.add_scope(f"county:{COUNTY}")
        running.add_user("chen", "team:12=broker", f"county:{COUNTY}=broker")
        running.add_user("lin", "team:12=lead", f"county:{COUNTY}=officer")
        yield running


@pytest.fixture
def lin(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    with new_computer(tmp_path, "lin", server) as computer:
        yield computer


@pytest.fixture
def chen(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    with new_computer(tmp_path, "chen", server, signed_in=False) as computer:
        yield computer


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[[Computer], MainWindow]]:
    install_theme(qapp, "light")
    opened: list[MainWindow] = []

    def open_one(computer: Computer) -> MainWindow:
        window = build_window(computer.store)
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window)
        opened.append(window)
        window.show_page("sync")
        settle(qapp, window)
        return window

    yield open_one
    for window in opened:
        window.close()


def sync_page(window: MainWindow) -> SyncPage:
    page = window.page
    assert isinstance(page, SyncPage)
    return page


def words_of(widget: QWidget) -> str:
    """Everything a person can read in a widget."""
    shown = [one.text() for one in widget.findChildren(Words) if one.isVisible()]
    shown += [one.text for one in widget.findChildren(ElidedWords) if one.isVisible()]
    return "\n".join(shown)


def dialog_of(window: MainWindow, kind: type[Dialog]) -> Dialog:
    (found,) = [one for one in window.findChildren(kind) if one.isVisible()]
    return found


def press(qtbot: QtBot, window: QWidget, text: str) -> None:
    (button,) = [one for one in window.findChildren(Button) if one.isVisible() and one.text() == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def press_named(qtbot: QtBot, window: QWidget, name: str) -> None:
    """Press the button a screen reader calls ``name``, once it is there."""

    def found() -> list[Button]:
        return [one for one in window.findChildren(Button) if one.isVisible() and one.accessibleName() == name]

    qtbot.waitUntil(lambda: len(found()) == 1, timeout=10_000)
    QTest.mouseClick(found()[0], Qt.MouseButton.LeftButton)


def difference_of_a_phone(chen: Computer, lin: Computer) -> None:
    """Both change the phone of one contact; lin is faster."""
    chen.sign_in()
    chen.add_firm(FIRM, contacts=(ContactDraft(name="王样例", phone="0577-8896 1111"),))
    chen.sync()
    lin.sync()
    for computer, phone in ((lin, "139 5770 0000"), (chen, "138 0013 8000")):
        with computer.store.write() as session:
            session.query(Contact).one().phone = phone
        computer.sync()


def test_signing_in_shows_whose_server_it_is_and_brings_everything(
    qtbot: QtBot, qapp: QApplication, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow]
) -> None:
    lin.add_firm(FIRM)
    lin.sync()
    chen.add_need("还没上传的需求")
    window = open_window(chen)
    page = sync_page(window)
    assert "还没登录服务器" in window.status.connection.text()
    press(qtbot, page.header, "登录服务器")
    dialog = dialog_of(window, SignInDialog)
    assert isinstance(dialog, SignInDialog)
    dialog.url.insert("http://sync.example.cn")
    dialog.accept()
    settle(qapp, window)
    assert "https" in dialog.url_field.error
    dialog.url.selectAll()
    dialog.url.insert(chen.server.url)
    dialog.accept()
    settle(qapp, window)
    assert dialog.server_words == "试验服务器"
    dialog.login.insert("chen")
    dialog.password.insert("wrong password here")
    dialog.device.selectAll()
    dialog.device.insert("陈的电脑")
    dialog.accept()
    settle(qapp, window)
    assert "账号或密码不对" in dialog.password_field.error
    dialog.password.selectAll()
    dialog.password.insert(PASSWORD)
    dialog.accept()
    settle(qapp, window)
    settle(qapp, window)
    assert chen.firms() == [FIRM]
    assert window.status.connection.text() == "已连网"
    assert "没有要上传的" in window.status.pending.text()
    shown = words_of(page)
    assert "上传 1 条" in shown
    assert "收据" in shown


def test_two_values_are_shown_and_the_chosen_one_goes_up(
    qtbot: QtBot, qapp: QApplication, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow]
) -> None:
    difference_of_a_phone(chen, lin)
    window = open_window(chen)
    page = sync_page(window)
    assert "联系电话在两处被改过" in words_of(page)
    assert "你改成 138 0013 8000，服务器上是 139 5770 0000" in words_of(page)
    press(qtbot, page, "去确认")
    dialog = dialog_of(window, DifferenceDialog)
    rows = dialog.findChildren(ChoiceRow)
    assert [row.offer.label for row in rows] == ["我改的", "服务器上的", "两个都留"]
    assert [row.is_chosen for row in rows] == [False, False, True]
    rows[0].setFocus()
    QTest.keyClick(rows[0], Qt.Key.Key_Space)
    assert [row.is_chosen for row in rows] == [True, False, False]
    press(qtbot, dialog, "确定")
    settle(qapp, window)
    assert "联系电话在两处被改过" not in words_of(page)
    window.activateWindow()  # without a window system nobody gives the keyboard back
    assert QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_F9)
    settle(qapp, window)
    settle(qapp, window)
    lin.sync()
    with lin.store.read() as session:
        assert session.query(Contact).one().phone == "138 0013 8000"
    assert lin.differences() == ()


def test_later_leaves_everything_as_it_is(
    qtbot: QtBot, qapp: QApplication, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow]
) -> None:
    difference_of_a_phone(chen, lin)
    window = open_window(chen)
    press(qtbot, sync_page(window), "去确认")
    dialog = dialog_of(window, DifferenceDialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle(qapp, window)
    assert len(chen.differences()) == 1


def test_without_a_network_it_says_so_and_keeps_everything(
    qtbot: QtBot, qapp: QApplication, chen: Computer, open_window: Callable[[Computer], MainWindow]
) -> None:
    chen.sign_in()
    chen.add_firm(FIRM)
    window = open_window(chen)
    with chen.store.write() as session:
        save_sign_in(session, replace(read_sign_in(session), url="http://127.0.0.1:9"))
    press(qtbot, sync_page(window), "立即上传")
    settle(qapp, window)
    assert window.status.connection.text() == "离线"
    (banner,) = window.page.banners
    assert banner.what == "连不上服务器，稍后自动再试。"
    assert len(chen.waiting()) == 1


def test_it_fits_the_smallest_window(
    qapp: QApplication, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow]
) -> None:
    difference_of_a_phone(chen, lin)
    window = open_window(chen)
    for width, height in ((1024, 640), (1280, 650)):
        window.resize(width, height)
        settle(qapp, window)
        assert (window.width(), window.height()) == (width, height)


def test_a_shut_out_computer_locks_and_hands_over_what_it_could_not_send(
    qtbot: QtBot,
    qapp: QApplication,
    chen: Computer,
    open_window: Callable[[Computer], MainWindow],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chen.sign_in()
    chen.add_firm(FIRM)
    with chen.store.read() as session:
        chen.server.revoke(UUID(read_sign_in(session).device))
    window = open_window(chen)
    locked: list[bool] = []
    window.desk.lock_wanted.connect(lambda: locked.append(True))
    press(qtbot, sync_page(window), "立即上传")
    settle(qapp, window)
    assert locked == [True]
    assert "管理员已停用这台电脑" in window.page.banners[0].what
    assert window.status.connection.text() == "电脑已被停用"
    documents = lambda _kind: str(tmp_path / "documents")  # noqa: E731
    monkeypatch.setattr(QStandardPaths, "writableLocation", documents)
    press(qtbot, sync_page(window), "导出没上传的")
    settle(qapp, window)
    (file,) = (tmp_path / "documents").iterdir()
    assert FIRM in file.read_text("utf-8")
    assert len(chen.waiting()) == 1


def test_an_activation_code_in_a_picture_shows_whose_server_it_is_and_fills_the_account(
    server: ServerUnderTest, chen: Computer, open_window: Callable[[Computer], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(chen)
    dialog = sync_page(window).sign_in()
    write_activation(Activation(server.url, "试验服务器", "chen"), "", tmp_path / "code.png")
    dialog.read_file(tmp_path / "code.png")
    qtbot.waitUntil(lambda: dialog.server_words == "试验服务器", timeout=10_000)
    assert dialog.login.text() == "chen"
    assert dialog.password.hasFocus()
    dialog.password.setText(PASSWORD)
    dialog.accept()
    qtbot.waitUntil(lambda: sync_page(window).exchange.account.is_open, timeout=10_000)
    qtbot.waitUntil(lambda: not sync_page(window).exchange.running, timeout=10_000)


def test_somebody_elses_wish_is_taken_in_or_not_with_a_reason(
    server: ServerUnderTest, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow], qtbot: QtBot
) -> None:
    server.give("lin", "public=curator")
    chen.sign_in()
    for number, title in enumerate(("样例甲焊膏", "样例乙焊膏")):
        with chen.store.write() as session:
            need = Need(title=title, goal="少空洞", state="verified", verifier_id="x", no_metric_reason="没量过")
            need.number = f"XQ-{number}"
            session.add(need)
            session.flush()
            publish_need(session, need.id, Office("样例县科技局", "", "0577"))
    chen.sync()
    lin.sign_in()
    lin.sync()
    window = open_window(lin)
    page = sync_page(window)
    qtbot.waitUntil(lambda: page.board is not None and len(page.board.returned) == 2, timeout=10_000)
    assert "chen：要公开这条需求，收下以后大家都能看到" in words_of(page)
    press_named(qtbot, window, "收下：样例甲焊膏")
    dialog_of(window, Dialog).primary_button.click()
    qtbot.waitUntil(lambda: page.board is not None and len(page.board.returned) == 1, timeout=10_000)
    press_named(qtbot, window, "不收：样例乙焊膏")
    dialog = dialog_of(window, DeclineDialog)
    assert isinstance(dialog, DeclineDialog)
    dialog.primary_button.click()
    qtbot.waitUntil(lambda: bool(dialog.field.error), timeout=5_000)
    dialog.why.setText("看不出要什么")
    dialog.primary_button.click()
    qtbot.waitUntil(lambda: page.board is not None and not page.board.returned, timeout=10_000)
    window.close()
    lin.sync()
    chen.sync()
    with chen.store.read() as session:
        states = {row.title: publication_of(session, row.id) for row in session.query(Need)}
    assert states["样例甲焊膏"] is not None
    assert states["样例甲焊膏"].state == "public"
    assert states["样例乙焊膏"] is not None
    assert states["样例乙焊膏"].answer == "看不出要什么"


def test_a_team_that_is_no_longer_mine_is_listed_exported_and_put_away(
    server: ServerUnderTest,
    chen: Computer,
    lin: Computer,
    open_window: Callable[[Computer], MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _place: str(tmp_path / "文档"))
    server.add_scope("team:13")
    server.give("chen", "team:13=broker")
    chen.sign_in()
    chen.add_need("样例焊点空洞率偏高")
    chen.sync()
    server.take("chen", "team:12")
    chen.sync()
    window = open_window(chen)
    page = sync_page(window)
    qtbot.waitUntil(lambda: page.board is not None and len(page.board.lost) == 1, timeout=10_000)
    assert "「团队 12」不再归你" in words_of(page)
    press(qtbot, window, "看清单")
    dialog = dialog_of(window, LostDialog)
    assert isinstance(dialog, LostDialog)
    assert "样例焊点空洞率偏高" in [one.accessibleName() for one in dialog.lines.findChildren(Paragraph)]
    dialog.primary_button.click()
    qtbot.waitUntil(lambda: dialog.told.isVisible(), timeout=10_000)
    (file,) = (tmp_path / "文档").iterdir()
    assert "需求,样例焊点空洞率偏高" in file.read_text("utf-8-sig")
    dialog.dismiss()
    press(qtbot, window, "知道了")
    qtbot.waitUntil(lambda: page.board is not None and not page.board.lost, timeout=10_000)


def test_the_past_of_a_firm_and_handing_it_over_are_in_its_menu(
    server: ServerUnderTest, chen: Computer, lin: Computer, open_window: Callable[[Computer], MainWindow], qtbot: QtBot
) -> None:
    server.add_scope("county:330382")
    server.give("chen", "county:330382=broker")
    chen.sign_in()
    firm = chen.add_firm(FIRM, address="塘下")
    chen.sync()
    lin.sync()
    lin.edit_firm(firm, address="莘塍")
    lin.sync()
    chen.sync()
    window = open_window(chen)
    page = window.show_page("enterprise", firm)
    assert isinstance(page, EnterpriseProfilePage)
    qtbot.waitUntil(lambda: page.header.title.text == FIRM, timeout=10_000)
    page.show_past()
    dialog = dialog_of(window, HistoryDialog)
    qtbot.waitUntil(
        lambda: "地址：塘下 → 莘塍" in [one.accessibleName() for one in dialog.findChildren(Paragraph)], timeout=10_000
    )
    dialog.dismiss()
    page.hand_over()
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(HandOverDialog)), timeout=10_000)
    asked = dialog_of(window, HandOverDialog)
    assert isinstance(asked, HandOverDialog)
    assert [asked.target.itemText(number) for number in range(asked.target.count())] == ["温州市乐清市"]
    asked.accept()
    qtbot.waitUntil(lambda: chen.firm(firm).scope == "county:330382", timeout=10_000)

"""A firm signs on the pad: by mouse, pen and finger, kept under the visit, and told when the visit changes."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from broker_app.services.attachments import vault_of
from broker_app.services.signatures import signature_of
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.theme import theme
from broker_app.ui.signature.box import SignatureBox, SignatureDialog
from broker_app.ui.signature.pad import SignaturePad
from broker_app.ui.signature.sheet import SignatureSheet
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage

Settle = Callable[[], None]


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    """A draft of the sample, with firm and note."""
    page = window.show_page("visits")
    settled()
    assert isinstance(page, VisitsPage)
    draft = next(one for one in page.list.model.visits if one.state == "draft" and one.enterprise)
    page.show_visit(draft.id)
    settled()
    return page.editor


@pytest.fixture
def box(editor: VisitEditor) -> SignatureBox:
    return editor.belongings.signature


def several(settled: Settle, times: int = 4) -> None:
    for _time in range(times):
        settled()


def sheet_of(window: MainWindow, settled: Settle) -> SignatureSheet:
    QTest.keyClick(window, Qt.Key.Key_F8)
    several(settled)
    sheets = [one for one in window.findChildren(SignatureSheet) if one.isVisible()]
    assert len(sheets) == 1
    return sheets[0]


def draw(pad: SignaturePad) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(pad, left, pos=QPoint(40, 40))
    QTest.mouseMove(pad, QPoint(120, 60))
    QTest.mouseMove(pad, QPoint(90, 120))
    QTest.mouseRelease(pad, left, pos=QPoint(90, 120))


def sign(window: MainWindow, settled: Settle) -> None:
    sheet = sheet_of(window, settled)
    draw(sheet.pad)
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    several(settled)


def test_two_keys_and_a_name(window: MainWindow, editor: VisitEditor, box: SignatureBox, settled: Settle) -> None:
    assert box.title.text == "企业未签字"
    sheet = sheet_of(window, settled)
    assert sheet.geometry() == window.rect()
    assert not sheet.done_button.isEnabled()
    assert sheet.text.sentence == "我确认以上走访内容属实。"
    draw(sheet.pad)
    assert sheet.done_button.isEnabled()
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    several(settled)
    assert box.title.text == "企业已签字"
    assert box.signature is not None
    assert box.signature.signer == sheet.text.people[0]
    png = vault_of(window.desk.tasks.sessions).read(box.signature.image_sha256)
    picture = QImage.fromData(png)
    inks = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(0, picture.height(), 4)}
    assert theme().color("ink").name() in inks
    visit_id = editor.visit_id
    assert visit_id is not None
    kept = window.desk.tasks.fetch(lambda session: signature_of(session, visit_id))
    assert kept == box.signature


def test_a_later_word_is_told_and_the_old_text_can_be_read(
    window: MainWindow, editor: VisitEditor, box: SignatureBox, settled: Settle
) -> None:
    sign(window, settled)
    editor.note.insertPlainText("后来补的一句。")
    editor.flush()
    several(settled)
    assert box.title.text == "签字后有改动"
    box.button.click()
    several(settled)
    dialog = window.findChild(SignatureDialog)
    assert isinstance(dialog, SignatureDialog)
    assert dialog.primary_button.text() == "重签"
    dialog.dismiss()


def test_what_is_typed_is_what_is_signed(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    editor.note.moveCursor(editor.note.textCursor().MoveOperation.End)
    editor.note.insertPlainText("刚刚打的字。")
    sheet = sheet_of(window, settled)
    assert "刚刚打的字。" in sheet.text.text
    sheet.leave()


def test_undo_takes_the_signature_away(window: MainWindow, box: SignatureBox, settled: Settle) -> None:
    sign(window, settled)
    assert window.toast is not None
    window.toast.undo_button.click()
    several(settled)
    assert box.title.text == "企业未签字"


def test_wiping_and_leaving(window: MainWindow, box: SignatureBox, settled: Settle) -> None:
    sheet = sheet_of(window, settled)
    draw(sheet.pad)
    draw(sheet.pad)
    sheet.back_button.click()
    assert [len(stroke) for stroke in sheet.pad.strokes] == [3]
    sheet.clear_button.click()
    assert list(sheet.pad.strokes) == []
    assert not sheet.done_button.isEnabled()
    draw(sheet.pad)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    several(settled)
    assert box.title.text == "企业未签字"


def test_no_command_of_the_page_runs_under_the_sheet(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    sheet = sheet_of(window, settled)
    visit = editor.visit_id
    for key in (Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_T):
        QTest.keyClick(sheet.signer, key, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(sheet.done_button, Qt.Key.Key_F8)
    settled()
    assert editor.visit_id == visit
    assert not window.palette_view.isVisible()
    assert [one for one in window.findChildren(SignatureSheet) if one.isVisible()] == [sheet]
    sheet.leave()


def test_without_a_name_it_is_not_kept(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    sheet = sheet_of(window, settled)
    sheet.signer.clear()
    draw(sheet.pad)
    sheet.done_button.click()
    several(settled)
    assert sheet.signer_field.error == "请写是谁签字。"
    assert len(sheet.pad.strokes) == 1
    sheet.leave()


def test_a_pen_gives_its_pressure(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    pad = sheet_of(window, settled).pad
    pen = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )
    moves = (
        (QEvent.Type.TabletPress, QPointF(20, 20), 0.2),
        (QEvent.Type.TabletMove, QPointF(80, 90), 0.9),
        (QEvent.Type.TabletMove, QPointF(5000, -40), 0.9),
        (QEvent.Type.TabletRelease, QPointF(5000, -40), 0.0),
    )
    left = Qt.MouseButton.LeftButton
    for kind, at, pressure in moves:
        event = QTabletEvent(kind, pen, at, at, pressure, 0, 0, 0.0, 0.0, 0, Qt.KeyboardModifier.NoModifier, left, left)
        QApplication.sendEvent(pad, event)
    (stroke,) = pad.strokes
    assert [point.pressure for point in stroke] == [0.2, 0.9, 0.9]
    assert (stroke[-1].x, stroke[-1].y) == (pad.width(), 0.0)  # it stays on the paper
    assert pad.is_signed


def test_a_finger(window: MainWindow, editor: VisitEditor, settled: Settle) -> None:
    pad = sheet_of(window, settled).pad
    screen = QTest.createTouchDevice()
    touch = QTest.touchEvent(pad, screen)
    touch.press(0, QPoint(20, 20), pad).commit()
    touch.move(0, QPoint(90, 80), pad).commit()
    touch.release(0, QPoint(90, 80), pad).commit()
    (stroke,) = pad.strokes
    assert (stroke[0].x, stroke[0].y, stroke[-1].x) == (20, 20, 90)

"""Photos beside a note: pasted, dropped and chosen, looked at, taken off and brought back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from broker_app.services.attachments import AttachmentRow, list_attachments, vault_of
from broker_app.ui.attachments.sources import file_sources
from broker_app.ui.attachments.strip import AttachmentStrip
from broker_app.ui.attachments.viewer import PhotoDialog
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.visits.editor import VisitEditor
from broker_app.ui.visits.page import VisitsPage

Settle = Callable[[], None]


MADE_BY = 0x010F


@pytest.fixture
def editor(window: MainWindow, settled: Settle) -> VisitEditor:
    """A draft of the sample."""
    page = window.show_page("visits")
    settled()
    assert isinstance(page, VisitsPage)
    draft = next(one for one in page.list.model.visits if one.state == "draft")
    page.show_visit(draft.id)
    settled()
    return page.editor


@pytest.fixture
def strip(editor: VisitEditor) -> AttachmentStrip:
    return editor.belongings.strip


def picture(colour: str = "teal") -> QImage:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(colour)
    return image


def pasted(colour: str = "teal") -> QMimeData:
    data = QMimeData()
    data.setImageData(picture(colour))
    return data


def drop(target: AttachmentStrip, data: QMimeData) -> None:
    copy = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(5, 5), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    target.dropEvent(event)


def rows_of(window: MainWindow, visit_id: UUID | None) -> list[AttachmentRow]:
    assert visit_id is not None
    return list(window.desk.tasks.fetch(lambda session: list_attachments(session, "visit", visit_id)))


def several(settled: Settle, times: int = 4) -> None:
    for _time in range(times):
        settled()


class TestTakingIn:
    def test_a_picture_pasted_into_the_note_hangs_under_it(
        self, editor: VisitEditor, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        note = editor.note.toPlainText()
        QGuiApplication.clipboard().setMimeData(pasted())
        editor.note.setFocus()
        editor.note.paste()
        several(settled)
        assert [tile.row.name for tile in strip.tiles] == ["粘贴的图片.png"]
        assert editor.note.toPlainText() == note
        assert [row.kind for row in rows_of(window, editor.visit_id)] == ["photo"]

    def test_ctrl_v_on_the_tile(self, strip: AttachmentStrip, settled: Settle) -> None:
        QGuiApplication.clipboard().setMimeData(pasted("navy"))
        strip.add.setFocus()
        QTest.keyClick(strip.add, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        several(settled)
        assert len(strip.tiles) == 1

    def test_dropped_files_are_taken_and_a_share_elsewhere_is_not_asked_for(
        self, strip: AttachmentStrip, window: MainWindow, settled: Settle, tmp_path: Path
    ) -> None:
        picture().save(str(tmp_path / "车间.png"))
        (tmp_path / "程序.jpg").write_bytes(b"MZ\x90\x00")
        data = QMimeData()
        data.setUrls(
            [
                QUrl.fromLocalFile(str(tmp_path / "车间.png")),
                QUrl.fromLocalFile(str(tmp_path / "程序.jpg")),
                QUrl("file://server/share/x.png"),
                QUrl("https://example.com/x.png"),
            ]
        )
        drop(strip, data)
        several(settled)
        assert [tile.row.name for tile in strip.tiles] == ["车间.png"]
        (banner,) = window.page.banners
        assert "程序.jpg" in banner.what

    def test_chosen_files(self, strip: AttachmentStrip, settled: Settle, tmp_path: Path) -> None:
        (tmp_path / "检测方案.pdf").write_bytes(b"%PDF-1.7 ")
        strip.add.click()
        dialog = strip.window().findChild(QFileDialog)
        assert isinstance(dialog, QFileDialog)
        dialog.filesSelected.emit([str(tmp_path / "检测方案.pdf")])
        dialog.close()
        several(settled)
        assert [tile.row.mime for tile in strip.tiles] == ["application/pdf"]

    def test_a_photo_first_makes_the_visit(self, window: MainWindow, settled: Settle) -> None:
        page = window.show_page("visits", "new")
        settled()
        assert isinstance(page, VisitsPage)
        page.editor.belongings.strip.take(())
        assert page.editor.visit_id is None
        drop(page.editor.belongings.strip, pasted())
        several(settled, 6)
        assert len(rows_of(window, page.editor.visit_id)) == 1

    def test_a_photo_goes_to_the_visit_it_was_pasted_into(
        self, editor: VisitEditor, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        first = editor.visit_id
        drop(strip, pasted())
        page = window.page
        assert isinstance(page, VisitsPage)
        other = next(one for one in page.list.model.visits if one.id != first)
        page.show_visit(other.id)
        several(settled)
        assert strip.tiles == []
        assert len(rows_of(window, first)) == 1


class TestLooking:
    def test_a_photo_opens_in_the_window_and_nothing_in_clear_is_written(
        self, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        drop(strip, pasted())
        several(settled)
        strip.tiles[0].setFocus()
        QTest.keyClick(strip.tiles[0], Qt.Key.Key_Return)
        several(settled)
        dialog = window.findChild(PhotoDialog)
        assert isinstance(dialog, PhotoDialog)
        assert dialog.view.words == ""
        assert not (window.desk.profile_folder / "opened").exists()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    def test_bytes_that_are_elsewhere_are_said_to_be(
        self, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        drop(strip, pasted())
        several(settled)
        for file in (window.desk.profile_folder / "attachments").iterdir():
            file.unlink()
        strip.reload()
        several(settled)
        assert "还在某台电脑上" in strip.tiles[0].accessibleName()
        strip.tiles[0].click()
        dialog = window.findChild(PhotoDialog)
        assert isinstance(dialog, PhotoDialog)
        assert "还在某台电脑上" in dialog.view.words
        assert not dialog.export_button.isEnabled()
        dialog.dismiss()

    def test_another_file_opens_from_a_copy_that_goes_away(
        self, strip: AttachmentStrip, settled: Settle, tmp_path: Path, opened: "Opener"
    ) -> None:
        (tmp_path / "方案\u202efdp.exe").write_bytes(b"%PDF-1.7 ")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / "方案\u202efdp.exe"))])
        drop(strip, data)
        several(settled)
        strip.tiles[0].click()
        several(settled)
        (copy,) = opened.files
        assert copy.name == "方案fdp.exe.pdf"
        assert copy.read_bytes() == b"%PDF-1.7 "
        app = QGuiApplication.instance()
        assert app is not None
        app.aboutToQuit.emit()
        assert not copy.exists()


class TestTakingOff:
    def test_delete_and_undo(
        self, editor: VisitEditor, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        drop(strip, pasted())
        several(settled)
        strip.tiles[0].setFocus()
        QTest.keyClick(strip.tiles[0], Qt.Key.Key_Delete)
        several(settled)
        assert strip.tiles == []
        assert window.toast is not None
        window.toast.undo_button.click()
        several(settled)
        assert len(strip.tiles) == 1
        assert len(rows_of(window, editor.visit_id)) == 1

    def test_consent_is_kept(
        self, editor: VisitEditor, strip: AttachmentStrip, window: MainWindow, settled: Settle
    ) -> None:
        assert not editor.column.consent.isVisible()
        drop(strip, pasted())
        several(settled)
        editor.column.consent.click()
        several(settled)
        drop(strip, pasted("red"))
        several(settled)
        assert [row.consent for row in rows_of(window, editor.visit_id)] == [True, True]


@pytest.mark.parametrize("kept", [False, True])
def test_what_the_camera_wrote_stays_only_when_asked_for(
    kept: bool, editor: VisitEditor, strip: AttachmentStrip, window: MainWindow, settled: Settle, tmp_path: Path
) -> None:
    details = Image.Exif()
    details[MADE_BY] = "SampleCam"
    file = tmp_path / "IMG_1.JPG"
    Image.new("RGB", (640, 480), "navy").save(file, "JPEG", exif=details)
    if kept:
        editor.column.keep_details.click()
    strip.take(file_sources([str(file)]))
    several(settled)
    (row,) = rows_of(window, editor.visit_id)
    content = vault_of(window.desk.tasks.sessions).read(row.sha256)
    assert (b"SampleCam" in content) is kept
    window.show_page("visits", "new")
    several(settled)
    assert not editor.column.keep_details.isChecked()


def test_more_than_there_is_room_for(strip: AttachmentStrip, window: MainWindow, settled: Settle, qtbot: QtBot) -> None:
    for colour in ("red", "green", "blue", "cyan", "magenta", "yellow", "black", "white", "gray"):
        drop(strip, pasted(colour))
    qtbot.waitUntil(lambda: len(strip.tiles) == 9)
    window.resize(1280, 650)
    several(settled)
    assert window.width() == 1280
    shown = [tile for tile in strip.tiles if tile.isVisible()]
    assert 0 < len(shown) < 9
    assert strip.more.accessibleName() == f"还有 {9 - len(shown)} 份附件"
    right = strip.add.mapTo(strip, QPoint(strip.add.width(), 0)).x()
    assert right <= strip.width()


class Opener(QObject):
    """Stands for the programs of this computer that open files."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.files.append(Path(url.toLocalFile()))


@pytest.fixture
def opened() -> Iterator[Opener]:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")  # type: ignore[arg-type]  # its stub and its check disagree
    yield opener
    QDesktopServices.unsetUrlHandler("file")

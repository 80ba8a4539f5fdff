"""The strip under a note: photos and files of the record, and taking new ones in, all away from the UI thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QPoint, QSize, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QMenu, QSizePolicy, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, counted
from broker_app.services.attachments import (
    AttachmentRow,
    FileVault,
    KeptFile,
    add_attachment,
    list_attachments,
    remove_attachment,
    restore_attachment,
    set_consent,
    take_file,
    vault_of,
)
from broker_app.services.sessions import Session
from broker_app.ui.attachments.sources import Source, file_sources, mime_sources, offers_files
from broker_app.ui.attachments.tiles import AddTile, AttachmentTile, MoreTile, narrow_size, tile_size
from broker_app.ui.attachments.viewer import PhotoDialog
from broker_app.ui.shell.desk import Desk

_GAP = 8
_LEAST = 3  # tiles the strip asks room for: a photo, the number of the others, and the place to add

SaveThen = Callable[[Callable[[UUID], object]], object]
"""Writes the record if it has no row yet, then goes on with its id."""


@dataclass(frozen=True)
class _Loaded:
    rows: tuple[AttachmentRow, ...]
    previews: tuple[bytes, ...]
    here: tuple[bool, ...]


@dataclass(frozen=True)
class _TakenIn:
    kept: tuple[KeptFile, ...]
    refusals: tuple[str, ...]


class AttachmentStrip(QWidget):
    """Shows the attachments of one record; ``save_then`` gives a new record its row before the first one."""

    shown = Signal(object)
    """The rows shown now (a tuple of :class:`AttachmentRow`)."""

    def __init__(self, desk: Desk, parent_kind: str, save_then: SaveThen, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._kind, self._save_then = desk, parent_kind, save_then
        self._vault: FileVault = vault_of(desk.tasks.sessions)
        self._record: UUID | None = None
        self._editable = True
        self._consent = False
        self._keep_details = False
        self._busy = 0
        self.rows: tuple[AttachmentRow, ...] = ()
        self.tiles: list[AttachmentTile] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self.more, self.add = MoreTile(), AddTile()
        self._row.addWidget(self.more)
        self._row.addWidget(self.add)
        self._row.addStretch(1)
        self.more.hide()
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.more.clicked.connect(lambda: self.view(self._shown_tiles()))
        self.add.clicked.connect(lambda: self.choose_files())
        self.add.offered.connect(self.take)
        desk.tasks.data_changed.connect(self._on_data_changed)
        self._vault.forget_copies()  # of a run that did not end as it should
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._vault.forget_copies)

    def show_record(self, record: UUID | None, *, editable: bool) -> None:
        """Show the attachments of another record, or of none yet; the same one again only follows ``editable``."""
        self._editable = editable
        self.add.setVisible(editable)
        if record != self._record or record is None:
            self._record = record
            self._consent = False
            self._show(_Loaded((), (), ()))
        self.reload()

    def reload(self) -> None:
        """Read the attachments again."""
        record, kind, vault = self._record, self._kind, self._vault
        if record is None:
            return

        def work(session: Session) -> _Loaded:
            rows = tuple(list_attachments(session, kind, record))
            return _Loaded(rows, tuple(map(_preview_of(vault), rows)), tuple(vault.has(one.sha256) for one in rows))

        self._desk.tasks.read(self, work, lambda found: self._show(found) if record == self._record else None)

    def choose_files(self) -> None:
        """Let a person pick files."""
        dialog = QFileDialog(self.window(), _("加照片或文件"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda files: self.take(file_sources(files)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, sources: Sequence[Source]) -> None:
        """Take new files in: check, shrink, seal, then hang them on the record."""
        if not sources:
            self._desk.toast(_("这里没有能加的照片或文件"), icon="info")
        elif not self._editable:
            self._desk.toast(_("这条记录已经交出去了，不能再加附件"), icon="info")
        else:
            self._save_then(lambda record: self._take_for(record, tuple(sources)))

    def set_consent(self, agreed: bool) -> None:
        """Write down whether the firm agreed to photos, for those here and those to come."""
        self._consent = agreed
        record, kind = self._record, self._kind
        if record is not None and self.rows:
            self._desk.tasks.write(self, lambda session: set_consent(session, kind, record, agreed))

    def set_keep_details(self, keep: bool) -> None:
        """Whether photos to come keep when, where and with what they were taken; usually that is taken out."""
        self._keep_details = keep

    @property
    def record(self) -> UUID | None:
        """The record whose attachments are shown; None while a new one has no row yet."""
        return self._record

    def view(self, at: int) -> None:
        """Look at an attachment: a photo in the window, anything else through a copy for its own program."""
        row = self.rows[at]
        if row.is_picture or not self._vault.has(row.sha256):
            self._look_at(at)
        else:
            self.open_outside(row)

    def open_outside(self, row: AttachmentRow) -> None:
        """Hand a copy in clear to the program for such files; it is taken away when ours ends."""
        self._desk.tasks.run(self, lambda: self._vault.open_copy(row), _hand_over, self._desk.complain)

    def export(self, row: AttachmentRow) -> None:
        """Ask where a copy in clear goes, and write it there."""
        dialog = QFileDialog(self.window(), _("另存为"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(row.name)
        dialog.fileSelected.connect(lambda file: self._export_to(row, Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def remove(self, row: AttachmentRow) -> None:
        """Take an attachment off, with 撤销."""
        if not self._editable:
            return
        tasks = self._desk.tasks

        def restore() -> None:
            tasks.write(self, lambda session: restore_attachment(session, row.id))

        def done(_none: object) -> None:
            self._desk.toast(_("已移除「{name}」").format(name=row.name), icon="trash", undo=restore)

        tasks.write(self, lambda session: remove_attachment(session, row.id), done)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere on the strip."""
        if self._editable and offers_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        event.acceptProposedAction()
        self.take(mime_sources(event.mimeData()))

    def minimumSizeHint(self) -> QSize:
        """A photo, the number of the others, and the place to add."""
        return QSize(_LEAST * tile_size().width(), tile_size().height())

    def sizeHint(self) -> QSize:
        """One row of tiles."""
        return self.minimumSizeHint()

    def _take_for(self, record: UUID, sources: tuple[Source, ...]) -> None:
        vault, consent, kind, keep_details = self._vault, self._consent, self._kind, self._keep_details
        self._count_busy(len(sources))

        def taken(found: _TakenIn) -> None:
            self._count_busy(-len(sources))
            for words in found.refusals:
                self._desk.complain(InvalidInputError("file", words))
            if found.kept:
                self._desk.tasks.write(
                    self,
                    lambda session: [add_attachment(session, kind, record, one, consent=consent) for one in found.kept],
                    self._on_added,
                )

        def failed(error: BrokerError) -> None:
            self._count_busy(-len(sources))
            self._desk.complain(error)

        self._desk.tasks.run(self, lambda: _taken_in(vault, sources, keep_details=keep_details), taken, failed)

    def _on_added(self, ids: list[UUID]) -> None:
        tasks = self._desk.tasks

        def take_back() -> None:
            tasks.write(self, lambda session: _remove_all(session, ids))

        words = counted("已加 {n} 份附件", "已加 {n} 份附件", len(ids))
        self._desk.toast(words, icon="paperclip", undo=take_back)

    def _count_busy(self, change: int) -> None:
        self._busy += change
        self.add.show_busy(self._busy)

    def _look_at(self, at: int) -> None:
        dialog = PhotoDialog(self, self._desk, self._vault, self.rows, at, editable=self._editable)
        dialog.open_wanted.connect(self.open_outside)
        dialog.export_wanted.connect(self.export)
        dialog.removal_wanted.connect(self.remove)
        dialog.open()

    def _export_to(self, row: AttachmentRow, target: Path) -> None:
        def work() -> None:
            content = self._vault.read(row.sha256)
            try:
                target.write_bytes(content)
            except OSError as error:
                raise InvalidInputError("file", _("这个位置写不了，没有存成。请换一个位置再试。")) from error

        def done(_none: None) -> None:
            self._desk.toast(_("已存到 {folder}").format(folder=target.parent.name or str(target.parent)))

        self._desk.tasks.run(self, work, done, self._desk.complain)

    def _show(self, found: _Loaded) -> None:
        self.rows = found.rows
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self.tiles = []
        for number, row in enumerate(found.rows):
            tile = AttachmentTile(row, found.previews[number], here=found.here[number], parent=self)
            tile.clicked.connect(lambda _checked=False, number=number: self.view(number))
            tile.removal_wanted.connect(lambda row=row: self.remove(row))
            tile.menu_wanted.connect(lambda where, number=number: self._show_menu(number, where))
            self._row.insertWidget(number, tile)
            self.tiles.append(tile)
        if found.rows:
            self._consent = any(one.consent for one in found.rows)
        self._fit()
        self.shown.emit(self.rows)

    def _shown_tiles(self) -> int:
        return sum(not tile.isHidden() for tile in self.tiles)

    def _fit(self) -> None:
        each = tile_size().width() + _GAP
        room = self.width() + _GAP
        add = self.add.full_width() + _GAP if self._editable else 0
        small = bool(self.tiles) and room < len(self.tiles) * each + add
        if small and self._editable:
            add = narrow_size().width() + _GAP
        self.add.set_small(small)
        more = self.more.sizeHint().width() + _GAP
        fitting = len(self.tiles)
        if fitting * each + add > room:
            fitting = max(1, (room - add - more) // each)
        for number, tile in enumerate(self.tiles):
            tile.setVisible(number < fitting)
        self.more.setVisible(fitting < len(self.tiles))
        self.more.show_count(len(self.tiles) - fitting)
        self._row.removeWidget(self.more)
        self._row.insertWidget(len(self.tiles), self.more)

    def _show_menu(self, number: int, where: QPoint) -> None:
        row = self.rows[number]
        here = self._vault.has(row.sha256)
        menu = QMenu(self)
        for words, act, enabled in (
            (_("打开"), lambda: self.view(number), here),
            (_("另存为"), lambda: self.export(row), here),
            (_("移除"), lambda: self.remove(row), self._editable),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, act=act: act())
            action.setEnabled(enabled)
            menu.addAction(action)
        menu.popup(where)

    def _on_data_changed(self, models: frozenset[str]) -> None:
        if "Attachment" in models:
            self.reload()


def _preview_of(vault: FileVault) -> Callable[[AttachmentRow], bytes]:
    def preview(row: AttachmentRow) -> bytes:
        try:
            return vault.preview(row)
        except BrokerError:  # a damaged photo is told of when somebody opens it
            return b""

    return preview


def _taken_in(vault: FileVault, sources: tuple[Source, ...], *, keep_details: bool) -> _TakenIn:
    kept, refusals = [], []
    for source in sources:
        try:
            kept.append(vault.keep(take_file(source.read(), source.name, keep_details=keep_details)))
        except InvalidInputError as error:
            refusals.append(error.message)
    return _TakenIn(tuple(kept), tuple(refusals))


def _remove_all(session: Session, ids: Sequence[UUID]) -> None:
    for one in ids:
        remove_attachment(session, one)


def _hand_over(copy: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(copy)))

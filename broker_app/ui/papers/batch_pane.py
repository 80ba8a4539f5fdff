"""Many papers in one go: what will be made, how far it is, what became of each, and where it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, PaperError
from broker_app.i18n import _, counted
from broker_app.reports.by_name import compose
from broker_app.services.attachments import vault_of
from broker_app.ui.imports.progress import ImportProgress, time_left_words
from broker_app.ui.papers.kinds import paper_kinds
from broker_app.ui.papers.printing import make_printer, print_content, printer_names
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo, Field
from broker_app.ui.shell.paged_model import Column, PagedModel, Status
from broker_app.ui.shell.table import Table
from broker_app.ui.shell.text_blocks import Facts, Paragraph


@dataclass(frozen=True)
class BatchItem:
    """One paper of a batch: its kind, what it is about, and how a list names it."""

    kind: str
    what: object
    about: str


@dataclass(frozen=True)
class _Line:
    title: str
    about: str
    status: Status


class BatchPane(Panel):
    """Makes one file of all, or a file each; stopping keeps what is made. ``made`` carries the batch."""

    made = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._desk = desk
        self._kinds = paper_kinds()
        self._items: tuple[BatchItem, ...] = ()
        self._results: list[_Line] = []
        self._progress: ImportProgress | None = None
        self._content = b""
        self._title = ""
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.setSpacing(10)
        whole.addLayout(self._make_head())
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.facts = Facts([], "body", "text")
        self.stop_button = Button(_("停下"), small=True, on_click=self.stop)
        line = row_of(self.facts, None, self.stop_button)
        line.setContentsMargins(24, 0, 20, 0)
        whole.addLayout(line)
        holder = row_of(self.bar)
        holder.setContentsMargins(24, 0, 20, 0)
        whole.addLayout(holder)
        self.model = PagedModel[_Line](_columns(), lambda at, most: self._results[at : at + most], self)
        self.table = Table[_Line](self.model)
        self.table.setAccessibleName(_("这一批文书"))
        whole.addWidget(self.table, 1)
        self._show_state()

    @property
    def content(self) -> bytes:
        """The one file that was made, b"" while there is none."""
        return self._content

    @property
    def is_running(self) -> bool:
        """Whether papers are being made."""
        return self._progress is not None

    def show_items(self, title: str, items: Sequence[BatchItem]) -> None:
        """Begin a batch; nothing is made yet."""
        self.stop()
        self._title, self._items, self._content = title, tuple(items), b""
        waiting = Status(_("等着做"), "circle", "text3")
        self._results = [_Line(self._kinds[one.kind].title, one.about, waiting) for one in self._items]
        self.model.restart()
        self.facts.set_facts([counted("{n} 份文书", "{n} 份文书", len(self._items))])
        self._show_state()

    def make_together(self) -> None:
        """Make one file of all."""
        batch = import_module("broker_app.reports.batch")
        title = self._title
        self._run(lambda wanted, duplex, go_on: batch.make_together(wanted, title, duplex=duplex, go_on=go_on))

    def make_into(self, folder: Path) -> None:
        """Write a file each into ``folder``."""
        batch = import_module("broker_app.reports.batch")
        self._run(lambda wanted, duplex, go_on: batch.make_into(wanted, folder, duplex=duplex, go_on=go_on))

    def stop(self) -> None:
        """Stop after the paper that is being made."""
        if self._progress is not None:
            self._progress.stop()
            self.facts.set_facts([_("正在停下…")])

    def save(self, path: Path) -> None:
        """Write the one file to ``path``."""
        content = self._content

        def work() -> Path:
            try:
                path.write_bytes(content)
            except OSError:
                words = _("没能写入 {name}。记录没有受影响，请换一个位置再试。").format(name=path.name)
                raise PaperError(words) from None
            return path

        def done(saved: Path) -> None:
            self._desk.toast(_("已存为 {name}").format(name=saved.name), icon="file-pdf")

        self._desk.tasks.run(self, work, done, self._desk.complain)

    def print_all(self) -> None:
        """Hand the one file to the printer, page by page and off the UI thread."""
        name, content, title = self.printer.code, self._content, self._title
        if not content or not name or self._progress is not None:
            return
        progress = ImportProgress(self)
        progress.told.connect(self._show_printing)
        self._progress = progress
        duplex = self._desk.settings.duplex

        def work() -> int:
            return print_content(content, make_printer(name, 1, duplex, title), progress.progress)

        def done(pages: int) -> None:
            self._progress = None
            self.facts.set_facts([counted("已送去打印：{n} 页", "已送去打印：{n} 页", pages)])
            self._show_state()

        def refused(error: BrokerError) -> None:
            self._progress = None
            self._show_state()
            save = Button(_("存为 PDF"), small=True, on_click=self._choose_file)
            self._desk.complain(error, save, Button(_("再试"), small=True, on_click=self.print_all))

        self._desk.tasks.run(self, work, done, refused)
        self._show_state()

    def _make_head(self) -> QVBoxLayout:
        self.printer = Combo([(name, name) for name in printer_names()])
        self.duplex = Combo((("1", _("双面")), ("0", _("单面"))))
        self.duplex.set_code("1" if self._desk.settings.duplex else "0")
        self.duplex.currentIndexChanged.connect(lambda _index: self._change_sides())
        self._printer_field = Field(_("打印机"), self.printer)
        self.make_button = Button(_("合成一个 PDF"), "primary", icon="file-pdf", on_click=self.make_together)
        self.folder_button = Button(_("每份一个文件"), icon="folder-open", on_click=self._choose_folder)
        self.save_button = Button(_("存为 PDF"), "primary", icon="file-pdf", on_click=self._choose_file)
        self.print_button = Button(_("打印"), icon="printer", on_click=self.print_all)
        column = QVBoxLayout()
        column.setContentsMargins(24, 0, 20, 0)
        fields = row_of(self._printer_field, Field(_("单双面"), self.duplex), None, spacing=12)
        fields.setStretch(0, 3)
        fields.setStretch(1, 2)
        fields.setStretch(2, 4)
        column.addLayout(fields)
        self.help = Paragraph("", "meta", "text3")
        column.addWidget(self.help)
        column.addLayout(row_of(self.make_button, self.save_button, self.print_button, self.folder_button, None))
        return column

    def _run(self, make: Any) -> None:
        if self._progress is not None or not self._items:
            return
        progress = ImportProgress(self)
        progress.told.connect(self._show_progress)
        self._progress, self._content = progress, b""
        wanted = [self._wanted(one) for one in self._items]
        duplex, tasks = self._desk.settings.duplex, self._desk.tasks

        def go_on(done: int, total: int) -> bool:
            return progress.progress(done, total) and not tasks.is_finishing

        tasks.run(self, lambda: make(wanted, duplex, go_on), self._show_batch, self._refuse)
        self._show_progress(0, len(wanted), 0.0)
        self._show_state()

    def _wanted(self, one: BatchItem) -> Any:
        kind, sessions = self._kinds[one.kind], self._desk.tasks.sessions

        def gather() -> Any:
            with sessions.read() as session:
                return kind.sheet(session, vault_of(sessions), one.what)

        return import_module("broker_app.reports.batch").Wanted(
            kind.title, one.about, gather, partial(compose, kind.module)
        )

    def _show_progress(self, done: int, total: int, seconds: float) -> None:
        if self._progress is None:
            return
        left = time_left_words(done, total, seconds)
        words = _("正在做 {done} / {total} 份").format(done=done, total=total)
        self.facts.set_facts([words, counted("还要 {n} 秒", "还要 {n} 秒", left) if left else ""])
        self.bar.setMaximum(max(1, total))
        self.bar.setValue(done)
        self.bar.setAccessibleName(words)

    def _show_printing(self, done: int, total: int, _seconds: float) -> None:
        if self._progress is not None:
            self.facts.set_facts([_("正在送去打印 {done} / {total} 页").format(done=done, total=total)])
            self.bar.setMaximum(max(1, total))
            self.bar.setValue(done)

    def _show_batch(self, batch: Any) -> None:
        self._progress = None
        self._content = batch.content
        self._results = [_Line(one.title, one.about, _status_of(one)) for one in batch.outcomes]
        self.model.restart()
        pages = sum(one.pages for one in batch.outcomes)
        refused = sum(bool(one.refusal) for one in batch.outcomes)
        self.facts.set_facts(
            [
                _("中途停下，做好的都在") if batch.was_stopped else _("做好了"),
                counted("{n} 份", "{n} 份", batch.done),
                counted("{n} 页", "{n} 页", pages),
                counted("{n} 份没能做", "{n} 份没能做", refused) if refused else "",
            ]
        )
        self._show_state()
        self.made.emit(batch)

    def _refuse(self, error: BrokerError) -> None:
        self._progress = None
        self.facts.set_facts([_("没有做完")])
        self._show_state()
        self._desk.complain(error)

    def _show_state(self) -> None:
        running, made, has_printer = self.is_running, bool(self._content), self.printer.count() > 0
        self.bar.setVisible(running)
        self.stop_button.setVisible(running)
        self.make_button.setVisible(not made)
        self.save_button.setVisible(made)
        self.print_button.setVisible(made and has_printer)
        self._printer_field.setVisible(has_printer)
        for button in (self.make_button, self.folder_button, self.save_button, self.print_button):
            button.setEnabled(not running and bool(self._items))
        self.duplex.setEnabled(not running)
        if not has_printer:
            self.help.set_text(_("这台电脑上没有打印机，可以先存为 PDF。双面印时，每份都从正面开始。"))
        else:
            self.help.set_text(_("双面印时，每份都从正面开始。"))

    def _change_sides(self) -> None:
        self._desk.change_settings(duplex=self.duplex.code == "1")
        if self._content:  # the binding side has moved: what was made is not what would be printed
            self.show_items(self._title, self._items)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, _("每份一个文件，放进哪个文件夹"))
        if chosen:
            self.make_into(Path(chosen))

    def _choose_file(self) -> None:
        name = import_module("broker_app.reports.batch").file_name(self._title) + ".pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("存为 PDF"), name, _("PDF 文件 (*.pdf)"))
        if chosen:
            self.save(Path(chosen))


def _status_of(outcome: Any) -> Status:
    if outcome.is_done:
        return Status(counted("{n} 页", "{n} 页", outcome.pages), "check", "text3")
    if outcome.refusal:
        return Status(outcome.refusal, "warning-circle", "bad_text")
    return Status(_("没有做"), "circle", "text3")


def _columns() -> tuple[Column[_Line], ...]:
    return (
        Column(_("关于"), lambda line: line.about, strong=True),
        Column(_("文书", "one"), lambda line: line.title, 150),
        Column(_("结果"), lambda line: line.status.words, 320, status=lambda line: line.status),
    )

"""文书: what can be printed, and the preview of one paper: the bytes shown are the bytes printed and saved."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, PaperError
from broker_app.i18n import _, counted, listed
from broker_app.services.attachments import vault_of
from broker_app.services.visit_bag import BagPaper, bag_papers
from broker_app.ui.papers.batch_pane import BatchItem, BatchPane
from broker_app.ui.papers.kinds import Paper, PaperKind, paper_kinds, set_paper
from broker_app.ui.papers.list_pane import PaperListPane, PaperRow
from broker_app.ui.papers.printing import make_printer, print_document, printer_names
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Card, Hairline, Panel, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo, Field
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme

_ZOOMS = (0.5, 0.67, 0.8, 0.92, 1.0, 1.25, 1.5, 2.0)
_SIDE = 320


class PapersPage(Page):
    """Opened at ``(kind, what)`` it shows that paper, such as ("visit_record", visit id); else the list."""

    name = "papers"
    title = _("文书")
    icon = "file-text"
    reads = frozenset({"Visit", "Match", "Need", "Enterprise", "Attachment"})
    ground = "surface"
    header_line = True

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._kinds = paper_kinds()
        self._vault = vault_of(desk.tasks.sessions)
        self._request: tuple[PaperKind, Any] | None = None
        self._paper: Paper | None = None
        self._buffer: QBuffer | None = None
        self.document = QPdfDocument(self)
        self._stack = QStackedWidget()
        self.list = PaperListPane(desk)
        self.list.wanted.connect(lambda kind, what: desk.go("papers", (kind, what)))
        self._stack.addWidget(self.list)
        self._preview = QWidget()
        row = QHBoxLayout(self._preview)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_view(), 1)
        row.addWidget(self._make_side())
        self._stack.addWidget(self._preview)
        self.batch = BatchPane(desk)
        self._stack.addWidget(self.batch)
        self.list.batch_wanted.connect(self._open_batch)
        self.body.addWidget(self._stack)

    @property
    def paper(self) -> Paper | None:
        """The paper shown, or None while the list is."""
        return self._paper

    def open_at(self, what: object) -> None:
        """Show a paper or the list."""
        match what:
            case (str(kind), UUID() | tuple() as about) if kind in self._kinds:
                self._request = (self._kinds[kind], about)
                self._stack.setCurrentWidget(self._preview)
            case ("bag", (date() as first, date() as last)):
                self._request, self._paper = None, None
                self._stack.setCurrentWidget(self.batch)
                self.desk.tasks.read(self, lambda session: bag_papers(session, first, last), self._show_bag)
            case ("batch", str(title), tuple() as items):
                self._request, self._paper = None, None
                self._stack.setCurrentWidget(self.batch)
                self.batch.show_items(title, items)
            case _:
                self._request, self._paper = None, None
                self._stack.setCurrentWidget(self.list)
        self.refresh()

    def refresh(self) -> None:
        """Gather and set the paper again, or read the list again."""
        if self._stack.currentWidget() is self.batch:
            self.header.title.set_text(_("成批文书"))
            self.header.facts.set_facts([])
            return  # what is being made or was made stays as it is
        if self._request is None:
            self.header.title.set_text(_("文书"))
            self.header.facts.set_facts([])
            self.list.reload()
            return
        kind, about = self._request
        self.header.title.set_text(kind.title)
        self.desk.tasks.read(self, lambda session: kind.sheet(session, self._vault, about), partial(self._set, kind))

    def take_enter(self) -> None:
        """Print the paper that is shown; without a printer, save it."""
        if self._paper is not None and self._stack.currentWidget() is self._preview:
            (self.print_button if self.print_button.isVisible() else self.save_button).click()

    def save(self, path: Path) -> None:
        """Write the paper to ``path``."""
        if self._paper is None:
            return
        content = self._paper.content

        def work() -> Path:
            try:
                path.write_bytes(content)
            except OSError:
                words = _("没能写入 {name}。记录没有受影响，请换一个位置再试。").format(name=path.name)
                raise PaperError(words) from None
            return path

        self.desk.tasks.run(self, work, self._on_saved)

    def _open_batch(self, rows: Sequence[PaperRow]) -> None:
        items = tuple(BatchItem(row.kind, row.what, row.about) for row in rows)
        title = _("{kind} {n} 份").format(kind=rows[0].title, n=len(rows)) if rows else ""
        self.desk.go("papers", ("batch", title, items))

    def _show_bag(self, papers: tuple[BagPaper, ...]) -> None:
        items = tuple(BatchItem(one.kind, one.what, one.about) for one in papers)
        self.batch.show_items(_("出门带的文书"), items)

    def _make_view(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = Panel("surface", lines=("bottom",))
        self._page_words = Words("", "body", "text2")
        self._zoom_words = Words("", "body", "text2")
        line = row_of(
            tool_button("caret-left", _("上一页"), partial(self._turn, -1)),
            self._page_words,
            tool_button("caret-right", _("下一页"), partial(self._turn, 1)),
            None,
            tool_button("magnifying-glass-minus", _("缩小"), partial(self._zoom, -1)),
            self._zoom_words,
            tool_button("magnifying-glass-plus", _("放大"), partial(self._zoom, 1)),
            tool_button("arrows-out-line-horizontal", _("整页宽"), self._fit),
            None,
        )
        line.setContentsMargins(14, 4, 14, 5)
        bar.setLayout(line)
        column.addWidget(bar)
        self.view = QPdfView(holder)
        self.view.setDocument(self.document)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setAccessibleName(_("文书预览"))
        self.view.pageNavigator().currentPageChanged.connect(lambda _page: self._show_place())
        self.view.zoomFactorChanged.connect(lambda _factor: self._show_place())
        column.addWidget(self.view, 1)
        self._dress()
        theme().changed.connect(self._dress)
        return holder

    def _make_side(self) -> QWidget:
        side = Panel("surface", lines=("left",))
        side.setFixedWidth(round(_SIDE * max(1.0, theme().scale.factor ** 0.6)))
        whole = QVBoxLayout(side)
        whole.setContentsMargins(1, 0, 0, 0)
        area, column = scroll_column(margins=(19, 14, 20, 14), spacing=12)
        whole.addWidget(area, 1)
        column.addWidget(Words(_("打印"), "section"))
        self.printer = Combo([(name, name) for name in printer_names()])
        self.copies = QSpinBox()
        self.copies.setRange(1, 99)
        self.copies.lineEdit().setTextMargins(7, 0, 0, 0)
        self.duplex = Combo((("1", _("双面")), ("0", _("单面"))))
        self.duplex.set_code("1" if self.desk.settings.duplex else "0")
        self.duplex.currentIndexChanged.connect(lambda _index: self._change_sides())
        self.copies.valueChanged.connect(lambda _value: self._show_buttons())
        self._printer_field = Field(_("打印机"), self.printer)
        self._no_printer = Paragraph(_("这台电脑上没有打印机，可以先存为 PDF。"), "body", "text2")
        column.addWidget(self._printer_field)
        column.addWidget(self._no_printer)
        self._options = QWidget()
        self._options.setLayout(row_of(Field(_("份数"), self.copies), Field(_("双面"), self.duplex), spacing=12))
        column.addWidget(self._options)
        self._withheld = Card(pad=12, ground="sunken")
        self._withheld_words = Paragraph("", "body", "text2")
        line = row_of(IconLabel("lock-simple"), self._withheld_words, spacing=10)
        line.setStretch(1, 1)
        line.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._withheld.column.addLayout(line)
        column.addWidget(self._withheld)
        self._gaps = Card(pad=12, ground="sunken")
        self._gap_words = Paragraph("", "body", "warn_text")
        self._gaps.column.addWidget(self._gap_words)
        column.addWidget(self._gaps)
        column.addWidget(Hairline())
        column.addWidget(Words(_("这份文书"), "section"))
        self._facts = KeyValues(52)
        column.addWidget(self._facts)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(19, 8, 20, 12)
        foot.setSpacing(8)
        self.print_button = Button(_("打印"), "primary", icon="printer", on_click=self._print)
        self.save_button = Button(_("存为 PDF"), icon="file-pdf", on_click=self._choose_place)
        foot.addWidget(self.print_button)
        foot.addWidget(self.save_button)
        whole.addLayout(foot)
        return side

    def _change_sides(self) -> None:
        """The binding side of even pages depends on it, so the paper is set again."""
        self.desk.change_settings(duplex=self.duplex.code == "1")
        if self._request is not None:
            self.refresh()

    def _set(self, kind: PaperKind, sheet: Any) -> None:
        duplex = self.desk.settings.duplex
        self.desk.tasks.run(self, lambda: set_paper(kind, sheet, duplex=duplex), self._show)

    def _show(self, paper: Paper) -> None:
        self._paper = paper
        self.document.close()
        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(paper.content))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        self.header.facts.set_facts([paper.about])
        self._withheld.setVisible(bool(paper.withheld))
        self._withheld_words.set_text(
            counted(
                "{n} 处不得外传的内容没有印进来，也不能印。",
                "{n} 处不得外传的内容没有印进来，也不能印。",
                paper.withheld,
            )
        )
        self._gaps.setVisible(bool(paper.gaps))
        self._gap_words.set_text(_("字库里没有这些字，纸上印成〓，请手写补正：{gaps}").format(gaps=listed(paper.gaps)))
        short = "-".join(paper.fingerprint[at : at + 4].upper() for at in range(0, 12, 4))
        pages = self.document.pageCount()
        self._facts.show_lines(
            ((_("编号"), paper.number), (_("指纹"), short), (_("页数"), counted("{n} 页", "{n} 页", pages)))
        )
        self._show_buttons()
        self._show_place()

    def _show_buttons(self) -> None:
        has_printer = self.printer.count() > 0
        self._printer_field.setVisible(has_printer)
        self._options.setVisible(has_printer)
        self._no_printer.setVisible(not has_printer)
        self.print_button.setVisible(has_printer)
        self.print_button.setText(counted("打印 {n} 份", "打印 {n} 份", self.copies.value()))
        self.save_button.setProperty("kind", "plain" if has_printer else "primary")
        self.save_button.style().unpolish(self.save_button)
        self.save_button.style().polish(self.save_button)
        self.save_button.set_icon("file-pdf")

    def _show_place(self) -> None:
        page = self.view.pageNavigator().currentPage() + 1
        self._page_words.setText(f"{page} / {max(1, self.document.pageCount())}")
        fitted = self.view.zoomMode() == QPdfView.ZoomMode.FitToWidth
        self._zoom_words.setText(_("页宽") if fitted else f"{self.view.zoomFactor():.0%}")

    def _turn(self, step: int) -> None:
        navigator = self.view.pageNavigator()
        wanted = min(max(0, navigator.currentPage() + step), max(0, self.document.pageCount() - 1))
        navigator.jump(wanted, navigator.currentLocation())

    def _zoom(self, step: int) -> None:
        now = self.view.zoomFactor() if self.view.zoomMode() == QPdfView.ZoomMode.Custom else 1.0
        nearest = min(range(len(_ZOOMS)), key=lambda at: abs(_ZOOMS[at] - now))
        self.view.setZoomMode(QPdfView.ZoomMode.Custom)
        self.view.setZoomFactor(_ZOOMS[min(max(0, nearest + step), len(_ZOOMS) - 1)])
        self._show_place()

    def _fit(self) -> None:
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self._show_place()

    def _dress(self) -> None:
        palette = self.view.palette()
        palette.setColor(palette.ColorRole.Dark, theme().color("desk"))
        self.view.setPalette(palette)
        self.view.setStyleSheet(f"QPdfView {{ background: {theme().tokens.desk}; }}")

    def _print(self) -> None:
        if self._paper is None or not self.printer.code:
            return
        printer = make_printer(self.printer.code, self.copies.value(), self.duplex.code == "1", self._paper.title)
        try:
            pages = print_document(self.document, printer)
        except PaperError as error:
            self._complain(error)
            return
        self.desk.toast(counted("已送去打印：{n} 页", "已送去打印：{n} 页", pages), icon="printer")

    def _complain(self, error: BrokerError) -> None:
        save = Button(_("存为 PDF"), small=True, on_click=self._choose_place)
        again = Button(_("再试"), small=True, on_click=self._print)
        self.desk.complain(error, save, again)

    def _choose_place(self) -> None:
        if self._paper is None:
            return
        name = "-".join(one for one in (self._paper.title, self._paper.about, self._paper.number) if one)
        proposed = "".join("_" if one in '\\/:*?"<>|' else one for one in name) + ".pdf"
        chosen, _filter = QFileDialog.getSaveFileName(self, _("存为 PDF"), proposed, _("PDF 文件 (*.pdf)"))
        if chosen:
            self.save(Path(chosen))

    def _on_saved(self, path: Path) -> None:
        self.desk.toast(_("已存为 {name}").format(name=path.name), icon="file-pdf")

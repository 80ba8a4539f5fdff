"""导入: choose a file, check which column is what, try it, import it, take it back as a whole."""

from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QProgressBar, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.exchange.error_rows import cell_text, write_error_rows
from broker_app.exchange.fields import Kind, fields_of
from broker_app.exchange.import_run import ImportReport, run_import
from broker_app.exchange.mapping import Mapping, guess_mapping
from broker_app.exchange.rows import Source
from broker_app.exchange.source import open_source
from broker_app.i18n import _, counted, listed
from broker_app.rules.calendar import utc_now
from broker_app.services.import_batches import BatchRow, UndoneBatch, list_batches, remembered_mapping, undo_batch
from broker_app.services.typed_dates import moment_text
from broker_app.ui.imports.progress import ImportProgress, time_left_words
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import ElidedWords, Facts, IconLabel, Paragraph, Words

_NOUNS: dict[str, tuple[str, str]] = {
    "achievements": (_("成果"), "achievements"),
    "enterprises": (_("企业"), "enterprises"),
    "needs": (_("需求"), "needs"),
}
_SAMPLES_SHOWN = 3
_ROWS_SHOWN = 8


class ImportPage(Page):
    """Opened at "achievements", "enterprises" or "needs"."""

    name = "import"
    title = _("导入")
    icon = "download-simple"
    reads = frozenset({"ImportBatch"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._kind: Kind = "enterprises"
        self._source: Source | None = None
        self._mapping: Mapping | None = None
        self._report: ImportReport | None = None
        self._progress: ImportProgress | None = None
        self.setAcceptDrops(True)
        self.file_button = Button(_("选文件"), icon="folder-open", on_click=self._choose_file)
        self.try_button = Button(_("试一遍"), icon="list-checks", on_click=partial(self._run, dry_run=True))
        self.import_button = Button(
            _("导入"), "primary", icon="download-simple", on_click=partial(self._run, dry_run=False)
        )
        self.header.add_actions(self.file_button, self.try_button, self.import_button)
        area, self._column = scroll_column(margins=(24, 0, 20, 14))
        self.body.addWidget(area)
        self._file_card, self._map_card, self._result_card, self._past_card = Card(), Card(), Card(), Card()
        for card in (self._file_card, self._result_card, self._map_card, self._past_card):
            self._column.addWidget(card)
        self._column.addStretch(1)
        self._fill_file_card()

    def open_at(self, what: object) -> None:
        """Begin with a kind of record; a file that was open stays when the kind is the same."""
        if what in _NOUNS and (what != self._kind or self._source is None):
            self._kind = what  # type: ignore[assignment]  # one of the three names
            self._source = self._mapping = self._report = None
        self._show()

    def refresh(self) -> None:
        """Read the past imports again."""
        self.desk.tasks.read(self, list_batches, self._show_past)

    def open_file(self, path: Path) -> None:
        """Look into a file and guess which column is what."""
        self._report = None
        self.desk.tasks.run(self, lambda: open_source(path), self._take_source)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A single file may be dropped."""
        if len(event.mimeData().urls()) == 1:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file dropped."""
        self.open_file(Path(event.mimeData().urls()[0].toLocalFile()))

    # Steps

    def _choose_file(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("选要导入的文件"), "", _("表格和数据 (*.xlsx *.csv *.jsonl *.json);;所有文件 (*)")
        )
        if name:
            self.open_file(Path(name))

    def _take_source(self, source: Source) -> None:
        self._source = source
        kind, columns = self._kind, source.columns
        kept = self.desk.tasks.fetch(lambda session: remembered_mapping(session, kind, columns))
        self._mapping = Mapping(kind, tuple(kept.items())) if kept else guess_mapping(kind, columns)
        self._show()

    def _run(self, *, dry_run: bool) -> None:
        source, mapping = self._source, self._mapping
        if source is None or mapping is None or self._progress is not None:
            return
        progress = ImportProgress(self)
        progress.told.connect(self._show_progress)
        self._progress = progress
        self._show()
        self._show_progress(0, source.row_count, 0.0)
        sessions = self.desk.tasks.sessions
        self.desk.tasks.run(
            self,
            lambda: run_import(sessions, source, mapping, dry_run=dry_run, watcher=progress),
            self._on_done,
            self._on_refused,
        )

    def _on_done(self, report: ImportReport) -> None:
        self._progress = None
        self._report = report
        self._show()
        self.refresh()
        if not report.dry_run and report.batch_id is not None:
            words = counted("已导入 {n} 条", "已导入 {n} 条", report.added)
            self.desk.toast(words, icon="download-simple", undo=partial(self._undo, report.batch_id))

    def _on_refused(self, error: BrokerError) -> None:
        self._progress = None
        self.desk.complain(error)
        self._show()
        self.refresh()

    def _undo(self, batch_id: UUID) -> None:
        self.desk.tasks.write(self, lambda session: undo_batch(session, batch_id), self._on_undone)

    def _on_undone(self, undone: UndoneBatch) -> None:
        self._report = None
        self._show()
        self.refresh()
        words = counted("整批撤销：拿掉 {n} 条", "整批撤销：拿掉 {n} 条", undone.removed)
        if undone.kept:
            words += counted("，{n} 条已经用到，留着", "，{n} 条已经用到，留着", undone.kept)
        self.desk.toast(words, icon="arrow-counter-clockwise")

    def _save_refused(self) -> None:
        if self._report is None or self._source is None:
            return
        proposed = f"{self._source.path.stem}-{_('没导入的行')}.csv"
        name, _filter = QFileDialog.getSaveFileName(self, _("存没能导入的行"), proposed, _("表格 (*.csv)"))
        if name:
            path, columns, refused = Path(name), self._source.columns, self._report.refused_rows
            self.desk.tasks.run(self, lambda: write_error_rows(path, columns, refused), self._on_rows_saved)

    def _on_rows_saved(self, count: int) -> None:
        self.desk.toast(counted("存了 {n} 行，改好可以再导入", "存了 {n} 行，改好可以再导入", count), icon="file-text")

    # Showing

    def _show(self) -> None:
        noun = _NOUNS[self._kind][0]
        self.header.title.set_text(_("导入{noun}").format(noun=noun))
        source = self._source
        self.header.facts.set_facts(_source_facts(source) if source else ())
        ready = source is not None and self._mapping is not None and not self._mapping.missing(source.columns)
        busy = self._progress is not None
        self.file_button.setEnabled(not busy)
        self.try_button.setEnabled(ready and not busy)
        self.import_button.setEnabled(ready and not busy)
        self._file_card.setVisible(source is None)
        self._map_card.setVisible(source is not None and not busy)
        if source is not None and not busy:
            self._show_mapping(source)
        self._result_card.setVisible(busy or self._report is not None)
        if not busy and self._report is not None:
            self._show_report(self._report)

    def _fill_file_card(self) -> None:
        column = self._file_card.column
        self._file_card.add_heading(_("拖一个文件进来，或点「选文件」"))
        for words in (
            _("认得 xlsx、csv 和 jsonl；csv 的编码（UTF-8、GB18030）自己认，认错了能改。"),
            _("先试一遍，看看有多少是新的、多少重复、哪些行有问题，再真的导入。"),
            _("导错了可以整批撤销，已经被走访或对接用到的会留下。"),
        ):
            column.addLayout(row_of(IconLabel("check", "ok_text"), Paragraph(words, "body", "text2"), spacing=8))
        column.addSpacing(4)

    def _show_mapping(self, source: Source) -> None:
        _empty(self._map_card)
        mapping = self._mapping or guess_mapping(self._kind, source.columns)
        self._map_card.add_heading(_("哪一列是什么"), str(len(source.columns)))
        missing = mapping.missing(source.columns)
        if missing:
            words = _("还缺：{names}").format(names=listed(field.label for field in missing))
            self._map_card.column.addWidget(Banner("warn", words, _("给它选一列，才能导入。")))
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for at, words in enumerate((_("文件里的列"), _("当作"), _("前几行"))):
            grid.addWidget(Words(words, "meta", "text2"), 0, at)
        choices = tuple((field.name, field.label) for field in fields_of(self._kind))
        for row, name in enumerate(source.columns, start=1):
            combo = Combo(choices, empty=_("不导入"))
            combo.setAccessibleName(_("「{column}」当作").format(column=name))
            combo.set_code(mapping.field_of(name) or "")
            combo.currentIndexChanged.connect(partial(self._map, name, combo))
            grid.addWidget(ElidedWords(name, "body", "text", strong=True), row, 0)
            grid.addWidget(combo, row, 1)
            values = [cell_text(one.values.get(name)) for one in source.sample[:_SAMPLES_SHOWN]]
            grid.addWidget(Facts([value[:60] for value in values if value], "meta", "text3"), row, 2)
        for at, share in enumerate((3, 3, 7)):
            grid.setColumnStretch(at, share)
        self._map_card.column.addWidget(holder)

    def _map(self, column: str, combo: Combo, _index: int) -> None:
        if self._mapping is not None:
            self._mapping = self._mapping.with_pair(column, combo.code or None)
            self._report = None
            self._show()

    def _show_progress(self, done: int, total: int, seconds: float) -> None:
        if self._progress is None:
            return
        _empty(self._result_card)
        words = _("正在看 {done:,} / {total:,} 行").format(done=done, total=total)
        left = time_left_words(done, total, seconds)
        facts = [words, counted("还要 {n} 秒", "还要 {n} 秒", left) if left else ""]
        stop = Button(_("停下"), small=True, on_click=self._progress.stop)
        self._result_card.column.addLayout(row_of(Facts(facts, "body", "text"), None, stop))
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setMaximum(max(1, total))
        bar.setValue(done)
        bar.setAccessibleName(words)
        self._result_card.column.addWidget(bar)

    def _show_report(self, report: ImportReport) -> None:
        _empty(self._result_card)
        heading = _("试的结果（还没写入）") if report.dry_run else _("导入好了")
        if report.stopped:
            heading = _("中途停下，已写入的都在")
        actions = []
        if report.refused_rows:
            actions.append(Button(_("存没能导入的行"), small=True, on_click=self._save_refused))
        if report.batch_id is not None:
            actions.append(Button(_("整批撤销"), small=True, on_click=partial(self._undo, report.batch_id)))
            where = _NOUNS[self._kind][1]
            actions.append(Button(_("去看"), small=True, on_click=lambda: self.desk.go(where)))
        self._result_card.add_heading(heading, "", *actions)
        figures = ((report.added, _("新增")), (report.duplicates, _("重复")), (report.refused, _("没能导入")))
        row = row_of(spacing=40)
        for figure, words in figures:
            column = QVBoxLayout()
            column.setSpacing(0)
            column.addWidget(Words(f"{figure:,}", "num"))
            column.addWidget(Words(words, "meta", "text2"))
            row.addLayout(column)
        row.addStretch(1)
        self._result_card.column.addLayout(row)
        if report.duplicates:
            words = _("重复的没有再导入，本机已经有的也没有改。")
            if self._kind == "enterprises":
                words = _("重复的没有再导入，本机已有的企业也没有改。名单上的标签和认定，请到企业页「改资料」里补。")
            self._result_card.column.addWidget(Paragraph(words, "body", "text2"))
        for one in report.refused_rows[:_ROWS_SHOWN]:
            words = _("第 {line} 行：{why}").format(line=one.line, why=_("；").join(one.reasons))
            self._result_card.column.addLayout(_problem("warning-circle", "bad_text", words))
        for twin in report.duplicate_rows[: _ROWS_SHOWN // 2]:
            words = _("第 {line} 行「{name}」重复：{why}").format(line=twin.line, name=twin.name, why=twin.why)
            self._result_card.column.addLayout(_problem("copy", "text3", words))

    def _show_past(self, batches: object) -> None:
        rows = [one for one in batches if isinstance(one, BatchRow)] if isinstance(batches, list) else []
        _empty(self._past_card)
        self._past_card.setVisible(bool(rows))
        self._past_card.add_heading(_("以前导入的"), str(len(rows)))
        for number, one in enumerate(rows[:_ROWS_SHOWN]):
            if number:
                self._past_card.column.addWidget(Hairline())
            noun = _NOUNS.get(one.kind, (one.kind, ""))[0]
            facts = Facts(
                [
                    noun,
                    moment_text(one.imported_at, utc_now()),
                    _("新增 {n}").format(n=one.added),
                    _("重复 {n}").format(n=one.duplicates),
                    _("没能导入 {n}").format(n=one.refused),
                ]
            )
            undo = Button(_("整批撤销"), "quiet", small=True, on_click=partial(self._undo, one.id))
            if one.undone:
                undo.hide()
            state = Words(_("已撤销") if one.undone else "", "meta", "text3")
            self._past_card.column.addLayout(
                row_of(ElidedWords(one.file_name, "body", "text", strong=True), facts, None, state, undo, spacing=12)
            )


def _source_facts(source: Source) -> list[str]:
    rows = counted("{n} 行", "{n} 行", source.row_count)
    sheet = _("工作表 {name}").format(name=source.sheet) if source.sheet else ""
    bad = counted("{n} 行读不了", "{n} 行读不了", source.bad_count) if source.bad_count else ""
    return [source.path.name, source.encoding, sheet, rows, bad]


def _problem(icon: str, colour: str, words: str) -> QVBoxLayout:
    column = QVBoxLayout()
    row = row_of(IconLabel(icon, colour), Paragraph(words, "meta", "text2"), spacing=6)
    row.setAlignment(Qt.AlignmentFlag.AlignTop)
    row.setStretch(1, 1)
    column.addLayout(row)
    return column


def _empty(card: Card) -> None:
    clear_layout(card.column)

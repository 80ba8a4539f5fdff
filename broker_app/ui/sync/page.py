"""同步中心: four counts, then what needs a person, then files, then what happened. Never a bare percentage."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.services.attachments import vault_of
from broker_app.services.lost_scopes import LostScope, dismiss_lost
from broker_app.services.sync_state import Difference, Returned, SyncBoard, sync_board
from broker_app.sync.decisions import take_in, try_again, withdraw
from broker_app.sync.leftovers import write_leftovers
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import ask, tell
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph
from broker_app.ui.sync.decline_dialog import DeclineDialog
from broker_app.ui.sync.difference_dialog import DifferenceDialog
from broker_app.ui.sync.exchange import exchange_of, sync_now
from broker_app.ui.sync.lost_dialog import LostDialog
from broker_app.ui.sync.rows import (
    CountCard,
    FileRow,
    HistoryLine,
    PersonRow,
    difference_row,
    lost_row,
    returned_row,
)
from broker_app.ui.sync.sign_in_dialog import SignInDialog
from broker_app.ui.sync.words import size_words, when_words

_LEFT_SHARE, _RIGHT_SHARE = 13, 10
_SHOWN = 6
_SHOWN_FILES = 8
_SHOWN_HISTORY = 7
_PLACES = {
    "enterprise": "enterprise",
    "visit": "visits",
    "need": "need",
    "achievement": "achievement",
}


class SyncPage(Page):
    """What is not uploaded, what needs a person, what happened."""

    name = "sync"
    title = _("同步中心")
    icon = "cloud-arrow-up"
    reads = frozenset({"ServerRecord", "OutboxOperation", "SyncRound", "ProfileValue", "Attachment", "Enterprise",
                       "Visit", "Need", "Achievement", "Contact", "Match"})  # fmt: skip

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.exchange = exchange_of(desk)
        self.board: SyncBoard | None = None
        self._all: set[str] = set()
        self._files: dict[str, FileRow] = {}
        self.sign_in_button = Button(_("登录服务器"), "primary", icon="key", on_click=self.sign_in)
        self.now_button = Button(
            _("立即上传"), "primary", icon="cloud-arrow-up", on_click=sync_now(desk, self.exchange)
        )
        self.now_button.setToolTip("F9")
        self.export_button = Button(_("导出没上传的"), icon="export", on_click=self.export_leftovers)
        self.header.add_actions(self.export_button, self.sign_in_button, self.now_button)
        self.sign_in_button.hide()
        self.export_button.hide()
        area, whole = scroll_column(margins=(24, 0, 20, 14))
        self.body.addWidget(area)
        self._counts = _counts()
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        for column, card in enumerate(self._counts):
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        whole.addLayout(grid)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        whole.addLayout(columns)
        whole.addStretch(1)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for layout, share in ((self._left, _LEFT_SHARE), (self._right, _RIGHT_SHARE)):
            layout.setSpacing(12)
            columns.addLayout(layout, share)
        self.exchange.changed.connect(self._show_state)
        self.exchange.progressed.connect(self._show_progress)
        self.exchange.file_moved.connect(self._show_file)

    def open_at(self, what: object) -> None:
        """``"sign-in"`` asks for name and password at once."""
        if what == "sign-in":
            self.sign_in()

    def refresh(self) -> None:
        """Read the board again."""
        vault = vault_of(self.desk.tasks.sessions)
        self.desk.tasks.read(self, lambda session: sync_board(session, vault.has), self._show)

    def sign_in(self) -> SignInDialog:
        """Ask for name and password; afterwards the first exchange begins."""
        self.exchange.look_again()
        dialog = SignInDialog(self, self.desk, self.exchange.account)
        dialog.finished.connect(lambda taken: self._on_signed_in() if taken else None)
        dialog.open()
        return dialog

    def open_difference(self, difference: Difference) -> DifferenceDialog:
        """Show one difference and its choices; after a choice the next one follows."""
        found = self.board.differences if self.board else (difference,)
        number = next((at for at, each in enumerate(found, start=1) if each.id == difference.id), 1)
        dialog = DifferenceDialog(self, self.desk, difference, number, len(found))
        following = found[number] if number < len(found) else None
        dialog.finished.connect(lambda taken: self._after_choice(following) if taken else None)
        dialog.open()
        return dialog

    def export_leftovers(self) -> None:
        """Write what could not go up into the documents folder, for the administrator."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        sessions = self.desk.tasks.sessions
        self.desk.tasks.run(self, lambda: write_leftovers(sessions, folder), self._on_exported)

    def _on_exported(self, file: Path) -> None:
        tell(
            self,
            _("已导出"),
            [str(file), _("这个文件没有加密，交给管理员以后请删掉。本机的资料没有改动。")],
        )

    def _after_choice(self, following: Difference | None) -> None:
        self.desk.toast(_("已按你选的改好，会自动上传"))
        if following is not None:
            self.open_difference(following)

    def _on_signed_in(self) -> None:
        self.exchange.look_again()
        self.desk.toast(_("已登录，正在上传和下载"), icon="cloud-arrow-up")
        self.exchange.ask()

    # --- showing ---------------------------------------------------------------------------------------------

    def _show(self, board: SyncBoard) -> None:
        self.board = board
        self._show_counts(board)
        for layout in (self._left, self._right):
            clear_layout(layout)
        self._left.addWidget(self._person_card(board))
        self._left.addWidget(self._files_card(board))
        self._left.addStretch(1)
        self._right.addWidget(self._history_card(board))
        self._right.addWidget(self._account_card(board))
        self._right.addStretch(1)
        self._show_state()

    def _show_counts(self, board: SyncBoard) -> None:
        waiting, confirm, returned, received = self._counts
        uploads = board.uploads
        size = sum(file.size for file in uploads)
        files = _("照片和附件 {n} 个 {size}").format(n=len(uploads), size=size_words(size))
        rest = _("都安全存在本机") if board.pending or not board.account.is_known else _("全部已上传")
        waiting.show_count(board.pending, files if uploads else rest)
        confirm.show_count(board.to_confirm, _("没选之前谁的都不会丢"))
        returned.show_count(board.sent_back, _("你写的都还在"))
        receipt = _("最近收据 {mark}").format(mark=board.receipt) if board.receipt else _("还没有收据")
        if board.last is not None:
            receipt = _("{receipt}，{when}").format(receipt=receipt, when=when_words(board.last))
        received.show_count(board.received, receipt)

    def _show_state(self) -> None:
        exchange, account = self.exchange, self.exchange.account
        signed_in = account.is_open
        self.sign_in_button.setVisible(not signed_in and not account.is_revoked)
        self.export_button.setVisible(account.is_revoked)
        self.now_button.setVisible(signed_in)
        self.now_button.setEnabled(not exchange.running)
        self.now_button.setText(_("正在上传…") if exchange.running else _("立即上传"))
        if exchange.running:
            facts = [_("正在上传和下载")]
        elif account.is_revoked:
            facts = [_("管理员已停用这台电脑"), _("数据都在本机")]
        elif not account.is_known:
            facts = [_("还没登录服务器"), _("数据都在本机")]
        elif not signed_in:
            facts = [_("要重新登录"), _("数据都在本机")]
        elif exchange.connected:
            facts = [_("已连网"), account.server]
        else:
            facts = [_("离线"), _("数据都在本机")]
        self.header.facts.set_facts(facts)

    def _show_progress(self, sent: int, received: int) -> None:
        if self.exchange.running:
            done = _("已上传 {sent} 条，收到 {received} 条").format(sent=sent, received=received)
            self.header.facts.set_facts([_("正在上传和下载"), done])

    def _show_file(self, sha256: str, done: int) -> None:
        row = self._files.get(sha256)
        if row is not None:
            row.show_done(done)

    def _person_card(self, board: SyncBoard) -> Card:
        card = Card()
        rows: list[QWidget] = []
        if board.ask is not None:
            rows.append(self._ask_row(board.ask.count))
        rows += [difference_row(one, partial(self.open_difference, one)) for one in board.differences]
        rows += [
            returned_row(
                one,
                partial(self._look_at, one) if one.is_here and one.record_kind in _PLACES else None,
                partial(self._act_on, one),
                partial(self._decline, one),
            )
            for one in sorted(board.returned, key=lambda one: (one.is_mine, one.is_asked))
        ]
        rows += [lost_row(one, partial(self._look_at_lost, one), partial(self._forget_lost, one)) for one in board.lost]
        card.add_heading(_("需要你"), str(len(rows)) if rows else "")
        self._add_rows(card, rows, "person", _SHOWN)
        if not rows:
            card.column.addWidget(Paragraph(_("没有要你确认的，也没有被退回的。"), "body", "text2"))
        return card

    def _ask_row(self, count: int) -> PersonRow:
        def sure() -> None:
            ask(
                self,
                _("照服务器说的收走 {n} 条？").format(n=count),
                _("可能是你换了团队，也可能是服务器出了错。拿不准就先问管理员。你还没上传的改动不会动。"),
                _("收走"),
                lambda: self.exchange.ask(allow_removals=True),
            )

        why = _("一次收走这么多不常见，等你同意才照办")
        title = _("服务器要从这台电脑收走 {n} 条").format(n=count)
        return PersonRow("warning", "warn", title, why, Button(_("看一看"), small=True, on_click=sure))

    def _files_card(self, board: SyncBoard) -> Card:
        card = Card()
        self._files = {}
        rows: list[QWidget] = []
        for file in board.files:
            row = FileRow(file)
            self._files[file.sha256] = row
            rows.append(row)
        card.add_heading(_("照片和附件"), str(len(rows)) if rows else "")
        self._add_rows(card, rows, "files", _SHOWN_FILES)
        if not rows:
            card.column.addWidget(Paragraph(_("照片和附件都传好了。"), "body", "text2"))
        return card

    def _history_card(self, board: SyncBoard) -> Card:
        card = Card()
        card.add_heading(_("经过"))
        self._add_rows(card, [HistoryLine(row) for row in board.history], "history", _SHOWN_HISTORY)
        if not board.history:
            card.column.addWidget(Paragraph(_("每次上传和下载，会在这里留一行，带收据。"), "body", "text2"))
        return card

    def _account_card(self, board: SyncBoard) -> Card:
        card = Card()
        account = board.account
        if not account.is_known:
            card.add_heading(_("登录"))
            words = _("登录以后，记录会自动上传，同事记的也会下载下来。不登录也能一直用。")
            card.column.addWidget(Paragraph(words, "body", "text2"))
            return card
        card.add_heading(_("登录"))
        lines = KeyValues()
        facts = [
            (_("服务器"), account.server),
            (_("地址"), account.url),
            (_("账号"), account.login),
            (_("这台电脑"), account.device),
        ]
        if board.missing:
            facts.append((_("还没下载到"), _("{n} 条记录的关联资料").format(n=board.missing)))
        lines.show_lines(facts)
        card.column.addWidget(lines)
        return card

    def _add_rows(self, card: Card, rows: Sequence[QWidget], name: str, shown: int) -> None:
        for row in rows if name in self._all else rows[:shown]:
            card.column.addWidget(row)
        hidden = rows[shown:] if name not in self._all else []
        for row in hidden:
            row.deleteLater()
        if hidden:
            words = counted("还有 {n} 件", "还有 {n} 件", len(hidden))
            more = Button(words, "quiet", small=True, on_click=partial(self._show_all, name))
            card.column.addLayout(row_of(more, None))

    def _show_all(self, name: str) -> None:
        self._all.add(name)
        self.refresh()

    # --- acting ----------------------------------------------------------------------------------------------

    def _look_at(self, returned: Returned) -> None:
        page = _PLACES.get(returned.record_kind)
        if page is not None:
            self.desk.go(page, returned.record)

    def _look_at_lost(self, lost: LostScope) -> None:
        LostDialog(self, self.desk, lost).open()

    def _forget_lost(self, lost: LostScope) -> None:
        self.desk.tasks.write(self, lambda session: dismiss_lost(session, lost.scope))

    def _decline(self, returned: Returned) -> None:
        if returned.conflict is not None:
            DeclineDialog(self, self.desk, returned.conflict, returned.title).open()

    def _take_in(self, conflict: UUID, returned: Returned) -> None:
        def done(_none: object) -> None:
            self.desk.toast(_("已收下：{title}，会自动上传").format(title=returned.title))

        ask(
            self,
            _("收下「{title}」？").format(title=returned.title),
            _("{who}：{reason}").format(who=returned.who, reason=returned.reason),
            _("收下"),
            lambda: self.desk.tasks.write(self, lambda session: take_in(session, conflict), done),
        )

    def _act_on(self, returned: Returned) -> None:
        if returned.conflict is not None and not returned.is_mine:
            self._take_in(returned.conflict, returned)
        elif returned.conflict is not None:
            conflict = returned.conflict
            ask(
                self,
                _("撤回这处改动？"),
                _("撤回以后，服务器上的负责人不会再看到它。"),
                _("撤回"),
                lambda: self.desk.tasks.write(self, lambda session: withdraw(session, conflict)),
            )
        elif returned.operation is not None:
            operation = returned.operation
            self.desk.tasks.write(
                self, lambda session: try_again(session, operation), lambda _none: self.exchange.ask()
            )


def _counts() -> tuple[CountCard, CountCard, CountCard, CountCard]:
    return (
        CountCard(_("条没上传")),
        CountCard(_("处要你确认"), "warn_text"),
        CountCard(_("份被退回"), "bad_text"),
        CountCard(_("条服务器已收到")),
    )

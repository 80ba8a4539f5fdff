"""上次没关好，已找回 N 份草稿: open one, see what is new in it, or put it into the trash."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.services.recovery import FoundDraft, Piece, drafts_seen, found_drafts, new_in_draft
from broker_app.services.typed_dates import moment_text
from broker_app.services.visits import delete_visit, restore_visit
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, row_of
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.page import Page
from broker_app.ui.shell.text_blocks import ElidedWords, Facts, Paragraph

_LONGEST = 4000  # characters of one piece that are shown


class FoundDrafts(QObject):
    """Shows the banner on a page; it goes when somebody has opened, discarded or closed it."""

    def __init__(self, page: Page, since: datetime) -> None:
        super().__init__(page)
        self._page, self._desk, self._since = page, page.desk, since
        self._banner: Banner | None = None
        self._desk.tasks.read(self, lambda session: found_drafts(session, since), self._show)

    def _show(self, drafts: Sequence[FoundDraft]) -> None:
        if self._banner is not None:
            self._banner.closed.disconnect()
            self._banner.close_banner()
            self._banner = None
        if not drafts:
            self._seen()
            return
        words = counted("上次没关好，已找回 {n} 份草稿", "上次没关好，已找回 {n} 份草稿", len(drafts))
        if len(drafts) == 1:
            detail, actions = _facts_of(drafts[0]), self._buttons(drafts[0], None)
        else:
            detail = _("；").join(one.enterprise or _("还没选企业") for one in drafts[:3])
            actions = (Button(_("看看"), small=True, on_click=lambda: self._open_list(drafts)),)
        self._banner = Banner("warn", words, detail, actions=actions)
        self._banner.closed.connect(self._seen)
        self._page.show_banner(self._banner)

    def _buttons(self, draft: FoundDraft, dialog: Dialog | None) -> tuple[Button, ...]:
        def after(act: "partial[None]") -> None:
            if dialog is not None:
                dialog.close_with(True)
            act()

        return (
            Button(_("打开"), small=True, on_click=lambda: after(partial(self._open, draft))),
            Button(_("看差别"), small=True, on_click=lambda: after(partial(self._compare, draft))),
            Button(_("丢弃"), "quiet", small=True, on_click=lambda: after(partial(self._discard, draft))),
        )

    def _open_list(self, drafts: Sequence[FoundDraft]) -> None:
        dialog = Dialog(self._page, _("找回的草稿"), dismiss=_("关闭"), width=720)
        for draft in drafts:
            card = Card(pad=12)
            name = ElidedWords(draft.enterprise or _("还没选企业"), "body", "text", strong=True)
            line = row_of(name, *self._buttons(draft, dialog))
            line.setStretch(0, 1)
            card.column.addLayout(line)
            card.column.addWidget(ElidedWords(draft.first_line or _("还没写纪要"), "meta", "text2"))
            card.column.addWidget(Facts([moment_text(draft.edited_at, utc_now())]))
            dialog.content.addWidget(card)
        dialog.open()

    def _open(self, draft: FoundDraft) -> None:
        self._seen()
        self._take_banner()
        self._desk.go("visits", draft.id)

    def _compare(self, draft: FoundDraft) -> None:
        def show(pieces: Sequence[Piece]) -> None:
            dialog = DifferenceDialog(self._page, draft, pieces)
            dialog.finished.connect(lambda taken: self._open(draft) if taken else None)
            dialog.open()

        self._desk.tasks.read(self, lambda session: new_in_draft(session, draft.id), show)

    def _discard(self, draft: FoundDraft) -> None:
        tasks, since = self._desk.tasks, self._since

        def again(_none: object = None) -> None:
            tasks.read(self, lambda session: found_drafts(session, since), self._show)

        def restore() -> None:
            tasks.write(self, lambda session: restore_visit(session, draft.id), again)

        def done(_none: object) -> None:
            again()
            name = draft.enterprise or _("走访草稿")
            self._desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=restore)

        tasks.write(self, lambda session: delete_visit(session, draft.id), done)

    def _take_banner(self) -> None:
        if self._banner is not None:
            banner, self._banner = self._banner, None
            banner.close_banner()

    def _seen(self) -> None:
        self._banner = None
        drafts_seen(self._desk.profile_folder)


class DifferenceDialog(Dialog):
    """What is new in a draft beside what has been uploaded of it."""

    def __init__(self, host: QWidget, draft: FoundDraft, pieces: Sequence[Piece]) -> None:
        super().__init__(host, draft.enterprise or _("走访草稿"), primary=_("打开"), dismiss=_("关闭"))
        changed = [one for one in pieces if one.kind != "same"]
        if not changed:
            self.content.addWidget(Paragraph(_("纪要没有改过，改的是时间、人员这些。"), "body", "text2"))
        elif len(changed) == len(pieces) and all(one.kind == "new" for one in pieces):
            self.content.addWidget(Paragraph(_("这份草稿还没上传过，全文都是新的。"), "body", "text2"))
        else:
            self.content.addWidget(Paragraph(_("和上次上传的比，这些地方不一样。"), "body", "text2"))
        names = {"same": "", "new": _("新写的"), "gone": _("去掉的")}
        colours = {"same": "text3", "new": "ok_text", "gone": "bad_text"}
        for piece in pieces:
            text = piece.text.strip("\n")
            if not text:
                continue
            shown = text if piece.kind != "same" else _shortened(text)
            name = names[piece.kind]
            words = _("{name}：{text}").format(name=name, text=shown[:_LONGEST]) if name else shown
            self.content.addWidget(Paragraph(words, "body", colours[piece.kind]))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:25]}……{text[-25:]}"


def _facts_of(draft: FoundDraft) -> str:
    return _("　").join((draft.enterprise or _("还没选企业"), moment_text(draft.edited_at, utc_now())))

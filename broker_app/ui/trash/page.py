"""回收站: what was deleted in the last thirty days, with the way back."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.services.attachments import vault_of
from broker_app.services.sessions import Session
from broker_app.services.trash import (
    KEPT_DAYS,
    KINDS,
    TrashRow,
    count_trash,
    delete_for_good,
    kind_label,
    list_trash,
    restore,
)
from broker_app.services.typed_dates import moment_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import ask
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.list_page import ListPage
from broker_app.ui.shell.paged_model import Column, Status

_ICONS = {
    "visit": "map-pin",
    "need": "clipboard-text",
    "enterprise": "buildings",
    "achievement": "flask",
    "match": "handshake",
}


class TrashPage(ListPage[TrashRow]):
    """Enter takes the chosen line out; Del deletes for good what nobody else has seen."""

    name = "trash"
    title = _("回收站")
    icon = "trash"
    reads = frozenset({"Visit", "Need", "Enterprise", "Achievement", "Match"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.kind = Combo([(kind, kind_label(kind)) for kind in KINDS], empty=_("全部种类"))
        self.kind.setAccessibleName(_("只看一种记录"))
        self.restore_button = Button(_("恢复"), icon="arrow-u-up-left", small=True, on_click=self._restore_chosen)
        self.delete_button = Button(_("彻底删除"), "danger", icon="trash", small=True, on_click=self.remove_chosen)
        self.furnish(
            _columns(),
            placeholder=_("企业、标题、纪要里的字"),
            says=_("在回收站里找"),
            filters=(self.kind,),
            acts=(self.restore_button, self.delete_button),
            nothing=_("没有找到。换个词，或看全部种类。"),
            empty=EmptyState(
                _("回收站是空的"),
                _("删掉的走访、需求、企业、成果和对接会在这里留 {days} 天，随时能恢复。").format(days=KEPT_DAYS),
                (),
            ),
        )

    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[TrashRow]:
        """One page of the trash."""
        return list_trash(session, query, kind=self.kind.code, offset=offset, limit=limit)

    def read_total(self, session: Session) -> int:
        """How many records lie in it."""
        return count_trash(session)

    def show_total(self, total: int) -> None:
        """Say how many there are, and how long they stay."""
        words = [counted("{n} 条", "{n} 条", total), _("留 {days} 天").format(days=KEPT_DAYS)]
        self.header.facts.set_facts(words if total else [])

    def open_row(self, row: TrashRow) -> None:
        """Take a record out of the trash."""
        tasks = self.desk.tasks

        def done(_none: object) -> None:
            self.desk.toast(_("已恢复：{name}").format(name=row.name), icon="arrow-u-up-left")

        tasks.write(self, lambda session: restore(session, row.kind, row.id), done)

    def remove(self, row: TrashRow) -> None:
        """Ask, then delete for good; what others have seen is explained instead."""
        tasks = self.desk.tasks

        def done(unnamed: Sequence[str]) -> None:
            vault_of(tasks.sessions).forget(unnamed)
            self.desk.toast(_("已彻底删除：{name}").format(name=row.name), icon="trash")

        def delete() -> None:
            tasks.write(self, lambda session: delete_for_good(session, row.kind, row.id), done)

        sentence = _("「{name}」会从这台电脑上彻底删掉，找不回来。").format(name=row.name)
        ask(self, _("彻底删除"), sentence, _("彻底删除"), delete, icon="trash")

    def _restore_chosen(self) -> None:
        if (row := self.chosen_row) is not None:
            self.open_row(row)


def _columns() -> tuple[Column[TrashRow], ...]:
    return (
        Column(_("名称"), lambda row: row.name, strong=True),
        Column(
            _("种类"),
            lambda row: kind_label(row.kind),
            90,
            status=lambda row: Status(kind_label(row.kind), _ICONS[row.kind]),
        ),
        Column(_("内容"), lambda row: row.detail),
        Column(_("什么时候删的"), lambda row: moment_text(row.deleted_at, utc_now()), 140),
        Column(_("还留"), lambda row: counted("{n} 天", "{n} 天", row.days_left), 80, numeric=True),
    )

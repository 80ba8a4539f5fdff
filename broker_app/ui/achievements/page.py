"""成果: the pool of achievements with search."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted
from broker_app.services.achievements import (
    AchievementRow,
    count_achievements,
    delete_achievement,
    list_achievements,
    restore_achievement,
)
from broker_app.services.sessions import Session
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.list_page import ListPage
from broker_app.ui.shell.paged_model import Column, Status


class AchievementsPage(ListPage[AchievementRow]):
    """Every achievement of this profile."""

    name = "achievements"
    title = _("成果")
    icon = "flask"
    reads = frozenset({"Achievement"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.import_button = Button(_("导入成果"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新成果"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        load = Button(_("导入成果"), "primary", icon="download-simple", on_click=self._import)
        new = Button(_("新成果"), icon="plus", on_click=self.add)
        sentence = _("院校、科技局给的成果表直接导入，不连网也能给需求找。")
        self.furnish(
            _columns(),
            placeholder=_("成果名、单位、领域、摘要里的词、拼音首字母"),
            says=_("在成果里找"),
            acts=(
                Button(_("找需求"), icon="intersect", small=True, on_click=self._find_needs),
                Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self.remove_chosen),
            ),
            nothing=_("没有找到。换个词试试。"),
            empty=EmptyState(_("还没有成果"), sentence, (load, new)),
        )

    def open_at(self, what: object) -> None:
        """Begin an achievement with "new"."""
        if what == "new":
            self.add()

    def add(self) -> None:
        """Begin a new achievement."""
        self.desk.go("achievement", "new")

    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[AchievementRow]:
        """Achievements whose words fit."""
        return list_achievements(session, query, offset=offset, limit=limit)

    def read_total(self, session: Session) -> int:
        """The size of the pool."""
        return count_achievements(session)

    def show_total(self, total: int) -> None:
        """Say how large the pool is."""
        self.header.facts.set_facts([counted("本机 {n} 项", "本机 {n} 项", total)] if total else [])

    def open_row(self, row: AchievementRow) -> None:
        """Show the achievement."""
        self.desk.go("achievement", row.id)

    def remove(self, row: AchievementRow) -> None:
        """Move an achievement to the trash."""
        remove_achievement(self, self.desk, row.id, row.title)

    def _import(self) -> None:
        self.desk.go("import", "achievements")

    def _find_needs(self) -> None:
        if (row := self.chosen_row) is not None:
            self.desk.go("recommend", ("achievement", row.id))


def remove_achievement(owner: QWidget, desk: Desk, achievement_id: UUID, title: str) -> None:
    """Move an achievement to the trash, with 撤销."""
    tasks = desk.tasks

    def done(_none: object) -> None:
        desk.toast(
            _("已移到回收站：{name}").format(name=title),
            icon="trash",
            undo=lambda: tasks.write(owner, lambda session: restore_achievement(session, achievement_id)),
        )

    tasks.write(owner, lambda session: delete_achievement(session, achievement_id), done)


def _columns() -> tuple[Column[AchievementRow], ...]:
    return (
        Column(_("成果", "one"), lambda row: row.title, strong=True),
        Column(_("单位"), lambda row: row.owner or "—", 200),
        Column(_("领域"), lambda row: row.field or "—", 150),
        Column(_("成熟度"), lambda row: _("TRL {n}").format(n=row.trl) if row.trl else "—", 84, numeric=True),
        Column(_("权利"), lambda row: _("{n} 件").format(n=row.ip_count) if row.ip_count else "—", 76, numeric=True),
        Column(_("拟价"), lambda row: row.price, 110, numeric=True),
        Column(
            _("先用后转", "short"),
            lambda row: _("可以") if row.use_then_pay else "—",
            100,
            status=lambda row: Status(_("可以"), "check-circle", "ok_text") if row.use_then_pay else Status("—"),
        ),
    )

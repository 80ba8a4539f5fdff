"""需求: the ledger of needs with search and a filter by state, and the needs that everybody may read."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted
from broker_app.rules.states import CLOSED_NEED_STATES, NeedState, state_label
from broker_app.services.needs import NeedRow, count_needs, delete_need, list_needs, restore_need
from broker_app.services.numbers import today
from broker_app.services.public_needs import PublicNeedRow, count_public_needs, list_public_needs
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.needs.need_status import need_status
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.list_page import ListPage
from broker_app.ui.shell.paged_model import Column


class NeedsPage(ListPage[NeedRow]):
    """Every need of this profile, newest first."""

    name = "needs"
    title = _("需求")
    icon = "clipboard-text"
    reads = frozenset({"Need", "Enterprise", "PublishedNeed"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._counts: dict[str, int] = {}
        self._public = 0
        self.import_button = Button(_("导入需求"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新需求"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        self.state = Combo((), empty=_("状态：全部"))
        self.state.setAccessibleName(_("只看一种状态"))
        self.whose = Combo((), empty=_("本团队的"))
        self.whose.setAccessibleName(_("看本团队的，还是公开的"))
        new = Button(_("新需求"), "primary", icon="plus", on_click=self.add)
        load = Button(_("导入需求"), icon="download-simple", on_click=self._import)
        sentence = _("在走访纪要里选中一句话，按 Ctrl+D，原话就成了一条需求。")
        self.furnish(
            _columns(),
            placeholder=_("需求、企业、编号、拼音首字母"),
            says=_("在需求里找"),
            filters=(self.whose, self.state),
            acts=(
                Button(_("找成果"), icon="intersect", small=True, on_click=self._find_achievements),
                Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self.remove_chosen),
            ),
            nothing=_("没有找到。换个词，或看全部状态。"),
            empty=EmptyState(_("还没有需求"), sentence, (new, load)),
        )

    def open_at(self, what: object) -> None:
        """Begin a need with "new"."""
        if what == "new":
            self.add()

    def add(self) -> None:
        """Begin a new need."""
        self.desk.go("need", "new")

    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[NeedRow]:
        """Needs in the chosen state, or those that everybody may read."""
        if self.shows_public:
            return [_public_line(row) for row in list_public_needs(session, query, offset=offset, limit=limit)]
        return list_needs(session, query, state=self.state.code, offset=offset, limit=limit)

    def read_total(self, session: Session) -> int:
        """How many needs there are; the counts of the states are kept for the filter."""
        self._counts, self._public = count_needs(session), count_public_needs(session)
        return sum(self._counts.values()) + self._public

    def show_total(self, total: int) -> None:
        """Say how many, how many are open, and offer the states there are."""
        total -= self._public
        public = [("public", _("公开需求 {n}").format(n=self._public))] if self._public else []
        if not public:
            self.whose.set_code("")
        self.whose.set_choices(public)
        self.whose.setVisible(bool(public))
        self.state.setEnabled(not self.shows_public)
        still_open = sum(count for state, count in self._counts.items() if state not in CLOSED_NEED_STATES)
        facts = [counted("{n} 条", "{n} 条", total), counted("{n} 条还没办完", "{n} 条还没办完", still_open)]
        self.header.facts.set_facts(facts if total else [])
        self.state.set_choices(
            [
                (str(state), _("{state} {n}").format(state=state_label("need", state), n=self._counts[state]))
                for state in NeedState
                if self._counts.get(state)
            ]
        )

    @property
    def shows_public(self) -> bool:
        """Whether the list shows the needs that everybody may read."""
        return self.whose.code == "public"

    def search_again(self) -> None:
        """Read the first page again; states are those of the team's own needs."""
        self.state.setEnabled(not self.shows_public)
        super().search_again()

    def open_row(self, row: NeedRow) -> None:
        """Show the need."""
        self.desk.go("public_need" if self.shows_public else "need", row.id)

    def remove(self, row: NeedRow) -> None:
        """Move a need to the trash; what everybody reads is withdrawn at the need it stands for."""
        if self.shows_public:
            self.desk.toast(_("公开的需求不在回收站管：打开本团队那一条，点「撤回发布」"), icon="info")
        else:
            remove_need(self, self.desk, row.id, row.title)

    def _import(self) -> None:
        self.desk.go("import", "needs")

    def _find_achievements(self) -> None:
        if (row := self.chosen_row) is not None:
            self.desk.go("public_need" if self.shows_public else "recommend", row.id)


def _public_line(row: PublicNeedRow) -> NeedRow:
    return NeedRow(
        id=row.id,
        number=row.number,
        title=row.title,
        enterprise=row.contact_unit,
        industry=row.industry,
        budget=row.budget,
        deadline=row.deadline,
        state=NeedState.PUBLISHED,
        state_label=_("本团队公开") if row.is_ours else _("公开"),
        visit_id=None,
        source_id="",
    )


def remove_need(owner: QWidget, desk: Desk, need_id: UUID, title: str) -> None:
    """Move a need to the trash, with 撤销."""
    tasks = desk.tasks

    def done(_none: object) -> None:
        desk.toast(
            _("已移到回收站：{name}").format(name=title),
            icon="trash",
            undo=lambda: tasks.write(owner, lambda session: restore_need(session, need_id)),
        )

    tasks.write(owner, lambda session: delete_need(session, need_id), done)


def _columns() -> tuple[Column[NeedRow], ...]:
    return (
        Column(_("需求", "one"), lambda row: row.title, strong=True),
        Column(_("企业或联系单位"), lambda row: row.enterprise or "—", 230),
        Column(_("行业"), lambda row: row.industry or "—", 120),
        Column(_("预算"), lambda row: row.budget or "—", 130, numeric=True),
        Column(_("期限"), lambda row: date_text(row.deadline, today()) if row.deadline else "—", 140),
        Column(_("状态"), lambda row: row.state_label, 140, status=lambda row: need_status(row.state, row.state_label)),
    )

"""企业: the list of firms with search and filters."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from uuid import UUID

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from broker_app.codes.lists import CodeList
from broker_app.i18n import _, counted, listed
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.enterprises import (
    EnterpriseRow,
    FirmFilter,
    delete_enterprise,
    enterprise_order,
    enterprise_rows,
    list_enterprises,
    restore_enterprise,
)
from broker_app.services.import_batches import record_counts
from broker_app.services.sessions import Session
from broker_app.services.tags import add_tag, known_tags, remove_tag
from broker_app.services.typed_dates import date_text
from broker_app.ui.enterprises.card_files import choose_cards, export_people, show_log
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.tag_line import TagLine
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.choices import county_choices, industry_choices, list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo, Field
from broker_app.ui.shell.ime import commit_composition
from broker_app.ui.shell.list_page import ListPage
from broker_app.ui.shell.paged_model import Column, PagedModel
from broker_app.ui.shell.windowed_model import Order, WindowedModel


class EnterprisesPage(ListPage[EnterpriseRow]):
    """Every firm of this profile."""

    name = "enterprises"
    title = _("企业")
    icon = "buildings"
    reads = frozenset({"Enterprise", "Visit", "Need"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.more_button = tool_button("dots-three", _("更多"), self._show_more)
        self.import_button = Button(_("导入名单"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新企业"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.more_button, self.import_button, self.new_button)
        self.county = Combo(county_choices(), empty=_("全部县"))
        self.industry = Combo(industry_choices(), empty=_("全部行业"))
        self.county.setAccessibleName(_("只看一个县"))
        self.industry.setAccessibleName(_("只看一个行业"))
        self.tag = Combo((), empty=_("全部标签"))
        self.tier = Combo(list_choices(CodeList.ENTERPRISE_TIER), empty=_("全部梯队"))
        for combo in (self.county, self.industry, self.tag, self.tier):
            combo.setMinimumContentsLength(6)
        self.tag.setAccessibleName(_("只看一个标签"))
        self.tier.setAccessibleName(_("只看一类认定或入库"))
        load = Button(_("导入名单"), "primary", icon="download-simple", on_click=self._import)
        new = Button(_("新企业"), icon="plus", on_click=self.add)
        words = _("导入县里的企业名单，或在走访时打企业名，按回车就新建。")
        self.furnish(
            _columns(),
            placeholder=_("企业名、信用代码、拼音首字母"),
            says=_("在企业里找"),
            filters=(self.county, self.industry, self.tier, self.tag),
            acts=(
                Button(_("记走访"), small=True, on_click=self._log_visit),
                Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self.remove_chosen),
            ),
            nothing=_("没有找到。换个词，或放宽上面的条件。"),
            empty=EmptyState(_("还没有企业"), words, (load, new)),
        )

    def open_at(self, what: object) -> None:
        """Open the form of a new firm with "new"."""
        if what == "new":
            self.add()

    def add(self) -> None:
        """Open an empty form."""
        dialog = EnterpriseDialog(self, self.desk)
        dialog.saved.connect(lambda enterprise_id: self.desk.go("enterprise", enterprise_id))
        dialog.open()

    @property
    def wanted(self) -> FirmFilter:
        """What the list shows now."""
        query = self.search.text().strip()
        return FirmFilter(query, self.county.code, self.industry.code, self.tag.code, self.tier.code)

    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[EnterpriseRow]:
        """Firms of the chosen county, industry, tag and tier."""
        wanted = replace(self.wanted, query=query)
        return list_enterprises(session, **asdict(wanted), offset=offset, limit=limit)

    def search_typed(self) -> None:
        """Look for the words off the UI thread: among a hundred thousand firms it takes a quarter of a second."""
        wanted = self.wanted

        def show(rows: Sequence[EnterpriseRow]) -> None:
            if wanted == self.wanted:  # or another search is under way
                self.show_first(rows)

        limit = self.model.PAGE_SIZE
        self.desk.tasks.read(self, lambda session: list_enterprises(session, **asdict(wanted), limit=limit), show)

    def make_model(self, columns: Sequence[Column[EnterpriseRow]]) -> PagedModel[EnterpriseRow]:
        """A county may have tens of thousands of firms: only a window of them is in memory."""
        return WindowedModel[EnterpriseRow](columns, self._fetch, self._ask_order, self._rows_of, self)

    def refresh(self) -> None:
        """Read the list again, and the tags there are to choose from."""
        self.desk.tasks.read(self, known_tags, lambda tags: self.tag.set_choices([(one, one) for one in tags]))
        super().refresh()

    def read_total(self, session: Session) -> int:
        """How many firms there are."""
        return record_counts(session)["enterprises"]

    def show_total(self, total: int) -> None:
        """Say how many."""
        self.header.facts.set_facts([counted("{n} 家", "{n} 家", total)] if total else [])

    def open_row(self, row: EnterpriseRow) -> None:
        """Show the firm's profile."""
        self.desk.go("enterprise", row.id)

    def remove(self, row: EnterpriseRow) -> None:
        """Move a firm to the trash."""
        remove_enterprise(self, self.desk, row.id, row.name)

    def tag_found(self) -> None:
        """Give a tag to every firm the list shows now."""
        wanted = self.wanted
        self.desk.tasks.read(self, lambda session: enterprise_order(session, wanted), self._ask_tag)

    def _ask_tag(self, order: list[str]) -> None:
        dialog = TagDialog(self, self.desk, [UUID(one) for one in order])
        dialog.open()

    def _show_more(self) -> None:
        menu = QMenu(self)
        for words, act in (
            (_("找重复的企业"), lambda: self.desk.go("duplicates", "scan")),
            (_("给列表里的企业加标签…"), self.tag_found),
            (_("从名片文件加联系人…"), lambda: choose_cards(self, self.desk)),
            (_("导出全部联系人…"), lambda: export_people(self, self.desk)),
            (_("联系人导出记录"), lambda: show_log(self, self.desk)),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _ask_order(self, tell: Callable[[Order], None]) -> None:
        wanted = self.wanted
        self.desk.tasks.read(self, lambda session: enterprise_order(session, wanted), tell)

    def _rows_of(self, order: Order) -> Sequence[EnterpriseRow]:
        ids = [UUID(one) for one in order]
        return self.desk.tasks.fetch(lambda session: enterprise_rows(session, ids))

    def _import(self) -> None:
        self.desk.go("import", "enterprises")

    def _log_visit(self) -> None:
        if (row := self.chosen_row) is not None:
            self.desk.go("visits", ("new", row.id))


class TagDialog(Dialog):
    """A tag, or several, for many firms."""

    def __init__(self, host: QWidget, desk: Desk, firms: Sequence[UUID]) -> None:
        title = counted("给 {n} 家企业加标签", "给 {n} 家企业加标签", len(firms))
        super().__init__(host, title, primary=_("加上"), icon="tag", dismiss=_("不加了"))
        self._desk, self._firms = desk, tuple(firms)
        self.tag = TagLine(lambda: desk.tasks.fetch(known_tags), placeholder=_("如 重点户"))
        self.field = Field(_("标签"), self.tag, help_text=_("已经有这个标签的不会重复加"))
        self.content.addWidget(self.field)
        self.content.addStretch(1)

    def accept(self) -> None:
        """Write what was typed, mostly one tag, with 撤销."""
        commit_composition()
        tags, firms, desk = self.tag.items, self._firms, self._desk

        def add(session: Session) -> dict[str, tuple[UUID, ...]]:
            return {tag: add_tag(session, firms, tag) for tag in tags or ("",)}

        def done(added: dict[str, tuple[UUID, ...]]) -> None:
            def remove(session: Session) -> None:
                for tag, ids in added.items():
                    remove_tag(session, ids, tag)

            changed = {firm for ids in added.values() for firm in ids}
            firms_words = counted("{n} 家企业", "{n} 家企业", len(changed))
            words = _("{firms}加上了「{tag}」").format(firms=firms_words, tag=listed(added))
            self.close_with(True)
            desk.toast(words, icon="tag", undo=partial(desk.tasks.write, desk, remove))

        desk.tasks.write(self, add, done, lambda error: self.field.show_error(error.message))


def remove_enterprise(owner: QWidget, desk: Desk, enterprise_id: UUID, name: str) -> None:
    """Move a firm to the trash, with 撤销."""
    tasks = desk.tasks

    def undo() -> None:
        tasks.write(owner, lambda session: restore_enterprise(session, enterprise_id))

    def done(_none: object) -> None:
        desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=undo)

    tasks.write(owner, lambda session: delete_enterprise(session, enterprise_id), done)


def _columns() -> tuple[Column[EnterpriseRow], ...]:
    return (
        Column(_("企业", "one"), lambda row: row.name, strong=True),
        Column(_("县（市、区）"), lambda row: row.county, 150),
        Column(_("行业"), lambda row: row.industries, 170),
        Column(_("走访"), lambda row: str(row.visits), 60, numeric=True),
        Column(_("需求"), lambda row: str(row.needs), 60, numeric=True),
        Column(_("上次走访"), _last_visit, 125),
    )


def _last_visit(row: EnterpriseRow) -> str:
    return date_text(china_date(row.last_visit), china_date(utc_now())) if row.last_visit else "—"

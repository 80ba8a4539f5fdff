"""企业: the list of firms with search and filters."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtWidgets import QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.enterprises import EnterpriseRow, delete_enterprise, list_enterprises, restore_enterprise
from broker_app.services.import_batches import record_counts
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.choices import county_choices, industry_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.fields import Combo
from broker_app.ui.shell.list_page import ListPage
from broker_app.ui.shell.paged_model import Column


class EnterprisesPage(ListPage[EnterpriseRow]):
    """Every firm of this profile."""

    name = "enterprises"
    title = _("企业")
    icon = "buildings"
    reads = frozenset({"Enterprise", "Visit", "Need"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.import_button = Button(_("导入名单"), icon="download-simple", on_click=self._import)
        self.new_button = Button(_("新企业"), "primary", icon="plus", on_click=self.add)
        self.header.add_actions(self.import_button, self.new_button)
        self.county = Combo(county_choices(), empty=_("县：全部"))
        self.industry = Combo(industry_choices(), empty=_("行业：全部"))
        self.county.setAccessibleName(_("只看一个县"))
        self.industry.setAccessibleName(_("只看一个行业"))
        load = Button(_("导入名单"), "primary", icon="download-simple", on_click=self._import)
        new = Button(_("新企业"), icon="plus", on_click=self.add)
        words = _("导入县里的企业名单，或在走访时打企业名，按回车就新建。")
        self.furnish(
            _columns(),
            placeholder=_("企业名、信用代码、拼音首字母"),
            says=_("在企业里找"),
            filters=(self.county, self.industry),
            acts=(
                Button(_("记走访"), small=True, on_click=self._log_visit),
                Button(_("移到回收站"), "danger", icon="trash", small=True, on_click=self.remove_chosen),
            ),
            nothing=_("没有找到。换个词，或放宽县和行业。"),
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

    def fetch(self, session: Session, query: str, offset: int, limit: int) -> Sequence[EnterpriseRow]:
        """Firms of the chosen county and industry."""
        county, industry = self.county.code, self.industry.code
        return list_enterprises(session, query, county=county, industry=industry, offset=offset, limit=limit)

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

    def _import(self) -> None:
        self.desk.go("import", "enterprises")

    def _log_visit(self) -> None:
        if (row := self.chosen_row) is not None:
            self.desk.go("visits", ("new", row.id))


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
        Column(_("企业"), lambda row: row.name, strong=True),
        Column(_("县（市、区）"), lambda row: row.county, 130),
        Column(_("行业"), lambda row: row.industries, 190),
        Column(_("走访"), lambda row: str(row.visits), 80, numeric=True),
        Column(_("需求"), lambda row: str(row.needs), 80, numeric=True),
        Column(_("上次走访"), _last_visit, 150),
        Column(_("规模"), lambda row: row.size or "—", 100),
    )


def _last_visit(row: EnterpriseRow) -> str:
    return date_text(china_date(row.last_visit), china_date(utc_now())) if row.last_visit else "—"

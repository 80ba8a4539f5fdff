"""The form of a firm: facts, industries, people; warns of the same firm while one types and never blocks."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from broker_app.codes.credit_code import check_credit_code
from broker_app.codes.lists import CodeList
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, listed
from broker_app.services.duplicates import SimilarEnterprise, mark_distinct, people_with_phone, similar_enterprises
from broker_app.services.enterprises import (
    ContactDraft,
    EnterpriseChange,
    EnterpriseDraft,
    change_enterprise,
    save_enterprise,
    take_back_change,
)
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.tags import known_tags
from broker_app.ui.enterprises.industry_ticks import IndustryTicks
from broker_app.ui.enterprises.merge_dialog import open_merge
from broker_app.ui.enterprises.tag_line import TagLine
from broker_app.ui.enterprises.tier_rows import TierRows
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Hairline, clear_layout, row_of
from broker_app.ui.shell.choices import county_choices, list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.text_blocks import Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.shell.way_back import tell_undoable

_CHECK_PAUSE_MS = 250
_WIDTH = 720


class EnterpriseDialog(Dialog):
    """Add or change a firm."""

    saved = Signal(object)
    """The id of the firm written."""

    def __init__(
        self, host: QWidget, desk: Desk, draft: EnterpriseDraft | None = None, enterprise_id: UUID | None = None
    ) -> None:
        title = _("改企业资料") if enterprise_id else _("新企业")
        width = round(_WIDTH * max(1.0, theme().scale.factor ** 0.6))  # four fields stand side by side
        super().__init__(host, title, primary=_("存好"), icon="check", dismiss=_("不改了"), width=width)
        self._host, self._desk = host, desk
        self._draft = draft or EnterpriseDraft("", county=desk.profile.county)
        self._id = enterprise_id
        self._similar = QVBoxLayout()
        self._distinct: set[UUID] = set()  # called 不是重复 while typing; remembered with the firm
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_CHECK_PAUSE_MS)
        self._pause.timeout.connect(self._check)
        self._make_fields()
        self._lay_out()
        self._fill()
        self.name.committed.connect(lambda _text: self._pause.start())
        self.code.committed.connect(lambda _text: self._pause.start())

    def accept(self) -> None:
        """Write the firm; what is refused stays open with the reason beside its field."""
        commit_composition()
        for field in self._fields.values():
            field.show_error("")
        for name, line in (("founded_on", self.founded), ("index_on", self.index_on)):
            if line.unreadable:
                self._fields[name].show_error(_("看不懂这个日子"))
                return
        if self.tiers.unreadable:
            self._fields["tiers"].show_error(_("有一项的日子看不懂"))
            return
        shown, typed, own, distinct = self._draft, self._typed(), self._id, tuple(self._distinct)
        self.primary_button.setEnabled(False)

        def save(session: Session) -> tuple[UUID, EnterpriseChange | None]:
            change = change_enterprise(session, own, shown, typed) if own else None
            saved = own or save_enterprise(session, typed)
            for other in distinct:
                if other != saved:
                    mark_distinct(session, saved, other)
            return saved, change

        self._desk.tasks.write(self, save, self._on_saved, self._on_refused)

    def _make_fields(self) -> None:
        self.name = ImeAwareLineEdit(placeholder=_("例如 乐清样例断路器有限公司"))
        self.code = ImeAwareLineEdit(placeholder=_("18 位"))
        self.county = Combo(county_choices(), empty=_("还没定"))
        self.size_choice = Combo(list_choices(CodeList.ENTERPRISE_SIZE), empty="—")
        self.address = ImeAwareLineEdit(placeholder=_("如 柳市镇样例路 1 号"))
        self.legal_person = ImeAwareLineEdit()
        self.founded = DateLine(today=today, placeholder=_("如 2008.6.1"))
        self.gb4754 = ImeAwareLineEdit(placeholder=_("如 C3823"))
        self.website, self.email = ImeAwareLineEdit(), ImeAwareLineEdit()
        self.tags = TagLine(lambda: self._desk.tasks.fetch(known_tags), placeholder=_("如 重点户、出口型"))
        self.carrier = ImeAwareLineEdit(placeholder=_("如 样例科创园"))
        self.index_score = ImeAwareLineEdit(placeholder=_("照名单抄，不自己算"))
        self.index_on = DateLine(today=today, placeholder=_("哪一天的"))
        self.index_source = ImeAwareLineEdit(placeholder=_("如 市科技局 6 月名单"))
        self.tiers = TierRows()
        self.profile = text_area(_("主要产品、产线、检测条件"), lines=3)
        self.industries = IndustryTicks()
        self._fields = {
            "name": Field(_("企业名称"), self.name, required=True),
            "credit_code": Field(_("统一社会信用代码"), self.code),
            "county": Field(_("所在县（市、区）"), self.county),
            "size": Field(_("规模"), self.size_choice),
            "address": Field(_("地址"), self.address),
            "legal_person": Field(_("法人代表"), self.legal_person),
            "founded_on": Field(_("成立日期"), self.founded),
            "gb4754": Field(_("国民经济行业"), self.gb4754),
            "website": Field(_("网址"), self.website),
            "email": Field(_("电子信箱"), self.email),
            "tags": Field(_("标签"), self.tags),
            "carrier": Field(_("园区、孵化器"), self.carrier),
            "index_score": Field(_("科创指数"), self.index_score),
            "index_on": Field(_("指数日期"), self.index_on),
            "index_source": Field(_("指数来源"), self.index_source),
            "tiers": Field(_("梯队和入库"), self.tiers),
            "profile": Field(_("简介"), self.profile),
        }

    def _lay_out(self) -> None:
        self.content.addWidget(self._fields["name"])
        self.content.addLayout(self._similar)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        places = (
            ("credit_code", 0, 0, 2),
            ("county", 0, 2, 2),
            ("address", 1, 0, 3),
            ("size", 1, 3, 1),
            ("legal_person", 2, 0, 1),
            ("founded_on", 2, 1, 1),
            ("gb4754", 2, 2, 1),
            ("tags", 2, 3, 1),
            ("carrier", 3, 0, 2),
            ("website", 3, 2, 1),
            ("email", 3, 3, 1),
            ("index_score", 4, 0, 1),
            ("index_on", 4, 1, 1),
            ("index_source", 4, 2, 2),
        )
        for name, row, column, span in places:
            grid.addWidget(self._fields[name], row, column, 1, span, Qt.AlignmentFlag.AlignTop)
        for column in range(4):
            grid.setColumnStretch(column, 1)
        self._repairs = QHBoxLayout()
        self._repairs.setSpacing(6)
        self.content.addLayout(grid)
        self.content.insertLayout(2, self._repairs)
        self.content.addWidget(Words(_("行业"), "meta", "text2"))
        self.content.addWidget(self.industries)
        self.content.addWidget(self._fields["tiers"])
        self.content.addWidget(self._fields["profile"])
        self.content.addWidget(Hairline())
        add = Button(
            _("加一个人"), "quiet", icon="plus", small=True, on_click=lambda: self._add_person(ContactDraft(""))
        )
        self.content.addLayout(row_of(Words(_("联系人"), "section"), None, add))
        self._people = QVBoxLayout()
        self._people.setSpacing(8)
        self.content.addLayout(self._people)
        self.content.addStretch(1)

    def _fill(self) -> None:
        draft = self._draft
        self.name.set_text(draft.name)
        self.code.set_text(draft.credit_code)
        self.county.set_code(draft.county)
        self.size_choice.set_code(draft.size)
        self.address.set_text(draft.address)
        self.legal_person.set_text(draft.legal_person)
        self.founded.set_day(draft.founded_on)
        self.gb4754.set_text(draft.gb4754)
        self.website.set_text(draft.website)
        self.email.set_text(draft.email)
        self.tags.set_items(draft.tags)
        self.carrier.set_text(draft.carrier)
        self.index_score.set_text(draft.index_score)
        self.index_on.set_day(draft.index_on)
        self.index_source.set_text(draft.index_source)
        self.tiers.set_tiers(draft.tiers)
        self.profile.set_text(draft.profile)
        self.industries.set_codes(draft.industries)
        for person in draft.contacts:
            self._add_person(person)

    def _typed(self) -> EnterpriseDraft:
        return replace(
            self._draft,
            name=self.name.text(),
            credit_code=self.code.text(),
            county=self.county.code,
            size=self.size_choice.code,
            address=self.address.text(),
            legal_person=self.legal_person.text(),
            founded_on=self.founded.day,
            gb4754=self.gb4754.text().strip(),
            website=self.website.text(),
            email=self.email.text(),
            tags=self.tags.items,
            carrier=self.carrier.text(),
            index_score=self.index_score.text(),
            index_on=self.index_on.day,
            index_source=self.index_source.text(),
            tiers=self.tiers.tiers,
            profile=self.profile.toPlainText(),
            industries=self.industries.codes,
            contacts=tuple(row.typed() for row in self._person_rows() if row.is_filled),
        )

    def _person_rows(self) -> "list[_PersonRow]":
        items = (self._people.itemAt(number) for number in range(self._people.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one for one in widgets if isinstance(one, _PersonRow) and not one.removed]

    def _add_person(self, person: ContactDraft) -> None:
        row = _PersonRow(person)
        row.phone_left.connect(self._check_phone)
        self._people.addWidget(row)
        if not person.name and self.isVisible():
            row.name.setFocus()

    def _check(self) -> None:
        name, code, own = self.name.text().strip(), self.code.text().strip(), self._id
        found = self._desk.tasks.fetch(lambda session: similar_enterprises(session, name, code, own_id=own))
        self._show_similar(tuple(one for one in found if one.id not in self._distinct))
        self._show_repairs(code)

    def _show_similar(self, found: tuple[SimilarEnterprise, ...]) -> None:
        clear_layout(self._similar)
        for one in found[:2]:
            apart = Button(_("不是重复"), "quiet", small=True, on_click=partial(self._say_distinct, one))
            if self._id is None:
                act = Button(_("用这一家"), small=True, on_click=partial(self._use, one))
            else:
                act = Button(_("合并…"), small=True, on_click=partial(self._merge, one))
            why = listed(part for part in (one.county, one.why) if part)
            words = _("{name}（{why}）").format(name=one.name, why=why)
            self._similar.addWidget(Banner("warn", _("可能已经有了"), words, actions=(apart, act)))

    def _say_distinct(self, one: SimilarEnterprise) -> None:
        self._distinct.add(one.id)
        self._check()

    def _merge(self, one: SimilarEnterprise) -> None:
        own = self._id
        self.dismiss()
        if own is not None:
            open_merge(self._host, self._desk, own, one.id)

    def _check_phone(self, row: "_PersonRow") -> None:
        phone, own = row.phone.text(), row.person_id
        known = self._desk.tasks.fetch(lambda session: people_with_phone(session, phone, own_id=own))
        known = tuple(one for one in known if one.enterprise_id != self._id or one.name != row.name.text().strip())
        words = ""
        if known:
            words = _("这个电话已经有人用：{who}").format(
                who=listed(_("{name}（{why}）").format(name=one.name, why=one.enterprise) for one in known)
            )
        row.phone_field.show_hint(words)

    def _use(self, one: SimilarEnterprise) -> None:
        self.close_with(True)
        self.saved.emit(one.id)

    def _show_repairs(self, code: str) -> None:
        clear_layout(self._repairs)
        check = check_credit_code(code) if code else None
        self._fields["credit_code"].show_hint("" if check is None or check.valid else check.problem)
        if check is None or check.valid:
            warning = check.inner_warning if check else ""
            if warning:
                self._repairs.addWidget(Paragraph(warning, "meta", "text3"), 1)
            return
        if check.repairs:
            self._repairs.addWidget(Words(_("信用代码是不是："), "meta", "text2"))
        for repair in check.repairs:
            self._repairs.addWidget(Button(repair, small=True, on_click=partial(self.code.set_text, repair)))
        self._repairs.addStretch(1)

    def _on_saved(self, done: tuple[UUID, EnterpriseChange | None]) -> None:
        saved, change = done
        self.close_with(True)
        if change is not None and change.before != change.after:
            words = _("资料改好了：{name}").format(name=change.after.name)
            tell_undoable(self._desk, self._desk, words, partial(take_back_change, change=change))
        self.saved.emit(saved)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        field = error.field if isinstance(error, InvalidInputError) else "name"
        if field in ("contact_name", "phone", "position") and (rows := self._person_rows()):
            rows[-1].field.show_error(error.message)
        else:
            self._fields.get(field, self._fields["name"]).show_error(error.message)


class _PersonRow(QWidget):
    """One person: name, position, phone, mail."""

    phone_left = Signal(object)
    """The row whose phone was typed, when the field is left."""

    def __init__(self, person: ContactDraft) -> None:
        super().__init__()
        self._person = person
        self.removed = False
        self.name = ImeAwareLineEdit(person.name, placeholder=_("姓名"))
        self.position = ImeAwareLineEdit(person.position, placeholder=_("职务"))
        self.phone = ImeAwareLineEdit(person.phone, placeholder=_("电话"))
        self.email = ImeAwareLineEdit(person.email, placeholder=_("邮箱"))
        self.field = Field(_("姓名"), self.name)
        remove = tool_button("x", _("去掉这个人"), self._remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, 2)
        self.phone_field = Field(_("电话"), self.phone)
        self.phone.editingFinished.connect(lambda: self.phone_left.emit(self))
        row.addWidget(Field(_("职务"), self.position), 2)
        row.addWidget(self.phone_field, 3)
        row.addWidget(Field(_("邮箱"), self.email), 3)
        row.addWidget(remove, 0, Qt.AlignmentFlag.AlignBottom)

    def _remove(self) -> None:
        self.removed = True
        self.hide()

    @property
    def person_id(self) -> UUID | None:
        """The person of the row, None for somebody new."""
        return self._person.id

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed."""
        return any(one.text().strip() for one in (self.name, self.position, self.phone, self.email))

    def typed(self) -> ContactDraft:
        """The person as typed."""
        return replace(
            self._person,
            name=self.name.text(),
            position=self.position.text(),
            phone=self.phone.text(),
            email=self.email.text(),
        )

"""The form of an achievement (F2), grouped in cards."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from broker_app.codes.lists import CodeList
from broker_app.i18n import _
from broker_app.services.achievements import AchievementDraft, Completer, IpRight
from broker_app.services.numbers import today
from broker_app.ui.achievements.repeated_rows import Cell, RepeatedRows
from broker_app.ui.enterprises.industry_ticks import IndustryTicks
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.fields import AmountLine, Combo, Field, ListLine, Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.record_form import RecordForm, field_row, fixed_area
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.wrapping_row import WrappingRow

_COLUMNS = 4  # at most
_USE_THEN_PAY = "use_then_pay"


class AchievementForm(RecordForm):
    """Every field of an achievement. What is typed is read with :meth:`typed`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = AchievementDraft("")
        self._make_inputs()
        self._lay_out()
        self._listen()

    def fill(self, draft: AchievementDraft) -> None:
        """Show an achievement; a field that holds the same already is left alone."""
        self._draft = draft
        with self._filling():
            self.name.set_text(draft.title)
            self.abstract.set_text(draft.abstract)
            self.keywords.set_items(draft.keywords)
            self.field.set_text(draft.field)
            self.industries.set_codes(draft.industries)
            self.registration_no.set_text(draft.registration_no)
            self.owner.set_text(draft.owner)
            self.owner_kind.set_code(draft.owner_kind)
            self.completers.set_values([(one.name, one.unit, one.share) for one in draft.completers])
            self.finished_on.set_day(draft.finished_on)
            self.stage.set_code(draft.stage)
            self.trl.set_code(str(draft.trl or ""))
            self.level.set_text(draft.level)
            self.indicators.set_text(draft.indicators)
            self.ip.set_values([(one.kind, one.number, one.holder, one.expires_on) for one in draft.ip])
            for code, tick in self.modes.items():
                tick.setChecked(code in draft.modes)
            self.price.set_amount(draft.price_wan)
            self.service_achievement.setChecked(draft.service_achievement)
            self.separate_ledger.setChecked(draft.separate_ledger)
            self.use_then_pay.setChecked(draft.use_then_pay or _USE_THEN_PAY in draft.modes)
            self.empowerment.set_code(draft.empowerment)
            self.contact_name.set_text(draft.contact_name)
            self.contact_phone.set_text(draft.contact_phone)

    def typed(self) -> AchievementDraft:
        """The achievement as typed. A day or a price nobody can read leaves what was there, and that is said."""
        self.clear_errors()
        draft = self._draft
        self._draft = replace(
            draft,
            title=self._name_or_first_words(self.abstract, draft.title),
            abstract=self.abstract.toPlainText(),
            keywords=self.keywords.items,
            field=self.field.text(),
            industries=self.industries.codes,
            registration_no=self.registration_no.text(),
            owner=self.owner.text(),
            owner_kind=self.owner_kind.code,
            completers=tuple(Completer(*row) for row in self.completers.values),
            finished_on=draft.finished_on if self.finished_on.unreadable else self.finished_on.day,
            stage=self.stage.code,
            trl=int(self.trl.code) if self.trl.code.isdecimal() else None,
            level=self.level.text(),
            indicators=self.indicators.toPlainText(),
            ip=self._rights(draft),
            modes=self._modes(draft),
            price_wan=draft.price_wan if self.price.unreadable else self.price.amount,
            service_achievement=self.service_achievement.isChecked(),
            separate_ledger=self.separate_ledger.isChecked(),
            use_then_pay=self.use_then_pay.isChecked(),
            empowerment=self.empowerment.code,
            contact_name=self.contact_name.text(),
            contact_phone=self.contact_phone.text(),
        )
        if self.price.unreadable:
            self._fields["budget"].show_hint(_("看不懂这个金额，先按原来的存了。只写数字，单位是万元。"))
        if self.finished_on.unreadable:
            self._fields["finished_on"].show_hint(_("看不懂这个日子，先按原来的存了"))
        return self._draft

    @property
    def draft(self) -> AchievementDraft:
        """The achievement as it was last read from the fields, or filled in."""
        return self._draft

    @property
    def has_leftovers(self) -> bool:
        """Whether something stands in a field that could not be kept: only here, so it must not be overwritten."""
        return self.price.unreadable or self.finished_on.unreadable

    def _rights(self, draft: AchievementDraft) -> tuple[IpRight, ...]:
        # Grant day and class come with imported files and have no cell here: they stay with their number.
        known = {one.number: one for one in draft.ip if one.number}
        rights = []
        for kind, number, holder, expires_on in self.ip.values:
            before = known.get(number, IpRight(kind))
            rights.append(replace(before, kind=kind, number=number, holder=holder, expires_on=expires_on))
        return tuple(rights)

    def _modes(self, draft: AchievementDraft) -> tuple[str, ...]:
        chosen = {code for code, tick in self.modes.items() if tick.isChecked()}
        if _USE_THEN_PAY in draft.modes and self.use_then_pay.isChecked():
            chosen.add(_USE_THEN_PAY)
        retired = {code for code in draft.modes if code not in self.modes and code != _USE_THEN_PAY}
        return tuple(code for code in dict.fromkeys((*draft.modes, *self.modes)) if code in chosen | retired)

    def _make_inputs(self) -> None:
        self.name = ImeAwareLineEdit(placeholder=_("例如 核壳增韧无卤阻燃 PC/ABS 合金"))
        self.abstract = fixed_area(_("能做什么，用什么办法，做到什么数值。写得越实，越容易被找到。"), 6)
        self.keywords = ListLine(placeholder=_("用顿号隔开"))
        self.field = ImeAwareLineEdit(placeholder=_("如 高分子材料"))
        self.industries = IndustryTicks()
        self.registration_no = ImeAwareLineEdit(placeholder=_("12 位，没有可空着"))
        self.owner = ImeAwareLineEdit(placeholder=_("如 样例大学材料学院"))
        self.owner_kind = Combo(list_choices(CodeList.OWNER_KIND), empty=_("还没定"))
        people = (Cell(_("姓名"), _("姓名"), 3), Cell(_("单位"), _("单位"), 5), Cell(_("贡献 %"), "%", 1))
        self.completers = RepeatedRows(people, _("加一个人"))
        self.finished_on = DateLine(today=today, placeholder=_("如 2025.12.31"))
        self.stage = Combo(list_choices(CodeList.ACHIEVEMENT_STAGE), empty=_("还没定"))
        levels = [(code, _("{n} 级　{name}").format(n=code, name=name)) for code, name in list_choices(CodeList.TRL)]
        self.trl = Combo(levels, empty=_("没说明"))
        self.level = ImeAwareLineEdit(placeholder=_("如 国内领先，没评价就空着"))
        self.indicators = fixed_area(_("如 -30℃ 缺口冲击 42 kJ/m²，UL94 V-0"), 3)
        rights = (
            Cell(_("类型"), share=3, choices=list_choices(CodeList.IP_KIND)),
            Cell(_("专利号、登记号"), _("ZL…"), 4),
            Cell(_("权利人"), "", 4),
            Cell(_("到期日"), _("如 2041-05-06"), 3),
        )
        self.ip = RepeatedRows(rights, _("加一件权利"))
        # 先用后转 has a box of its own below
        ways = [(code, name) for code, name in list_choices(CodeList.TRANSFER_MODE) if code != _USE_THEN_PAY]
        self.modes = {code: Tick(name) for code, name in ways}
        self.price = AmountLine(placeholder=_("空着就是面议"))
        self.service_achievement = Tick(_("职务科技成果"))
        self.separate_ledger = Tick(_("已单列管理"))
        self.use_then_pay = Tick(_("可以先用后转"))
        self.empowerment = Combo(list_choices(CodeList.EMPOWERMENT), empty=_("没说明"))
        self.contact_name = ImeAwareLineEdit(placeholder=_("姓名"))
        self.contact_phone = ImeAwareLineEdit(placeholder=_("电话"))

    def _lay_out(self) -> None:
        self._fields = {
            "title": Field(_("成果名称"), self.name, required=True),
            "abstract": Field(_("简介", "achievement"), self.abstract),
            "indicators": Field(_("主要指标"), self.indicators),
            "keywords": Field(_("关键词"), self.keywords),
            "field": Field(_("技术领域"), self.field),
            "owner": Field(_("完成单位"), self.owner),
            "owner_kind": Field(_("单位类型"), self.owner_kind),
            "registration_no": Field(_("登记号"), self.registration_no),
            "finished_on": Field(_("完成日期"), self.finished_on),
            "stage": Field(_("所处阶段"), self.stage),
            "trl": Field(_("技术就绪水平"), self.trl),
            "level": Field(_("成果水平"), self.level),
            "budget": Field(_("拟价（万元）"), self.price),
            "empowerment": Field(_("赋权情况"), self.empowerment),
            "contact_name": Field(_("联系人"), self.contact_name),
            "contact_phone": Field(_("联系电话"), self.contact_phone),
        }
        self._rows = {"ip": self.ip, "completers": self.completers}
        fields = self._fields
        what = self._add_card(_("成果", "one"))
        for name in ("title", "abstract", "indicators"):
            what.column.addWidget(fields[name])
        what.column.addLayout(field_row((fields["keywords"], 3), (fields["field"], 2)))
        state = self._add_card(_("成熟度"))
        state.column.addLayout(field_row((fields["trl"], 1), (fields["stage"], 1)))
        state.column.addLayout(field_row((fields["finished_on"], 1), (fields["level"], 1)))
        way = self._add_card(_("怎么转"))
        marks = (self.use_then_pay, self.service_achievement, self.separate_ledger)
        way.column.addWidget(WrappingRow(*self.modes.values(), columns=_COLUMNS))
        way.column.addWidget(WrappingRow(*marks, spacing=16))
        way.column.addLayout(field_row((fields["budget"], 1), (fields["empowerment"], 1)))
        rights = self._add_card(_("知识产权"))
        rights.column.addWidget(self.ip)
        people = self._add_card(_("单位和人"))
        people.column.addLayout(
            field_row((fields["owner"], 3), (fields["owner_kind"], 2), (fields["registration_no"], 2))
        )
        people.column.addLayout(field_row((fields["contact_name"], 1), (fields["contact_phone"], 1)))
        people.column.addWidget(Words(_("完成人"), "meta", "text2"))
        people.column.addWidget(self.completers)
        kinds = self._add_card(_("行业"))
        kinds.column.addWidget(self.industries)
        self._column.addStretch(1)

    def _listen(self) -> None:
        lines = (self.name, self.keywords, self.field, self.registration_no, self.owner, self.finished_on, self.level)
        for field in (*lines, self.price, self.contact_name, self.contact_phone, self.abstract, self.indicators):
            field.committed.connect(lambda _text: self._touch())
        for choice in (self.owner_kind, self.stage, self.trl, self.empowerment):
            choice.currentIndexChanged.connect(lambda _index: self._touch())
        for tick in (*self.modes.values(), self.service_achievement, self.separate_ledger, self.use_then_pay):
            tick.toggled.connect(lambda _on: self._touch())
        for rows in (self.ip, self.completers, self.industries):
            rows.changed.connect(self._touch)

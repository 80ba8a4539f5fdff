"""The form of a need (F1), grouped in cards."""

from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from broker_app.codes.lists import CodeList
from broker_app.i18n import _
from broker_app.services.needs import NeedDraft
from broker_app.services.numbers import today
from broker_app.ui.enterprises.industry_ticks import IndustryTicks
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.needs.metric_rows import MetricRows
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import AmountLine, Combo, Field, ListLine, Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit, ImeAwareTextEdit
from broker_app.ui.shell.record_form import RecordForm, field_row, fixed_area
from broker_app.ui.shell.text_blocks import Words


class NeedForm(RecordForm):
    """Every field of a need. What is typed is read with :meth:`typed`."""

    new_firm_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft = NeedDraft("")
        self._make_inputs(desk)
        self._lay_out()
        self._listen()

    # Reading and filling

    def fill(self, draft: NeedDraft, firm: str) -> None:
        """Show a need; a field that holds the same already is left alone."""
        self._draft = draft
        with self._filling():
            self.name.set_text(draft.title)
            self.firm.show_name(firm)
            self.text.set_text(draft.text)
            self.problem.set_text(draft.problem)
            self.goal.set_text(draft.goal)
            self.keywords.set_items(draft.keywords)
            self.kind.set_code(draft.kind)
            self.urgency.set_code(draft.urgency)
            self.four_list.set_code(draft.four_list)
            self.industries.set_codes(draft.industries)
            self.metrics.set_metrics(draft.metrics)
            self.no_metric_reason.set_text(draft.no_metric_reason)
            self.budget_low.set_amount(draft.budget_low)
            self.budget_high.set_amount(draft.budget_high)
            self.deadline.set_day(draft.deadline)
            self.mode.set_code(draft.mode)
            self.partner.set_text(draft.partner)
            self.use_then_pay.setChecked(draft.use_then_pay)
            self.confidential.set_items(draft.confidential_fields)

    def typed(self) -> NeedDraft:
        """The need as typed. A day or an amount nobody can read leaves what was there, and that is said."""
        self.clear_errors()
        draft = self._draft
        self._draft = replace(
            draft,
            title=self._name_or_first_words(self.text, draft.title),
            text=self.text.toPlainText(),
            problem=self.problem.toPlainText(),
            goal=self.goal.toPlainText(),
            keywords=self.keywords.items,
            kind=self.kind.code,
            urgency=self.urgency.code,
            four_list=self.four_list.code,
            industries=self.industries.codes,
            metrics=self.metrics.metrics,
            no_metric_reason=self.no_metric_reason.text(),
            budget_low=draft.budget_low if self.budget_low.unreadable else self.budget_low.amount,
            budget_high=draft.budget_high if self.budget_high.unreadable else self.budget_high.amount,
            deadline=draft.deadline if self.deadline.unreadable else self.deadline.day,
            mode=self.mode.code,
            partner=self.partner.text(),
            use_then_pay=self.use_then_pay.isChecked(),
            confidential_fields=self.confidential.items,
        )
        self._show_unreadable()
        return self._draft

    @property
    def draft(self) -> NeedDraft:
        """The need as it was last read from the fields, or filled in."""
        return self._draft

    @property
    def has_leftovers(self) -> bool:
        """Whether something stands in a field that could not be kept: only here, so it must not be overwritten."""
        amounts = self.budget_low.unreadable or self.budget_high.unreadable
        return amounts or self.deadline.unreadable or self.metrics.nameless

    def take_firm(self, enterprise_id: UUID, name: str) -> None:
        """The need belongs to this firm."""
        self._draft = replace(self._draft, enterprise_id=enterprise_id)
        self.firm.show_name(name)
        self._touch()

    def set_editable(self, editable: bool) -> None:
        """Let everything be changed, or only read."""
        for field in self.findChildren(ImeAwareLineEdit):
            field.setReadOnly(not editable)
        for area in self.findChildren(ImeAwareTextEdit):
            area.setReadOnly(not editable)
        for choice in (self.kind, self.urgency, self.four_list, self.mode, self.industries, self.use_then_pay):
            choice.setEnabled(editable)
        self.metrics.set_editable(editable)

    def _show_unreadable(self) -> None:
        if self.budget_low.unreadable or self.budget_high.unreadable:
            self._fields["budget"].show_hint(_("看不懂这个金额，先按原来的存了。只写数字，单位是万元。"))
        if self.deadline.unreadable:
            self._fields["deadline"].show_hint(_("看不懂这个日子，先按原来的存了"))
        if self.metrics.nameless:
            self.metrics.show_problem(_("写上指标的名字，这一行才存得下"))

    # Layout

    def _make_inputs(self, desk: Desk) -> None:
        self.name = ImeAwareLineEdit(placeholder=_("例如 低温高韧阻燃 PC/ABS 外壳料"))
        self.firm = EnterprisePicker(desk)
        self.text = fixed_area(_("要解决什么，在什么工况下，现在怎么做的"), 4)
        self.problem = fixed_area(_("卡在哪里，试过什么，为什么不行"), 3)
        self.goal = fixed_area(_("做到什么算成"), 3)
        self.keywords = ListLine(placeholder=_("1 到 5 个，用顿号隔开"))
        self.kind = Combo(list_choices(CodeList.NEED_KIND), empty=_("还没定"))
        self.urgency = Combo(list_choices(CodeList.URGENCY), empty=_("还没定"))
        self.four_list = Combo(list_choices(CodeList.FOUR_LISTS), empty=_("不在清单里"))
        self.industries = IndustryTicks()
        self.metrics = MetricRows()
        self.no_metric_reason = ImeAwareLineEdit(placeholder=_("如 目前没有检测条件"))
        self.budget_low = AmountLine(placeholder=_("最少"))
        self.budget_high = AmountLine(placeholder=_("最多"))
        self.budget_low.setAccessibleName(_("预算最少，万元"))
        self.deadline = DateLine(today=today, placeholder=_("如 2027.3.31"))
        self.mode = Combo(list_choices(CodeList.COOPERATION_MODE), empty=_("还没定"))
        self.partner = ImeAwareLineEdit(placeholder=_("如 想找的院校、团队"))
        self.use_then_pay = Tick(_("愿意先用后转"))
        self.confidential = ListLine(placeholder=_("如 现有合格率、客户名称"))

    def _lay_out(self) -> None:
        firm = Field(_("企业", "one"), self.firm)
        budget = QWidget()
        row = QGridLayout(budget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(6)
        row.addWidget(self.budget_low, 0, 0)
        row.addWidget(Words("—", "body", "text3"), 0, 1)
        row.addWidget(self.budget_high, 0, 2)
        budget.setFocusProxy(self.budget_low)
        self._fields = {
            "title": Field(_("需求名称"), self.name, required=True),
            "enterprise": firm,
            "text": Field(_("需求内容"), self.text),
            "problem": Field(_("主要问题"), self.problem),
            "goal": Field(_("预期目标"), self.goal),
            "keywords": Field(_("关键词"), self.keywords),
            "kind": Field(_("需求类别"), self.kind),
            "urgency": Field(_("紧急程度"), self.urgency),
            "four_list": Field(_("四张清单"), self.four_list),
            "no_metric_reason": Field(_("没有量化指标的原因"), self.no_metric_reason),
            "budget": Field(_("预算（万元）"), budget),
            "deadline": Field(_("期限"), self.deadline),
            "mode": Field(_("合作方式"), self.mode),
            "partner": Field(_("合作意向单位"), self.partner),
            "confidential_fields": Field(
                _("不得外传的内容"), self.confidential, help_text=_("写是哪几样，公开和打印时会隐去对应的数字")
            ),
        }
        self.budget_high.setAccessibleName(_("预算最多，万元"))
        self._rows = {"metrics": self.metrics}
        fields = self._fields
        what = self._add_card(_("需求", "one"))
        what.column.addWidget(fields["title"])
        what.column.addLayout(field_row((firm, 3), (fields["keywords"], 3)))
        for name in ("text", "problem", "goal"):
            what.column.addWidget(fields[name])
        figures = self._add_card(_("量化指标"))
        figures.column.addWidget(self.metrics)
        figures.column.addWidget(fields["no_metric_reason"])
        terms = self._add_card(_("条件"))
        terms.column.addLayout(field_row((fields["budget"], 3), (fields["deadline"], 2), (fields["mode"], 2)))
        terms.column.addLayout(field_row((fields["partner"], 4), (self.use_then_pay, 3)))
        kinds = self._add_card(_("分类"))
        kinds.column.addLayout(field_row((fields["kind"], 2), (fields["four_list"], 2), (fields["urgency"], 2)))
        kinds.column.addWidget(Words(_("行业"), "meta", "text2"))
        kinds.column.addWidget(self.industries)
        secret = self._add_card(_("保密"))
        secret.column.addWidget(fields["confidential_fields"])
        self._column.addStretch(1)

    def _listen(self) -> None:
        lines = (self.name, self.keywords, self.no_metric_reason, self.budget_low, self.budget_high, self.deadline)
        for field in (*lines, self.partner, self.confidential, self.text, self.problem, self.goal):
            field.committed.connect(lambda _text: self._touch())
        for choice in (self.kind, self.urgency, self.four_list, self.mode):
            choice.currentIndexChanged.connect(lambda _index: self._touch())
        self.industries.changed.connect(self._touch)
        self.metrics.changed.connect(self._touch)
        self.use_then_pay.toggled.connect(lambda _on: self._touch())
        self.firm.picked.connect(self.take_firm)
        self.firm.new_wanted.connect(self.new_firm_wanted.emit)

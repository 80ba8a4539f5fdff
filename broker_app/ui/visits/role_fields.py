"""What form F3 asks by role: the fields of one role, and the record of a training."""

from decimal import Decimal, InvalidOperation

from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList, entries
from broker_app.errors import InvalidInputError
from broker_app.i18n import _
from broker_app.services.numbers import today
from broker_app.services.role_facts import RoleFacts, check_facts, hours_text, role_form
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.choices import industry_choices, list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.fields import Combo, Field, Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.text_blocks import Words
from broker_app.ui.shell.wrapping_row import WrappingRow

_MINUTES = 60
_COLUMNS = 3  # at most


class RoleFields(QWidget):
    """The fields of ``role``; what other roles have stays as it was given."""

    def __init__(self, role: str, facts: RoleFacts, *, editable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._given = facts
        self._form = role_form(role)
        self.inputs: dict[str, Field] = {}
        self.services: dict[str, Tick] = {}
        self._make_inputs(facts, editable=editable)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        if self._form is not None:
            self._add_role(column)
        column.addLayout(
            row_of(
                self._field("training_heads", _("培训人数"), self.heads),
                self._field("training_minutes", _("培训时长（小时）"), self.hours),
            )
        )

    @property
    def facts(self) -> RoleFacts:
        """What is filled in.

        Raises:
            InvalidInputError: a day or a figure that cannot be read, or what :func:`check_facts` refuses.
        """
        for name, line in (("term", self.term_from), ("term", self.term_to), ("track_until", self.track_until)):
            if line.unreadable:
                raise InvalidInputError(name, _("看不懂这个日期，请写成 2026-11-09 或 11.9。"))
        hours = _figure("training_minutes", self.hours.text())
        heads = _figure("training_heads", self.heads.text())
        if heads is not None and heads != int(heads):
            raise InvalidInputError("training_heads", _("培训人数请写整数。"))
        facts = RoleFacts(
            home_unit=self.home_unit.text().strip(),
            term_from=self.term_from.day,
            term_to=self.term_to.day,
            team=self.team.text().strip(),
            team_field=self.team_field.code,
            commissioner_kind=self.kind.code,
            service_mode=self.mode.code,
            services=self._ticked(),
            solved=self.solved.isChecked(),
            track_until=self.track_until.day,
            training_heads=None if heads is None else int(heads),
            training_minutes=None if hours is None else round(hours * _MINUTES),
        )
        check_facts(facts)
        return facts

    def show_refusal(self, error: InvalidInputError) -> bool:
        """Show a refusal beside its field; False if none of these fields is meant."""
        for field in self.inputs.values():
            field.show_error("")
        meant = self.inputs.get(error.field)
        if meant is None:
            return False
        meant.show_error(error.message)
        return True

    def _make_inputs(self, facts: RoleFacts, *, editable: bool) -> None:
        self.home_unit = ImeAwareLineEdit(facts.home_unit, placeholder=_("如 温州样例大学"))
        self.term_from, self.term_to, self.track_until = (DateLine(today=today) for _day in range(3))
        self.term_from.set_day(facts.term_from)
        self.term_to.set_day(facts.term_to)
        self.track_until.set_day(facts.track_until)
        self.team = ImeAwareLineEdit(facts.team, placeholder=_("如 泵阀产业分队"))
        self.team_field = Combo(industry_choices(), empty="—")
        self.team_field.set_code(facts.team_field)
        self.kind = Combo(list_choices(CodeList.COMMISSIONER_KIND), empty="—")
        self.kind.set_code(facts.commissioner_kind)
        self.mode = Combo(list_choices(CodeList.SERVICE_MODE), empty="—")
        self.mode.set_code(facts.service_mode)
        self.solved = Tick(_("当场解决了问题"))
        self.solved.setChecked(facts.solved)
        self.heads = ImeAwareLineEdit(str(facts.training_heads or ""), placeholder=_("没有培训就空着"))
        minutes = facts.training_minutes
        self.hours = ImeAwareLineEdit(hours_text(minutes) if minutes else "", placeholder=_("如 1.5"))
        for line in (self.home_unit, self.term_from, self.term_to, self.track_until, self.team, self.heads, self.hours):
            line.setReadOnly(not editable)
        for control in (self.team_field, self.kind, self.mode, self.solved):
            control.setEnabled(editable)
        self._editable = editable

    def _add_role(self, column: QVBoxLayout) -> None:
        form = self._form
        if form is None:
            return
        if form.has_term:
            column.addWidget(self._field("home_unit", _("派出单位"), self.home_unit))
            column.addLayout(
                row_of(
                    self._field("term_from", _("聘期开始"), self.term_from),
                    self._field("term", _("聘期结束"), self.term_to),
                )
            )
        if form.has_team:
            column.addLayout(
                row_of(
                    self._field("team", _("所属分队"), self.team),
                    self._field("team_field", _("产业领域"), self.team_field),
                )
            )
        if form.has_kind:
            column.addLayout(
                row_of(
                    self._field("commissioner_kind", _("特派员类型"), self.kind),
                    self._field("service_mode", _("服务模式"), self.mode),
                )
            )
        column.addWidget(Words(form.services_title, "meta", "text2"))
        ticks = WrappingRow(columns=_COLUMNS)
        for one in entries(form.services):
            tick = Tick(one.label)
            tick.setChecked(one.code in self._given.services)
            tick.setEnabled(self._editable)
            self.services[one.code] = tick
            ticks.add(tick)
        column.addWidget(ticks)
        if form.has_team:
            until = self._field("track_until", _("跟踪到"), self.track_until)
            column.addLayout(row_of(self.solved, until))

    def _field(self, name: str, label: str, control: QWidget) -> Field:
        field = Field(label, control)
        self.inputs[name] = field
        return field

    def _ticked(self) -> tuple[str, ...]:
        others = tuple(code for code in self._given.services if code not in self.services)
        return others + tuple(code for code, tick in self.services.items() if tick.isChecked())


def _figure(field: str, text: str) -> Decimal | None:
    words = text.strip().removesuffix("人").removesuffix("小时").strip()
    if not words:
        return None
    try:
        figure = Decimal(words)
    except InvalidOperation:
        raise InvalidInputError(field, _("请只写数字，如 23 或 1.5。")) from None
    if not figure.is_finite() or not 0 < figure <= 100_000:
        raise InvalidInputError(field, _("请写大于 0 的数。"))
    return figure

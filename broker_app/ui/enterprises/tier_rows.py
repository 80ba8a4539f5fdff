"""The tiers of a firm in its form: which one, since when, until when."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList
from broker_app.i18n import _
from broker_app.services.firm_tiers import Tier
from broker_app.services.numbers import today
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.date_line import DateLine
from broker_app.ui.shell.fields import Combo, Field


class TierRows(QWidget):
    """Rows that can be added and taken away; empty ones count for nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column.addLayout(self._rows)
        self.add_button = Button(_("加一项认定或入库"), "quiet", icon="plus", small=True, on_click=self._add_empty)
        column.addLayout(row_of(self.add_button, None))

    @property
    def rows(self) -> "list[TierRow]":
        """The rows shown."""
        items = (self._rows.itemAt(number) for number in range(self._rows.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one for one in widgets if isinstance(one, TierRow) and not one.removed]

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers typed; a row of which no tier was chosen is left out."""
        return tuple(row.tier for row in self.rows if row.kind.code)

    @property
    def unreadable(self) -> bool:
        """Whether a day was typed that is none."""
        return any(one.unreadable for row in self.rows if row.kind.code for one in (row.since, row.until))

    def set_tiers(self, tiers: tuple[Tier, ...]) -> None:
        """Show these."""
        for tier in tiers:
            self._rows.addWidget(TierRow(tier))

    def _add_empty(self) -> None:
        row = TierRow(Tier(""))
        self._rows.addWidget(row)
        row.kind.setFocus()


class TierRow(QWidget):
    """One tier with its two days."""

    def __init__(self, tier: Tier) -> None:
        super().__init__()
        self.removed = False
        self.kind = Combo(list_choices(CodeList.ENTERPRISE_TIER), empty=_("请选"))
        self.since = DateLine(today=today, placeholder=_("如 2024.12.1"))
        self.until = DateLine(today=today, placeholder=_("没有就空着"))
        self.kind.set_code(tier.code)
        self.since.set_day(tier.since)
        self.until.set_day(tier.until)
        remove = tool_button("x", _("去掉这一项"), self._remove)
        row = row_of(
            Field(_("认定或入库"), self.kind),
            Field(_("认定日期"), self.since),
            Field(_("到期"), self.until),
            remove,
        )
        row.setStretch(0, 3)
        row.setStretch(1, 2)
        row.setStretch(2, 2)
        row.setAlignment(remove, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(row)

    @property
    def tier(self) -> Tier:
        """As typed."""
        return Tier(self.kind.code, self.since.day, self.until.day)

    def _remove(self) -> None:
        self.removed = True
        self.hide()

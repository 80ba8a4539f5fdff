"""走访建议: firms that should be visited, by county, each with its reasons; one press puts it into the plan."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from broker_app.i18n import _, counted
from broker_app.rules.calendar import utc_now
from broker_app.services.calendar_plan import monday_of
from broker_app.services.numbers import today
from broker_app.services.typed_dates import moment_text
from broker_app.services.visit_proposals import (
    CountyProposals,
    PlannedVisit,
    ProposedFirm,
    plan_next,
    propose_visits,
)
from broker_app.services.visits import delete_visit
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import Facts, IconLabel, Words

_WEEK = timedelta(days=7)
_MOST_DAYS = 31


class ProposalRow(QWidget):
    """One firm: its name, why, and the button that plans it."""

    opened = Signal(object)
    planned = Signal(object)

    def __init__(self, firm: ProposedFirm) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(12)
        late = any(one.is_late for one in firm.reasons)
        row.addWidget(IconLabel("timer" if late else "buildings", "bad_text" if late else "text3"))
        text = QVBoxLayout()
        text.setSpacing(0)
        self.name = Button(firm.name, "quiet", small=True, on_click=lambda: self.opened.emit(firm.enterprise_id))
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name.setStyleSheet("text-align: left; padding-left: 0;")
        text.addWidget(self.name)
        text.addWidget(Facts([one.words for one in firm.reasons]))
        row.addLayout(text, 1)
        self.button = Button(_("安排"), small=True, icon="calendar-plus", on_click=lambda: self.planned.emit(firm))
        self.button.setAccessibleName(_("安排走访 {name}").format(name=firm.name))
        row.addWidget(self.button)


class ProposalsPage(Page):
    """Opened from the calendar, from Today and from the palette."""

    name = "proposals"
    title = _("走访建议")
    icon = "calendar-check"
    place = "visits"
    reads = frozenset({"Visit", "Enterprise", "Need", "FollowUp"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.rows: list[ProposalRow] = []
        self.calendar_button = Button(_("日历"), icon="calendar-blank", on_click=lambda: desk.go("calendar"))
        self.bag_button = Button(_("打印下周要带的"), icon="printer", on_click=self.print_bag)
        self.bag_button.setToolTip(_("下周的走访计划表，和每家企业的一页纸"))
        self.header.add_actions(self.calendar_button, self.bag_button)
        area, self._column = scroll_column(margins=(24, 0, 20, 14))
        self._stack = QStackedWidget()
        self._stack.addWidget(area)
        self._stack.addWidget(
            EmptyState(
                _("眼下没有该去的企业"),
                _("九十天没去、资质快到期、需求没结、跟进到期的企业，会按县区排在这里。"),
                (Button(_("安排走访"), icon="calendar-plus", on_click=lambda: desk.go("visits", "plan")),),
            )
        )
        self.body.addWidget(self._stack)
        self.quota = QSpinBox()
        self.quota.setRange(0, _MOST_DAYS)
        self.quota.setSpecialValueText(_("没有规定"))
        self.quota.setSuffix(_(" 天"))
        self.quota.lineEdit().setTextMargins(7, 0, 0, 0)
        for part in (self.quota, self.quota.lineEdit()):
            part.setAccessibleName(_("科技副总每月应到企业的天数"))
        self.quota.setValue(desk.settings.vp_days_a_month)
        self.quota.valueChanged.connect(self._change_quota)
        self._quota_card = Card()
        words = Words(_("科技副总每月应到企业（本地口径，考核表也用它）"), "body", "text2")
        self._quota_card.column.addLayout(row_of(words, self.quota, None, spacing=12))
        self._groups = QVBoxLayout()
        self._groups.setSpacing(12)
        self._column.addLayout(self._groups)
        self._column.addWidget(self._quota_card)
        self._column.addStretch(1)

    def refresh(self) -> None:
        """Read the proposals again."""
        days = self.desk.settings.vp_days_a_month
        self.desk.tasks.read(self, lambda session: propose_visits(session, vp_days_a_month=days), self._show)

    def print_bag(self) -> None:
        """The papers for next week."""
        monday = monday_of(today()) + _WEEK
        self.desk.go("papers", ("bag", (monday, monday + timedelta(days=6))))

    def plan(self, firm: ProposedFirm) -> None:
        """Put a firm into the next free time, with 撤销."""
        tasks = self.desk.tasks

        def done(made: PlannedVisit) -> None:
            def back() -> None:
                tasks.write(self, lambda session: delete_visit(session, made.visit_id))

            words = _("{name} 排在 {when}，可在日历里挪").format(
                name=made.enterprise, when=moment_text(made.start, utc_now())
            )
            self.desk.toast(words, icon="calendar-check", undo=back)

        tasks.write(self, lambda session: plan_next(session, firm.enterprise_id, firm.reasons), done)

    def _change_quota(self, days: int) -> None:
        self.desk.change_settings(vp_days_a_month=days)
        self.refresh()

    def _show(self, groups: Sequence[CountyProposals]) -> None:
        firms = sum(len(one.firms) for one in groups)
        self.header.facts.set_facts(
            [
                counted("{n} 家企业该去了", "{n} 家企业该去了", firms) if firms else "",
                counted("{n} 个县区", "{n} 个县区", len(groups)) if groups else "",
            ]
        )
        clear_layout(self._groups)
        self.rows = []
        for group in groups:
            self._groups.addWidget(self._card(group))
        self._stack.setCurrentIndex(0 if groups else 1)

    def _card(self, group: CountyProposals) -> Card:
        card = Card()
        card.add_heading(group.name, str(len(group.firms)))
        for number, firm in enumerate(group.firms):
            if number:
                card.column.addWidget(Hairline())
            row = ProposalRow(firm)
            row.opened.connect(self._open_firm)
            row.planned.connect(self.plan)
            self.rows.append(row)
            card.column.addWidget(row)
        return card

    def _open_firm(self, enterprise_id: Any) -> None:
        if isinstance(enterprise_id, UUID):
            self.desk.go("enterprise", enterprise_id)

"""A need that everybody may read: what it says, whom to ask, and taking it into this team to work on it."""

from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, listed
from broker_app.services.numbers import today
from broker_app.services.public_needs import PublicNeedDetail, get_public_need, take_over
from broker_app.services.publishing import metric_line
from broker_app.services.typed_dates import date_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph, Words

_TEXT_SHARE, _SIDE_SHARE = 5, 3


class PublicNeedPage(Page):
    """``open_at`` takes the id of a public record."""

    name = "public_need"
    title = _("公开需求")
    icon = "megaphone"
    place = "needs"
    reads = frozenset({"PublishedNeed", "Need"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._record: UUID | None = None
        self._detail: PublicNeedDetail | None = None
        self.own_button = Button(_("看本团队这一条"), icon="clipboard-text", on_click=self.open_own)
        self.match_button = Button(_("找成果"), "primary", icon="intersect", on_click=self.find_matches)
        self.header.add_actions(self.own_button, self.match_button)
        area, column = scroll_column(margins=(MARGIN_LEFT, 0, MARGIN_RIGHT, 20))
        self.body.addWidget(area)
        row = QHBoxLayout()
        row.setSpacing(12)
        column.addLayout(row)
        column.addStretch(1)
        text, side = Card(), Card()
        self.lines = KeyValues()
        text.column.addWidget(self.lines)
        text.column.addStretch(1)
        side.column.addWidget(Words(_("有兴趣找谁"), "body", "text", strong=True))
        self.office = KeyValues(64)
        side.column.addWidget(self.office)
        self.hint = Paragraph("", "meta", "text2")
        side.column.addWidget(self.hint)
        side.column.addStretch(1)
        row.addWidget(text, _TEXT_SHARE)
        row.addWidget(side, _SIDE_SHARE)

    def open_at(self, what: object) -> None:
        """Show a public need."""
        if isinstance(what, UUID):
            self._record = what
            self.refresh()
        else:
            self.desk.go("needs")

    def refresh(self) -> None:
        """Read it again."""
        record = self._record
        if record is not None:
            self.desk.tasks.read(
                self, lambda session: get_public_need(session, record), partial(self._show, record), self._on_gone
            )

    def open_own(self) -> None:
        """Show the need of this team that it stands for, or that was taken over from it."""
        if self._detail is not None and self._detail.need_id is not None:
            self.desk.go("need", self._detail.need_id)

    def find_matches(self) -> None:
        """Find achievements; another team's need is first taken into this team, once."""
        detail = self._detail
        if detail is None:
            return
        if detail.need_id is not None:
            self.desk.go("recommend", detail.need_id)
            return

        def done(need_id: UUID) -> None:
            self.desk.toast(_("已收进本团队的需求，来源记的是 {number}").format(number=detail.number))
            self.desk.go("recommend", need_id)

        self.desk.tasks.write(self, lambda session: take_over(session, detail.id), done)

    def _show(self, record: UUID, detail: PublicNeedDetail) -> None:
        if record != self._record:
            return
        self._detail = detail
        self.header.title.set_text(detail.title or _("已撤回的公开需求"))
        since = date_text(detail.published_on, today()) if detail.published_on else ""
        self.header.facts.set_facts([_("{day}公开").format(day=since) if since else "", detail.number])
        self.own_button.setVisible(detail.need_id is not None)
        self.match_button.setVisible(bool(detail.title))
        self.lines.show_lines(_lines(detail))
        self.office.show_lines(
            [(_("单位"), detail.contact_unit), (_("联系人"), detail.contact_name), (_("电话"), detail.contact_phone)]
        )
        self.hint.set_text(_hint(detail))

    def _on_gone(self, error: BrokerError) -> None:
        self._record = self._detail = None
        self.desk.go("needs")
        self.desk.complain(error)


def _hint(detail: PublicNeedDetail) -> str:
    if detail.is_ours:
        return _("这是本团队公开的需求。要改、要撤回，去看本团队这一条。")
    if detail.need_id is not None:
        return _("已收进本团队，找成果、记对接都在那一条上办。")
    return _("是哪家企业没有公开，先找上面的单位。点「找成果」会把它收进本团队的需求里。")


def _lines(detail: PublicNeedDetail) -> list[tuple[str, str]]:
    return [
        (_("类别"), detail.kind_label),
        (_("主要问题"), detail.problem),
        (_("预期目标"), detail.goal),
        (_("指标"), "\n".join(map(metric_line, detail.metrics))),
        (_("行业"), listed(detail.industry_labels)),
        (_("关键词"), listed(detail.keywords)),
        (_("预算"), detail.budget),
        (_("期限"), date_text(detail.deadline, today()) if detail.deadline else ""),
        (_("合作方式"), detail.mode_label),
        (_("紧急程度"), detail.urgency_label),
        (_("先用后转"), _("可以") if detail.use_then_pay else ""),
        (_("所在县区"), detail.county_label),
    ]

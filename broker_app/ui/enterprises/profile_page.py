"""A firm: facts and people at the left, everything that happened with it at the right."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from broker_app.codes.gb4754 import gb4754_label
from broker_app.codes.lists import CodeList, label
from broker_app.errors import BrokerError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.enterprises import ContactDraft, EnterpriseDetail, TimelineEntry, get_enterprise
from broker_app.services.typed_dates import date_text
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.page import remove_enterprise
from broker_app.ui.enterprises.timeline import LINE_ROLE, Timeline
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Card, Hairline, Panel, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme

_CLOSED = ("已解决", "已撤回", "已并入", "非技术")
_WIDE, _NARROW = 370, 320


class EnterpriseProfilePage(Page):
    """Opened at the id of a firm."""

    name = "enterprise"
    title = _("企业")
    icon = "buildings"
    place = "enterprises"
    reads = frozenset({"Enterprise", "Contact", "Visit", "Need"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._id: UUID | None = None
        self._detail: EnterpriseDetail | None = None
        self._kind = ""
        self.edit_button = Button(_("改资料"), icon="pencil-simple", on_click=self._edit)
        self.more_button = tool_button("dots-three", _("更多"), self._show_more)
        self.visit_button = Button(_("记走访"), "primary", icon="note-pencil", on_click=self._log_visit)
        self.header.add_actions(self.edit_button, self.more_button, self.visit_button)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 20, 14)
        row.setSpacing(12)
        self._left_area, left = scroll_column(spacing=12)
        self._facts_card, self._needs_card = Card(), Card()
        left.addWidget(self._facts_card)
        left.addWidget(self._needs_card)
        left.addStretch(1)
        row.addWidget(self._left_area)
        self._make_facts()
        row.addWidget(self._make_history(), 1)
        self.body.addLayout(row)

    def open_at(self, what: object) -> None:
        """Show the firm of that id."""
        if isinstance(what, UUID):
            self._id = what
            self.refresh()

    def refresh(self) -> None:
        """Read the firm again."""
        if self._id is not None:
            enterprise_id = self._id
            self.desk.tasks.read(
                self, lambda session: get_enterprise(session, enterprise_id), self._show, self._show_gone
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Facts take less room in a narrow window."""
        super().resizeEvent(event)
        width = _WIDE if self.width() > 1050 else _NARROW
        self._left_area.setFixedWidth(round(width * max(1.0, theme().scale.factor ** 0.6)))

    def _make_facts(self) -> None:
        column = self._facts_card.column
        self._chips = QHBoxLayout()
        self._chips.setSpacing(8)
        column.addLayout(self._chips)
        self._values = KeyValues(92)
        column.addWidget(self._values)
        self._profile = Paragraph("", "body", "text2")
        column.addWidget(self._profile)
        column.addSpacing(4)
        column.addWidget(Hairline())
        column.addSpacing(2)
        _title, self._people_count = self._facts_card.add_heading(_("联系人"))
        self._people = QVBoxLayout()
        self._people.setSpacing(2)
        column.addLayout(self._people)
        _title, self._needs_count = self._needs_card.add_heading(_("没结的需求"))
        self._needs = QVBoxLayout()
        self._needs.setSpacing(2)
        self._needs_card.column.addLayout(self._needs)

    def _make_history(self) -> Card:
        card = Card(pad=0)
        card.column.setContentsMargins(1, 12, 1, 8)
        track = Panel("nav")
        self._segments = QButtonGroup(self)
        self._segments.setExclusive(True)
        buttons = []
        for kind in ("", "visit", "need"):
            button = Button("", "segment", on_click=partial(self._show_kind, kind))
            button.setCheckable(True)
            button.setProperty("timeline", kind)
            self._segments.addButton(button)
            buttons.append(button)
        buttons[0].setChecked(True)
        track.setLayout(row_of(*buttons, spacing=2))
        layout = track.layout()
        if layout is not None:
            layout.setContentsMargins(3, 2, 3, 2)
        line = row_of(track, None)
        line.setContentsMargins(14, 0, 14, 4)
        card.column.addLayout(line)
        self.timeline = Timeline()
        self.timeline.activated.connect(self._open_entry)
        self.timeline.clicked.connect(self._open_entry)
        card.column.addWidget(self.timeline, 1)
        self._nothing = Paragraph(_("还没有来往。第一次走访记完，会从这里开始。"), "body", "text3")
        self._nothing.setContentsMargins(24, 0, 0, 0)
        card.column.addWidget(self._nothing)
        return card

    def _show(self, detail: EnterpriseDetail) -> None:
        self._detail = detail
        draft = detail.draft
        self.header.title.set_text(draft.name)
        clear_layout(self._chips)
        for tag in draft.tags[:4]:
            self._chips.addWidget(ChipLabel(tag, "accent"))
        if draft.size:
            self._chips.addWidget(ChipLabel(label(CodeList.ENTERPRISE_SIZE, draft.size)))
        self._chips.addStretch(1)
        self._values.show_lines(_facts(detail))
        self._profile.set_text(draft.profile)
        self._profile.setVisible(bool(draft.profile))
        self._show_people(draft.contacts)
        self._show_needs([one for one in detail.timeline if one.kind == "need" and one.state not in _CLOSED])
        counts = {kind: sum(one.kind == kind for one in detail.timeline) for kind in ("visit", "need")}
        names = {"": _("全部"), "visit": _("走访"), "need": _("需求")}
        for button in self._segments.buttons():
            kind = str(button.property("timeline"))
            button.setText(f"{names[kind]} {counts.get(kind, len(detail.timeline))}")
        self._show_kind(self._kind)

    def _show_kind(self, kind: str) -> None:
        self._kind = kind
        entries = self._detail.timeline if self._detail else ()
        shown = [one for one in entries if kind in ("", one.kind)]
        self.timeline.timeline.show_entries(shown)
        self._nothing.setVisible(not shown)

    def _show_people(self, people: tuple[ContactDraft, ...]) -> None:
        clear_layout(self._people)
        self._people_count.setText(str(len(people)) if people else "")
        for person in people:
            self._people.addWidget(_PersonLine(person, partial(self._copy, person)))
        if not people:
            self._people.addWidget(Paragraph(_("还没有联系人，点「改资料」补上。"), "meta", "text3"))

    def _show_needs(self, needs: list[TimelineEntry]) -> None:
        clear_layout(self._needs)
        self._needs_count.setText(str(len(needs)) if needs else "")
        for need in needs[:8]:
            line = Button(need.title, "quiet", small=True, on_click=partial(self.desk.go, "need", need.id))
            line.setToolTip(need.title)
            holder = QWidget()
            holder.setLayout(row_of(_shortened(line), None, Words(need.state, "meta", "text3")))
            self._needs.addWidget(holder)
        if not needs:
            self._needs.addWidget(Paragraph(_("没有没结的需求。"), "meta", "text3"))

    def _show_gone(self, error: BrokerError) -> None:
        self.desk.complain(error)
        self.desk.go_back()

    def _open_entry(self, index: QModelIndex) -> None:
        entry = index.data(LINE_ROLE)
        if isinstance(entry, TimelineEntry):
            self.desk.go("visits" if entry.kind == "visit" else "need", entry.id)

    def _edit(self) -> None:
        if self._detail is not None:
            EnterpriseDialog(self, self.desk, self._detail.draft, self._detail.id).open()

    def _log_visit(self) -> None:
        if self._id is not None:
            self.desk.go("visits", ("new", self._id))

    def _show_more(self) -> None:
        menu = QMenu(self)
        trash = QAction(_("移到回收站"), menu)
        trash.triggered.connect(self._remove)
        menu.addAction(trash)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _remove(self) -> None:
        if self._detail is not None:
            remove_enterprise(self, self.desk, self._detail.id, self._detail.draft.name)
            self.desk.go("enterprises")

    def _copy(self, person: ContactDraft) -> None:
        QGuiApplication.clipboard().setText(person.phone)
        self.desk.toast(_("已复制 {name} 的电话").format(name=person.name), icon="copy")


class _PersonLine(QWidget):
    """Name, position, phone, and a button that copies the phone."""

    def __init__(self, person: ContactDraft, on_copy: partial[None]) -> None:
        super().__init__()
        copy = tool_button("copy", _("复制 {name} 的电话").format(name=person.name), on_copy)
        if not person.phone:
            copy.hide()
        self.setLayout(
            row_of(
                Words(person.name, "body", strong=True),
                ElidedWords(person.position, "meta", "text3"),
                None,
                Words(person.phone, "body", "text2"),
                copy,
            )
        )


def _facts(detail: EnterpriseDetail) -> tuple[tuple[str, str], ...]:
    draft = detail.draft
    code = " ".join(draft.credit_code[at : at + 4] for at in range(0, len(draft.credit_code), 4))
    if detail.code_warning:
        code = f"{code}\n{detail.code_warning}"
    founded = date_text(draft.founded_on, china_date(utc_now())) if draft.founded_on else ""
    industry = listed(detail.industry_labels)
    return (
        (_("信用代码"), code),
        (_("所在地"), " ".join(one for one in (detail.county_label, draft.address) if one)),
        (_("行业"), industry),
        (_("国民经济"), gb4754_label(draft.gb4754) if draft.gb4754 else ""),
        (_("法人代表"), draft.legal_person),
        (_("成立"), founded),
        (_("网址"), draft.website),
        (_("信箱"), draft.email),
    )


def _shortened(button: Button) -> Button:
    button.setMaximumWidth(230)
    button.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return button

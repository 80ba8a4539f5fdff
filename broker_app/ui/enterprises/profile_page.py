"""A firm: facts and people at the left, everything that happened with it at the right."""

from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from broker_app.codes.gb4754 import gb4754_label
from broker_app.codes.lists import CodeList, label
from broker_app.errors import BrokerError
from broker_app.i18n import _, listed
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.enterprise_merge import fact_words
from broker_app.services.enterprises import ContactDraft, EnterpriseDetail, EnterpriseDraft, get_enterprise
from broker_app.services.firm_history import KINDS, TimelineEntry
from broker_app.services.firm_tiers import Tier
from broker_app.services.numbers import today
from broker_app.services.typed_dates import date_text
from broker_app.ui.enterprises.card_files import choose_cards, export_people, paste_card
from broker_app.ui.enterprises.form import EnterpriseDialog
from broker_app.ui.enterprises.merge_dialog import open_merge
from broker_app.ui.enterprises.page import remove_enterprise
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.enterprises.timeline import LINE_ROLE, Timeline
from broker_app.ui.shell.buttons import Button, TitleLink, tool_button
from broker_app.ui.shell.cards import Card, Hairline, Panel, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.sync.hand_over_dialog import ask_handover
from broker_app.ui.sync.history_dialog import HistoryDialog

_PROFILE_LINES = 6
_SOON_DAYS = 90
_WIDE, _NARROW = 370, 320


class EnterpriseProfilePage(Page):
    """Opened at the id of a firm."""

    name = "enterprise"
    title = _("企业")
    icon = "buildings"
    place = "enterprises"
    reads = frozenset({"Enterprise", "Contact", "Visit", "Need", "Match", "Attachment", "FirmAlias"})

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
        self._chips = QVBoxLayout()
        self._chips.setSpacing(4)
        column.addLayout(self._chips)
        self._values = KeyValues(92)
        column.addWidget(self._values)
        self._profile = QVBoxLayout()
        column.addLayout(self._profile)
        column.addSpacing(4)
        column.addWidget(Hairline())
        column.addSpacing(2)
        self.cards_button = tool_button("identification-card", _("名片：粘贴、导入、导出"), self._show_card_acts)
        _title, self._people_count = self._facts_card.add_heading(_("联系人"), "", self.cards_button)
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
        for kind in ("", *KINDS):
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
        self._nothing = QWidget()
        nothing = QVBoxLayout(self._nothing)
        nothing.setContentsMargins(24, 4, 20, 0)
        nothing.addWidget(Paragraph(_("还没有来往。第一次走访记完，会从这里开始。"), "body", "text3"))
        nothing.addStretch(1)
        card.column.addWidget(self._nothing, 1)
        return card

    def _show(self, detail: EnterpriseDetail) -> None:
        self._detail = detail
        draft = detail.draft
        self.header.title.set_text(draft.name)
        self._show_chips(draft)
        self._values.show_lines(_facts(detail))
        self._show_profile(draft.profile)
        self._show_people(draft.contacts)
        self._show_needs([one for one in detail.timeline if one.is_open])
        counts = {kind: sum(one.kind == kind for one in detail.timeline) for kind in KINDS}
        names = {"": _("全部"), "visit": _("走访"), "need": _("需求"), "match": _("对接"), "paper": _("文书")}
        for button in self._segments.buttons():
            kind = str(button.property("timeline"))
            button.setText(f"{names[kind]} {counts.get(kind, len(detail.timeline))}")
            button.setVisible(kind in ("", "visit", "need") or counts[kind] > 0)
        self._show_kind(self._kind)

    def _show_chips(self, draft: EnterpriseDraft) -> None:
        clear_layout(self._chips)
        chips = [_tier_chip(tier, today()) for tier in draft.tiers]
        chips += [ChipLabel(tag, "accent") for tag in draft.tags]
        if draft.size:
            chips.append(ChipLabel(label(CodeList.ENTERPRISE_SIZE, draft.size)))
        room, used = self._left_area.width() - 2 * 16 - 12, 0
        line: list[QWidget] = []
        for chip in chips:
            width = chip.sizeHint().width() + 8
            if line and used + width > room:
                self._chips.addLayout(row_of(*line, None))
                line, used = [], 0
            line.append(chip)
            used += width
        if line:
            self._chips.addLayout(row_of(*line, None))

    def _show_profile(self, text: str, *, whole: bool = False) -> None:
        clear_layout(self._profile)
        if not text:
            return
        paragraph = Paragraph(text, "body", "text2", max_lines=0 if whole else _PROFILE_LINES)
        self._profile.addWidget(paragraph)
        long = len(text) > 120 or text.count("\n") >= _PROFILE_LINES
        if long:
            words = _("收起") if whole else _("看全文")
            show = partial(self._show_profile, text, whole=not whole)
            self._profile.addLayout(row_of(Button(words, "quiet", small=True, on_click=show), None))

    def _show_kind(self, kind: str) -> None:
        self._kind = kind
        entries = self._detail.timeline if self._detail else ()
        shown = [one for one in entries if kind in ("", one.kind)]
        self.timeline.timeline.show_entries(shown)
        self.timeline.setVisible(bool(shown))
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
            holder = QWidget()
            link = TitleLink(need.title, on_click=partial(self.desk.go, "need", need.id))
            holder.setLayout(row_of(link, None, Words(need.state, "meta", "text3")))
            self._needs.addWidget(holder)
        if not needs:
            self._needs.addWidget(Paragraph(_("没有没结的需求。"), "meta", "text3"))

    def _show_gone(self, error: BrokerError) -> None:
        self.desk.complain(error)
        self.desk.go_back()

    def _open_entry(self, index: QModelIndex) -> None:
        entry = index.data(LINE_ROLE)
        if isinstance(entry, TimelineEntry):
            places = {"visit": "visits", "paper": "visits", "need": "need", "match": "matches"}
            if entry.kind in places:
                self.desk.go(places[entry.kind], entry.id)

    def _edit(self) -> None:
        if self._detail is not None:
            EnterpriseDialog(self, self.desk, self._detail.draft, self._detail.id).open()

    def _log_visit(self) -> None:
        if self._id is not None:
            self.desk.go("visits", ("new", self._id))

    def _show_more(self) -> None:
        menu = QMenu(self)
        for words, act in (
            (_("打印企业一页纸"), self._print),
            (_("和另一家合并…"), self._choose_twin),
            (_("移交…"), self.hand_over),
            (_("改动经过"), self.show_past),
            (_("移到回收站"), self._remove),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def hand_over(self) -> None:
        """Ask to which county office the firm goes."""
        if self._id is not None:
            ask_handover(self, self.desk, "enterprise", self._id)

    def show_past(self) -> None:
        """Show who changed what and when."""
        if self._id is not None and self._detail is not None:
            HistoryDialog(self, self.desk, "enterprise", self._id, self._detail.draft.name).open()

    def _show_card_acts(self) -> None:
        if self._id is None:
            return
        firm, menu = self._id, QMenu(self)
        for words, act in (
            (_("粘贴名片上的文字"), partial(paste_card, self, self.desk, firm)),
            (_("从名片文件加…"), partial(choose_cards, self, self.desk, firm)),
            (_("导出名片文件…"), partial(export_people, self, self.desk, firm)),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.popup(self.cards_button.mapToGlobal(self.cards_button.rect().bottomLeft()))

    def _print(self) -> None:
        if self._id is not None:
            self.desk.go("papers", ("firm_page", self._id))

    def _choose_twin(self) -> None:
        if self._id is not None:
            TwinDialog(self, self.desk, self._id).open()

    def _remove(self) -> None:
        if self._detail is not None:
            remove_enterprise(self, self.desk, self._detail.id, self._detail.draft.name)
            self.desk.go("enterprises")

    def _copy(self, person: ContactDraft) -> None:
        QGuiApplication.clipboard().setText(person.phone)
        self.desk.toast(_("已复制 {name} 的电话").format(name=person.name), icon="copy")


class TwinDialog(Dialog):
    """Which other record is the same firm."""

    def __init__(self, host: QWidget, desk: Desk, firm: UUID) -> None:
        super().__init__(host, _("和哪一家合并"), dismiss=_("先不合并"))
        self._host, self._desk, self._firm = host, desk, firm
        self.picker = EnterprisePicker(desk)
        self.picker.picked.connect(self._on_picked)
        self.content.addWidget(Field(_("另一条记录"), self.picker, help_text=_("选好以后逐项核对，还没有合并")))
        self.content.addStretch(1)

    def _on_picked(self, other: UUID, _name: str) -> None:
        self.close_with(True)
        open_merge(self._host, self._desk, self._firm, other)


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
        (_("园区"), draft.carrier),
        (_("科创指数"), fact_words("index_score", draft)),
        (_("网址"), draft.website),
        (_("信箱"), draft.email),
    )


def _tier_chip(tier: Tier, day: date) -> ChipLabel:
    name = label(CodeList.ENTERPRISE_TIER, tier.code)
    left = (tier.until - day).days if tier.until else None
    if left is None or left > _SOON_DAYS:
        return ChipLabel(name, "accent")
    if left < 0:
        return ChipLabel(_("{tier} 已过期").format(tier=name), "bad", "warning-circle")
    return ChipLabel(_("{tier} 还有 {n} 天").format(tier=name, n=left), "warn", "clock")

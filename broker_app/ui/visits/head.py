"""The head of the visit editor: firm, state, what to do next, and who was there when."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList
from broker_app.i18n import _
from broker_app.rules.states import VisitState, state_label
from broker_app.services.visits import PersonMet, VisitDraft
from broker_app.ui.enterprises.picker import EnterprisePicker
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Panel, row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.fields import Combo, Field, ListLine
from broker_app.ui.shell.ime import ImeAwareLineEdit
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords
from broker_app.ui.shell.theme import theme
from broker_app.ui.visits.list_model import visit_status
from broker_app.ui.visits.people_words import people_text, typed_people
from broker_app.ui.visits.time_line import VisitTimeLine

_TONES = {"accent_text": "accent", "ok_text": "ok", "bad_text": "bad"}


class VisitHead(Panel):
    """``typed`` tells that something in it was changed by a person."""

    typed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("surface", lines=("bottom",), parent=parent)
        self._loading = False
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 0, 20, 12)
        column.setSpacing(2)
        self.back = tool_button("arrow-left", _("回到走访列表"))
        self.back.hide()
        self.title = ElidedWords("", "title", "text")
        self.picker = EnterprisePicker(desk)
        self._firm = QStackedWidget()
        self._firm.addWidget(self.title)
        self._firm.addWidget(self.picker)
        self._firm.setMinimumHeight(theme().scale.height(36, "title", 4))
        self.chip = ChipLabel()
        self.print_button = tool_button("printer", _("预览和打印 Ctrl+P"))
        self.more_button = tool_button("dots-three", _("更多"))
        self.finish_button = Button(_("完成"), "primary", icon="check")
        self.finish_button.setToolTip("Ctrl+Enter")
        line = row_of(self.back, self._firm, self.chip, self.print_button, self.more_button, self.finish_button)
        line.setStretch(1, 1)
        line.setContentsMargins(0, 12, 0, 2)
        column.addLayout(line)
        column.addLayout(self._make_fields())
        for field in (self.when, self.met, self.companions):
            field.committed.connect(lambda _text: self._tell())
        self.role.currentIndexChanged.connect(lambda _index: self._tell())

    def fill(self, draft: VisitDraft, firm: str) -> None:
        """Show a visit; nothing here counts as typed."""
        self._loading = True
        self.show_firm(firm if draft.enterprise_id else "")
        self.when.set_moments(draft.started_at, draft.ended_at)
        self.role.set_code(draft.role)
        self.met.set_text(people_text(draft.met))
        self.companions.set_items(draft.companions)
        self._loading = False
        self.when_field.show_error("")
        self.role_field.show_error("")

    def show_firm(self, name: str) -> None:
        """Show the firm's name; "" offers the field to choose one."""
        self.title.set_text(name)
        self.picker.show_name("")
        self._firm.setCurrentWidget(self.title if name else self.picker)

    def add_person(self, person: PersonMet) -> None:
        """Add somebody to the people met."""
        people = (*typed_people(self.met.text()), person)
        self.met.set_text(people_text(people))

    def ask_firm(self) -> None:
        """Offer the field to choose a firm, with the keyboard in it."""
        self._firm.setCurrentWidget(self.picker)
        self.picker.show_name("")
        self.picker.setFocus()

    def show_state(self, state: VisitState, *, editable: bool, step: tuple[str, str] | None) -> None:
        """Show the state, and the next step as words and icon (None: there is none)."""
        status = visit_status(state, state_label("visit", state))
        self.chip.set_chip(status.words, _TONES.get(status.tone, "plain"), status.icon)
        for field in (self.when, self.met, self.companions):
            field.setReadOnly(not editable)
        self.role.setEnabled(editable)
        self.finish_button.setVisible(step is not None)
        if step is not None:
            self.finish_button.setText(step[0])
            self.finish_button.set_icon(step[1])

    def connect_actions(
        self, *, step: Callable[[], object], preview: Callable[[], object], more: Callable[[], object]
    ) -> None:
        """What the buttons do."""
        self.finish_button.clicked.connect(lambda: step())
        self.print_button.clicked.connect(lambda: preview())
        self.more_button.clicked.connect(lambda: more())

    def _make_fields(self) -> QGridLayout:
        self.when = VisitTimeLine()
        self.role = Combo(list_choices(CodeList.VISITOR_ROLE), empty="—")
        self.met = ImeAwareLineEdit(placeholder=_("如 赵工 生产部 138 0013 8000"))
        self.companions = ListLine(placeholder=_("如 李教授、周博士"))
        self.when_field = Field(_("时间"), self.when, required=True)
        self.role_field = Field(_("身份"), self.role, required=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        fields = (
            (self.when_field, 6),
            (self.role_field, 4),
            (Field(_("接待人"), self.met), 7),
            (Field(_("同行"), self.companions), 4),
        )
        for number, (field, share) in enumerate(fields):
            grid.addWidget(field, 0, number, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(number, share)
        return grid

    def _tell(self) -> None:
        if not self._loading:
            self.typed.emit()

"""Ctrl+T: a template at the cursor of the note, and the dialog that changes the templates."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from broker_app.codes.lists import CodeList
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, day_name
from broker_app.rules.calendar import china_date
from broker_app.services.visit_templates import (
    VARIABLES,
    VisitTemplate,
    check_variables,
    filled,
    list_templates,
    role_words,
    save_templates,
)
from broker_app.services.visits import VisitDraft
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, text_area
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph
from broker_app.ui.visits.note_edit import NoteEdit


class NoteTemplates(QObject):
    """Puts templates into a note; ``shown`` tells the visit as typed and the name of its firm."""

    def __init__(self, desk: Desk, note: NoteEdit, shown: Callable[[], tuple[VisitDraft, str]]) -> None:
        super().__init__(note)
        self._desk, self._note, self._shown = desk, note, shown
        self.menu: QMenu | None = None

    def offer(self) -> None:
        """Show the templates of the role in a menu at the cursor."""
        if self._note.isReadOnly():
            self._desk.toast(_("纪要已定稿，不能再插模板"), icon="info")
            return
        role = self._shown()[0].role
        self._show_menu(self._desk.tasks.fetch(lambda session: list_templates(session, role)))

    def manage(self) -> None:
        """Change the templates."""
        dialog = TemplatesDialog(self._note, self._desk.tasks.fetch(list_templates))

        def write(templates: Sequence[VisitTemplate]) -> None:
            tasks = self._desk.tasks
            tasks.write(
                self,
                lambda session: save_templates(session, templates),
                lambda _none: dialog.close_with(True),
                dialog.show_refusal,
            )

        dialog.given.connect(write)
        dialog.open()

    def insert(self, template: VisitTemplate) -> None:
        """Put a template at the cursor; Ctrl+Z takes it out again."""
        draft, firm = self._shown()
        day = china_date(draft.started_at)
        values = {
            "企业": firm,
            "日期": day_name(day),
            "同行": "、".join(draft.companions),
            "接待人": "、".join(one.name for one in draft.met),
        }
        try:
            text = filled(template, values)
        except InvalidInputError as error:
            self._desk.complain(error)
            return
        commit_composition()
        cursor = self._note.textCursor()
        before = "" if cursor.atBlockStart() else "\n"
        cursor.insertText(before + text)
        self._note.setTextCursor(cursor)
        self._note.setFocus()

    def _show_menu(self, templates: Sequence[VisitTemplate]) -> None:
        menu = self.menu = QMenu(self._note)
        for template in templates:
            action = QAction(_plain(template.name), menu)
            action.triggered.connect(lambda _checked=False, one=template: self.insert(one))
            menu.addAction(action)
        menu.addSeparator()
        manage = QAction(_("管理模板"), menu)
        manage.triggered.connect(lambda: self.manage())
        menu.addAction(manage)
        menu.setActiveAction(menu.actions()[0])
        menu.popup(self._note.viewport().mapToGlobal(self._note.cursorRect().bottomLeft()))


class TemplatesDialog(Dialog):
    """One template at a time; 保存 keeps them all."""

    given = Signal(object)

    def __init__(self, host: QWidget, templates: Sequence[VisitTemplate]) -> None:
        super().__init__(host, _("纪要模板"), primary=_("保存"), icon="check", width=680)
        self._templates = list(templates)
        self._at = -1
        self.which = Combo()
        self.which.setAccessibleName(_("哪个模板"))
        self.add_button = Button(_("新模板"), icon="plus", small=True, on_click=self._add)
        self.remove_button = Button(_("删掉"), "danger", icon="trash", small=True, on_click=self._remove)
        line = row_of(self.which, self.add_button, self.remove_button)
        line.setStretch(0, 1)
        self.content.addLayout(line)
        self.name = ImeAwareLineEdit(placeholder=_("如 进厂走访"))
        self.role = Combo(list_choices(CodeList.VISITOR_ROLE), empty=role_words(""))
        self.name_field = Field(_("名字"), self.name, required=True)
        self.content.addLayout(row_of(self.name_field, Field(_("给谁用"), self.role)))
        self.text = text_area(lines=9)
        self.text_field = Field(_("内容"), self.text, required=True)
        self.content.addWidget(self.text_field)
        known = _("　").join(f"{{{one}}}" for one in VARIABLES)
        words = _("写上 {known}，插进纪要时换成这次走访的内容；还不知道的留成空白。").replace("{known}", known)
        self.content.addWidget(Paragraph(words, "meta", "text2"))
        self.which.currentIndexChanged.connect(self._turn_to)
        self.text.committed.connect(lambda _text: self._check_text())
        self._list(0)

    def accept(self) -> None:
        """Hand all of them over; the service checks them."""
        commit_composition()
        self._take()
        self.given.emit(tuple(self._templates))

    def show_refusal(self, error: BrokerError) -> None:
        """Say beside its field what cannot be kept."""
        field = error.field if isinstance(error, InvalidInputError) else ""
        (self.text_field if field == "text" else self.name_field).show_error(error.message)

    def _list(self, at: int) -> None:
        names = [(str(number), one.name or _("新模板")) for number, one in enumerate(self._templates)]
        self.which.blockSignals(True)
        self.which.set_choices(names)
        self.which.setCurrentIndex(at)
        self.which.blockSignals(False)
        self._at = -1
        self._turn_to(at)

    def _turn_to(self, at: int) -> None:
        self._take()
        self._at = at
        here = 0 <= at < len(self._templates)
        for widget in (self.name, self.role, self.text, self.remove_button):
            widget.setEnabled(here)
        template = self._templates[at] if here else VisitTemplate("", "")
        self.name.set_text(template.name)
        self.role.set_code(template.role)
        self.text.set_text(template.text)
        for field in (self.name_field, self.text_field):
            field.show_error("")

    def _take(self) -> None:
        if 0 <= self._at < len(self._templates):
            self._templates[self._at] = VisitTemplate(self.name.text().strip(), self.text.toPlainText(), self.role.code)

    def _add(self) -> None:
        self._take()
        self._templates.append(VisitTemplate("", ""))
        self._list(len(self._templates) - 1)
        self.name.setFocus()

    def _remove(self) -> None:
        del self._templates[self._at]
        self._at = -1
        self._list(max(0, len(self._templates) - 1))

    def _check_text(self) -> None:
        try:
            check_variables(self.text.toPlainText())
        except InvalidInputError as error:
            self.text_field.show_hint(error.message)
        else:
            self.text_field.show_hint("")


def _plain(name: str) -> str:
    return name.replace("&", "&&")

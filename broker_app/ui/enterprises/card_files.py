"""People in and out of the window as cards: pasted, from a file, and to a file once a person has agreed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from broker_app.errors import BrokerError
from broker_app.exchange.vcard import card_of_text, read_cards, write_cards
from broker_app.i18n import _, counted, listed
from broker_app.rules.calendar import utc_now
from broker_app.services.contacts import (
    ExportLine,
    PeopleTaken,
    PersonFound,
    export_log,
    note_export,
    people_of,
    take_back_people,
    take_people,
)
from broker_app.services.typed_dates import moment_text
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog, ask, tell
from broker_app.ui.shell.fields import Field, Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Paragraph

_MOST_REASONS = 12


def paste_card(owner: QWidget, desk: Desk, enterprise_id: UUID) -> None:
    """Read the card in the clipboard and let a person look at it before it becomes somebody."""
    found = card_of_text(QGuiApplication.clipboard().text())
    if found is None:
        tell(
            owner,
            _("剪贴板里没认出名片"),
            (_("复制名片上的文字再来一次：要有两到四个字的姓名，电话和单位最好也在。"),),
        )
        return
    CardDialog(owner, desk, enterprise_id, found).open()


class CardDialog(Dialog):
    """What was read off a card, to be mended; nothing is kept before 加上."""

    added = Signal()

    def __init__(self, host: QWidget, desk: Desk, enterprise_id: UUID, found: PersonFound) -> None:
        super().__init__(host, _("加一位联系人"), primary=_("加上"), icon="identification-card", dismiss=_("不加了"))
        self._desk, self._enterprise, self._found = desk, enterprise_id, found
        if found.firm:
            words = _("名片上的单位：{firm}").format(firm=found.firm)
            self.content.addWidget(Paragraph(words, "meta", "text2"))
        self.name, self.position = ImeAwareLineEdit(found.name), ImeAwareLineEdit(found.position)
        self.phone, self.email = ImeAwareLineEdit(_("；").join(found.phones[:2])), ImeAwareLineEdit(found.email)
        self.name_field = Field(_("姓名"), self.name, required=True)
        self.content.addLayout(row_of(self.name_field, Field(_("职务"), self.position)))
        self.content.addLayout(row_of(Field(_("电话"), self.phone), Field(_("邮箱"), self.email)))
        self.content.addStretch(1)

    def accept(self) -> None:
        """Add the person as mended."""
        commit_composition()
        person = PersonFound(
            self.name.text().strip(),
            self._found.firm,
            self.position.text().strip(),
            tuple(one.strip() for one in self.phone.text().replace("；", ";").split(";") if one.strip()),
            self.email.text().strip(),
        )
        firm, desk = self._enterprise, self._desk

        def done(taken: PeopleTaken) -> None:
            self.close_with(True)
            _tell_taken(desk, desk, taken)
            self.added.emit()

        desk.tasks.write(
            self, lambda session: take_people(session, [person], enterprise_id=firm), done, self._on_refused
        )

    def _on_refused(self, error: BrokerError) -> None:
        self.name_field.show_error(error.message)


def choose_cards(owner: QWidget, desk: Desk, enterprise_id: UUID | None = None) -> None:
    """Pick a card file and add who is on its cards, after one look at how many there are."""
    name, _filter = QFileDialog.getOpenFileName(owner, _("选名片文件"), "", _("名片 (*.vcf);;所有文件 (*)"))
    if name:
        path = Path(name)
        desk.tasks.run(owner, lambda: read_cards(path), lambda cards: _confirm(owner, desk, cards, enterprise_id))


def export_people(owner: QWidget, desk: Desk, enterprise_id: UUID | None = None) -> None:
    """Ask, choose a file, write it and write down that it was written."""
    desk.tasks.read(
        owner, lambda session: people_of(session, enterprise_id), lambda people: _ask_export(owner, desk, people)
    )


def show_log(owner: QWidget, desk: Desk) -> None:
    """Tell which people left as a file, when and by whom."""

    def show(lines: Sequence[ExportLine]) -> None:
        said = [
            _("{when}　{who} 导出 {count}（{file}）").format(
                when=moment_text(line.at, utc_now()),
                who=line.who,
                count=counted("{n} 位联系人", "{n} 位联系人", line.people),
                file=line.file_name,
            )
            for line in lines
        ]
        tell(owner, _("联系人导出记录"), said or [_("还没有导出过联系人。")])

    desk.tasks.read(owner, export_log, show)


def _confirm(owner: QWidget, desk: Desk, cards: Sequence[PersonFound], enterprise_id: UUID | None) -> None:
    title = counted("名片文件里有 {n} 位", "名片文件里有 {n} 位", len(cards))
    dialog = Dialog(owner, title, primary=_("加上"), icon="identification-card", dismiss=_("不加了"))
    named = listed(card.name for card in cards[:12])
    dialog.content.addWidget(Paragraph(named + (_(" 等") if len(cards) > 12 else ""), "body", "text2", max_lines=3))
    new_firms = Tick(_("名片上的单位还没有，就新建企业"))
    if enterprise_id is None:
        words = _("按名片上的单位放到企业名下；已经有的人不会重复加。")
        dialog.content.addWidget(Paragraph(words, "meta", "text3"))
        dialog.content.addWidget(new_firms)

    def take(taken: bool) -> None:
        if taken:
            add_firms = new_firms.isChecked()
            desk.tasks.write(
                owner,
                lambda session: take_people(session, cards, enterprise_id=enterprise_id, add_firms=add_firms),
                lambda people: _tell_taken(owner, desk, people),
            )

    dialog.finished.connect(take)
    dialog.open()


def _tell_taken(owner: object, desk: Desk, taken: PeopleTaken) -> None:
    known = counted("{n} 位已经有了", "{n} 位已经有了", taken.known) if taken.known else ""
    words = counted("加了 {n} 位联系人", "加了 {n} 位联系人", len(taken.added))
    undo: Callable[[], object] | None = None
    if taken.added:

        def take_back() -> None:
            desk.tasks.write(desk, lambda session: take_back_people(session, taken))

        undo = take_back
    desk.toast(_("{added}，{known}").format(added=words, known=known) if known else words, undo=undo)
    if taken.refused and isinstance(owner, QWidget):
        said = [_("{name}：{why}").format(name=name, why=why) for name, why in taken.refused[:_MOST_REASONS]]
        rest = len(taken.refused) - len(said)
        tell(owner, _("有几位没有加"), [*said, *([counted("还有 {n} 位", "还有 {n} 位", rest)] if rest else [])])


def _ask_export(owner: QWidget, desk: Desk, people: Sequence[PersonFound]) -> None:
    if not people:
        tell(owner, _("没有可导出的联系人"), (_("先在企业资料里加上联系人。"),))
        return
    count = counted("{n} 位联系人", "{n} 位联系人", len(people))
    sentence = _("{count}的姓名、电话会写进一个没有加密的文件，离开这台电脑就管不住了。导出会记下时间和人。")
    ask(owner, _("导出个人信息"), sentence.format(count=count), _("导出"), lambda: _export(owner, desk, people))


def _export(owner: QWidget, desk: Desk, people: Sequence[PersonFound]) -> None:
    name, _filter = QFileDialog.getSaveFileName(owner, _("存名片文件"), _("联系人") + ".vcf", _("名片 (*.vcf)"))
    if not name:
        return
    path = Path(name)

    def written(_none: object) -> None:
        desk.tasks.write(owner, lambda session: note_export(session, path.name, len(people)))
        desk.toast(counted("导出了 {n} 位联系人", "导出了 {n} 位联系人", len(people)), icon="export")

    desk.tasks.run(owner, lambda: write_cards(path, people), written)

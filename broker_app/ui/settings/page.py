"""设置: who works here, how the window looks, and what keeps the records safe."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from broker_app import __version__
from broker_app.codes.lists import CodeList
from broker_app.errors import BrokerError
from broker_app.i18n import CHINESE, ENGLISH, SYSTEM, _, counted
from broker_app.services.profile import Profile, save_profile
from broker_app.services.upkeep import Health, back_up, check_health
from broker_app.ui.settings.passphrase_dialog import PassphraseDialog
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Panel, row_of
from broker_app.ui.shell.choices import county_choices, list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import tell
from broker_app.ui.shell.fields import Combo, Field, Tick
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.page import Page, scroll_column
from broker_app.ui.shell.text_blocks import Paragraph, Words

_SIZES = ((10.5, _("标准")), (12.0, _("大")), (14.0, _("特大")))
_LANGUAGES = ((SYSTEM, _("跟随系统")), (CHINESE, "简体中文"), (ENGLISH, "English"))  # each in its own language
_THEMES = (("system", _("跟随系统")), ("light", _("浅色")), ("dark", _("深色")))


class SettingsPage(Page):
    """Every choice takes effect at once; there is nothing to save."""

    name = "settings"
    title = _("设置")
    icon = "gear-six"
    reads = frozenset({"ProfileValue"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        area, column = scroll_column(margins=(24, 0, 20, 16))
        self.body.addWidget(area)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        column.addLayout(columns)
        column.addStretch(1)
        left, right = QVBoxLayout(), QVBoxLayout()
        for one, share in ((left, 6), (right, 5)):
            one.setSpacing(12)
            columns.addLayout(one, share)
        left.addWidget(self._make_person())
        left.addStretch(1)
        for card in (self._make_look(), self._make_safety(), self._make_about()):
            right.addWidget(card)
        right.addStretch(1)
        self._fill(desk.profile)

    def leave(self) -> None:
        """Write who works here if something was changed."""
        commit_composition()
        self._keep_person()

    def _make_person(self) -> Card:
        card = Card()
        card.add_heading(_("我"))
        card.column.addWidget(Paragraph(_("文书上的落款和编号用这里的内容。"), "meta", "text3"))
        self.person: dict[str, ImeAwareLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        lines = (
            ("name", _("姓名"), _("如 张老师"), 0, 0, 1),
            ("title", _("职称"), _("如 中级技术经纪人"), 0, 1, 1),
            ("organisation", _("单位"), _("如 乐清市科技服务中心"), 1, 0, 2),
            ("team_name", _("队伍"), _("如 乐清轻骑一队"), 2, 0, 1),
            ("phone", _("办公电话"), _("印在推介函上"), 3, 1, 1),
            ("address", _("联系地址"), _("印在推介函上"), 4, 0, 2),
        )
        for name, label, example, row, column, span in lines:
            self.person[name] = ImeAwareLineEdit(placeholder=example)
            self.person[name].editingFinished.connect(self._keep_person)
            grid.addWidget(Field(label, self.person[name]), row, column, 1, span, Qt.AlignmentFlag.AlignTop)
        self.role = Combo(list_choices(CodeList.VISITOR_ROLE), empty="—")
        self.county = Combo(county_choices(), empty=_("还没定"))
        for combo in (self.role, self.county):
            combo.currentIndexChanged.connect(lambda _index: self._keep_person())
        grid.addWidget(Field(_("走访身份（新走访先用它）"), self.role), 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Field(_("所在县（市、区）"), self.county), 3, 0, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        card.column.addLayout(grid)
        return card

    def _make_look(self) -> Card:
        card = Card()
        card.add_heading(_("界面"))
        self.theme_buttons = _segments(_THEMES, self.desk.settings.theme, self._choose_theme)
        self.size_buttons = _segments(_SIZES, self.desk.settings.font_points, self._choose_size)
        self.language_buttons = _segments(_LANGUAGES, self.desk.settings.language, self._choose_language)
        for words, segments in (
            (_("颜色"), self.theme_buttons),
            (_("字号"), self.size_buttons),
            (_("语言"), self.language_buttons),
        ):
            card.column.addLayout(row_of(Words(words, "body", "text2"), None, segments))
        card.column.addWidget(Paragraph(_("换语言从下次打开起生效。打印的文书总是中文。"), "meta", "text3"))
        return card

    def _make_safety(self) -> Card:
        card = Card()
        card.add_heading(_("安全"))
        self.remember = Tick(_("在这台电脑上记住，下次不用输口令"))
        self.remember.setChecked(self.desk.settings.remember_key)
        self.remember.toggled.connect(lambda on: self.desk.change_settings(remember_key=on))
        card.column.addWidget(self.remember)
        self.passphrase_button = Button(_("换口令"), icon="key", small=True, on_click=self._change_passphrase)
        self.lock_button = Button(_("锁住"), icon="lock-simple", small=True, on_click=self.desk.lock_wanted.emit)
        self.backup_button = Button(_("备份"), icon="floppy-disk", small=True, on_click=self._choose_backup)
        self.health_button = Button(_("体检"), icon="shield-check", small=True, on_click=self._check)
        self.trash_button = Button(_("回收站"), icon="trash", small=True, on_click=lambda: self.desk.go("trash"))
        for button, words in (
            (self.passphrase_button, _("记录和恢复码不变。")),
            (self.backup_button, _("存一份带走的，打开它要用现在的口令。")),
            (self.health_button, _("逐页核对资料有没有损坏，数一数有多少条。")),
            (self.trash_button, _("删掉的记录留三十天，随时能恢复。")),
            (self.lock_button, _("离开座位时用，十分钟没人动也会自己锁。")),
        ):
            button.setMinimumWidth(96)
            line = row_of(button, Paragraph(words, "meta", "text3"), spacing=12)
            line.setStretch(1, 1)
            card.column.addLayout(line)
        return card

    def _make_about(self) -> Card:
        card = Card()
        card.add_heading(_("关于"))
        for words in (
            _("科技走访 {version}").format(version=__version__),
            _("资料夹：{folder}").format(folder=self.desk.profile_folder),
            _("匹配分数只说明文字上的依据，不是估值，也不是成功率。"),
        ):
            card.column.addWidget(Paragraph(words, "meta", "text2"))
        return card

    def _fill(self, profile: Profile) -> None:
        for name, line in self.person.items():
            line.set_text(str(getattr(profile, name)))
        for combo, code in ((self.role, profile.role), (self.county, profile.county)):
            combo.blockSignals(True)
            combo.set_code(code)
            combo.blockSignals(False)

    def _keep_person(self) -> None:
        typed: dict[str, Any] = {name: line.text().strip() for name, line in self.person.items()}
        changed = replace(self.desk.profile, role=self.role.code, county=self.county.code, **typed)
        if changed != self.desk.profile:
            self.desk.tasks.write(self, lambda session: save_profile(session, changed))

    def _choose_theme(self, choice: object) -> None:
        self.desk.change_settings(theme=choice)

    def _choose_language(self, language: object) -> None:
        self.desk.change_settings(language=language)
        self.desk.toast(_("下次打开程序时换语言"), icon="info")

    def _choose_size(self, points: object) -> None:
        self.desk.change_settings(font_points=points)

    def _change_passphrase(self) -> None:
        PassphraseDialog(self, self.desk).open()

    def _choose_backup(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, _("备份放在哪里"))
        if folder:
            self.write_backup(Path(folder))

    def write_backup(self, folder: Path) -> None:
        """Write a backup into ``folder`` and say where it lies."""
        sessions = self.desk.tasks.sessions
        self.backup_button.setEnabled(False)

        def done(path: Path) -> None:
            self.backup_button.setEnabled(True)
            self.desk.toast(_("已备份并核对：{name}").format(name=path.name), icon="floppy-disk")

        def refused(error: BrokerError) -> None:
            self.backup_button.setEnabled(True)
            self.desk.complain(error)

        self.desk.tasks.run(self, lambda: back_up(sessions, folder), done, refused)

    def _check(self) -> None:
        sessions = self.desk.tasks.sessions
        self.health_button.setEnabled(False)
        self.desk.tasks.run(self, lambda: check_health(sessions), self._show_health)

    def _show_health(self, health: Health) -> None:
        self.health_button.setEnabled(True)
        words = _("企业 {enterprises}　走访 {visits}　需求 {needs}　成果 {achievements}　对接 {matches}")
        found = len(health.faults)
        sentence = (
            counted("发现 {n} 处损坏。请先别再录入，从备份恢复。", "发现 {n} 处损坏。请先别再录入，从备份恢复。", found)
            if found
            else _("资料完好，没有发现损坏。")
        )
        tell(self, _("体检"), [sentence, words.format(**health.counts)])


class _Segments(Panel):
    """Buttons of which one is chosen."""

    def __init__(self, buttons: list[Button]) -> None:
        super().__init__("nav")
        self.buttons = buttons
        group = QButtonGroup(self)
        group.setExclusive(True)
        for button in buttons:
            group.addButton(button)
        line = row_of(*buttons, spacing=2)
        line.setContentsMargins(3, 2, 3, 2)
        self.setLayout(line)


def _segments(choices: Sequence[tuple[object, str]], chosen: object, on_choice: Callable[[object], None]) -> _Segments:
    buttons = []
    for value, words in choices:
        button = Button(words, "segment", on_click=partial(on_choice, value))
        button.setCheckable(True)
        button.setChecked(value == chosen)
        buttons.append(button)
    return _Segments(buttons)

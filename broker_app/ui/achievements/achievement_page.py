"""One achievement: its form keeps itself, its matches stand at the right."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from broker_app.errors import BrokerError, NotFoundError
from broker_app.i18n import _, counted
from broker_app.services.achievements import (
    AchievementDetail,
    AchievementDraft,
    delete_achievement,
    get_achievement,
    restore_achievement,
    save_achievement,
)
from broker_app.services.matches import MatchRow, list_matches
from broker_app.services.sessions import Session
from broker_app.ui.achievements.form import AchievementForm
from broker_app.ui.shell.autosave import Autosave, Save
from broker_app.ui.shell.buttons import Button, tool_button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme

_WIDE, _NARROW = 316, 264
_NARROW_BELOW = 960
_SHOWN_MATCHES = 8

View = tuple[AchievementDetail, tuple[MatchRow, ...]]


class AchievementPage(Page):
    """``open_at`` takes an achievement's id or "new"."""

    name = "achievement"
    title = _("成果")
    icon = "flask"
    place = "achievements"
    reads = frozenset({"Achievement", "Match"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._filled = False
        self._opened = 0  # counts what was opened, so that a late answer finds its achievement gone
        self.delete_button = tool_button("trash", _("移到回收站"), self.remove)
        self.match_button = Button(_("找需求"), "primary", icon="intersect", on_click=self.find_needs)
        self.match_button.setToolTip("Ctrl+M")
        self.header.add_actions(self.delete_button, self.match_button)
        self.form = AchievementForm()
        self.autosave = Autosave(desk.tasks, self._save, self)
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN_LEFT, 0, 0, 0)
        row.setSpacing(12)
        area, column = scroll_column(margins=(0, 0, 0, 20))
        column.addWidget(self.form)
        row.addWidget(area, 1)
        self._side, column = scroll_column(margins=(0, 0, MARGIN_RIGHT - 4, 20))
        self._fill_side(column)
        row.addWidget(self._side)
        self.body.addLayout(row)
        self.form.changed.connect(self.autosave.touch)
        self.autosave.saved.connect(lambda _id: self.refresh())
        self.autosave.refused.connect(self._on_refused)

    def open_at(self, what: object) -> None:
        """Show an achievement or begin one."""
        match what:
            case UUID():
                if what != self.autosave.record_id:
                    self._begin(what)
                    self.refresh()
            case "new":
                self._begin(None)
                self.header.title.set_text(_("新成果"))
                self.header.facts.set_facts([])
                self.form.fill(AchievementDraft(""))
                self._filled = True
                self._card.hide()
                self._matched.hide()
                self.form.name.setFocus(Qt.FocusReason.OtherFocusReason)
            case _:
                self.desk.go("achievements")

    def refresh(self) -> None:
        """Read the achievement and its matches again; what is being typed stays."""
        achievement_id, opened = self.autosave.record_id, self._opened
        if achievement_id is not None:
            self.desk.tasks.read(
                self, lambda session: _read(session, achievement_id), partial(self._show, opened), self._on_gone
            )

    def leave(self) -> None:
        """Keep what is being typed."""
        self.autosave.flush()

    def find_needs(self) -> None:
        """Ctrl+M: which needs does this serve?"""
        self.autosave.flush()
        self.autosave.save_now(self._go_to_results)

    def remove(self) -> None:
        """Move the achievement to the trash, with 撤销."""
        achievement_id, tasks, desk = self.autosave.record_id, self.desk.tasks, self.desk
        if achievement_id is None:
            self._begin(None)
            desk.go("achievements")
            return
        name = self.form.name.text().strip()

        def undo() -> None:
            tasks.write(
                self,
                lambda session: restore_achievement(session, achievement_id),
                lambda _none: desk.go("achievement", achievement_id),
            )

        def done(_none: object) -> None:
            self._begin(None)
            desk.go("achievements")
            desk.toast(_("已移到回收站：{name}").format(name=name), icon="trash", undo=undo)

        tasks.write(self, lambda session: delete_achievement(session, achievement_id), done)

    def event(self, event: QEvent) -> bool:
        """Ctrl+M belongs to the achievement shown, whatever else the window uses it for."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_match_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+M finds needs."""
        if _is_match_key(event):
            self.find_needs()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the form more room."""
        super().resizeEvent(event)
        factor = max(1.0, theme().scale.factor) ** 0.6
        self._side.setFixedWidth(round((_NARROW if self.width() < _NARROW_BELOW else _WIDE) * factor))

    def _fill_side(self, column: QVBoxLayout) -> None:
        self._card = Card()
        self._card.column.addWidget(Words(_("一眼看"), "body", "text", strong=True))
        self._values = KeyValues(56)
        self._card.column.addWidget(self._values)
        self._matched = Card()
        self._matched.column.addWidget(Words(_("对接"), "body", "text", strong=True))
        self._matches = QVBoxLayout()
        self._matches.setSpacing(3)
        self._matched.column.addLayout(self._matches)
        column.addWidget(self._card)
        column.addWidget(self._matched)
        column.addStretch(1)

    def _begin(self, achievement_id: UUID | None) -> None:
        self.autosave.flush()
        self.autosave.begin(achievement_id)
        self._opened += 1
        self._filled = False
        for banner in self.banners:
            banner.close_banner()

    def _show(self, opened: int, view: View) -> None:
        if opened != self._opened:
            return
        detail, matches = view
        if self.autosave.idle:
            self.header.title.set_text(detail.draft.title)
            self.header.facts.set_facts([detail.draft.owner])
            if not self._filled or self._may_fill(detail):
                self.form.fill(detail.draft)
                self._filled = True
        self._card.show()
        self._values.show_lines(
            (
                (_("成熟度"), detail.readiness),
                (_("权利"), detail.ip_text),
                (_("方式"), detail.modes_text),
                (_("价格"), detail.price),
                (_("行业"), "、".join(detail.industry_labels)),
                (_("来源"), detail.draft.source_id),
            )
        )
        clear_layout(self._matches)
        self._matched.setVisible(bool(matches))
        for row in matches[:_SHOWN_MATCHES]:
            self._matches.addWidget(Paragraph(row.need, "body", "text", max_lines=2))
            look = Button(
                row.state_label,
                "quiet",
                icon="handshake",
                small=True,
                on_click=partial(self.desk.go, "matches", row.id),
            )
            look.setAccessibleName(_("看对接：{title}，{state}").format(title=row.need, state=row.state_label))
            self._matches.addLayout(row_of(look, Words(row.number, "meta", "text3"), None))
        if len(matches) > _SHOWN_MATCHES:
            rest = len(matches) - _SHOWN_MATCHES
            self._matches.addWidget(Words(counted("还有 {n} 项", "还有 {n} 项", rest), "meta", "text3"))

    def _may_fill(self, detail: AchievementDetail) -> bool:
        """Whether what arrived from elsewhere may be shown: nobody is typing, and nothing stands here only."""
        focus = self.window().focusWidget()
        typing = focus is not None and self.form.isAncestorOf(focus)
        return not typing and not self.form.has_leftovers and detail.draft != self.form.draft

    def _save(self) -> Save:
        draft = self.form.typed()

        def save(session: Session, achievement_id: UUID | None) -> UUID:
            return save_achievement(session, draft, achievement_id)

        return save

    def _go_to_results(self) -> None:
        achievement_id = self.autosave.record_id
        if achievement_id is None:
            self.desk.toast(_("先写几个字，再找需求"), icon="info")
        else:
            self.desk.go("recommend", ("achievement", achievement_id))

    def _on_refused(self, error: BrokerError) -> None:
        if not self.form.show_refusal(error):
            self.desk.complain(error)

    def _on_gone(self, error: BrokerError) -> None:
        if isinstance(error, NotFoundError):
            self._begin(None)
            self.desk.go("achievements")
        self.desk.complain(error)


def _read(session: Session, achievement_id: UUID) -> View:
    return get_achievement(session, achievement_id), tuple(
        list_matches(session, achievement_id=achievement_id, limit=50)
    )


def _is_match_key(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_M and event.modifiers() == Qt.KeyboardModifier.ControlModifier

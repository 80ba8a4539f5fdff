"""One achievement: its form keeps itself, its matches stand at the right."""

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.i18n import _, counted, listed
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
from broker_app.ui.shell.autosave import Save
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, clear_layout, row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.record_page import RecordPage
from broker_app.ui.shell.text_blocks import KeyValues, Paragraph, Words

_SHOWN_MATCHES = 8

View = tuple[AchievementDetail, tuple[MatchRow, ...]]


class AchievementPage(RecordPage):
    """``open_at`` takes an achievement's id or "new"."""

    name = "achievement"
    title = _("成果")
    icon = "flask"
    place = "achievements"
    reads = frozenset({"Achievement", "Match"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        self.form = AchievementForm()
        super().__init__(desk, self.form, _("找需求"), parent)
        self._card = Card()
        self._card.column.addWidget(Words(_("一眼看"), "body", "text", strong=True))
        self._values = KeyValues(56)
        self._card.column.addWidget(self._values)
        self._matched = Card()
        self._matched.column.addWidget(Words(_("对接"), "body", "text", strong=True))
        self._matches = QVBoxLayout()
        self._matches.setSpacing(3)
        self._matched.column.addLayout(self._matches)
        self._fill_side(self._card, self._matched).addStretch(1)

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
                self._is_filled = True
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
                self,
                lambda session: _read(session, achievement_id),
                partial(self._show, opened),
                partial(self._on_gone, opened),
            )

    def _show(self, opened: int, view: View) -> None:
        if opened != self._opened:
            return
        detail, matches = view
        if self.autosave.idle:
            self.header.title.set_text(detail.draft.title)
            self.header.facts.set_facts([detail.draft.owner])
        if self._may_fill(detail.draft):
            self.form.fill(detail.draft)
            self._is_filled = True
        self._card.show()
        self._values.show_lines(
            (
                (_("成熟度"), detail.readiness),
                (_("权利"), detail.ip_text),
                (_("方式"), detail.modes_text),
                (_("价格"), detail.price),
                (_("行业"), listed(detail.industry_labels)),
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

    def _save(self) -> Save:
        draft = self.form.typed()

        def save(session: Session, achievement_id: UUID | None) -> UUID:
            return save_achievement(session, draft, achievement_id)

        return save

    def _show_matches(self, record_id: UUID | None) -> None:
        if record_id is None:
            self.desk.toast(_("先写几个字，再找需求"), icon="info")
        else:
            self.desk.go("recommend", ("achievement", record_id))

    def _delete(self, session: Session, record_id: UUID) -> None:
        delete_achievement(session, record_id)

    def _restore(self, session: Session, record_id: UUID) -> None:
        restore_achievement(session, record_id)


def _read(session: Session, achievement_id: UUID) -> View:
    return get_achievement(session, achievement_id), tuple(
        list_matches(session, achievement_id=achievement_id, limit=50)
    )

"""One match: why it was chosen, who agreed, what comes next; and giving it up with a reason."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList
from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, first_sentence, listed
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import MatchState, state_label
from broker_app.services.matches import MatchDetail, get_match, move_match, note_nda
from broker_app.services.sessions import Session
from broker_app.services.step_back import Step
from broker_app.services.typed_dates import date_text, moment_text
from broker_app.ui.matches.board_words import match_status
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Hairline, clear_layout, row_of
from broker_app.ui.shell.choices import list_choices
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Combo, Field, Tick, text_area
from broker_app.ui.shell.ime import commit_composition
from broker_app.ui.shell.notices import Banner
from broker_app.ui.shell.text_blocks import ChipLabel, Facts, KeyValues, Paragraph, Words
from broker_app.ui.shell.way_back import stepping, tell_step

_SHOWN_REASONS = 8
_TONES = {"accent_text": "accent", "ok_text": "ok"}


class MatchDialog(Dialog):
    """Everything about a match; steps are taken here too."""

    decline_wanted = Signal(object)
    """The id of the match to give up."""

    def __init__(self, host: QWidget, desk: Desk, detail: MatchDetail) -> None:
        super().__init__(host, _("对接", "one"), dismiss=_("关上"), width=760)
        self._desk, self._host = desk, host
        self._match_id = detail.row.id
        desk.tasks.data_changed.connect(self._reload)
        self._problem = QVBoxLayout()
        self.content.addLayout(self._problem)
        self._body = QVBoxLayout()
        self._body.setSpacing(10)
        self.content.addLayout(self._body)
        self.content.addStretch(1)
        self.print_button = Button(_("打印推介函"), icon="printer", on_click=self._print)
        self.decline_button = Button(_("放弃"), "danger", icon="archive", on_click=self._decline)
        self.foot.insertWidget(0, self.print_button)
        self.foot.insertWidget(1, self.decline_button)
        self._show(detail)

    @property
    def problem(self) -> str:
        """The refusal shown, or ""."""
        item = self._problem.itemAt(0)
        banner = item.widget() if item else None
        return f"{banner.what}{banner.detail}" if isinstance(banner, Banner) and not banner.isHidden() else ""

    def take_step(self, wanted: str) -> None:
        """Take a step; a refusal is shown in the dialog."""
        match_id = self._match_id
        move = stepping("match", match_id, lambda session: move_match(session, match_id, wanted))
        self._desk.tasks.write(self, move, self._on_step, self._show_refusal)

    def _on_step(self, step: Step) -> None:
        words = _("已改为「{state}」").format(state=state_label("match", step.changes["state"][1]))
        tell_step(self._host, self._desk, step, words)  # the dialog may be closed when somebody takes it back
        self._reload()

    def _reload(self, models: frozenset[str] = frozenset({"Match"})) -> None:
        if "Match" in models:
            match_id = self._match_id
            self._desk.tasks.read(self, lambda session: get_match(session, match_id), self._show)

    def _note_nda(self) -> None:
        match_id, needed, signed = self._match_id, self.nda_needed.isChecked(), self.nda_signed.isChecked()
        self._write(lambda session: note_nda(session, match_id, needed=needed, signed=signed))

    def _write(self, work: Callable[[Session], None]) -> None:
        match_id = self._match_id

        def act(session: Session) -> MatchDetail:
            work(session)
            return get_match(session, match_id)

        self._desk.tasks.write(self, act, self._show, self._show_refusal)

    def _show_refusal(self, error: BrokerError) -> None:
        clear_layout(self._problem)
        self._problem.addWidget(Banner("bad", *first_sentence(error.message)))
        match_id = self._match_id
        self._desk.tasks.read(self, lambda session: get_match(session, match_id), self._show_state)

    def _show(self, detail: MatchDetail) -> None:
        clear_layout(self._problem)
        self._show_state(detail)

    def _show_state(self, detail: MatchDetail) -> None:
        clear_layout(self._body)
        row = detail.row
        status = match_status(row.state, row.state_label)
        chip = ChipLabel(status.words, _TONES.get(status.tone, "plain"), status.icon)
        self._body.addLayout(row_of(chip, Words(row.number, "meta", "text3"), None))
        self._body.addWidget(Paragraph(row.need, "section", "text", strong=True, max_lines=3))
        values = KeyValues(72, gap=4)
        values.show_lines(
            (
                (_("成果", "one"), row.achievement),
                (_("成果方"), row.owner),
                (_("企业", "one"), row.enterprise),
                (_("放弃原因"), _("：").join(one for one in (detail.decline_reason, detail.decline_note) if one)),
            )
        )
        self._body.addWidget(values)
        links = (
            Button(
                _("看需求"), "quiet", icon="clipboard-text", small=True, on_click=partial(self._go, "need", row.need_id)
            ),
            Button(
                _("看成果"),
                "quiet",
                icon="flask",
                small=True,
                on_click=partial(self._go, "achievement", row.achievement_id),
            ),
        )
        self._body.addLayout(row_of(*links, None, spacing=2))
        self._add_steps(detail)
        self._add_consents(detail)
        self._add_reasons(detail)
        self._add_history(detail)
        self.decline_button.setVisible(MatchState.DECLINED in detail.next_states)
        self._place()

    def _add_steps(self, detail: MatchDetail) -> None:
        given = {
            MatchState.ACCEPTED_BY_ENTERPRISE: detail.enterprise_consent_at,
            MatchState.ACCEPTED_BY_OWNER: detail.owner_consent_at,
        }
        steps = [one for one in detail.next_states if one != MatchState.DECLINED and not given.get(MatchState(one))]
        if not steps:
            return
        buttons: list[QWidget | None] = []
        for step in steps:
            words, icon = step_words(step)
            button = Button(words, icon=icon, on_click=partial(self.take_step, step))
            button.setProperty("step", step)
            buttons.append(button)
        self._body.addLayout(row_of(*buttons, None))

    def _add_consents(self, detail: MatchDetail) -> None:
        today = china_date(utc_now())
        lines = []
        for who, at in ((_("企业", "one"), detail.enterprise_consent_at), (_("成果方"), detail.owner_consent_at)):
            day = date_text(china_date(at), today) if at else ""
            lines.append((who, _("{day} 同意").format(day=day) if at else _("还没回话")))
        self._body.addWidget(Hairline())
        self._body.addWidget(Words(_("双方的意思"), "body", strong=True))
        consents = KeyValues(72, gap=2)
        consents.show_lines(lines)
        self._body.addWidget(consents)
        self.nda_needed = Tick(_("引荐前要先签保密协议"))
        self.nda_signed = Tick(_("已经签了"))
        self.nda_needed.setChecked(detail.needs_nda)
        self.nda_signed.setChecked(detail.nda_signed_at is not None)
        self.nda_signed.setEnabled(detail.needs_nda)
        for tick in (self.nda_needed, self.nda_signed):
            tick.toggled.connect(lambda _on: self._note_nda())
        self._body.addLayout(row_of(self.nda_needed, self.nda_signed, None, spacing=16))

    def _add_reasons(self, detail: MatchDetail) -> None:
        self._body.addWidget(Hairline())
        score = _("当时 {score} 分").format(score=detail.row.score) if detail.reasons else _("当时没有打分")
        pool = _("从 {n} 项里挑的").format(n=detail.pool_size) if detail.pool_size else ""
        self._body.addLayout(row_of(Words(_("为什么选它"), "body", strong=True), Facts([score, pool]), None))
        shown = detail.reasons[:_SHOWN_REASONS]
        if shown:
            parts = listed(_("{term} {share}").format(term=term, share=share) for term, share in shown)
            self._body.addWidget(Paragraph(parts, "body", "text2"))
        if detail.evidence:
            self._body.addWidget(
                Paragraph(_("「{words}」").format(words=detail.evidence), "body", "text2", max_lines=4)
            )
        if detail.not_covered:
            missing = _("未命中：{words}").format(words=_("；").join(detail.not_covered))
            self._body.addWidget(Paragraph(missing, "body", "text2", max_lines=4))

    def _add_history(self, detail: MatchDetail) -> None:
        if not detail.moves:
            return
        self._body.addWidget(Hairline())
        self._body.addWidget(Words(_("来龙去脉"), "body", strong=True))
        for move in reversed(detail.moves):
            step = _("{before} → {after}").format(before=move.from_label, after=move.to_label)
            self._body.addWidget(Facts([step, moment_text(move.at, utc_now()), move.who, move.why], "meta", "text2"))

    def _go(self, page: str, record_id: UUID) -> None:
        self.close_with(False)
        self._desk.go(page, record_id)

    def _print(self) -> None:
        self.close_with(False)
        self._desk.go("papers", ("intro_letter", (self._match_id,)))

    def _decline(self) -> None:
        self.close_with(False)
        self.decline_wanted.emit(self._match_id)


class DeclineDialog(Dialog):
    """放弃 needs one of the listed reasons: what came of a match teaches the next search."""

    declined = Signal(object)
    """The step that was taken."""

    def __init__(self, host: QWidget, desk: Desk, match_id: UUID, need: str) -> None:
        super().__init__(host, _("放弃这次对接"), primary=_("放弃"), icon="archive", dismiss=_("再想想"))
        self._desk, self._match_id = desk, match_id
        self.content.addWidget(Paragraph(need, "body", "text2", max_lines=2))
        self.reason = Combo(list_choices(CodeList.DECLINE_REASON), empty=_("请选一个"))
        self.note = text_area(_("对方原话最有用"), lines=2)
        self.note.setMaximumHeight(self.note.minimumHeight())
        self.reason_field = Field(_("为什么"), self.reason, required=True)
        self.note_field = Field(_("补充几句"), self.note)
        self.content.addWidget(self.reason_field)
        self.content.addWidget(self.note_field)

    def accept(self) -> None:
        """Write it down; a missing reason is said beside its field."""
        commit_composition()
        self.reason_field.show_error("")
        self.note_field.show_error("")
        match_id, reason, note = self._match_id, self.reason.code, self.note.toPlainText().strip()
        self._desk.tasks.write(
            self,
            stepping(
                "match",
                match_id,
                lambda session: move_match(session, match_id, MatchState.DECLINED, note, decline_reason=reason),
            ),
            self._on_done,
            self._on_refused,
        )

    def _on_done(self, step: Step) -> None:
        self.close_with(True)
        self.declined.emit(step)

    def _on_refused(self, error: BrokerError) -> None:
        field = error.field if isinstance(error, InvalidInputError) else ""
        (self.note_field if field == "decline_note" else self.reason_field).show_error(error.message)


class ConsentDialog(Dialog):
    """Who agreed: one side or both."""

    given = Signal(object)
    """The states to step through, in order."""

    def __init__(self, host: QWidget, need: str, *, firm_agreed: bool, owner_agreed: bool) -> None:
        super().__init__(host, _("谁同意了"), primary=_("记下"), icon="check", dismiss=_("都还没有"))
        self.content.addWidget(Paragraph(need, "body", "text2", max_lines=2))
        self.firm, self.owner = Tick(_("企业同意了")), Tick(_("成果方同意了"))
        self._steps = (
            (self.firm, firm_agreed, MatchState.ACCEPTED_BY_ENTERPRISE),
            (self.owner, owner_agreed, MatchState.ACCEPTED_BY_OWNER),
        )
        for tick, agreed, _state in self._steps:
            tick.setChecked(agreed)
            tick.setEnabled(not agreed)
            tick.toggled.connect(lambda _on: self._show_ready())
            self.content.addWidget(tick)
        self._show_ready()

    def accept(self) -> None:
        """Hand on who agreed now."""
        steps = tuple(state for tick, agreed, state in self._steps if tick.isChecked() and not agreed)
        if steps:
            self.close_with(True)
            self.given.emit(steps)

    def _show_ready(self) -> None:
        self.primary_button.setEnabled(any(tick.isChecked() and not agreed for tick, agreed, _state in self._steps))


def step_words(wanted: str) -> tuple[str, str]:
    """What the button of a step says, and its icon."""
    return {
        MatchState.SCREENED: (_("筛过了，可以推"), "list-checks"),
        MatchState.PROPOSED: (_("推介出去了"), "paper-plane-tilt"),
        MatchState.ACCEPTED_BY_ENTERPRISE: (_("企业同意了"), "buildings"),
        MatchState.ACCEPTED_BY_OWNER: (_("成果方同意了"), "flask"),
        MatchState.INTRODUCED: (_("引荐了"), "users"),
        MatchState.MET: (_("见过面了"), "chat-text"),
        MatchState.AGREED: (_("谈成了"), "seal-check"),
    }[MatchState(wanted)]


def _link(words: str, icon: str, on_click: Callable[[], None]) -> Button:
    return Button(words, "quiet", icon=icon, small=True, on_click=on_click)

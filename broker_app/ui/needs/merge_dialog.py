"""并成共性需求: several needs side by side, which wording each field of the common one takes, and what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from broker_app.errors import BrokerError, InvalidInputError
from broker_app.i18n import _, counted, listed
from broker_app.rules.states import NeedState
from broker_app.services.money import budget_label, fen
from broker_app.services.needs import Metric, NeedDetail, NeedDraft, get_need
from broker_app.services.needs_merge import common_draft, merge_needs
from broker_app.services.numbers import today
from broker_app.services.sessions import Session
from broker_app.services.typed_dates import date_text
from broker_app.ui.needs.wording_choice import Wording, WordingChoice
from broker_app.ui.shell.cards import Card
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.dialogs import Dialog
from broker_app.ui.shell.fields import Field
from broker_app.ui.shell.ime import ImeAwareLineEdit, commit_composition
from broker_app.ui.shell.text_blocks import Facts, IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme

_WIDEST = 1180
_NARROWEST_CELL = 230
_EDGES = 96
_PREVIEW_LENGTH = 400


@dataclass(frozen=True)
class MergeQuestion:
    """The needs to merge and the first draft of what comes of it."""

    needs: tuple[NeedDetail, ...]
    draft: NeedDraft


def read_question(session: Session, need_ids: Sequence[UUID]) -> MergeQuestion:
    """What the dialog shows; raises NotFoundError and InvalidInputError (fewer than two)."""
    needs = tuple(get_need(session, one) for one in need_ids)
    return MergeQuestion(needs, common_draft(session, need_ids))


class MergeDialog(Dialog):
    """Nothing is written before 并成一条; what the store refuses is said where it belongs."""

    merged = Signal(object)
    """The id of the common need."""

    def __init__(self, host: QWidget, desk: Desk, question: MergeQuestion) -> None:
        room = min(host.window().width() - 48, _WIDEST)
        fits = (room - _EDGES) // round(_NARROWEST_CELL * max(1.0, theme().scale.factor))
        self._columns = max(1, min(len(question.needs), fits))
        super().__init__(
            host,
            counted("把 {n} 条需求并成一条共性需求", "把 {n} 条需求并成一条共性需求", len(question.needs)),
            primary=_("并成一条"),
            icon="git-merge",
            dismiss=_("先不并"),
            width=room if self._columns > 2 else min(room, 900),
        )
        self._desk, self._question = desk, question
        self.draft = question.draft
        self.choices: dict[str, WordingChoice] = {}
        self._problem = Paragraph("", "body", "bad_text")
        self._problem.hide()
        self.content.addWidget(self._problem)
        self._add_heads()
        self._add_name()
        self._add_choices()
        self._add_preview()
        self.content.addStretch(1)
        self.foot.insertWidget(0, IconLabel("shield-check", "ok_text"))
        self.foot.insertWidget(1, Words(_("原来的几条都留着，发布和对接之前可以撤销"), "meta", "text2"))
        self._show_draft()

    @property
    def problem(self) -> str:
        """What is said at the top about the whole merge, or ""."""
        return self._problem.text if not self._problem.isHidden() else ""

    def accept(self) -> None:
        """Write the common need and put the needs into it."""
        commit_composition()
        draft, needs = self.draft, [one.id for one in self._question.needs]
        self._clear_problems()
        self.primary_button.setEnabled(False)
        self._desk.tasks.write(
            self, lambda session: merge_needs(session, needs, draft), self._on_merged, self._on_refused
        )

    def _on_merged(self, common_id: UUID) -> None:
        self.merged.emit(common_id)
        self.close_with(True)

    def _on_refused(self, error: BrokerError) -> None:
        self.primary_button.setEnabled(True)
        field = error.field if isinstance(error, InvalidInputError) else ""
        if field == "title":
            self.name_field.show_error(error.message)
        elif field in self.choices:
            self.choices[field].show_problem(error.message)
        else:
            self._problem.set_text(error.message)
            self._problem.show()

    def _clear_problems(self) -> None:
        self._problem.hide()
        self.name_field.show_error("")
        for choice in self.choices.values():
            choice.show_problem("")

    # What stands in the dialog

    def _add_heads(self) -> None:
        needs = self._question.needs
        if self._columns == len(needs):
            grid = QGridLayout()
            grid.setHorizontalSpacing(8)
            grid.setVerticalSpacing(0)
            for number, need in enumerate(needs):
                grid.setColumnStretch(number, 1)
                firm = Paragraph(need.enterprise or _("企业未登记"), "body", "text", strong=True, max_lines=2)
                grid.addWidget(firm, 0, number, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(Facts([need.number, need.state_label]), 1, number)
            self.content.addLayout(grid)
        raw = [need.draft.title for need in needs if need.state == NeedState.RAW]
        if raw:
            titles = _("」「").join(raw)
            words = _("「{titles}」还没凝练，并入时一起标为已凝练。").format(titles=titles)
            self.content.addWidget(Paragraph(words, "meta", "text2", max_lines=3))

    def _add_name(self) -> None:
        self.name = ImeAwareLineEdit(self.draft.title, placeholder=_("例如 节银电触点材料"))
        self.name.setCursorPosition(0)
        self.name_field = Field(
            _("共性需求叫什么"), self.name, required=True, help_text=_("从下面挑一个，或者自己另写一个")
        )
        self.content.addWidget(self.name_field)
        titles = [(need.draft.title, {"title": need.draft.title}) for need in self._question.needs]
        self._add("title", "", titles)
        self.name.committed.connect(self._on_name)

    def _add_choices(self) -> None:
        needs, draft = self._question.needs, self._question.draft
        for field, title in (("text", _("需求内容")), ("problem", _("主要问题")), ("goal", _("预期目标"))):
            words = [(getattr(one.draft, field).strip(), {field: getattr(one.draft, field)}) for one in needs]
            together = getattr(draft, field)
            self._add(field, title, words, (_("几条都写上"), together, {field: together}))
        figures = [(metric_words(one.draft.metrics), {"metrics": one.draft.metrics}) for one in needs]
        every = (_("几条的指标都要"), metric_words(draft.metrics), {"metrics": draft.metrics})
        self._add("metrics", _("量化指标"), figures, every)
        budgets = [(one.budget, _budget(one.draft)) for one in needs]
        self._add("budget", _("预算"), budgets, (_("按最多的写"), budget_words(draft), _budget(draft)))
        days = [(day_words(one.draft), {"deadline": one.draft.deadline}) for one in needs]
        self._add("deadline", _("期限"), days, (_("按最早的写"), day_words(draft), {"deadline": draft.deadline}))

    def _add(
        self,
        field: str,
        title: str,
        said: Sequence[tuple[str, Mapping[str, Any]]],
        together: tuple[str, str, Mapping[str, Any]] | None = None,
    ) -> None:
        """A choice among what the needs say of a field; none where nobody says anything."""
        if not any(words for words, _changes in said):
            return
        names = [one.enterprise or one.number for one in self._question.needs]
        wordings = [Wording(name, *each) for name, each in zip(names, said, strict=True)]
        # Where one of the needs says it all, putting the wordings together offers nothing of its own.
        apart = together is not None and not any(one.words and one.changes == together[2] for one in wordings)
        choice = WordingChoice(
            title, wordings, self._columns, together=Wording(*together) if together is not None and apart else None
        )
        choice.chosen.connect(self._on_chosen)
        self.choices[field] = choice
        self.content.addWidget(choice)

    def _add_preview(self) -> None:
        card = Card(ground="sunken")
        card.add_heading(_("并成以后"))
        self._lines = KeyValues(round(72 * max(1.0, theme().scale.factor)))
        card.column.addWidget(self._lines)
        self.content.addWidget(card)

    # Choosing

    def _on_chosen(self, wording: Wording) -> None:
        if "title" in wording.changes:
            self.name.set_text(wording.changes["title"])
        self.draft = replace(self.draft, **wording.changes)
        self._show_draft()

    def _on_name(self, typed: str) -> None:
        self.draft = replace(self.draft, title=typed.strip())
        if self.name_field.error:
            self.name_field.show_error("")
        self._show_draft()

    def _show_draft(self) -> None:
        draft = self.draft
        for choice in self.choices.values():
            choice.show_choice({key: getattr(draft, key) for key in choice.cells[0].wording.changes})
        self._lines.show_lines(preview_lines(self._question.needs, draft))


def preview_lines(needs: Sequence[NeedDetail], draft: NeedDraft) -> list[tuple[str, str]]:
    """What a common need will say, as keys and values; an empty value is left out by who shows it."""
    firms = listed(dict.fromkeys(one.enterprise for one in needs if one.enterprise))
    return [
        (_("名称"), draft.title),
        (_("哪几家"), firms),
        (_("需求内容"), _first_part(draft.text)),
        (_("主要问题"), _first_part(draft.problem)),
        (_("预期目标"), _first_part(draft.goal)),
        (_("量化指标"), metric_words(draft.metrics)),
        (_("预算"), budget_words(draft)),
        (_("期限"), day_words(draft)),
        (_("关键词"), listed(draft.keywords)),
        (_("不得外传"), listed(draft.confidential_fields)),
    ]


def metric_words(metrics: Sequence[Metric]) -> str:
    """Figures, one a line: name, today, wanted with its unit; those that must stay in the team say so."""
    return "\n".join(_metric_line(one) for one in metrics)


def budget_words(draft: NeedDraft) -> str:
    """The budget of a draft, or ""."""
    return budget_label(fen(draft.budget_low), fen(draft.budget_high))


def day_words(draft: NeedDraft) -> str:
    """The deadline of a draft, or ""."""
    return date_text(draft.deadline, today()) if draft.deadline else ""


def _metric_line(metric: Metric) -> str:
    figures = [_("现在 {now}").format(now=metric.now) if metric.now else "", metric.target]
    said = " → ".join(one for one in figures if one)
    line = " ".join(part for part in (metric.name, said, metric.unit) if part)
    return _("{line}（不得外传）").format(line=line) if metric.confidential else line


def _budget(draft: NeedDraft) -> dict[str, Any]:
    return {"budget_low": draft.budget_low, "budget_high": draft.budget_high}


def _first_part(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _PREVIEW_LENGTH else f"{text[:_PREVIEW_LENGTH]}……"

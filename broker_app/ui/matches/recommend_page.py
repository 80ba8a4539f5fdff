"""匹配: a need at the left, achievements ranked and explained at the right; the other way round for an achievement."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from broker_app.errors import BrokerError
from broker_app.i18n import _, counted
from broker_app.services.comparison import MOST_COMPARED
from broker_app.services.matches import compare, delete_match, record_match, record_matches
from broker_app.services.needs import NeedDetail
from broker_app.services.sessions import Session
from broker_app.ui.matches.comparison_dialog import ComparisonDialog
from broker_app.ui.matches.need_chooser import NeedChooser
from broker_app.ui.matches.need_side import AskedCard, LegendCard
from broker_app.ui.matches.result_list import DashedBox, ResultList
from broker_app.ui.matches.result_model import ResultModel
from broker_app.ui.matches.search_answer import SearchAnswer, search_for_achievement, search_for_need
from broker_app.ui.matches.search_dialogs import ConditionsDialog
from broker_app.ui.matches.search_words import SearchWords, whole_text
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import row_of
from broker_app.ui.shell.desk import Desk
from broker_app.ui.shell.empty_state import EmptyState
from broker_app.ui.shell.page import MARGIN_LEFT, MARGIN_RIGHT, Page, scroll_column
from broker_app.ui.shell.text_blocks import ElidedWords, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.terms.add_pair_dialog import AddPairDialog

_SIDE_WIDE, _SIDE_NARROW = 330, 270
_NARROW = 1000


class RecommendPage(Page):
    """What fits a need, and why. ``open_at`` takes a need's id or ``("achievement", id)``."""

    name = "recommend"
    title = _("匹配")
    icon = "intersect"
    reads = frozenset({"Need", "Achievement", "Match", "Term"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._about: tuple[str, UUID] | None = None
        self._words = SearchWords()
        self._answer: SearchAnswer | None = None
        self._asked = 0  # counts searches, so that a late answer finds that another one was asked
        self._chosen: UUID | None = None
        self.conditions_button = Button(_("改条件"), icon="sliders-horizontal", on_click=self.change_conditions)
        self.compare_button = Button(_("比一比"), icon="columns", on_click=self.compare_ticked)
        self.record_button = Button(_("记对接"), "primary", icon="handshake", on_click=self.record_ticked)
        self.record_button.setToolTip("Ctrl+Enter")
        self.header.add_actions(self.conditions_button, self.compare_button, self.record_button)
        self.model, self.weak_model = ResultModel(self), ResultModel(self)
        self._stack = QStackedWidget()
        self.chooser = NeedChooser(desk)
        self._stack.addWidget(self.chooser)
        self._stack.addWidget(self._make_nothing_asked())
        self._stack.addWidget(self._make_results())
        self.body.addWidget(self._stack)
        self.chooser.chosen.connect(lambda need_id: desk.go("recommend", need_id))
        for model in (self.model, self.weak_model):
            model.ticks_changed.connect(self._show_ticks)
        self._show_ticks()

    # Opening

    def open_at(self, what: object) -> None:
        """Search for a need or an achievement, or let a need be chosen."""
        match what:
            case UUID():
                about: tuple[str, UUID] | None = ("need", what)
            case ("need" | "achievement" as kind, UUID() as record_id):
                about = (str(kind), record_id)
            case _:
                about = None
        if about != self._about:
            self._about, self._words, self._answer, self._chosen = about, SearchWords(), None, None
            self.model.show_results((), (), {})
            self.weak_model.show_results((), (), {})
        self.refresh()

    def refresh(self) -> None:
        """Search again; ticks stay."""
        if self._about is None:
            self._show_chooser()
            return
        kind, record_id = self._about
        self._asked += 1
        number, words = self._asked, self._words
        if self._answer is None:
            self._show_waiting()

        def work(session: Session) -> SearchAnswer:
            if kind == "need":
                return search_for_need(session, record_id, words)
            return search_for_achievement(session, record_id)

        self.desk.tasks.read(self, work, partial(self._take, number))

    # What a person can do

    def change_conditions(self) -> None:
        """改条件 for this search."""
        if self._answer is None or not isinstance(self._answer.asked, NeedDetail):
            return
        dialog = ConditionsDialog(self, self._answer.asked.draft, self._words)
        dialog.chosen.connect(self._search_by)
        dialog.open()

    def add_pair(self) -> None:
        """加一对说法, kept in the term table (then this page reads again by itself) or tried once."""
        if self._answer is None or not isinstance(self._answer.asked, NeedDetail):
            return
        asked = self._words.applied_to(self._answer.asked.draft)
        dialog = AddPairDialog(
            self,
            self.desk,
            industries=asked.industries,
            said="\n".join((asked.title, whole_text(asked), *asked.keywords)),
            primary=_("存好再找"),
            can_try=True,
        )
        dialog.tried.connect(lambda pairs: self._search_by(replace(self._words, pairs=(*self._words.pairs, *pairs))))
        dialog.open()

    def compare_ticked(self) -> None:
        """比一比: the ticked achievements side by side."""
        ticked, about = self.ticked(), self._about
        if about is None or about[0] != "need":
            return
        if not 1 <= len(ticked) <= MOST_COMPARED:
            self.desk.toast(_("先勾 1 到 {n} 项来比").format(n=MOST_COMPARED), icon="info")
            return
        need_id = about[1]
        self.desk.tasks.read(
            self, lambda session: compare(session, need_id, ticked), lambda found: ComparisonDialog(self, found).open()
        )

    def record_ticked(self) -> None:
        """记对接: write the ticked ones down, with 撤销."""
        ticked, answer, about = self.ticked(), self._answer, self._about
        if answer is None or about is None:
            return
        if not ticked:
            self.desk.toast(_("先勾要对接的那几项，空格键就能勾"), icon="info")
            return
        asked, words = answer.asked, self._words

        def work(session: Session) -> tuple[UUID, ...]:
            if isinstance(asked, NeedDetail):
                draft = words.applied_to(asked.draft) if words.changed else None
                return record_matches(session, asked.id, ticked, asked=draft, expansions=words.pairs)
            return tuple(record_match(session, need_id, asked.id) for need_id in ticked)

        self.record_button.setEnabled(False)
        self.desk.tasks.write(self, work, self._on_recorded, self._on_refused)

    def ticked(self) -> tuple[UUID, ...]:
        """The ticked records, recommended ones first."""
        return (*self.model.ticked(), *self.weak_model.ticked())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter records."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._about is not None:
            self.record_ticked()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window gives the results more room."""
        super().resizeEvent(event)
        factor = max(1.0, theme().scale.factor) ** 0.6
        self._side.setFixedWidth(round((_SIDE_NARROW if self.width() < _NARROW else _SIDE_WIDE) * factor))

    # Layout

    def _make_nothing_asked(self) -> EmptyState:
        visit = Button(_("去走访"), icon="map-pin", on_click=lambda: self.desk.go("visits"))
        load = Button(_("导入需求"), icon="download-simple", on_click=lambda: self.desk.go("import", "needs"))
        sentence = _("在走访纪要里选一段，按 Ctrl+D 就成了需求，再按 Ctrl+M 找成果。")
        return EmptyState(_("还没有需求"), sentence, (visit, load))

    def _make_results(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(MARGIN_LEFT, 0, 0, 0)
        row.setSpacing(12)
        self._side, left = scroll_column(margins=(0, 0, 0, 20))
        self.asked_card = AskedCard()
        left.addWidget(self.asked_card)
        left.addWidget(LegendCard())
        left.addStretch(1)
        row.addWidget(self._side)
        self.asked_card.pair_wanted.connect(self.add_pair)
        self.asked_card.original_wanted.connect(lambda: self._search_by(SearchWords()))
        self._right = QStackedWidget()
        self._right.addWidget(self._make_list())
        self._no_pool = EmptyState(
            _("本机还没有成果"),
            _("导入成果库之后，不连网也能找。"),
            (Button(_("导入成果"), icon="download-simple", on_click=lambda: self.desk.go("import", "achievements")),),
        )
        self._no_needs = EmptyState(_("本机还没有需求"), _("走访记下需求之后，就能看这项成果谁用得上。"))
        self._no_words = EmptyState(
            _("没有找到"),
            _("没有一项提到这些词。换个说法，或少写几个条件再找。"),
            (Button(_("换说法再找"), icon="arrows-clockwise", on_click=self.change_conditions),),
        )
        self._waiting = Words(_("正在找……"), "body", "text3")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for one in (self._no_pool, self._no_needs, self._no_words, self._waiting):
            self._right.addWidget(one)
        row.addWidget(self._right, 1)
        return holder

    def _make_list(self) -> QWidget:
        self._area, column = scroll_column(margins=(0, 0, MARGIN_RIGHT, 20), spacing=0)
        self.list = ResultList(self.model)
        self.list.setAccessibleName(_("找到的"))
        column.addWidget(self.list)
        self.weak_list = ResultList(self.weak_model, weak=True)
        self.weak_list.setAccessibleName(_("证据不足的"))
        self._weak = QWidget()
        inner = QVBoxLayout(self._weak)
        inner.setContentsMargins(0, 6, 0, 0)
        inner.setSpacing(4)
        self.weak_reason = ElidedWords("", "meta", "text3")
        self.again_button = Button(
            _("换说法再找"), "quiet", icon="arrows-clockwise", small=True, on_click=self.change_conditions
        )
        head = row_of(Words(_("证据不足"), "body", strong=True), self.weak_reason, self.again_button, spacing=12)
        head.setStretch(1, 1)
        inner.addLayout(head)
        inner.addWidget(DashedBox(self.weak_list))
        column.addWidget(self._weak)
        column.addStretch(1)
        for view in (self.list, self.weak_list):
            view.opened.connect(self._open_record)
            view.row_reached.connect(partial(self._scroll_to, view))
        return self._area

    # Showing

    def _take(self, number: int, answer: SearchAnswer) -> None:
        if number != self._asked:
            return
        first = self._answer is None
        self._chosen = self.list.current_id if not first else None
        self._answer = answer
        found = answer.findings.answer
        need = answer.asked if isinstance(answer.asked, NeedDetail) else None
        self.header.title.set_text(_("匹配") if need else _("找需求"))
        size = counted("本机成果 {n} 项", "本机成果 {n} 项", found.pool_size)
        if need is None:
            size = counted("本机需求 {n} 条", "本机需求 {n} 条", found.pool_size)
        took = _("{seconds} 秒").format(seconds=f"{max(found.took_ms, 10) / 1000:.2f}")
        self.header.facts.set_facts([size, took])
        if isinstance(answer.asked, NeedDetail):
            self.asked_card.show_need(answer.asked)
        else:
            self.asked_card.show_achievement(answer.asked)
        self.asked_card.show_search(found, self._words, editable=need is not None)
        self.model.show_results(answer.findings.strong, found.exclusions, answer.recorded)
        self.weak_model.show_results(answer.findings.weak, found.exclusions, answer.recorded)
        self._show_weak(answer)
        self._show_right(answer)
        for button in (self.conditions_button, self.again_button):
            button.setVisible(need is not None)
        self.compare_button.setVisible(need is not None)
        self.record_button.show()
        self._stack.setCurrentIndex(2)
        self.list.choose(self._chosen)
        if first:
            self._area.verticalScrollBar().setValue(0)
            (self.list if answer.findings.strong else self.weak_list).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_right(self, answer: SearchAnswer) -> None:
        findings = answer.findings
        if findings.answer.pool_size == 0:
            self._right.setCurrentWidget(self._no_pool if isinstance(answer.asked, NeedDetail) else self._no_needs)
        elif not findings.strong and not findings.weak:
            self._right.setCurrentWidget(self._no_words)
        else:
            self._right.setCurrentIndex(0)

    def _show_weak(self, answer: SearchAnswer) -> None:
        self.list.setVisible(bool(answer.findings.strong))
        self._weak.setVisible(bool(answer.findings.weak))
        if answer.findings.answer.evidence == "strong":
            words = _("同词太少，不算推荐；要记也可以，勾上就行")
        elif isinstance(answer.asked, NeedDetail):
            words = _("只有零散同词，程序不敢推荐；换个说法或放宽行业再找")
        else:
            words = _("只有零散同词，程序不敢推荐")
        self.weak_reason.set_text(words)

    def _show_ticks(self) -> None:
        count = len(self.ticked())
        self.compare_button.setText(counted("比一比 {n} 项", "比一比 {n} 项", count) if count else _("比一比"))
        self.compare_button.setEnabled(0 < count <= MOST_COMPARED)
        self.record_button.setText(counted("记对接 {n} 项", "记对接 {n} 项", count) if count > 1 else _("记对接"))
        self.record_button.setEnabled(count > 0)

    def _show_chooser(self) -> None:
        self.header.title.set_text(_("匹配"))
        self.header.facts.set_facts([])
        for button in (self.conditions_button, self.compare_button, self.record_button):
            button.hide()
        self.chooser.reload()
        self._stack.setCurrentIndex(1 if self.chooser.is_empty else 0)
        self.chooser.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_waiting(self) -> None:
        for button in (self.conditions_button, self.compare_button, self.record_button):
            button.hide()
        self.header.facts.set_facts([])
        self._right.setCurrentWidget(self._waiting)

    def _search_by(self, words: object) -> None:
        if isinstance(words, SearchWords):
            self._words = words
            self.refresh()

    def _open_record(self, record_id: object) -> None:
        if self._about is not None:
            self.desk.go("achievement" if self._about[0] == "need" else "need", record_id)

    def _scroll_to(self, view: ResultList, place: QRect) -> None:
        inside = self._area.widget()
        if inside is None:
            return
        top = view.mapTo(inside, QPoint(0, place.top())).y()
        bar = self._area.verticalScrollBar()
        height = self._area.viewport().height()
        if top < bar.value():
            bar.setValue(top - 6)
        elif top + place.height() > bar.value() + height:
            bar.setValue(min(top - 6, top + place.height() - height + 6))

    # Outcomes

    def _on_recorded(self, match_ids: tuple[UUID, ...]) -> None:
        self.model.untick(self.model.ticked())
        self.weak_model.untick(self.weak_model.ticked())
        tasks = self.desk.tasks

        def take_back(session: Session) -> None:
            for match_id in match_ids:
                delete_match(session, match_id)

        self.desk.toast(
            counted("已记对接 {n} 项", "已记对接 {n} 项", len(match_ids)),
            icon="handshake",
            undo=lambda: tasks.write(self, take_back),
        )

    def _on_refused(self, error: BrokerError) -> None:
        self._show_ticks()
        self.desk.complain(error)

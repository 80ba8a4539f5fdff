"""Left of the results: what is asked, which words were searched for it, and what a score is made of."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from broker_app.codes.lists import CodeList, label
from broker_app.i18n import _, counted, listed
from broker_app.matching import MatchAnswer
from broker_app.rules.calendar import china_date, utc_now
from broker_app.services.achievements import AchievementDetail
from broker_app.services.needs import Metric, NeedDetail
from broker_app.services.typed_dates import date_text
from broker_app.ui.matches.marked_text import MarkedText
from broker_app.ui.matches.score import SHARE_TOKENS, share_names
from broker_app.ui.matches.search_words import SearchWords, own_words, translations
from broker_app.ui.needs.need_status import need_status, need_tone
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.cards import Card, Hairline, clear_layout, row_of
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords, Facts, IconLabel, KeyValues, Paragraph, Words
from broker_app.ui.shell.theme import theme
from broker_app.ui.shell.wrapping_row import WrappingRow

_SHOWN_PAIRS = 5
_SHOWN_WORDS = 8
_MOST_LINES = 6
_KEY_LENGTH = 9


class WordLine(QWidget):
    """``lay → technical, technical``: the technical words stand on a tint. Nothing in it is markup."""

    def __init__(self, before: str, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        text, marks = before, []
        for number, word in enumerate(words):
            text += _("、") if number else ""
            marks.append((len(text), len(text) + len(word)))
            text += word
        self._text, self._marks = text, tuple(marks)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)
        self.setToolTip(text)

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at ``width`` px."""
        return round(self._laid_out(width).height)

    def sizeHint(self) -> QSize:
        """The lines at a comfortable width."""
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(60, theme().line("body"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the words."""
        look = theme()
        self._laid_out(self.width()).paint(QPainter(self), 0, 0, look.color("text2"), look.color("tint"))

    def _laid_out(self, width: int) -> MarkedText:
        line = theme().line("body") + 2
        return MarkedText(self._text, theme().font("body"), width, line, max_lines=_MOST_LINES, marks=self._marks)


class _Swatch(QWidget):
    """A short bar in the colour of one part of a score."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token
        self.setFixedSize(QSize(34, 16))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(self._token))
        painter.drawRoundedRect(QRectF(0, 4.5, 34, 8), 4, 4)


class AskedCard(Card):
    """The need or the achievement that is asked for, and how it was searched."""

    pair_wanted = Signal()
    original_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.chip = ChipLabel()
        self._kind = Words("", "meta", "text3")
        self._chip_row = WrappingRow(self.chip, self._kind)
        self.column.addWidget(self._chip_row)
        self.name = Paragraph("", "section", "text", strong=True, max_lines=4)
        self.column.addWidget(self.name)
        self._facts = Facts()
        self.column.addWidget(self._facts)
        self.column.addSpacing(4)
        self._values = KeyValues(64, gap=5)
        self.column.addWidget(self._values)
        self.column.addSpacing(6)
        self.column.addWidget(Hairline())
        self.column.addSpacing(4)
        self.column.addWidget(Words(_("怎么找的"), "body", "text", strong=True))
        self._how = QVBoxLayout()
        self._how.setSpacing(4)
        self.column.addLayout(self._how)
        self.add_pair = Button(_("加一对说法"), "quiet", icon="plus", small=True, on_click=self.pair_wanted.emit)
        self.original = Button(
            _("恢复原来的条件"), "quiet", icon="arrow-counter-clockwise", small=True, on_click=self.original_wanted.emit
        )
        self.column.addLayout(row_of(self.add_pair, None))
        self.column.addLayout(row_of(self.original, None))
        self._all_pairs = False

    def show_need(self, need: NeedDetail) -> None:
        """Show a need."""
        draft = need.draft
        status = need_status(need.state, need.state_label)
        self.chip.set_chip(status.words, need_tone(need.state), status.icon)
        self._kind.setText(label(CodeList.FOUR_LISTS, draft.four_list) if draft.four_list else need.kind_label)
        self._chip_row.show()
        self.name.set_text(draft.title)
        self._facts.set_facts([need.enterprise, listed(need.industry_labels)])
        today = china_date(utc_now())
        self._values.show_lines(
            (
                *(_metric_line(one) for one in draft.metrics),
                (_("预算"), need.budget),
                (_("期限"), _("{day}前").format(day=date_text(draft.deadline, today)) if draft.deadline else ""),
                (_("合作"), need.mode_label),
            )
        )

    def show_achievement(self, achievement: AchievementDetail) -> None:
        """Show an achievement."""
        draft = achievement.draft
        self._chip_row.hide()
        self.name.set_text(draft.title)
        self._facts.set_facts([draft.owner, draft.field or listed(achievement.industry_labels)])
        self._values.show_lines(
            (
                (_("成熟度"), achievement.readiness if draft.trl else ""),
                (_("权利"), achievement.ip_text),
                (_("方式"), achievement.modes_text),
                (_("价格"), achievement.price if draft.price_wan is not None or draft.owner else ""),
            )
        )

    def show_search(self, answer: MatchAnswer, words: SearchWords, *, editable: bool) -> None:
        """Show which words were searched and what must not be in a record."""
        clear_layout(self._how)
        if own := own_words(answer.terms, _SHOWN_WORDS):
            self._how.addWidget(WordLine(_("原话 "), own))
        pairs = translations(answer.terms)
        shown = pairs if self._all_pairs else pairs[:_SHOWN_PAIRS]
        for lay, technical in shown:
            self._how.addWidget(WordLine(_("{lay} → ").format(lay=lay), technical))
        if len(pairs) > len(shown):
            rest = len(pairs) - len(shown)
            more = Button(
                counted("还有 {n} 组说法", "还有 {n} 组说法", rest),
                "quiet",
                small=True,
                on_click=lambda: self._show_all(answer, words, editable=editable),
            )
            self._how.addLayout(row_of(more, None))
        for one in answer.exclusions:
            self._how.addLayout(
                row_of(
                    IconLabel("prohibit", "bad_text"),
                    Words(_("不要"), "body", "bad_text", strong=True),
                    ElidedWords(one.what, "body", "text2"),
                    spacing=7,
                    stretch_last=True,
                )
            )
        if not own and not pairs and not answer.exclusions:
            self._how.addWidget(Paragraph(_("写的字太少，没有可以找的词。"), "body", "text3"))
        self.add_pair.setVisible(editable)
        self.original.setVisible(editable and words.changed)

    def _show_all(self, answer: MatchAnswer, words: SearchWords, *, editable: bool) -> None:
        self._all_pairs = True
        self.show_search(answer, words, editable=editable)


class LegendCard(Card):
    """What the colours of a score bar mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", parent=parent)
        self.column.setSpacing(2)
        self.column.addWidget(Words(_("分数由什么组成"), "meta", "text2", strong=True))
        for token, name in zip(SHARE_TOKENS, share_names(), strict=True):
            self.column.addLayout(row_of(_Swatch(token), Words(name, "meta", "text2"), None))
        self.column.addWidget(
            Paragraph(_("满格 10 分。几部分加起来正好是总分，只用来排这一次的先后。"), "meta", "text3")
        )


def _metric_line(metric: Metric) -> tuple[str, str]:
    """Key and value; a name too long for a key stands before its value."""
    values = metric_words(metric)
    if len(metric.name) <= _KEY_LENGTH:
        return metric.name, values or "—"
    return metric.name[: _KEY_LENGTH - 1] + "…", _("{name}：{values}").format(name=metric.name, values=values or "—")


def metric_words(metric: Metric) -> str:
    """``-10 → -25℃`` with the standard in brackets."""
    wanted = f"{metric.target}{metric.unit}" if metric.target else ""
    now = f"{metric.now}{metric.unit}" if metric.now else ""
    values = " → ".join(part for part in (now, wanted) if part)
    return _("{values}（{standard}）").format(values=values, standard=metric.standard) if metric.standard else values

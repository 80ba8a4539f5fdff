"""项目元素智能比对: element by element, what a need asks and what an achievement states, each with its sentence.

Nothing is guessed: a figure counts when the text names the quantity beside it in a comparable unit; otherwise the
verdict is ``unknown``, which means 资料里没写, not 不行.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from broker_app.matching.documents import Document, full_text
from broker_app.matching.exclusions import Exclusion, find_exclusions, is_denied, is_violated
from broker_app.matching.figures import Bound, Figure, figures, meets, unit_dimension
from broker_app.matching.question import content_runs
from broker_app.matching.text import fold, measures, sentences, squeeze

Element = Literal["metric", "standard", "exclusion", "trl", "ip", "cost", "term", "mode"]
Verdict = Literal["met", "unmet", "unknown"]

MATURE_TRL = 8  # from here on the thing is made, so a date can be promised (GB/T 22900: 系统级以上)
# What a name says about which way is better, when the target does not: the rising words are looked at first.
_RISING = tuple(
    [
        "合格率",
        "成品率",
        "良率",
        "收率",
        "得率",
        "回收率",
        "去除率",
        "识别率",
        "准确率",
        "检出率",
        "利用率",
        "保持率",
        "转化率",
        "效率",
        "强度",
        "冲击",
        "硬度",
        "韧性",
        "寿命",
        "精度",
    ]
)
_FALLING = tuple(
    [
        "率",
        "耗",
        "损",
        "误差",
        "噪",
        "漏",
        "废",
        "残",
        "时间",
        "周期",
        "成本",
        "粗糙度",
        "偏差",
        "变形",
        "磨损",
        "排放",
        "浓度",
        "含量",
        "重量",
        "厚度",
        "单价",
        "温升",
        "色差",
    ]
)
_FROM = re.compile(r"(?:由|从|自|原来|原先|原|以前)(?:的|约|近)*$")
_NEAR_NAME = 2  # characters that may stand between those of a short name said in another order


@dataclass(frozen=True, slots=True)
class AskedMetric:
    """A figure of a need as typed: ``target`` such as ``≥98%``, ``<5 ms``, ``-20%`` or a standard."""

    name: str
    now: str = ""
    target: str = ""
    unit: str = ""
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a need asks. Money in fen; ``modes`` are codes of ways to transfer that would suit."""

    text: str = ""
    metrics: tuple[AskedMetric, ...] = ()
    trl_min: int | None = None
    budget_fen: int | None = None
    deadline: date | None = None
    modes: tuple[str, ...] = ()
    wants_rights: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """What is known of an achievement beyond its text; ``valid_rights`` are IP rights not expired."""

    document: Document
    rights: int = 0
    valid_rights: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One element: ``name`` of the metric or exclusion, the verdict, and the sentence it rests on ("" for none)."""

    element: Element
    name: str
    verdict: Verdict
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Stated:
    """Sentences of an achievement, folded, with their figures."""

    written: list[str] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)


def compare_elements(asked: Asked, offered: Offered) -> tuple[Compared, ...]:
    """Return the verdict on every element the need or the achievement speaks of, metrics first."""
    document = offered.document
    stated = _stated(document)
    rows = [
        *(row for metric in asked.metrics for row in _metric_rows(metric, stated)),
        *_exclusion_rows(asked.text, document, stated),
        Compared("trl", "", _at_least(document.trl, asked.trl_min)),
        Compared("ip", "", _rights(asked, offered)),
        Compared("cost", "", _within(document.price_fen, asked.budget_fen)),
        Compared("term", "", _in_time(asked, document)),
        Compared("mode", "", _mode(asked.modes, document.modes)),
    ]
    return tuple(rows)


def _stated(document: Document) -> _Stated:
    text = "。\n".join((document.title, document.body))
    found = _Stated()
    for sentence in sentences(text):
        written = text[sentence.start : sentence.end]
        found.written.append(written)
        found.folded.append(fold(written))
    return found


def _metric_rows(metric: AskedMetric, stated: _Stated) -> Iterator[Compared]:
    named = _standards(f"{metric.target} {metric.standard}")
    if not named or _wanted(metric) is not None:
        yield _metric_row(metric, stated)
    for standard in named:
        sentence = next(
            (
                written
                for written, folded in zip(stated.written, stated.folded, strict=True)
                if standard in squeeze(folded)
            ),
            "",
        )
        yield Compared("standard", standard.upper(), "met" if sentence else "unknown", sentence)


def _metric_row(metric: AskedMetric, stated: _Stated) -> Compared:
    wanted = _wanted(metric)
    best: tuple[int, Figure, str] | None = None
    for written, folded in zip(stated.written, stated.folded, strict=True):
        score, at = _names(metric.name, folded)
        if not score or (best is not None and score <= best[0]):
            continue
        figure = _nearest(folded, at, wanted, metric)
        if figure is not None:
            best = (score, figure, written)
    if best is None:
        return Compared("metric", metric.name, "unknown")
    _score, figure, sentence = best
    return Compared("metric", metric.name, _judged(figure, wanted, metric), sentence)


def _wanted(metric: AskedMetric) -> Figure | None:
    """Return the wanted figure, the last one of the target; the unit may stand in a field of its own."""
    target = fold(metric.target.rpartition("→")[2] or metric.target)
    for standard in _standards(target):
        target = squeeze(target).replace(standard, " ")
    for written in (target, f"{target}{metric.unit}"):
        found = [figure for figure in figures(fold(written)) if figure.dimension]
        if found:
            return found[-1]
    plain = figures(target)
    return plain[-1] if plain else None


def _judged(stated: Figure, wanted: Figure | None, metric: AskedMetric) -> Verdict:
    if wanted is None:
        return "unknown"
    bound = wanted.bound or _direction(metric, wanted)
    if wanted.change:
        # -20% is met by a fall of at least as much; a level cannot answer it.
        if stated.change != wanted.change:
            return "unknown"
        return "met" if stated.high >= wanted.low else "unmet"
    if stated.change or bound is None:
        return "unknown"
    return "met" if meets(stated, wanted, bound) else "unmet"


def _direction(metric: AskedMetric, wanted: Figure) -> Bound | None:
    """Return which way is better: told by today's figure, else by the name; None when neither tells."""
    now = [figure for figure in figures(fold(f"{metric.now}{metric.unit}")) if figure.dimension == wanted.dimension]
    if now and now[-1].low != wanted.low:
        return "at_most" if wanted.low < now[-1].low else "at_least"
    name = fold(metric.name)
    if any(word in name for word in _RISING):
        return "at_least"
    return "at_most" if any(word in name for word in _FALLING) else None


def _names(name: str, folded: str) -> tuple[int, int]:
    """Return how many characters of a metric's name a sentence holds (0: too few) and where the last of them ends."""
    words = [segment.text for run in content_runs(fold(name), ()) for segment in run.segments if len(segment.text) > 1]
    if not words:
        words = [fold(name).strip()] if fold(name).strip() else []
    held = [word for word in words if word in folded]
    length = sum(map(len, held))
    if not held or 2 * length < sum(map(len, words)):
        return _turned_round(fold(name).strip(), folded)
    return length, max(folded.find(word) + len(word) for word in held)


def _turned_round(name: str, folded: str) -> tuple[int, int]:
    """The same for a short name whose characters stand together in another order (含银量, 银含量)."""
    if not 2 < len(name) <= 5:
        return 0, 0
    for at in range(len(folded) - len(name) + 1):
        window = folded[at : at + len(name) + _NEAR_NAME]
        if folded[at] in name and all(window.count(character) >= name.count(character) for character in name):
            return len(name), at + len(name)
    return 0, 0


def _nearest(folded: str, at: int, wanted: Figure | None, metric: AskedMetric) -> Figure | None:
    """Return the figure the name belongs to, of the wanted dimension; of ``由12%降至4%`` the second."""
    dimension = wanted.dimension if wanted and wanted.dimension else unit_dimension(metric.unit)
    fitting = [figure for figure in figures(folded) if figure.dimension == dimension] if dimension else []
    if wanted is not None and wanted.change:
        fitting = [figure for figure in fitting if figure.change] or fitting
    elif wanted is not None:
        fitting = [figure for figure in fitting if not figure.change] or fitting
    after = [figure for figure in fitting if figure.start >= at]
    if len(after) > 1 and _FROM.search(folded[: after[0].start]):
        return after[1]
    return next(iter(after), fitting[-1] if fitting else None)


def _standards(text: str) -> list[str]:
    return [found for found in measures(fold(text)) if found[:1].isalpha() and any(c.isdigit() for c in found)]


def _exclusion_rows(text: str, document: Document, stated: _Stated) -> Iterator[Compared]:
    whole = full_text(document)
    for exclusion in find_exclusions(fold(text)):
        if is_violated(exclusion, whole):
            yield Compared("exclusion", exclusion.words, "unmet", _sentence_of(exclusion, stated))
        elif is_denied(exclusion, whole):
            yield Compared("exclusion", exclusion.words, "met", _sentence_of(exclusion, stated))
        else:
            yield Compared("exclusion", exclusion.words, "unknown")


def _sentence_of(exclusion: Exclusion, stated: _Stated) -> str:
    pairs = zip(stated.written, stated.folded, strict=True)
    return next((written for written, folded in pairs if exclusion.what in folded), "")


def _at_least(offered: int | None, asked: int | None) -> Verdict:
    if offered is None or asked is None:
        return "unknown"
    return "met" if offered >= asked else "unmet"


def _within(price: int | None, budget: int | None) -> Verdict:
    if price is None or budget is None:
        return "unknown"
    return "met" if price <= budget else "unmet"


def _rights(asked: Asked, offered: Offered) -> Verdict:
    if not asked.wants_rights or not offered.rights:
        return "unknown"
    return "met" if offered.valid_rights else "unmet"


def _in_time(asked: Asked, document: Document) -> Verdict:
    if asked.deadline is None or document.trl is None:
        return "unknown"
    return "met" if document.trl >= MATURE_TRL else "unknown"


def _mode(asked: Sequence[str], offered: Sequence[str]) -> Verdict:
    if not asked or not offered:
        return "unknown"
    return "met" if set(asked) & set(offered) else "unmet"

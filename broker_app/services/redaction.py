"""What must not leave is taken out before a paper ever sees it (paper.md section 5).

Marked spans of the note, values of confidential figures, and any other place where the same words or
figures stand again are replaced by ［略］.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broker_app.services.firm_names import core_name
from broker_app.services.visits import Span

if TYPE_CHECKING:
    from broker_app.services.needs import Metric

OMITTED = "［略］"
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_SINGLE_WITH_UNIT = re.compile(r"(?<![\d.])\d\s*(?:[%％‰℃°]|[A-Za-zμΩ]+|[\u4e00-\u9fff])")
_PLACE = re.compile(
    r"^(?:浙江省?)?(?:\w{1,3}市)?(?:\w{1,3}[县区市])?(?:温州|瑞安|乐清|永嘉|平阳|苍南|龙港|文成|泰顺|洞头)?"
)
_TELLING = 3  # characters of a short name; a shorter one is an ordinary word
_TITLES = ("总", "工", "董", "厂长", "经理", "主任", "书记", "师傅", "老板", "部长", "科长", "女士", "先生")
_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF05: "%"}
_WIDE_DIGITS = {str(digit): f"[{digit}{chr(0xFF10 + digit)}]" for digit in range(10)} | {".": "[.．]", "%": "[%％]"}


@dataclass(frozen=True)
class Redaction:
    """Words and figures of one visit that must not be printed anywhere."""

    words: tuple[str, ...]
    figures: tuple[str, ...]

    def clean(self, text: str) -> str:
        """``text`` with every secret word and figure replaced."""
        # All places are found in the text as it came, so that a secret beside another one is not cut in two.
        places = [match.span() for word in self.words for match in _pattern(word).finditer(text)]
        for figure in self.figures:
            places += [match.span() for match in _figure_pattern(figure).finditer(text)]
        parts: list[str] = []
        end = 0
        for start, stop in sorted(places):
            if start >= end:
                parts += [text[end:start], OMITTED]
            end = max(end, stop)
        return "".join([*parts, text[end:]])

    def tells(self, term: str, public: str) -> bool:
        """Whether words give a secret away: two neighbours of one stand in them and nowhere in ``public``."""
        said, known = term.casefold(), public.casefold()
        pairs = {word[at : at + 2].casefold() for word in self.words for at in range(len(word) - 1)}
        return self.clean(term) != term or any(pair in said and pair not in known for pair in pairs)


def redaction_of(note: str, spans: Sequence[Span], metrics: Iterable["Metric"]) -> Redaction:
    """Gather the secrets of a note's marked spans and of confidential figures."""
    words = {note[span.start : span.start + span.length].strip() for span in spans}
    figures: set[str] = set()
    for metric in metrics:
        if metric.confidential:
            values = f"{metric.now} {metric.target}".translate(_NARROW)
            figures |= {figure for figure in _FIGURE.findall(values) if len(figure) >= 2}
            # A single digit stands everywhere; with its unit it is the secret again.
            figures |= {"".join(found.split()) for found in _SINGLE_WITH_UNIT.findall(values)}
    return Redaction(
        tuple(sorted((word for word in words if len(word) >= 2), key=_longest_first)),
        tuple(sorted(figures, key=_longest_first)),
    )


def identity_of(firms: Iterable[str], people: Iterable[str], numbers: Iterable[str]) -> Redaction:
    """What tells whose need it is: names of firms long and short, people by name and as 陈总, phones and addresses."""
    words = {number.strip() for number in numbers}
    for firm in firms:
        short = core_name(firm)
        words |= {firm.strip(), short}
        local = _PLACE.sub("", short)
        words |= {local} if len(local) >= _TELLING else set()
    for name in (person.strip() for person in people):
        words |= {name, *(f"{name[:1]}{title}" for title in _TITLES if len(name) >= 2)}
    return Redaction(tuple(sorted((word for word in words if len(word) >= 2), key=_longest_first)), ())


def all_of(secrets: Iterable[Redaction]) -> Redaction:
    """Several records' secrets as one."""
    parts = tuple(secrets)
    words = {word for one in parts for word in one.words}
    figures = {figure for one in parts for figure in one.figures}
    return Redaction(tuple(sorted(words, key=_longest_first)), tuple(sorted(figures, key=_longest_first)))


def _longest_first(secret: str) -> tuple[int, str]:
    """So that a secret inside a longer one does not leave the rest of it standing."""
    return -len(secret), secret


def _pattern(word: str) -> re.Pattern[str]:
    """``word`` however it is broken into lines and whatever the width of its digits."""
    signs = (sign for sign in word.translate(_NARROW) if not sign.isspace())
    return re.compile(r"\s*".join(_WIDE_DIGITS.get(sign) or re.escape(sign) for sign in signs))


def _figure_pattern(figure: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.．])(?:{_pattern(figure).pattern})(?![\d.．]*\d)")


def without_spans(note: str, spans: Sequence[Span]) -> str:
    """``note`` with each marked span replaced by one mark."""
    parts: list[str] = []
    end = 0
    for span in sorted(spans, key=lambda one: one.start):
        if span.start >= end:
            parts += [note[end : span.start], OMITTED]
        end = max(end, span.start + span.length)
    return "".join([*parts, note[end:]])


def marks_metric(field: str, metric_name: str) -> bool:
    """Whether a confidential field such as 现有合格率 speaks of the metric 一次合格率: three characters shared."""
    return any(field[at : at + 3] in metric_name for at in range(max(1, len(field) - 2))) if field else False

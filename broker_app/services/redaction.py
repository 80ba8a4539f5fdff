"""What must not leave is taken out before a paper ever sees it (paper.md section 5).

Marked spans of the note, values of confidential figures, and any other place where the same words or
figures stand again are replaced by ［略］.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broker_app.services.needs import Metric
from broker_app.services.visits import Span

OMITTED = "［略］"
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Redaction:
    """Words and figures of one visit that must not be printed anywhere."""

    words: tuple[str, ...]
    figures: tuple[str, ...]

    def clean(self, text: str) -> str:
        """``text`` with every secret word and figure replaced."""
        for word in self.words:
            text = text.replace(word, OMITTED)
        for figure in self.figures:
            text = re.sub(rf"(?<![\d.]){re.escape(figure)}(?![\d.]*\d)", OMITTED, text)
        return text


def redaction_of(note: str, spans: Sequence[Span], metrics: Iterable[Metric]) -> Redaction:
    """Gather the secrets of a note's marked spans and of confidential figures."""
    words = {note[span.start : span.start + span.length].strip() for span in spans}
    figures = {
        figure
        for metric in metrics
        if metric.confidential
        for figure in _FIGURE.findall(f"{metric.now} {metric.target}")
        if len(figure) >= 2
    }
    # Longest first, so that a secret inside a longer one does not leave the rest of it standing.
    return Redaction(
        tuple(sorted((word for word in words if len(word) >= 2), key=lambda word: (-len(word), word))),
        tuple(sorted(figures, key=lambda figure: (-len(figure), figure))),
    )


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

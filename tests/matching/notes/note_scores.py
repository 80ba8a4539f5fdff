"""How well proposals meet gold labels: overlap of character pairs, best one-to-one pairs, then the fields.

Two texts overlap by the Dice share of their pairs of neighbouring characters; a need counts as found from 0.3 on.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import Any

from broker_app.matching.notes import NeedProposal, NoteProposals

FOUND = 0.3
_BREAK = re.compile(r"[^0-9a-z\u3400-\u9fffµ\u0370-\u03ff%]+")


def pairs(*texts: str) -> Counter[str]:
    """The pairs of neighbouring characters of texts, none across punctuation."""
    counted: Counter[str] = Counter()
    for text in texts:
        folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).lower())
        for run in _BREAK.split(folded):
            counted.update(run[at : at + 2] for at in range(len(run) - 1))
    return counted


def overlap(one: Counter[str], other: Counter[str]) -> float:
    """The Dice share of two counts of pairs."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


@dataclass
class Score:
    """Sums over notes; the properties are shares between 0 and 1."""

    tally: Counter[str] = field(default_factory=Counter)

    def share(self, part: str, whole: str) -> float:
        """One count as a share of another, 1 when there is nothing to count."""
        return self.tally[part] / self.tally[whole] if self.tally[whole] else 1.0

    @property
    def need_f1(self) -> float:
        """F1 of needs."""
        return 2 * self.tally["found"] / max(1, self.tally["proposed"] + self.tally["gold"])

    @property
    def strict_f1(self) -> float:
        """F1 of needs at an overlap of one half."""
        return 2 * self.tally["strict"] / max(1, self.tally["proposed"] + self.tally["gold"])


def score(visits: Sequence[dict[str, Any]], answers: Sequence[NoteProposals]) -> Score:
    """Compare the proposals for each visit with its gold labels."""
    total = Score()
    for visit, answer in zip(visits, answers, strict=True):
        _needs(total.tally, visit["gold"], answer)
        _others(total.tally, visit["gold"], answer)
    return total


def _needs(tally: Counter[str], gold: dict[str, Any], answer: NoteProposals) -> None:
    wanted = [pairs(*need["span"]) for need in gold["needs"]]
    given = [pairs(need.text) for need in answer.needs]
    matched = _matched([[overlap(one, other) for other in wanted] for one in given], len(wanted))
    tally["gold"] += len(wanted)
    tally["proposed"] += len(given)
    tally["found"] += len(matched)
    for at, place in matched.items():
        tally["strict"] += overlap(given[at], wanted[place]) >= 0.5
    of = {place: answer.needs[at] for at, place in matched.items()}
    for place, need in enumerate(gold["needs"]):
        if need["budget_wan"] is not None:
            tally["budgets"] += 1
            tally["budgets_right"] += place in of and _right_budget(of[place], need)
        if need["deadline"] is not None:
            tally["deadlines"] += 1
            tally["deadlines_right"] += place in of and _right_day(of[place].deadline, need)
    rest = [one for at, one in enumerate(given) if at not in matched]
    for trap in [*(each["span"] for each in gold["not_needs"]), *_requests(gold)]:
        tally["traps"] += 1
        tally["trapped"] += any(overlap(one, pairs(trap)) >= FOUND for one in rest)


def _matched(weights: list[list[float]], wanted: int) -> dict[int, int]:
    """The best one-to-one pairs; notes hold few needs, so all are tried, many by the heaviest first."""
    if len(weights) <= 6 and wanted <= 6:
        size = max(len(weights), wanted)
        best: tuple[float, dict[int, int]] = (0.0, {})
        for order in permutations(range(size), len(weights)):
            chosen = {at: to for at, to in enumerate(order) if to < wanted and weights[at][to] >= FOUND}
            best = max(best, (sum(weights[at][to] for at, to in chosen.items()), chosen), key=lambda each: each[0])
        return best[1]
    heavy = sorted(
        ((w, at, to) for at, row in enumerate(weights) for to, w in enumerate(row) if w >= FOUND), reverse=True
    )
    taken: dict[int, int] = {}
    for _, at, to in heavy:
        if at not in taken and to not in taken.values():
            taken[at] = to
    return taken


def _right_budget(need: NeedProposal, gold: dict[str, Any]) -> bool:
    if need.budget_low is None:
        return False
    given = (float(need.budget_low), float(need.budget_high if need.budget_high is not None else need.budget_low))
    accepted = [gold["budget_wan"], *gold.get("budget_accept", [])]
    return any(
        all(abs(one - other) <= max(0.05, 0.01 * other) for one, other in zip(given, each, strict=True))
        for each in accepted
    )


def _right_day(day: date | None, gold: dict[str, Any]) -> bool:
    first, last = map(date.fromisoformat, gold.get("deadline_window", [gold["deadline"]] * 2))
    return day is not None and first <= day <= last


def _requests(gold: dict[str, Any]) -> list[str]:
    return ["".join(one["span"]) for one in gold["non_technical_detail"]]


def _others(tally: Counter[str], gold: dict[str, Any], answer: NoteProposals) -> None:
    for span in _requests(gold):
        tally["requests"] += 1
        tally["requests_found"] += any(overlap(pairs(one.text), pairs(span)) >= FOUND for one in answer.referrals)
    for one in gold["follow_up_detail"]:
        near = [each for each in answer.follow_ups if overlap(pairs(each.text), pairs(*one["span"])) >= FOUND]
        tally["tasks"] += 1
        tally["tasks_found"] += bool(near)
        if one["due"]:
            tally["dues"] += 1
            tally["dues_right"] += any(each.due is not None and each.due.isoformat() == one["due"] for each in near)
    for span in gold["confidential_spans"]:
        wanted = pairs(span)
        tally["secrets"] += 1
        tally["secrets_kept"] += any(
            (wanted & pairs(each.text)).total() >= 0.6 * wanted.total() and len(each.text) <= max(60, 4 * len(span))
            for each in answer.confidential
        )

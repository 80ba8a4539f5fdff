"""How two changes of one record become one: by value, without clocks, so any order of arrival is the same.

A change of a field is ``[old, new]``, or ``{"add": [...], "del": [...]}`` for the elements of a list. Values
are wire values (``db/outbox.py``): empty text, list and object are null, and null is an absent field.
Nothing typed is lost: it becomes the field, is merged into it, or stands in a conflict.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from broker_app.sync.kinds import Merge, rule_of

Body = dict[str, Any]
Change = Any  # [old, new] or {"add": [...], "del": [...]}

MAX_PARAGRAPHS = 1_000  # a longer text is not worth the time a comparison can take: both stand in a conflict


class Outcome(StrEnum):
    """What became of one changed field."""

    SAME = "same"  # it already had that value
    SET = "set"
    MERGED = "merged"
    KEPT = "kept"  # the first value stands, by rule
    CONFLICT = "conflict"


@dataclass(frozen=True)
class FieldMerge:
    """The value a field has afterwards, and how it came to it."""

    value: Any
    outcome: Outcome


@dataclass(frozen=True)
class FieldConflict:
    """Two values of one field that people have to decide about; ``current`` is the one that stands."""

    field: str
    base: Any
    current: Any
    other: Any
    is_text: bool


@dataclass(frozen=True)
class RecordMerge:
    """The record after a change: its body, what was replaced (``{field: [before, after]}``) and what was not."""

    body: Body
    changed: dict[str, list[Any]]
    conflicts: tuple[FieldConflict, ...]
    is_merged: bool


def merge_record(kind: str, body: Mapping[str, Any], changes: Mapping[str, Change]) -> RecordMerge:
    """Lay ``changes`` of a record of ``kind`` over ``body``, field by field. ``body`` itself is not touched."""
    after = dict(body)
    changed: dict[str, list[Any]] = {}
    conflicts: list[FieldConflict] = []
    outcomes: set[Outcome] = set()
    for name, change in changes.items():
        current = after.get(name)
        if current is None and type(change) is list and change[0] is None:  # most are: a field of a new record
            new = _plain(change[1])
            outcomes.add(Outcome.SAME if new is None else Outcome.SET)
            if new is not None:
                after[name], changed[name] = new, [None, new]
            continue
        rule = rule_of(kind, name)
        merged = merge_field(rule, current, change)
        outcomes.add(merged.outcome)
        if merged.outcome is Outcome.CONFLICT:
            old, new = (None, change.get("add")) if isinstance(change, Mapping) else change
            conflicts.append(FieldConflict(name, old, current, new, rule is Merge.TEXT))
        elif merged.outcome in (Outcome.SET, Outcome.MERGED):
            changed[name] = [current, merged.value]
            _put(after, name, merged.value)
    return RecordMerge(after, changed, tuple(conflicts), Outcome.MERGED in outcomes)


def merge_field(rule: Merge, current: Any, change: Change) -> FieldMerge:
    """The field after ``change``, where ``current`` is what it holds now."""
    current = _plain(current)
    if isinstance(change, Mapping):
        return _merge_elements(rule, current, change.get("add") or [], change.get("del") or [])
    old, new = (_plain(value) for value in change)
    if same(current, new):
        return FieldMerge(current, Outcome.SAME)
    if same(current, old):
        return FieldMerge(new, Outcome.SET)
    return _merge_both(rule, current, old, new)


def _merge_both(rule: Merge, current: Any, old: Any, new: Any) -> FieldMerge:
    if rule is Merge.SERVER:
        return FieldMerge(current, Outcome.KEPT)
    if rule is Merge.SET and all(value is None or isinstance(value, list) for value in (current, old, new)):
        change = set_change(old, new)
        return _merge_elements(rule, current, change["add"], change["del"])
    if rule is Merge.TEXT and all(value is None or isinstance(value, str) for value in (current, old, new)):
        text = merge_text(old or "", current or "", new or "")
        if text is not None:
            return FieldMerge(_plain(text), Outcome.SAME if text == current else Outcome.MERGED)
    return FieldMerge(current, Outcome.CONFLICT)


def lay_over(kind: str, body: Mapping[str, Any], changes: Mapping[str, Change]) -> Body:
    """What a person sees whose ``changes`` the server has not yet merged: merged where possible, else their own."""
    merged = merge_record(kind, body, changes)
    seen = dict(merged.body)
    for conflict in merged.conflicts:
        _put(seen, conflict.field, _plain(conflict.other))
    return seen


# --- sets -------------------------------------------------------------------------------------------------


def set_change(old: Sequence[Any] | None, new: Sequence[Any] | None) -> dict[str, list[Any]]:
    """The elements by which ``new`` differs from ``old``: ``{"add": [...], "del": [...]}``."""
    before = {_key(element) for element in old or ()}
    after = {_key(element) for element in new or ()}
    return {
        "add": [element for element in new or () if _key(element) not in before],
        "del": [element for element in old or () if _key(element) not in after],
    }


def _merge_elements(rule: Merge, current: Any, add: Sequence[Any], remove: Sequence[Any]) -> FieldMerge:
    if rule in (Merge.SERVER, Merge.TEXT) or not (current is None or isinstance(current, list)):
        return FieldMerge(current, Outcome.CONFLICT)  # no list of elements: a faulty client, but nothing is lost
    present = current or []
    added = {_key(element) for element in add}
    gone = {_key(element) for element in remove} - added
    result = [element for element in present if _key(element) not in gone]
    held = {_key(element) for element in result}
    for element in add:
        if _key(element) not in held:
            held.add(_key(element))
            result.append(element)
    value = _plain(result)
    return FieldMerge(value, Outcome.SAME if same(value, current) else Outcome.MERGED)


# --- text -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Hunk:
    start: int  # paragraphs of the base that are replaced ...
    end: int
    lines: tuple[str, ...]  # ... by these


def merge_text(base: str, current: str, other: str) -> str | None:
    """Both changes of ``base`` in one text, paragraph by paragraph; None if both changed the same paragraph.

    No paragraph that either side added or rewrote is missing from the result. Paragraphs that both sides
    put into the same place follow each other, those of ``current`` first.
    """
    texts = [_paragraphs(text) for text in (base, current, other)]
    if max(map(len, texts)) > MAX_PARAGRAPHS:
        return None
    old, ours, theirs = texts
    hunks = _joined(_hunks(old, ours), _hunks(old, theirs))
    if hunks is None:
        return None
    result: list[str] = []
    at = 0
    for hunk in hunks:
        result += old[at : hunk.start]
        result += hunk.lines
        at = hunk.end
    return "\n".join(result + old[at:])


def _paragraphs(text: str) -> list[str]:
    return text.split("\n") if text else []


def _hunks(old: list[str], new: list[str]) -> list[_Hunk]:
    # Without autojunk: it forgets paragraphs that occur often, and then mistakes what was added.
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [_Hunk(i, j, tuple(new[k:m])) for tag, i, j, k, m in codes if tag != "equal"]


def _joined(ours: list[_Hunk], theirs: list[_Hunk]) -> list[_Hunk] | None:
    joined = list(ours)
    for hunk in theirs:
        if hunk in ours:
            continue  # both made the same change
        if any(_overlap(hunk, other) for other in ours):
            return None
        joined.append(hunk)
    # At one place insertions come before a replacement; sorting is stable, so ours come before theirs.
    return sorted(joined, key=lambda hunk: (hunk.start, hunk.end))


def _overlap(one: _Hunk, two: _Hunk) -> bool:
    # True as well for an insertion inside what the other replaces, false for one at its edge.
    return one.start < two.end and two.start < one.end


# --- values -----------------------------------------------------------------------------------------------


def same(one: Any, two: Any) -> bool:
    """Whether two JSON values are the same; unlike in Python ``true`` is not 1."""
    if isinstance(one, (list, dict)) or isinstance(two, (list, dict)):
        return type(one) is type(two) and _key(one) == _key(two)
    return type(one) is type(two) and bool(one == two)


def _key(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _put(body: Body, name: str, value: Any) -> None:
    if value is None:
        body.pop(name, None)
    else:
        body[name] = value

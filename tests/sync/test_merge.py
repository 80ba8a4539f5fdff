"""Merging loses nothing that anybody typed, in whatever order the changes arrive."""

from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.sync.kinds import Merge
from broker_app.sync.merge import (
    MAX_PARAGRAPHS,
    Outcome,
    lay_over,
    merge_field,
    merge_record,
    merge_text,
    same,
    set_change,
)

# Few different paragraphs, so that they repeat and collide.
PARAGRAPHS = st.lists(st.sampled_from(["", "甲", "乙", "丙", "丁", "戊 1", "己"]), max_size=8)
TEXTS = PARAGRAPHS.map("\n".join)
VALUES = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "甲", "乙"]) | st.lists(st.integers(0, 3))
)
TAGS = st.lists(st.sampled_from("甲乙丙丁戊"), unique=True, max_size=5)


def lines(text: str) -> Counter[str]:
    return Counter(text.split("\n") if text else [])


def null_if_empty(value: Any) -> Any:
    return None if value in ("", []) else value


@given(TEXTS, TEXTS, TEXTS)
def test_no_paragraph_that_was_added_is_lost(base: str, ours: str, theirs: str) -> None:
    merged = merge_text(base, ours, theirs)
    if merged is not None:
        for side in (ours, theirs):
            added = lines(side) - lines(base)
            assert not set(added) - set(lines(merged))


@given(TEXTS, TEXTS, TEXTS)
def test_texts_merge_in_either_order_or_in_none_and_hold_the_same_paragraphs(base: str, one: str, two: str) -> None:
    left, right = merge_text(base, one, two), merge_text(base, two, one)
    assert (left is None) == (right is None)
    if left is not None and right is not None:
        assert lines(left) == lines(right)


@given(TEXTS, TEXTS)
def test_a_text_that_only_one_side_changed_is_that_side(base: str, changed: str) -> None:
    assert merge_text(base, changed, base) == changed
    assert merge_text(base, base, changed) == changed
    assert merge_text(base, changed, changed) == changed


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("甲\n乙", "甲甲\n乙", "甲\n乙乙", "甲甲\n乙乙"),  # neighbours
        ("甲", "甲\n我的", "甲\n你的", "甲\n我的\n你的"),  # both added at the end
        ("", "我的", "你的", "我的\n你的"),
        ("甲\n乙\n丙", "甲\n丙", "甲\n乙\n新\n丙", "甲\n新\n丙"),  # one removed a paragraph, one added behind it
        ("甲", "甲一", "甲二", None),  # the same paragraph: people decide
        ("甲\n乙", "丙", "甲\n新\n乙", None),  # added inside what the other replaced
    ],
)
def test_paragraphs(base: str, ours: str, theirs: str, merged: str | None) -> None:
    assert merge_text(base, ours, theirs) == merged


def test_a_text_too_long_to_compare_is_left_to_people() -> None:
    long = "\n".join("行" for _ in range(MAX_PARAGRAPHS + 1))
    assert merge_text(long, long + "\n甲", long + "\n乙") is None


@given(VALUES, st.lists(VALUES, min_size=2, max_size=3, unique_by=repr))
def test_the_same_values_survive_whatever_order_changes_arrive_in(base: Any, wanted: list[Any]) -> None:
    kept = []
    for order in permutations(wanted):
        current, put_aside = base, []
        for new in order:
            merged = merge_field(Merge.VALUE, current, [base, new])
            if merged.outcome is Outcome.CONFLICT:
                put_aside.append(new)
            current = merged.value
        kept.append({repr(null_if_empty(value)) for value in [current, *put_aside]})
    typed = {repr(null_if_empty(value)) for value in wanted if not same(null_if_empty(value), null_if_empty(base))}
    assert all(typed <= values for values in kept)


@given(TAGS, TAGS, TAGS)
def test_sets_keep_every_element_added_and_never_conflict(base: list[str], one: list[str], two: list[str]) -> None:
    after_one = merge_field(Merge.SET, base, [base, one])
    after_both = merge_field(Merge.SET, after_one.value, [base, two])
    assert Outcome.CONFLICT not in (after_one.outcome, after_both.outcome)
    result = set(after_both.value or [])
    assert (set(one) | set(two)) - set(base) <= result
    assert set(one) & set(two) <= result
    assert result <= set(base) | set(one) | set(two)


@given(TAGS, TAGS)
def test_a_set_as_elements_is_a_set_as_lists(base: list[str], new: list[str]) -> None:
    elements = merge_field(Merge.SET, base, set_change(base, new)).value
    assert set(elements or []) == set(new)


def test_a_list_nobody_else_touched_keeps_its_order() -> None:
    assert merge_field(Merge.SET, ["甲", "乙"], [["甲", "乙"], ["乙", "甲"]]).value == ["乙", "甲"]


def test_rows_of_a_list_are_elements() -> None:
    base = [{"name": "空洞率", "target": "5"}]
    ours = [{"name": "空洞率", "target": "2"}]
    theirs = [{"target": "5", "name": "空洞率"}, {"name": "熔点", "target": "150"}]
    current = merge_field(Merge.SET, base, [base, ours]).value
    assert merge_field(Merge.SET, current, [base, theirs]).value == [*ours, {"name": "熔点", "target": "150"}]


def test_true_is_not_one() -> None:
    assert merge_field(Merge.VALUE, True, [1, 2]).outcome is Outcome.CONFLICT


def test_the_first_author_stays_and_nobody_is_asked() -> None:
    merged = merge_record("enterprise", {"author_name": "陈", "name": "瓯越"}, {"author_name": [None, "林"]})
    assert merged.body == {"author_name": "陈", "name": "瓯越"}
    assert not merged.conflicts


def test_a_conflict_holds_both_values_and_their_base() -> None:
    merged = merge_record("enterprise", {"name": "瓯越机电"}, {"name": ["瓯越", "瓯越电气"], "address": [None, "塘下"]})
    (conflict,) = merged.conflicts
    assert (conflict.base, conflict.current, conflict.other) == ("瓯越", "瓯越机电", "瓯越电气")
    assert merged.body == {"name": "瓯越机电", "address": "塘下"}
    assert merged.changed == {"address": [None, "塘下"]}


@pytest.mark.parametrize(
    ("kind", "field"), [("enterprise", "profile"), ("enterprise", "name"), ("visit", "created_at")]
)
def test_elements_for_what_is_no_list_become_a_conflict_not_a_loss(kind: str, field: str) -> None:
    merged = merge_record(kind, {field: "原来的"}, {field: {"add": ["新的"], "del": []}})
    assert merged.body == {field: "原来的"}
    assert merged.conflicts[0].other == ["新的"]


@given(st.dictionaries(st.sampled_from(["name", "profile", "tags", "author_name"]), st.tuples(VALUES, VALUES)), TEXTS)
def test_people_always_see_what_they_typed_last(changes: dict[str, tuple[Any, Any]], profile: str) -> None:
    body = {"name": "瓯越", "tags": ["甲"], "profile": profile}
    seen = lay_over("enterprise", body, {field: list(pair) for field, pair in changes.items()})
    for field, (_old, new) in changes.items():
        if field == "name":
            assert same(seen.get(field), None if new in ("", []) else new)
    assert None not in seen.values()

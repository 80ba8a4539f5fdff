from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from broker_app.matching import MatchQuery, MatchResult, match
from broker_app.matching.explain import apportion
from broker_app.matching.labels import is_readable
from tests.matching.pools import record_id

SHELL = MatchQuery(
    "低温高韧阻燃PC/ABS外壳料",
    "断路器外壳冬天开裂,要求缺口冲击好,UL94 V-0,不能含溴。另外触头烧蚀快,泵叶轮汽蚀。",
    industries=("电气",),
    metrics=("1.6 mm V-0", "缺口冲击 ≥ 77 kJ/m²"),
    budget_fen=50_000_000,
    deadline=date(2027, 3, 1),
)


def _all(connection: Connection, query: MatchQuery = SHELL) -> list[MatchResult]:
    answer = match(connection, query)
    return [*answer.results, *answer.weak_results]


def test_shares_sum_to_the_shown_score_exactly(filled: Connection) -> None:
    results = _all(filled)
    assert len(results) > 4
    for result in results:
        assert sum(reason.share for reason in result.reasons) == result.score
        assert 0 < result.score <= 1000
        assert result.score % 10 == 0


@given(st.lists(st.floats(0, 3), max_size=40), st.integers(0, 1000))
def test_parts_always_sum_to_the_whole(raw: list[float], total: int) -> None:
    parts = apportion(raw, total)
    assert sum(parts) == (total if sum(raw) > 0 else 0)
    assert all(part >= 0 for part in parts)


def test_scores_fall_with_rank(filled: Connection) -> None:
    results = sorted(_all(filled), key=lambda result: result.rank)
    assert [result.score for result in results] == sorted((result.score for result in results), reverse=True)
    assert [result.rank for result in results] == list(range(1, len(results) + 1))


def test_no_reason_is_half_a_word(filled: Connection) -> None:
    terms = [reason.term for result in _all(filled) for reason in result.reasons if reason.via in ("words", "bigrams")]
    assert terms
    assert [term for term in terms if not is_readable(term)] == []
    assert "断路" not in terms
    assert "路器" not in terms


def test_a_reason_names_the_field_it_stands_in(filled: Connection) -> None:
    first = _all(filled)[0]
    assert first.id == record_id(2)
    fields = {reason.term: reason.field for reason in first.reasons}
    assert fields["PC/ABS"] == "title"
    assert fields["缺口冲击"] == "abstract"


def test_the_quote_marks_exactly_the_matched_terms(filled: Connection) -> None:
    quote = _all(filled)[0].quote
    assert quote is not None
    assert quote.ordinal == 2
    assert "缺口冲击" in [quote.text[start:end] for start, end in quote.marks]
    assert all(0 <= start < end <= len(quote.text) for start, end in quote.marks)
    assert list(quote.marks) == sorted(quote.marks)


def test_what_is_not_covered_is_said_in_the_owners_words(filled: Connection) -> None:
    gaps = _all(filled)[0].not_covered
    assert ("metric", "缺口冲击 ≥ 77 kJ/m²") in [(gap.kind, gap.words) for gap in gaps]
    assert "1.6 mm V-0" not in [gap.words for gap in gaps]
    assert "price" in [gap.kind for gap in gaps]


@pytest.mark.parametrize(("number", "violated", "free"), [(2, False, True), (3, True, False), (0, False, False)])
def test_an_exclusion_is_checked_against_each_record(
    filled: Connection, number: int, violated: bool, free: bool
) -> None:
    found = {result.id: result for result in _all(filled)}[record_id(number)]
    assert [(check.words, check.violated, check.declared_free) for check in found.exclusions] == [
        ("不能含溴", violated, free)
    ]
    assert found.violated is violated


def test_the_unwanted_thing_is_never_searched(filled: Connection) -> None:
    answer = match(filled, SHELL)
    assert [exclusion.what for exclusion in answer.exclusions] == ["溴"]
    assert "溴" not in [term.text for term in answer.terms]
    assert all("溴" not in reason.term for result in answer.results for reason in result.reasons)

"""Sums and days in the words people use."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.matching.notes import split_note
from broker_app.matching.notes.dates import find_dates
from broker_app.matching.notes.numbers import amounts

VISIT = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        ("四十多万", 40, 49), ("三五十万", 30, 50), ("一百来万", 100, 100), ("小几十万", 20, 40), ("5、60万", 50, 60),
        ("十几万", 10, 19), ("二三十万", 20, 30), ("一百二三十万", 120, 130), ("百八十万", 80, 100), ("8万8", 8.8, 8.8),
        ("三十到五十万", 30, 50), ("30w", 30, 30), ("250k", 25, 25), ("1.2亿", 12_000, 12_000), ("两万", 2, 2),
        ("一千两百万", 1200, 1200), ("几千块", 0.2, 0.9), ("300-500万元", 300, 500), ("半个亿", 5000, 5000),
        ("小几万", 2, 4), ("十五六万", 15, 16), ("1,200万", 1200, 1200),
    ],
)  # fmt: skip
def test_a_sum_in_any_wording(words: str, low: float, high: float) -> None:
    found = next(amounts(words))
    assert (found.low, found.high) == (Decimal(str(low)), Decimal(str(high)))
    assert not found.bare


@pytest.mark.parametrize("words", ["两千万次", "三十万只", "5000台", "100毫米", "7月", "张三"])
def test_counts_and_months_are_no_money(words: str) -> None:
    assert [one for one in amounts(words) if not one.bare] == []


@pytest.mark.parametrize(
    ("note", "low", "high"),
    [
        ("焊缝气孔多，想改工艺，预算50左右。", 50, 50),
        ("焊缝气孔多，想改工艺，最多拿5万。", 0, 5),
        ("焊缝气孔多，想改工艺，设备预算别超150个(w)，研发费另算三五十。", 180, 200),
        ("焊缝气孔多，想改工艺，投15万以内。", 0, 15),
        ("焊缝气孔多，去年花了80万换焊机没用，想改工艺，愿意出20到30万。", 20, 30),
        ("焊缝气孔多，客户罚过8万，想改工艺。", None, None),
        ("焊缝气孔多，进口设备一套要40多万太贵，想改工艺。", None, None),
        ("焊缝气孔多，想改工艺，成本每吨加不超过300块。", None, None),
    ],
)
def test_a_budget_is_what_the_firm_would_pay(note: str, low: int | None, high: int | None) -> None:
    need = split_note(note, VISIT).needs[0]
    assert (need.budget_low, need.budget_high) == (low, high)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("下周三", "2026-12-02"), ("下下周一", "2026-12-07"), ("周五前", "2026-11-27"), ("礼拜一", "2026-11-30"),
        ("月底", "2026-11-30"), ("15号前", "2026-12-15"), ("三天内", "2026-11-27"), ("下个月初", "2026-12-05"),
        ("明年三月", "2027-03-31"), ("明年6月底前", "2027-06-30"), ("1月份", "2027-01-31"), ("明年Q3", "2027-09-30"),
        ("2027.8", "2027-08-31"), ("明年上半年", "2027-06-30"), ("明年清明前", "2027-04-05"), ("春节前", "2027-02-05"),
        ("年前", "2027-02-05"), ("国庆后", "2027-10-08"), ("明年国庆前", "2027-09-30"), ("开春", "2027-03-01"),
        ("半年内", "2027-05-24"), ("两三个月", "2027-02-24"), ("12个月", "2027-11-24"), ("2028年6月前", "2028-05-31"),
        ("年底前", "2026-12-31"), ("明年五一前", "2027-04-30"), ("后天", "2026-11-26"),
        ("2026年12月20日前", "2026-12-20"),
        ("元旦前", "2026-12-31"), ("一年半", "2028-05-24"), ("明年底", "2027-12-31"), ("端午前", "2027-06-08"),
    ],
)  # fmt: skip
def test_a_day_counted_from_the_visit(words: str, day: str) -> None:
    found = find_dates(words.lower(), VISIT)
    assert [one.day.isoformat() for one in found] == [day]


@pytest.mark.parametrize("words", ["保质期90天", "三个月就漏，要一年半不漏", "2月30日", "99月", "一天200张"])
def test_lives_and_impossible_days_are_no_deadline(words: str) -> None:
    assert split_note(f"焊缝气孔多，想改工艺，{words}。", VISIT).needs[0].deadline is None


@given(st.text(alphabet="一二三四五六七八九十百千万亿几多来两半0123456789.,、-到元块wk个小", max_size=30))
def test_no_sum_is_turned_round_or_below_nothing(text: str) -> None:
    for one in amounts(text):
        assert 0 <= one.low <= one.high
        assert 0 <= one.start < one.end <= len(text)


@given(
    st.text(alphabet="今明后年月日号周礼拜天一二三四五六七八九十0123456789底初前后内上下半季度国庆春节", max_size=30),
    st.dates(date(2024, 1, 1), date(2034, 12, 31)),
)
def test_days_lie_in_the_text_and_never_overlap(text: str, visit_on: date) -> None:
    end = 0
    for one in find_dates(text, visit_on):
        assert end <= one.start < one.end <= len(text)
        end = one.end

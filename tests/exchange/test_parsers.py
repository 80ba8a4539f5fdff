"""Cells as people fill them in, and rubbish: a value, nothing, or a reason that names the column."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker_app.errors import InvalidInputError
from broker_app.exchange.amounts import Budget, Price, parse_budget, parse_price
from broker_app.exchange.dates import parse_day, parse_deadline
from broker_app.exchange.fields import KINDS, fields_of
from broker_app.exchange.parsers import (
    parse_credit_code,
    parse_email,
    parse_industry,
    parse_line,
    parse_list,
    parse_phone,
    parse_text,
    parse_trl,
)
from broker_app.exchange.particulars import IpRight, Metric, parse_metrics, parse_rights

unhurried = settings(deadline=None)  # two shared cores: an example may take long for no reason
Parser = Callable[[Any, str], Any]
PARSERS = sorted({field.parse for kind in KINDS for field in fields_of(kind)}, key=lambda parse: parse.__name__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def budget(low: str | None, high: str | None) -> Budget:
    return Budget(Decimal(low) if low else None, Decimal(high) if high else None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (80, budget("80", "80")),
        (0.5, budget("0.5", "0.5")),
        ([180, 200], budget("180", "200")),
        ([None, 50], budget(None, "50")),
        ("[20, 40]", budget("20", "40")),
        ("180-200万", budget("180", "200")),
        ("180万～200万元", budget("180", "200")),
        ("180至200", budget("180", "200")),
        ("５０万以内", budget("0", "50")),
        ("不超过50万元", budget("0", "50")),
        ("≤30", budget("0", "30")),
        ("不少于30万元", budget("30", None)),
        ("100万以上", budget("100", None)),
        ("1.2亿", budget("12000", "12000")),
        ("5000万-1亿", budget("5000", "10000")),
        ("1-2亿元", budget("10000", "20000")),
        ("1,500,000元", budget("150", "150")),
        ("约150w", budget("150", "150")),
        ("￥200万元左右", budget("200", "200")),
        ("免费", budget("0", "0")),
        ("面议", Budget(negotiable=True)),
        ("待定", None),
        ("", None),
        (None, None),
        ([None, None], None),
    ],
)
def test_budget(written: Any, meant: Budget | None) -> None:
    assert parse_budget(written, "预算") == meant


def test_unit_of_the_heading_counts_for_bare_figures() -> None:
    assert parse_budget("1500000", "预算（元）") == budget("150", "150")
    assert parse_budget("80", "预算(单位：万元)") == budget("80", "80")
    assert parse_budget("1.5", "投入/亿元") == budget("15000", "15000")
    assert parse_budget("80万", "预算（元）") == budget("80", "80")


@pytest.mark.parametrize(
    "written", ["三五十", "50美元", "200-100万", "很多", [1, 2, 3], "-5", "99999999999999", {"a": 1}]
)
def test_budget_refused(written: Any) -> None:
    with pytest.raises(InvalidInputError, match="“预算”") as refusal:
        parse_budget(written, "预算")
    assert refusal.value.field == "预算"


def test_price() -> None:
    assert parse_price("60万元", "报价") == Price(Decimal(60))
    assert parse_price("面议", "报价") == Price(negotiable=True)
    assert parse_price("", "报价") is None
    with pytest.raises(InvalidInputError, match="要写成一个数"):
        parse_price("30-50万", "报价")


@unhurried
@given(st.decimals(0, 10**7, places=2), st.decimals(0, 10**7, places=2))
def test_any_range_reads_back(first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))
    for sign in "-~—至":
        assert parse_budget(f"{low}{sign}{high}万元", "预算") == Budget(low, high)
    assert parse_budget(f"{low:,}-{high:,}", "预算") == Budget(low, high)
    assert parse_budget([float(low), float(high)], "预算") == Budget(low, high)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2027-06-30", date(2027, 6, 30), date(2027, 6, 30)),
        ("2027/6/3", date(2027, 6, 3), date(2027, 6, 3)),
        ("2027.06.03", date(2027, 6, 3), date(2027, 6, 3)),
        ("２０２７年６月３日前", date(2027, 6, 3), date(2027, 6, 3)),
        ("2027-06-30 08:30:00", date(2027, 6, 30), date(2027, 6, 30)),
        ("20270630", date(2027, 6, 30), date(2027, 6, 30)),
        (20270630, date(2027, 6, 30), date(2027, 6, 30)),
        (46568, date(2027, 6, 30), date(2027, 6, 30)),
        ("2027-02", date(2027, 2, 1), date(2027, 2, 28)),
        ("2028年2月底", date(2028, 2, 1), date(2028, 2, 29)),
        ("2027年上半年", date(2027, 1, 1), date(2027, 6, 30)),
        ("2027年第三季度", date(2027, 7, 1), date(2027, 9, 30)),
        ("2027Q4", date(2027, 10, 1), date(2027, 12, 31)),
        ("2027年底", date(2027, 1, 1), date(2027, 12, 31)),
        (2027, date(2027, 1, 1), date(2027, 12, 31)),
        ("2027（待定）", date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_dates(written: Any, first: date, last: date) -> None:
    assert parse_day(written, "日期") == first
    assert parse_deadline(written, "期限") == last


@pytest.mark.parametrize("written", ["", None, "长期", "尽快解决", "待定", "/"])
def test_no_date(written: Any) -> None:
    assert parse_deadline(written, "期限") is None


@pytest.mark.parametrize(
    "written", ["6月底", "明年", "2027-13", "2027-02-30", "0027-01-01", "9999", "12345678901", [2027]]
)
def test_date_refused(written: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"“期限”里的“.*”看不出日期"):
        parse_deadline(written, "期限")


@unhurried
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_any_date_reads_back(day: date) -> None:
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}/{day.month}/{day.day}",
    ]
    assert {parse_day(form, "日期") for form in forms} == {day}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["泵", "阀", "泵", " "], ("泵", "阀")),
        ("泵；阀、管,件，料\n钢", ("泵", "阀", "管", "件", "料", "钢")),
        ("PC/ABS；阻燃", ("PC/ABS", "阻燃")),
        ("断路器 脱扣", ("断路器", "脱扣")),
        ("finite element", ("finite element",)),
        ('["PC、ABS", "阻燃"]', ("PC、ABS", "阻燃")),
        ("[未闭合", ("[未闭合",)),
        ("无", None),
        (3, ("3",)),
    ],
)
def test_lists(written: Any, meant: tuple[str, ...] | None) -> None:
    assert parse_list(written, "关键词") == meant


def test_industries_split_at_strokes_too() -> None:
    assert parse_industry("新能源/环保", "行业") == ("新能源", "环保")


@pytest.mark.parametrize(
    ("written", "meant"), [("7", 7), (7.0, 7), ("TRL7", 7), ("第七级", 7), ("TRL-6级", 6), ("未说明", None)]
)
def test_trl(written: Any, meant: int | None) -> None:
    assert parse_trl(written, "成熟度") == meant


@pytest.mark.parametrize("written", ["10", "0", "6-7", "成熟", True])
def test_trl_refused(written: Any) -> None:
    with pytest.raises(InvalidInputError, match="不是 1 到 9 的等级"):
        parse_trl(written, "成熟度")


def test_codes_phones_and_mail() -> None:
    assert parse_credit_code(" 91330382xyxy00013y ", "信用代码") == "91330382XYXY00013Y"
    assert parse_phone(13800138000, "手机") == "13800138000"
    assert parse_phone("0577-8896 1111转8", "电话") == "0577-8896 1111转8"
    assert parse_phone("１３８００１３８０００、0577-88961111", "电话") == "13800138000;0577-88961111"
    assert parse_email("a.b@样例.cn", "邮箱") == "a.b@样例.cn"
    for parse, value in ((parse_credit_code, "9133"), (parse_phone, "找老王"), (parse_email, "a.b")):
        with pytest.raises(InvalidInputError, match="“栏”里的"):
            parse(value, "栏")


def test_hidden_characters_are_taken_out() -> None:
    assert parse_line("\ufeff甲\x00厂\u202e（\x07温州\ud800）\r\n分厂\u200b", "名称") == "甲厂（温州） 分厂"
    assert parse_text("一\r\n二\r三\x1b", "简介") == "一\n二\n三"


def test_too_long_says_how_long() -> None:
    with pytest.raises(InvalidInputError, match="“名称”有 301 个字，最多 300 个字"):
        parse_line("字" * 301, "名称")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("发明专利2件、软著1项", (IpRight("发明专利", count=2), IpRight("计算机软件著作权"))),
        ("发明专利 ZL 2020 1 0123456.7", (IpRight("发明专利", "ZL202010123456.7"),)),
        (["技术秘密", "实用新型"], (IpRight("技术秘密"), IpRight("实用新型"))),
        (
            [{"kind": "发明专利", "number": "ZL1", "holder": "样例大学", "granted_on": "2024-05-06"}],
            (IpRight("发明专利", "ZL1", "样例大学", date(2024, 5, 6)),),
        ),
        ('[{"类型": "商标"}]', (IpRight("商标"),)),
        ("无", None),
        ([], None),
    ],
)
def test_rights(written: Any, meant: tuple[IpRight, ...] | None) -> None:
    assert parse_rights(written, "知识产权") == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (
            [{"name": "合格率", "now": "91", "target": "≥98", "unit": "%", "standard": "GB/T 1"}],
            (Metric("合格率", "91", "≥98", "%", "GB/T 1"),),
        ),
        ({"一次合格率": "91%→≥98%"}, (Metric("一次合格率", "91%", "≥98%"),)),
        (
            "合格率：91%→≥98%；温升: 符合GB/T 10963",
            (Metric("合格率", "91%", "≥98%"), Metric("温升", target="符合GB/T 10963")),
        ),
        ("噪声小一点", (Metric("噪声小一点"),)),
        ({}, None),
        ("", None),
    ],
)
def test_metrics(written: Any, meant: tuple[Metric, ...] | None) -> None:
    assert parse_metrics(written, "指标") == meant


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
def test_any_value_is_taken_or_refused_with_the_column_named(parse: Parser) -> None:
    @unhurried
    @given(JSON)
    def check(value: Any) -> None:
        try:
            parse(value, "某一列")
        except InvalidInputError as refusal:
            message = refusal.message
        else:
            return
        assert "某一列" in message
        assert message.encode("utf-8")

    check()


@unhurried
@given(st.text())
def test_text_can_always_be_stored(text: str) -> None:
    stored = parse_text(text, "简介") or ""
    stored.encode("utf-8")
    assert "\x00" not in stored

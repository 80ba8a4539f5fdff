"""Money, phones, pinyin, readable numbers."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.errors import InvalidInputError
from broker_app.services.money import budget_label, fen, wan_label
from broker_app.services.numbers import own_number
from broker_app.services.phones import masked_phone
from broker_app.services.pinyin import search_keys


@given(st.integers(0, 10**14))
def test_money_is_exact_to_the_fen(amount: int) -> None:
    assert fen(Decimal(amount) / 1_000_000) == amount


@pytest.mark.parametrize("wrong", ["-0.01", "100000001", "NaN", "Infinity", "-Infinity", "sNaN"])
def test_absurd_amounts_are_refused(wrong: str) -> None:
    with pytest.raises(InvalidInputError):
        fen(Decimal(wrong))


def test_amounts_as_people_write_them() -> None:
    assert fen(None) is None
    assert [wan_label(amount) for amount in (0, 1_000_000, 1_800_000_000, 1_200_500_000, 12_345)] == [
        "0",
        "1",
        "1,800",
        "1,200.5",
        "0.01",
    ]
    wan = 1_000_000
    assert budget_label(180 * wan, 200 * wan) == "180—200 万元"
    assert budget_label(50 * wan, 50 * wan) == "50 万元"
    assert budget_label(0, 50 * wan) == budget_label(None, 50 * wan) == "不超过 50 万元"
    assert budget_label(60 * wan, None) == "60 万元以上"
    assert budget_label(None, None) == budget_label(0, None) == ""


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("0577-88881234", "05****34"),
        ("88881234", "88****34"),
        ("110", "****"),
        ("13812345678/13987654321", "138****5678"),
        ("没有电话", ""),
        ("", ""),
    ],
)
def test_phones_are_masked(phone: str, masked: str) -> None:
    assert masked_phone(phone) == masked


@given(st.text("0123456789 -+/、转", max_size=30))
def test_no_mask_shows_more_than_seven_digits(phone: str) -> None:
    assert sum(sign.isdigit() for sign in masked_phone(phone)) <= 7


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("温州电气", ["wzdq", "wenzhou", "wenzhoudianqi"]),
        ("曾样例", ["zyl", "zengyangli"]),
        ("单志强", ["szq", "shanzhiqiang"]),
        ("解晓东", ["xxd", "xiexiaodong"]),
        ("仇样例", ["qyl"]),
        ("令狐样例", ["lhyl", "linghu"]),
        ("乐清市样例电气", ["yqs", "yueqing"]),
        ("温州乐清样例厂", ["wzyq", "wenzhouyueqing"]),
        ("台州样例泵业", ["tz", "taizhou"]),
        ("重庆样例", ["cq", "chongqing"]),
        ("解放样例机械厂", ["jf", "jiefang"]),
        ("A股 样例 3D 打印", ["aguyangli3d", "agyl3dy"]),
    ],
)
def test_names_are_found_as_people_say_them(name: str, typed: list[str]) -> None:
    keys = search_keys(name)
    assert [word for word in typed if word not in keys] == []


@pytest.mark.parametrize("nothing", ["", "  ", "，。！", "😀", "\x00\x07"])
def test_what_has_no_sound_has_no_key(nothing: str) -> None:
    assert search_keys(nothing) == ""


def test_an_own_number_says_county_and_year() -> None:
    record = UUID("01930000-0000-7000-8000-0000003f9a1c")
    assert own_number("ZF", "330382", date(2026, 11, 23), record) == "ZF-330382-2026-3F9A1C"
    assert own_number("XQ", "", date(2026, 11, 23), record) == "XQ-330300-2026-3F9A1C"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.matching.exclusions import find_exclusions
from broker_app.matching.text import fold


@pytest.mark.parametrize(
    ("said", "unwanted"),
    [
        ("客户要求不能含铜", ["铜"]),
        ("不要含卤素，也别用溴系阻燃剂", ["卤素", "溴系阻燃剂"]),
        ("不用氰化物电镀，避免六价铬", ["氰化物", "六价铬"]),
        ("不含卤阻燃的壳料", ["卤"]),
        ("不用有毒的铍", ["铍"]),
        ("避免使用铅和镉", ["铅", "镉"]),
        ("不得使用塑化剂，不含甲醛、重金属", ["塑化剂", "甲醛", "重金属"]),
        ("无铅焊料", ["铅"]),
    ],
)
def test_ingredients_the_owner_rules_out_are_found(said: str, unwanted: list[str]) -> None:
    assert [one.what for one in find_exclusions(fold(said))] == unwanted


@pytest.mark.parametrize(
    "said", ["不要漏油", "避免积水", "密封不能漏水", "不要有气孔", "避免开裂", "去掉毛刺", "别老是误跳", "不能用人工"]
)
def test_a_defect_to_be_cured_is_no_ingredient_to_be_left_out(said: str) -> None:
    assert find_exclusions(fold(said)) == ()


@given(st.text(max_size=120))
def test_any_text_gives_places_inside_it(said: str) -> None:
    folded = fold(said)
    for one in find_exclusions(folded):
        assert folded[one.start : one.end] == one.what or one.what in folded[one.start : one.end]

"""Figures and titles of needs, as they are shown to the broker."""

from datetime import date

import pytest

from broker_app.matching.notes import NeedProposal, split_note

VISIT = date(2026, 11, 24)
SHELL = (
    "断路器外壳用的 PC/ABS 料，冬天发到东北，零下二十几度装配时卡扣老是崩，去年退了三批，大概损失四十多万。"
    "想要 -25℃ 还能过冲击的阻燃料，阻燃不能降，V-0 要保住，最好不含溴。预算说 50 万以内，明年三月前要定型。\n"
    "另外装配线上螺丝漏打靠人眼看，一天一万二千件，想上自动检测，节拍说不清。"
)


def only_need(note: str) -> NeedProposal:
    (need,) = split_note(note, VISIT).needs
    return need


@pytest.mark.parametrize(
    ("note", "figure"),
    [
        ("现在漏检率3%，希望降到0.5%以内，想上视觉检测", ("漏检率", "3", "≤0.5", "%")),
        ("刃口硬度要到HRC58以上，现在HRC54", ("刃口硬度", "54", "≥58", "HRC")),
        ("注塑节拍8秒以内，现在13秒，想缩短", ("注塑节拍", "13", "≤8", "秒")),
        ("五金件耐盐雾480小时（现在96小时），要换镀层", ("五金件耐盐雾", "96", "480", "小时")),
        ("螺丝退货率千分之八，要求做到千分之二以内", ("螺丝退货率", "8", "≤2", "‰")),
        ("带鱼得率六成二，想提到七成", ("带鱼得率", "62", "70", "%")),
        ("外壳密封防水IP54，客户要IP67，要换密封结构", ("外壳密封防水", "IP54", "IP67", "")),
    ],
)
def test_a_figure_has_its_name_value_of_today_and_wanted_value(note: str, figure: tuple[str, str, str, str]) -> None:
    metric = only_need(note).metrics[0]
    assert (metric.name, metric.now, metric.target, metric.unit) == figure


def test_a_complaint_its_wish_and_its_conditions_are_one_need_and_a_count_is_no_money() -> None:
    shell, screws = split_note(SHELL, VISIT).needs
    assert shell.text.startswith("断路器外壳用的")
    assert "最好不含溴" in shell.text
    assert shell.budget_low == 0
    assert shell.budget_high == 50
    assert shell.deadline == date(2027, 2, 28)
    assert {(one.target, one.unit) for one in shell.metrics} >= {("-25", "℃"), ("V-0", "")}
    assert screws.budget_low is None
    assert not split_note(SHELL, VISIT).follow_ups


def test_a_title_names_the_thing_its_fault_and_what_is_wanted() -> None:
    shell, screws = split_note(SHELL, VISIT).needs
    assert shell.title == "断路器外壳低温抗冲击阻燃料"
    assert screws.title == "装配线螺丝漏打自动检测"
    assert "不含六价铬" in only_need("拉链青古铜镀层起绿斑，想找个不含六价铬的封闭剂").title

"""A need and achievements side by side, as the page prints them."""

from datetime import date
from decimal import Decimal

import pytest

from broker_app.db.session import Store
from broker_app.errors import InvalidInputError
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.matches import compare, need_query
from broker_app.services.needs import Metric, NeedDraft, save_need

NEED = NeedDraft(
    "低温高韧阻燃外壳料",
    "断路器外壳冬天开裂，不能含溴",
    metrics=(Metric("缺口冲击", "20", "≥30", "kJ/m²"),),
    budget_high=Decimal(50),
    deadline=date(2027, 3, 1),
    mode="licence",
    use_then_pay=True,
)


def test_every_row_says_what_the_need_asks_and_what_each_achievement_states(store: Store) -> None:
    with store.write() as session:
        need = save_need(session, NEED)
        good = save_achievement(
            session,
            AchievementDraft(
                title="无卤阻燃PC/ABS增韧",
                abstract="-30℃缺口冲击强度达42 kJ/m²，不加溴系阻燃剂。",
                trl=7,
                modes=("licence",),
                price_wan=Decimal(30),
            ),
        )
        silent = save_achievement(session, AchievementDraft(title="外壳模具设计"))
        table = compare(session, need, (good, silent))
    rows = {row.label: row for row in table.rows}
    metric = rows["缺口冲击"]
    assert metric.need == "20kJ/m² → ≥30kJ/m²"
    assert [cell.verdict_label for cell in metric.cells] == ["满足", "资料里没写"]
    assert "42 kJ/m²" in metric.cells[0].sentence
    assert rows["不要的"].cells[0].verdict == "met"
    assert (rows["价格与预算"].need, rows["价格与预算"].cells[0].words) == ("不超过 50 万元", "30 万元")
    assert rows["期限"].need == "2027-03-01 前"
    assert rows["合作方式"].need == "许可、先用后转"
    assert [(one.met, one.unmet) for one in table.achievements] == [(4, 0), (0, 0)]
    with store.read() as session, pytest.raises(InvalidInputError):
        compare(session, need, ())


def test_a_way_of_cooperation_is_asked_as_the_ways_of_transfer_that_suit(store: Store) -> None:
    assert need_query(NEED).modes == ("licence", "use_then_pay")

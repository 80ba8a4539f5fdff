"""家 and 家次 are counted apart, by period, county and role, and a file says the same as the page."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from broker_app.db.session import Store
from broker_app.exchange.figures_file import write_figures
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.firm_tiers import Tier
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.numbers import today
from broker_app.services.visits import VisitDraft, record_visit, save_visit
from broker_app.services.work_figures import Figures, Period, WorkFigures, period_days, work_figures
from tests.services.conftest import as_colleague

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("period", "day", "span"),
    [
        (Period.MONTH, date(2026, 2, 9), (date(2026, 2, 1), date(2026, 2, 28))),
        (Period.LAST_MONTH, date(2026, 1, 31), (date(2025, 12, 1), date(2025, 12, 31))),
        (Period.QUARTER, date(2026, 11, 24), (date(2026, 10, 1), date(2026, 12, 31))),
        (Period.QUARTER, date(2026, 2, 14), (date(2026, 1, 1), date(2026, 3, 31))),
        (Period.LAST_QUARTER, date(2026, 2, 14), (date(2025, 10, 1), date(2025, 12, 31))),
        (Period.YEAR, date(2028, 2, 29), (date(2028, 1, 1), date(2028, 12, 31))),
        (Period.LAST_YEAR, date(2028, 2, 29), (date(2027, 1, 1), date(2027, 12, 31))),
    ],
)
def test_periods(period: Period, day: date, span: tuple[date, date]) -> None:
    assert period_days(period, day) == span


def written(store: Store) -> WorkFigures:
    """Three visits to two firms in November (one at its very end by the Chinese clock), one in October."""
    with store.write() as session:
        firms = [
            save_enterprise(session, EnterpriseDraft(f"{name}样例厂", county=county, tiers=tiers))
            for name, county, tiers in (
                ("甲", "330382", (Tier("hv_patent_ent"), Tier("hi_tech", None, date(2026, 11, 29)))),
                ("乙", "330381", (Tier("hv_patent_ent"),)),
            )
        ]
        for firm, role, at in (
            (firms[0], "broker", datetime(2026, 11, 2, 9, tzinfo=CHINA_TIME)),
            (firms[0], "broker", datetime(2026, 11, 30, 23, 59, tzinfo=CHINA_TIME)),
            (firms[1], "light_team", datetime(2026, 11, 5, 9, tzinfo=CHINA_TIME)),
            (firms[1], "light_team", datetime(2026, 10, 31, 23, 59, tzinfo=CHINA_TIME)),
        ):
            visit = save_visit(session, VisitDraft(enterprise_id=firm, role=role, started_at=at, note="看了二车间"))
            record_visit(session, visit, at=at + timedelta(hours=1))
        save_visit(session, VisitDraft(enterprise_id=firms[1], started_at=datetime(2026, 11, 6, 9, tzinfo=CHINA_TIME)))
    with store.read() as session:
        return work_figures(session, *NOVEMBER)


def test_firms_and_visits_are_counted_apart(store: Store) -> None:
    figures = written(store)
    assert (figures.whole.firms, figures.whole.visits) == (2, 3)
    assert [(row.code, row.figures.firms, row.figures.visits) for row in figures.counties] == [
        ("330382", 1, 2),
        ("330381", 1, 1),
    ]
    assert [(row.code, row.figures.visits) for row in figures.roles] == [("broker", 2), ("light_team", 1)]
    assert figures.tiers == (("高价值专利企业库", 2),)
    with store.read() as session:
        two = work_figures(session, date(2026, 10, 1), date(2026, 11, 30))
    assert [(row.code, row.figures.firms, row.figures.visits) for row in two.months] == [
        ("2026-10-01", 1, 1),
        ("2026-11-01", 2, 3),
    ]
    assert (two.whole.firms, two.whole.visits) == (2, 4), "a firm of both months is one firm"


def test_mine_is_mine(store: Store) -> None:
    written(store)
    as_colleague(store)
    with store.write() as session:
        save_need(session, NeedDraft("壳体开裂"))
    day = today()
    with store.read() as session:
        own = work_figures(session, *NOVEMBER).whole
        assert own == replace(Figures(), needs=own.needs)
        mine = work_figures(session, day - timedelta(days=1), day + timedelta(days=1))
        everybody = work_figures(session, *NOVEMBER, mine=False)
    assert (mine.whole.visits, mine.whole.needs) == (0, 1)
    assert everybody.whole.visits == 3


def test_the_files_say_what_the_page_says(store: Store, tmp_path: Path) -> None:
    figures = written(store)
    write_figures(tmp_path / "统计.xlsx", figures)
    sheets = CalamineWorkbook.from_path(str(tmp_path / "统计.xlsx"))
    assert sheets.sheet_names == ["按月", "按县（市、区）", "按走访身份", "梯队和入库"]
    rows = sheets.get_sheet_by_name("按县（市、区）").to_python()
    assert rows[-1][:3] == ["合计", 2, 3]
    assert [row[:3] for row in rows[3:5]] == [["温州市乐清市", 1, 2], ["温州市瑞安市", 1, 1]]
    write_figures(tmp_path / "统计.csv", figures)
    with (tmp_path / "统计.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert ["合计", "2", "3", "0", "0"] in lines
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix in (".xlsx", ".csv", ".part")) == [
        "统计.csv",
        "统计.xlsx",
    ]

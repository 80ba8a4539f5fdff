"""The work log and the assessment count what one person did, and only that."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.errors import InvalidInputError
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.role_facts import RoleFacts
from broker_app.services.visits import VisitDraft, record_visit, save_visit
from broker_app.services.work_papers import assessed_roles, assessment_sheet, log_sheet
from tests.services.conftest import NINE, as_author, as_colleague

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)
FACTS = RoleFacts(home_unit="样例大学", services=("vp_cooperation",), training_heads=23, training_minutes=90)


def visited(store: Store, firm: UUID, at: datetime, role: str = "tech_vp", facts: RoleFacts = FACTS) -> UUID:
    with store.write() as session:
        draft = VisitDraft(at, enterprise_id=firm, role=role, note="看了触点产线。", facts=facts)
        visit = save_visit(session, draft)
        record_visit(session, visit, at=at + timedelta(hours=3))
        return visit


@pytest.fixture
def worked(store: Store, firm: UUID) -> UUID:
    """Three visits of 林样例 to one firm, one to another in another role, one of a colleague; one only planned."""
    first = visited(store, firm, NINE)
    visited(store, firm, NINE + timedelta(hours=5), facts=replace(FACTS, training_heads=None, training_minutes=None))
    visited(store, firm, NINE + timedelta(days=10), facts=RoleFacts(services=("vp_rd_body",)))
    with store.write() as session:
        other = save_enterprise(session, EnterpriseDraft("乙样例泵阀有限公司", county="330324"))
        save_need(session, NeedDraft("触点降银", "触点降银。", firm, first))
        save_visit(session, VisitDraft(NINE + timedelta(days=2), enterprise_id=firm, role="tech_vp", note="还没记完"))
    visited(store, other, NINE + timedelta(days=1), role="light_team", facts=RoleFacts(team="样例分队"))
    as_colleague(store)
    visited(store, firm, NINE + timedelta(days=3))
    as_author(store)
    return firm


def test_a_log_counts_visits_firms_and_days_apart(store: Store, worked: UUID) -> None:
    with store.read() as session:
        sheet = log_sheet(session, FIRST, LAST)
    totals = sheet.totals
    assert (totals.visits, totals.firms, totals.days, totals.needs) == (4, 2, 3, 1)
    assert (totals.trainings, totals.trained, totals.training_hours, totals.late) == (1, 23, "1.5", 0)
    assert [line.enterprise for line in sheet.lines] == ["甲样例电气有限公司"] * 2 + [
        "乙样例泵阀有限公司",
        "甲样例电气有限公司",
    ]
    assert sheet.lines[0].results == ("需求 1 项", "培训 23 人")


def test_an_assessment_is_of_one_firm_and_compares_with_the_quota(store: Store, worked: UUID) -> None:
    with store.read() as session:
        sheet = assessment_sheet(session, FIRST, LAST, "tech_vp", days_a_month=2)
        plain = assessment_sheet(session, FIRST, LAST, "tech_vp")
    assert (sheet.enterprise, sheet.totals.visits, sheet.totals.days) == ("甲样例电气有限公司", 3, 2)
    done = [(one.title, one.times) for one in sheet.duties if one.times]
    assert done == [("推动产学研合作", 2), ("帮助建设研发机构", 1)]
    assert [(one.month, one.visits, one.days, one.is_met) for one in sheet.months] == [
        ("2026-11", 2, 1, False),
        ("2026-12", 1, 1, False),
    ]
    assert [one.wanted_days for one in plain.months] == ["", ""]


def test_only_roles_with_work_can_be_assessed(store: Store, worked: UUID) -> None:
    with store.read() as session:
        assert assessed_roles(session, FIRST, LAST) == ("tech_vp",)
        for role in ("commissioner", "broker"):
            with pytest.raises(InvalidInputError):
                assessment_sheet(session, FIRST, LAST, role)
        with pytest.raises(InvalidInputError):
            log_sheet(session, LAST, FIRST)

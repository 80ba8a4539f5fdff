"""Which firms should be visited, why, and where the next one fits into the plan."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine

from broker_app.db.models import Enterprise
from broker_app.db.session import Store
from broker_app.rules.calendar import CHINA_TIME
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.role_facts import RoleFacts
from broker_app.services.visit_bag import bag_papers
from broker_app.services.visit_proposals import ProposedFirm, plan_next, propose_visits
from broker_app.services.visits import FollowUpDraft, VisitDraft, get_visit, record_visit, save_visit
from tests.services.conftest import NINE

FRIDAY = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with time_machine.travel(FRIDAY, tick=False):
        yield


def firm_named(store: Store, name: str, county: str = "330382") -> UUID:
    with store.write() as session:
        return save_enterprise(session, EnterpriseDraft(name, county=county))


def visited(store: Store, firm: UUID, at: datetime, draft: VisitDraft | None = None) -> UUID:
    with store.write() as session:
        filled = replace(draft or VisitDraft(at), started_at=at, enterprise_id=firm, note="看了产线。")
        visit = save_visit(session, replace(filled, role=filled.role or "broker"))
        record_visit(session, visit, at=at + timedelta(hours=2))
        return visit


def proposed(store: Store, **options: int) -> dict[str, ProposedFirm]:
    with store.read() as session:
        groups = propose_visits(session, **options)
    return {firm.name: firm for group in groups for firm in group.firms}


def test_a_firm_not_visited_for_ninety_days_is_proposed(store: Store, firm: UUID) -> None:
    visited(store, firm, FRIDAY - timedelta(days=120))
    fresh = firm_named(store, "乙样例泵阀有限公司")
    visited(store, fresh, FRIDAY - timedelta(days=10))
    found = proposed(store)
    assert [one.words for one in found["甲样例电气有限公司"].reasons] == ["120 天没去"]
    assert "乙样例泵阀有限公司" not in found


def test_needs_tasks_and_renewals_are_reasons_the_weightiest_first(store: Store, firm: UUID) -> None:
    task = FollowUpDraft("寄料样", due=date(2026, 11, 24))
    visit = visited(store, firm, FRIDAY - timedelta(days=5), VisitDraft(NINE, follow_ups=(task,)))
    with store.write() as session:
        save_need(session, NeedDraft("触点降银", "触点降银。", firm, visit))
        row = session.get(Enterprise, firm)
        assert row is not None
        row.tiers = [{"code": "hi_tech", "since": "2023-12-08", "until": "2026-12-07"}]
    (one,) = proposed(store).values()
    assert [reason.kind for reason in one.reasons] == ["task", "renewal", "needs"]
    assert [reason.words for reason in one.reasons] == ["跟进过期 3 天", "高企复审还有 10 天", "1 条需求没结"]
    assert one.reasons[0].is_late


def test_a_quota_counts_the_days_of_this_month_at_the_firm(store: Store, firm: UUID) -> None:
    vp = VisitDraft(NINE, role="tech_vp", facts=RoleFacts(home_unit="样例大学", term_to=date(2027, 6, 30)))
    visited(store, firm, NINE, vp)
    visited(store, firm, NINE + timedelta(hours=3), vp)  # the same day
    over = firm_named(store, "丙样例鞋机有限公司")
    ended = replace(vp, facts=RoleFacts(home_unit="样例大学", term_to=date(2026, 11, 1)))
    visited(store, over, FRIDAY - timedelta(days=40), ended)
    found = proposed(store, vp_days_a_month=3)
    assert [one.words for one in found["甲样例电气有限公司"].reasons] == ["本月还差 2 天到企"]
    assert "丙样例鞋机有限公司" not in found
    assert proposed(store) == {}


def test_counties_stand_apart_and_what_is_planned_is_left_out(store: Store, firm: UUID) -> None:
    far = firm_named(store, "丁样例茶业有限公司", county="330329")
    for one in (firm, far):
        visited(store, one, FRIDAY - timedelta(days=200))
    with store.read() as session:
        assert [group.county for group in propose_visits(session)] == ["330329", "330382"]
    with store.write() as session:
        plan_next(session, far)
    assert list(proposed(store)) == ["甲样例电气有限公司"]


def test_the_next_free_time_is_a_working_day_beside_stops_of_the_county(store: Store, firm: UUID) -> None:
    second, elsewhere = firm_named(store, "乙样例泵阀有限公司"), firm_named(store, "丁样例茶业有限公司", "330329")
    with store.write() as session:
        first = plan_next(session, elsewhere)
        made = [plan_next(session, one) for one in (firm, second, second)]
        state = get_visit(session, first.visit_id).state
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=CHINA_TIME)
    assert (first.start, state) == (monday, "planned")  # not on the week-end
    assert [one.start for one in made] == [
        monday.replace(hour=14, minute=0),
        monday.replace(hour=15, minute=30),
        monday + timedelta(days=1),
    ]
    with store.read() as session:
        bag = bag_papers(session, date(2026, 11, 30), date(2026, 12, 4))
    assert [one.about for one in bag[1:]] == ["丁样例茶业有限公司", "甲样例电气有限公司", "乙样例泵阀有限公司"]

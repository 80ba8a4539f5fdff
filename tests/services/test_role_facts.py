"""What form F3 asks by role: kept with the visit, taken over from the visit before, printed in words."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from broker_app.codes.lists import entries
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError
from broker_app.exchange.visit_file import add_visit, read_visits
from broker_app.services.papers import visit_sheet
from broker_app.services.role_facts import RoleFacts, fact_lines, has_no_facts, training_words, usual_facts
from broker_app.services.visits import VisitDraft, get_visit, save_visit
from tests.services.conftest import NINE

VP = RoleFacts(
    home_unit="样例大学",
    term_from=date(2026, 3, 1),
    term_to=date(2028, 2, 29),
    services=("vp_cooperation", "vp_rd_spending"),
    training_heads=23,
    training_minutes=90,
)


def kept(store: Store, firm: UUID | None, role: str, facts: RoleFacts) -> UUID:
    with store.write() as session:
        return save_visit(session, VisitDraft(NINE, enterprise_id=firm, role=role, note="看了产线。", facts=facts))


def test_facts_are_kept_and_printed_by_role(store: Store, firm: UUID) -> None:
    visit = kept(store, firm, "tech_vp", VP)
    with store.read() as session:
        assert get_visit(session, visit).draft.facts == VP
        sheet = visit_sheet(session, visit)
    assert [(one.name, one.words) for one in sheet.role_lines] == [
        ("home_unit", "样例大学"),
        ("term", "2026-03-01 至 2028-02-29"),
        ("tech_vp_duty", "推动产学研合作、指导规范研发投入"),
    ]
    assert sheet.role_lines[-1].code_list == "tech_vp_duty"
    assert sheet.training == "23 人，1.5 小时"


def test_another_role_shows_other_fields_and_loses_nothing(store: Store, firm: UUID) -> None:
    assert [one.title for one in fact_lines("light_team", VP)] == [
        "所属分队",
        "产业领域",
        "服务类型",
        "解决问题",
        "跟踪到",
    ]
    titles = [one.title for one in fact_lines("commissioner_team", VP)]
    assert titles == ["特派员类型", "服务模式", "服务内容"]
    assert fact_lines("broker", VP) == ()
    assert fact_lines("light_team", VP)[2].words == ""  # the duties of another role are not its services
    visit = kept(store, firm, "broker", VP)
    with store.read() as session:
        assert get_visit(session, visit).draft.facts == VP


def test_the_eleven_kinds_say_that_four_are_not_known() -> None:
    services = entries(fact_lines("commissioner", RoleFacts())[2].code_list)
    assert len(services) == 8
    assert (services[-1].label, services[-1].verified) == ("其他四类（名称待核实）", False)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(VP, term_to=date(2026, 2, 1)),
        replace(VP, training_heads=0),
        replace(VP, training_heads=10**9),
        replace(VP, training_minutes=-5),
        replace(VP, home_unit="长" * 101),
    ],
)
def test_what_cannot_be_is_refused(store: Store, firm: UUID, wrong: RoleFacts) -> None:
    with pytest.raises(InvalidInputError):
        kept(store, firm, "tech_vp", wrong)


def test_unit_and_term_are_taken_from_the_last_visit_to_the_same_firm(store: Store, firm: UUID) -> None:
    kept(store, firm, "tech_vp", VP)
    with store.read() as session:
        usual = usual_facts(session, "tech_vp", firm)
        elsewhere = usual_facts(session, "tech_vp", UUID(int=7))
    assert (usual.home_unit, usual.term_to) == ("样例大学", date(2028, 2, 29))
    assert (usual.services, usual.training_heads) == ((), None)
    assert elsewhere == RoleFacts()


def test_a_team_is_the_same_whatever_the_firm(store: Store, firm: UUID) -> None:
    kept(store, firm, "light_team", RoleFacts(team="样例第三分队", team_field="pump_valve"))
    with store.read() as session:
        assert usual_facts(session, "light_team", None).team == "样例第三分队"
        assert usual_facts(session, "broker", firm) == RoleFacts()


def test_whether_anything_was_filled_in() -> None:
    assert has_no_facts("tech_vp", RoleFacts(training_heads=3))
    assert not has_no_facts("tech_vp", VP)
    assert not has_no_facts("broker", RoleFacts())
    assert training_words(RoleFacts(training_minutes=120)) == "2 小时"


def test_a_visit_in_a_file_says_it_in_words(store: Store) -> None:
    told = {
        "visit_date": "2026-11-23",
        "role": "科技特派员",
        "enterprise": {"name": "丁样例茶业有限公司"},
        "raw_note": "讲了种薯处理。",
        "commissioner_kind": "团队",
        "service_mode": "1团+1业",
        "services": ["成果转化", "知识技能培训", "没有这一类"],
        "training_heads": 23,
        "training_hours": 1.5,
    }
    (part,) = read_visits(json.dumps(told, ensure_ascii=False).encode())
    with store.write() as session:
        added = add_visit(session, part)
        facts = get_visit(session, added.visit_id).draft.facts
    assert facts.services == ("cm_transfer", "cm_training")
    assert (facts.commissioner_kind, facts.service_mode) == ("team", "team_trade")
    assert training_words(facts) == "23 人，1.5 小时"

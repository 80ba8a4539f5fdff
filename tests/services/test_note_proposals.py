"""A note proposes, a person decides: accepted, changed, dropped and taken back through the services."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.matching.notes import NoteProposals
from broker_app.services.needs import get_need, list_needs
from broker_app.services.note_proposals import (
    accept_all,
    accept_confidential,
    accept_follow_up,
    accept_need,
    accept_person,
    accept_referral,
    count_dropped,
    drop,
    need_from,
    propose,
    restore,
    take_back,
)
from broker_app.services.visits import VisitDetail, VisitDraft, get_visit, record_visit, save_visit
from tests.services.conftest import NINE

NOTE = (
    "赵工 138 0000 8000 带看了二车间。断路器外壳用的PC/ABS料冬天发到东北老开裂，现在良率91%，"
    "想要-25℃不裂的阻燃料，预算50万以内，明年三月前定型。\n"
    "另外装配线螺丝漏打靠人眼看，想上自动检测。\n"
    "老板问设备更新贷款贴息怎么报。良率这个数别往外说。\n"
    "下周三前把温大那边的料样寄过来。"
)


@pytest.fixture
def visit(store: Store, firm: UUID) -> UUID:
    with store.write() as session:
        return save_visit(session, VisitDraft(NINE, firm, role="broker", note=NOTE))


def proposed(store: Store, visit: UUID) -> NoteProposals:
    with store.read() as session:
        return propose(session, visit)


def shown(store: Store, visit: UUID) -> VisitDetail:
    with store.read() as session:
        return get_visit(session, visit)


def test_a_note_proposes_each_kind_and_writes_nothing(store: Store, visit: UUID) -> None:
    found = proposed(store, visit)
    assert len(found.needs) == 2
    assert [one.kind for one in found.referrals] == ["financing"]
    assert [one.due for one in found.follow_ups] == [date(2026, 12, 2)]
    assert any("91%" in one.text for one in found.confidential)
    assert ("赵工", "13800008000") in [(one.name, one.phone) for one in found.people]
    first = found.needs[0]
    assert (first.budget_low, first.budget_high) == (Decimal(0), Decimal(50))
    assert first.deadline == date(2027, 2, 28)
    with store.read() as session:
        assert not list_needs(session)
    assert not shown(store, visit).draft.referrals


def test_an_accepted_need_keeps_its_places_and_marks_what_was_said_in_confidence(store: Store, visit: UUID) -> None:
    first = proposed(store, visit).needs[0]
    with store.write() as session:
        accepted = accept_need(session, visit, first)
    assert accepted.record_id is not None
    with store.read() as session:
        draft = get_need(session, accepted.record_id).draft
    assert "\n".join(NOTE[span.start : span.start + span.length] for span in draft.spans) == draft.text == first.text
    assert draft.visit_id == visit
    assert draft.enterprise_id == shown(store, visit).draft.enterprise_id
    assert [one.confidential for one in draft.metrics if "91" in one.now] == [True]
    assert [one.id for one in proposed(store, visit).needs] == [one.id for one in proposed(store, visit).needs[-1:]]
    with store.write() as session:
        take_back(session, accepted)
    assert len(proposed(store, visit).needs) == 2


def test_a_person_may_change_a_need_before_it_is_saved(store: Store, visit: UUID) -> None:
    second = proposed(store, visit).needs[1]
    with store.write() as session:
        changed = replace(need_from(session, visit, second), title="装配线螺丝漏打在线检测", budget_high=Decimal(20))
        accepted = accept_need(session, visit, second, changed)
    with store.read() as session:
        assert [row.title for row in list_needs(session, visit_id=visit)] == ["装配线螺丝漏打在线检测"]
    assert accepted.proposal_id == second.id
    assert second.id not in [one.id for one in proposed(store, visit).needs]


def test_requests_tasks_confidences_and_people_go_to_the_visit_and_come_back(store: Store, visit: UUID) -> None:
    found = proposed(store, visit)
    before = shown(store, visit).draft
    with store.write() as session:
        done = [
            accept_referral(session, visit, found.referrals[0]),
            accept_follow_up(session, visit, found.follow_ups[0]),
            accept_confidential(session, visit, found.confidential[0]),
            accept_person(session, visit, found.people[0]),
        ]
    after = shown(store, visit).draft
    assert after.referrals[0].refer_to
    assert after.referrals[0].kind == "financing"
    assert (after.follow_ups[0].who, after.follow_ups[0].due) == ("林样例", date(2026, 12, 2))
    assert NOTE[after.confidential[0].start :].startswith(found.confidential[0].text)
    assert after.met[0].phone == "13800008000"
    left = proposed(store, visit)
    assert not left.referrals
    assert not left.follow_ups
    assert found.confidential[0].id not in [one.id for one in left.confidential]
    with store.write() as session:
        for one in reversed(done):
            take_back(session, one)
    assert shown(store, visit).draft == before
    assert proposed(store, visit) == found


def test_what_was_dropped_stays_away_though_the_note_grows_above_it(store: Store, visit: UUID) -> None:
    second = proposed(store, visit).needs[1]
    with store.write() as session:
        drop(session, visit, second)
    assert second.id not in [one.id for one in proposed(store, visit).needs]
    with store.write() as session:
        save_visit(session, replace(get_visit(session, visit).draft, note=f"上午十点到。\n{NOTE}"), visit)
        assert count_dropped(session, visit) == 1
    assert len(proposed(store, visit).needs) == 1
    with store.write() as session:
        restore(session, visit, second)
    assert len(proposed(store, visit).needs) == 2


def test_all_at_once_also_after_the_note_is_final(store: Store, visit: UUID) -> None:
    with store.write() as session:
        record_visit(session, visit, at=NINE)
        done = accept_all(session, visit)
    assert {one.noun for one in done} == {"need", "referral", "follow_up", "confidential"}
    left = proposed(store, visit)
    assert (left.needs, left.referrals, left.follow_ups, left.confidential) == ((), (), (), ())
    assert shown(store, visit).draft.note == NOTE

"""A step taken back: everything it changed is as before, and the log tells of both."""

from collections.abc import Callable
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from broker_app.db.models import Match, Need, StateMove
from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.matches import move_match, record_match
from broker_app.services.needs import NeedDraft, move_need, save_need
from broker_app.services.sessions import Session
from broker_app.services.step_back import Step, step_back, take_step
from broker_app.services.visits import VisitDraft, move_visit, record_visit, save_visit
from tests.services.conftest import NINE


@pytest.fixture
def need_id(store: Store, firm: UUID) -> UUID:
    with store.write() as session:
        return save_need(session, NeedDraft("样例外壳料", text="冬天不裂", enterprise_id=firm))


@pytest.fixture
def match_id(store: Store, need_id: UUID) -> UUID:
    with store.write() as session:
        return record_match(session, need_id, save_achievement(session, AchievementDraft("样例合金")))


def taken(store: Store, kind: str, record: UUID, act: Callable[[Session], object]) -> Step:
    with store.write() as session:
        return take_step(session, kind, record, lambda: act(session))


def test_a_consent_goes_back_with_its_date(store: Store, match_id: UUID) -> None:
    def agree(session: Session) -> None:
        for state in ("proposed", "accepted_by_enterprise", "accepted_by_owner"):
            move_match(session, match_id, state)

    step = taken(store, "match", match_id, agree)
    with store.write() as session:
        step_back(session, step)
    with store.read() as session:
        row = session.get_one(Match, match_id)
        moves = session.scalars(select(StateMove).where(StateMove.record_id == match_id)).all()
    assert (row.state, row.enterprise_consent_at, row.owner_consent_at) == ("screened", None, None)
    assert [(one.from_state, one.to_state) for one in moves][-1] == ("accepted_by_owner", "screened")
    assert moves[-1].why == "撤销上一步"
    with store.write() as session:
        move_match(session, match_id, "proposed")  # and one can go on from there


def test_a_reason_and_a_day_go_back(store: Store, need_id: UUID) -> None:
    step = taken(store, "need", need_id, lambda session: move_need(session, need_id, "deferred", "年后再上"))
    assert step.can_go_back
    with store.write() as session:
        step_back(session, step)
    with store.read() as session:
        row = session.get_one(Need, need_id)
    assert (row.state, row.review_on) == ("raw", None)


def test_what_changed_since_is_left_alone(store: Store, need_id: UUID) -> None:
    step = taken(store, "need", need_id, lambda session: move_need(session, need_id, "refined"))
    with store.write() as session:
        move_need(session, need_id, "withdrawn", "企业自己解决了")
    with pytest.raises(IllegalMoveError, match="后来又有改动"), store.write() as session:
        step_back(session, step)
    with store.read() as session:
        assert session.get_one(Need, need_id).state == "withdrawn"


def test_a_final_note_stays_final(store: Store, firm: UUID) -> None:
    with time_machine.travel(NINE, tick=False), store.write() as session:
        visit_id = save_visit(session, VisitDraft(enterprise_id=firm, role="broker", note="看了车间", started_at=NINE))
    step = taken(store, "visit", visit_id, lambda session: record_visit(session, visit_id))
    assert not step.can_go_back
    with pytest.raises(IllegalMoveError, match="不能撤销"), store.write() as session:
        step_back(session, step)
    confirmed = taken(store, "visit", visit_id, lambda session: move_visit(session, visit_id, "confirmed"))
    assert confirmed.can_go_back


def test_what_everybody_reads_is_withdrawn_not_undone(store: Store, need_id: UUID) -> None:
    for before, after in (("verified", "published"), ("matching", "withdrawn")):
        assert not Step("need", need_id, {"state": (before, after)}).can_go_back

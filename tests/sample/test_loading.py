"""The sample loads through the services: with every state, and around any day it is loaded on."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from broker_app.db.models import Achievement, Enterprise, Match, Need, StateMove, Visit
from broker_app.db.session import Store
from broker_app.exchange.sample import WRITTEN_ON, SampleCalendar, create_sample
from broker_app.paths import ProfilePaths
from broker_app.rules.calendar import china_date, utc_now
from broker_app.rules.states import MatchState, NeedState, VisitState
from broker_app.services.follow_ups import open_follow_ups
from broker_app.services.matches import get_match, match_need
from broker_app.services.needs_merge import sources_of
from broker_app.services.public_needs import get_public_need, list_public_needs

A_LATER_SATURDAY = date(2028, 3, 18)
FITTING = {"XQ05": "CG001", "XQ38": "CG149", "XQ47": "CG195", "XQ51": "CG172", "XQ56": "CG207", "XQ63": "CG133"}
UNANSWERED = ("XQ27", "XQ46", "XQ53")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with create_sample(ProfilePaths(tmp_path_factory.mktemp("sample") / "profile"), WRITTEN_ON) as store:
        yield store


def test_every_record_reaches_the_state_its_line_names(loaded: Store) -> None:
    with loaded.read() as session:
        visits = set(session.scalars(select(Visit.state)))
        needs = set(session.scalars(select(Need.state)))
        matches = session.execute(select(Match.state, Match.decline_reason, Match.score)).all()
        steps = set(session.scalars(select(StateMove.record_id).where(StateMove.record_kind == "match")))
    assert visits == set(VisitState) - {VisitState.IN_PROGRESS, VisitState.CANCELLED}
    assert needs == set(NeedState) - {NeedState.WITHDRAWN, NeedState.NOT_TECHNICAL, NeedState.LISTED_ON_BILL}
    assert {state for state, _, _ in matches} == set(MatchState) - {MatchState.SUGGESTED}
    assert all((state == MatchState.DECLINED) == bool(reason) for state, reason, _ in matches)
    assert all(score > 0 for _, _, score in matches)
    assert len(matches) >= 12
    assert len(steps) == len(matches)


def test_a_common_need_stands_on_the_needs_of_several_firms(loaded: Store) -> None:
    with loaded.read() as session:
        merged = session.scalars(select(Need).where(Need.state == NeedState.MERGED)).all()
        (common_id,) = {need.common_need_id for need in merged}
        assert common_id is not None
        assert {one.id for one in sources_of(session, common_id)} == {need.id for need in merged}
        assert len({need.enterprise_id for need in merged}) == len(merged) > 1


def test_what_is_published_can_be_read_by_everybody_without_its_firm(loaded: Store) -> None:
    with loaded.read() as session:
        published = session.scalars(select(Need).where(Need.state == NeedState.PUBLISHED)).all()
        rows = list_public_needs(session)
        assert {row.number for row in rows} == {need.number for need in published}
        for row in rows:
            assert row.published_on is not None
            assert row.published_on <= WRITTEN_ON
            shown = str(get_public_need(session, row.id))
            assert not [name for name in session.scalars(select(Enterprise.name)) if name in shown]


def test_history_lies_between_the_visit_and_now(loaded: Store) -> None:
    with loaded.read() as session:
        steps = session.execute(
            select(StateMove.created_at, Visit.started_at)
            .join(Visit, Visit.id == StateMove.record_id)
            .where(StateMove.to_state != VisitState.PLANNED)
        )
        assert all(visited < at <= utc_now() for at, visited in steps)
        match = session.scalars(
            select(Match).join(Need, Need.id == Match.need_id).where(Need.source_id == "XQ05")
        ).one()
        moves = get_match(session, match.id).moves
    assert [move.to_label for move in moves] == ["已筛选", "已推介", "企业同意", "成果方同意", "已引荐", "已面谈"]
    assert len({china_date(move.at) for move in moves}) == len(moves)
    assert match.enterprise_consent_at is not None
    assert abs(match.enterprise_consent_at - moves[2].at) < timedelta(minutes=10)


@pytest.mark.parametrize("need", FITTING)
def test_a_fitting_achievement_stands_first(loaded: Store, need: str) -> None:
    with loaded.read() as session:
        need_id = session.scalars(select(Need.id).where(Need.source_id == need)).one()
        first = match_need(session, need_id).results[0]
        assert session.scalars(select(Achievement.source_id).where(Achievement.id == first.id)).one() == FITTING[need]


@pytest.mark.parametrize("need", UNANSWERED)
def test_some_needs_find_nothing(loaded: Store, need: str) -> None:
    with loaded.read() as session:
        need_id = session.scalars(select(Need.id).where(Need.source_id == need)).one()
        assert match_need(session, need_id).results == ()


def test_a_later_day_has_its_own_today(tmp_path: Path) -> None:
    with create_sample(ProfilePaths(tmp_path / "profile"), A_LATER_SATURDAY) as store, store.read() as session:
        days = [(china_date(at), state) for at, state in session.execute(select(Visit.started_at, Visit.state))]
        dues = [task.due for task in open_follow_ups(session, limit=200) if task.due]
        deadlines = [day for day in session.scalars(select(Need.deadline)) if day]
    here = sorted(state for day, state in days if day == A_LATER_SATURDAY)
    assert here == ["planned", "planned", "recorded"]
    assert all(state == "planned" for day, state in days if day > A_LATER_SATURDAY)
    assert all(state != "planned" for day, state in days if day < A_LATER_SATURDAY)
    assert min(day for day, _ in days) > A_LATER_SATURDAY - timedelta(weeks=13)
    assert min(dues) < A_LATER_SATURDAY < max(dues)
    assert min(deadlines) > A_LATER_SATURDAY


@pytest.mark.parametrize("days", range(-8, 9))
def test_a_calendar_keeps_before_and_after(days: int) -> None:
    calendar = SampleCalendar(WRITTEN_ON + timedelta(days=days))
    for distance in range(1, 60):
        before, after = WRITTEN_ON - timedelta(days=distance), WRITTEN_ON + timedelta(days=distance)
        assert calendar.of(before) < calendar.on < calendar.of(after)
        assert (calendar.of(before).weekday(), calendar.of(after).weekday()) == (before.weekday(), after.weekday())
    assert calendar.of(WRITTEN_ON) == calendar.on

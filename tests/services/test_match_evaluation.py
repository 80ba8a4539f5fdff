"""What came of recorded matches, counted from what a broker did: chosen, accepted, declined."""

from uuid import UUID

import pytest

from broker_app.db.models import Match
from broker_app.db.session import Store
from broker_app.rules.states import MatchState, NeedState
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.indexing import keep_index
from broker_app.services.match_evaluation import evaluate_matches
from broker_app.services.matches import delete_match, move_match, record_match
from broker_app.services.needs import NeedDraft, delete_need, move_need, save_need

POOL = (
    AchievementDraft("低温高韧阻燃聚碳酸酯外壳料", "阻燃等级 V-0，零下三十度不开裂。", ("阻燃", "低温韧性")),
    AchievementDraft("阻燃电缆料", "低烟无卤阻燃电缆料，用于地铁。", ("阻燃", "电缆")),
    AchievementDraft("水性聚氨酯鞋用胶粘剂", "低温快干，剥离强度高。", ("胶粘剂",)),
)
NEED = NeedDraft("阻燃外壳料低温韧性", "外壳料要阻燃，冬天不开裂", keywords=("阻燃",))


@pytest.fixture
def pool(store: Store) -> list[UUID]:
    keep_index(store)
    with store.write() as session:
        return [save_achievement(session, one) for one in POOL]


def test_nothing_recorded_says_nothing(store: Store) -> None:
    with store.read() as session:
        found = evaluate_matches(session)
    assert (found.tally.recorded, found.looked_at, found.needs_asked) == (0, 0, 0)
    assert not found.is_enough
    assert [band.chosen for band in found.ranks] == [0, 0, 0, 0, 0]


def test_choices_are_counted_by_rank_outcome_reason_and_word(store: Store, pool: list[UUID]) -> None:
    with store.write() as session:
        need = save_need(session, NEED)
        good, bad, unfound = (record_match(session, need, one) for one in pool)
        move_match(session, good, MatchState.PROPOSED)
        move_match(session, good, MatchState.ACCEPTED_BY_ENTERPRISE)
        move_match(session, bad, MatchState.DECLINED, decline_reason="not_needed")
        found = evaluate_matches(session)
        assert (found.tally.accepted, found.tally.declined, found.tally.waiting) == (1, 1, 1)
        assert found.looked_at == 3
        by_band = {(band.first, band.last): band for band in found.ranks}
        assert (by_band[1, 1].chosen, by_band[1, 1].accepted) == (1, 1)
        assert by_band[0, 0].chosen >= 1
        assert sum(band.chosen for band in found.ranks) == 3
        assert [(one.code, one.label, one.count) for one in found.declines] == [("not_needed", "非我所需", 1)]
        assert "外壳料" in {one.term for one in found.helpful}
        assert "阻燃" not in {one.term for one in (*found.helpful, *found.misleading)}
        delete_match(session, unfound)
        assert evaluate_matches(session).tally.recorded == 2
        delete_need(session, need)
        assert evaluate_matches(session).looked_at == 0


def test_open_needs_the_pool_cannot_answer_are_named(store: Store, pool: list[UUID]) -> None:
    with store.write() as session:
        answered = save_need(session, NEED)
        strange = save_need(session, NeedDraft("榨菜坛子漏气", "榨菜坛子密封不严，老漏气"))
        for one in (answered, strange):
            move_need(session, one, NeedState.REFINED)
        found = evaluate_matches(session)
    assert pool
    assert found.needs_asked == 2
    assert [one.title for one in found.weak_needs] == ["榨菜坛子漏气"]


def test_a_rank_is_the_one_at_the_time_of_the_choice_and_is_asked_for_where_none_was_kept(
    store: Store, pool: list[UUID]
) -> None:
    with store.write() as session:
        need = save_need(session, NEED)
        match_id = record_match(session, need, pool[0])
        for number in range(3):
            better = AchievementDraft(f"阻燃外壳料低温韧性 {number}", f"外壳料要阻燃，冬天不开裂。{number}", ("阻燃",))
            save_achievement(session, better)
        row = session.get_one(Match, match_id)
        assert row.evidence["rank"] == 1

        def first_places() -> int:
            return next(band.chosen for band in evaluate_matches(session).ranks if (band.first, band.last) == (1, 1))

        assert first_places() == 1
        row.evidence = {name: value for name, value in row.evidence.items() if name != "rank"}
        assert first_places() == 0

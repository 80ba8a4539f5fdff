"""Proposals for the term table: only owners' own words, taken up with one act, never shown again when ignored."""

from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.rules.states import MatchState
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.indexing import keep_index
from broker_app.services.matches import move_match, record_match
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.term_book import take_back, try_sentence
from broker_app.services.term_proposals import adopt_proposal, ignore_proposal, open_proposals, recall_proposal
from broker_app.services.terms import get_term


@pytest.fixture
def accepted(store: Store) -> UUID:
    """A match a firm agreed to: 壳子一摔就成渣 was answered by a text about toughened polycarbonate."""
    keep_index(store)
    with store.write() as session:
        need = save_need(session, NeedDraft("减速器，壳子一摔就成渣", "壳子一摔就成渣"))
        answer = AchievementDraft(
            title="核壳粒子增韧聚碳酸酯", abstract="低温韧性提高。", keywords=("增韧", "低温韧性")
        )
        achievement = save_achievement(session, answer)
        for number in range(4):
            save_achievement(session, AchievementDraft(title=f"第 {number} 种减速器", abstract="用于机器人的减速器。"))
        match_id = record_match(session, need, achievement)
        move_match(session, match_id, MatchState.PROPOSED)
        move_match(session, match_id, MatchState.ACCEPTED_BY_ENTERPRISE)
    return match_id


def test_a_word_the_pool_uses_itself_is_not_proposed(store: Store, accepted: UUID) -> None:
    with store.read() as session:
        phrases = [one.lay for one in open_proposals(session)]
    assert accepted
    assert phrases
    assert not any("减速器" in phrase for phrase in phrases)


def test_a_proposal_is_taken_up_and_taken_back(store: Store, accepted: UUID) -> None:
    with store.write() as session:
        first = open_proposals(session)[0]
        change = adopt_proposal(session, first)
        assert "增韧" in get_term(session, change.id).draft.technical
        assert change.id in [one.id for one in try_sentence(session, "减速器，壳子一摔就成渣")]
        assert first not in open_proposals(session)
        take_back(session, change)
        assert first in open_proposals(session)


def test_what_is_ignored_stays_away_until_it_is_recalled(store: Store, accepted: UUID) -> None:
    with store.write() as session:
        first = open_proposals(session)[0]
        ignore_proposal(session, first)
        assert first not in open_proposals(session)
        recall_proposal(session, first)
        assert first in open_proposals(session)

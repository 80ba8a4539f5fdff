"""The board of matches: what is under way, how long it has stood, what was given up and why."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import time_machine

from broker_app.db.session import Store
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.match_board import MatchBoard, match_board
from broker_app.services.matches import delete_match, move_match, note_nda, record_match
from broker_app.services.needs import NeedDraft, save_need
from tests.services.conftest import NINE


@pytest.fixture
def match_id(store: Store, firm: UUID) -> UUID:
    with time_machine.travel(NINE, tick=False), store.write() as session:
        draft = NeedDraft("样例外壳料", enterprise_id=firm, budget_low=Decimal(20), budget_high=Decimal(50))
        need_id = save_need(session, draft)
        return record_match(session, need_id, save_achievement(session, AchievementDraft("样例合金", owner="样例大学")))


def board(store: Store, query: str = "") -> MatchBoard:
    with store.read() as session:
        return match_board(session, query)


def test_a_card_says_who_is_still_asked_and_since_when(store: Store, match_id: UUID) -> None:
    three_days_later = NINE + timedelta(days=3)
    with time_machine.travel(three_days_later, tick=False), store.write() as session:
        move_match(session, match_id, "proposed")
        move_match(session, match_id, "accepted_by_owner")
        note_nda(session, match_id, needed=True)
    (card,) = board(store).cards
    assert (card.need, card.achievement, card.owner) == ("样例外壳料", "样例合金", "样例大学")
    assert card.enterprise == "甲样例电气有限公司"
    assert card.amount == 50 * 1_000_000
    assert (card.enterprise_agreed, card.owner_agreed, card.nda_missing) == (False, True, True)
    assert card.since == three_days_later


def test_what_was_given_up_is_counted_by_its_reason(store: Store, match_id: UUID) -> None:
    with store.write() as session:
        move_match(session, match_id, "declined", "太贵", decline_reason="price")
    found = board(store)
    assert found.cards == ()
    assert found.declined == (("价格", 1),)
    assert found.declined_count == 1


def test_the_one_that_waits_longest_stands_first(store: Store, firm: UUID, match_id: UUID) -> None:
    with time_machine.travel(NINE + timedelta(days=1), tick=False), store.write() as session:
        need_id = save_need(session, NeedDraft("样例第二条", enterprise_id=firm))
        second = record_match(session, need_id, save_achievement(session, AchievementDraft("样例涂层")))
    assert [card.id for card in board(store).cards] == [match_id, second]
    with time_machine.travel(NINE + timedelta(days=2), tick=False), store.write() as session:
        move_match(session, match_id, "proposed")
    assert [card.id for card in board(store).cards] == [second, match_id]


def test_words_and_the_trash(store: Store, match_id: UUID) -> None:
    assert [card.id for card in board(store, "外壳").cards] == [match_id]
    assert board(store, "没有的词").cards == ()
    with store.write() as session:
        delete_match(session, match_id)
    assert board(store) == MatchBoard((), ())

"""The term table as a broker works on it: search, change, switch off, take back; and what matches teach it."""

from decimal import Decimal
from uuid import UUID

import pytest

from broker_app.db.outbox import pending_count
from broker_app.db.session import Store
from broker_app.errors import InvalidInputError, NotFoundError
from broker_app.rules.states import MatchState
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.indexing import keep_index
from broker_app.services.matches import find_achievements, move_match, record_match
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.terms import (
    TermDraft,
    delete_term,
    get_term,
    list_terms,
    propose_terms,
    restore_term,
    save_term,
    switch_term,
    term_table,
)

BRITTLE = TermDraft("一摔就成渣", ("缺口冲击强度", "低温韧性"), Decimal("1.8"), ("E5",), "壳子")


def test_an_entry_of_ones_own_is_found_changed_and_taken_back(store: Store) -> None:
    with store.write() as session:
        before = pending_count(session)
        term_id = save_term(session, BRITTLE)
        assert save_term(session, TermDraft("一摔就成渣", ("增韧",), industries=("E5",))) == term_id
        assert pending_count(session) == before + 1
    with store.read() as session:
        row = list_terms(session, "成渣 增韧")[0]
        assert (row.id, row.origin, row.draft.technical) == (term_id, "user", ("缺口冲击强度", "低温韧性", "增韧"))
        assert row.industry_labels == ("新材料",)
        assert [hit.entry.id for hit in term_table(session).find("壳子一摔就成渣了")] == [term_id]
    with store.write() as session:
        delete_term(session, term_id)
        assert list_terms(session, "成渣") == []
        assert term_table(session).find("一摔就成渣") == []
        restore_term(session, term_id)
        assert get_term(session, term_id).draft.weight == Decimal("1.5")


def test_a_shipped_entry_is_switched_off_changed_and_given_back(store: Store) -> None:
    with store.read() as session:
        shipped = list_terms(session, origin="shipped")[0]
    with store.write() as session:
        switch_term(session, shipped.id, enabled=False)
    with store.read() as session:
        row = get_term(session, shipped.id)
        assert (row.enabled, row.origin, row.draft.lay) == (False, "changed", shipped.draft.lay)
        assert shipped.id not in term_table(session).entries
    with store.write() as session:
        changed = TermDraft(shipped.draft.lay, (*shipped.draft.technical, "样例术语"))
        assert save_term(session, changed, shipped.id) == shipped.id
        assert term_table(session).entries[shipped.id].technical[-1] == "样例术语"
        delete_term(session, shipped.id)
        assert get_term(session, shipped.id) == shipped
        with pytest.raises(InvalidInputError):
            delete_term(session, shipped.id)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (TermDraft("", ("术语",)), "lay"),
        (TermDraft("发脆", (" ", "")), "technical"),
        (TermDraft("发脆", ("发脆",)), "technical"),
        (TermDraft("发脆", ("韧性",), Decimal(3)), "weight"),
        (TermDraft("增韧甲", ("一碰就碎甲",)), "technical"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(store: Store, draft: TermDraft, field: str) -> None:
    with store.write() as session:
        save_term(session, TermDraft("一碰就碎甲", ("增韧甲",)))
    with pytest.raises(InvalidInputError) as refused, store.write() as session:
        save_term(session, draft)
    assert refused.value.field == field
    with store.read() as session:
        assert len(list_terms(session, origin="user")) == 1


def test_an_unknown_entry_is_not_found(store: Store) -> None:
    with store.write() as session, pytest.raises(NotFoundError):
        switch_term(session, "nothing:无", enabled=False)


@pytest.fixture
def pair(store: Store) -> tuple[UUID, UUID]:
    """A need in an owner's words and the achievement that answers it in others."""
    keep_index(store)
    with store.write() as session:
        need = save_need(session, NeedDraft("冬天壳子一摔就成渣", "外壳冬天一摔就成渣", industries=("E5",)))
        achievement = save_achievement(
            session,
            AchievementDraft(
                title="核壳粒子增韧聚碳酸酯",
                abstract="低温韧性显著提高，缺口冲击强度达 42 kJ/m²。",
                keywords=("增韧", "低温韧性"),
            ),
        )
    return need, achievement


def test_a_pair_that_was_added_finds_at_once_what_nothing_found_before(store: Store, pair: tuple[UUID, UUID]) -> None:
    need, achievement = pair
    with store.read() as session:
        before = find_achievements(session, need)
        assert achievement not in [one.result.id for one in before.strong]
    with store.write() as session:
        term_id = save_term(session, BRITTLE)
        found = find_achievements(session, need)
        result = next(one.result for one in (*found.strong, *found.weak) if one.result.id == achievement)
        assert term_id in {reason.expansion.entry_id for reason in result.reasons if reason.expansion}


def test_accepted_and_declined_matches_propose_entries(store: Store, pair: tuple[UUID, UUID]) -> None:
    need, achievement = pair
    with store.write() as session:
        match_id = record_match(session, need, achievement)
        assert propose_terms(session) == []
        move_match(session, match_id, MatchState.PROPOSED)
        move_match(session, match_id, MatchState.ACCEPTED_BY_ENTERPRISE)
        proposals = propose_terms(session)
        assert {one.kind for one in proposals} == {"add"}
        assert any("增韧" in one.technical for one in proposals)
        assert all(one.lay in "冬天壳子一摔就成渣" for one in proposals)
        term_id = save_term(session, BRITTLE)
        move_match(session, match_id, MatchState.DECLINED, decline_reason="not_needed")
        again = record_match(session, need, achievement)
        move_match(session, again, MatchState.DECLINED, decline_reason="not_needed")
        assert [(one.kind, one.entry_id) for one in propose_terms(session)] == [("switch_off", term_id)]

"""The term table as its page shows it: found by letters, tried on a sentence, every act taken back."""

from decimal import Decimal

import pytest

from broker_app.db.session import Store
from broker_app.errors import NotFoundError
from broker_app.services.term_book import (
    keep_term,
    read_book,
    take_back,
    try_sentence,
    turn_term,
)
from broker_app.services.terms import TermDraft, delete_term, get_term

BRITTLE = TermDraft("一摔就成渣", ("缺口冲击强度", "低温韧性"), Decimal("1.8"), ("E5",), "壳子")


def test_letters_find_a_lay_phrase_and_the_nearest_comes_first(store: Store) -> None:
    with store.write() as session:
        own = keep_term(session, BRITTLE).id
        assert read_book(session).find("ysjcz")[0].id == own
        assert read_book(session).find("yishuaijiuchengzha")[0].id == own
        assert read_book(session).find("成渣 韧性")[0].id == own
        assert [row.draft.lay for row in read_book(session).find("虚焊")[:1]] == ["虚焊"]
        assert read_book(session).find("ysjcz", kind="shipped") == []
        assert [row.id for row in read_book(session).find("成渣", industry="E5")] == [own]
        assert read_book(session).find("成渣", industry="*") == []


def test_every_entry_is_listed_and_counted_by_where_it_comes_from(store: Store) -> None:
    with store.write() as session:
        keep_term(session, BRITTLE)
        book = read_book(session)
        assert book.find()[0].draft == BRITTLE
        assert book.counts().user == len(book.find(kind="user")) == 1
        assert book.counts().shipped == len(book.find(kind="shipped")) > 5_000


def test_every_act_is_taken_back_to_what_stood_before(store: Store) -> None:
    with store.write() as session:
        shipped = read_book(session).find()[0]
        off = turn_term(session, shipped.id, enabled=False)
        assert read_book(session).counts().off == 1
        changed = keep_term(session, TermDraft(shipped.draft.lay, ("样例术语",)), shipped.id)
        assert get_term(session, shipped.id).enabled
        take_back(session, changed)
        assert read_book(session).find(kind="off")[0].draft == shipped.draft
        take_back(session, off)
        assert get_term(session, shipped.id) == shipped
        with pytest.raises(NotFoundError):
            take_back(session, off)


def test_words_taken_up_by_an_entry_are_given_back_without_losing_the_entry(store: Store) -> None:
    with store.write() as session:
        first = keep_term(session, BRITTLE)
        more = keep_term(session, TermDraft("一摔就成渣", ("增韧",), industries=("E5",)))
        assert more.id == first.id
        assert len(get_term(session, first.id).draft.technical) == 3
        take_back(session, more)
        assert get_term(session, first.id).draft == BRITTLE
        take_back(session, first)
        assert read_book(session).find(kind="user") == []


def test_a_sentence_shows_what_it_sets_off_where_and_what_it_does_not_want(store: Store) -> None:
    with store.write() as session:
        keep_term(session, BRITTLE)
        sentence = "外壳 ＰＣ 料，冬天一摔就成渣"
        fired = [one for one in try_sentence(session, sentence) if one.lay == "一摔就成渣"]
        assert [(sentence[one.start : one.end], one.said, one.technical) for one in fired] == [
            ("一摔就成渣", "一摔就成渣", BRITTLE.technical)
        ]
        assert not fired[0].foreign
        elsewhere = next(one for one in try_sentence(session, sentence, ("T2",)) if one.lay == "一摔就成渣")
        assert elsewhere.foreign
        assert elsewhere.weight < 1.8
        keep_term(session, TermDraft("坏味道", ("挥发性有机物",)))
        assert [one.unwanted for one in try_sentence(session, "不能含坏味道") if one.lay == "坏味道"] == [True]
        delete_term(session, fired[0].id)
        assert not [one for one in try_sentence(session, sentence) if one.lay == "一摔就成渣"]

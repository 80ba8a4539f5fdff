"""Duplicate needs are found and merged into a common one, every source kept; all of it can be undone."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from broker_app.db.models import Need
from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.rules.states import NeedState
from broker_app.services.indexing import keep_index
from broker_app.services.needs import Metric, NeedDraft, delete_need, get_need, list_needs, move_need, save_need
from broker_app.services.needs_merge import (
    common_draft,
    common_of,
    merge_again,
    merge_needs,
    merge_refusal,
    similar_to_draft,
    similar_to_need,
    sources_of,
    undo_merge,
)
from broker_app.services.papers import secret_of
from broker_app.services.publishing import preview_publication
from broker_app.services.visits import Span, VisitDraft, save_visit
from tests.services.conftest import NINE, as_colleague

CONTACTS = NeedDraft(
    "低银电触点材料（降银20%且温升达标）",
    "银价涨得厉害，想把触点含银量降下来，温升要过国标",
    keywords=("银触点", "降银", "温升"),
    industries=("T1",),
    metrics=(Metric("含银量", target="-20%"),),
)
AGAIN = NeedDraft("低银电触点材料", "和银触点厂谈过，银含量想再降一点", keywords=("银触点", "降银"), industries=("T1",))
OTHER = NeedDraft("鞋面自动涂胶换款慢", "一天三四十款，夹具换不过来", keywords=("涂胶", "鞋面"), industries=("T2",))


@pytest.fixture
def needs(store: Store) -> dict[str, UUID]:
    keep_index(store)
    with store.write() as session:
        return {name: save_need(session, draft) for name, draft in (("a", CONTACTS), ("b", AGAIN), ("c", OTHER))}


def test_a_duplicate_is_found_and_an_unrelated_need_is_not(store: Store, needs: dict[str, UUID]) -> None:
    with store.read() as session:
        found = similar_to_need(session, needs["a"])
        assert [(one.id, one.is_same) for one in found] == [(needs["b"], True)]
        assert "触点" in "".join(found[0].shared)
        assert similar_to_need(session, needs["c"]) == []
        assert [one.id for one in similar_to_draft(session, AGAIN)][:2] == [needs["b"], needs["a"]]


def test_every_firm_that_says_the_very_same_is_found(store: Store, needs: dict[str, UUID]) -> None:
    with store.write() as session:
        again = {save_need(session, AGAIN) for _firm in range(3)}
    with store.read() as session:
        assert {row.id for row in similar_to_need(session, needs["a"])} == {needs["b"], *again}


def test_the_made_up_visits_hold_exactly_the_duplicate_that_people_marked(store: Store, shared: Path) -> None:
    keep_index(store)
    visits = json.loads((shared / "data/samples/visits.json").read_text("utf-8"))["visits"]
    ids: dict[str, UUID] = {}
    with store.write() as session:
        for visit in visits:
            for ordinal, need in enumerate(visit["gold"]["needs"], 1):
                draft = NeedDraft(need["title"], keywords=tuple(need["keywords"]), industries=(need["industry"],))
                ids[f"{visit['visit_id']}#{ordinal}"] = save_need(session, draft)
    names = {need_id: name for name, need_id in ids.items()}
    with store.read() as session:
        same = {
            (name, names[row.id])
            for name, need_id in ids.items()
            for row in similar_to_need(session, need_id)
            if row.is_same
        }
        near = {names[row.id] for name in ("V02#1", "V02#2") for row in similar_to_need(session, ids[name])}
    assert same == {("V01#2", "V12#2"), ("V12#2", "V01#2")}
    assert not {name for name in near if name.startswith("V05")}


def test_merging_keeps_every_source_and_can_be_undone(store: Store, needs: dict[str, UUID]) -> None:
    chosen = (needs["a"], needs["b"])
    with store.write() as session:
        move_need(session, needs["a"], NeedState.REFINED)
        draft = common_draft(session, chosen)
        common = merge_needs(session, chosen, draft)
    with store.read() as session:
        assert CONTACTS.text in draft.text
        assert AGAIN.text in draft.text
        assert draft.metrics == CONTACTS.metrics
        assert [one.id for one in sources_of(session, common)] == list(chosen)
        assert [get_need(session, one).state for one in chosen] == ["merged", "merged"]
        assert get_need(session, common).state == "refined"
        assert get_need(session, needs["a"]).draft.text == CONTACTS.text
    with store.write() as session:
        assert undo_merge(session, common) == chosen
    with store.read() as session:
        assert [get_need(session, one).state for one in chosen] == ["refined", "raw"]
        assert common not in [row.id for row in list_needs(session)]
        assert sources_of(session, common) == []


def test_what_cannot_be_merged_is_refused_and_nothing_changes(store: Store, needs: dict[str, UUID]) -> None:
    with store.write() as session, pytest.raises(InvalidInputError):
        common_draft(session, (needs["a"], needs["a"]))
    with store.write() as session:
        move_need(session, needs["b"], NeedState.WITHDRAWN, "企业不做了")
    with pytest.raises(IllegalMoveError), store.write() as session:
        merge_needs(session, (needs["a"], needs["b"]), AGAIN)
    with store.read() as session:
        assert get_need(session, needs["a"]).state == "raw"
        assert len(list_needs(session)) == 3
    with store.write() as session, pytest.raises(IllegalMoveError):
        undo_merge(session, needs["a"])


def test_a_need_that_says_nothing_yet_is_sent_back_to_be_written_first(store: Store, needs: dict[str, UUID]) -> None:
    with store.write() as session:
        empty = save_need(session, NeedDraft("低银电触点材料", keywords=("银触点", "降银"), industries=("T1",)))
    with store.read() as session:
        row = next(one for one in similar_to_need(session, needs["b"]) if one.id == empty)
        assert not row.can_merge
        assert "还没写需求内容" in row.why_not
        assert merge_refusal(session, empty) == row.why_not
        assert merge_refusal(session, needs["b"]) == ""
    with pytest.raises(IllegalMoveError, match="还没写需求内容"), store.write() as session:
        merge_needs(session, (needs["b"], empty), AGAIN)


def test_taking_apart_can_be_taken_back_and_done_again(store: Store, needs: dict[str, UUID]) -> None:
    chosen = (needs["a"], needs["b"])
    with store.write() as session:
        common = merge_needs(session, chosen, common_draft(session, chosen))
    with store.write() as session:
        undo_merge(session, common)
        move_need(session, needs["b"], NeedState.REFINED)
    with store.write() as session:
        merge_again(session, common, chosen)
    with store.read() as session:
        found = common_of(session, needs["a"])
        assert found is not None
        assert found.id == common
        assert get_need(session, common).state == "refined"
    with store.write() as session:
        undo_merge(session, common)
    with store.read() as session:
        assert [get_need(session, one).state for one in chosen] == ["raw", "refined"]
        assert common_of(session, needs["a"]) is None


def test_a_common_need_is_not_thrown_away_while_others_stand_in_it(store: Store, needs: dict[str, UUID]) -> None:
    chosen = (needs["a"], needs["b"])
    with store.write() as session:
        common = merge_needs(session, chosen, common_draft(session, chosen))
    with pytest.raises(IllegalMoveError, match="撤销合并"), store.write() as session:
        delete_need(session, common)
    with store.write() as session:
        undo_merge(session, common)
        delete_need(session, needs["a"])


def test_a_common_need_keeps_the_secrets_of_its_sources(store: Store, needs: dict[str, UUID]) -> None:
    note = "银触点要降银。现在供货的是金鹭那家。"
    start = note.index("金鹭那家")
    with store.write() as session:
        visit = save_visit(session, VisitDraft(NINE, note=note, confidential=(Span(start, 4),)))
        told = save_need(session, replace(AGAIN, text=note, visit_id=visit))
        common = merge_needs(session, (needs["a"], told), common_draft(session, (needs["a"], told)))
    as_colleague(store)
    with store.write() as session:
        move_need(session, common, NeedState.VERIFIED)
        assert "金鹭" not in str(preview_publication(session, common))
        secret = secret_of(session, session.get_one(Need, common), None)
        assert "金鹭" not in secret.clean(get_need(session, common).draft.text)

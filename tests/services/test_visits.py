"""Visits through their life: what may be typed when, what is logged, and what never changes."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from broker_app.db.session import Store
from broker_app.errors import BrokerError, IllegalMoveError, InvalidInputError, NotFoundError
from broker_app.rules.states import EDITABLE_VISIT_STATES, OPEN_NOTE_STATES, VISIT_MACHINE, VisitState, state_label
from broker_app.services.follow_ups import finish_follow_up, open_follow_ups
from broker_app.services.visits import (
    FollowUpDraft,
    PersonMet,
    ReferralDraft,
    Span,
    VisitDetail,
    VisitDraft,
    correct_note,
    delete_visit,
    get_visit,
    list_visits,
    move_visit,
    record_visit,
    restore_visit,
    save_visit,
    spans_of,
)
from tests.services.conftest import NINE, as_colleague

NOTE = "断路器触点温升高。\n新模具供应商是金鹭那家，别往外说。"
WAY_TO: dict[VisitState, tuple[VisitState, ...]] = {
    VisitState.DRAFT: (),
    VisitState.PLANNED: (VisitState.PLANNED,),
    VisitState.IN_PROGRESS: (VisitState.IN_PROGRESS,),
    VisitState.RECORDED: (VisitState.RECORDED,),
    VisitState.CONFIRMED: (VisitState.RECORDED, VisitState.CONFIRMED),
    VisitState.SUBMITTED: (VisitState.RECORDED, VisitState.SUBMITTED),
    VisitState.ACCEPTED: (VisitState.RECORDED, VisitState.SUBMITTED, VisitState.ACCEPTED),
    VisitState.RETURNED: (VisitState.RECORDED, VisitState.SUBMITTED, VisitState.RETURNED),
    VisitState.CANCELLED: (VisitState.PLANNED, VisitState.CANCELLED),
}


def draft(firm: UUID | None, **values: object) -> VisitDraft:
    return replace(VisitDraft(NINE, firm, role="broker", note=NOTE), **values)  # type: ignore[arg-type]


def saved(store: Store, what: VisitDraft, visit_id: UUID | None = None) -> UUID:
    with store.write() as session:
        return save_visit(session, what, visit_id)


def shown(store: Store, visit_id: UUID) -> VisitDetail:
    with store.read() as session:
        return get_visit(session, visit_id)


def moved(store: Store, visit_id: UUID, *states: VisitState) -> UUID:
    for state in states:
        with store.write() as session:
            move_visit(session, visit_id, state, "样例原因")
    return visit_id


def test_every_move_through_the_service_is_allowed_and_logged_or_refused_and_not(store: Store, firm: UUID) -> None:
    for now, wanted in product(VisitState, VisitState):
        visit = moved(store, saved(store, draft(firm)), *WAY_TO[now])
        before = shown(store, visit)
        assert before.state == now
        if wanted in VISIT_MACHINE.next_states(now):
            moved(store, visit, wanted)
            after = shown(store, visit)
            last = after.moves[-1]
            assert after.state == wanted
            assert len(after.moves) == len(before.moves) + 1
            assert (last.from_label, last.to_label) == (state_label("visit", now), state_label("visit", wanted))
            assert (last.who, last.at is not None) == ("林样例", True)
            assert wanted == VisitState.RECORDED or last.why == "样例原因"
        else:
            with pytest.raises(IllegalMoveError, match="记录没有改动"):
                moved(store, visit, wanted)
            assert shown(store, visit) == before


def test_what_may_be_edited_in_which_state(store: Store, firm: UUID) -> None:
    for state in VisitState:
        visit = moved(store, saved(store, draft(firm)), *WAY_TO[state])
        other_note, other_place = draft(firm, note="改过的话"), draft(firm, place="柳市镇样例路 1 号")
        if state in OPEN_NOTE_STATES:
            saved(store, other_note, visit)
            assert shown(store, visit).draft.note == "改过的话"
        else:
            assert shown(store, visit).note_is_final
            with pytest.raises(IllegalMoveError, match="更正"):
                saved(store, other_note, visit)
        if state in EDITABLE_VISIT_STATES:
            saved(store, replace(other_place, note=shown(store, visit).draft.note), visit)
            assert shown(store, visit).draft.place == "柳市镇样例路 1 号"
        else:
            with pytest.raises(IllegalMoveError, match=state_label("visit", state)):
                saved(store, other_place, visit)


@pytest.mark.parametrize(("field", "missing"), [("enterprise", "enterprise_id"), ("role", "role"), ("note", "note")])
def test_an_unfinished_visit_stays_a_draft(field: str, missing: str, store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm, **{missing: None if missing == "enterprise_id" else ""}))
    with pytest.raises(InvalidInputError, match="草稿已经存好") as refused, store.write() as session:
        record_visit(session, visit)
    assert refused.value.field == field
    assert shown(store, visit).state == "draft"


def test_a_visit_entered_days_later_is_marked_and_says_why(store: Store, firm: UUID) -> None:
    soon, late, reasoned = (saved(store, draft(firm, ended_at=NINE + timedelta(hours=2))) for _ in range(3))
    with store.write() as session:
        record_visit(session, soon, at=NINE + timedelta(hours=26))
        record_visit(session, late, at=NINE + timedelta(hours=26, seconds=1))
        save_visit(session, draft(firm, ended_at=NINE, late_reason="山里没电"), reasoned)
        record_visit(session, reasoned, at=NINE + timedelta(days=3))
    assert not shown(store, soon).is_late
    assert shown(store, late).is_late
    assert shown(store, late).draft.late_reason
    assert shown(store, reasoned).draft.late_reason == "山里没电"


def test_a_returned_visit_that_is_mended_keeps_when_it_was_written(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm))
    with store.write() as session:
        record_visit(session, visit, at=NINE + timedelta(hours=3))
    moved(store, visit, VisitState.SUBMITTED, VisitState.RETURNED, VisitState.RECORDED)
    with store.read() as session:
        recorded_at = session.execute(text("SELECT recorded_at FROM visit")).scalar()
    assert str(recorded_at).startswith("2026-11-23 04:00")
    assert not shown(store, visit).is_late


def test_a_correction_stands_beside_the_note(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm))
    with pytest.raises(IllegalMoveError, match="直接改"), store.write() as session:
        correct_note(session, visit, "更正", "原因")
    moved(store, visit, *WAY_TO[VisitState.ACCEPTED])
    for empty in (("", "原因"), ("更正", " ")):
        with pytest.raises(InvalidInputError), store.write() as session:
            correct_note(session, visit, *empty)
    with store.write() as session:
        assert correct_note(session, visit, "合格率应为 92%", "听错了") == 1
    as_colleague(store)
    with store.write() as session:
        assert correct_note(session, visit, "应为 93%", "又核了一遍") == 2
    detail = shown(store, visit)
    assert detail.draft.note == NOTE
    assert [(one.ordinal, one.text, one.who) for one in detail.corrections] == [
        (1, "合格率应为 92%", "林样例"),
        (2, "应为 93%", "陈样例"),
    ]


def test_text_comes_back_as_it_was_typed(store: Store, firm: UUID) -> None:
    nasty = '<b>粗</b> </para> & "引号" 😀 \x07\x1b[31m ⁣ 𬭎 \u202e倒'
    what = draft(
        firm,
        note=f"  {nasty}\n\n{nasty}  ",
        place=nasty,
        findings=nasty,
        companions=(nasty,),
        met=(PersonMet(nasty, nasty, "13800000000"),),
        referrals=(ReferralDraft(nasty, refer_to=nasty),),
        follow_ups=(FollowUpDraft(nasty, who=nasty),),
    )
    kept = shown(store, saved(store, what)).draft
    referral, follow_up = kept.referrals[0], kept.follow_ups[0]
    assert replace(kept, referrals=(replace(referral, id=None),), follow_ups=(replace(follow_up, id=None),)) == what


def test_a_note_has_a_length_and_nothing_is_cut(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm, note="长" * 200_000))
    assert len(shown(store, visit).draft.note) == 200_000
    with pytest.raises(InvalidInputError, match="200001"):
        saved(store, draft(firm, note="长" * 200_001), visit)
    assert len(shown(store, visit).draft.note) == 200_000


def test_marks_stay_on_their_words(store: Store, firm: UUID) -> None:
    typed = "前面\x00有\ud83d脏东西，供应商是金鹭。"
    start = typed.index("金鹭")
    visit = saved(store, draft(firm, note=typed, confidential=(Span(start, 2),)))
    kept = shown(store, visit).draft
    (span,) = kept.confidential
    assert kept.note == "前面有脏东西，供应商是金鹭。"
    assert kept.note[span.start : span.start + span.length] == "金鹭"
    for outside in (Span(0, 99), Span(-1, 2), Span(3, 0)):
        with pytest.raises(InvalidInputError, match="重新标"):
            saved(store, draft(firm, note="金鹭", confidential=(outside,)), visit)


def test_pieces_are_marked_wherever_they_stand() -> None:
    assert spans_of("金鹭和金鹭集团", ["金鹭", "金鹭集团", "", "没有"]) == (Span(0, 2), Span(3, 4))
    assert spans_of("甲乙丙丁", ["甲乙丙", "丙丁"]) == (Span(0, 4),)


def test_tasks_and_referrals_of_a_visit_are_kept_by_their_ids(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm, follow_ups=(FollowUpDraft("寄资料"), FollowUpDraft("约时间"))))
    first, second = shown(store, visit).draft.follow_ups
    saved(store, draft(firm, follow_ups=(replace(second, text="约下周三"),)), visit)
    assert [one.text for one in shown(store, visit).draft.follow_ups] == ["约下周三"]
    with store.write() as session:
        finish_follow_up(session, second.id or uuid4())
        assert open_follow_ups(session) == []
        finish_follow_up(session, second.id or uuid4(), done=False)
        assert [one.text for one in open_follow_ups(session)] == ["约下周三"]
    with pytest.raises(NotFoundError), store.write() as session:
        finish_follow_up(session, first.id or uuid4())


def test_the_end_is_not_before_the_start(store: Store, firm: UUID) -> None:
    with pytest.raises(InvalidInputError, match="早于"):
        saved(store, draft(firm, ended_at=NINE - timedelta(minutes=1)))


def test_trash_and_back(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm))
    with store.write() as session:
        delete_visit(session, visit)
    with store.read() as session:
        assert list_visits(session) == []
    with pytest.raises(NotFoundError, match="回收站"):
        saved(store, draft(firm), visit)
    with store.write() as session:
        restore_visit(session, visit)
    assert shown(store, visit).draft.note == NOTE
    moved(store, visit, *WAY_TO[VisitState.ACCEPTED])
    with pytest.raises(IllegalMoveError, match="不能删除"), store.write() as session:
        delete_visit(session, visit)
    with pytest.raises(BrokerError), store.write() as session:
        restore_visit(session, uuid4())


def test_a_firm_that_has_not_arrived_yet_is_said_so(store: Store) -> None:
    visit = saved(store, draft(uuid4()))
    assert shown(store, visit).enterprise == "尚未同步到本机"


def test_visits_are_found_by_note_firm_number_and_pinyin(store: Store, firm: UUID) -> None:
    visit = saved(store, draft(firm))
    number = shown(store, visit).number
    assert number.startswith("ZF-330382-2026-")
    with store.read() as session:
        for query in ("温升", "甲样例 触点", number[-6:], "jyldq", "%", "_", "金鹭 \ud83d"):
            expected = [] if query in ("%", "_") else [visit]
            assert [row.id for row in list_visits(session, query)] == expected, query
        assert list_visits(session, "温升 没有这个词") == []

"""Needs: their steps, who may verify, what may be published."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from unicodedata import normalize
from uuid import UUID, uuid4

import pytest

from broker_app.db.models import Need
from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError, InvalidInputError, NotFoundError
from broker_app.rules.states import NEED_MACHINE, NeedState, state_label
from broker_app.services.needs import (
    Metric,
    NeedDetail,
    NeedDraft,
    count_needs,
    delete_need,
    get_need,
    list_needs,
    move_need,
    restore_need,
    save_need,
)
from broker_app.services.needs_merge import merge_needs
from broker_app.services.numbers import today
from broker_app.services.public_record import public_record
from broker_app.services.publishing import Office, publish_need
from broker_app.services.visits import VisitDraft, save_visit, spans_of
from tests.services.conftest import NINE, as_author, as_colleague

N = NeedState
CHAIN = (N.REFINED, N.VERIFIED, N.PUBLISHED, N.MATCHING, N.NEGOTIATING, N.CONTRACTED, N.SOLVED)
WAY_TO: dict[NeedState, tuple[NeedState, ...]] = {
    N.RAW: (),
    **{state: CHAIN[: at + 1] for at, state in enumerate(CHAIN)},
    N.MERGED: (N.REFINED, N.MERGED),
    N.DEFERRED: (N.DEFERRED,),
    N.WITHDRAWN: (N.WITHDRAWN,),
    N.NOT_TECHNICAL: (N.NOT_TECHNICAL,),
    N.LISTED_ON_BILL: (*CHAIN[:3], N.LISTED_ON_BILL),
    N.NO_MATCH: (*CHAIN[:4], N.NO_MATCH),
}
DRAFT = NeedDraft(
    "断路器触点温升",
    "降低断路器触点温升，额定电流 63A。",
    metrics=(Metric("触点温升", "68K", "50K"),),
    budget_low=Decimal(30),
    budget_high=Decimal("60.5"),
    goal="温升降到 50K",
)


def saved(store: Store, what: NeedDraft = DRAFT, need_id: UUID | None = None) -> UUID:
    with store.write() as session:
        return save_need(session, what, need_id)


def shown(store: Store, need_id: UUID) -> NeedDetail:
    with store.read() as session:
        return get_need(session, need_id)


OFFICE = Office("样例县科技局", "", "0577-6581 0000")
OWN_DOORS = {N.MERGED, N.PUBLISHED}


def step(store: Store, need_id: UUID, wanted: NeedState) -> None:
    with store.write() as session:
        move_need(session, need_id, wanted, "样例原因")


def moved(store: Store, need_id: UUID, *states: NeedState) -> UUID:
    for state in states:
        if state == N.MERGED:  # no step of one need: it goes with another into a third
            with store.write() as session:
                merge_needs(session, [need_id, save_need(session, DRAFT)], DRAFT)
        elif state == N.PUBLISHED:
            with store.write() as session:
                publish_need(session, need_id, OFFICE)
        else:
            step(store, need_id, state)
    return need_id


def test_every_move_through_the_service_is_allowed_and_logged_or_refused_and_not(store: Store) -> None:
    needs = {now: [saved(store) for _wanted in NeedState] for now in NeedState}
    as_colleague(store)  # whoever verifies is somebody else
    for now in NeedState:
        for need, wanted in zip(needs[now], NeedState, strict=True):
            moved(store, need, *WAY_TO[now])
            before = shown(store, need)
            assert before.state == now
            if wanted in NEED_MACHINE.next_states(now) and wanted not in OWN_DOORS:
                step(store, need, wanted)
                after = shown(store, need)
                assert (after.state, len(after.moves)) == (wanted, len(before.moves) + 1)
                last = after.moves[-1]
                assert (last.from_label, last.to_label, last.who, last.why) == (
                    state_label("need", now),
                    state_label("need", wanted),
                    "陈样例",
                    "样例原因",
                )
            else:
                with pytest.raises(IllegalMoveError, match="记录没有改动"):
                    step(store, need, wanted)
                assert shown(store, need) == before
    with store.read() as session:
        assert sum(count_needs(session).values()) == len(NeedState) ** 2 + 2 * len(
            NeedState
        )  # those merged have two more each


def test_nobody_verifies_what_they_wrote(store: Store) -> None:
    need = moved(store, saved(store), N.REFINED)
    with pytest.raises(IllegalMoveError, match="另一个人核实"):
        moved(store, need, N.VERIFIED)
    as_colleague(store)
    moved(store, need, N.VERIFIED)
    assert (shown(store, need).author, shown(store, need).verifier) == ("林样例", "陈样例")


def test_what_was_verified_and_then_changed_is_verified_again(store: Store) -> None:
    need = moved(store, saved(store), N.REFINED)
    as_colleague(store)
    moved(store, need, N.VERIFIED)
    saved(store, DRAFT, need)
    assert shown(store, need).state == "verified"  # nothing changed
    saved(store, replace(DRAFT, goal="三个月内见样"), need)
    detail = shown(store, need)
    assert (detail.state, detail.verifier) == ("refined", "")
    assert "重新核实" in detail.moves[-1].why


def test_an_empty_need_is_not_refined(store: Store) -> None:
    with pytest.raises(IllegalMoveError, match="写清楚"):
        moved(store, saved(store, NeedDraft("只有名称")), N.REFINED)


def verified(store: Store, what: NeedDraft) -> UUID:
    as_author(store)
    need = moved(store, saved(store, what), N.REFINED)
    as_colleague(store)
    return moved(store, need, N.VERIFIED)


def test_publishing_needs_a_figure_or_a_reason(store: Store) -> None:
    need = verified(store, replace(DRAFT, metrics=()))
    with pytest.raises(IllegalMoveError, match="量化指标"):
        moved(store, need, N.PUBLISHED)
    moved(store, verified(store, replace(DRAFT, metrics=(), no_metric_reason="属于外观改进")), N.PUBLISHED)


def test_no_step_makes_a_need_public_that_nobody_can_read(store: Store) -> None:
    need = verified(store, replace(DRAFT))
    with pytest.raises(IllegalMoveError, match="点「发布」"):
        step(store, need, N.PUBLISHED)
    with store.read() as session:
        assert public_record(session, need) is None
    moved(store, need, N.PUBLISHED)
    with store.read() as session:
        assert public_record(session, need) is not None


@pytest.mark.parametrize(
    "leak",
    [
        {"title": "替换金鹭那家的模具"},
        {"text": "现在用的是金鹭\n那家的料"},
        {"problem": "合格率只有 91.5%"},
        {"goal": "比现在的９１．５好"},
        {"keywords": ("金鹭那家",)},
        {"no_metric_reason": "金鹭那家不给数"},
        {"metrics": (Metric("一次合格率", "91.5%", "98%", confidential=True), Metric("成材率", "91.5%", "99%"))},
    ],
    ids=lambda leak: next(iter(leak)),
)
def test_nothing_confidential_is_published(leak: dict[str, object], store: Store, firm: UUID) -> None:
    note = "触点温升高。模具是金鹭那家做的。合格率 91.5%。"
    with store.write() as session:
        visit = save_visit(session, VisitDraft(NINE, firm, note=note, confidential=spans_of(note, ["金鹭那家"])))
    secret = replace(DRAFT, visit_id=visit, metrics=(Metric("一次合格率", "91.5%", "98%", confidential=True),))
    need = moved(store, verified(store, replace(secret, **leak)), N.PUBLISHED)  # type: ignore[arg-type]
    with store.read() as session:
        row = public_record(session, need)
        assert row is not None
        public = normalize("NFKC", "".join(str(getattr(row, column.key)) for column in row.__table__.columns))
    assert OFFICE.unit in public
    assert "金鹭" not in public
    assert "91.5" not in public


def test_a_deferred_need_and_one_without_a_match_come_back(store: Store) -> None:
    until = date(2027, 3, 1)
    deferred, later = saved(store), saved(store)
    with store.write() as session:
        move_need(session, deferred, N.DEFERRED, "等年度预算", until=until)
        move_need(session, later, N.DEFERRED, "等年度预算")
        assert session.get_one(Need, deferred).review_on == until
        assert session.get_one(Need, later).review_on == today() + timedelta(days=90)


def test_past_publication_the_content_stands(store: Store) -> None:
    needs = {state: saved(store) for state in NeedState}
    as_colleague(store)
    for state, need in needs.items():
        moved(store, need, *WAY_TO[state])
        if state in (N.RAW, N.REFINED, N.VERIFIED, N.MATCHING, N.DEFERRED):
            saved(store, replace(DRAFT, goal="改过"), need)
        else:
            with pytest.raises(IllegalMoveError, match="不能再改"):
                saved(store, replace(DRAFT, goal="改过"), need)


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("title", replace(DRAFT, title="  ")),
        ("title", replace(DRAFT, title="长" * 101)),
        ("text", replace(DRAFT, text="长" * 20_001)),
        ("budget", replace(DRAFT, budget_low=Decimal(70))),
        ("budget", replace(DRAFT, budget_low=Decimal(-1))),
        ("budget", replace(DRAFT, budget_high=Decimal("NaN"))),
        ("budget", replace(DRAFT, budget_high=Decimal("1e20"))),
        ("keywords", replace(DRAFT, keywords=("长" * 101,))),
        ("metrics", replace(DRAFT, metrics=(Metric("长" * 201),))),
    ],
)
def test_what_cannot_be_accepted_names_its_field(field: str, what: NeedDraft, store: Store) -> None:
    with pytest.raises(InvalidInputError) as refused:
        saved(store, what)
    assert refused.value.field == field
    with store.read() as session:
        assert list_needs(session) == []


def test_a_draft_comes_back_as_it_was(store: Store, firm: UUID) -> None:
    nasty = '<b>粗</b> </para> & "引号" 😀 \x07'
    metric = Metric(nasty, nasty, nasty, nasty, nasty, confidential=True)
    what = NeedDraft(
        nasty, nasty, firm, keywords=(nasty,), problem=nasty, goal=nasty, metrics=(metric,),
        no_metric_reason=nasty, budget_low=Decimal("0.01"), budget_high=Decimal("180.5"), deadline=date(2027, 6, 30),
        partner=nasty, use_then_pay=True, confidential_fields=(nasty,), kind="没有这个代码", mode="没有这个代码",
    )  # fmt: skip
    need = saved(store, what)
    detail = shown(store, need)
    assert detail.draft == what
    assert detail.number.startswith("XQ-330382-")
    assert detail.kind_label == "没有这个代码"  # a row taken out of a code list


def test_trash_and_back(store: Store) -> None:
    need = saved(store)
    with store.write() as session:
        delete_need(session, need)
    with pytest.raises(NotFoundError):
        shown(store, need)
    with store.write() as session:
        restore_need(session, need)
    assert shown(store, need).draft == DRAFT
    as_colleague(store)
    moved(store, need, *WAY_TO[N.CONTRACTED])
    with pytest.raises(IllegalMoveError, match="签约"), store.write() as session:
        delete_need(session, need)
    with pytest.raises(NotFoundError), store.write() as session:
        restore_need(session, uuid4())


def test_lists_are_cut_by_state_and_words(store: Store, firm: UUID) -> None:
    here = saved(store, replace(DRAFT, enterprise_id=firm))
    other = moved(store, saved(store, replace(DRAFT, title="泵体铸件气孔")), N.WITHDRAWN)
    with store.read() as session:
        for query, state, expected in (
            ("温升", "", {here, other}),
            ("断路器 甲样例", "", {here}),
            ("dlqcdws", "", {here}),
            ("bengti", "", {other}),
            ("", "withdrawn", {other}),
            ("断路器 泵体", "", {other}),
            ("甲样例 泵体", "", set()),
        ):
            assert {row.id for row in list_needs(session, query, state=state)} == expected, (query, state)
        pages = [list_needs(session, offset=offset, limit=1)[0].id for offset in (0, 1)]
        assert set(pages) == {here, other}


def test_every_state_can_be_reached() -> None:
    for state, way in WAY_TO.items():
        for now, wanted in zip((N.RAW, *way), way, strict=False):
            assert wanted in NEED_MACHINE.next_states(now)
        assert (N.RAW, *way)[-1] == state
    assert len(list(product(NeedState, NeedState))) == 196

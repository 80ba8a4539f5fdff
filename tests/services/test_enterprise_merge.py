"""Two records of one firm become one: nothing is lost, late changes follow, and it can be parted again."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from broker_app.db.models import FirmAlias, OutboxOperation
from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError, InvalidInputError
from broker_app.rules.calendar import utc_now
from broker_app.services.duplicates import (
    SAME_CODE,
    distinct_from,
    mark_distinct,
    people_with_phone,
    scan_duplicates,
    similar_enterprises,
    unmark_distinct,
)
from broker_app.services.enterprise_merge import (
    UNDO_DAYS,
    list_merges,
    merge_enterprises,
    merge_question,
    merged_draft,
    undo_merge,
)
from broker_app.services.enterprises import (
    ContactDraft,
    EnterpriseDraft,
    enterprise_id_for,
    get_enterprise,
    list_enterprises,
    save_enterprise,
)
from broker_app.services.firm_tiers import Tier
from broker_app.services.needs import NeedDraft, get_need, save_need
from broker_app.services.trash import list_trash, restore
from broker_app.services.visits import VisitDraft, delete_visit, get_visit, save_visit
from tests.services.conftest import NINE

CODE = "91350100M000100Y43"
ONE = EnterpriseDraft(
    "乙样例泵阀有限公司",
    county="330382",
    address="柳市镇样例路 1 号",
    profile="做化工泵",
    tags=("化工泵",),
    tiers=(Tier("hi_tech", date(2024, 12, 1), date(2027, 12, 1)),),
    contacts=(ContactDraft("王样例", "厂长", "13800138000"), ContactDraft("李样例", "", "0577-88880000")),
)
TWO = EnterpriseDraft(
    "乐清市乙样例泵阀厂",
    CODE,
    county="330382",
    address="柳市镇样例路 8 号",
    legal_person="王样例",
    profile="也做阀门",
    tags=("阀门", "化工泵"),
    contacts=(
        ContactDraft("王样例", "", "138 0013 8000", "wang@example.com"),
        ContactDraft("陈样例", "", "13900139000"),
    ),
)


def saved(store: Store, draft: EnterpriseDraft) -> UUID:
    with store.write() as session:
        return save_enterprise(session, draft)


def merged(store: Store, keep: UUID, other: UUID, from_other: tuple[str, ...] = ()) -> None:
    with store.write() as session:
        question = merge_question(session, keep, other)
        merge_enterprises(session, keep, other, merged_draft(question, from_other))


def told_server(store: Store) -> None:
    """As after an exchange: everything said so far has left the outbox and has a revision."""
    with store.write() as session:
        session.query(OutboxOperation).delete()
    with store.write() as session:
        for table in ("enterprise", "contact", "visit", "need"):
            session.connection().exec_driver_sql(f"UPDATE {table} SET rev = 1")  # noqa: S608 - names of this test


def test_nothing_is_lost_and_everything_moves(store: Store) -> None:
    keep, other = saved(store, ONE), saved(store, TWO)
    with store.write() as session:
        visit = save_visit(session, VisitDraft(enterprise_id=other, started_at=NINE, note="看了二车间"))
        need = save_need(session, NeedDraft("机封寿命", enterprise_id=other))
    merged(store, keep, other, ("address",))
    with store.read() as session:
        said = get_enterprise(session, keep).draft
        assert (said.name, said.credit_code, said.legal_person) == ("乙样例泵阀有限公司", CODE, "王样例")
        assert said.address == "柳市镇样例路 8 号"
        assert set(said.tags) == {"化工泵", "阀门"}
        assert said.tiers == ONE.tiers
        for words in ("做化工泵", "也做阀门", "柳市镇样例路 1 号", "乐清市乙样例泵阀厂"):
            assert words in said.profile
        people = [(one.name, one.position, one.email) for one in said.contacts]
        assert sorted(people) == [("李样例", "", ""), ("王样例", "厂长", "wang@example.com"), ("陈样例", "", "")]
        assert get_visit(session, visit).draft.enterprise_id == keep
        assert get_need(session, need).draft.enterprise_id == keep
        # whoever still holds the old id, or types the old code, finds the firm that stands
        assert get_enterprise(session, other).id == keep
        assert [row.id for row in list_enterprises(session)] == [keep]
    assert saved(store, TWO) == keep


def test_parted_again_each_says_what_it_said(store: Store) -> None:
    keep, other = saved(store, ONE), saved(store, TWO)
    with store.write() as session:
        visit = save_visit(session, VisitDraft(enterprise_id=other, started_at=NINE, note="看了二车间"))
    with store.read() as session:
        before = [get_enterprise(session, one).draft for one in (keep, other)]
    merged(store, keep, other, ("name", "address"))
    with store.write() as session:
        (row,) = list_merges(session)
        assert (row.name, row.into, row.days_left) == ("乐清市乙样例泵阀厂", "乐清市乙样例泵阀厂", UNDO_DAYS)
        later = save_visit(session, VisitDraft(enterprise_id=keep, started_at=NINE, note="合并以后记的"))
        kept = get_enterprise(session, keep).draft
        save_enterprise(session, replace(kept, website="https://example.com"), keep)
        (lying,) = list_trash(session, kind="enterprise")
        restore(session, "enterprise", lying.id)  # the trash parts them too
    with store.read() as session:
        one, two = (get_enterprise(session, each).draft for each in (keep, other))
        assert replace(one, website="", contacts=()) == replace(before[0], contacts=())
        assert {replace(each, id=None) for each in one.contacts} >= {ContactDraft("李样例", "", "0577-88880000")}
        assert one.website == "https://example.com"  # what was said since stays
        assert two == before[1]
        assert get_visit(session, visit).draft.enterprise_id == other
        assert get_visit(session, later).draft.enterprise_id == keep
        assert list_merges(session) == []


def test_what_the_server_is_told(store: Store) -> None:
    keep, other = saved(store, ONE), saved(store, TWO)
    told_server(store)
    merged(store, keep, other)
    with store.read() as session:
        told = {row.record_id: row for row in session.query(OutboxOperation).order_by(OutboxOperation.seq)}
        assert told[other].into_id == keep
        assert list(told)[-1] == other  # behind everything that moves
    with store.write() as session:
        undo_merge(session, other)
    with store.read() as session:
        assert other not in {row.record_id for row in session.query(OutboxOperation)}  # nobody need hear of either
    merged(store, keep, other)
    told_server(store)
    with store.write() as session:
        undo_merge(session, other)
        (said,) = session.query(OutboxOperation).filter_by(record_id=other)
        assert (said.into_id, said.action) == (other, "put")


def test_a_merge_of_long_ago_stays(store: Store) -> None:
    keep, other = saved(store, ONE), saved(store, TWO)
    merged(store, keep, other)
    with store.write() as session:
        alias = session.get(FirmAlias, other)
        assert alias is not None
        alias.merged_at = utc_now() - timedelta(days=UNDO_DAYS)
    with store.write() as session, pytest.raises(IllegalMoveError, match="30"):
        undo_merge(session, other)
    with store.write() as session, pytest.raises(IllegalMoveError, match="这台电脑"):
        undo_merge(session, uuid4())
    with store.write() as session, pytest.raises(InvalidInputError):
        merge_question(session, keep, keep)


def test_merged_twice_and_a_visit_from_the_trash_finds_its_firm(store: Store) -> None:
    first, second, third = (
        saved(store, replace(ONE, name=name, contacts=())) for name in ("甲样例", "乙样例", "丙样例")
    )
    with store.write() as session:
        visit = save_visit(session, VisitDraft(enterprise_id=first, started_at=NINE, note="看了"))
        delete_visit(session, visit)
    merged(store, second, first)
    merged(store, third, second)
    with store.write() as session:
        restore(session, "visit", visit)
        assert get_visit(session, visit).draft.enterprise_id == third
        assert get_enterprise(session, first).id == third
        undo_merge(session, first)
        assert get_enterprise(session, first).id == first
        assert get_enterprise(session, second).id == third


def test_the_scan_finds_pairs_and_forgets_what_is_no_pair(store: Store) -> None:
    base = saved(store, ONE)
    near = saved(store, replace(ONE, name="乙样例泵阀制造有限公司", contacts=()))
    code = saved(store, replace(TWO, name="别的写法", contacts=()))
    also = saved(store, EnterpriseDraft("又一种写法", CODE, county="330381"))
    phone = saved(
        store, EnterpriseDraft("完全另一家", county="330382", contacts=(ContactDraft("王", "", "138-0013-8000"),))
    )
    saved(store, EnterpriseDraft("丁样例光电有限公司", county="330382"))
    assert code == enterprise_id_for("330382", CODE)
    with store.write() as session:
        scan = scan_duplicates(session)
        assert scan.firms == 6
        found = {frozenset((pair.one.id, pair.two.id)): pair for pair in scan.pairs}
        assert set(found) == {frozenset((base, near)), frozenset((code, also)), frozenset((base, phone))}
        assert found[frozenset((code, also))].score == SAME_CODE == scan.pairs[0].score
        assert "电话相同" in found[frozenset((base, phone))].why
        mark_distinct(session, near, base)
        assert {frozenset((pair.one.id, pair.two.id)) for pair in scan_duplicates(session).pairs} == {
            frozenset((code, also)),
            frozenset((base, phone)),
        }
        assert distinct_from(session, base) == {near}
        unmark_distinct(session, base, near)
        assert distinct_from(session, base) == frozenset()
        assert scan_duplicates(session, lambda done, total: False).stopped


def test_a_pair_once_called_two_is_not_warned_of(store: Store) -> None:
    one, two = saved(store, replace(ONE, contacts=())), saved(store, replace(ONE, contacts=()))
    with store.write() as session:
        assert [each.id for each in similar_enterprises(session, ONE.name, own_id=one)] == [two]
        mark_distinct(session, one, two)
        assert similar_enterprises(session, ONE.name, own_id=one) == ()


def test_a_phone_somebody_has(store: Store) -> None:
    firm = saved(store, ONE)
    with store.read() as session:
        (known,) = people_with_phone(session, "+86 138 0013 8000")
        assert (known.name, known.enterprise_id) == ("王样例", firm)
        assert people_with_phone(session, "138 0013 8000", own_id=known.id) == ()
        assert people_with_phone(session, "8000") == ()


def test_a_tier_and_an_index_say_what_they_need(store: Store) -> None:
    with store.write() as session, pytest.raises(InvalidInputError, match="早于"):
        save_enterprise(session, replace(ONE, tiers=(Tier("hi_tech", date(2026, 1, 1), date(2025, 1, 1)),)))
    with store.write() as session, pytest.raises(InvalidInputError, match="科创指数"):
        save_enterprise(session, replace(ONE, index_score="82.5"))
    firm = saved(
        store,
        replace(ONE, index_score="82.5", index_on=date(2026, 6, 30), index_source="市科技局名单", carrier="样例园"),
    )
    with store.read() as session:
        said = get_enterprise(session, firm).draft
        assert (said.index_score, said.index_on, said.carrier) == ("82.5", date(2026, 6, 30), "样例园")

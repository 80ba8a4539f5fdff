"""Firms: one record for one firm, credit codes never repaired in silence, people kept by their ids."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from broker_app.db.session import Store
from broker_app.errors import IllegalMoveError, InvalidInputError, NotFoundError
from broker_app.services.duplicates import similar_enterprises
from broker_app.services.enterprises import (
    ContactDraft,
    EnterpriseDetail,
    EnterpriseDraft,
    change_enterprise,
    contact_line,
    delete_enterprise,
    enterprise_id_for,
    get_enterprise,
    list_enterprises,
    restore_enterprise,
    save_enterprise,
    take_back_change,
)
from broker_app.services.firm_names import core_name, firm_key, likeness
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.visits import VisitDraft, record_visit, save_visit
from tests.services.conftest import NINE

CODE, WRONG = "91350100M000100Y43", "91350100M000100Y44"
FULL = EnterpriseDraft(
    "乙样例泵阀有限公司",
    CODE,
    "330324",
    address="瓯北镇样例路 1 号",
    industries=("pump_valve",),
    founded_on=date(2001, 5, 1),
    tags=("专精特新",),
    contacts=(ContactDraft("王样例", "厂长", "13800000000"), ContactDraft("李样例")),
)


def saved(store: Store, what: EnterpriseDraft, firm: UUID | None = None) -> UUID:
    with store.write() as session:
        return save_enterprise(session, what, firm)


def shown(store: Store, firm: UUID) -> EnterpriseDetail:
    with store.read() as session:
        return get_enterprise(session, firm)


def without_ids(what: EnterpriseDraft) -> EnterpriseDraft:
    return replace(what, contacts=tuple(replace(one, id=None) for one in what.contacts))


def test_two_brokers_give_one_firm_one_id(store: Store) -> None:
    assert saved(store, FULL) == enterprise_id_for("330324", CODE)
    assert enterprise_id_for("330324", CODE) == UUID("{}".format(enterprise_id_for("330324", CODE)))
    assert enterprise_id_for("330324", CODE) != enterprise_id_for("330382", CODE)
    # Who names no county works in their own: the record belongs to its scope all the same.
    assert saved(store, EnterpriseDraft("丙样例厂", CODE)) == enterprise_id_for("330382", CODE)


def test_a_firm_added_twice_loses_nothing(store: Store) -> None:
    first = saved(store, FULL)
    again = EnterpriseDraft(
        "乙样例泵阀有限公司", CODE, "330324", website="样例网址", tags=("出口型",), contacts=(ContactDraft("赵样例"),)
    )
    assert saved(store, again) == first
    kept = without_ids(shown(store, first).draft)
    tags, people = (*FULL.tags, "出口型"), (*FULL.contacts, ContactDraft("赵样例"))
    assert kept == replace(FULL, website="样例网址", tags=tags, contacts=people)
    saved(store, FULL)
    assert len(shown(store, first).draft.contacts) == 3


def test_a_firm_in_the_trash_comes_back_when_it_is_added_again(store: Store) -> None:
    firm = saved(store, FULL)
    with store.write() as session:
        delete_enterprise(session, firm)
    assert saved(store, EnterpriseDraft(FULL.name, CODE, "330324")) == firm
    assert shown(store, firm).draft.address == FULL.address


def test_a_wrong_credit_code_is_refused_with_proposals_and_never_repaired(store: Store) -> None:
    with pytest.raises(InvalidInputError) as refused:
        saved(store, replace(FULL, credit_code=WRONG))
    assert refused.value.field == "credit_code"
    with pytest.raises(InvalidInputError, match=CODE):
        saved(store, replace(FULL, credit_code=CODE.replace("0", "O", 1)))
    with store.read() as session:
        assert list_enterprises(session) == []


def test_a_code_typed_loosely_is_the_same_code(store: Store) -> None:
    loose = " 91350100ｍ000100y43 "
    firm = saved(store, replace(FULL, credit_code=loose))
    assert shown(store, firm).draft.credit_code == CODE
    assert shown(store, firm).draft.county == "330324"  # the code says 3501; people say where the firm is


def test_people_are_kept_by_their_ids(store: Store) -> None:
    firm = saved(store, FULL)
    wang, li = shown(store, firm).draft.contacts
    saved(store, replace(FULL, contacts=(replace(li, phone="0577-88880000"), ContactDraft("王样例"))), firm)
    after = shown(store, firm).draft.contacts
    assert [(one.name, one.phone, one.id == li.id) for one in after] == [
        ("李样例", "0577-88880000", True),
        ("王样例", "", False),
    ]
    assert wang.id not in {one.id for one in after}
    with pytest.raises(InvalidInputError, match="联系人"):
        saved(store, replace(FULL, contacts=(ContactDraft("  "),)), firm)


def test_a_change_is_taken_back_only_while_nothing_came_after_it(store: Store) -> None:
    firm = saved(store, FULL)
    shown_before = shown(store, firm).draft
    with store.write() as session:
        change = change_enterprise(session, firm, shown_before, replace(shown_before, website="样例网址", contacts=()))
    saved(store, replace(change.after, carrier="样例科创园"), firm)
    with store.write() as session, pytest.raises(IllegalMoveError, match="后来又有改动"):
        take_back_change(session, change)
    saved(store, change.after, firm)
    with store.write() as session:
        take_back_change(session, change)
    assert shown(store, firm).draft == shown_before


def test_names_that_may_be_the_same_firm(store: Store) -> None:
    firm = saved(store, FULL)
    with store.read() as session:
        for name, code in (("乙样例泵阀股份有限公司", ""), ("别的名字", CODE), ("乙样例 泵阀有限责任公司", "")):
            assert [one.id for one in similar_enterprises(session, name, code)] == [firm], name
        for name in ("乙样例泵阀配件有限公司", "乙", "", "%"):
            assert similar_enterprises(session, name) == ()
    assert core_name("样例（温州）集团股份有限公司") == "样例(温州)"
    assert firm_key("乐清市样例电气（集团）有限公司") == firm_key("乐清样例电气集团") == "乐清样例电气"
    assert firm_key("有限公司") == ""
    assert likeness(firm_key("乙样例泵阀厂"), firm_key("丙样例焊料厂")) < 0.8


def test_the_history_of_a_firm_newest_first(store: Store, firm: UUID) -> None:
    with store.write() as session:
        for days in (3, 1):
            visit = save_visit(
                session, VisitDraft(NINE - timedelta(days=days), firm, role="other", note=f"{days} 天前\n细节")
            )
            record_visit(session, visit)
        save_visit(session, VisitDraft(NINE + timedelta(days=30), firm))
        save_need(session, NeedDraft("样例需求", enterprise_id=firm))
    titles = [entry.title for entry in shown(store, firm).timeline if entry.kind == "visit"]
    assert titles == ["还没写纪要", "1 天前", "3 天前"]
    with store.read() as session:
        (row,) = list_enterprises(session)
    assert (row.visits, row.needs, row.last_visit) == (2, 1, NINE - timedelta(days=1))


def test_trash_and_back(store: Store, firm: UUID) -> None:
    with store.write() as session:
        delete_enterprise(session, firm)
    with pytest.raises(NotFoundError):
        shown(store, firm)
    with store.write() as session:
        restore_enterprise(session, firm)
    assert shown(store, firm).draft.name == "甲样例电气有限公司"
    with pytest.raises(NotFoundError), store.write() as session:
        restore_enterprise(session, uuid4())


def test_found_by_name_code_address_and_pinyin(store: Store, firm: UUID) -> None:
    other = saved(store, FULL)
    with store.read() as session:
        for query, expected in (
            ("泵阀", {other}), ("350100M", {other}), ("瓯北", {other}), ("yylbf", {other}), ("yangli", {firm, other}),
            ("", {firm, other}), ("没有", set()), ("' OR 1=1 --", set()), ('"', set()), ("\x00", {firm, other}),
        ):  # fmt: skip
            assert {row.id for row in list_enterprises(session, query)} == expected, query


def test_codes_nobody_knows_any_more_show_themselves(store: Store) -> None:
    firm = saved(store, EnterpriseDraft("丙样例厂", county="999999", size="gone", industries=("gone",)))
    with store.read() as session:
        (row,) = list_enterprises(session)
    assert "gone" in row.size
    assert "gone" in row.industries
    assert shown(store, firm).draft.county == "999999"


def test_a_person_on_paper_has_a_masked_phone() -> None:
    assert contact_line("王样例", "厂长", "13812345678") == "王样例　厂长　138****5678"
    assert contact_line("王样例", "", "") == "王样例"

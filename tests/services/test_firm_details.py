"""What hangs on a firm: tiers that run out are seen on Today, people come and go, its history has everything."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from broker_app.db.session import Store
from broker_app.errors import NotFoundError
from broker_app.services.contacts import (
    PersonFound,
    export_log,
    note_export,
    people_of,
    take_back_people,
    take_people,
)
from broker_app.services.enterprises import EnterpriseDraft, FirmFilter, enterprise_order, list_enterprises
from broker_app.services.enterprises import save_enterprise as save
from broker_app.services.firm_tiers import Tier
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.numbers import today
from broker_app.services.tags import add_tag, known_tags, matching_tags, remove_tag
from broker_app.services.tier_reminders import ending_tiers
from broker_app.services.today import today_board
from broker_app.services.visits import VisitDraft, record_visit, save_visit
from tests.services.conftest import NINE

DRAFT = EnterpriseDraft("乙样例泵阀有限公司", county="330382")


def test_a_tier_that_runs_out_is_seen_on_today(store: Store) -> None:
    day = today()
    tiers = (
        Tier("hi_tech", None, day + timedelta(days=60)),
        Tier("provincial_tech_sme", None, day + timedelta(days=61)),
        Tier("hv_patent_ent"),
        Tier("specialised", None, day - timedelta(days=1)),
    )
    with store.write() as session:
        firm = save(session, replace(DRAFT, tiers=tiers))
        for number in range(6):  # nearer dates do not push it out
            save_need(session, NeedDraft(f"需求{number}", deadline=day + timedelta(days=number + 1)))
    with store.read() as session:
        (one,) = ending_tiers(session, day)
        assert (one.title, one.days_left, one.firm_id) == ("高企复审", 60, firm)
        shown = today_board(session).deadlines
        assert len(shown) == 5
        assert (shown[-1].title, shown[-1].detail, shown[-1].page) == ("高企复审", DRAFT.name, "enterprise")
        assert [row.id for row in list_enterprises(session, tier="hv_patent_ent")] == [firm]
        assert list_enterprises(session, tier="above_scale") == []


def test_a_tier_written_twice_is_the_one_that_runs_longer(store: Store) -> None:
    twice = tuple(Tier("hi_tech", None, date(year, 1, 1)) for year in (2025, 2027, 2026))
    with store.write() as session:
        save(session, replace(DRAFT, tiers=twice))
    with store.read() as session:
        assert [one.until for one in ending_tiers(session, date(2024, 12, 20), within=2000)] == [date(2027, 1, 1)]


def test_people_come_from_cards_once(store: Store, firm: UUID) -> None:
    wang = PersonFound("王样例", "甲样例电气", "", ("13800138000",))
    cards = (wang, replace(wang, position="厂长"), PersonFound("李样例", "丙样例新厂"), PersonFound("陈样例"))
    with store.write() as session:
        taken = take_people(session, cards, add_firms=True)
        assert (len(taken.added), len(taken.firms), taken.known) == (2, 1, 1)
        assert taken.refused == (("陈样例", "名片上没有单位"),)
        assert people_of(session, firm) == [replace(wang, firm="甲样例电气有限公司", position="厂长")]
        take_back_people(session, taken)
        assert people_of(session) == []
        assert [row.id for row in list_enterprises(session)] == [firm]
        note_export(session, "导出.vcf", 2)
        (line,) = export_log(session)
        assert (line.who, line.file_name, line.people) == ("林样例", "导出.vcf", 2)
    with store.write() as session, pytest.raises(NotFoundError):
        take_people(session, cards, enterprise_id=taken.firms[0])


def test_tags_by_pinyin_and_for_many(store: Store, firm: UUID) -> None:
    with store.write() as session:
        other = save(session, replace(DRAFT, tags=("老客户", "出口型")))
        assert add_tag(session, (firm, other), "老客户") == (firm,)
        assert known_tags(session) == ("老客户", "出口型")
        assert matching_tags(known_tags(session), "ckx") == ("出口型",)
        assert matching_tags(known_tags(session), "户") == ("老客户",)
        assert matching_tags(known_tags(session), "") == ()
        assert {UUID(one) for one in enterprise_order(session, FirmFilter(tag="老客户"))} == {firm, other}
        remove_tag(session, (firm,), "老客户")
        assert [row.id for row in list_enterprises(session, tag="老客户")] == [other]


def test_the_order_of_the_long_list_is_that_of_its_pages(store: Store) -> None:
    with store.write() as session:
        firms = [save(session, replace(DRAFT, name=f"第{number:02}样例厂")) for number in range(30)]
        for number in (3, 17, 9):
            visit = save_visit(
                session, VisitDraft(enterprise_id=firms[number], role="broker", started_at=NINE, note="看了")
            )
            record_visit(session, visit, at=NINE)
    with store.read() as session:
        order = [UUID(one) for one in enterprise_order(session, FirmFilter())]
        assert set(order[:3]) == {firms[3], firms[17], firms[9]}
        paged = [row.id for offset in range(0, 30, 4) for row in list_enterprises(session, offset=offset, limit=4)]
        assert paged == order

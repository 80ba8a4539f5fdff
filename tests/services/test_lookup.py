"""Finding records by a few letters: what fits, what fits better, and what is no longer there."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from broker_app.db.models import Attachment, Contact, Enterprise
from broker_app.db.session import Store
from broker_app.rules.calendar import utc_now
from broker_app.services.achievements import AchievementDraft, save_achievement
from broker_app.services.enterprises import EnterpriseDraft, save_enterprise
from broker_app.services.lookup import LookupBook, find_records
from broker_app.services.needs import NeedDraft, save_need
from broker_app.services.visits import VisitDraft, save_visit
from tests.services.conftest import NINE

FIRMS = (
    "温州电气控股样例公司",
    "温州丰奔智能电气样例公司",
    "样例温州电气配件厂",
    "乐清样例开关厂",
    "曾氏样例铸造厂",
    "单记样例五金厂",
    "丽水样例木玩厂",
    "长兴样例蓄电池厂",
)


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as session:
        ids = [save_enterprise(session, EnterpriseDraft(name)) for name in FIRMS]
        visit = save_visit(session, VisitDraft(NINE, enterprise_id=ids[3], note="第一行。\n触点温升太高，镍片也贵。"))
        save_need(session, NeedDraft("断路器温升", "触点温升太高"))
        save_achievement(session, AchievementDraft("低温升触点材料", "摘要"))
        session.add(Contact(enterprise_id=ids[3], name="缪工", phone="13800138000", created_at=utc_now()))
        session.add(
            Attachment(
                parent_kind="visit", parent_id=visit, name="铭牌照片.jpg", sha256="0" * 64, size=1, created_at=utc_now()
            )
        )
    return store


def found(store: Store, query: str, page: str = "", book: LookupBook | None = None) -> list[str]:
    with store.read() as session:
        if book is None:
            book = LookupBook()
            book.read(session)
        return [hit.title for hit in find_records(session, query, book) if not page or hit.page == page]


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("wzdqkg", "温州电气控股样例公司"),
        ("wenzhoudianqi", "温州电气控股样例公司"),
        ("wenzdq", "温州电气控股样例公司"),
        ("yueqing", "乐清样例开关厂"),
        ("zengshi", "曾氏样例铸造厂"),
        ("zs", "曾氏样例铸造厂"),
        ("shanji", "单记样例五金厂"),
        ("lishui", "丽水样例木玩厂"),
        ("changxing", "长兴样例蓄电池厂"),
        ("电气", "样例温州电气配件厂"),
        ("缪工", "乐清样例开关厂"),
        ("13800138000", "乐清样例开关厂"),
    ],
)
def test_a_firm_is_found(letters: str, first: str, filled: Store) -> None:
    assert first in found(filled, letters, "enterprise")


def test_what_fits_better_stands_first(filled: Store) -> None:
    assert found(filled, "wzdq", "enterprise") == [
        "温州电气控股样例公司",  # begins so
        "样例温州电气配件厂",  # holds it
        "温州丰奔智能电气样例公司",  # its letters in order
    ]
    assert found(filled, "温州电气", "enterprise") == ["温州电气控股样例公司", "样例温州电气配件厂"]


def test_two_characters_of_a_note_a_need_and_an_achievement(filled: Store) -> None:
    assert found(filled, "温升") == ["断路器温升", "乐清样例开关厂", "低温升触点材料"]
    assert found(filled, "镍片", "visits") == ["乐清样例开关厂"]
    assert found(filled, "铭牌", "visits") == ["乐清样例开关厂"]


def test_every_word_counts(filled: Store) -> None:
    assert found(filled, "yueqing 镍片", "visits") == ["乐清样例开关厂"]
    assert found(filled, "瑞安 镍片") == []


def test_chance_is_no_hit(filled: Store) -> None:
    assert found(filled, "wzzz") == []
    assert found(filled, "qq") == []
    assert found(filled, "%") == []
    assert found(filled, "_") == []


def test_a_book_that_is_not_up_to_date_shows_nothing_that_is_gone(filled: Store) -> None:
    book = LookupBook()
    with filled.read() as session:
        book.read(session)
    fresh = not book.is_stale
    with filled.write() as session:
        _remove(session, "曾氏样例铸造厂")
        save_enterprise(session, EnterpriseDraft("曾家样例新厂"))
    assert found(filled, "曾", book=book) == []
    book.forget({"Contact"})
    fresh_still = not book.is_stale
    book.forget({"Enterprise"})
    assert (fresh, fresh_still, book.is_stale) == (True, False, True)
    with filled.read() as session:
        book.read(session)
    assert found(filled, "曾", book=book) == ["曾家样例新厂"]


def _remove(session: Session, name: str) -> UUID:
    firm = session.query(Enterprise).filter_by(name=name).one()
    firm.deleted_at = utc_now()
    return firm.id

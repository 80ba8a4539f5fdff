"""A record is handed over to another team or county office: whoever belongs there sees it, the others no longer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from broker_app.db.models import Contact, Enterprise, Match, Need
from broker_app.errors import IllegalMoveError
from broker_app.sync.handover import hand_over, handover_of
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import COUNTY, Computer, ContactDraft, new_computer

OTHER_COUNTY = "county:330382"


@pytest.fixture
def wu(server: ServerUnderTest, tmp_path: Path) -> Iterator[Computer]:
    """Somebody who belongs to both teams and both counties."""
    server.add_scope(OTHER_COUNTY)
    for_wu = ("team:12=broker", "team:99=broker", f"county:{COUNTY}=broker", f"{OTHER_COUNTY}=broker")
    server.add_user("wu", *for_wu)
    server.add_user("he", "team:99=broker", f"{OTHER_COUNTY}=broker")
    with new_computer(tmp_path, "wu", server) as computer:
        yield computer


def needs_seen(computer: Computer) -> list[str]:
    with computer.store.read() as session:
        return list(session.scalars(select(Need.title).where(Need.deleted_at.is_(None))))


def give(computer: Computer, kind: str, record: object, target: str) -> int:
    with computer.store.write() as session:
        return hand_over(session, kind, record, target)  # type: ignore[arg-type]


def test_a_need_goes_to_another_team_with_its_matches_and_leaves_the_first(
    server: ServerUnderTest, chen: Computer, zhou: Computer, wu: Computer
) -> None:
    need = wu.add_need("焊点空洞率偏高", text="原话")
    with wu.store.write() as session:
        session.add(Match(need_id=need, achievement_id=need))
    for computer in (wu, chen, zhou):
        computer.sync()
    assert needs_seen(chen) == ["焊点空洞率偏高"]
    assert needs_seen(zhou) == []
    with wu.store.read() as session:
        offered = handover_of(session, "need", need)
    assert [scope for scope, _words in offered.targets] == ["team:99"]
    assert offered.along == 1
    with wu.store.write() as session:
        session.get_one(Need, need).goal = "先写下的"
    assert give(wu, "need", need, "team:99") == 2
    with wu.store.write() as session:
        session.get_one(Need, need).problem = "移交以后写下的"
    assert needs_seen(wu) == ["焊点空洞率偏高"]
    wu.sync()
    for computer in (chen, zhou, wu):
        computer.sync()
    assert needs_seen(chen) == []
    assert needs_seen(zhou) == needs_seen(wu) == ["焊点空洞率偏高"]
    for computer in (zhou, wu):
        row = computer.need(need)
        assert (row.scope, row.goal, row.problem) == ("team:99", "先写下的", "移交以后写下的")
        with computer.store.read() as session:
            assert session.scalar(select(func.count()).select_from(Match)) == 1
    with chen.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Match)) == 0
    assert wu.waiting() == []
    assert not server.faults()


def test_a_firm_goes_to_another_county_with_its_people(server: ServerUnderTest, chen: Computer, wu: Computer) -> None:
    firm = wu.add_firm("样例瓯越机电", contacts=(ContactDraft(name="王样例", phone="0577"),))
    wu.sync()
    chen.sync()
    assert chen.firms() == ["样例瓯越机电"]
    give(wu, "enterprise", firm, OTHER_COUNTY)
    wu.sync()
    chen.sync()
    assert chen.firms() == []
    assert wu.firms() == ["样例瓯越机电"]
    with chen.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
    with wu.store.read() as session:
        assert session.scalars(select(Contact.scope)).all() == [OTHER_COUNTY]


def test_what_the_server_does_not_carry_out_stays_where_it_was(
    server: ServerUnderTest, chen: Computer, wu: Computer
) -> None:
    need = wu.add_need("焊点空洞率偏高")
    wu.sync()
    give(wu, "need", need, "team:99")
    server.take("wu", "team:99")
    wu.sync()
    assert wu.need(need).scope == "team:12"
    (back,) = wu.board().returned
    assert back.title == "焊点空洞率偏高"
    chen.sync()
    assert needs_seen(chen) == ["焊点空洞率偏高"]


def test_a_record_nobody_has_heard_of_is_made_where_it_was_handed_to(
    chen: Computer, zhou: Computer, wu: Computer
) -> None:
    wu.sync()
    need = wu.add_need("焊点空洞率偏高")
    give(wu, "need", need, "team:99")
    wu.sync()
    chen.sync()
    zhou.sync()
    assert (needs_seen(chen), needs_seen(zhou)) == ([], ["焊点空洞率偏高"])


def test_only_places_the_person_belongs_to_are_offered(chen: Computer) -> None:
    need = chen.add_need("焊点空洞率偏高")
    chen.sync()
    with chen.store.read() as session:
        assert handover_of(session, "need", need).targets == ()
    with pytest.raises(IllegalMoveError):
        give(chen, "need", need, "team:99")
    with chen.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 0

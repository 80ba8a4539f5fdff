"""Two profiles and one server over real HTTP: what brokers see when they work on the same things."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from broker_app.db.models import AcknowledgedOperation, Enterprise, Need
from broker_app.sync.session_store import read_sign_in
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import Choice, Computer, new_computer


def test_what_one_writes_the_other_reads(server: ServerUnderTest, chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", tags=("汽配",))
    need = chen.add_need("焊点空洞率偏高", keywords=["焊接", "空洞"])
    outcome = chen.sync()
    assert outcome.report.sent == 2
    assert len(outcome.report.receipt) == 8
    assert chen.waiting() == []
    lin.sync()
    assert lin.firm(firm).name == "样例瓯越机电"
    assert lin.firm(firm).tags == ["汽配"]
    assert lin.firm(firm).pinyin.startswith("ylouyjd") or "ouyue" in lin.firm(firm).pinyin
    assert lin.need(need).keywords == ["焊接", "空洞"]
    assert lin.waiting() == [], "what came down is nobody's new change"
    assert not server.faults()


def test_different_fields_of_one_firm_are_both_kept(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    chen.sync()
    lin.sync()
    chen.edit_firm(firm, name="样例瓯越机电有限公司")
    lin.edit_firm(firm, address="莘塍")
    chen.sync()
    lin.sync()
    chen.sync()
    for computer in (chen, lin):
        assert (computer.firm(firm).name, computer.firm(firm).address) == ("样例瓯越机电有限公司", "莘塍")
        assert computer.differences() == ()


def test_the_same_field_changed_twice_waits_for_a_person(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    chen.sync()
    lin.sync()
    chen.edit_firm(firm, address="塘下镇工业路 1 号")
    lin.edit_firm(firm, address="塘下镇瑞光路 2 号")
    assert lin.firm(firm).address == "塘下镇瑞光路 2 号"
    chen.sync()
    lin.sync()
    chen.sync()
    assert chen.firm(firm).address == lin.firm(firm).address == "塘下镇工业路 1 号"
    (seen,) = lin.differences()
    assert (seen.title, seen.field, seen.base) == ("样例瓯越机电", "地址", "塘下")
    assert (seen.mine.words, seen.theirs.words) == ("塘下镇瑞光路 2 号", "塘下镇工业路 1 号")
    assert seen.mine.is_here
    assert seen.keeps_both
    assert not chen.differences()[0].mine.is_here
    lin.decide(seen, Choice.MINE)
    assert lin.differences() == ()
    assert lin.firm(firm).address == "塘下镇瑞光路 2 号"
    lin.sync()
    chen.sync()
    assert chen.firm(firm).address == "塘下镇瑞光路 2 号"
    assert chen.differences() == ()


def test_both_values_can_stand_in_a_field_of_free_text(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    chen.sync()
    lin.sync()
    chen.edit_firm(firm, address="甲")
    lin.edit_firm(firm, address="乙")
    chen.sync()
    lin.sync()
    lin.decide(lin.differences()[0], Choice.BOTH)
    lin.sync()
    chen.sync()
    assert chen.firm(firm).address == "乙；甲"
    assert not chen.differences()


def test_what_is_typed_stays_in_sight_while_others_write(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下", profile="一\n二\n三")
    chen.sync()
    lin.sync()
    chen.edit_firm(firm, address="甲", profile="一改\n二\n三")
    chen.sync()
    # lin types after the push of her round has begun: what comes down is laid under it
    lin.edit_firm(firm, name="样例新名")

    def type_on(_report: object) -> None:
        if lin.firm(firm).address == "塘下":
            lin.edit_firm(firm, address="乙", profile="一\n二\n三改")

    lin.sync(progress=type_on)
    row = lin.firm(firm)
    assert row.name == "样例新名"
    lin.edit_firm(firm, address="乙")
    assert lin.firm(firm).address == "乙"
    lin.sync()
    chen.sync()
    assert "一改" in chen.firm(firm).profile


def test_deleting_what_somebody_changed_meanwhile_is_asked_about(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    chen.sync()
    lin.sync()
    chen.edit_firm(firm, address="莘塍")
    lin.edit_firm(firm, deleted_at=datetime.now(UTC))
    chen.sync()
    lin.sync()
    assert lin.firms() == ["样例瓯越机电"]
    (seen,) = lin.differences()
    assert seen.kind == "delete"
    lin.decide(seen, Choice.MINE)
    lin.sync()
    chen.sync()
    assert chen.firms() == lin.firms() == []


def test_deleting_and_taking_back_travel(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()
    lin.sync()
    lin.edit_firm(firm, deleted_at=datetime.now(UTC))
    lin.sync()
    chen.sync()
    assert chen.firms() == []
    assert not lin.differences()
    chen.edit_firm(firm, deleted_at=None)
    chen.sync()
    lin.sync()
    assert lin.firms() == ["样例瓯越机电"]


def test_the_same_firm_entered_twice_is_one(chen: Computer, lin: Computer) -> None:
    code = "91330303MA2AAAAA27"
    first = chen.add_firm("样例瓯越机电", credit_code=code, address="塘下")
    second = lin.add_firm("样例瓯越机电", credit_code=code, website="a.example")
    assert first == second
    chen.sync()
    lin.sync()
    chen.sync()
    for computer in (chen, lin):
        assert computer.firms() == ["样例瓯越机电"]
        assert (computer.firm(first).address, computer.firm(first).website) == ("塘下", "a.example")


def test_another_team_sees_the_county_but_not_the_team(chen: Computer, zhou: Computer) -> None:
    chen.add_firm("样例瓯越机电")
    chen.add_need("不能外传的工艺参数")
    chen.sync()
    zhou.sync()
    assert zhou.firms() == ["样例瓯越机电"]
    with zhou.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Need)) == 0


def test_work_before_the_first_sign_in_goes_up_with_the_team(
    server: ServerUnderTest, lin: Computer, tmp_path: Path
) -> None:
    with new_computer(tmp_path, "chen", server, signed_in=False) as chen:
        firm = chen.add_firm("样例瓯越机电")
        need = chen.add_need("焊点空洞率偏高")
        assert chen.need(need).scope == "team:local"
        chen.sign_in()
        chen.sync()
        assert chen.need(need).scope == "team:12"
        lin.sync()
        assert lin.need(need).title == "焊点空洞率偏高"
        with chen.store.read() as session:
            user = read_sign_in(session).user
        assert chen.need(need).author_id == lin.need(need).author_id == user
        assert lin.firm(firm).name == "样例瓯越机电"


def test_acknowledged_work_is_kept_until_a_backup_covers_it(chen: Computer) -> None:
    chen.add_firm("样例瓯越机电")
    chen.sync()
    chen.sync()
    with chen.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AcknowledgedOperation)) == 1
        assert session.scalar(select(Enterprise.rev)) == 1

"""A firm merged on one computer is merged on the other, late changes find the one that stands, and it can be parted."""

from uuid import UUID

from broker_app.services.enterprise_merge import merge_enterprises, merge_question, merged_draft, undo_merge
from broker_app.services.enterprises import ContactDraft, get_enterprise
from broker_app.services.needs import NeedDraft, save_need
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import Choice, Computer


def merge(computer: Computer, keep: UUID, other: UUID) -> None:
    with computer.store.write() as session:
        merge_enterprises(session, keep, other, merged_draft(merge_question(session, keep, other)))


def need_of(computer: Computer, firm: UUID, title: str) -> UUID:
    with computer.store.write() as session:
        return save_need(session, NeedDraft(title, text=title, enterprise_id=firm))


def test_late_changes_of_the_other_computer_follow(server: ServerUnderTest, chen: Computer, lin: Computer) -> None:
    keep = chen.add_firm("样例瓯越机电", contacts=(ContactDraft("王样例", "", "13800138000"),))
    other = chen.add_firm("样例瓯越机电厂", tags=("汽配",))
    chen.sync()
    lin.sync()
    # Lin is offline: a need of the record that will go, and a change of its address.
    late = need_of(lin, other, "焊点空洞率偏高")
    lin.edit_firm(other, address="莘塍")
    merge(chen, keep, other)
    chen.sync()
    lin.sync()
    lin.sync()
    chen.sync()
    chen.sync()
    for computer in (chen, lin):
        assert computer.need(late).enterprise_id == keep
        assert computer.firm(keep).address == "莘塍"
        assert computer.firm(keep).tags == ["汽配"]
        assert computer.firm(other).deleted_at is not None
        assert computer.firms() == ["样例瓯越机电"]
        assert computer.waiting() == []
        with computer.store.read() as session:
            assert get_enterprise(session, other).id == keep
    assert not server.faults()


def test_parted_again_on_every_computer(server: ServerUnderTest, chen: Computer, lin: Computer) -> None:
    keep, other = chen.add_firm("样例瓯越机电"), chen.add_firm("样例瓯越机电厂", address="塘下")
    need = need_of(chen, other, "焊点空洞率偏高")
    chen.sync()
    lin.sync()
    merge(chen, keep, other)
    chen.sync()
    lin.sync()
    assert lin.need(need).enterprise_id == keep
    with chen.store.write() as session:
        undo_merge(session, other)
    chen.sync()
    lin.sync()
    lin.edit_firm(other, address="莘塍")  # its own again, on the server too
    lin.sync()
    chen.sync()
    for computer in (chen, lin):
        assert computer.need(need).enterprise_id == other
        assert computer.firm(other).deleted_at is None
        assert (computer.firm(other).address, computer.firm(keep).address) == ("莘塍", "")
        assert computer.differences() == ()
    assert not server.faults()


def test_twins_by_code_are_merged_and_the_question_is_closed(chen: Computer, lin: Computer) -> None:
    one = chen.add_firm("样例瓯越机电", credit_code="91350100M000100Y43")
    chen.sync()
    two = lin.add_firm("瓯越样例厂")  # without its code, so nobody could know
    lin.sync()
    lin.edit_firm(two, credit_code="91350100M000100Y43")
    lin.sync()
    (twins,) = lin.differences()
    assert twins.kind == "duplicate"
    assert {twins.record, twins.twin} == {one, two}
    merge(lin, one, two)
    lin.decide(twins, Choice.ONE)
    assert lin.differences() == ()
    lin.sync()
    chen.sync()
    assert chen.differences() == ()
    assert chen.firms() == lin.firms() == ["样例瓯越机电"]

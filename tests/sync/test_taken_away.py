"""What the server takes away while somebody's words for it still wait: the words arrive, and no ghost stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from broker_app.db.models import Enterprise, Need, ProfileValue
from broker_app.errors import OfflineError
from broker_app.services.firm_aliases import standing_id
from broker_app.sync.client import Connection
from broker_app.sync.engine import Exchange, Reply, Request
from tests.server_under_test import Device, ServerUnderTest, put, statuses
from tests.sync.computers import COUNTY, Computer


@pytest.fixture
def lead(server: ServerUnderTest) -> Device:
    """Somebody who may write everywhere, by another program."""
    server.add_user("wang", "team:12=lead", "team:99=lead", f"county:{COUNTY}=officer")
    return server.sign_in("wang")


class Lossy(Connection):
    """Loses what the server answers to a push."""

    def answer(self, request: Request) -> Reply:
        """The request arrives."""
        reply = super().answer(request)
        if isinstance(request, Exchange) and request.request.push:
            raise OfflineError("lost")
        return reply


def typing(work: Callable[[], object]) -> Callable[[], bool]:
    """Types while the first request of an exchange is under way; nobody waits for the network."""
    left = [work]

    def stopped() -> bool:
        if left:
            left.pop()()
        return False

    return stopped


def has(computer: Computer, model: type[Enterprise | Need], record: object) -> bool:
    with computer.store.read() as session:
        return session.get(model, record) is not None


def test_a_need_that_moved_on_leaves_when_its_words_have_gone_up(chen: Computer, lead: Device) -> None:
    need = chen.add_need("降温")
    chen.sync()
    assert statuses(lead.sync(replace(put("team:12", "need", need), move="team:99"))) == ["applied"]

    def type_on() -> None:
        with chen.store.write() as session:
            session.get_one(Need, need).goal = "85℃"

    chen.sync(stopped=typing(type_on))
    assert chen.need(need).goal == "85℃", "what was typed stays in sight until it went up"
    chen.sync()
    assert not has(chen, Need, need)
    with chen.store.read() as session:
        kept = session.get(ProfileValue, "sync.later")
        assert kept is not None
        assert kept.value == {"changes": []}, "what was carried out is not carried out again at every exchange"
    (back,) = chen.board().returned
    assert back.record == need


def test_a_firm_merged_elsewhere_goes_when_its_words_have_gone_to_the_other(chen: Computer, lead: Device) -> None:
    stays, goes = chen.add_firm("样例瓯越机电"), chen.add_firm("样例瓯越机电厂")
    chen.sync()
    lead.sync(replace(put(f"county:{COUNTY}", "enterprise", goes), into=stays))
    chen.sync(stopped=typing(lambda: chen.edit_firm(goes, address="塘下")))
    assert chen.firm(goes).address == "塘下"
    chen.sync()
    assert chen.firms() == ["样例瓯越机电"]
    assert chen.firm(stays).address == "塘下"
    with chen.store.read() as session:
        assert standing_id(session, goes) == stays


def test_an_edit_of_what_went_into_the_trash_elsewhere_takes_it_out_again(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()
    lin.sync()
    lin.edit_firm(firm, deleted_at=datetime.now(UTC))
    lin.sync()
    chen.sync(stopped=typing(lambda: chen.edit_firm(firm, address="塘下")))
    chen.sync()
    lin.sync()
    for computer in (chen, lin):
        assert computer.firm(firm).address == "塘下"
        assert computer.firms() == ["样例瓯越机电"]
        assert [one.kind for one in computer.differences()] == ["delete"]


def test_what_lies_in_the_trash_leaves_with_its_scope_too(chen: Computer, lead: Device) -> None:
    need = chen.add_need("降温")
    chen.sync()
    with chen.store.write() as session:
        session.get_one(Need, need).deleted_at = datetime.now(UTC)
    chen.sync()
    assert statuses(lead.sync(replace(put("team:12", "need", need), move="team:99"))) == ["applied"]
    chen.sync()
    assert not has(chen, Need, need)


def test_what_was_taken_in_before_the_scope_was_lost_does_not_stay_here(
    server: ServerUnderTest, chen: Computer, lin: Computer
) -> None:
    need = chen.add_need("降温")
    chen.sync()
    with chen.store.write() as session:
        session.get_one(Need, need).goal = "85℃"
    with pytest.raises(OfflineError):  # the server took it in and the answer came too late
        chen.sync(connect=Lossy)
    server.take("chen", "team:12")
    chen.sync()
    assert not has(chen, Need, need)
    lin.sync()
    assert lin.need(need).goal == "85℃"


def test_what_one_copy_of_the_disk_told_in_vain_another_copy_tells_anew(
    server: ServerUnderTest, chen: Computer, lin: Computer
) -> None:
    """Both find the making of a record kept apart; the change behind it goes up whole, from each as its own."""
    need = chen.add_need("降温")
    server.take("chen", "team:12")
    with pytest.raises(OfflineError):  # the server keeps it apart, and here nobody knows yet
        chen.sync(connect=Lossy)
    with chen.store.write() as session:
        session.get_one(Need, need).goal = "85℃"
    copy = chen.copy_disk()
    chen.sync()
    assert not chen.waiting(), "this copy has told the change as well, and it was kept apart"
    server.give("chen", "team:12=broker")
    chen.go_back_to(copy)
    chen.sync()
    lin.sync()
    assert (lin.need(need).title, lin.need(need).goal) == ("降温", "85℃")

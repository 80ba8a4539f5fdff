"""Programs of different age: an old one still tells what was written, a newer one's words survive an older one."""

from unittest.mock import patch
from uuid import UUID

import pytest

from broker_app.db.models import ServerRecord
from broker_app.errors import ExchangeError
from broker_app.sync import protocol
from tests.server_under_test import Device, ServerUnderTest, put, statuses
from tests.sync.computers import COUNTY, Computer


@pytest.fixture
def newer(server: ServerUnderTest) -> Device:
    """A program newer than ours, of the same team."""
    server.add_user("wang", "team:12=broker", f"county:{COUNTY}=broker")
    device = server.sign_in("wang")
    device.pull_all()
    return device


def body(device: Device, record: UUID) -> dict[str, object]:
    return next(body for (_scope, known), body in device.pull_all().items() if known == record)


def test_a_program_too_old_still_tells_what_was_written(server: ServerUnderTest, chen: Computer, newer: Device) -> None:
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()
    newer.sync(put(f"county:{COUNTY}", "enterprise", firm, website=(None, "www.example.cn")))
    chen.edit_firm(firm, address="塘下")
    newer.http.headers[protocol.SCHEMA_HEADER] = str(protocol.SCHEMA + 1)
    with patch.object(protocol, "SCHEMA_MIN", protocol.SCHEMA + 1), pytest.raises(ExchangeError, match="本程序太旧了"):
        chen.sync()
    assert chen.waiting() == []
    assert body(newer, firm)["address"] == "塘下"
    assert chen.firm(firm).website == "", "nothing came down"
    chen.sync()  # the program was made new
    assert chen.firm(firm).website == "www.example.cn"


def test_a_first_exchange_of_a_program_too_old_tells_too(chen: Computer, newer: Device) -> None:
    firm = chen.add_firm("样例瓯越机电")
    newer.http.headers[protocol.SCHEMA_HEADER] = str(protocol.SCHEMA + 1)
    with patch.object(protocol, "SCHEMA_MIN", protocol.SCHEMA + 1), pytest.raises(ExchangeError, match="本程序太旧了"):
        chen.sync()
    assert chen.waiting() == []
    assert body(newer, firm)["name"] == "样例瓯越机电"


def test_what_a_newer_program_writes_survives_edits_of_an_older_one(chen: Computer, newer: Device) -> None:
    firm = put(f"county:{COUNTY}", "enterprise", name="样例瓯越机电", mood="好", moods=["一", "二"], shape={"a": 1})
    novelty = put("team:12", "novelty", words="新的")
    newer.sync(firm, novelty)
    chen.sync()
    chen.edit_firm(firm.id, name="样例瓯越机电有限公司", address="塘下")
    chen.sync()
    said = body(newer, firm.id)
    assert said["mood"] == "好"
    assert (said["moods"], said["shape"]) == (["一", "二"], {"a": 1})
    assert (said["name"], said["address"]) == ("样例瓯越机电有限公司", "塘下")
    with chen.store.read() as session:
        kept = session.get_one(ServerRecord, ("team:12", novelty.id))
    assert (kept.kind, kept.body) == ("novelty", {"words": "新的"})
    reply = newer.sync(put(f"county:{COUNTY}", "enterprise", firm.id, mood=("好", "更好")))
    assert statuses(reply) == ["applied"]
    chen.sync()
    assert chen.firm(firm.id).extra["mood"] == "更好"
    assert chen.differences() == ()

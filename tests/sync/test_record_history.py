"""Who changed what of a record and when: from this computer alone, and with the server everybody's."""

import httpx
import pytest

from broker_app.errors import OfflineError
from broker_app.services.record_history import HistoryLine, history_lines, own_history, whole_history
from broker_app.sync.client import Connection
from broker_app.sync.rounds import told_history
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import COUNTY, Computer


def lines(computer: Computer, firm: object, *, ask: bool = True) -> list[HistoryLine]:
    told = told_history(computer.store, "enterprise", firm) if ask else ()  # type: ignore[arg-type]
    with computer.store.read() as session:
        return list(history_lines("enterprise", whole_history(own_history(session, firm), told)))  # type: ignore[arg-type]


def test_everybodys_changes_are_told_and_what_waits_here_stands_on_top(chen: Computer, lin: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    assert [line.parts for line in lines(chen, firm)] == [("新建",)]
    chen.sync()
    lin.sync()
    lin.edit_firm(firm, address="莘塍")
    lin.sync()
    chen.sync()
    chen.edit_firm(firm, website="www.example.cn")
    found = lines(chen, firm)
    assert [(line.who, line.state, line.parts) for line in found] == [
        ("chen 样例", "还没上传", ("网站：没有填 → www.example.cn",)),
        ("lin", "", ("地址：塘下 → 莘塍",)),
        ("chen", "", ("新建",)),
    ]
    assert all(line.at is not None for line in found)
    assert [line.parts for line in lines(chen, firm, ask=False)][-1] == ("新建",), "without a network its own changes"


def test_a_record_of_another_team_has_no_past_for_others(
    server: ServerUnderTest, chen: Computer, zhou: Computer
) -> None:
    need = chen.add_need("不能外传的")
    chen.sync()
    device = server.sign_in("zhou")
    headers = {"Authorization": f"Bearer {device.access_token}"}
    answer = httpx.get(f"{server.url}/v1/history/team:12/{need}", headers=headers, trust_env=False)
    assert answer.status_code == 404
    mine = httpx.get(f"{server.url}/v1/history/county:{COUNTY}/{need}", headers=headers, trust_env=False)
    assert mine.json() == []


def test_a_server_that_cannot_be_asked_is_told(chen: Computer) -> None:
    firm = chen.add_firm("样例瓯越机电")
    chen.sync()

    def gone(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no network")

    def connect(*arguments: object) -> Connection:
        return Connection(*arguments, transport=httpx.MockTransport(gone))  # type: ignore[arg-type]

    with pytest.raises(OfflineError):
        told_history(chen.store, "enterprise", firm, connect=connect)

"""What a shut-out computer wrote to a file comes in at the server, once, with the roles its owner has now."""

from pathlib import Path
from uuid import UUID

import pytest

from broker_app.errors import ExchangeError
from broker_app.sync.leftovers import write_leftovers
from broker_app.sync.session_store import read_sign_in
from broker_server import cli
from tests.server_under_test import ServerUnderTest
from tests.sync.computers import Computer


def bring_in(server: ServerUnderTest, file: Path, login: str) -> int:
    return cli.main(["--home", str(server.settings.home), "import-leftovers", str(file), "--user", login])


def test_a_shut_out_computer_hands_its_work_over(
    server: ServerUnderTest, chen: Computer, lin: Computer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = chen.add_firm("样例瓯越机电", address="塘下")
    chen.sync()
    chen.edit_firm(firm, address="莘塍")
    need = chen.add_need("焊点空洞率偏高")
    with chen.store.read() as session:
        server.revoke(UUID(read_sign_in(session).device))
    with pytest.raises(ExchangeError):
        chen.sync()
    file = write_leftovers(chen.store, tmp_path)
    assert bring_in(server, file, "chen") == 0
    assert "读入 2 条" in capsys.readouterr().out
    assert bring_in(server, file, "chen") == 0, "a second time changes nothing"
    lin.sync()
    assert lin.firm(firm).address == "莘塍"
    assert lin.need(need).title == "焊点空洞率偏高"
    assert not server.faults()


def test_what_its_owner_may_not_write_any_more_waits_for_the_lead(
    server: ServerUnderTest, chen: Computer, lin: Computer, tmp_path: Path
) -> None:
    chen.sync()
    chen.add_need("离开以后才写下的")
    server.take("chen", "team:12")
    assert bring_in(server, write_leftovers(chen.store, tmp_path), "chen") == 0
    lin.sync()
    (held,) = lin.board().returned
    assert (held.title, held.who, held.is_mine) == ("离开以后才写下的", "chen", False)


@pytest.mark.parametrize("content", ["", "nonsense\n", '{"op": 1}\n'])
def test_a_file_of_somebody_else_changes_nothing(server: ServerUnderTest, tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(content, "utf-8")
    assert bring_in(server, file, "chen") == 1
    assert bring_in(server, tmp_path / "missing", "chen") == 1

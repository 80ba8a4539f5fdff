"""``broker check`` tells damage of the index of texts from damage of the records, and mends the one from the other."""

import json
from collections.abc import Callable

import pytest

from broker_app.cli import main
from broker_app.db.key_file import open_with_passphrase
from broker_app.db.session import open_store
from broker_app.matching import index
from broker_app.paths import ProfilePaths
from tests.cli.conftest import PASSPHRASE, Broker

Check = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def check(broker: Broker) -> Check:
    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        code = main(["--profile", str(broker.profile), "check", "--json", *arguments])
        return code, json.loads(broker.capsys.readouterr().out)

    return run


def _spoil(broker: Broker, statement: str) -> None:
    paths = ProfilePaths(broker.profile)
    with open_store(paths, open_with_passphrase(paths.key_file, PASSPHRASE)) as store, store.write() as session:
        session.connection().exec_driver_sql(statement)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM match_need_words_data WHERE id > 10",
        "UPDATE match_need_bigrams_data SET block = zeroblob(40) WHERE id > 10",
        "DROP TABLE match_text",
        "DELETE FROM match_document",
    ],
)
def test_a_damaged_index_is_told_and_mended_and_no_record_is_touched(broker: Broker, check: Check, damage: str) -> None:
    before = broker.json("check")
    _spoil(broker, damage)
    code, found = check()
    assert code == 1
    assert found["faults"] == []
    assert found["counts"] == before["counts"]
    code, found = check("--repair")
    assert code == 0
    assert found["index"] == {"faults": [], "current": True, "repaired": True}
    assert broker.json("check") == before


def test_an_index_of_an_older_program_answers_and_is_brought_up_to_date_on_demand(
    broker: Broker, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "tokenizer_id", lambda: "another/2")
    assert "旧版程序" in broker.run("check").out
    code, found = check("--repair")
    assert (code, found["index"]) == (0, {"faults": [], "current": True, "repaired": True})
    assert "搜索索引完好" in broker.run("check").out

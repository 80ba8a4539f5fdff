"""The ``broker`` command inside the test's own process, on a profile with a few records of everything."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from broker_app.cli import main
from broker_app.db import key_file

PASSPHRASE = "命令行测试的口令"
NOTE = "断路器触点温升高，合格率 91%。"
VISIT: dict[str, Any] = {
    "visit_id": "V1",
    "visit_date": "2026-11-23",
    "role": "科技副总",
    "enterprise": {"name": "甲样例电气有限公司", "uscc": "91350100M000100Y43", "county": "330382"},
    "raw_note": NOTE,
    "needs": [{"need_id": "N1", "title": "断路器触点温升", "text": "降低断路器触点温升。"}],
}


@dataclass
class Answer:
    """What a command printed."""

    out: str
    err: str


@dataclass
class Broker:
    """Runs ``broker --profile DIR ...`` and looks at what it prints."""

    profile: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str | Path, code: int = 0) -> Answer:
        """Run a command and check its exit code; a refusal prints one Chinese sentence and nothing else."""
        try:
            found = main(["--profile", str(self.profile), *map(str, arguments)])
        except SystemExit as stop:  # argparse says wrong usage this way
            found = int(str(stop.code))
        printed = self.capsys.readouterr()
        assert found == code, (arguments, printed)
        assert "Traceback" not in printed.err
        if code == 1:
            assert any("\u4e00" <= sign <= "\u9fff" for sign in printed.err)
            assert printed.err.rstrip().endswith(("。", "？")), printed.err
            assert printed.err.count("\n") == 1
            assert printed.out == ""
        return Answer(printed.out, printed.err)

    def json(self, *arguments: str | Path) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.run(*arguments, "--json").out)

    @contextmanager
    def nothing_lost(self) -> Iterator[None]:
        """The records are counted before and after, and the store passes its check."""
        before = self.json("check")
        yield
        assert self.json("check") == before
        assert before["ok"]


@pytest.fixture
def broker(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setattr(key_file, "MEMORY_KIB", 1024)  # the slow derivation is tested on its own
    monkeypatch.setattr(key_file, "TIME_COST", 1)
    monkeypatch.setenv("BROKER_PASSPHRASE", PASSPHRASE)
    broker = Broker(tmp_path / "profile", capsys)
    broker.run("init", "--name", "林样例")
    (tmp_path / "visit.json").write_text(json.dumps(VISIT), "utf-8")
    broker.run("visit", "add", tmp_path / "visit.json")
    (tmp_path / "pool.jsonl").write_text(
        json.dumps({"id": "A1", "title": "断路器触点温升控制", "abstract": "银镍触点材料。"}), "utf-8"
    )
    broker.run("import", "achievements", tmp_path / "pool.jsonl")
    return broker

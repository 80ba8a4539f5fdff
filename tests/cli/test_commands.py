"""Commands that keep a profile, and the contract of what a match prints."""

import json
from pathlib import Path

import pytest

from broker_app import __version__
from tests.cli.conftest import PASSPHRASE, Broker


def test_version(broker: Broker) -> None:
    assert broker.run("--version").out.strip() == f"broker {__version__}"


def test_a_new_passphrase(broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BROKER_NEW_PASSPHRASE", "短")
    with broker.nothing_lost():
        assert "太短" in broker.run("passphrase", code=1).err
    (tmp_path / "new").write_text("换了一句更好记的话\n", "utf-8")
    broker.run("passphrase", "--new-passphrase-file", tmp_path / "new")
    broker.run("check", code=1)
    assert "资料完好" in broker.run("--passphrase-file", tmp_path / "new", "check").out


def test_a_forgotten_passphrase(broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broker.profile = tmp_path / "second"
    code = broker.run("init").out.split("：")[2].split()[0]
    monkeypatch.delenv("BROKER_PASSPHRASE")
    monkeypatch.setenv("BROKER_NEW_PASSPHRASE", "忘了以后重新设的口令")
    monkeypatch.setenv("BROKER_RECOVERY_CODE", "A" + code[1:] if code[0] != "A" else "B" + code[1:])
    assert "恢复码不对" in broker.run("recover", code=1).err
    monkeypatch.setenv("BROKER_RECOVERY_CODE", code.lower())
    broker.run("recover")
    monkeypatch.setenv("BROKER_PASSPHRASE", "忘了以后重新设的口令")
    assert broker.json("check")["ok"]


def test_backup_and_restore(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = broker.json("check")
    broker.run("backup", tmp_path / "u盘")
    (backup,) = (tmp_path / "u盘").iterdir()
    (tmp_path / "more.jsonl").write_text('{"id": "A2", "title": "样例成果二"}', "utf-8")
    broker.run("import", "achievements", tmp_path / "more.jsonl")
    with broker.nothing_lost():
        monkeypatch.setenv("BROKER_PASSPHRASE", "不是这句口令啊")
        broker.run("restore", backup, code=1)
        monkeypatch.setenv("BROKER_PASSPHRASE", PASSPHRASE)
        assert "不是备份" in broker.run("restore", tmp_path / "more.jsonl", code=1).err
    assert "另存在" in broker.run("restore", backup).out
    assert broker.json("check") == before
    broker.profile = tmp_path / "another computer"
    broker.run("restore", backup)
    assert broker.json("check") == before


def test_an_import_is_tried_done_and_undone(broker: Broker, tmp_path: Path) -> None:
    file = tmp_path / "pool.csv"
    file.write_text("编号,成果名称,简介\nB1,样例成果甲,简介\nB2,样例成果乙,简介\nB3,,简介\n", "utf-8")
    with broker.nothing_lost():
        tried = broker.json("import", "achievements", file, "--dry-run")
    assert (tried["dry_run"], tried["added"], tried["refused"], tried["batch_id"]) == (True, 2, 1, None)
    done = broker.json("import", "achievements", file, "--errors", tmp_path / "errors.csv")
    assert (done["added"], done["refused"]) == (2, 1)
    assert "B3" in (tmp_path / "errors.csv").read_text("utf-8-sig")
    assert broker.json("import", "achievements", file)["duplicates"] == 2
    assert "拿掉 2 条" in broker.run("undo-import", done["batch_id"]).out
    broker.run("undo-import", done["batch_id"], code=1)
    assert [row["source_id"] for row in broker.json("achievement", "list")] == ["A1"]


def test_lists_and_records_of_every_noun(broker: Broker) -> None:
    assert "甲样例电气有限公司" in broker.run("enterprise", "list").out
    assert [row["source_id"] for row in broker.json("achievement", "list", "--query", "温升")] == ["A1"]
    assert broker.json("achievement", "show", "A1")["draft"]["title"] == "断路器触点温升控制"
    firm = broker.json("enterprise", "list")[0]
    assert broker.json("enterprise", "show", firm["id"])["draft"]["credit_code"] == "91350100M000100Y43"
    for noun, reference in (("visit", "V1"), ("need", "N1"), ("achievement", "A1"), ("enterprise", firm["id"])):
        assert broker.run(noun, "show", reference).out.strip()
    assert "共 0 条" in broker.run("need", "list", "--query", "没有这个词").out


def test_what_a_match_prints(broker: Broker, tmp_path: Path) -> None:
    (line,) = map(json.loads, broker.run("match", "--need", "N1", "--format", "jsonl").out.splitlines())
    assert set(line) == {
        "need_id", "achievement_id", "source_id", "rank", "score", "evidence", "reasons", "not_covered",
    }  # fmt: skip
    assert (line["source_id"], line["rank"], line["evidence"]) == ("A1", 1, line["evidence"])
    assert line["evidence"] in {"strong", "weak", "none"}
    assert all(set(reason) == {"term", "share", "field", "via"} for reason in line["reasons"])
    assert round(sum(reason["share"] for reason in line["reasons"]), 2) == line["score"]
    assert "断路器触点温升控制" in broker.run("match", "--need", "N1").out
    (tmp_path / "needs.jsonl").write_text(json.dumps({"id": "Q1", "title": "断路器触点温升"}), "utf-8")
    asked = broker.run("match", "--needs", tmp_path / "needs.jsonl", "--format", "jsonl").out.splitlines()
    assert [json.loads(each)["need_id"] for each in asked] == ["Q1"]
    chosen = broker.run("match", "--need", "N1", "--choose", "A1").out.strip()
    assert broker.json("check")["counts"]["matches"] == 1
    assert len(chosen) == 36


def test_init_leaves_what_is_there_alone(broker: Broker) -> None:
    with broker.nothing_lost():
        assert "没有改动" in broker.run("init", code=1).err
    (broker.profile / "broker.db").rename(broker.profile / "elsewhere.db")
    key = (broker.profile / "broker.key").read_bytes()
    assert "钥匙文件" in broker.run("init", code=1).err
    assert "broker init" in broker.run("check", code=1).err
    assert (broker.profile / "broker.key").read_bytes() == key
    (broker.profile / "elsewhere.db").rename(broker.profile / "broker.db")
    assert broker.json("check")["ok"]

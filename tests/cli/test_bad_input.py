"""Whatever comes in, the command answers with a sentence and nothing is lost."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlcipher3 import dbapi2 as driver

from broker_app.codes import lists
from broker_app.db.key_file import open_with_passphrase
from broker_app.paths import ProfilePaths
from broker_app.services.profile import open_profile
from tests.cli.conftest import NOTE, PASSPHRASE, VISIT, Broker

NASTY = '<b>粗</b> </para> & "引号" \'; DROP TABLE visit; -- 😀👩‍🔬 \x07\x1b[31m\u202e倒 𬭎 ⁣ {0} %s \\n'


def visit_file(folder: Path, **changes: Any) -> Path:
    path = folder / "other.json"
    path.write_text(json.dumps({**VISIT, "visit_id": "V2", **changes}), "utf-8")
    return path


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_a_wrong_passphrase(broker: Broker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with broker.nothing_lost():
        monkeypatch.setenv("BROKER_PASSPHRASE", "不是这句口令啊")
        for command in (("check",), ("visit", "list"), ("backup", tmp_path), ("passphrase",)):
            assert "口令不对" in broker.run(*command, code=1).err
        monkeypatch.setenv("BROKER_PASSPHRASE", PASSPHRASE)


def test_nobody_to_ask(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROKER_PASSPHRASE")
    monkeypatch.setattr(sys, "stdin", open(os.devnull, encoding="utf-8"))  # noqa: SIM115, PTH123 - closed at exit
    assert "BROKER_PASSPHRASE" in broker.run("check", code=1).err
    sys.stdin.close()


def test_a_damaged_store(broker: Broker) -> None:
    database = broker.profile / "broker.db"
    whole = database.read_bytes()
    for content in (
        whole[:9000] + b"\x00\x01" + whole[9002:],
        whole[:-4096],
        b"",
        b"SQLite format 3\x00" + bytes(9000),
    ):
        database.write_bytes(content)
        assert "请从备份恢复" in broker.run("check", code=1).err
        assert database.read_bytes() == content
    database.write_bytes(whole)
    assert broker.json("check")["ok"]


def test_a_damaged_key_file(broker: Broker) -> None:
    key = broker.profile / "broker.key"
    whole = key.read_text()
    for content in (whole[:-9], whole.replace('"t": 1', '"t": 0'), "", whole.replace("argon2id", "none")):
        key.write_text(content)
        assert "资料没有被改动" in broker.run("check", code=1).err
    key.write_text(whole)
    assert broker.json("check")["ok"]


def test_a_store_of_a_newer_program(broker: Broker) -> None:
    paths = ProfilePaths(broker.profile)
    connection = driver.connect(str(paths.database), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{open_with_passphrase(paths.key_file, PASSPHRASE).hex()}'\"")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = paths.database.read_bytes()
    assert "请升级程序" in broker.run("visit", "list", code=1).err
    assert paths.database.read_bytes() == before


def test_a_window_that_is_open_on_the_same_profile(broker: Broker, tmp_path: Path) -> None:
    paths = ProfilePaths(broker.profile)
    with open_profile(paths, open_with_passphrase(paths.key_file, PASSPHRASE)):
        for command in (("check",), ("visit", "add", visit_file(tmp_path)), ("restore", tmp_path / "x")):
            assert "另一个窗口" in broker.run(*command, code=1).err
    assert len(broker.json("visit", "list")) == 1


def test_a_workbook_that_swells(broker: Broker, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(bomb) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["成果名称", "简介"])
        sheet.write(1_048_575, 16_383, "x")
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zero.bin", bytes(80 << 20))
    with broker.nothing_lost():
        assert bomb.name in broker.run("import", "achievements", bomb, code=1).err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n\n  \n"),
        ("nul.csv", b"\x00" * 4096),
        ("paper.csv", b"%PDF-1.7 ..."),
        ("fake.xlsx", "成果名称,简介\n甲,乙\n".encode()),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100)),
        ("columns.csv", "甲,乙,丙\n1,2,3\n".encode()),
        ("deep.json", b"[" * 100_000),
    ],
)
def test_files_that_cannot_be_imported(name: str, content: bytes, broker: Broker, tmp_path: Path) -> None:
    with broker.nothing_lost():
        broker.run("import", "achievements", written(tmp_path, name, content), code=1)
    assert "nowhere.csv" in broker.run("import", "needs", tmp_path / "nowhere.csv", code=1).err


def test_a_csv_of_broken_bytes_loses_no_row_unseen(broker: Broker, tmp_path: Path) -> None:
    rows = ["成果名称,简介", *(f"样例成果{n},简介内容{n}" for n in range(50))]
    content = "\n".join(rows).encode("gb18030")
    at = content.index("内容14".encode("gb18030"))
    broken = content[:at] + b"\xff\xff" + content[at + 2 :]
    file = written(tmp_path, "broken.csv", broken)
    with broker.nothing_lost():
        assert "GB18030" in broker.run("import", "achievements", file, code=1).err
    report = broker.json("import", "achievements", file, "--encoding", "GB18030")
    assert report["added"] + report["refused"] + report["duplicates"] == 50
    assert report["added"] >= 47
    assert broker.json("check")["counts"]["achievements"] == 1 + report["added"]


def test_a_credit_code_with_a_wrong_digit(broker: Broker, tmp_path: Path) -> None:
    firm = {"name": "乙样例厂", "uscc": "91350100M000100Y44", "county": "330382"}
    with broker.nothing_lost():
        broker.run("visit", "add", visit_file(tmp_path, enterprise=firm), code=1)
    rows = "企业名称,统一社会信用代码\n乙样例厂,91350100M000100Y44\n丙样例厂,\n"
    report = broker.json("import", "enterprises", written(tmp_path, "f.csv", rows.encode()))
    assert (report["added"], report["refused"]) == (1, 1)
    assert report["refused_rows"][0]["line"] == 2
    assert [row["name"] for row in broker.json("enterprise", "list", "--query", "样例厂")] == ["丙样例厂"]


def test_a_note_as_long_as_allowed_and_one_longer(broker: Broker, tmp_path: Path) -> None:
    with broker.nothing_lost():
        assert "200001" in broker.run("visit", "add", visit_file(tmp_path, raw_note="长" * 200_001), code=1).err
    broker.run("visit", "add", visit_file(tmp_path, raw_note="长" * 200_000))
    assert broker.json("visit", "show", "V2")["draft"]["note"] == "长" * 200_000


def test_signs_of_every_kind_come_back_from_every_field(broker: Broker, tmp_path: Path) -> None:
    markup = '<b>粗</b> </para> & "引号" 😀'  # figures are read, so hidden signs in them are not kept
    need = {
        "need_id": "N2",
        "title": NASTY,
        "text": NASTY,
        "keywords": [NASTY],
        "metrics": [{"name": markup, "now": markup}],
    }
    path = visit_file(
        tmp_path,
        enterprise={"name": f"样例{NASTY[:60]}", "address": NASTY},
        place=NASTY,
        met=[{"name": NASTY, "position": NASTY, "phone": "13800000000"}],
        companions=[NASTY],
        raw_note=f"  {NASTY}\n{NASTY}",
        findings=NASTY,
        follow_ups=[{"text": NASTY, "who": NASTY[:40]}],
        non_technical=[{"text": NASTY, "refer_to": NASTY}],
        confidential=[NASTY[:10]],
        needs=[need],
    )
    broker.run("visit", "add", path)
    shown = broker.json("visit", "show", "V2")
    draft = shown["draft"]
    assert draft["note"] == f"  {NASTY}\n{NASTY}"
    assert draft["place"] == draft["findings"] == draft["companions"][0] == NASTY
    assert (draft["met"][0]["name"], draft["met"][0]["position"]) == (NASTY, NASTY)
    assert (draft["follow_ups"][0]["text"], draft["referrals"][0]["refer_to"]) == (NASTY, NASTY)
    wish = broker.json("need", "show", "N2")["draft"]
    assert (wish["title"], wish["text"], wish["keywords"]) == (NASTY, NASTY, [NASTY])
    assert (wish["metrics"][0]["name"], wish["metrics"][0]["now"]) == (markup, markup)
    assert broker.json("enterprise", "show", shown["draft"]["enterprise_id"])["draft"]["address"] == NASTY
    # On a terminal nothing of it steers the terminal.
    printed = broker.run("visit", "show", "V2").out + broker.run("visit", "list").out + broker.run("need", "list").out
    assert not {sign for sign in printed if ord(sign) < 32 and sign not in "\n\t"}
    assert len(broker.json("visit", "list")) == 2


def test_a_code_that_left_its_list_shows_itself(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker.json("visit", "list")[0]["role"] == "科技副总"
    monkeypatch.setattr(lists, "_by_code", lambda _list_name: {})
    assert broker.json("visit", "list")[0]["role"] == "tech_vp（已停用）"
    for command in (("visit", "show", "V1"), ("visit", "list"), ("need", "show", "N1"), ("enterprise", "list")):
        broker.run(*command)


@pytest.mark.parametrize(
    "command",
    [
        ("visit", "show"),
        ("need", "show"),
        ("enterprise", "show"),
        ("achievement", "show"),
        ("match", "--need"),
        ("undo-import",),
    ],
)
@pytest.mark.parametrize("reference", ["X-404", "", "  ", "%", "01930000-0000-7000-8000-0000003f9a1c", "' OR 1=1"])
def test_what_is_not_there(command: tuple[str, ...], reference: str, broker: Broker) -> None:
    is_id = reference.count("-") == 4
    with broker.nothing_lost():
        broker.run(*command, reference, code=1 if command != ("undo-import",) or is_id else 2)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"nonsense", b"[]x", b'{"visit_date": "2026-11-23"}', b'{"visit_date": "yesterday"}', b"[1]", b'"x"',
        b"null", b"\xff\xfe", b"[" * 5000, json.dumps({**VISIT, "raw_note": 5}).encode(),
        json.dumps([VISIT, {**VISIT, "visit_date": "2026-13-01"}]).encode(),
        json.dumps([{**VISIT, "visit_id": "V9"}, {**VISIT, "raw_note": ""}]).encode(),
    ],
)  # fmt: skip
def test_json_that_is_no_visit(content: bytes, broker: Broker, tmp_path: Path) -> None:
    with broker.nothing_lost():
        broker.run("visit", "add", written(tmp_path, "bad.json", content), code=1)
        broker.run("visit", "add", tmp_path / "nowhere.json", code=1)


def test_wrong_usage_is_code_2(broker: Broker) -> None:
    for wrong in (
        (),
        ("nonsense",),
        ("match",),
        ("visit",),
        ("visit", "show"),
        ("match", "--need", "N1", "--top", "0"),
    ):
        broker.run(*wrong, code=2)
    broker.run("import", "people", "x.csv", code=2)
    broker.run("import", "achievements", "x.csv", "--mapping", "nowhere.json", code=1)


def test_a_pipe_that_is_closed_early(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``broker need list --json | head -0``: the reader is gone before anything is printed."""
    monkeypatch.undo()
    broker.profile.rename(broker.profile.with_name("unused"))
    environment = {**os.environ, "BROKER_PASSPHRASE": PASSPHRASE}
    command = [sys.executable, "-m", "broker_app.cli", "--profile", str(broker.profile)]
    subprocess.run([*command, "init"], env=environment, check=True, capture_output=True)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*command, "check", "--json"], env=environment, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == "输出没有印完：接收的一头关掉了。资料没有受影响。\n"
    subprocess.run([*command, "check"], env=environment, check=True, capture_output=True)


def test_the_note_is_what_was_typed(broker: Broker) -> None:
    assert broker.json("visit", "show", "V1")["draft"]["note"] == NOTE

"""``broker sync``: sign in, exchange and look, from the command line."""

import json
from pathlib import Path

import pytest

from broker_app.cli import main
from broker_app.sync.protocol import Activation
from tests.server_under_test import PASSWORD, ServerUnderTest
from tests.sync.computers import COUNTY, Computer

PASSPHRASE = "命令行测试的口令"


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("BROKER_SERVER_PASSWORD", PASSWORD)


def run(profile: Path, *arguments: str) -> int:
    return main(["--profile", str(profile), *arguments])


def test_sign_in_exchange_and_status(
    server: ServerUnderTest, lin: Computer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = lin.add_firm("样例瓯越机电")
    lin.sync()
    profile = tmp_path / "cli"
    assert run(profile, "init", "--name", "陈样例", "--county", "330381") == 0
    assert run(profile, "sync", "now") == 1
    assert "还没有登录服务器" in capsys.readouterr().err
    assert run(profile, "sync", "login", server.url, "chen", "--device", "陈的电脑") == 0
    assert "试验服务器" in capsys.readouterr().out
    assert run(profile, "sync", "now", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sent"], told["received"], told["signed_in"], told["pending"]) == (0, 1, True, 0)
    lin.edit_firm(firm, address="塘下")
    lin.sync()
    assert run(profile, "sync", "now") == 0
    assert "收到 1 条" in capsys.readouterr().out
    assert run(profile, "sync", "status", "--json") == 0
    status = json.loads(capsys.readouterr().out)
    assert status["login"] == "chen"
    assert status["last"]


def test_what_is_not_uploaded_can_be_handed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "cli"
    assert run(profile, "init", "--sample") == 0
    assert run(profile, "sync", "export", str(tmp_path / "out")) == 0
    assert "没有加密" in capsys.readouterr().out
    (file,) = (tmp_path / "out").iterdir()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert {"enterprise", "visit", "need"} <= {line["kind"] for line in lines}
    assert all(line["op"] and line["scope"] for line in lines)


def test_a_wrong_password_and_a_wrong_address_are_told_in_words(
    server: ServerUnderTest, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "cli"
    assert run(profile, "init") == 0
    monkeypatch.setenv("BROKER_SERVER_PASSWORD", "not the password at all")
    assert run(profile, "sync", "login", server.url, "chen") == 1
    assert "账号或密码不对" in capsys.readouterr().err
    for address in ("http://sync.example.cn", "https://a@b.example.cn", "file:///etc/passwd", "ftp://x"):
        assert run(profile, "sync", "login", address, "chen") == 1
        assert "服务器地址" in capsys.readouterr().err


def test_a_need_is_handed_over_and_an_activation_code_stands_for_the_address(
    server: ServerUnderTest, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "cli"
    assert run(profile, "init", "--name", "陈样例") == 0
    monkeypatch.setenv("BROKER_SERVER_PASSWORD", PASSWORD)
    server.give("chen", "team:99=broker")
    code = Activation(server.url, "试验服务器", "chen").as_text()
    assert run(profile, "sync", "login", code) == 0
    visit = {
        "visit_id": "V1", "visit_date": "2026-11-23", "role": "科技副总", "raw_note": "断路器温升高。",
        "enterprise": {"name": "甲样例电气有限公司", "county": COUNTY},
        "needs": [{"need_id": "N1", "title": "断路器触点温升", "text": "降低温升。"}],
    }  # fmt: skip
    (tmp_path / "visit.json").write_text(json.dumps(visit), "utf-8")
    assert run(profile, "visit", "add", str(tmp_path / "visit.json")) == 0
    assert run(profile, "sync", "now") == 0
    capsys.readouterr()
    assert run(profile, "sync", "hand-over", "need", "N1") == 0
    assert "team:99\t" in capsys.readouterr().out
    assert run(profile, "sync", "hand-over", "need", "N1", "team:1") == 1
    assert run(profile, "sync", "hand-over", "need", "N1", "team:99") == 0
    assert "已移交" in capsys.readouterr().out
    assert run(profile, "enterprise", "list", "--json") == 0
    (firm,) = json.loads(capsys.readouterr().out)
    assert run(profile, "sync", "hand-over", "enterprise", firm["id"]) == 0
    assert "没有可以移交的地方" in capsys.readouterr().out, "chen is in one county only"

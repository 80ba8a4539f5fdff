"""``broker contacts``: out only when confirmed, written down, and in again without doubles."""

from pathlib import Path

from broker_app.exchange.vcard import read_cards, write_cards
from broker_app.services.contacts import PersonFound
from tests.cli.conftest import Broker

CARDS = (
    PersonFound("王样例", "甲样例电气有限公司", "技术部主任", ("13800138000",), "wang@example.com"),
    PersonFound("李样例", "没听说过的样例厂", "", ("13900139000",)),
    PersonFound("无名样例"),
)


def test_in_and_out_again(broker: Broker, tmp_path: Path) -> None:
    file, out = tmp_path / "手机.vcf", tmp_path / "导出.vcf"
    write_cards(file, CARDS)
    first = broker.json("contacts", "import", file)
    assert (first["added"], first["known"], first["firms"]) == (1, 0, 0)
    assert {one["name"] for one in first["refused"]} == {"李样例", "无名样例"}
    second = broker.json("contacts", "import", file, "--new-firms")
    assert (second["added"], second["known"], second["firms"]) == (1, 1, 1)
    assert "--yes" in broker.run("contacts", "export", out, code=1).err
    assert not out.exists()
    assert broker.json("contacts", "log") == []
    broker.run("contacts", "export", out, "--yes")
    assert {(one.name, one.firm) for one in read_cards(out)} == {
        ("王样例", "甲样例电气有限公司"),
        ("李样例", "没听说过的样例厂"),
    }
    (line,) = broker.json("contacts", "log")
    assert (line["people"], line["file_name"]) == (2, "导出.vcf")
    assert "导出.vcf" in broker.run("contacts", "log").out


def test_what_is_no_card_file_is_refused(broker: Broker, tmp_path: Path) -> None:
    wrong = tmp_path / "照片.vcf"
    wrong.write_bytes(bytes(100))
    assert "名片" in broker.run("contacts", "import", wrong, code=1).err
    write_cards(wrong, CARDS)
    broker.run("contacts", "import", wrong, "--enterprise", "没有这一家", code=1)

"""Cards of people: old phones, new phones, several in a file, hostile bytes, and there and back again."""

import quopri
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker_app.errors import ImportFileError
from broker_app.exchange.vcard import MAX_BYTES, card_of_text, parse_cards, read_cards, write_cards
from broker_app.services.contacts import PersonFound as Card


def quoted(text: str, codec: str) -> str:
    return quopri.encodestring(text.encode(codec)).decode("ascii").replace("=\n", "=\r\n")


@pytest.mark.parametrize(
    ("codec", "said"), [("utf-8", ";CHARSET=UTF-8"), ("gbk", ";CHARSET=GBK"), ("gbk", ""), ("gbk", ";CHARSET=UTF-8")]
)
def test_an_old_phone_says_names_in_quoted_printable(codec: str, said: str) -> None:
    firm = "温州样例电气控股有限公司研发中心第二实验室"  # long enough for a soft line break
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        f"N{said};ENCODING=QUOTED-PRINTABLE:{quoted('王', codec)};{quoted('样例', codec)}\r\n"
        f"ORG{said};ENCODING=QUOTED-PRINTABLE:{quoted(firm, codec)}\r\n"
        f"TITLE{said};QUOTED-PRINTABLE:{quoted('技术部主任', codec)}\r\n"
        "TEL;WORK;VOICE:0577-88880000\r\nTEL;CELL:13800138000\r\nTEL;FAX:0577-88880001\r\n"
        "PHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ\r\n SkZJRgABAQ\r\n\r\nEND:VCARD\r\n"
    )
    assert parse_cards(card.encode("ascii")) == (
        Card("王样例", firm, "技术部主任", ("13800138000", "0577-88880000"), ""),
    )


def test_new_phones_and_several_cards_in_one_file(tmp_path: Path) -> None:
    three = (
        "BEGIN:VCARD\nVERSION:3.0\nFN:李样例\nORG:样例\\, 精密;研发部\nTITLE:总工\n"
        "item1.TEL;type=CELL;type=pref:+86 139 0013 9000\n"
        "EMAIL;TYPE=INTERNET:li@example.com\nNOTE:很长的一行会\n  折到下一行\nEND:VCARD\n"
    )
    four = (
        'BEGIN:VCARD\nVERSION:4.0\nN:Chen;Yangli;;;\nTEL;VALUE=uri;TYPE="voice,cell":tel:+86-137-0013-7000\nORG:"Sample"\n'
        "END:VCARD\n"
    )
    path = tmp_path / "两张.vcf"
    path.write_bytes(("\ufeff" + three + four).encode("utf-8"))
    assert read_cards(path) == (
        Card("李样例", "样例, 精密", "总工", ("+86 139 0013 9000",), "li@example.com"),
        Card("Yangli Chen", '"Sample"', "", ("+86-137-0013-7000",), ""),
    )
    path.write_bytes(three.encode("gb18030"))
    assert read_cards(path)[0].name == "李样例"


@given(
    st.lists(
        st.builds(
            Card,
            st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40),
            st.text(st.characters(exclude_categories=("C", "Z")), max_size=90),
            st.text(st.characters(exclude_categories=("C", "Z")), max_size=40),
            st.sampled_from(((), ("13800138000",), ("13800138000", "0577-88880000"))),
            st.sampled_from(("", "wang@example.com")),
        ),
        max_size=3,
    )
)
def test_what_is_written_is_read_again(cards: list[Card]) -> None:
    path = Path("unused.vcf")
    written: list[bytes] = []

    class Sink:
        name = "x.vcf"

        def with_name(self, _name: str) -> "Sink":
            return self

        def write_bytes(self, content: bytes) -> None:
            written.append(content)

        def replace(self, _target: object) -> None: ...

        def unlink(self, *, missing_ok: bool) -> None: ...

    write_cards(Sink(), cards)  # type: ignore[arg-type]
    assert path.name
    assert list(parse_cards(written[0])) == cards
    assert all(len(line) <= 75 for line in written[0].split(b"\r\n"))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    parse_cards(b"BEGIN:VCARD\r\nFN:A\r\n" + junk + b"\r\nEND:VCARD\r\n" + junk)


def test_hostile_files_end_soon_and_say_why(tmp_path: Path) -> None:
    began = time.process_time()
    deep = "BEGIN:VCARD\nFN:外\n" * 20_000 + "END:VCARD\n" * 20_000
    assert [one.name for one in parse_cards(deep)] == ["外"]
    long_line = "BEGIN:VCARD\nFN:甲\nPHOTO:" + "A" * 3_000_000 + "\nNOTE;" + ";" * 100_000 + "\nEND:VCARD\n"
    assert [one.name for one in parse_cards(long_line)] == ["甲"]
    turned = "BEGIN:VCARD\nFN:王\u202e样例\x00\nORG:" + "厂" * 9_000 + "\nEND:VCARD\n"
    (card,) = parse_cards(turned)
    assert (card.name, len(card.firm)) == ("王样例", 100)
    assert time.process_time() - began < 5
    nothing = tmp_path / "photo.vcf"
    nothing.write_bytes(b"\x89PNG\r\n" + bytes(200))
    for wrong, words in ((nothing, "没有名片"), (tmp_path / "absent.vcf", "读不了"), (tmp_path, "读不了")):
        with pytest.raises(ImportFileError, match=words):
            read_cards(wrong)
    large = tmp_path / "large.vcf"
    with large.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(ImportFileError, match="太大"):
        read_cards(large)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        (
            "王样例 技术部主任\n温州样例电气控股有限公司\n"
            "手机：138 0013 8000\n电话 0577-88880000\n邮箱 wang@example.com",
            Card(
                "王样例",
                "温州样例电气控股有限公司",
                "技术部主任",
                ("138 0013 8000", "0577-88880000"),
                "wang@example.com",
            ),
        ),
        ("BEGIN:VCARD\nFN:李样例\nTEL:13900139000\nEND:VCARD", Card("李样例", phones=("13900139000",))),
        ("今天天气不错，下午去看看", None),
        ("王样例", None),
        ("", None),
    ],
)
def test_the_text_of_a_card(text: str, card: Card | None) -> None:
    assert card_of_text(text) == card

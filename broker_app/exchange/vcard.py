"""vCard 2.1, 3.0 and 4.0, as phones and mail programs write them, and the text of a paper card.

Our own reader, because the cards people have break the rules libraries insist on: 2.1 from a Chinese phone says its
names in quoted-printable GBK or UTF-8 without saying which, and several cards lie in one file. Only what reaches a
person is taken; pictures, keys and whatever else is in a card is passed over. RFC 6350 and 2426, and the vCard 2.1
paper of the Versit consortium.
"""

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from broker_app.errors import ImportFileError
from broker_app.i18n import _
from broker_app.services.contacts import PersonFound

MAX_BYTES = 20 * 1024 * 1024
MAX_CARDS = 5_000
_LONGEST_LINE = 4_000_000  # a picture inside a card is one logical line
_LONGEST_VALUE = 500
_FOLD_AT = 75  # octets of a written line

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}")
_FIRM_END = ("公司", "集团", "厂", "研究院", "研究所", "大学", "学院", "中心", "合作社")
_POST_END = (
    "董事长", "总经理", "经理", "主任", "总监", "工程师", "厂长", "总工", "部长", "主管", "科长", "教授", "助理",
    "专员", "院长", "所长", "书记", "会计", "总裁", "副总", "负责人", "代表",
)  # fmt: skip


@dataclass(frozen=True)
class _Line:
    name: str
    types: frozenset[str]
    charset: str
    is_quoted: bool
    value: str


def read_cards(path: Path) -> tuple[PersonFound, ...]:
    """The cards of a file.

    Raises:
        ImportFileError: it cannot be read, is too large, or holds no card.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportFileError(_("“{name}”太大了，名片文件最多 20 MB。").format(name=path.name))
        content = path.read_bytes()
    except OSError:
        raise ImportFileError(_("读不了文件 {name}。").format(name=path.name)) from None
    cards = parse_cards(content)
    if not cards:
        raise ImportFileError(_("“{name}”里没有名片。请选手机或邮箱导出的 .vcf 文件。").format(name=path.name))
    return cards


def parse_cards(content: bytes | str) -> tuple[PersonFound, ...]:
    """Every card in ``content`` that names somebody; at most :data:`MAX_CARDS`. What cannot be read is passed over."""
    text = content if isinstance(content, str) else _decoded(content)
    cards: list[PersonFound] = []
    lines: list[_Line] = []
    depth = 0
    for line in _logical_lines(text):
        parsed = _parsed(line)
        if parsed is None:
            continue
        if parsed.name == "BEGIN" and parsed.value.strip().upper() == "VCARD":
            depth += 1
            if depth == 1:
                lines = []
        elif parsed.name == "END" and parsed.value.strip().upper() == "VCARD" and depth:
            depth -= 1
            if depth == 0 and (card := _card(lines)) is not None:
                cards.append(card)
                if len(cards) >= MAX_CARDS:
                    break
        elif depth == 1:  # what stands in a card inside a card (an AGENT of 2.1) is another person
            lines.append(parsed)
    return tuple(cards)


def card_of_text(text: str) -> PersonFound | None:
    """The person on a card that was copied as text, or typed off paper; None if nobody can be made out."""
    if "BEGIN:VCARD" in text.upper():
        cards = parse_cards(text)
        return cards[0] if cards else None
    text = _UNSEEN.sub("", text[:4_000])
    phones = tuple(dict.fromkeys(match.group(1) for match in _PHONE.finditer(text)))
    email = _EMAIL.search(text)
    rest = _EMAIL.sub(" ", _PHONE.sub(" ", text))
    firm = position = name = ""
    for word in re.split(r"[\s,，;；|｜:：/]+", rest):
        if not firm and len(word) >= 4 and word.endswith(_FIRM_END):
            firm = word
        elif not position and 2 <= len(word) <= 16 and word.endswith(_POST_END):
            position = word
        elif not name and 2 <= len(word) <= 4 and len(_HAN.findall(word)) == len(word) and word not in _LABELS:
            name = word
    if not name or not (phones or email or firm or position):
        return None  # two characters alone are no card
    return PersonFound(name, firm, position, _mobile_first(phones), email.group() if email else "")


def write_cards(path: Path, cards: Sequence[PersonFound]) -> None:
    """Write ``cards`` as vCard 3.0 in UTF-8, which phones and mail programs read; whole or not at all.

    Raises:
        ImportFileError: the file cannot be written there.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(b"".join(_written(card) for card in cards))
        part.replace(path)
    except OSError:
        raise ImportFileError(_("没能写文件 {name}。换个文件夹再试。").format(name=path.name)) from None
    finally:
        part.unlink(missing_ok=True)


_LABELS = frozenset({"电话", "手机", "邮箱", "地址", "传真", "姓名", "职务", "网址", "微信", "座机", "单位", "名片"})


def _decoded(content: bytes) -> str:
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    return _guessed(content)


def _guessed(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _logical_lines(text: str) -> Iterator[str]:
    """Lines with their continuations: folded ones begin with a blank, quoted-printable ones end with ``=``."""
    held = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if held and _is_quoted(held) and held.endswith("="):
            held = held[:-1] + line
        elif held and line[:1] in (" ", "\t"):
            held += line[1:] if len(held) < _LONGEST_LINE else ""
        else:
            if held:
                yield held
            held = line
    if held:
        yield held


def _is_quoted(line: str) -> bool:
    head = line[: line.find(":")] if ":" in line else ""
    return "QUOTED-PRINTABLE" in head.upper()


def _parsed(line: str) -> _Line | None:
    head, value = _split_head(line)
    if not head:
        return None
    name, *parameters = head.split(";")
    types: set[str] = set()
    charset, is_quoted = "", False
    for parameter in parameters:
        key, equals, given = parameter.partition("=")
        key, given = key.strip().upper(), given.strip().strip('"')
        words = given if equals else key  # 2.1 says TEL;CELL
        if key == "CHARSET":
            charset = given
        elif "QUOTED-PRINTABLE" in words.upper():
            is_quoted = True
        else:
            types.update(word.strip().upper() for word in words.split(","))
    return _Line(name.rpartition(".")[2].strip().upper(), frozenset(types), charset, is_quoted, value)


def _split_head(line: str) -> tuple[str, str]:
    """Name with parameters, and value: parted by the first colon that is not in quotes."""
    in_quotes = False
    for at, character in enumerate(line[:2_000]):
        if character == '"':
            in_quotes = not in_quotes
        elif character == ":" and not in_quotes:
            return line[:at], line[at + 1 :]
    return "", ""


def _value(line: _Line) -> str:
    if not line.is_quoted:
        return line.value
    raw = quopri.decodestring(line.value.encode("ascii", "replace"))
    if line.charset:
        try:
            return raw.decode("gb18030" if line.charset.upper() in ("GBK", "GB2312") else line.charset)
        except (LookupError, UnicodeDecodeError):
            pass  # a card that says one charset and means another is common
    return _guessed(raw)


def _card(lines: Sequence[_Line]) -> PersonFound | None:
    found: dict[str, str] = {}
    phones: list[tuple[int, str]] = []
    for line in lines:
        if line.name in ("FN", "N", "ORG", "TITLE", "ROLE", "EMAIL") and line.name not in found:
            found[line.name] = _value(line)
        elif line.name == "TEL" and not line.types & {"FAX"}:
            number = _clean(_value(line)).removeprefix("tel:").split(";")[0]
            if number:
                phones.append((0 if line.types & {"CELL", "MOBILE"} else 1, number[:30]))
    name = _clean(found.get("FN", "")) or _name(found.get("N", ""))
    if not name:
        return None
    ordered = tuple(dict.fromkeys(number for _order, number in sorted(phones, key=lambda one: one[0])))
    return PersonFound(
        name=name[:50],
        firm=_parts(found.get("ORG", ""))[0][:100],
        position=_clean(found.get("TITLE", "") or found.get("ROLE", ""))[:50],
        phones=ordered[:3],
        email=_clean(found.get("EMAIL", ""))[:100],
    )


def _name(structured: str) -> str:
    family, given, middle = (*_parts(structured), "", "", "")[:3]
    if _HAN.search(family + given):
        return f"{family}{middle}{given}"
    return " ".join(part for part in (given, middle, family) if part)


def _parts(value: str) -> list[str]:
    r"""Parts of a value with several, parted by ``;`` but not by ``\;``."""
    return [_clean(part) for part in re.split(r"(?<!\\);", value[: 4 * _LONGEST_VALUE])] or [""]


def _clean(value: str) -> str:
    plain = re.sub(r"\\([nN,;:\\])", lambda match: " " if match.group(1) in "nN" else match.group(1), value)
    return " ".join(_UNSEEN.sub("", plain[:_LONGEST_VALUE]).split())


def _mobile_first(phones: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(phones, key=lambda phone: not phone.startswith("1")))


def _written(card: PersonFound) -> bytes:
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(card.name)}", f"N:{_escaped(card.name)};;;;"]
    if card.firm:
        lines.append(f"ORG:{_escaped(card.firm)}")
    if card.position:
        lines.append(f"TITLE:{_escaped(card.position)}")
    for phone in card.phones:
        digits = "".join(one for one in phone if one.isdigit())
        kind = "CELL" if digits.removeprefix("86").startswith("1") else "WORK,VOICE"
        lines.append(f"TEL;TYPE={kind}:{_escaped(phone)}")
    if card.email:
        lines.append(f"EMAIL;TYPE=INTERNET:{_escaped(card.email)}")
    return b"".join(_folded(line) for line in [*lines, "END:VCARD"])


def _escaped(value: str) -> str:
    plain = _UNSEEN.sub("", value).replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A line cut at 75 octets, never inside a character."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode("utf-8", "replace")
        if len(piece) + len(octets) > _FOLD_AT - (1 if pieces else 0):
            pieces.append(piece)
            piece = b""
        piece += octets
    pieces.append(piece)
    return b"\r\n ".join(pieces) + b"\r\n"

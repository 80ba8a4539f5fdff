"""Which character encoding a text file has, and under which name people know it."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes

from broker_app.errors import ImportFileError
from broker_app.exchange.rows import BadRow, bad_row
from broker_app.i18n import _, listed

UTF8 = "UTF-8"
GB18030 = "GB18030"
_PIECE = 1 << 20
_HEAD = 1 << 16
_WINDOW = 1 << 15
# What charset-normalizer may propose. Single-byte code pages are left out: they "fit" any broken file.
_GUESSES = ("big5hkscs", "shift_jis", "euc_jp", "cp949")
_CHOICES = {UTF8: "utf-8", GB18030: "gb18030", "UTF-16": "utf-16", "Big5": "big5hkscs"}
_UNREADABLE = "\udcff"  # half a surrogate pair: no file that was read whole contains it


_MARKING = "broker_app.mark_unreadable"


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _UNREADABLE, error.end


codecs.register_error(_MARKING, _mark_unreadable)


@dataclass(frozen=True)
class TextEncoding:
    """A codec and the name people are shown; a tolerant one marks unreadable bytes instead of failing."""

    codec: str
    label: str
    tolerant: bool = False


def offered_encodings() -> tuple[str, ...]:
    """Return the names a person can choose from."""
    return tuple(_CHOICES)


def detect_encoding(path: Path, override: str | None = None) -> TextEncoding:
    """Return the encoding of ``path``: byte order mark, strict UTF-8, strict GB18030, then a guess.

    ``override``, one of :func:`offered_encodings` or another name of the same encoding, is taken as it is;
    lines it cannot read become bad rows. Raises ImportFileError, naming the first bad line, when nothing fits.
    """
    if override:
        return _chosen(path, override)
    head = _head(path)
    marked = _by_mark(head)
    if marked:
        return _checked(path, marked)
    if head.count(0) * 100 > len(head):
        raise ImportFileError(
            _("“{name}”里面不是文字，不能导入。请选 xlsx、csv 或 jsonl 文件。").format(name=path.name)
        )
    return _by_content(path)


@contextmanager
def open_text(path: Path, encoding: TextEncoding, newline: str | None = None) -> Iterator[TextIO]:
    """Open ``path`` for reading; a byte order mark is not part of the text."""
    errors = _MARKING if encoding.tolerant else "strict"
    with path.open(encoding=encoding.codec, errors=errors, newline=newline) as stream:
        if stream.read(1) != "\ufeff":
            stream.seek(0)
        yield stream


def unreadable(line: int, text: str) -> BadRow | None:
    """Return the bad row for a line that a tolerant encoding could not read whole, else None."""
    if _UNREADABLE not in text:
        return None
    return bad_row(line, text, _("有认不出的字（文件编码不对或文件损坏）"))


def _chosen(path: Path, override: str) -> TextEncoding:
    wanted = _plain_name(override.split("（")[0])
    codec = next((codec for label, codec in _CHOICES.items() if _plain_name(label) == wanted), None)
    if codec is None:
        raise ImportFileError(
            _("没有叫“{name}”的文件编码，可选的有：{offered}。").format(
                name=override, offered=listed(offered_encodings())
            )
        )
    if codec == "utf-16" and not _head(path).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16-le"
    return TextEncoding(codec, override, tolerant=True)


def _plain_name(name: str) -> str:
    """Return the codec's own name; gbk and gb2312 are parts of GB18030, big5 of its Hong Kong extension."""
    try:
        own = codecs.lookup(name).name
    except LookupError:
        return name
    return {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "big5": "big5hkscs", "utf-8-sig": "utf-8"}.get(
        own, own
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_HEAD)


def _by_mark(head: bytes) -> TextEncoding | None:
    if head.startswith(codecs.BOM_UTF8):
        return TextEncoding("utf-8-sig", _("UTF-8（带 BOM）"))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextEncoding("utf-16", "UTF-16")
    return None


def _checked(path: Path, encoding: TextEncoding) -> TextEncoding:
    offset = _first_error(path, encoding.codec)
    if offset is not None:
        raise _broken(path, offset, encoding.label)
    return encoding


def _by_content(path: Path) -> TextEncoding:
    utf8_offset = _first_error(path, "utf-8")
    if utf8_offset is None:
        return TextEncoding("utf-8", UTF8)
    if _mostly_utf8(path, utf8_offset):
        raise _broken(path, utf8_offset, UTF8)
    gb_offset = _first_error(path, "gb18030")
    if gb_offset is None:
        return TextEncoding("gb18030", GB18030)
    guess = _guess(path)
    if guess and _first_error(path, guess.codec) is None:
        return guess
    raise _broken(path, gb_offset, GB18030)


def _first_error(path: Path, codec: str) -> int | None:
    """Return the offset of the first byte that ``codec`` cannot read, None when all is well."""
    decoder = codecs.getincrementaldecoder(codec)()
    position = 0
    with path.open("rb") as stream:
        while True:
            piece = stream.read(_PIECE)
            position += len(piece)
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return position - len(error.object) + error.start
            if not piece:
                return None


def _mostly_utf8(path: Path, offset: int) -> bool:
    """Tell a damaged UTF-8 file from another encoding: around the bad byte nearly all else is UTF-8."""
    with path.open("rb") as stream:
        stream.seek(max(0, offset - _WINDOW))
        text = stream.read(2 * _WINDOW).decode("utf-8", "replace")
    lost = text.count("\ufffd")
    read = sum(not char.isascii() for char in text) - lost
    return read > 4 * lost


def _guess(path: Path) -> TextEncoding | None:
    head = _head(path)
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    best = from_bytes(whole_lines, cp_isolation=list(_GUESSES)).best()
    return TextEncoding(best.encoding, best.encoding.upper()) if best else None


def _broken(path: Path, offset: int, label: str) -> ImportFileError:
    line = 1
    with path.open("rb") as stream:
        while offset > 0 and (piece := stream.read(min(offset, _PIECE))):
            line += piece.count(b"\n")
            offset -= len(piece)
    return ImportFileError(
        _(
            "“{name}”第 {line} 行有损坏的字，按 {encoding} 读不下去，什么都没有导入。"
            "请在原来的软件里重新另存为 xlsx 或 UTF-8 的 csv；也可以把文件编码选成 {encoding}，只跳过读不出的行。"
        ).format(name=path.name, line=line, encoding=label)
    )

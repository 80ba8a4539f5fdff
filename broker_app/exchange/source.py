"""Opening a file to import: what it is, how it is written, what its columns are called."""

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path

from broker_app.errors import ImportFileError
from broker_app.exchange.csv_rows import csv_columns, read_csv, sniff_delimiter
from broker_app.exchange.encodings import TextEncoding, detect_encoding, open_text
from broker_app.exchange.json_lines import is_json_lines, read_document, read_json_lines, union_of_columns
from broker_app.exchange.rows import SAMPLE_ROWS, Format, RowItem, Source, SourceRow
from broker_app.exchange.workbook import Limits, look_into_workbook, read_workbook
from broker_app.i18n import _

_TEXT_FILE = 256 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES_AND_PAPERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"GIF8")


def open_source(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Source:
    """Look through ``path`` once and return what can be imported from it.

    The contents decide the format, not the suffix. ``encoding`` (for csv and json), ``delimiter`` (csv) and
    ``sheet`` (xlsx) overrule what is detected. Raises ImportFileError with a sentence for people when
    nothing can be read; single rows that cannot be read come as BadRow in the rows instead.
    """
    try:
        return _open(path, encoding, delimiter, sheet, limits or Limits())
    except OSError as error:
        raise _unopened(path, error) from error


def _open(path: Path, encoding: str | None, delimiter: str | None, sheet: str | None, limits: Limits) -> Source:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(_ZIP):
        return _workbook(path, sheet, limits)
    _refuse_foreign(path, head)
    if path.stat().st_size > _TEXT_FILE:
        raise ImportFileError(
            _("“{name}”超过 {limit} MB，太大了。请分成几个文件再导入。").format(name=path.name, limit=_TEXT_FILE >> 20)
        )
    text = detect_encoding(path, encoding)
    start = _first_sign(path, text)
    if not start:
        raise ImportFileError(_("“{name}”是空的，没有东西可以导入。").format(name=path.name))
    if start in "{[":
        return _json(path, text, start)
    return _csv(path, text, delimiter)


def _workbook(path: Path, sheet: str | None, limits: Limits) -> Source:
    book = look_into_workbook(path, sheet, limits)
    if not book.columns:
        raise ImportFileError(
            _("“{name}”的工作表“{sheet}”是空的，请换一张表。").format(name=path.name, sheet=book.sheet)
        )

    def read() -> Iterator[RowItem]:
        return read_workbook(path, book.sheet, limits)

    return _surveyed(path, "xlsx", book.columns, read, sheet=book.sheet, sheets=book.sheets)


def _json(path: Path, text: TextEncoding, start: str) -> Source:
    lines = start == "{" and is_json_lines(path, text)

    def read() -> Iterator[RowItem]:
        return read_json_lines(path, text) if lines else read_document(path, text)

    columns = union_of_columns(read())
    return _surveyed(path, "jsonl" if lines else "json", columns, read, encoding=text.label)


def _csv(path: Path, text: TextEncoding, delimiter: str | None) -> Source:
    sign = sniff_delimiter(path, text) if delimiter is None else delimiter
    columns = csv_columns(path, text, sign)

    def read() -> Iterator[RowItem]:
        return read_csv(path, text, sign)

    return _surveyed(path, "csv", columns, read, encoding=text.label, delimiter=sign)


def _surveyed(
    path: Path,
    file_format: Format,
    columns: tuple[str, ...],
    read: Callable[[], Iterator[RowItem]],
    *,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
    sheets: tuple[str, ...] = (),
) -> Source:
    """Count the rows and keep the first ones as a sample."""
    rows = bad = 0
    sample: list[SourceRow] = []
    for item in read():
        rows += 1
        if not isinstance(item, SourceRow):
            bad += 1
        elif len(sample) < SAMPLE_ROWS:
            sample.append(item)

    def guarded() -> Generator[RowItem, None, None]:
        try:
            yield from read()
        except (OSError, UnicodeDecodeError) as error:
            raise _unopened(path, error) from error

    return Source(path, file_format, encoding, delimiter, sheet, sheets, columns, tuple(sample), rows, bad, guarded)


def _refuse_foreign(path: Path, head: bytes) -> None:
    if head.startswith(_OLE):
        raise ImportFileError(_old_office(path))
    if head.startswith(_PICTURES_AND_PAPERS):
        raise ImportFileError(
            _("“{name}”不是表格（像是图片、PDF 或压缩包），不能导入。请选 xlsx、csv 或 jsonl 文件。").format(
                name=path.name
            )
        )
    if path.suffix.casefold() in {".xlsx", ".xlsm"}:
        raise ImportFileError(
            _("“{name}”不是真正的 xlsx 表格（只是改了后缀）。请用表格软件打开后另存为 xlsx。").format(name=path.name)
        )


def _old_office(path: Path) -> str:
    with path.open("rb") as stream:
        pieces = iter(lambda: stream.read(1 << 20), b"")
        locked = any("EncryptedPackage".encode("utf-16-le") in piece for piece in islice(pieces, 64))
    if locked:
        return _("“{name}”有打开密码，读不了。请先在表格软件里去掉密码，再导入。").format(name=path.name)
    return _("“{name}”是旧版 xls 格式（改了后缀也一样）。请用表格软件打开后另存为 xlsx 再导入。").format(name=path.name)


def _first_sign(path: Path, text: TextEncoding) -> str:
    """Return the first character that is not blank, "" when there is none."""
    with open_text(path, text) as stream:
        while piece := stream.read(1 << 16):
            if visible := piece.lstrip("\ufeff \t\r\n\v\f\u3000\x00"):
                return visible[0]
    return ""


def _unopened(path: Path, error: OSError | UnicodeDecodeError) -> ImportFileError:
    if isinstance(error, FileNotFoundError):
        sentence = _("找不到“{name}”，可能已被移走或改名。")
    elif isinstance(error, IsADirectoryError):
        sentence = _("“{name}”是文件夹，请选里面的文件。")
    elif isinstance(error, PermissionError):
        sentence = _("打不开“{name}”，可能正被别的程序占用。请先关掉那个程序再试。")
    else:
        sentence = _("“{name}”读到一半读不下去了，可能 U 盘被拔出或文件刚被改动。请再试一次。")
    return ImportFileError(sentence.format(name=path.name))

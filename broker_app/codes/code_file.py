"""Reading one file of resources/codes: what every code list has in common, and how a bad row is refused.

A file names where its rows come from and of which day they are; a row that is not confirmed says so with
``verified = false``. A file is checked whole when it is first used, so a bad row is found at once and by
name, and a file that cannot be read stops only what needs that list.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker_app.errors import BrokerError
from broker_app.i18n import _, listed
from broker_app.paths import resources

_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


class CodeListError(BrokerError):
    """A code list that ships with the program is missing or damaged; no record is touched by that."""

    code = "L-01"


@dataclass(frozen=True)
class CodeRow:
    """One row of a code file; reading a value of the wrong kind is refused with file and row.

    ``ordinal`` counts the rows of the table from 1; 0 is the head of the file.
    """

    file_name: str
    ordinal: int
    values: Mapping[str, Any]

    def text(self, key: str) -> str:
        """The text under ``key``.

        Raises:
            CodeListError: when there is none or it is empty.
        """
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refusal(_("缺少「{key}」").format(key=key))
        return value

    def text_or_empty(self, key: str) -> str:
        """The text under ``key``, "" when there is none."""
        return self.text(key) if self.values.get(key) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts under ``key``, empty when there is none."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.refusal(_("「{key}」应是一列文字").format(key=key))
        return tuple(value)

    def flag(self, key: str, otherwise: bool) -> bool:
        """The yes or no under ``key``."""
        value = self.values.get(key, otherwise)
        if not isinstance(value, bool):
            raise self.refusal(_("「{key}」应是 true 或 false").format(key=key))
        return value

    def refusal(self, reason: str) -> CodeListError:
        """The error that names this file and row."""
        place = _("第 {n} 条").format(n=self.ordinal) if self.ordinal else _("文件开头")
        return _refusal(self.file_name, _("{place}：{reason}").format(place=place, reason=reason))


@dataclass(frozen=True)
class CodeFile:
    """A code file: its title, where it comes from, its day, a remark, and the parsed rest.

    ``as_of`` is as exact as the source: "2022", "2022-10" or "2022-10-12".
    """

    file_name: str
    title: str
    source: str
    as_of: str
    note: str
    tables: Mapping[str, Any]

    def rows(self, table: str, known_keys: Iterable[str]) -> tuple[CodeRow, ...]:
        """The rows of ``[[table]]``.

        Raises:
            CodeListError: no rows, a row that is no table, or a key nobody reads (most often a slip of the pen).
        """
        found = self.tables.get(table)
        if not isinstance(found, list) or not found:
            raise _refusal(self.file_name, _("没有一行「{table}」").format(table=table))
        return tuple(self._row(ordinal, values, set(known_keys)) for ordinal, values in enumerate(found, 1))

    def _row(self, ordinal: int, values: Any, known_keys: set[str]) -> CodeRow:
        row = CodeRow(self.file_name, ordinal, values if isinstance(values, dict) else {})
        unknown = set(row.values) - known_keys
        if unknown:
            raise row.refusal(_("不认识的项目：{keys}").format(keys=listed(sorted(unknown))))
        return row


def codes_folder() -> Path:
    """The folder of the code lists that ship with the program."""
    return resources() / "codes"


def read_code_file(name: str, folder: Path | None = None) -> CodeFile:
    """Read ``name``.toml from ``folder`` (the program's own when None).

    Raises:
        CodeListError: the file is missing, unreadable, no TOML, or does not say its title, source and day.
    """
    file_name = f"{name}.toml"
    try:
        tables = tomllib.loads(((folder or codes_folder()) / file_name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refusal(file_name, _("文件不见了")) from None
    except (OSError, ValueError) as failure:
        raise _refusal(file_name, _("文件读不出来")) from failure
    head = CodeRow(file_name, 0, tables)
    as_of = head.text("date")
    if not _DAY.match(as_of):
        raise head.refusal(_("「{value}」不是年、年月或日期").format(value=as_of))
    return CodeFile(file_name, head.text("title"), head.text("source"), as_of, head.text_or_empty("note"), tables)


def refuse_duplicates(rows: Iterable[CodeRow], key: str = "code") -> None:
    """Refuse a second row with the same ``key``.

    Raises:
        CodeListError: names the second row.
    """
    seen: set[str] = set()
    for row in rows:
        value = row.text(key)
        if value in seen:
            raise row.refusal(_("「{value}」重复").format(value=value))
        seen.add(value)


def _refusal(file_name: str, reason: str) -> CodeListError:
    return CodeListError(
        _("代码表 {file} 不能用：{reason}。您的记录没有受影响；请重新安装程序，或请管理员换回这个文件。").format(
            file=file_name, reason=reason
        )
    )

"""The short lists behind the choices on forms: code and label of every row, and what people write for it.

One file of resources/codes per list, named as the list. Records keep the code; a code whose row is gone
still shows and prints.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from broker_app.codes.code_file import CodeFile, CodeRow, read_code_file, refuse_duplicates
from broker_app.i18n import _, either


class CodeList(StrEnum):
    """The lists; the value is the name of the file."""

    NEED_KIND = "need_kind"
    COOPERATION_MODE = "cooperation_mode"
    VISITOR_ROLE = "visitor_role"
    VISIT_PURPOSE = "visit_purpose"
    REFERRAL_KIND = "referral_kind"
    URGENCY = "urgency"
    OWNER_KIND = "owner_kind"
    IP_KIND = "ip_kind"
    TRANSFER_MODE = "transfer_mode"
    ACHIEVEMENT_STAGE = "achievement_stage"
    EMPOWERMENT = "empowerment"
    ENTERPRISE_SIZE = "enterprise_size"
    ENTERPRISE_STAGE = "enterprise_stage"
    ENTERPRISE_TIER = "enterprise_tier"
    FOUR_LISTS = "four_lists"
    OPINION = "opinion"
    DECLINE_REASON = "decline_reason"
    ATTACHMENT_KIND = "attachment_kind"
    INSTITUTION_KIND = "institution_kind"
    CONTRACT_KIND = "contract_kind"
    TRL = "trl"
    TECH_VP_DUTY = "tech_vp_duty"
    LIGHT_TEAM_SERVICE = "light_team_service"
    COMMISSIONER_SERVICE = "commissioner_service"
    COMMISSIONER_KIND = "commissioner_kind"
    SERVICE_MODE = "service_mode"
    GB4754_SECTION = "gb4754_section"
    GB4754_DIVISION = "gb4754_division"


@dataclass(frozen=True)
class Entry:
    """One row of a list. ``verified`` is False while its source still has to be checked (待核实);
    a row that is our own choice of words has no source to check and counts as verified.

    ``group`` sorts a long list: need kinds into "technical", "platform" and "non_technical", divisions of
    GB/T 4754 into the letter of their section. ``refer_to`` is the usual destination of a referral.
    """

    code: str
    chinese: str
    english: str
    note: str
    verified: bool
    group: str = ""
    refer_to: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What the row is called in the language in use."""
        return either(self.chinese, self.english)


_KEYS = ("code", "label", "en", "note", "verified", "group", "refer_to", "synonyms")


@cache
def entries(list_name: str) -> tuple[Entry, ...]:
    """The rows of a list in the order of the form.

    Raises:
        CodeListError: the file of the list is missing or damaged.
    """
    return load_entries(list_name)


def load_entries(list_name: str, folder: Path | None = None) -> tuple[Entry, ...]:
    """Read and check the file of a list; :func:`entries` keeps what this returns.

    Raises:
        CodeListError: the file is missing or damaged, a code or a name stands twice, a label is missing.
    """
    rows = read_code_file(CodeList(list_name).value, folder).rows("entry", _KEYS)
    refuse_duplicates(rows)
    read = tuple(_entry(row) for row in rows)
    _refuse_ambiguous_names(rows, read)
    return read


@cache
def list_source(list_name: str) -> CodeFile:
    """Where a list comes from: title, source, day and remark.

    Raises:
        CodeListError: the file of the list is missing or damaged.
    """
    return read_code_file(CodeList(list_name).value)


def label(list_name: str, code: str) -> str:
    """The label of ``code``, "" for "". A code that is no longer in the list is shown as it is, marked 已停用.

    Words that were imported because no code fits them (codes are plain letters and digits) show themselves.

    Raises:
        CodeListError: the file of the list is missing or damaged.
    """
    if not code:
        return ""
    found = _by_code(list_name).get(code)
    if found:
        return found.label
    return _("{code}（已停用）").format(code=code) if code.isascii() else code


def entry(list_name: str, code: str) -> Entry | None:
    """The row with ``code``, None when the list has none.

    Raises:
        CodeListError: the file of the list is missing or damaged.
    """
    return _by_code(list_name).get(code)


def find(list_name: str, text: str) -> str | None:
    """The code meant by ``text``: a code, a label or a synonym; of "工艺改进/装备" the first part that is known.

    Raises:
        CodeListError: the file of the list is missing or damaged.
    """
    names = _by_name(list_name)
    whole = names.get(_folded(text))
    if whole or not text.strip():
        return whole
    parts = _folded(text).replace("、", "/").replace(",", "/").replace(";", "/").split("/")
    return next((names[part] for part in parts if part in names), None)


def _entry(row: CodeRow) -> Entry:
    return Entry(
        row.text("code"),
        row.text("label"),
        row.text_or_empty("en"),
        row.text_or_empty("note"),
        row.flag("verified", otherwise=False),
        row.text_or_empty("group"),
        row.text_or_empty("refer_to"),
        row.texts("synonyms"),
    )


def _refuse_ambiguous_names(rows: tuple[CodeRow, ...], read: tuple[Entry, ...]) -> None:
    """One name must mean one row, otherwise an import would guess."""
    owners: dict[str, str] = {}
    for row, one in zip(rows, read, strict=True):
        for name in _names(one):
            if owners.setdefault(name, one.code) != one.code:
                raise row.refusal(_("「{value}」重复").format(value=name))


def _names(one: Entry) -> tuple[str, ...]:
    return tuple(_folded(name) for name in (one.code, one.chinese, *one.synonyms))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@cache
def _by_code(list_name: str) -> Mapping[str, Entry]:
    return {one.code: one for one in entries(list_name)}


@cache
def _by_name(list_name: str) -> Mapping[str, str]:
    return {name: one.code for one in entries(list_name) for name in _names(one)}

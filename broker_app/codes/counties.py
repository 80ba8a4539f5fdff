"""County-level divisions of Zhejiang: codes of GB/T 2260, the 26 mountain counties and the islands."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from broker_app.codes.code_file import CodeFile, CodeRow, read_code_file, refuse_duplicates
from broker_app.i18n import _, either, listed


@dataclass(frozen=True)
class County:
    """A district, county or county-level city. ``mountain26``: one of the 山区26县 (dated, 待核实).

    ``note`` tells what an old record may carry instead; ``former_names`` are accepted by :func:`find_county`.
    """

    code: str
    chinese: str
    english: str
    city_code: str
    city: str
    mountain26: bool
    island: bool
    note: str = ""
    former_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the county is called in the language in use."""
        return either(self.chinese, self.english)


@dataclass(frozen=True)
class City:
    """A prefecture-level city; ``code`` has four digits."""

    code: str
    chinese: str
    english: str

    @property
    def name(self) -> str:
        """What the city is called in the language in use."""
        return either(self.chinese, self.english)


@dataclass(frozen=True)
class Membership:
    """Who belongs to the 山区26县 and from when to when (``valid_to`` None: still)."""

    codes: frozenset[str]
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Divisions:
    """The whole file."""

    cities: tuple[City, ...]
    counties: tuple[County, ...]
    mountain26: Membership


_COUNTY_KEYS = ("code", "name", "en", "island", "note", "former_names")


@cache
def divisions() -> Divisions:
    """All divisions, read once.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    return load_divisions()


def load_divisions(folder: Path | None = None) -> Divisions:
    """Read and check counties.toml; :func:`divisions` keeps what this returns.

    Raises:
        CodeListError: the file is missing or damaged, a code stands twice, a county lies in no known city.
    """
    file = read_code_file("counties", folder)
    city_rows, county_rows = file.rows("city", ("code", "name", "en")), file.rows("county", _COUNTY_KEYS)
    refuse_duplicates(city_rows)
    refuse_duplicates(county_rows)
    cities = tuple(City(row.text("code"), row.text("name"), row.text_or_empty("en")) for row in city_rows)
    names = {city.code: city.chinese for city in cities}
    members = _membership(file, {row.text("code") for row in county_rows})
    return Divisions(cities, tuple(_county(row, names, members.codes) for row in county_rows), members)


def cities() -> tuple[City, ...]:
    """The prefecture-level cities of Zhejiang.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    return divisions().cities


def counties(city: str | None = None) -> tuple[County, ...]:
    """All counties, or those of one city given as "3303", "330300", "温州市" or "温州".

    Raises:
        CodeListError: the file is missing or damaged.
    """
    if city is None:
        return divisions().counties
    wanted = city.removesuffix("00") if len(city) == 6 and city.isdigit() else city.removesuffix("市")
    return tuple(one for one in divisions().counties if wanted in (one.city_code, one.city.removesuffix("市")))


def county(code: str) -> County | None:
    """The county with the six-digit ``code``, None when it is none of Zhejiang's.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    return _by_code().get(code)


def county_label(code: str) -> str:
    """温州市乐清市 or "Yueqing, Wenzhou" for a county, 温州市 for a city, "" for "", else 未知地区 with the code.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    if not code:
        return ""
    found = county(code)
    if found:
        return either(found.city + found.chinese, f"{found.english}, {_city_english(found.city_code)}")
    city = next((one.name for one in cities() if code in (one.code, one.code + "00")), "")
    return city or _("未知地区（{code}）").format(code=code)


def find_county(text: str) -> County | None:
    """The county meant by a code or a name, with or without 浙江省, the city, and 市, 区 or 县.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    written = "".join(unicodedata.normalize("NFKC", text).split())
    return _by_name().get(written.removeprefix("浙江省").removeprefix("浙江"))


def in_mountain26(code: str, on: date) -> bool:
    """Whether the county belonged to the 山区26县 on that day.

    Raises:
        CodeListError: the file is missing or damaged.
    """
    members = divisions().mountain26
    return code in members.codes and members.valid_from <= on and (members.valid_to is None or on <= members.valid_to)


def _county(row: CodeRow, cities_by_code: Mapping[str, str], mountain26: frozenset[str]) -> County:
    code = row.text("code")
    if len(code) != 6 or not code.isdigit() or code[:4] not in cities_by_code:
        raise row.refusal(_("「{code}」不是六位行政区划代码").format(code=code))
    return County(
        code,
        row.text("name"),
        row.text_or_empty("en"),
        code[:4],
        cities_by_code[code[:4]],
        code in mountain26,
        row.flag("island", otherwise=False),
        row.text_or_empty("note"),
        row.texts("former_names"),
    )


def _membership(file: CodeFile, known: set[str]) -> Membership:
    table = file.tables.get("mountain26")
    row = CodeRow(file.file_name, 0, table if isinstance(table, dict) else {})
    codes, begun, ended = row.texts("codes"), row.values.get("valid_from"), row.values.get("valid_to")
    strangers = sorted(set(codes) - known)
    if strangers:
        raise row.refusal(_("山区26县里有不认识的代码：{codes}").format(codes=listed(strangers)))
    if not isinstance(begun, date) or not isinstance(ended, date | None):
        raise row.refusal(_("缺少「{key}」").format(key="valid_from"))
    return Membership(frozenset(codes), row.text("source"), begun, ended)


def _city_english(code: str) -> str:
    return next(one.english for one in cities() if one.code == code)


def _short(name: str) -> str:
    """A name as people say it: 乐清 for 乐清市, 景宁 for 景宁畲族自治县."""
    return name.removesuffix("畲族自治县").rstrip("市区县") if len(name) > 2 else name


@cache
def _by_code() -> Mapping[str, County]:
    return {one.code: one for one in divisions().counties}


@cache
def _by_name() -> Mapping[str, County]:
    found: dict[str, County] = {}
    for one in divisions().counties:
        for name in (one.code, one.chinese, _short(one.chinese), *one.former_names):
            found[name] = one
            found[one.city + name] = one
            found[one.city.removesuffix("市") + name] = one
    return found

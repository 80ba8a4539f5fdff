"""Every text has its English, with the same places to fill in, and no Chinese stands outside the catalogue."""

import argparse
import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker_app import i18n
from broker_app.cli.program import _parser
from broker_app.codes.counties import county_label
from broker_app.codes.lists import CodeList, label
from broker_app.i18n import (
    CHINESE,
    ENGLISH,
    _,
    counted,
    day_name,
    first_sentence,
    full_day_name,
    in_chinese,
    language_of_computer,
    listed,
    read_catalogue,
    use_language,
)
from broker_app.services.money import budget_label
from tests.language.catalogue import CATALOGUE, Text, missing, obsolete, texts, written

HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]")
QUOTED = (
    "一摔就裂",
    "缺口冲击强度、低温韧性",
    "冬天…裂",
    "外壳料冬天一摔就裂",
    "50万以内",
    "面议",
    "2027年6月",
    "〓",
    "科技副总",
)
"""Words of the term table and of Chinese tables that an English text quotes: they are typed in Chinese."""


@pytest.fixture
def english(repository: Path) -> Iterator[None]:
    """The program speaks English until the test is over."""
    use_language(ENGLISH, repository / "resources" / "i18n")
    yield
    use_language(CHINESE, repository / "resources" / "i18n")


def test_nothing_waits_for_its_translation() -> None:
    assert missing() == []
    assert obsolete() == []


def test_the_catalogue_stands_as_make_catalogue_writes_it(repository: Path) -> None:
    assert (repository / CATALOGUE).read_text("utf-8") == written()


def test_every_place_to_fill_in_is_there(repository: Path) -> None:
    english = read_catalogue(repository / CATALOGUE)
    wrong = [
        (text.source, form)
        for key, text in texts().items()
        for number, form in enumerate(english.get(key, ()))
        if not same_places(text, form, is_singular=text.is_counted and number == 0)
    ]
    assert wrong == []


def test_no_chinese_stands_in_the_english(repository: Path) -> None:
    for forms in read_catalogue(repository / CATALOGUE).values():
        for form in forms:
            rest = form
            for words in sorted(QUOTED, key=len, reverse=True):
                rest = rest.replace(words, "")
            assert not HAN.search(rest), form


def test_no_chinese_of_the_screen_stands_outside_the_catalogue(repository: Path) -> None:
    """Chinese that is read, not said, is named here with what reads it."""
    read_not_said = {
        "ui/help/manual.py": "headings and blanks of the manual",
        "ui/enterprises/card_files.py": "a semicolon as typed",
        "ui/enterprises/tag_line.py": "marks as typed",
        "ui/matches/search_words.py": "a sentence that matching reads",
        "ui/settings/page.py": "a language in its own name",
        "ui/shell/fields.py": "marks and units as typed",
        "ui/shell/fcitx": "what the input method sends",
        "ui/terms/form.py": "a comma as typed",
        "ui/visits/finding_actions.py": "ends of sentences of a note",
        "ui/visits/note_column.py": "ends of sentences of a note",
        "ui/visits/people_words.py": "a line of people as typed",
        "ui/visits/templates.py": "variables of a template",
        "ui/visits/time_line.py": "a time as typed",
        "ui/needs/publish_side.py": "a full stop that is cut off",
        "ui/sync/history_dialog.py": "a full stop that is cut off",
        "ui/sync/sign_in_dialog.py": "brackets that Qt cannot read",
        "ui/visits/role_fields.py": "units as typed",
        "ui/sync/words.py": "a full stop that is cut off",
    }
    found = []
    for folder in ("ui", "cli"):
        for file in sorted((repository / "broker_app" / folder).rglob("*.py")):
            name = file.relative_to(repository / "broker_app").as_posix()
            if any(name.startswith(known) for known in read_not_said):
                continue
            found += [f"{name}:{line} {words}" for line, words in loose_chinese(ast.parse(file.read_text("utf-8")))]
    assert found == []


def test_papers_say_nothing_through_the_catalogue(repository: Path) -> None:
    """The words of a paper are Chinese in every language; only what could not be printed is told on the screen."""
    speaking = [
        file.name
        for file in sorted((repository / "broker_app" / "reports").glob("*.py"))
        if "broker_app.i18n" in file.read_text("utf-8") and file.name not in ("missing.py", "batch.py")
    ]
    assert speaking == []


def test_a_text_is_said_in_english_and_a_paper_is_not(english: None) -> None:
    assert _("企业") == "Firms"
    assert _("企业", "one") == "Firm"
    assert counted("{n} 家", "{n} 家", 1) == "1 firm"
    assert counted("{n} 家", "{n} 家", 3) == "3 firms"
    assert label(CodeList.VISITOR_ROLE, "tech_vp") == "Deputy for science and technology"
    assert county_label("330382") == "Yueqing, Wenzhou"
    assert budget_label(80_000_000, 120_000_000) == "CNY 800k–1.2M"
    assert listed("ab") == "a, b"
    with in_chinese():
        assert _("企业") == "企业"
        assert county_label("330382") == "温州市乐清市"
        assert budget_label(80_000_000, 120_000_000) == "80—120 万元"
    assert _("企业") == "Firms"


def test_days_are_said_and_read_back(english: None) -> None:
    from datetime import date  # noqa: PLC0415 - one test

    from broker_app.services.typed_dates import date_text, typed_date  # noqa: PLC0415

    today = date(2026, 11, 24)
    assert (day_name(today), full_day_name(today)) == ("24 Nov", "24 Nov 2026")
    for day in (today, date(2026, 11, 23), date(2026, 12, 31), date(2027, 2, 1), date(2025, 3, 9)):
        assert typed_date(date_text(day, today), today) == day
    for typed, number in (("tomorrow", 25), ("next wed", 2), ("Friday", 27), ("Nov 26", 26), ("26 november", 26)):
        assert typed_date(typed, today) == date(2026, 12 if number == 2 else 11, number)


def test_the_first_sentence_heads_a_message(english: None) -> None:
    assert first_sentence("It is full. Please free some.") == ("It is full.", "Please free some.")
    assert first_sentence("It is full.") == ("It is full", "")
    assert first_sentence("磁盘满了。请腾出空间。") == ("磁盘满了。", "请腾出空间。")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, CHINESE),
        ({"LANG": "C.UTF-8"}, CHINESE),
        ({"LANG": "zh_CN.UTF-8"}, CHINESE),
        ({"LANG": "en_GB.UTF-8"}, ENGLISH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US"}, ENGLISH),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW"}, CHINESE),
    ],
)
def test_the_computer_is_followed(environment: dict[str, str], language: str) -> None:
    if sys.platform != "win32":
        assert language_of_computer(environment) == language


def test_a_damaged_catalogue_leaves_the_program_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "en" / "LC_MESSAGES" / "broker.po"
    file.parent.mkdir(parents=True)
    file.write_bytes(b'msgid "\xff')
    use_language(ENGLISH, tmp_path)
    assert not i18n.speaks_english()
    assert _("企业") == "企业"


def test_the_command_line_speaks_the_language_it_is_told(tmp_path: Path) -> None:
    said = broker("--language", "en", "--help").stdout
    assert "visits, needs, matching and papers, without a network" in said
    assert not HAN.search(said)
    (tmp_path / "settings.toml").write_text('language = "en"\n')
    assert "Make one first" in broker("--profile", str(tmp_path), "visit", "list").stderr
    assert "先用 broker init 建立" in broker("--profile", str(tmp_path), "--language", "zh_CN", "visit", "list").stderr


def test_every_help_is_english(english: None) -> None:
    for parser in all_parsers(_parser()):
        said = parser.format_help()
        for words in sorted(QUOTED, key=len, reverse=True):
            said = said.replace(words, "")
        assert not HAN.search(said), said


def all_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from all_parsers(each)


def same_places(text: Text, form: str, *, is_singular: bool) -> bool:
    """Whether a translation fills in what the text fills in; "1 day" need not say ``{n}`` again."""
    said, wanted = places(form), places(text.source)
    return said == wanted or (is_singular and said | {"n"} == wanted)


def places(words: str) -> set[str]:
    """The names in braces with their formats."""
    if words.startswith("对照表应当写成") or '"kind": …' in words:  # shows a piece of JSON, is not filled in
        return set()
    return {f"{name}:{spec}" if spec else name for _text, name, spec, _how in string.Formatter().parse(words) if name}


def loose_chinese(tree: ast.Module) -> list[tuple[int, str]]:
    """Chinese that is neither given to the catalogue nor a docstring."""
    known: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "counted"):
            known |= {id(part) for argument in node.args for part in ast.walk(argument)}
            names = {argument.id for argument in node.args if isinstance(argument, ast.Name)}
            known |= {
                id(one.value)
                for one in ast.walk(tree)
                if isinstance(one, ast.Assign)
                and any(isinstance(target, ast.Name) and target.id in names for target in one.targets)
            }
        if isinstance(node, ast.Expr):
            known.add(id(node.value))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in known
        and HAN.search(node.value)
    ]


def broker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own: a process speaks one language."""
    return subprocess.run(
        [sys.executable, "-c", "from broker_app.cli import main; raise SystemExit(main())", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )

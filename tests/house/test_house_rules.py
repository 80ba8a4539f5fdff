"""What a reader of the code may rely on, looked up in the code itself."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RUFF = {
    "E", "F", "I", "N", "UP", "B", "PT", "SIM", "RET", "BLE", "T20", "DTZ", "PTH", "C90", "PLC0415", "S", "RUF",
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "base_classes", "data", "stuff"}
BANNED_ON_SCREEN = ("冲突", "版本号", "revision", "delta", "token", "409", "null", "异常", "堆栈", "超时", "traceback")
TOKENS = Path("broker_app/ui/shell/tokens.py")
LONGEST_MODULE = 600

# Written in pieces, so that this file does not hold what it looks for.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.",
    "tsinghua" + ".edu",
    "ali" + "yun.com/py",
)
MACHINE_PATH = re.compile(r"(?<![\w.<{/~-])/(?:w" + "ork|r" + "oot|h" + "ome|U" + r"sers)/[\w.]")


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))


def tracked(repository: Path) -> list[Path]:
    """Every file of the project, as it is kept."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - found on the path on purpose
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this copy of the project has no history")
    return [repository / name for name in listed.stdout.split("\0") if name and (repository / name).is_file()]


def modules(repository: Path, *packages: str) -> Iterator[tuple[Path, str]]:
    for package in packages or ("broker_app", "broker_server"):
        for file in sorted((repository / package).rglob("*.py")):
            yield file.relative_to(repository), file.read_text("utf-8")


def test_the_checks_are_as_strict_as_the_house_says(project: dict[str, Any]) -> None:
    ruff = project["tool"]["ruff"]
    assert set(ruff["lint"]["select"]) == RUFF
    assert ruff["line-length"] == 120
    assert set(ruff["lint"]["ignore"]) == {"RUF001", "RUF002", "RUF003", "S404"}
    assert not any(
        rule.startswith(("BLE", "E", "F")) for rules in ruff["lint"]["per-file-ignores"].values() for rule in rules
    )
    mypy = project["tool"]["mypy"]
    assert mypy["strict"]
    assert mypy["warn_unreachable"]
    assert {"broker_app", "tests", "benchmarks"} <= set(mypy["files"])
    assert all(set(each) <= {"module", "ignore_missing_imports"} for each in mypy["overrides"])
    pytest_options = project["tool"]["pytest"]["ini_options"]
    assert pytest_options["filterwarnings"] == ["error"]
    assert pytest_options["qt_log_level_fail"] == "WARNING"
    assert pytest_options["xfail_strict"]


def test_colours_have_one_home(repository: Path) -> None:
    literal = re.compile(r"""["']#(?:[0-9a-fA-F]{3}){1,2}\b|#[0-9a-fA-F]{6}\b|QColor\(\s*\d|rgba?\(\s*\d""")
    homeless = [
        f"{file}:{text[: match.start()].count(chr(10)) + 1} {match.group()}"
        for file, text in modules(repository, "broker_app/ui")
        if file != TOKENS
        for match in literal.finditer(text)
    ]
    assert homeless == []
    assert literal.search((repository / TOKENS).read_text("utf-8"))


def test_no_file_names_a_registry_or_a_machine(repository: Path) -> None:
    found = []
    for file in tracked(repository):
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.name}: {host}" for host in REGISTRIES if host in text]
        found += [f"{file.name}: {match.group()}" for match in MACHINE_PATH.finditer(text)]
    assert found == []
    assert MACHINE_PATH.search("in /w" + "ork/main")


def test_no_module_is_called_after_nothing(repository: Path) -> None:
    named = {(file.parent.name if file.stem == "__init__" else file.stem) for file, _ in modules(repository)}
    assert named & FORBIDDEN_NAMES == set()


def test_no_module_outgrows_a_reader(repository: Path) -> None:
    sizes = sorted(((text.count("\n"), str(file)) for file, text in modules(repository)), reverse=True)
    assert [each for each in sizes if each[0] > LONGEST_MODULE] == []


def test_nothing_is_left_for_later(repository: Path) -> None:
    unfinished = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + "XX|coming " + "soon)\\b|Not" + "ImplementedError\\(")
    assert [str(file) for file, text in modules(repository) if unfinished.search(text)] == []


def sentences(repository: Path) -> Iterator[tuple[str, str]]:
    """Every text a person can meet, with the place it is written at."""
    for file, text in modules(repository):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "counted"}:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield f"{file}:{node.lineno}", argument.value


def test_people_are_spoken_to_in_words_of_their_own(repository: Path) -> None:
    spoken = list(sentences(repository))
    assert len(spoken) > 300
    jargon = [
        f"{place} {sentence}" for place, sentence in spoken for word in BANNED_ON_SCREEN if word in sentence.lower()
    ]
    assert jargon == []


def test_sentences_are_whole_and_filled_in_by_name(repository: Path) -> None:
    wrong = [
        f"{place} {sentence}"
        for place, sentence in sentences(repository)
        if re.search(r"\{\d*\}|%[sd]", sentence) or "\ufffd" in sentence
    ]
    assert wrong == []

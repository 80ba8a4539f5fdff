"""Every import contract is seen to break once: a fence nobody has ever run into may not be there."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

PLANTS: dict[str, tuple[str, str]] = {
    # contract: (module it is planted in, what it imports)
    "layers": ("broker_app.rules.planted_layers", "broker_app.services.visits"),
    "qt": ("broker_app.services.planted_qt", "PySide6.QtCore"),
    "ui-knows-no-sql": ("broker_app.ui.today.planted_sql", "sqlalchemy"),
    "reportlab": ("broker_app.services.planted_reportlab", "reportlab"),
    "keyring": ("broker_app.services.planted_keyring", "keyring"),
    "httpx": ("broker_app.sync.planted_httpx", "httpx"),
    "cipher": ("broker_app.services.planted_cipher", "sqlcipher3"),
    "pure-rules": ("broker_app.rules.planted_pure", "orjson"),
    "pure-protocol": ("broker_app.sync.protocol", "sqlalchemy"),
    "no-server": ("broker_app.services.planted_server", "broker_server"),
}


def contracts(repository: Path) -> dict[str, str]:
    """Names of the contracts by their ids."""
    read: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    return {one["id"]: one["name"] for one in read["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def copied(tmp_path: Path, repository: Path) -> Path:
    """The code alone, where a test may plant what it likes."""
    only_code = shutil.ignore_patterns("__pycache__", "*.pyc")
    for package in ("broker_app", "broker_server"):
        if (repository / package).is_dir():
            shutil.copytree(repository / package, tmp_path / package, ignore=only_code)
    (tmp_path / "tests" / "house").mkdir(parents=True)
    shutil.copy(repository / "tests/house/pure_contract.py", tmp_path / "tests/house")
    shutil.copy(repository / "pyproject.toml", tmp_path)
    return tmp_path


def checked(tree: Path) -> str:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "PATH": "", "PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


def verdicts(output: str, names: dict[str, str]) -> dict[str, str]:
    found = {}
    for contract, name in names.items():
        match = re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", output, re.MULTILINE)
        assert match, output
        found[contract] = match.group(1)
    return found


@pytest.mark.timeout(300)
def test_every_contract_breaks_on_a_planted_import(copied: Path, repository: Path) -> None:
    names = contracts(repository)
    assert set(PLANTS) == set(names), "a contract has no planted import yet"
    kept = checked(copied)
    assert verdicts(kept, names) == dict.fromkeys(names, "KEPT"), kept
    for module, imported in PLANTS.values():
        file = (copied / module.replace(".", "/")).with_suffix(".py")
        file.parent.mkdir(exist_ok=True)
        before = file.read_text("utf-8") if file.exists() else '"""Planted."""\n'
        file.write_text(f"{before}\nimport {imported}\n", "utf-8")
    broken = checked(copied)
    assert verdicts(broken, names) == dict.fromkeys(names, "BROKEN"), broken
    for module, imported in PLANTS.values():
        assert re.search(rf"{re.escape(module)} -> {re.escape(imported.partition('.')[0])}", broken), module

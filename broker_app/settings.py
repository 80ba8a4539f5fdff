"""Choices of the person at this computer: one frozen value, kept in a small TOML file beside the store."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """What can be chosen; nothing here is secret and nothing is lost if the file is."""

    language: str = "zh_CN"
    theme: str = "system"  # system | light | dark
    font_points: float = 10.5  # 10.5 standard, 12 large, 14 very large
    duplex: bool = True
    remember_key: bool = False


def read_settings(path: Path) -> Settings:
    """Read the settings; a missing or damaged file, or a value of the wrong type, gives the default."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Settings()
    default = Settings()
    accepted: dict[str, Any] = {}
    for field in fields(Settings):
        value, wanted = found.get(field.name), getattr(default, field.name)
        if type(value) is type(wanted) or (isinstance(wanted, float) and type(value) is int):
            accepted[field.name] = value
    return Settings(**accepted)


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings in one step, so that a crash leaves the old file or the new one."""
    lines = [f"{field.name} = {_toml(getattr(settings, field.name))}" for field in fields(Settings)]
    temporary = path.with_suffix(".new")
    temporary.write_text("\n".join(lines) + "\n", "utf-8")
    temporary.replace(path)


def _toml(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)

"""Choices of the person at this computer: one frozen value, kept in a small TOML file beside the store."""

import json
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from broker_app.errors import StoreError
from broker_app.i18n import CHINESE, LANGUAGES, _

THEMES = ("system", "light", "dark")
SMALLEST_FONT, LARGEST_FONT = 8.0, 28.0  # points


@dataclass(frozen=True)
class Settings:
    """What can be chosen; nothing here is secret and nothing is lost if the file is."""

    language: str = CHINESE  # one of LANGUAGES
    theme: str = "system"  # system | light | dark
    font_points: float = 10.5  # 10.5 standard, 12 large, 14 very large
    duplex: bool = True
    remember_key: bool = False
    vp_days_a_month: int = 0  # how many days a 科技副总 is to be at the firm; 0: nobody has said


def read_settings(path: Path) -> Settings:
    """Read the settings; a missing or damaged file, or a value that makes no sense, gives the default."""
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
    chosen = Settings(**accepted)
    if chosen.language not in LANGUAGES:
        chosen = replace(chosen, language=default.language)
    if chosen.theme not in THEMES:
        chosen = replace(chosen, theme=default.theme)
    if not SMALLEST_FONT <= chosen.font_points <= LARGEST_FONT:
        chosen = replace(chosen, font_points=default.font_points)
    return chosen


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings in one step, so that a crash leaves the old file or the new one."""
    lines = [f"{field.name} = {_toml(getattr(settings, field.name))}" for field in fields(Settings)]
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text("\n".join(lines) + "\n", "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise StoreError(_("设置没能写入，还是原来的样子。请检查磁盘空间和权限。")) from error


def _toml(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)

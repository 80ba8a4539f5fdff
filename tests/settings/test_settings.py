"""Choices survive, and nonsense in their file does not stop the program."""

from dataclasses import replace
from pathlib import Path

import pytest

from broker_app.errors import StoreError
from broker_app.settings import Settings, read_settings, write_settings


def test_what_was_chosen_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new profile" / "settings.toml"
    chosen = Settings(language="en", theme="dark", font_points=14.0, duplex=False, remember_key=True)
    write_settings(path, chosen)
    assert read_settings(path) == chosen
    odd = replace(chosen, language='引号 " 反斜线 \\ 换行 \n')
    write_settings(path, odd)
    assert read_settings(path) == replace(chosen, language="zh_CN")  # whole and readable, only not a language


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"theme = ", b'theme = "pink"', b"theme = 5", b"font_points = nan", b"font_points = 900",
        b"font_points = true", b'duplex = "no"', b"unknown = 1", b'language = "fr"', b"[theme]\nx = 1",
    ],
)  # fmt: skip
def test_nonsense_gives_the_default(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(content)
    assert read_settings(tmp_path / "settings.toml") == Settings()


def test_one_wrong_value_does_not_cost_the_others(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('theme = "dark"\nfont_points = 12\nduplex = "no"\n')
    assert read_settings(tmp_path / "settings.toml") == Settings(theme="dark", font_points=12)


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="原来的样子"):
        write_settings(tmp_path / "file" / "settings.toml", Settings())

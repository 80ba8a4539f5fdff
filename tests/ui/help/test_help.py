"""F1: keys, first steps and the manual, searched offline."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from broker_app.paths import ProfilePaths
from broker_app.services.first_steps import first_steps
from broker_app.services.profile import Profile, create_profile
from broker_app.ui.help.keys import key_lines
from broker_app.ui.help.manual import Block, chapters_of, read_manual
from broker_app.ui.help.page import HelpPage
from broker_app.ui.shell.buttons import Button
from broker_app.ui.shell.main_window import MainWindow
from broker_app.ui.shell.text_blocks import ChipLabel, ElidedWords
from tests.ui.conftest import all_of

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, settled: Settle) -> HelpPage:
    QTest.keyClick(window, Qt.Key.Key_F1)
    settled()
    page = window.page
    assert isinstance(page, HelpPage)
    return page


def topics(page: HelpPage) -> list[str]:
    return [page.topics.item(number).text() for number in range(page.topics.count())]


def test_every_command_with_a_key_is_on_the_sheet(page: HelpPage, window: MainWindow, settled: Settle) -> None:
    shown = {one.text for one in all_of(page, ElidedWords)}
    assert {one.title for one in window.desk.commands.all() if one.keys} <= shown
    assert "请企业签字" in shown  # though no visit was opened yet
    assert "F8" in {one.words for one in all_of(page, ChipLabel)}
    window.show_page("visits")
    settled()
    lines = key_lines(window.desk.commands)
    assert len({line.keys for line in lines}) == len(lines)  # no key means two things


def test_a_word_is_found_in_the_manual(page: HelpPage, settled: Settle) -> None:
    page.search.insert("恢复码")
    settled()
    found = topics(page)
    assert found
    assert "按键" not in found
    assert "恢复码" in page.text
    page.search.clear()
    page.search.insert("这个词哪里都没有")
    assert topics(page) == []
    assert "没有这个词" in page.text


def test_the_palette_leads_to_the_first_steps(window: MainWindow, settled: Settle) -> None:
    command = window.desk.commands.find("help.steps")
    assert command is not None
    command.run()
    settled()
    page = window.page
    assert isinstance(page, HelpPage)
    assert "导入企业名单" in page.text
    undone = [one for one in all_of(page, Button) if one.text() == "去做"]
    assert [one.accessibleName() for one in undone] == ["去做：登录服务器"]  # the sample has done the rest
    undone[0].click()
    settled()
    assert window.page.name == "sync"


def test_first_steps_of_a_fresh_profile(tmp_path_factory: pytest.TempPathFactory) -> None:
    paths = ProfilePaths(tmp_path_factory.mktemp("fresh") / "profile")
    with create_profile(paths, bytes(32), Profile(name="林样例")) as store, store.read() as session:
        assert [step.done for step in first_steps(session)] == [False] * 7


def test_the_manual_is_plain_and_chinese() -> None:
    chapters = read_manual()
    text = "\n".join(block.text for one in chapters for block in one.blocks)
    assert len(chapters) > 10
    assert "](" not in text
    assert "![" not in text
    assert "**" not in text
    assert all(re.search("[\u4e00-\u9fff]", one.title) for one in chapters)


def test_the_english_manual_has_the_same_books(repository: Path) -> None:
    folder = repository / "docs" / "manual"
    assert {file.name for file in (folder / "en").glob("*.md")} == {file.name for file in folder.glob("*.md")}
    chapters = read_manual(folder / "en")
    assert len(chapters) > 20
    assert not any(re.search("[\u4e00-\u9fff]", one.title) for one in chapters)


def test_blocks_of_a_file() -> None:
    source = (
        "# 题\n头\n\n## 一\n前半\n**后半** `码`。\n\n- 甲 [乙](x.md)\n\n![图](a.png)\n\n"
        "| 名 | 值 |\n|---|---|\n| a | b |\n\n```\n<b>x</b>\n```\n"
    )
    one, two = chapters_of(source)
    assert one.blocks == [Block("words", "头")]
    assert two.blocks == [
        Block("words", "前半后半 码。"),
        Block("item", "甲 乙"),
        Block("row", "名　值"),
        Block("row", "a　b"),
        Block("code", "<b>x</b>"),
    ]

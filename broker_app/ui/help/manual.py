"""The manual that ships with the program, cut into chapters of plain blocks. It is text only: no link is followed,
no picture is loaded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broker_app.i18n import ENGLISH, _, either, speaks_english
from broker_app.paths import manual_folder

_FILES = ("README.md", "matching.md", "sync.md", "server.md")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+(.*)")
_HEADING = re.compile(r"(#{1,4})\s+(.*)")
_NUMBER = re.compile(r"^(?:\d+\.\s*|[一二三四五六七八九十]+、)")
_RULE = re.compile(r"\|[\s:|-]+\|?$")


@dataclass(frozen=True)
class Block:
    """A piece of a chapter: ``kind`` is "heading", "words", "item", "row" or "code"."""

    kind: str
    text: str


@dataclass
class Chapter:
    """A heading and what stands under it."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    def holds(self, words: Sequence[str]) -> bool:
        """Whether every one of ``words`` stands in it somewhere."""
        text = "\n".join([self.title, *(block.text for block in self.blocks)]).casefold()
        return all(word.casefold() in text for word in words)


def read_manual(folder: Path | None = None) -> list[Chapter]:
    """All chapters in the language in use; none where the manual was not shipped."""
    folder = folder or (manual_folder() / ENGLISH if speaks_english() else manual_folder())
    chapters: list[Chapter] = []
    for name in _FILES:
        file = folder / name
        found = chapters_of(file.read_text("utf-8")) if file.is_file() else []
        if chapters:  # a book of its own within the manual: its chapters stand under its title
            found = [*found[:1], *(Chapter(f"　{_NUMBER.sub('', one.title)}", one.blocks) for one in found[1:])]
        chapters += found
    return chapters


def chapters_of(source: str) -> list[Chapter]:
    """The chapters of one file."""
    reader = _Reader()
    for line in source.splitlines():
        reader.take(line)
    reader.close()
    return [one for one in reader.chapters if one.blocks]


class _Reader:
    """Takes a file line by line; lines of one paragraph become one block."""

    def __init__(self) -> None:
        self.chapters: list[Chapter] = []
        self._paragraph: list[str] = []
        self._in_code = False

    def take(self, line: str) -> None:
        """Take a line."""
        if line.startswith("```"):
            self.close()
            self._in_code = not self._in_code
        elif self._in_code:
            self._add(Block("code", line))
        elif heading := _HEADING.match(line):
            self.close()
            self._begin(len(heading[1]), _plain(heading[2]))
        elif block := _block(line):
            self.close()
            self._add(block)
        elif words := _plain(line):
            self._paragraph.append(words)
        else:
            self.close()

    def close(self) -> None:
        """A paragraph ends here."""
        self._add(Block("words", either("", " ").join(self._paragraph)))
        self._paragraph = []

    def _begin(self, level: int, title: str) -> None:
        if level <= 2:
            self.chapters.append(Chapter(title))
        else:
            self._add(Block("heading", title))

    def _add(self, block: Block) -> None:
        if self.chapters and block.text:
            self.chapters[-1].blocks.append(block)


def _block(line: str) -> Block | None:
    if item := _ITEM.match(line):
        return Block("item", _plain(item[1]))
    if line.startswith("|"):
        if _RULE.match(line):
            return Block("row", "")
        cells = [_plain(cell) for cell in line.strip().strip("|").split("|")]
        return Block("row", _("　").join(cell for cell in cells if cell))
    return None


def _plain(text: str) -> str:
    text = _LINK.sub(r"\1", _PICTURE.sub("", text))
    return _MARKS.sub("", text).strip()

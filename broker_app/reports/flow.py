"""What stands on a page: blocks that know their height, cut themselves and draw themselves; and the flow over pages.

Points throughout; y grows upwards as in the PDF, ``top`` is the upper edge of what is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Canvas = Any  # reportlab ships no types
MM = 72 / 25.4

_HAIR = 1e-4
_SHORT = 4  # a block of a quarter of the page may move whole


class Block:
    """Something that takes the whole width and part of the height of a page."""

    space_after: float = 0.0
    keep: bool = False  # not separated from the next block
    glued: bool = False  # never the first on a page: it takes the end of the block before it along
    bookmark: tuple[int, str] | None = None  # level from 0, words

    def height(self, width: float) -> float:
        """Height when set ``width`` wide."""
        raise NotImplementedError

    def draw(self, canvas: Canvas, x: float, top: float, width: float) -> None:
        """Draw the block below ``top``."""
        raise NotImplementedError

    def least(self, width: float) -> float:
        """The smallest room in which a first part of the block can stand."""
        return self.height(width)

    def cut(self, width: float, room: float) -> "tuple[Block, Block] | None":
        """The part that fits into ``room`` and the rest; None when nothing fits or the block does not break."""
        return None

    def cut_end(self, width: float) -> "tuple[Block, Block] | None":
        """All but the end, and a short end that can go along with what follows; None when it does not break."""
        return None


@dataclass(frozen=True)
class Placed:
    """A block on its page, ``below`` points under the upper edge of the type area."""

    block: Block
    below: float


def flow(blocks: Sequence[Block], width: float, height: float) -> list[list[Placed]]:
    """Distribute blocks over pages of one type area. Nothing is lost; what fits no page is printed over its edge."""
    pages = _Pages(width, height)
    rest = list(blocks)
    while rest:
        count = 1
        while count < len(rest) and rest[count - 1].keep:
            count += 1
        pages.place(rest[:count])
        del rest[:count]
    return pages.done


class _Pages:
    def __init__(self, width: float, height: float) -> None:
        self.width, self.full = width, height
        self.done: list[list[Placed]] = [[]]
        self._below = 0.0

    def place(self, chain: Sequence[Block]) -> None:
        """Place blocks of which only the last may be cut."""
        *heads, last = chain
        needed = sum(one.height(self.width) + one.space_after for one in heads)
        if needed + last.least(self.width) > self.full and heads:
            for one in chain:  # longer than a page: what it holds matters more than that it holds together
                self._put_cut(one)
            return
        if self.done[-1] and needed + min(last.least(self.width), self.full) > self._room() + _HAIR:
            self._turn(chain[0])
        for one in heads:
            self._put(one)
        self._put_cut(last)

    def _room(self) -> float:
        return self.full - self._below

    def _turn(self, first: Block) -> None:
        """A new page; a glued block takes the end of what stands before it along."""
        company = self._company() if first.glued else None
        self._new_page()
        if company:
            self._put(company)

    def _company(self) -> Block | None:
        """Take the end of the last block off its page; a short block that does not break goes whole."""
        last = self.done[-1][-1]
        pair = last.block.cut_end(self.width)
        if pair:
            self.done[-1][-1] = Placed(pair[0], last.below)
            return pair[1]
        alone = len(self.done[-1]) == 1 or self.done[-1][-2].block.keep
        if alone or last.block.height(self.width) > self.full / _SHORT:
            return None
        self.done[-1].pop()
        return last.block

    def _new_page(self) -> None:
        self.done.append([])
        self._below = 0.0

    def _put(self, block: Block) -> None:
        self.done[-1].append(Placed(block, self._below))
        self._below += block.height(self.width) + block.space_after

    def _put_cut(self, block: Block) -> None:
        while block.height(self.width) > self._room() + _HAIR:
            pair = block.cut(self.width, self._room())
            if pair is not None:
                self._put(pair[0])
                block = pair[1]
            elif not self.done[-1]:
                break
            self._new_page()
        self._put(block)

"""Many papers in one go: one file, or a file each in a folder; what could not be made is told, the rest goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broker_app.errors import BrokerError, PaperError
from broker_app.i18n import _
from broker_app.reports.page import Paper, PaperBook, render_counted

_LONGEST_NAME = 80  # characters of a file name
_MOST_SAME_NAMES = 1000

GoOn = Callable[[int, int], bool]
"""Asked before each paper with (done, in all); False stops."""


@dataclass(frozen=True)
class Wanted:
    """A paper to be made: what it is called, about whom, how its sheet is gathered and composed."""

    title: str
    about: str
    gather: Callable[[], Any]
    compose: Callable[..., Paper]


@dataclass(frozen=True)
class Outcome:
    """What became of one paper: its pages, or why there are none; neither when the work was stopped before it."""

    title: str
    about: str
    pages: int = 0
    refusal: str = ""
    file: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the paper was made."""
        return self.pages > 0


@dataclass(frozen=True)
class Batch:
    """What a run made. ``content`` is the one file, b"" when nothing was made or each got a file of its own."""

    outcomes: tuple[Outcome, ...]
    content: bytes = field(default=b"", repr=False)

    @property
    def done(self) -> int:
        """How many papers were made."""
        return sum(one.is_done for one in self.outcomes)

    @property
    def was_stopped(self) -> bool:
        """Whether some were not reached."""
        return any(not one.is_done and not one.refusal for one in self.outcomes)


def make_together(wanted: Sequence[Wanted], title: str, *, duplex: bool, go_on: GoOn) -> Batch:
    """Set the papers into one file; stopped half-way, the file holds those made so far."""
    book = PaperBook(title, title)

    def add(one: Wanted, paper: Paper) -> Outcome:
        return Outcome(one.title, one.about, book.add(paper))

    outcomes = _go_through(wanted, add, duplex=duplex, go_on=go_on)
    made = any(one.is_done for one in outcomes)
    return Batch(outcomes, book.content() if made else b"")


def make_into(wanted: Sequence[Wanted], folder: Path, *, duplex: bool, go_on: GoOn) -> Batch:
    """Write each paper into ``folder``, which is there; nothing that lies in it is overwritten.

    Raises:
        PaperError: the folder cannot be written; the papers before stay.
    """

    def write(one: Wanted, paper: Paper) -> Outcome:
        content, pages = render_counted(paper)
        words = "-".join(part for part in (one.title, one.about, paper.number) if part)
        return Outcome(one.title, one.about, pages, file=_write_new(folder, file_name(words), content))

    return Batch(_go_through(wanted, write, duplex=duplex, go_on=go_on))


def file_name(words: str) -> str:
    """``words`` as a name every system takes, without an ending."""
    plain = "".join("_" if one in '\\/:*?"<>|' or ord(one) < 32 else one for one in words)
    return plain.strip(" .")[:_LONGEST_NAME] or _("文书")


def _go_through(
    wanted: Sequence[Wanted], make: Callable[[Wanted, Paper], Outcome], *, duplex: bool, go_on: GoOn
) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for number, one in enumerate(wanted):
        if not go_on(number, len(wanted)):
            return (*outcomes, *(Outcome(left.title, left.about) for left in wanted[number:]))
        try:
            outcomes.append(make(one, one.compose(one.gather(), duplex=duplex)))
        except PaperError:
            raise
        except BrokerError as error:  # this record cannot be printed; the others can
            outcomes.append(Outcome(one.title, one.about, refusal=error.message))
    go_on(len(wanted), len(wanted))
    return tuple(outcomes)


def _write_new(folder: Path, name: str, content: bytes) -> str:
    for number in range(1, _MOST_SAME_NAMES):
        path = folder / (f"{name}.pdf" if number == 1 else f"{name}（{number}）.pdf")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError:
            words = _("没能写入 {name}。记录没有受影响，请换一个位置再试。")
            raise PaperError(words.format(name=path.name)) from None
        return path.name
    raise PaperError(_("这个文件夹里同名的文书太多了。记录没有受影响，请换一个文件夹。"))

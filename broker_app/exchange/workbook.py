"""xlsx, read by a child process with limits, so that no workbook can hurt the program (reliability.md T7)."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from broker_app.errors import ImportFileError
from broker_app.exchange.rows import RowItem
from broker_app.exchange.table import Grid
from broker_app.i18n import _

CHILD_FLAG = "--read-workbook"  # how a frozen program calls itself; `__main__` hands the rest to xlsx_child.main
_ANSWER = 64 << 20  # bytes of one answer line at most
_FILE = 64 << 20
_CELL_CHARACTERS = 32_767
_PYTHON_FAULT = 1  # exit code of the interpreter after an uncaught exception or a panic of the reader


@dataclass(frozen=True)
class Limits:
    """What a workbook may cost: data rows, columns, bytes unpacked and of memory, seconds.

    ``memory`` and processor time are enforced by the system on Linux and macOS; on Windows only ``seconds``
    on the clock, the zip directory (``unpacked``, ``ratio``), ``rows`` and ``columns`` are.
    """

    rows: int = 50_000
    columns: int = 512
    unpacked: int = 64 << 20
    ratio: int = 100
    memory: int = 512 << 20
    seconds: int = 30


@dataclass(frozen=True)
class Workbook:
    """The visible sheets of a workbook, the one chosen, and the headings of that."""

    sheets: tuple[str, ...]
    sheet: str
    columns: tuple[str, ...]


def look_into_workbook(path: Path, sheet: str | None, limits: Limits) -> Workbook:
    """Return what is in the workbook; ``sheet`` None takes the first visible one.

    Raises ImportFileError with the limit that is broken or what is wrong with the file.
    """
    answers = _ask_child(path, sheet, limits)
    try:
        header = next(answers)
        columns = Grid((line, cells) for line, cells in answers).columns
    finally:
        answers.close()
    return Workbook(tuple(header["sheets"]), header["sheet"], columns)


def read_workbook(path: Path, sheet: str, limits: Limits) -> Iterator[RowItem]:
    """Yield the rows of ``sheet`` below its headings; closing the iterator ends the child process."""
    answers = _ask_child(path, sheet, limits)
    try:
        next(answers)
        yield from Grid((line, cells) for line, cells in answers).rows()
    finally:
        answers.close()


def child_command() -> list[str]:
    """Return how the child is started, from the sources as well as frozen into one program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_FLAG]
    return [sys.executable, "-I", str(Path(__file__).with_name("xlsx_child.py"))]


def _ask_child(path: Path, sheet: str | None, limits: Limits) -> "_Answers":
    if path.stat().st_size > _FILE:
        raise ImportFileError(
            _("“{name}”超过 {limit} MB，太大了。请分成几个文件再导入。").format(name=path.name, limit=_FILE >> 20)
        )
    return _Answers(path, sheet, limits)


class _Answers:
    """The answers of one child, one JSON value each; ends, or raises ImportFileError, with the child."""

    def __init__(self, path: Path, sheet: str | None, limits: Limits) -> None:
        self._path, self._limits = path, limits
        options = json.dumps({**asdict(limits), "sheet": sheet or ""})
        with path.open("rb") as workbook:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and file
                [*child_command(), options],
                stdin=workbook,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a crash report could quote the file
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._clock = _Clock(self._child, limits.seconds)

    def __iter__(self) -> "_Answers":
        return self

    def __next__(self) -> Any:
        pipe = self._child.stdout
        if pipe is None or pipe.closed:
            raise StopIteration
        with self._clock:
            line = pipe.readline(_ANSWER)
        if not line.endswith(b"\n"):
            raise self._refused(self._word_of_death(), 0)
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise self._refused(answer["error"], answer.get("found", 0))
        if isinstance(answer, dict) and "end" in answer:
            self.close()
            raise StopIteration
        return answer

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._clock.stop()
        _end(self._child)

    def _word_of_death(self) -> str:
        code = self._child.wait()
        if self._clock.rang or code == _killed_by_time():
            return "seconds"
        return "damaged" if code == _PYTHON_FAULT else "memory"

    def _refused(self, word: str, found: int) -> ImportFileError:
        self.close()
        return ImportFileError(_sentence(word, found, self._limits).format(name=self._path.name))


class _Clock:
    """Ends the child when one wait for its answer takes too long; waits of the reader do not count."""

    def __init__(self, child: "subprocess.Popen[bytes]", seconds: float) -> None:
        self.rang = False
        self._child, self._seconds = child, seconds
        self._due: float | None = None
        self._stopped = threading.Event()
        threading.Thread(target=self._watch, name="workbook-clock", daemon=True).start()

    def __enter__(self) -> None:
        self._due = time.monotonic() + self._seconds

    def __exit__(self, *_exception: object) -> None:
        self._due = None

    def stop(self) -> None:
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(0.2):
            due = self._due
            if due is not None and time.monotonic() > due:
                self.rang = True
                self._child.kill()
                return


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    pipe: IO[bytes] | None = child.stdout
    if pipe is not None:
        with suppress(OSError):
            pipe.close()
    child.wait()


def _killed_by_time() -> int | None:
    return None if sys.platform == "win32" else -signal.SIGXCPU


def _sentence(word: str, found: int, limits: Limits) -> str:
    """Return the sentence for what the child found; ``{name}`` is still to be filled in."""
    sentences = {
        "rows": _("“{name}”写到了第 {found} 行，一次最多导入 {limit} 行。请分成几个文件再导入。"),
        "columns": _("“{name}”写到了第 {found} 列，最多 {limit} 列。请删掉右边用不到的列再导入。"),
        "unpacked": _("“{name}”展开后有 {found} MB，超过 {limit} MB 的上限，没有打开。"),
        "ratio": _("“{name}”展开后是原来的 {found} 倍，超过 {limit} 倍的上限，不像正常表格，没有打开。"),
        "memory": _(
            "“{name}”读起来超过 {limit} MB 内存的上限，已停下，什么都没有导入。"
            "常见原因是很远的格子里有内容：请把要导入的内容复制到一张新表再试。"
        ),
        "seconds": _("“{name}”读了 {limit} 秒还没有读完，已停下，什么都没有导入。请分成几个文件再试。"),
        "cell": _("“{name}”第 {found} 行有一格超过 {limit} 个字，没有导入。请改短再试。"),
        "password": _("“{name}”有打开密码，读不了。请先在表格软件里去掉密码，再导入。"),
        "sheet": _("“{name}”里没有这张工作表，请重新选择。"),
        "not_xlsx": _("“{name}”不是 xlsx 表格。请在表格软件里另存为 xlsx 再导入。"),
        "damaged": _("“{name}”已损坏或没有下载完整，读不了，什么都没有导入。请向对方要一份新的。"),
    }
    limit = {
        "rows": limits.rows,
        "columns": limits.columns,
        "unpacked": limits.unpacked >> 20,
        "ratio": limits.ratio,
        "memory": limits.memory >> 20,
        "seconds": limits.seconds,
        "cell": _CELL_CHARACTERS,
    }.get(word, 0)
    shown = found >> 20 if word == "unpacked" else found
    return sentences[word].replace("{found}", f"{shown:,}").replace("{limit}", f"{limit:,}")

"""Where a command writes: text for people, JSON for programs, always UTF-8 when nobody looks on."""

import io
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from broker_app.errors import PaperError
from broker_app.i18n import _


def say(text: str) -> None:
    """Write a line or more for people."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def say_json(value: Any) -> None:
    """Write one indented JSON document."""
    sys.stdout.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")


def say_json_line(value: Any) -> None:
    """Write one line of JSON."""
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")


def write_paper(path: Path, content: bytes) -> None:
    """Write a paper to where somebody wants it; raises PaperError."""
    try:
        path.write_bytes(content)
    except OSError:
        raise PaperError(_("没能写入 {name}。记录没有受影响，请换一个位置再试。").format(name=path.name)) from None


def prepare_output() -> None:
    """A pipe or file gets UTF-8 whatever the system's code page; a terminal shows ? for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def finish_output() -> None:
    """Hand over what is still buffered, so that a closed pipe is noticed here and not at exit."""
    sys.stdout.flush()


def discard_output() -> None:
    """Send what could not be written to nowhere, else the interpreter complains once more at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

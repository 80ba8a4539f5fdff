"""Start of the window: ``python -m broker_app [--profile DIR] [--try]``.

Only what the unlock window needs is imported before it is painted; the rest loads while the passphrase is typed.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from broker_app import __version__
from broker_app.exchange.workbook import CHILD_FLAG
from broker_app.i18n import LANGUAGES

TRIAL_FOLDER = Path("out")


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or do the main job without one; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [CHILD_FLAG]:  # the frozen program reads workbooks in a copy of itself
        return int(import_module("broker_app.exchange.xlsx_child").main(arguments[1:]))
    parser = argparse.ArgumentParser(prog="broker-window")
    parser.add_argument("--version", action="version", version=f"broker {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR")
    parser.add_argument("--language", choices=LANGUAGES, help="for this time only; else as in the settings")
    parser.add_argument("--try", dest="trial", action="store_true", help="made-up data; without a display the main job")
    options = parser.parse_args(arguments)
    if options.trial and not _has_display():
        return int(import_module("broker_app.main_job").run_main_job(TRIAL_FOLDER.absolute()))
    return int(import_module("broker_app.app").run(options.profile, trial=options.trial, language=options.language))


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())

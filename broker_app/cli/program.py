"""Puts the groups of commands together, runs one and turns a refusal into a sentence and an exit code."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from broker_app import __version__
from broker_app.cli import (
    import_commands,
    match_commands,
    profile_commands,
    record_commands,
    report_commands,
    sync_commands,
)
from broker_app.cli.command import Command, profile_paths
from broker_app.cli.output import discard_output, finish_output, prepare_output
from broker_app.errors import BrokerError
from broker_app.i18n import _, use_language
from broker_app.paths import resources
from broker_app.settings import read_settings

_GROUPS = (profile_commands, import_commands, record_commands, match_commands, report_commands, sync_commands)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    prepare_output()
    try:
        arguments = _parser().parse_args(argv)
        use_language(read_settings(profile_paths(arguments).settings).language, resources() / "i18n")
        command: Command = arguments.command
        code = command(arguments)
        finish_output()
    except BrokerError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except BrokenPipeError:
        discard_output()
        sys.stderr.write(_("输出没有印完：接收的一头关掉了。资料没有受影响。") + "\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(_("已停下。没做完的这一步没有保存，之前的资料都在。") + "\n")
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="broker", description=_("科技走访：走访、需求、匹配、文书，断网可用。"))
    parser.add_argument("--version", action="version", version=f"broker {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR", help=_("资料夹；不写就用本机默认的"))
    parser.add_argument("--passphrase-file", type=Path, metavar="F", help=_("从文件读本机口令"))
    commands = parser.add_subparsers(required=True, metavar=_("命令"))
    for group in _GROUPS:
        group.add_commands(commands)
    return parser

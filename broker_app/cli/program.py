"""Puts the groups of commands together, runs one and turns a refusal into a sentence and an exit code."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from broker_app import __version__
from broker_app.cli import (
    contact_commands,
    figures_commands,
    firm_commands,
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
from broker_app.i18n import LANGUAGES, _, use_language
from broker_app.paths import resources
from broker_app.settings import read_settings

_GROUPS = (
    profile_commands,
    import_commands,
    record_commands,
    contact_commands,
    figures_commands,
    firm_commands,
    match_commands,
    report_commands,
    sync_commands,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    prepare_output()
    try:
        _speak(argv)
        arguments = _parser().parse_args(argv)
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


def _speak(argv: Sequence[str] | None) -> None:
    """Choose the language before the help is worded: ``--language``, or what the settings of the profile say."""
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    early.add_argument("--language")
    early.add_argument("--profile", type=Path)
    try:
        known, _rest = early.parse_known_args(argv)
    except argparse.ArgumentError:
        return  # said in full by the real parser
    chosen = known.language if known.language in LANGUAGES else read_settings(profile_paths(known).settings).language
    use_language(chosen, resources() / "i18n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="broker", description=_("科技走访：走访、需求、匹配、文书，断网可用。"))
    parser.add_argument("--version", action="version", version=f"broker {__version__}")
    parser.add_argument("--profile", type=Path, metavar="DIR", help=_("资料夹；不写就用本机默认的"))
    parser.add_argument("--language", choices=LANGUAGES, help=_("界面语言；不写就照资料夹里的设置"))
    parser.add_argument("--passphrase-file", type=Path, metavar="F", help=_("从文件读本机口令"))
    commands = parser.add_subparsers(required=True, metavar=_("命令"))
    for group in _GROUPS:
        group.add_commands(commands)
    return parser

"""What every command needs: its place in the parser, the profile it works on, and that profile opened."""

import argparse
from collections.abc import Callable
from typing import Any

from broker_app import credentials
from broker_app.db.key_file import open_with_passphrase
from broker_app.db.session import Store
from broker_app.errors import StoreError
from broker_app.i18n import _
from broker_app.paths import ProfilePaths, default_profile
from broker_app.services.profile import open_profile

Command = Callable[[argparse.Namespace], int]

EVERYTHING = 1_000_000
"""A list on the command line is not paged."""


def add_command(commands: Any, name: str, command: Command, about: str) -> argparse.ArgumentParser:
    """Add ``name`` to the group ``commands`` (what ``add_subparsers`` gave); returns its parser."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=command)
    return parser


def profile_paths(arguments: argparse.Namespace) -> ProfilePaths:
    """Where the profile lies that the command was given, or the default one."""
    return ProfilePaths(arguments.profile) if arguments.profile else default_profile()


def opened(arguments: argparse.Namespace, *, mend_now: bool = True) -> Store:
    """The store of the profile, opened with the passphrase; raises BrokerError. ``mend_now``: its index too."""
    paths = existing_profile(arguments)
    passphrase = credentials.find_passphrase(arguments.passphrase_file)
    return open_profile(paths, open_with_passphrase(paths.key_file, passphrase), mend_now=mend_now)


def existing_profile(arguments: argparse.Namespace) -> ProfilePaths:
    """The paths of a profile that holds a store; raises StoreError."""
    paths = profile_paths(arguments)
    if not paths.database.exists():
        raise StoreError(_("这里还没有资料：{folder}。先用 broker init 建立。").format(folder=paths.folder))
    return paths

"""The ``broker`` command: the same work as the window, by the same services, without a window.

Exit codes: 0 done, 1 refused with a sentence on stderr, 2 wrong usage. A module per group of commands;
each offers ``add_commands`` and :mod:`broker_app.cli.program` puts them together.
"""

from broker_app.cli.program import main

__all__ = ["main"]

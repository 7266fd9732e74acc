"""``surveykit completion SHELL``: completion of commands, options and files at the press of a key."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.commands.common import give
from surveykit.cli.telling.terminal import current

__all__ = ["add_parser"]

SHELLS = ("bash", "zsh", "fish")


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("completion", help="print the script that completes commands in a shell")
    parser.add_argument("shell", choices=SHELLS, help="the shell that you use")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print the script."""
    from argcomplete.shell_integration import shellcode

    script = shellcode(["surveykit"], shell=options.shell)
    give({"shell": options.shell, "script": script})
    current().show_as_is(script)
    return 0

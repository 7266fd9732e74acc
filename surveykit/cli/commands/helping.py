"""``surveykit help [COMMAND]``: the manual of a command."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.commands.common import give
from surveykit.cli.parsing import commands_of
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("help", help="show the manual of a command")
    parser.add_argument("topics", nargs="*", metavar="COMMAND", help="a command, and its action if it has several")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Show the help of the command, or the overview."""
    from surveykit.study.files.validation import nearest

    parser = options.root
    for topic in options.topics:
        known = commands_of(parser)
        if topic not in known:
            raise SurveyKitError(f"there is no command {topic!r}: {nearest(topic, sorted(known))}")
        parser = known[topic]
    text = parser.format_help().rstrip()
    give({"help": text})
    current().show_as_is(text)
    return 0

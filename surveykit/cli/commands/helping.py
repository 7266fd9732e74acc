"""``surveykit help [COMMAND]``: the manual of a command."""

from __future__ import annotations

import click

from surveykit.cli.commands.common import give
from surveykit.cli.misuse import command_advice
from surveykit.cli.parsing import Options, argument, command
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError

__all__ = ["execute"]


def _names(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    group = context.find_root().command
    names = group.list_commands(context) if isinstance(group, click.Group) else []
    return [name for name in names if name.startswith(incomplete)]


@command(
    "help",
    "show the manual of a command",
    argument(
        "topics",
        nargs=-1,
        metavar="COMMAND",
        help="a command, and its action if it has several",
        shell_complete=_names,
    ),
)
def execute(options: Options) -> int:
    """Show the help of the command, or the overview."""
    context = options.context.find_root()
    for topic in options.topics:
        group = context.command
        known = group.list_commands(context) if isinstance(group, click.Group) else []
        if topic not in known:
            raise SurveyKitError(f"there is no command {topic!r}: {command_advice(topic, known)}")
        context = click.Context(group.get_command(context, topic), context, topic)
    text = context.command.get_help(context).rstrip()
    give({"help": text})
    current().show_as_is(text)
    return 0

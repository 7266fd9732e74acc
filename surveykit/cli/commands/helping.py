"""``surveykit help [COMMAND]``: the manual of a command."""

from __future__ import annotations

import click

from surveykit.cli.common import give
from surveykit.cli.parsing import Argument, Command, Group, Options
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError

__all__ = ["command"]


def command(name: str) -> Command:
    """Return the command."""
    return Command(
        name,
        execute,
        "show the manual of a command",
        Argument("topics", nargs=-1, metavar="COMMAND", help="a command, and its action if it has several"),
    )


def execute(options: Options) -> int:
    """Show the help of the command, or the overview."""
    from surveykit.cli.main import build_cli
    from surveykit.study.files.validation import nearest

    found: click.Command = build_cli(current().language)
    ctx = click.Context(found, info_name="surveykit", **found.context_settings)
    for topic in options.topics:
        below = found.get_command(ctx, topic) if isinstance(found, Group) else None
        if below is None:
            known = found.list_commands(ctx) if isinstance(found, Group) else []
            raise SurveyKitError(f"there is no command {topic!r}: {nearest(topic, sorted(known))}")
        found, ctx = below, click.Context(below, parent=ctx, info_name=topic, **below.context_settings)
    text = found.get_help(ctx)
    give({"help": text})
    current().show_as_is(text)
    return 0

"""The whole command line: its commands by name, each imported when it is called or explained."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

from surveykit._version import __version__
from surveykit.cli.misuse import usage_error
from surveykit.cli.parsing import Group, Options, option

__all__ = ["APP", "COMMANDS", "parse"]

# Where each command is made, in surveykit.cli.commands; in the order of a study's life.
COMMANDS = {
    "init": "init.execute",
    "check": "check.execute",
    "run": "run.execute",
    "plan": "tasks.plan",
    "draw": "tasks.draw",
    "ingest": "tasks.ingest",
    "weight": "tasks.weight",
    "estimate": "tasks.estimate",
    "score": "tasks.score",
    "render": "render.execute",
    "report": "report.execute",
    "diff": "diff.execute",
    "questionnaire": "questionnaire.questionnaire",
    "verify-draw": "verify_draw.execute",
    "simulate": "simulate.execute",
    "commit": "commit.execute",
    "release": "release.execute",
    "contact-sheets": "contact_sheets.execute",
    "frame": "frame.frame",
    "deidentify": "deidentify.execute",
    "purge": "purge.execute",
    "doctor": "doctor.execute",
    "completion": "completion.execute",
    "help": "helping.execute",
}


class App(Group):
    """The commands, imported one by one: the overview needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(".")
        found: click.Command = getattr(importlib.import_module(f"surveykit.cli.commands.{module}"), name)
        return found


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        print(f"surveykit {__version__}")
        ctx.exit()


_VERSION = option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="print the version and end",
)
APP = App("surveykit", "", [_VERSION])
APP.invoke_without_command = True


def parse(words: Sequence[str], language: str = "en") -> Options | None:
    """Return what a call says, or None if it names no command; help and version are printed and end the call.

    Parameters
    ----------
    words : sequence of str
        The words after ``surveykit``.
    language : {"en", "zh"}
        The language of help.

    Raises
    ------
    UsageError
        If the words cannot be understood.
    SystemExit
        After help or version.
    """
    root = click.Context(APP, info_name="surveykit", obj=language)
    try:
        root = APP.make_context("surveykit", list(words), obj=language)
        options: Options | None = root.command.invoke(root)
    except click.UsageError as error:
        raise usage_error(error, root) from error
    except click.exceptions.Exit as end:
        raise SystemExit(end.exit_code) from None
    return options

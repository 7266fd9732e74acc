"""``surveykit completion SHELL``: completion of commands, options and files at the press of a key."""

from __future__ import annotations

from click.shell_completion import get_completion_class

from surveykit.cli.commands.common import give
from surveykit.cli.parsing import COMPLETE, Choice, Options, argument, command
from surveykit.cli.telling.terminal import current

__all__ = ["execute"]

SHELLS = ("bash", "zsh", "fish")


@command(
    "completion",
    "print the script that completes commands in a shell",
    argument("shell", type=Choice(SHELLS), metavar="SHELL", help="the shell that you use"),
)
def execute(options: Options) -> int:
    """Print the script."""
    made_by = get_completion_class(options.shell)
    assert made_by is not None
    script = made_by(options.context.find_root().command, {}, "surveykit", COMPLETE).source()
    give({"shell": options.shell, "script": script})
    current().show_as_is(script)
    return 0

"""``surveykit completion SHELL``: completion of commands, options and files at the press of a key."""

from __future__ import annotations

from surveykit.cli.common import give
from surveykit.cli.parsing import Argument, Command, Options, choice
from surveykit.cli.telling.terminal import current

__all__ = ["COMPLETION", "command"]

COMPLETION = "_SURVEYKIT_COMPLETE"  # the variable by which a shell asks what may stand at the cursor
SHELLS = ("bash", "zsh", "fish")


def command(name: str) -> Command:
    """Return the command."""
    return Command(
        name,
        execute,
        "print the script that completes commands in a shell",
        Argument("shell", type=choice(*SHELLS), metavar="SHELL", help="the shell that you use"),
    )


def execute(options: Options) -> int:
    """Print the script."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(options.shell)(None, {}, "surveykit", COMPLETION).source()
    give({"shell": options.shell, "script": script})
    current().show_as_is(script)
    return 0

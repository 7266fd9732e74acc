"""``surveykit init``: start a new study."""

from __future__ import annotations

from surveykit.cli.commands.common import give, say, show
from surveykit.cli.parsing import FILE, Options, argument, command
from surveykit.study.tasks.scaffold import start_study

__all__ = ["execute"]


@command(
    "init",
    "start a new study in a folder, with a small example to change",
    argument("folder", type=FILE, metavar="FOLDER", help="a new or empty folder"),
)
def execute(options: Options) -> int:
    """Write the starter study."""
    files = start_study(options.folder)
    give({"folder": options.folder, "files": [path.relative_to(options.folder) for path in files]})
    show(f"{len(files)} files written to {options.folder}")
    say(f"next: cd {options.folder}; surveykit check; surveykit run")
    return 0

"""``surveykit init``: start a new study."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.commands.common import give, say, show

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("init", help="start a new study in a folder, with a small example to change")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new or empty folder")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Write the starter study."""
    from surveykit.study.tasks.scaffold import start_study

    files = start_study(options.folder)
    give({"folder": options.folder, "files": [path.relative_to(options.folder) for path in files]})
    show(f"{len(files)} files written to {options.folder}")
    say(f"next: cd {options.folder}; surveykit check; surveykit run")
    return 0

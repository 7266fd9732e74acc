"""``surveykit questionnaire import FILE``: bring a questionnaire in from another system."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.commands.common import give, show
from surveykit.cli.telling.terminal import current

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("questionnaire", help="import a questionnaire from 问卷星 text or XLSForm")
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    importing = actions.add_parser(
        "import", help="turn a 问卷星 text (.txt) or an XLSForm (.xlsx) into a YAML definition"
    )
    importing.add_argument("file", type=Path, metavar="FILE", help="the file to import")
    importing.add_argument(
        "--output", type=Path, default=None, metavar="FILE", help="default: the same name with .yaml"
    )
    importing.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Import, and list what must be completed."""
    from surveykit.study.tasks.questionnaire_files import import_questionnaire

    target = options.output or options.file.with_suffix(".yaml")
    found = import_questionnaire(options.file, target)
    give({"written": target, "todo": [current().text(line) for line in found.todo]})
    show(f"written: {target}")
    for line in found.todo:
        show(f"  to do: {line}")
    return 0

"""``surveykit check``: every problem of every file of a study."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import open_study, say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("check", help="check every file of the study and tell all problems at once")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Check, and say what was checked."""
    study = open_study(options)
    for line in study.summary():
        say(line)
    warnings = study.warnings()
    for warning in warnings:
        say(f"warning: {warning}")
    say("no problems found" + (f", {len(warnings)} warnings" if warnings else ""))
    return 0

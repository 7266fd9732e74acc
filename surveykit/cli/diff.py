"""``surveykit diff OLD NEW``: which changes of a questionnaire break data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.common import say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "diff",
        help="say which changes between two versions of a questionnaire break data",
        description="Exit code 2 when a change breaks data, else 0.",
    )
    parser.add_argument("old", type=Path, help="the earlier questionnaire file")
    parser.add_argument("new", type=Path, help="the later one")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Compare, those changes first that break data."""
    from surveykit.questionnaire import diff_questionnaires
    from surveykit.study.questionnaire_files import read_questionnaire

    changes = diff_questionnaires(read_questionnaire(options.old), read_questionnaire(options.new))
    for change in changes:
        say(str(change))
    if not changes:
        say("no changes")
    return 2 if any(change.effect == "breaks" for change in changes) else 0

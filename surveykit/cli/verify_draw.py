"""``surveykit verify-draw``: prove from frame and record that this is the sample."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import open_study, say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify-draw", help="prove from the frame and the record that this is the drawn sample"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Verify, and tell every difference."""
    from surveykit.study.stages.draw import verify_study_draw

    verification = verify_study_draw(open_study(options))
    for line in verification.lines:
        say(line)
    return 0 if verification.ok else 2

"""``surveykit run``: make everything that is out of date."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import open_outline, open_study, say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("run", help="make whatever is out of date, up to the report")
    parser.add_argument(
        "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
    )
    parser.add_argument("--force", action="store_true", help="make everything again but the drawn sample")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run all stages."""
    from surveykit.study.pipeline import study_stages
    from surveykit.study.places import REPORT_PDF
    from surveykit.study.running import all_current, run_stages

    outline = open_outline(options)
    stages = study_stages(outline)
    if not options.force and all_current(outline, stages):
        say(f"nothing to do: all {len(stages)} stages are up to date; the report is {outline.located(REPORT_PDF)}")
        return 0
    study = open_study(options)
    result = run_stages(study, stages, say=say, redraw=options.redraw, force=options.force)
    total = sum(result.seconds.values())
    say(f"done in {total:.1f} s: {len(result.made)} stages made, {len(result.current)} were up to date")
    say(f"the report is {study.path(REPORT_PDF)}")
    return 0

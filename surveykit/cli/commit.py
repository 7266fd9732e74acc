"""``surveykit commit``: commit to plan and frame before the seed is known."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import open_study, say
from surveykit.errors import SurveyKitError

__all__ = ["add_parser"]

DESCRIPTION = """\
Prove that nobody chose the sample.

1. Leave 'seed' out of the sampling plan and run 'surveykit commit': it prints a code, the SHA-256 of plan and frame.
   Publish the code, and which public value to come will decide (a lottery drawing, the closing index of a day).
2. When the value is known, run 'surveykit commit --reveal VALUE --origin TEXT'. Plan and frame must still be those that
   were committed; the seed, the SHA-256 of code and value, is written into the plan together with how it came about.
3. 'surveykit draw' records it; 'surveykit verify-draw' proves commitment, seed and sample.

The commitment is kept in draw/commitment.json of the study's output folder and is never replaced.
"""
EXAMPLES = """\
examples:
  surveykit commit
  surveykit commit --reveal "05 11 17 23 28 30" --origin "lottery drawing of 1 December 2021"
"""


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "commit",
        help="commit to plan and frame before the seed is known; --reveal makes the seed afterwards",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--reveal", metavar="VALUE", help="the public value that became known")
    parser.add_argument("--origin", metavar="TEXT", help="what the value is, for the record; needed with --reveal")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Commit, or reveal."""
    from surveykit.study.committing import commit_study, reveal_study
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running import run_stages

    if (options.reveal is None) != (options.origin is None):
        raise SurveyKitError("commit: --reveal VALUE and --origin TEXT belong together: give the value and what it is")
    study = open_study(options)
    stages = study_stages(study)
    if any(stage.name == "simulate_frame" for stage in stages):
        run_stages(study, stages_up_to(stages, "simulate_frame"), say=say)
    revealed = options.reveal is not None
    for line in reveal_study(study, options.reveal, options.origin) if revealed else commit_study(study):
        say(line)
    return 0

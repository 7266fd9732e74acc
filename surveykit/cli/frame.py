"""``surveykit frame index``: sort a large frame once, so that later draws read only the rows they take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.common import open_study, say

__all__ = ["add_parser"]

DESCRIPTION = """\
Write the study's frame sorted by stratum and permanent random number (the hash of seed and id).

A simple random sample of a stratum is then its first rows, so that a draw reads those rows only, and samples of any
size with the same seed are coordinated: a larger one holds a smaller one. Draws from the index equal 'surveykit draw'.
Only for plans with method srs in one stage; for frames of some million rows and less a plain draw takes seconds.
"""


def add_parser(commands: Any) -> None:
    """Add the command and what it can do."""
    parser = commands.add_parser("frame", help="sort a large frame once, for draws that read few rows")
    inner = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    index = inner.add_parser(
        "index",
        help="write the frame sorted by stratum and permanent random number",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    index.add_argument("--file", type=Path, metavar="FILE", help="default: frame_index.parquet in the output folder")
    index.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Index the frame."""
    from surveykit.study.indexing import index_study_frame
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running import run_stages

    study = open_study(options)
    stages = study_stages(study)
    if any(stage.name == "simulate_frame" for stage in stages):
        run_stages(study, stages_up_to(stages, "simulate_frame"), say=say)
    for line in index_study_frame(study, options.file):
        say(line)
    return 0

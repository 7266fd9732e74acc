"""``surveykit frame index``: sort a large frame once, so that later draws read only the rows they take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.commands.common import give, open_study, say, show, working

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command and what it can do."""
    parser = commands.add_parser("frame", help="sort a large frame once, for draws that read few rows")
    inner = parser.add_subparsers(title="what to do", dest="action", metavar="index", required=True)
    index = inner.add_parser(
        "index",
        help="write the frame sorted by stratum and permanent random number",
    )
    index.add_argument("--file", type=Path, metavar="FILE", help="default: frame_index.parquet in the output folder")
    index.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Index the frame."""
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.tasks.indexing import index_lines, index_study_frame

    study = open_study(options)
    stages = study_stages(study)
    if any(stage.name == "simulate_frame" for stage in stages):
        run_stages(study, stages_up_to(stages, "simulate_frame"), say=say, progress=working)
    index = index_study_frame(study, options.file)
    give({"file": str(index.path), "units": sum(index.content["counts"].values()), "strata": index.content["counts"]})
    for line in index_lines(study, index):
        show(line)
    return 0

"""``surveykit frame index``: sort a large frame once, so that later draws read only the rows they take."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import FILE, Group, Options, command, option

__all__ = ["frame"]


frame = Group("frame", "sort a large frame once, for draws that read few rows")


@frame.add
@command(
    "index",
    "write the frame sorted by stratum and permanent random number",
    option("--file", type=FILE, metavar="FILE", help="default: frame_index.parquet in the output folder"),
)
def execute(options: Options) -> int:
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

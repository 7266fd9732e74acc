"""``surveykit commit``: commit to plan and frame before the seed is known."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Options, command, option
from surveykit.errors import SurveyKitError
from surveykit.study.files.places import COMMITMENT

__all__ = ["execute"]


@command(
    "commit",
    "commit to plan and frame before the seed is known; --reveal makes the seed afterwards",
    option("--reveal", metavar="VALUE", help="the value of the drawing that the commitment names"),
    option("--anew", metavar="REASON", help="replace the commitment by one to a drawing still to come: why"),
)
def execute(options: Options) -> int:
    """Commit, or reveal."""
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.proving.committing import commit_study, commitment_lines, reveal_study
    from surveykit.study.running.run import run_stages

    study = open_study(options)
    stages = study_stages(study)
    if any(stage.name == "simulate_frame" for stage in stages):
        run_stages(study, stages_up_to(stages, "simulate_frame"), say=say, progress=working)
    if options.reveal is not None and options.anew is not None:
        raise SurveyKitError("commit: --reveal and --anew exclude each other: give one of them")
    held = commit_study(study, options.anew) if options.reveal is None else reveal_study(study, options.reveal)
    give(held | {"file": study.located(COMMITMENT)})
    for line in commitment_lines(study, held):
        show(line)
    return 0

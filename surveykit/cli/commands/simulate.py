"""``surveykit simulate``: simulated data of a study, and what its sampling plan gives over repeated draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Options, Whole, command, option, redraw
from surveykit.cli.telling.tables import table_lines
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["execute"]


@command(
    "simulate",
    "make simulated data, or evaluate the plan by repeated draws",
    option("--repetitions", type=Whole(), metavar="N", help="evaluate the plan over N draws (at least 20)"),
    redraw(),
)
def execute(options: Options) -> int:
    """Simulate, or evaluate."""
    repetitions = options.repetitions
    if repetitions is not None and repetitions < 20:
        raise SurveyKitError(f"simulate: {repetitions} repetitions tell nothing of bias or coverage: take at least 20")
    study = open_study(options)
    if repetitions is None:
        _make(study, redraw=options.redraw)
    else:
        _evaluate(study, repetitions)
    return 0


def _make(study: Study, *, redraw: bool) -> None:
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import show_stage, stage_table

    chosen = stages_up_to(study_stages(study), "simulate_responses")
    result = run_stages(study, chosen, say=say, progress=working, redraw=redraw)
    if not result.made:
        say("up to date")
    give({"made": result.made, "current": result.current, "seconds": result.seconds})
    give({"table": stage_table(study, chosen[-1]), "outputs": chosen[-1].outputs})
    for line in show_stage(study, chosen[-1], headings(current().language), table_lines):
        show(line)


def _evaluate(study: Study, repetitions: int) -> None:
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.tasks.evaluating import evaluate_study, evaluation_lines, evaluation_payload

    run_stages(study, stages_up_to(study_stages(study), "simulate_answers"), say=say, progress=working)
    step = max(repetitions // 10, 1)

    def progress(done: int) -> None:
        if done == 1 or done % step == 0:
            working(f"{done} of {repetitions} draws")

    found = evaluate_study(study, repetitions, progress)
    give(evaluation_payload(study, found))
    for line in evaluation_lines(study, found):
        show(line)
